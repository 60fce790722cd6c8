"""What posts are for: shares with intervals among the English posts, by brand, and what is held back."""

import pandas as pd
import pytest

from earshot.analyse.classes import intents
from earshot.enrich.classes import intent_settings
from earshot.enrich.classes.intents import SHIPPED, Intent, Measure
from earshot.enrich.text.patterns import Wordings


def counted(posts, space):
    """A hundred posts of two brands: forty ask,
    ten of them also request, fifty say nothing, ten are not English.
    """
    frame = posts(
        [
            {"brand": "Acme" if row % 2 else "Bolt", "day": "2026-03-02", "sentiment": "neutral"}
            for row in range(100)
        ]
    )
    ids = frame["post_id"]
    rows = pd.concat(
        [
            pd.DataFrame({"post_id": ids[:40], "label": "question", "open": 1}),
            pd.DataFrame({"post_id": ids[:10], "label": "request", "open": 1}),
            pd.DataFrame({"post_id": ids[40:90], "label": "", "open": 0}),
            pd.DataFrame({"post_id": ids[90:], "label": "", "open": 7}),
        ]
    )
    space.store.merge(
        "classes",
        rows.assign(
            week="2026-W10",
            content_hash="h",
            classifier=SHIPPED,
            probability=0.9,
            routes=False,
            step_version="1:a:b",
        ),
    )
    return intents.measure(frame, space)


def test_shares_are_of_english_posts_and_may_overlap(posts, workspace):
    found = counted(posts, workspace(min_posts=10))
    table = found.table.set_index("intent")
    assert list(table.index) == ["question", "request"]
    assert table["posts"].tolist() == [40, 10]
    assert table["value"].tolist() == pytest.approx([40 / 90, 10 / 90])
    assert table["n"].tolist() == [90, 90]
    assert (table["low"] < table["value"]).all()
    assert (table["value"] < table["high"]).all()
    assert found.trust == {"left out, not in English": "10 of 100 posts"}
    assert found.caption == "Intents; 90 English posts; a post may have several or none"


def test_each_brand_has_its_share(posts, workspace):
    points = counted(posts, workspace(min_posts=10)).points
    assert points[["intent", "brand", "posts"]].to_numpy().tolist() == [
        ["question", "Acme", 45],
        ["question", "Bolt", 45],
        ["request", "Acme", 45],
        ["request", "Bolt", 45],
    ]
    assert points["share"].tolist() == pytest.approx([20 / 45, 20 / 45, 5 / 45, 5 / 45])


def test_a_claim_names_share_interval_and_posts(posts, workspace):
    claim = counted(posts, workspace(min_posts=10)).claims[0]
    assert (claim.id, claim.n) == ("sentiment.intent.question", 90)
    assert claim.sentence.startswith("“question” is found in 44% of 90 English posts (")


def test_an_intent_that_was_wrong_too_often_is_held_back_with_its_reason(posts, workspace, monkeypatch):
    words = Wordings(("call me",))
    weak = Intent(
        "request", "asks", words, measures=(Measure("a", 5, 10),), measured_as=Intent("", "", words).identity
    )
    kept = next(intent for intent in intent_settings.shipped() if intent.name == "question")
    monkeypatch.setattr(intent_settings, "shipped", lambda: (kept, weak))
    found = counted(posts, workspace(min_posts=10))
    assert found.table["intent"].tolist() == ["question"]
    assert found.trust["held back: request"] == "right 50% (n 10) when said, less than 70%"


def test_words_that_were_changed_are_told_as_not_measured(posts, workspace):
    own = {"question": {"words": ["how come"], "match": ["how come it is late"]}}
    found = counted(posts, workspace(min_posts=10, intents=own))
    assert found.table.loc[0, "right"] == "not measured"
    assert found.trust["not measured since its words were changed"] == "question"


def test_where_nothing_was_read_the_page_says_so(posts, workspace):
    found = intents.measure(posts([("Acme", "2026-03-02", "negative")]), workspace())
    assert found.claims == []
    assert found.table.empty
    assert found.shown.empty
    assert found.points.empty
    assert found.trust == {
        "intents": "No English post in this window has been read for intents yet; run earshot "
        "report acme, which enriches new posts."
    }

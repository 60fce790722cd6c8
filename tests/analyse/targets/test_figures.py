"""Towards whom: net sentiment by target, its gap to the posts' own,
and posts that praise one and blame another.
"""

import pandas as pd
import pytest

from earshot.analyse import targets
from earshot.core.params import Brief
from earshot.enrich.targets.model import COLUMNS

BRIEF = Brief(brands=["Acme", "Bolt"], min_posts=10)
P = {"negative": (0.998, 0.001, 0.001), "neutral": (0.001, 0.998, 0.001), "positive": (0.001, 0.001, 0.998)}


def named(posts, rows):
    """The table targets: rows of (place of the post, target, kind, label)."""
    ids = posts["post_id"].to_numpy()
    frame = pd.DataFrame(
        [
            {
                "post_id": ids[place],
                "target": target,
                "kind": kind,
                "label": label,
                **dict(zip(COLUMNS, P[label], strict=True)),
            }
            for place, target, kind, label in rows
        ]
    )
    return frame.assign(
        week="2026-W10", content_hash="h", start=0, end=4, model="towards-2", step_version="1"
    )


def quarrel(posts, workspace, langs=("en",) * 60):
    """Sixty angry posts: all blame Acme, thirty of them praise Bolt."""
    frame = posts(
        [{"brand": "Acme", "day": "2026-03-02", "sentiment": "negative", "lang": lang} for lang in langs]
    )
    rows = [(place, "Acme", "brand", "negative") for place in range(60)]
    rows += [(place, "Bolt", "brand", "positive") for place in range(30)]
    store = workspace().store
    store.merge("targets", named(frame, rows))
    return targets.measure(frame, store, BRIEF), frame


def test_one_is_praised_in_posts_that_are_angry_at_another(posts, workspace):
    found, _ = quarrel(posts, workspace)
    table = found.table.set_index("target")
    assert list(table.index) == ["Bolt", "Acme"]
    assert table.loc["Bolt", ["value", "overall", "gap"]].tolist() == pytest.approx([1, -1, 4 / 3], abs=0.02)
    assert table.loc["Acme", ["value", "overall", "gap"]].tolist() == pytest.approx(
        [-1, -1, -2 / 3], abs=0.02
    )
    assert table.loc["Bolt", "verdict"] == "real"
    assert table["n"].tolist() == [30, 60]


def test_what_is_said_holds_both_numbers(posts, workspace):
    claim = quarrel(posts, workspace)[0].claims[0]
    assert claim.id == "sentiment.towards.bolt"
    assert claim.sentence.startswith("Towards Bolt, 30 posts are +100 net (")
    assert claim.sentence.endswith(
        "; beside other targets that is 133 points better than the same posts sound in all."
    )


def test_divided_posts_are_quoted_with_who_is_praised_and_blamed(posts, workspace):
    found, _ = quarrel(posts, workspace)
    assert found.trust["posts that praise one and blame another"] == 30
    shown = targets.quotes(found, 4)
    assert len(shown) == 4
    assert set(shown["sentiment"]) == {"praises Bolt, blames Acme"}


def test_languages_that_were_not_tested_are_left_out_and_counted(posts, workspace):
    found, _ = quarrel(posts, workspace, langs=("en",) * 40 + ("de",) * 20)
    assert found.table.set_index("target").loc["Acme", "n"] == 40
    assert found.trust["left out, in a language not tested"] == 20


def test_nothing_named_is_an_empty_table(posts, workspace):
    frame = posts([("Acme", "2026-03-02", "negative")] * 3)
    found = targets.measure(frame, workspace().store, BRIEF)
    assert found.table.empty
    assert found.claims == []
    assert found.points.empty
    assert found.gaps_shown.empty
    assert targets.quotes(found, 3).empty

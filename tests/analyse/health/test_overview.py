"""The health of the champion: behaviour, drift and bias together,
with the workspace's own labels and cases.
"""

import pandas as pd
import pytest

from earshot.analyse import health
from earshot.core.params import ParamError
from earshot.publish import shapes
from earshot.publish.report import results

DAYS = pd.date_range("2026-03-02", periods=10)


def month(posts):
    """Ten days of nine posts in two languages."""
    moods = ("negative", "neutral", "positive")
    frame = posts(
        [
            {"brand": "Acme", "day": day, "sentiment": moods[turn % 3], "lang": ("en", "de")[turn % 2]}
            for day in DAYS
            for turn in range(9)
        ]
    )
    return frame.assign(possible=frame["sentiment"])


def test_everything_is_examined_and_stated(posts, workspace):
    space = workspace(
        brands=["Acme"], min_posts=5, behaviour={"slang": {"labels": {"It is terrible.": "negative"}}}
    )
    frame = month(posts)
    pd.DataFrame({"post_id": frame["post_id"], "label": "negative"}).to_csv(
        space.folder / "labels.csv", index=False
    )
    found = health.examine(frame, space)
    ids = {claim.id for claim in found.claims}
    assert {
        "health.behaviour",
        "health.behaviour.slang",
        "health.swaps",
        "health.drift",
        "health.drift.labels",
        "health.drift.accuracy",
        "health.bias",
    } <= ids
    assert len(ids) == len(found.claims)
    assert found.trust["posts labelled by a person"] == 90
    assert found.trust["model"] == "earshot-2"
    assert found.trust["bias gate"] == "closed"
    assert set(found.bias.groups["measure"]) == {"left open", "confidence", "accuracy"}
    assert all(claim.n for claim in found.claims)
    for table in (
        found.behaviour.shown,
        found.behaviour.charted,
        found.drift.shown,
        found.bias.shown,
        found.allocation.shown,
        found.models,
        found.used,
    ):
        assert len(table)


def test_three_posts_are_enough_to_say_so(posts, workspace):
    frame = posts([("Acme", DAYS[0], "negative")] * 3).assign(possible="negative")
    found = health.examine(frame, workspace())
    assert found.drift.shown.empty
    assert found.bias.shown.empty
    assert [claim.id for claim in found.claims if claim.id.startswith(("health.drift", "health.bias"))] == [
        "health.bias"
    ]  # the swapped names alone
    assert found.allocation.shown.empty


def test_no_words_of_a_post_stand_in_a_claim_or_table_but_single_terms(posts, workspace):
    found = health.examine(
        month(posts).assign(text="my own secret words are here in all"), workspace(min_posts=5)
    )
    said = (
        " ".join(claim.sentence for claim in found.claims)
        + found.drift.moves.to_csv()
        + found.bias.groups.to_csv()
    )
    assert "secret words" not in said


def test_a_hostile_brand_channel_or_word_is_text_and_nothing_else(posts, workspace):
    live = "<script>window.pwned=1</script>"
    space = workspace(min_posts=5, behaviour={live: {"about": live, "labels": {f"{live} bad": "positive"}}})
    frame = month(posts).assign(text=f"new {live} onerrorzq words")
    frame["brand"], frame["platform"] = [live, "Bolt"] * 45, ["Acme", live] * 45
    found = health.examine(frame, space)
    behaved, parts = found.behaviour, [shapes.findings(found.claims), shapes.table(found.models, "Models")]
    parts += [
        shapes.table(table, live)
        for table in (
            behaved.shown,
            behaved.failures,
            found.drift.shown,
            found.drift.terms_shown,
            found.bias.shown,
            found.allocation.shown,
        )
    ]
    assert live in set(found.bias.groups["group"])
    assert "<script" not in "".join(parts)
    for name, table in {
        "behaviour": behaved.rates,
        "drift": found.drift.moves,
        "bias": found.bias.groups,
    }.items():
        results.check_aggregate(name, table)


def test_without_sentiment_or_with_a_wrong_label_one_sentence_says_what_to_do(posts, workspace):
    space = workspace()
    with pytest.raises(ValueError, match="No post in this window has a sentiment yet; run 'earshot report'"):
        health.examine(month(posts).assign(sentiment=pd.NA), space)
    (space.folder / "labels.csv").write_text("post_id,label\nx:0001,negativ\nx:0002,neutral\n")
    with pytest.raises(ParamError, match="under label stands 'negativ'; use negative, neutral, positive"):
        health.examine(month(posts), space)

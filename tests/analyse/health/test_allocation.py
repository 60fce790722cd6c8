"""Attention by group: shares counted by hand, an interval for each, small groups left out."""

import numpy as np
import pytest

from earshot.analyse.health import allocation
from earshot.analyse.sentiment import decision_costs
from earshot.core.params import Brief

BRIEF = Brief(brands=["Acme"], min_posts=20)
COSTS = decision_costs.Costs(1.0, "a test")  # flagged from a probability of one half


def read(posts):
    """A hundred German posts, of which forty are negative, and a hundred English ones, of which ten are."""
    frame = posts(
        [
            {
                "brand": "Acme",
                "day": "2026-03-02",
                "sentiment": "negative" if row < here else "positive",
                "lang": lang,
            }
            for lang, here in (("de", 40), ("en", 10))
            for row in range(100)
        ]
    )
    sure = frame["sentiment"].eq("negative")
    return frame.assign(
        p_negative=np.where(sure, 0.96, 0.02), p_neutral=0.02, p_positive=np.where(sure, 0.02, 0.96)
    )


def test_the_shares_are_those_counted_by_hand_and_each_has_its_interval(posts):
    found = allocation.measure(read(posts), BRIEF, COSTS)
    rows = found.table.set_index(["group", "measure"])
    assert rows.loc[("de", "read as negative"), "value"] == pytest.approx(0.4)
    assert rows.loc[("en", "flagged"), "value"] == pytest.approx(0.1)
    assert rows["whole"].loc[("de", "flagged")] == pytest.approx(0.25)
    first = rows.loc[[("de", "first in line"), ("en", "first in line")], "value"]
    assert first.sum() * 100 == pytest.approx(20)  # a tenth of two hundred posts
    assert (rows["low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["high"]).all()
    assert (rows["low"] < rows["high"]).all()
    assert set(rows["n"]) == {100, 200}


def test_the_group_with_the_least_in_line_is_named(posts):
    frame = read(posts)
    frame.loc[frame["lang"].eq("en"), "p_negative"] -= 0.1
    (claim,) = allocation.measure(frame, BRIEF, COSTS).claims
    assert claim.sentence.startswith("Of language English, 0% of posts (0 to ")
    assert claim.sentence.endswith("likeliest negative and so first in line, the least of 4 groups.")
    assert (claim.value, claim.n) == (0, 100)


def test_a_reader_sees_a_row_for_each_group(posts):
    shown = allocation.measure(read(posts), BRIEF, COSTS).shown
    assert shown.columns.tolist() == ["by", "group", "posts", "flagged", "read as negative", "first in line"]
    german = shown[shown["group"] == "German"].iloc[0]
    assert german["read as negative"].startswith("40% (")
    assert german["posts"] == 100


def test_a_group_with_too_few_posts_has_no_row(posts):
    frame = read(posts)
    frame.loc[:9, "lang"] = "fi"
    assert "fi" not in set(allocation.measure(frame, BRIEF, COSTS).table["group"])

"""Engagement totals: exact where all is known,
wider the more is imputed, and plain about what nobody tells.
"""

import numpy as np
import pandas as pd
import pytest

from earshot.analyse.collect import engagement
from earshot.core.params import Brief


def posts(missing):
    at = pd.Timestamp("2026-03-02", tz="UTC")
    likes = pd.Series(np.random.default_rng(0).poisson(9, 400), dtype="Int64")
    likes[:missing] = pd.NA
    return pd.DataFrame(
        {
            "post_id": [f"x:{row:03}" for row in range(400)],
            "platform": "x",
            "kind": "post",
            "followers": pd.array([10] * 400, dtype="Int64"),
            "created_at": at,
            "collected_at": at,
            "likes": likes,
            "reposts": pd.array([1] * 400, dtype="Int64"),
            "replies": pd.array([None] * 400, dtype="Int64"),
            "views": pd.array([None] * 400, dtype="Int64"),
        }
    )


def test_known_counts_are_summed_exactly():
    table = engagement.measure(posts(0), Brief()).totals.set_index("count")
    assert table.at["reposts", "value"] == table.at["reposts", "low"] == table.at["reposts", "high"] == 400
    assert table.at["likes", "imputed"] == 0
    assert table.at["views", "never known"] == 1


def test_the_interval_holds_the_truth_and_grows_with_what_is_imputed():
    truth = posts(0)["likes"].sum()
    some, many = (
        engagement.measure(posts(number), Brief()).totals.set_index("count").loc["likes"]
        for number in (40, 300)
    )
    assert some["low"] <= truth <= some["high"]
    assert many["low"] <= truth <= many["high"]
    assert many["high"] - many["low"] > some["high"] - some["low"] > 0
    assert some["imputed"] == pytest.approx(0.1)


def test_the_claim_says_how_much_is_imputed():
    said = {claim.id: claim.sentence for claim in engagement.measure(posts(300), Brief()).claims}
    assert "75% of posts having a count imputed" in said["clean.engagement.likes"]
    assert said["clean.engagement.likes"].endswith("do not build on it.")
    assert "clean.engagement.views" not in said

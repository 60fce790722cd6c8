"""Engagement: missing counts come from posts like it,
are marked, are never zero by default, and repeat exactly.
"""

import json

import numpy as np
import pandas as pd
import pytest

from earshot.enrich.engagement import step as engagement


def posts(count=40, missing=8):
    at = pd.Timestamp("2026-03-02", tz="UTC")
    frame = pd.DataFrame(
        {
            "post_id": [f"x:{number:03}" for number in range(count)],
            "content_hash": "h",
            "platform": "x",
            "kind": "post",
            "followers": pd.array([500] * count, dtype="Int64"),
            "created_at": at,
            "collected_at": at,
            "likes": pd.array([5, 6, 7, 8] * (count // 4), dtype="Int64"),
            "reposts": pd.array([0] * count, dtype="Int64"),
            "replies": pd.array([None] * count, dtype="Int64"),
            "views": pd.array([None] * count, dtype="Int64"),
        }
    )
    frame.loc[: missing - 1, "likes"] = pd.NA
    return frame


def test_a_missing_count_is_like_those_of_its_kind_and_marked():
    rows = engagement.add(posts(), 1)
    assert rows["likes"][:8].between(5, 8).all()
    assert [json.loads(names) for names in rows["imputed"][:9]] == [["likes"]] * 8 + [[]]
    assert rows["likes"][8:].tolist() == [5, 6, 7, 8] * 8
    assert rows["views"].isna().all()
    assert set(rows["tier"]) == {"nano"}


def test_draws_vary_where_it_is_unknown_only_and_repeat_with_the_seed():
    drawn = engagement.draws(posts(), "likes", 1)
    assert drawn.shape == (40, engagement.DRAWS)
    assert (drawn[8:].std(axis=1) == 0).all()
    assert (drawn[:8].std(axis=1) > 0).all()
    assert np.array_equal(drawn, engagement.draws(posts(), "likes", 1))


def test_too_few_posts_like_it_lend_nothing():
    few = posts(8, 4)
    assert np.isnan(engagement.draws(few, "likes", 1)[:4]).all()


@pytest.mark.parametrize(
    ("followers", "name"),
    [
        (0, "nano"),
        (9_999, "nano"),
        (10_000, "micro"),
        (50_000, "mid"),
        (500_000, "macro"),
        (2_000_000, "mega"),
        (None, "unknown"),
    ],
)
def test_the_tier_follows_the_followers(followers, name):
    assert engagement.tier(pd.Series([followers], dtype="Int64")).tolist() == [name]


def test_the_step_runs_again_only_when_something_came(workspace):
    space = workspace()
    frame = posts().assign(brand="Acme", author=None, text="hi", source="csv", week="2026-W10")
    space.store.merge("posts", frame)
    assert engagement.update(space) == 40
    assert engagement.update(space) == 0
    frame.loc[0, "likes"] = 50
    space.store.merge("posts", frame)
    assert engagement.update(space) == 1
    assert space.store.read("engagement")["likes"].iloc[0] == 50

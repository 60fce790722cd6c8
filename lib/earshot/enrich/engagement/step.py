"""Likes, reposts, replies and views where a platform did not say:
imputed several times, marked, and never zero.

A missing count is drawn from known counts of posts like it: the same platform and kind, an author of about as
many followers, of about the same age; where there are too few such posts the group is widened step by step.
This is a hot- deck multiple imputation (Andridge & Little 2010; Rubin 1987): the table keeps the mean of the
draws, ``draws`` gives them all, so that a total can carry the uncertainty of what was not known.
"""

import json

import numpy as np
import pandas as pd

from earshot.core.workspace import Workspace
from earshot.enrich.pipeline.declaration import Step

TABLE = "engagement"
VERSION = "1"
COUNTS = ("likes", "reposts", "replies", "views")
DRAWS = 20
LEAST = 10  # known counts a group must have before it lends one
TIERS = (("nano", 0), ("micro", 10_000), ("mid", 50_000), ("macro", 500_000), ("mega", 1_000_000))
GROUPS = (
    ["platform", "kind", "reach", "age"],
    ["platform", "kind", "reach"],
    ["platform", "kind"],
    ["platform"],
)


def tier(followers: pd.Series) -> pd.Series:
    """Return nano, micro, mid, macro or mega by number of followers; unknown where that is not known."""
    edges = [least for _, least in TIERS] + [np.inf]
    cut = pd.cut(followers.astype("float64"), edges, labels=[name for name, _ in TIERS], right=False)
    return cut.astype("str").where(followers.notna(), "unknown")


def draws(posts: pd.DataFrame, count: str, seed: int, number: int = DRAWS) -> np.ndarray:
    """Return (posts, number) counts: the known one in every draw,
    else counts of posts like it, or NaN where none is.

    ``posts`` has platform, kind, followers, created_at, collected_at and the counts, in a fixed order.
    """
    known = posts[count].astype("float64").to_numpy()
    drawn = np.repeat(known[:, None], number, axis=1)
    frame = _like(posts).assign(known=known)
    chance = np.random.default_rng([seed, COUNTS.index(count)])
    missing = np.isnan(known)
    for keys in GROUPS:
        if not missing.any():
            break
        for _, rows in sorted(
            frame.groupby(keys, observed=True).indices.items(), key=lambda item: str(item[0])
        ):
            lenders, takers = rows[~np.isnan(known[rows])], rows[missing[rows]]
            if len(lenders) < LEAST or not len(takers):
                continue
            # Each draw first redraws its lenders, so that a small group is not taken for certain (approximate
            # Bayesian bootstrap).
            for at in range(number):
                again = known[chance.choice(lenders, len(lenders))]
                drawn[takers, at] = chance.choice(again, len(takers))
            missing[takers] = False
    return drawn


def _like(posts: pd.DataFrame) -> pd.DataFrame:
    """Return what makes posts alike: platform, kind, tier of reach, and age when they were collected."""
    hours = (posts["collected_at"] - posts["created_at"]).dt.total_seconds() / 3600
    return pd.DataFrame(
        {
            "platform": posts["platform"].to_numpy(),
            "kind": posts["kind"].to_numpy(),
            "reach": tier(posts["followers"]).to_numpy(),
            "age": pd.cut(hours, [-np.inf, 1, 24, 168, np.inf], labels=False).to_numpy(),
        }
    )


def add(posts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the engagement table's columns for posts with post_id, content_hash and what ``draws`` needs."""
    posts = posts.reset_index(drop=True)
    means = {count: draws(posts, count, seed).mean(axis=1) for count in COUNTS}
    imputed = [
        [count for count in COUNTS if pd.isna(posts.at[row, count]) and not np.isnan(means[count][row])]
        for row in range(len(posts))
    ]
    return pd.DataFrame(
        {
            "post_id": posts["post_id"],
            "content_hash": posts["content_hash"],
            **means,
            "imputed": [json.dumps(names) for names in imputed],
            "tier": tier(posts["followers"]),
        }
    )


def read(workspace: Workspace) -> pd.DataFrame:
    """Return every post with what imputation needs, in the order in which the draws are made."""
    return workspace.store.sql(
        "SELECT post_id, week, content_hash, platform, kind, followers, likes, reposts, "
        "replies, views, created_at, collected_at FROM posts ORDER BY post_id"
    )


def update(workspace: Workspace) -> int:
    """Complete the counts again when a post is new or was counted anew;
    return how many posts are new or changed.

    A new post can lend to all others, so the columns are made anew in one go; only rows that differ are
    written.
    """
    store = workspace.store
    pending = store.sql(f"""SELECT count(*) AS n FROM posts p LEFT JOIN engagement e USING (post_id)
        WHERE e.post_id IS NULL OR e.content_hash <> p.content_hash OR e.step_version <> '{VERSION}'
        OR (p.likes IS NOT NULL AND p.likes <> e.likes) OR (p.reposts IS NOT NULL AND p.reposts <> e.reposts)
        OR (p.replies IS NOT NULL AND p.replies <> e.replies) OR (p.views IS NOT NULL AND p.views <>
        e.views)""")
    number = int(pending["n"].iloc[0])
    if number:
        posts = read(workspace)
        added = add(posts, workspace.params.seed)
        store.merge(TABLE, added.assign(week=posts["week"].to_numpy(), step_version=VERSION))
    return number


STEP = Step(name="engagement", version=lambda _: VERSION, update=lambda workspace, _: update(workspace))

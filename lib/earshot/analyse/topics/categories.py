"""Posts in the workspace's own categories: how many, from which topics, and what holds a topic best."""

import numpy as np
import pandas as pd

from earshot.analyse.topics.placement import place
from earshot.core import wording
from earshot.core.params import Brief
from earshot.enrich.topics import taxonomy
from earshot.enrich.topics.taxonomy import Category
from earshot.statistics import estimate

NO_TOPIC = -1
CELLS = [
    "topic",
    "topic name",
    "category",
    "parent",
    "posts",
    "split posts",
    "share",
    "low",
    "high",
    "share of category",
]
TOPICS = [
    "topic",
    "topic name",
    "posts",
    "category",
    "share",
    "low",
    "high",
    "rival",
    "rival share",
    "no category",
    "verdict",
]
CATEGORIES = ["category", "parent", "posts", "share", "low", "high", "split posts", "own split posts"]
COVERAGE = ["language", "share", "low", "high", "posts"]


def coverage_of(posts: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return the share of posts in any category, of all and by language:
    words of one find little in another.
    """
    whole = estimate.means(posts, "_in", share=True).assign(language="all")
    by = estimate.means(posts, "_in", ["lang"], share=True)
    by = by[by["n"] >= params.min_posts].sort_values("n", ascending=False, kind="stable")
    table = pd.concat(
        [whole, by.assign(language=[wording.spoken(code) for code in by["lang"]])], ignore_index=True
    )
    return table.rename(columns={"value": "share", "n": "posts"})[COVERAGE]


def split_votes(categories: list[Category], inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (the lowest categories of each post,
    its one vote divided among them and handed up to all above).
    """
    names = [category.name for category in categories]
    below = np.array([[child.parent == name for name in names] for child in categories])
    lowest = inside & ~(inside.astype(int) @ below.astype(int) > 0)
    parents = {category.name: category.parent for category in categories}
    up = np.array(
        [[above in taxonomy.lineage(parents, name) for above in names] for name in names], dtype=float
    )
    return lowest, lowest / np.maximum(lowest.sum(axis=1, keepdims=True), 1) @ up


def cells_of(
    posts: pd.DataFrame, categories: list[Category], inside: np.ndarray, split: np.ndarray
) -> pd.DataFrame:
    """Return a row per topic and category:
    its posts, their share of the topic with interval, and of the category.
    """
    parts = []
    for column, category in enumerate(categories):
        held = posts.assign(_held=inside[:, column].astype(float), split_votes=split[:, column])
        part = estimate.means(held, "_held", ["topic", "topic_name"], share=True)
        sums = held.groupby(["topic", "topic_name"])[["_held", "split_votes"]].sum().reset_index(drop=True)
        parts.append(
            part.assign(
                category=category.name,
                parent=category.parent,
                posts=sums["_held"].astype(int),
                **{
                    "split posts": sums["split_votes"].round(6),
                    "share of category": sums["_held"] / max(inside[:, column].sum(), 1),
                },
            )
        )
    return pd.concat(parts, ignore_index=True).rename(columns={"value": "share", "topic_name": "topic name"})[
        CELLS
    ]


def category_sizes(
    posts: pd.DataFrame, categories: list[Category], inside: np.ndarray, lowest: np.ndarray, split: np.ndarray
) -> pd.DataFrame:
    """Return each category with its posts, their share with interval, and the votes split among them."""
    alone = (lowest / np.maximum(lowest.sum(axis=1, keepdims=True), 1)).sum(axis=0)
    rows = [
        estimate.means(posts.assign(_held=held.astype(float)), "_held", share=True).iloc[0]
        for held in inside.T
    ]
    table = pd.DataFrame(rows).rename(columns={"value": "share"}).reset_index(drop=True)
    return table.assign(
        category=[category.name for category in categories],
        posts=inside.sum(axis=0),
        parent=[category.parent for category in categories],
        **{"split posts": split.sum(axis=0).round(6), "own split posts": alone.round(6)},
    )[CATEGORIES]


def topics_in_categories(
    posts: pd.DataFrame, cells: pd.DataFrame, categories: list[Category], inside: np.ndarray, params: Brief
) -> pd.DataFrame:
    """Return each topic of enough posts with the category that holds most of them, largest topic first."""
    rows = []
    for (topic, name), group in posts[posts["topic"] > NO_TOPIC].groupby(["topic", "topic_name"]):
        if len(group) >= params.topics_min_posts:
            row = place(group, cells[cells["topic"] == topic], categories, inside[group.index])
            rows.append(
                row
                | {
                    "topic": topic,
                    "topic name": name,
                    "posts": len(group),
                    "no category": 1 - group["_in"].mean(),
                }
            )
    return pd.DataFrame(rows, columns=TOPICS).sort_values(
        ["posts", "topic"], ascending=[False, True], ignore_index=True
    )

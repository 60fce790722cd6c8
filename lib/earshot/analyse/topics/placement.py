"""Where a topic belongs among the organisation's categories: in one, between two, or in none."""

import numpy as np
import pandas as pd

from earshot.enrich.topics.taxonomy import Category
from earshot.statistics import estimate

MOST = 0.5  # a category holds a topic when surely more than this share of the topic's posts are in it
RIVAL = 0.5  # a second category competes when it holds at least this share of what the first one holds


def place(posts: pd.DataFrame, cells: pd.DataFrame, categories: list[Category], inside: np.ndarray) -> dict:
    """Return category, share, low, high, rival, rival share and verdict of one topic.

    ``cells`` has the topic's share in each category; ``inside`` says which of its ``posts`` are in which. It
    is mapped to the lowest category that surely holds most of its posts and has no rival beside it; ambiguous
    when two rivals hold most of them together; unmapped otherwise, with the category that holds most all the
    same.
    """
    level, chosen = _ranked(cells, ""), None
    first = level.iloc[0].to_dict()
    while len(level) and level["low"].iloc[0] > MOST and not _rival(level):
        chosen = level.iloc[0].to_dict()
        level = _ranked(cells, chosen["category"])
    if chosen:
        return _row(chosen, "mapped")
    rival = _rival(level)
    if not rival:
        return _row(first, "unmapped")
    names = [category.name for category in categories]
    both = inside[:, [names.index(first["category"]), names.index(rival["category"])]].any(axis=1)
    together = estimate.means(posts.assign(_both=both.astype(float)), "_both", share=True)["low"].iloc[0]
    return _row(first, "ambiguous" if max(together, first["low"]) > MOST else "unmapped", rival)


def _ranked(cells: pd.DataFrame, parent: str) -> pd.DataFrame:
    """Return the cells of the categories right below ``parent``, the largest share first."""
    return cells[cells["parent"] == parent].sort_values("share", ascending=False, kind="stable")


def _rival(level: pd.DataFrame) -> dict:
    """Return the second cell of a level where it competes with the first, or nothing."""
    if (
        len(level) < 2
        or not level["share"].iloc[1]
        or level["share"].iloc[1] < RIVAL * level["share"].iloc[0]
    ):
        return {}
    return level.iloc[1].to_dict()


def _row(first: dict, verdict: str, rival: dict | None = None) -> dict:
    beside = {"rival": rival["category"] if rival else "", "rival share": rival["share"] if rival else None}
    named = {"category": first["category"] if first["share"] else ""}
    return {name: first[name] for name in ("share", "low", "high")} | named | beside | {"verdict": verdict}

"""Exports of vendors and regional crawlers: known by their headings, with what each leaves out.

Each is a file of this folder, NAME.yml, and its name stands in ``NAMES``.
"""

from functools import cache
from pathlib import Path

import pandas as pd

from earshot.collect.mapping.mapping import Source
from earshot.collect.shapes.export import Export
from earshot.collect.shapes.reader import read_export

SHAPES = Path(__file__).resolve().parent
# The first whose headings fit is taken: vendors before crawlers, whose needs are shorter.
NAMES = ("brandwatch", "talkwalker", "sprinklr", "meltwater", "weibo", "vk", "xiaohongshu")
STRIPPED = "the vendor strips the text of X posts; fetch them by id"


@cache
def export(name: str) -> Export | None:
    """Return what is known of a vendor's exports, or None for one that is not known."""
    return read_export(SHAPES / f"{name}.yml") if name in NAMES else None


def recognise(columns: list[str]) -> Export | None:
    """Return the vendor whose headings a file has, or None."""
    return next((one for one in map(export, NAMES) if one.fits(columns)), None)


def propose(columns: list[str], known: list[str]) -> Source | None:
    """Return the source that reads a vendor's file
    with these columns under a free name, or None for no vendor's.
    """
    found = recognise(columns)
    if found is None:
        return None
    options = [found.name, *(f"{found.name}_{turn}" for turn in range(2, 99))]
    return found.source(columns, next(name for name in options if name not in known))


def withheld(source: Source, platforms: pd.Series) -> pd.Series:
    """Say which rows are of a platform whose text the source's vendor may not give."""
    vendor = export(source.vendor)
    return platforms.isin(vendor.withholds if vendor else ())

"""Fields that were filled and are no longer: seen on the first bad file, before a chart shows a hole.

A field of a source that was filled in its earlier imports is gone when none of a file's posts has it, and
chance would do that less than once in a thousand files: (1 - p) ^ n < 0.001, with p the lower Wilson bound of
its earlier share.
"""

import json
from collections import Counter

import pandas as pd

from earshot.core.workspace import Workspace
from earshot.statistics.proportion import wilson

RARE = 0.001


def fields(workspace: Workspace, source: str, filled: Counter) -> list[str]:
    """Return the mapped fields that are empty in all posts
    of a file though the source's earlier files filled them.
    """
    before = earlier(workspace, source)
    number = filled["posts"]
    return [
        name
        for name, count in sorted(before.items())
        if name in filled
        and name != "posts"
        and not filled[name]
        and (1 - wilson(count, before["posts"])[0]) ** number < RARE
    ]


def earlier(workspace: Workspace, source: str) -> Counter:
    """Return in how many posts of its earlier imports each field of a source was filled,
    and how many posts those are.

    Files in which a field had vanished do not count for it: a field that stays away is told of again.
    """
    noted = workspace.store.read("imports", columns=["source", "mapping"], where={"source": source})[
        "mapping"
    ].dropna()
    total: Counter = Counter()
    for text in noted:
        total.update(json.loads(text).get("filled", {}))
    return total


def table(imports: pd.DataFrame) -> pd.DataFrame:
    """Return source, file, field and at for each field that an import (the imports table) found vanished."""
    found = [
        (row.source, row.file, name, row.at)
        for row in imports.dropna(subset="mapping").itertuples(index=False)
        for name in json.loads(row.mapping).get("vanished", [])
    ]
    return pd.DataFrame(found, columns=["source", "file", "field", "at"])

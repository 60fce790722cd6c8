"""Rows deleted by their keys, in parts that a statement can hold."""

import pandas as pd

from earshot.core.literals import listed
from earshot.core.store import Store

CHUNK = 20_000


def delete(store: Store, table: str, key: str, values: pd.Series, also: str = "true") -> int:
    """Delete the rows of a table with these keys; returns how many went."""
    return sum(store.delete(table, f"{also} AND {key} IN {listed(part)}") for part in _parts(values))


def _parts(values: pd.Series) -> list[pd.Series]:
    return [values.iloc[start : start + CHUNK] for start in range(0, len(values), CHUNK)]

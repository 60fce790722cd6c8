"""The business files read back as tables of the store."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from earshot.core import schema
from earshot.core.tables import TABLES
from earshot.core.tables.business import BUSINESS


def read_business(folder: Path, name: Callable[[str], str] = str) -> dict[str, pd.DataFrame]:
    """Return the tables in ``folder``/business, each as its schema wants;
    ``name`` turns a handle into a pseudonym.

    Raises FileNotFoundError when ``simulate`` has not run there, ValueError when a row does not fit its
    table.
    """
    place = Path(folder) / "business"
    if not place.exists():
        raise FileNotFoundError(f"There are no business files in {place}; run collect.demo.simulate first.")
    return {table: _read(table, place, name) for table in (*BUSINESS, "deletions")}


def _read(table: str, place: Path, name: Callable[[str], str]) -> pd.DataFrame:
    path = place / f"{table}.csv"
    frame = pd.read_csv(path, dtype="str") if path.exists() else pd.read_parquet(path.with_suffix(".parquet"))
    if "handle" in frame:
        frame = frame.rename(columns={"handle": "author"})
    if "author" in frame:
        frame["author"] = frame["author"].map(name, na_action="ignore")
    if "day" in frame:
        frame["day"] = frame["day"].dt.strftime("%Y-%m-%d")
    good, refused = schema.conform(TABLES[table], frame)
    if len(refused):
        raise ValueError(f"{path.name} has {len(refused)} rows that do not fit: {refused['reason'].iloc[0]}.")
    return good

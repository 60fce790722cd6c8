"""Tables that a notebook publishes: aggregates only,
as Parquet for programs and as CSV for people and BI tools.
"""

import io
import re
from pathlib import Path

import pandas as pd

from earshot.core.files import read_json, write_json, write_whole
from earshot.core.spreadsheet import csv_safe

PERSONAL = ("author", "clean_text", "handle", "payload", "text")
RECORDS = ".written"


def write_table(run_folder: Path, notebook: str, name: str, frame: pd.DataFrame) -> None:
    """Write tables/<name>.parquet and .csv, the same bytes for the same rows in the same order.

    Raises ValueError when a column holds posts or people, or when another notebook of the run wrote ``name``.
    """
    check_aggregate(name, frame)
    run_folder = Path(run_folder)
    _claim_name(run_folder, notebook, name)
    rows = frame if list(frame.index.names) == [None] else frame.reset_index()
    parquet = io.BytesIO()
    rows.to_parquet(parquet, index=False, compression="zstd")
    write_whole(run_folder / "tables" / f"{name}.parquet", parquet.getvalue())
    write_whole(
        run_folder / "tables" / f"{name}.csv", csv_safe(rows).to_csv(index=False, lineterminator="\n")
    )
    record = run_folder / RECORDS / f"{notebook}.json"
    write_json(record, read_json(record, {}) | {name: len(rows)})
    print(f"tables/{name}.parquet and .csv: {len(rows):,} rows")


def check_aggregate(name: str, frame: pd.DataFrame) -> None:
    """Raise ValueError when a table's name is no plain name,
    or when it holds a column of post text or of people.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"A table is named in small letters, digits and underscores; got {name!r}.")
    named = [
        column for column in map(str, (*frame.columns, *frame.index.names)) if column.lower() in PERSONAL
    ]
    if named:
        raise ValueError(
            f"Table {name!r} holds the column {named[0]!r}: tables of a report carry aggregates, never "
            "posts or people; leave the column out, and quote posts with show.posts."
        )


def list_written(run_folder: Path, notebook: str) -> dict[str, int]:
    """Return the tables that ``notebook`` wrote in this run, with their rows."""
    return read_json(Path(run_folder) / RECORDS / f"{notebook}.json", {})


def _claim_name(run_folder: Path, notebook: str, name: str) -> None:
    for record in (run_folder / RECORDS).glob("*.json"):
        if record.stem != notebook and name in read_json(record, {}):
            raise ValueError(
                f"Notebooks {record.stem} and {notebook} both write a table {name!r}; rename one."
            )

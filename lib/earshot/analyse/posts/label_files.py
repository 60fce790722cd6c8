"""Labelled examples from a file, checked before anything is scored or learnt from them."""

from pathlib import Path

import pandas as pd

from earshot.collect.files import readers
from earshot.core.params import nearest


def read(data: str, needed: tuple[str, ...] = ("text", "label")) -> pd.DataFrame:
    """Return the rows of a CSV, JSONL or Parquet file;
    raises ValueError when a ``needed`` column is not there.
    """
    if not data or not Path(data).is_file():
        raise ValueError(
            f"There is no file {data!r}; give a CSV, JSONL or Parquet file with {' and '.join(needed)}."
        )
    frame = pd.concat([batch.rows for batch in readers.read(Path(data))], ignore_index=True)
    for name in needed:
        if name not in frame:
            raise ValueError(
                f"The data has no column {name!r}; it has {', '.join(map(str, frame.columns))}."
                f"{nearest(name, frame.columns)} Columns needed: {', '.join(needed)}."
            )
    return frame


def keep(path: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """Add labelled rows to a CSV file, where the latest label
    of a post_id replaces those before, and return all.
    """
    old = read(str(path), ("label",)) if path.exists() else rows.head(0)
    joined = pd.concat([old, rows], ignore_index=True)
    kept = joined[joined["post_id"].isna() | ~joined.duplicated("post_id", keep="last")]
    draft = path.with_name(f".{path.name}.tmp")
    kept.to_csv(draft, index=False)
    draft.replace(path)
    return kept

"""How a table is declared: columns with a type, what may be empty, what is allowed;
and how rows are held to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

TYPES = {
    "text": "str",
    "whole": "Int64",
    "number": "float64",
    "flag": "boolean",
    "time": "datetime64[us, UTC]",
    "vector": "object",
}
WORDS = {"whole": "a whole number", "number": "a number", "flag": "true or false", "time": "an ISO time"}
BARE_NUMBER = r"[-+]?[\d.]+(?:[eE][-+]?\d+)?"


@dataclass(frozen=True)
class Column:
    """One column: its type (a key of TYPES),
    whether it must be filled, and which values or range it allows.
    """

    type: str
    required: bool = False
    allowed: tuple = ()
    low: float | None = None
    high: float | None = None


def text(required: bool = False, allowed: Iterable[str] = ()) -> Column:
    """A text column."""
    return Column("text", required, tuple(allowed))


def whole(required: bool = False, low: float | None = None) -> Column:
    """A whole-number column that can be unknown."""
    return Column("whole", required, low=low)


def number(required: bool = False, low: float | None = None, high: float | None = None) -> Column:
    """A decimal column."""
    return Column("number", required, low=low, high=high)


def flag(required: bool = False) -> Column:
    """A true/false column that can be unknown."""
    return Column("flag", required)


def time(required: bool = False) -> Column:
    """A UTC time column, to the microsecond."""
    return Column("time", required)


def vector() -> Column:
    """A column of equally long lists of 32-bit numbers."""
    return Column("vector", True)


@dataclass(frozen=True)
class Table:
    """A table: its name, the columns that identify a row,
    the partition column (None for small tables), its columns.

    ``volatile`` columns may differ between two deliveries of the same row without making it a changed row.
    """

    name: str
    key: list[str]
    partition: str | None
    columns: dict[str, Column]
    volatile: tuple[str, ...] = ()

    @cached_property
    def arrow(self):
        """The Arrow schema in which the table is stored."""
        import pyarrow as pa

        types = {
            "text": pa.string(),
            "whole": pa.int64(),
            "number": pa.float64(),
            "flag": pa.bool_(),
            "time": pa.timestamp("us", tz="UTC"),
            "vector": pa.list_(pa.float32()),
        }
        return pa.schema([pa.field(name, types[column.type]) for name, column in self.columns.items()])

    @property
    def settings(self) -> dict[str, str]:
        """The Delta settings with which the table is made."""
        # The log keeps the least and greatest value of each column it counts: of texts and authors it must
        # not, since an erased post would live on there. Past versions stay readable: `verify` goes back to
        # them.
        counted = "created_at" if "created_at" in self.columns else ""
        return {"delta.enableExpiredLogCleanup": "false"} | (
            {"delta.dataSkippingStatsColumns": counted}
            if counted
            else {"delta.dataSkippingNumIndexedCols": "0"}
        )

    def empty(self) -> pd.DataFrame:
        """Return a frame without rows that has the table's columns and types."""
        return pd.DataFrame(
            {name: pd.Series(dtype=TYPES[column.type]) for name, column in self.columns.items()}
        )


def conform(table: Table, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (rows that fit the table, rows refused with a one-sentence ``reason``).

    Columns the frame lacks are empty; columns the table does not know raise ValueError, since dropping them
    would lose data in silence. Values are converted where nothing is lost ("3" to 3).
    """
    unknown = [name for name in frame.columns if name not in table.columns]
    if unknown:
        raise ValueError(
            f"Table {table.name} has no column {unknown[0]!r}; it has {', '.join(table.columns)}."
        )
    # Rows are told apart by position: the labels of a frame that was put together from several can repeat.
    given = frame.reset_index(drop=True)
    typed, reasons = _converted(table, given)
    for row, reason in _failures(table, typed):
        reasons.setdefault(row, reason)
    refused = typed.index.isin(list(reasons))
    bad = frame.loc[refused].copy()
    bad["reason"] = [reasons[row] for row in typed.index[refused]]
    return typed.set_axis(frame.index).loc[~refused], bad


def _converted(table: Table, frame: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Return the frame in the table's types,
    and a reason for each row label with a value that is not of its type.
    """
    columns, reasons = {}, {}
    for name, column in table.columns.items():
        if name not in frame:
            columns[name] = (
                pd.Series(pd.NA, index=frame.index).astype(TYPES[column.type])
                if column.type != "vector"
                else pd.Series(None, index=frame.index, dtype=object)
            )
            continue
        values = _cast(frame[name], column.type)
        lost = values.isna() & frame[name].notna()
        for row, given in frame.loc[lost, name].items():
            reasons.setdefault(
                row, f"{name} is {str(given)[:40]!r}, not {WORDS.get(column.type, column.type)}"
            )
        columns[name] = values
    return pd.DataFrame(columns, index=frame.index), reasons


def _cast(values: pd.Series, kind: str) -> pd.Series:
    """Return the series in the type ``kind``, with unconvertible values empty."""
    if kind == "vector":
        return values
    if kind == "text":
        return _text(values)
    if kind == "time":
        return _times(values)
    if kind == "flag":
        known = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
        return _text(values).str.lower().map(known).astype("boolean")
    numbers = pd.to_numeric(
        values if pd.api.types.is_numeric_dtype(values) else _text(values), errors="coerce"
    )
    if kind == "whole" and not pd.api.types.is_integer_dtype(numbers):
        numbers = numbers.where(numbers.isna() | ((numbers % 1 == 0) & (numbers.abs() < 2**53)))
    return numbers.astype("Int64" if kind == "whole" else "float64")


def _text(values: pd.Series) -> pd.Series:
    """Return the values as text; half a surrogate pair,
    which no file can hold, becomes the replacement character.
    """
    try:
        return values.astype("str")
    except UnicodeEncodeError:
        return pd.Series(
            [
                value
                if pd.api.types.is_scalar(value) and pd.isna(value)
                else str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
                for value in values
            ],
            index=values.index,
            dtype="str",
        )


def _times(values: pd.Series) -> pd.Series:
    """Return times in UTC; a bare number is no time, since nobody can tell its unit."""
    if values.dtype.kind == "M":
        return pd.to_datetime(values, utc=True).astype(TYPES["time"])
    texts = _text(
        pd.Series(
            [value.isoformat() if hasattr(value, "isoformat") else value for value in values],
            index=values.index,
            dtype=object,
        )
    )
    bare = texts.str.fullmatch(BARE_NUMBER).fillna(False).astype(bool)
    return pd.to_datetime(texts.mask(bare), utc=True, errors="coerce", format="ISO8601").astype(TYPES["time"])


def _failures(table: Table, frame: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """Yield (row label, sentence) for every cell that is empty but must not be,
    or outside what its column allows.
    """
    for name, column in table.columns.items():
        values = frame[name]
        if column.required:
            yield from ((row, f"{name} is missing") for row in values.index[values.isna()])
        for broken, rule in _limits(column, values):
            for row, value in values[broken.fillna(False).astype(bool)].items():
                yield row, f"{name} is {str(value)[:40]!r}, which {rule}"


def _limits(column: Column, values: pd.Series) -> Iterator[tuple[pd.Series, str]]:
    """Yield which values break each limit of a column, and how that is said; an empty one breaks none."""
    if column.allowed:
        allowed = ", ".join(map(str, column.allowed))
        yield values.notna() & ~values.isin(column.allowed), f"is not one of {allowed}"
    if column.low is not None:
        yield values < column.low, f"is below {column.low:g}"
    if column.high is not None:
        yield values > column.high, f"is above {column.high:g}"

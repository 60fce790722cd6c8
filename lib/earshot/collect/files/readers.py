"""Any file as batches of rows: CSV with any delimiter,
JSON Lines, a JSON array, Parquet, each gzipped or not.

A batch is a frame of the file's own columns; memory is bounded by the batch, not by the file.
"""

import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from earshot.collect.mapping.formats import FileRefused, Form, open_binary, recognise
from earshot.collect.mapping.json_rows import from_dicts, read_objects

BATCH = 50_000
CHUNK = 1 << 20
EMPTY = ["", "NULL", "null", "NaN", "nan"]


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: the frame (its index is the row number,
    from 1), rows that could not be read, share done.

    ``broken`` holds (row number, what stands there, why it cannot be read).
    """

    rows: pd.DataFrame
    broken: list[tuple[int, str, str]]
    done: float


def read(path: Path, size: int = BATCH) -> Iterator[Batch]:
    """Yield the rows of a file in batches of ``size``;
    raises FileRefused, in one sentence, for what is no table.
    """
    form = recognise(path)
    yield from {"csv": _csv, "jsonl": _json, "json": _json, "parquet": _parquet}[form.kind](path, form, size)


class _Utf8:
    """A file as UTF-8, whatever it is written in; bytes that fit no character become the mark for that."""

    def __init__(self, file: io.BufferedIOBase, encoding: str):
        self._text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        return (
            self._text.read(CHUNK if size is None or size < 0 else max(1, size // 4))
            .replace("\x00", "")
            .encode()
        )

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True
        self._text.close()


def _csv(path: Path, form: Form, size: int) -> Iterator[Batch]:
    broken: dict[int, tuple[str, str]] = {}

    def refuse(row) -> str:
        why = f"the row has {row.actual_columns} cells where the heading has {row.expected_columns}"
        broken[row.number - form.headed - form.preamble] = (row.text, why)
        return "skip"

    binary, row = open_binary(path), 1
    try:
        tables = (pa.Table.from_batches([batch]) for batch in _stream(binary, form, refuse))
        for table in _joined(tables, size):
            numbers = _numbers(row, table.num_rows, broken)
            row = int(numbers[-1]) + 1
            lost = [(number, *broken[number]) for number in sorted(broken) if number < row]
            yield Batch(_framed(table, numbers), lost, _share(binary, path))
            broken = {number: why for number, why in broken.items() if number >= row}
    except pa.ArrowInvalid as error:
        raise FileRefused(f"{path.name} cannot be read as CSV after row {row - 1:,}: {error}.") from None
    if broken or row == 1:
        rest = [(number, *broken[number]) for number in sorted(broken)]
        yield Batch(pd.DataFrame(columns=list(form.columns), dtype="str"), rest, 1.0)


def _stream(binary: io.BufferedIOBase, form: Form, refuse: Callable) -> Iterator[pa.RecordBatch]:
    from pyarrow import csv

    columns = list(form.columns)
    try:
        stream = csv.open_csv(
            pa.PythonFile(_Utf8(binary, form.encoding), mode="r"),
            read_options=csv.ReadOptions(
                column_names=columns,
                skip_rows=form.headed + form.preamble,
                block_size=CHUNK * 4,
                use_threads=False,
            ),
            parse_options=csv.ParseOptions(
                delimiter=form.delimiter,
                newlines_in_values=True,
                invalid_row_handler=refuse,
                escape_char="\\" if form.escape else False,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                null_values=EMPTY,
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Could not skip" in str(error) or "Empty CSV" in str(error):
            return  # a heading and nothing below it
        raise
    yield from stream


def _numbers(first: int, count: int, broken: dict) -> np.ndarray:
    """Return the numbers of ``count`` rows from ``first`` on, passing over those that could not be read."""
    numbers = np.arange(first, first + count + len(broken))
    return numbers[~np.isin(numbers, list(broken))][:count]


def _joined(tables: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """Yield the rows of many small or large tables in tables of ``size`` rows; the last has the rest."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        while sum(part.num_rows for part in held) >= size:
            whole = pa.concat_tables(held)
            yield whole.slice(0, size)
            held = [whole.slice(size)]
    rest = [part for part in held if part.num_rows]
    if rest:
        yield pa.concat_tables(rest)


def _framed(table: pa.Table, numbers: np.ndarray) -> pd.DataFrame:
    """Return an Arrow table as a frame; whole numbers stay whole where some are missing,
    nested values become JSON.
    """
    columns = {}
    for name, column in zip(table.column_names, table.columns):
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_integer(column.type):
            columns[name] = column.to_pandas(types_mapper=lambda _: pd.Int64Dtype())
        elif pa.types.is_nested(column.type):
            values = [
                None if value is None else json.dumps(value, default=str) for value in column.to_pylist()
            ]
            columns[name] = pd.Series(values, dtype="str")
        else:
            columns[name] = column.to_pandas()
            if columns[name].dtype == object:
                columns[name] = columns[name].map(str, na_action="ignore").astype("str")
    return pd.DataFrame(columns).set_axis(pd.Index(numbers))


def _json(path: Path, form: Form, size: int) -> Iterator[Batch]:
    binary = open_binary(path)
    text = io.TextIOWrapper(binary, encoding=form.encoding, errors="replace", newline="\n")
    good, lost, columns = {}, [], []
    for number, (value, broken) in enumerate(read_objects(text, form.kind, path), 1):
        if broken:
            lost.append((number, value, broken))
        else:
            good[number] = value
        if len(good) + len(lost) >= size:
            yield Batch(from_dicts(good, columns), lost, _share(binary, path))
            good, lost = {}, []
    if good or lost:
        yield Batch(from_dicts(good, columns), lost, 1.0)


def _parquet(path: Path, form: Form, size: int) -> Iterator[Batch]:
    import pyarrow.parquet as pq

    with open_binary(path) as binary, tempfile.TemporaryFile() as unpacked:
        if not isinstance(
            binary, io.BufferedReader
        ):  # Parquet is read from its end, which a gzip stream cannot do
            while chunk := binary.read(CHUNK):
                unpacked.write(chunk)
            binary = unpacked
        try:
            file = pq.ParquetFile(binary)
        except pa.ArrowInvalid:
            raise FileRefused(f"{path.name} is a damaged Parquet file; fetch it again.") from None
        total, row = max(file.metadata.num_rows, 1), 1
        for batch in file.iter_batches(batch_size=size):
            numbers = np.arange(row, row + batch.num_rows)
            row += batch.num_rows
            yield Batch(_framed(pa.Table.from_batches([batch]), numbers), [], (row - 1) / total)


def _share(binary: io.BufferedIOBase, path: Path) -> float:
    """Return how much of the file on disk has been read."""
    inner = getattr(binary, "fileobj", None) or binary
    try:
        return min(inner.tell() / max(path.stat().st_size, 1), 1.0)
    except (
        ValueError,
        OSError,
    ):  # Arrow reads ahead in a thread of its own, and closes the file when it is through
        return 1.0

"""How a file is written, told from its first bytes: kind, encoding, delimiter, heading; gzipped or not."""

import codecs
import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SAMPLE = 1 << 18
PREAMBLE = 15  # lines
BINARY = 0.01  # a larger share of NUL is no text; a few of them stand in posts
WIDE = 5  # cells; a narrower table has no preamble that could be told from its rows
DELIMITERS = ",\t;|\x1f\x01^~:#"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


class FileRefused(ValueError):
    """A file that cannot be read as a table of posts."""


@dataclass(frozen=True)
class Form:
    """How a file is written: kind (csv, jsonl, json, parquet),
    encoding, and for CSV the delimiter and columns.

    ``preamble`` counts the lines above the heading, in which vendors say what the report is.
    """

    kind: str
    encoding: str = "utf-8"
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    headed: bool = True
    escape: bool = False
    preamble: int = 0


def recognise(path: Path) -> Form:
    """Say how a file is written, from its first bytes."""
    head = _head(path)
    if head[:4] == b"PAR1":
        return Form("parquet")
    if head[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise FileRefused(f"{path.name} is a spreadsheet or zip archive; save it as CSV and import that.")
    encoding = _encoding(head)
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff")
    if not text.strip():
        raise FileRefused(f"{path.name} is empty; there is nothing to import.")
    start = text.lstrip()
    if start[0] == "[":
        return Form("json", encoding)
    if start[0] == "{":
        return Form("jsonl" if _is_json(start.splitlines()[0]) else "json", encoding)
    return _csv_form(path, text, encoding)


def _head(path: Path) -> bytes:
    try:
        with open_binary(path) as file:
            return file.read(SAMPLE)
    except FileNotFoundError:
        raise FileRefused(f"There is no file {path}; check the path.") from None
    except (gzip.BadGzipFile, EOFError):
        raise FileRefused(f"{path.name} is not a whole gzip file; fetch it again.") from None
    except IsADirectoryError:
        raise FileRefused(f"{path} is a folder; name the files in it.") from None


def open_binary(path: Path) -> io.BufferedIOBase:
    """Open a file for reading bytes, unpacked when it is gzipped."""
    with open(path, "rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else open(path, "rb")


def _encoding(head: bytes) -> str:
    """Name the encoding: a byte order mark says it;
    valid UTF-8 is UTF-8; else the best guess, else Windows-1252.
    """
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if len(head) > 20 and head[1::2].count(0) > 0.7 * len(head[1::2]):
        return "utf-16-le"  # without a mark, as Meltwater's exports can be
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        found = from_bytes(head[:65_536])
        best, western = found.best(), next((match for match in found if match.encoding == "cp1252"), None)
        if western and western.chaos <= best.chaos and western.coherence >= best.coherence:
            return "cp1252"  # as clean as the first guess: a Baltic "años" would read "ańos"
        if best is not None and best.encoding == "mac_cyrillic":
            return "cp1251"  # the same letters, and what Russian Windows writes
        # A handful of bytes tells no alphabet from another; and what it calls a code page of an old Mac or
        # DOS is, in posts, nearly always Windows' own superset of Latin-1.
        few = sum(byte > 127 for byte in head) < 20
        rare = (
            few
            or best is None
            or re.match(r"mac_|cp4|cp7|cp8|hp_|tis|ptcp|kz|latin|iso8859_1$", best.encoding)
        )
        return "cp1252" if rare else best.encoding


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _csv_form(path: Path, text: str, encoding: str) -> Form:
    whole = text if len(text) < SAMPLE // 4 else text[: text.rfind("\n") + 1] or text
    binary = whole.count("\x00") > BINARY * len(whole)
    whole = whole.replace("\x00", "")
    escape = '\\"' in whole and '""' not in whole
    lines = _preamble(whole, escape)
    whole = whole if not lines else "".join(whole.splitlines(keepends=True)[lines:])
    scores = {mark: _steadiness(whole, mark, escape) for mark in DELIMITERS if mark in whole}
    best = max(scores, key=lambda mark: scores[mark], default="")
    steady = best and scores[best][0] >= 0.5
    if binary or (not steady and not re.match(r"[\w \-]{2,40}\r?\n", whole)):
        raise FileRefused(f"{path.name} is neither CSV nor JSON nor Parquet; export it as one of these.")
    best = best if steady else ","
    first = next(_cells(whole, best, escape))
    headed = not any(re.fullmatch(r"\s*-?\d[\d.,:\-TZ+ /]*", cell) for cell in first)
    names = first if headed else [f"column_{place}" for place in range(1, len(first) + 1)]
    return Form("csv", encoding, best, tuple(_unlike(names)), headed, escape, lines)


def _preamble(text: str, escape: bool) -> int:
    """Count the lines above the heading: few cells each,
    then a row of words as wide as all the rows that follow.
    """
    marks = [mark for mark in DELIMITERS if mark in text]
    if any(
        len(next(_quietly(_cells(text, mark, escape)), [])) >= WIDE
        or _steadiness(text, mark, escape)[0] > 0.9
        for mark in marks
    ):
        return 0  # its first line is a heading already
    for mark in ",;\t":
        rows = list(islice(_quietly(_cells(text, mark, escape)), 400))
        widths = Counter(len(row) for row in rows if len(row) >= WIDE)
        usual = max(widths, key=lambda width: (widths[width], width), default=0)
        start = next((place for place, row in enumerate(rows) if len(row) == usual), 0)
        narrow = all(len(row) <= max(3, usual // 3) for row in rows[:start])
        whole = widths[usual] >= 0.8 * sum(map(bool, rows[start:]))
        named = (
            start
            and len({cell.strip() for cell in rows[start]}) == usual
            and not any(re.fullmatch(r"\s*-?[\d.,:\-TZ+ /]*", cell) for cell in rows[start])
        )
        if 0 < start <= PREAMBLE and narrow and whole and named:
            reader = _cells(text, mark, escape)
            for _ in range(start):
                next(reader)
            return reader.line_num
    return 0


def _quietly(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield rows until one cannot be read."""
    try:
        yield from rows
    except csv.Error:
        return


def _cells(text: str, delimiter: str, escape: bool) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, escapechar="\\" if escape else None)


def _steadiness(text: str, delimiter: str, escape: bool) -> tuple[float, int]:
    """Return (share of rows with the usual number of cells, that number);
    what never splits a row scores nothing.
    """
    counts = [len(row) for row in islice(_quietly(_cells(text, delimiter, escape)), 400) if row]
    if not counts:
        return 0.0, 0
    usual, times = Counter(counts).most_common(1)[0]
    if counts[0] != usual and len(counts) > 1:
        times //= 2
    return (times / len(counts), usual) if usual > 1 else (0.0, 0)


def _unlike(names: list[str]) -> Iterator[str]:
    seen: Counter = Counter()
    for place, name in enumerate(names, 1):
        plain = name.strip().lstrip("\ufeff") or f"column_{place}"
        seen[plain] += 1
        yield plain if seen[plain] == 1 else f"{plain}_{seen[plain]}"

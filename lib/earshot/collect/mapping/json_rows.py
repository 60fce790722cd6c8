"""JSON as rows: one object per line or the objects of one array, nested ones as dotted columns."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from earshot.collect.mapping.formats import FileRefused

CHUNK = 1 << 20
ENVELOPES = ("result", "results", "result_content", "data", "response", "payload")
GAP = re.compile(r"[,\s]*")
WIDEST, REST = 300, "_rest"  # columns of a frame; what a row has beyond them stands in one column, as JSON
DEEPEST, DEEP = 12, "the line is nested too deeply"


def from_lines(payloads: pd.Series) -> pd.DataFrame:
    """Return rows that were kept as one JSON object each, at the index of ``payloads``."""
    return from_dicts({index: json.loads(text) for index, text in payloads.items()}, [])


def read_objects(text: io.TextIOWrapper, kind: str, path: Path) -> Iterator[tuple]:
    """Yield (flat object, "") or (what stands there, why it cannot be read) for each item of a JSON file.

    ``kind`` is jsonl for one object per line, else json for one array; of a top-level object the longest list
    is read.
    """
    for value, broken in _lines(text) if kind == "jsonl" else _items(text, path):
        yield (value, broken) if broken else (_flat(value), "")


def _lines(text: io.TextIOWrapper) -> Iterator[tuple]:
    for line in text:
        if line.strip():
            yield _parsed(line)


def _parsed(line: str) -> tuple:
    try:
        value = json.loads(line.strip("\ufeff\r\n "))
    except RecursionError:
        return line.strip(), DEEP
    except ValueError as error:
        why = (
            "a number has too many digits" if "digits" in str(error) else error.args[0].split(":")[0].lower()
        )
        return line.strip(), f"the line is not JSON: {why}"
    return (value, "") if isinstance(value, dict) else (line.strip(), "the line is not a JSON object")


def _items(text: io.TextIOWrapper, path: Path) -> Iterator[tuple]:
    """Yield the objects of a JSON array as they come; the whole text is never held."""
    held = text.read(CHUNK).lstrip("\ufeff \t\r\n")
    if held[0] == "{":
        yield from ((item, "") for item in _longest_list(held + text.read(), path))
        return
    decoder, at = json.JSONDecoder(), 1
    while True:
        at = GAP.match(held, at).end()
        if held[at : at + 1] == "]":
            return
        try:
            value, end = decoder.raw_decode(held, at)
        except RecursionError:
            raise FileRefused(
                f"{path.name} is nested too deeply to be a list of posts; fetch it again."
            ) from None
        except ValueError:
            end = len(held)
        if end < len(held):
            at = end
            yield (value, "") if isinstance(value, dict) else (json.dumps(value), "it is not a JSON object")
            continue
        more = text.read(max(CHUNK, len(held) - at))
        if not more:
            raise FileRefused(f"{path.name} ends in the middle of its JSON array; fetch it again.")
        held, at = held[at:] + more, 0


def _longest_list(text: str, path: Path) -> list[dict]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise FileRefused(f"{path.name} is not whole JSON; fetch it again.") from None
    lists = _lists(whole)
    return [item for item in max(lists, key=len) if isinstance(item, dict)] if lists else [whole]


def _lists(value: dict, depth: int = 3) -> list[list]:
    """Return the lists of objects in an answer, those in the envelopes around it too."""
    found = [
        inner for inner in value.values() if isinstance(inner, list) and inner and isinstance(inner[0], dict)
    ]
    nested = [
        inner for name, inner in value.items() if isinstance(inner, dict) and name in ENVELOPES and depth
    ]
    return found + [one for inner in nested for one in _lists(inner, depth - 1)]


def _flat(value: dict, before: str = "", depth: int = 0) -> dict:
    """Write nested objects as dotted columns (user.screen_name);
    lists and what lies deeper than any post are JSON.
    """
    flat = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < DEEPEST:
            flat |= _flat(inner, f"{before}{name}.", depth + 1)
        else:
            flat[before + name] = _as_json(inner) if isinstance(inner, list | dict) else inner
    return {storable(name): inner for name, inner in flat.items()} if not depth else flat


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python will write
        return "[nested too deeply]"


def from_dicts(rows: dict[int, dict], columns: list[str]) -> pd.DataFrame:
    """Return rows as a frame; ``columns`` remembers those of earlier batches,
    so that each batch has them all.

    No frame is wider than any real post: the columns that are filled least stand as JSON in the column
    ``_rest``.
    """
    frame = pd.DataFrame(_narrowed(list(rows.values()), columns), index=pd.Index(list(rows)), dtype=object)
    columns.extend(name for name in frame.columns if name not in columns)
    nothing = pd.Series(pd.NA, index=frame.index, dtype="str")
    return pd.DataFrame({name: _typed(frame[name]) if name in frame else nothing for name in columns})


def _narrowed(rows: list[dict], columns: list[str]) -> list[dict]:
    """Return rows that have at most WIDEST columns together, those in ``columns`` among them."""
    used = Counter(name for row in rows for name in row)
    used.update({name: len(rows) for name in (*columns, REST)})
    if len(used) <= WIDEST + 1:
        return rows
    kept = {name for name, _ in used.most_common(WIDEST)} | set(columns) | {REST}
    return [_folded(row, kept) for row in rows]


def _folded(row: dict, kept: set[str]) -> dict:
    rest = {name: value for name, value in row.items() if name not in kept}
    if not rest:
        return row
    before = {} if REST not in row else _loaded(row[REST]) or {REST: row[REST]}
    return {name: value for name, value in row.items() if name in kept} | {REST: _as_json(before | rest)}


def recall(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return rows with those of the named columns that stand in ``_rest`` as columns of their own again."""
    wanted = [name for name in dict.fromkeys(names) if name not in frame]
    if REST not in frame or not wanted:
        return frame
    rests = [_loaded(value) for value in frame[REST]]
    found = {name: [rest.pop(name, None) if rest else None for rest in rests] for name in wanted}
    given = {
        name: pd.Series(values, index=frame.index, dtype=object)
        for name, values in found.items()
        if any(value is not None for value in values)
    }
    if not given:
        return frame
    left = [
        value if rest is None else _as_json(rest) if rest else None for rest, value in zip(rests, frame[REST])
    ]
    return frame.assign(
        **{REST: pd.Series(left, index=frame.index, dtype="str")},
        **{name: _typed(values) for name, values in given.items()},
    )


def _loaded(text: object) -> dict | None:
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _typed(values: pd.Series) -> pd.Series:
    kinds = {type(value) for value in values if value is not None and value == value}
    if kinds == {bool}:
        return values.astype("boolean")
    if kinds == {int} and all(abs(value) < 2**63 for value in values if isinstance(value, int)):
        return values.astype("Int64")
    if kinds and kinds <= {int, float}:
        return values.astype("float64")
    return values.map(storable, na_action="ignore").astype("str")


def storable(value: object) -> str:
    """Return a value as text without halves of a character pair, which no file can hold."""
    text = str(value)
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")

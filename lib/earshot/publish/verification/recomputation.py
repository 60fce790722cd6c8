"""Stored against recomputed: claims, tables and pages compared number by number,
each difference as one sentence.
"""

import csv
import io
import math
import re
from collections.abc import Iterator
from pathlib import Path

from earshot.core.files import read_json
from earshot.publish.report.claims import FOLDER

CLOSE = 1e-9  # relative: another processor may round the last digit of a sum differently
SHOWN = 80
BLOCKS = re.compile(
    r"</?(?:p|li|div|d[tdl]|[ou]l|h\d|t[rdh]|table|blockquote|fig\w+|summary|details)\b[^>]*>"
)


def compare_claims(folder: Path, again: Path, notebooks: list[str], manifest: dict) -> Iterator[str]:
    """Yield one sentence per claim that is stored (in any
    of its three places) otherwise than it was recomputed.
    """
    composed = read_json(folder / "claims.json")
    for name in notebooks:
        fresh = {row["id"]: row for row in read_json(again / FOLDER / f"{name}.json", [])}
        places = {
            f"{FOLDER}/{name}.json": read_json(folder / FOLDER / f"{name}.json"),
            "claims.json": _of(composed, name),
            "run.json": _of(manifest.get("claims"), name),
        }
        for place, rows in places.items():
            if rows is None:
                if fresh:
                    yield f"{place} cannot be read; it should hold {len(fresh)} claims of {name}."
                continue
            yield from _compare_rows(place, rows, fresh)


def _of(rows: list | None, notebook: str) -> list | None:
    return None if not isinstance(rows, list) else [row for row in rows if row.get("notebook") == notebook]


def _compare_rows(place: str, rows: list[dict], fresh: dict[str, dict]) -> Iterator[str]:
    stored = {row.get("id"): row for row in rows}
    for claim in sorted(fresh.keys() - stored.keys()):
        yield (
            f"Claim {claim}: {place} does not hold it, but it was recomputed as "
            f"{_brief(fresh[claim]['sentence'])}."
        )
    for claim in sorted(stored.keys() - fresh.keys(), key=str):
        yield f"Claim {claim}: {place} holds it, but no cell of the notebook states it."
    for claim in fresh.keys() & stored.keys():
        for field in sorted({*fresh[claim], *stored[claim]}):
            old, new = stored[claim].get(field), fresh[claim].get(field)
            if not same(old, new):
                yield f"Claim {claim}: {place} stores {field} {_brief(old)}, recomputed {_brief(new)}."


def compare_pages(folder: Path, again: Path, notebooks: list[str]) -> Iterator[str]:
    """Yield one sentence per recomputed claim whose sentence does not stand on its page."""
    from earshot.publish.safety.quotes import quote

    for name in notebooks:
        page = folder / f"{name}.html"
        if not page.is_file():
            continue  # the missing file is named by the check of files
        words = _words(page.read_text(encoding="utf-8", errors="replace"))
        for row in read_json(again / FOLDER / f"{name}.json", []):
            if _words(str(quote(row["sentence"]))) not in words:
                yield (
                    f"Claim {row['id']}: {page.name} does not say {_brief(row['sentence'])}, which was "
                    f"recomputed."
                )


def compare_compositions(folder: Path, again: Path, notebooks: list[str]) -> Iterator[str]:
    """Yield one sentence per recomputed piece
    of a composed notebook (the brief) that does not stand on its page.
    """
    for name in notebooks:
        page = folder / f"{name}.html"
        if not page.is_file():
            continue
        words = _words(page.read_text(encoding="utf-8", errors="replace"))
        for cell in read_json(again / "executed" / f"{name}.ipynb", {"cells": []})["cells"]:
            for output in cell.get("outputs", []):
                piece = _words("".join(output.get("data", {}).get("text/html", "")))
                if piece and piece not in words:
                    yield f"{page.name} does not say {_brief(_apart(piece, words))}, which was recomputed."


def _apart(piece: str, words: str) -> str:
    """Return the first sentence of ``piece`` that is not among ``words``, or the whole piece."""
    return next((part for part in re.split(r"(?<=[.?!]) ", piece) if part not in words), piece)


def compare_tables(folder: Path, again: Path) -> Iterator[str]:
    """Yield one sentence for the first cell of each table that is stored otherwise than it was recomputed."""
    import pandas as pd

    for fresh in sorted((again / "tables").glob("*.csv")):
        stored, name = folder / "tables" / fresh.name, f"tables/{fresh.name}"
        if stored.is_file():
            old, new = (_cells(path.read_text("utf-8", "replace")) for path in (stored, fresh))
            yield from _compare_cells(name, old, new)
    for fresh in sorted((again / "tables").glob("*.parquet")):
        stored, name = folder / "tables" / fresh.name, f"tables/{fresh.name}"
        if not stored.is_file() or stored.read_bytes() == fresh.read_bytes():
            continue
        try:
            old = pd.read_parquet(stored)
        except Exception:
            yield f"{name} cannot be read as Parquet."
            continue
        yield from _compare_cells(
            name, *(_cells(frame.to_csv(index=False)) for frame in (old, pd.read_parquet(fresh)))
        )


def _cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def _compare_cells(name: str, stored: list[list[str]], fresh: list[list[str]]) -> Iterator[str]:
    """Yield the first difference between two tables whose first row is the header."""
    if stored[:1] != fresh[:1] or len(stored) != len(fresh):
        yield (
            f"{name} stores {len(stored) - 1:,} rows of {len((stored or [[]])[0])} columns, recomputed "
            f"{len(fresh) - 1:,} rows of {len(fresh[0])} columns or with other names."
        )
        return
    for row, (old, new) in enumerate(zip(stored[1:], fresh[1:]), start=1):
        for column, before, after in zip(fresh[0], old, new):
            if not same(_number(before), _number(after)):
                yield (
                    f"{name}, row {row}, column {column}: stores {_brief(before)}, recomputed "
                    f"{_brief(after)}."
                )
                return


def same(old: object, new: object) -> bool:
    """Say whether two stored values are the same; numbers may differ in the last digits of a double."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return math.isclose(old, new, rel_tol=CLOSE, abs_tol=1e-12) or (old != old and new != new)
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[name], new[name]) for name in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return old == new


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def _words(html: str) -> str:
    """Return the words of a page as a reader sees them, in one line."""
    from markupsafe import Markup

    bare = re.sub(r"<style.*?</style>|<!--.*?-->", "", html, flags=re.S)
    return re.sub(r"\s+", " ", Markup(BLOCKS.sub(" ", bare)).striptags()).strip()


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

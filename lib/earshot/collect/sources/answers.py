"""What a platform sent, looked at with care:
a value of the wrong type is no value, and nothing here ever raises.
"""

import json
import re
from collections.abc import Mapping

import pandas as pd

from earshot.collect.sources import fields

SHOWN = 1_000_000  # characters of what could not be read that are kept
NOT_JSON = "the answer is not whole JSON"
LONGEST_NAME, DEEPEST, COLUMNS = 120, 8, 1000  # beyond these no platform goes; a hostile answer may
UNFIT = re.compile(
    r"@|\d{6,}|[\x00-\x1f]"
)  # names of columns are stored as they are: no address or number in them


def parse(body: bytes) -> tuple[object, list[tuple[str, str]]]:
    """Return (the JSON value, []) or (None, [(what stands there, why it cannot be read)])."""
    try:
        return json.loads(
            body.decode(json.detect_encoding(body), "replace")
        ), []  # one bad byte is no bad answer
    except (ValueError, RecursionError):
        return None, [(body[:SHOWN].decode("utf-8", "replace"), NOT_JSON)]


def objects(value: object, what: str) -> tuple[list[dict], list[tuple[str, str]]]:
    """Return (the objects in a list, (text, reason) of all else in it);
    no list at all is one thing that is broken.
    """
    if value is None:
        return [], []
    if not isinstance(value, list):
        return [], [(fields.shown(value), f"where {what} should be listed stands something else")]
    return (
        [item for item in value if isinstance(item, dict)],
        [
            (
                fields.shown(item),
                f"it is not one of {what} but {fields.KINDS.get(type(item), 'something else')}",
            )
            for item in value
            if not isinstance(item, dict)
        ],
    )


def inside(value: object, *path: str) -> object:
    """Return what lies at ``path`` in nested objects, or None where the path ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def words(value: object) -> str:
    """Return a text as it is, a whole number as its digits, and "" for all else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def whole(value: object) -> int:
    """Return a whole number from a number or digits, and 0 for all else."""
    text = words(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def moment(value: object) -> pd.Timestamp | None:
    """Return a time from ISO text or seconds since 1970, or None where there is none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            stamp = pd.Timestamp(float(value), unit="s", tz="UTC")
            return None if stamp is pd.NaT else stamp
        stamp = pd.Timestamp(value) if isinstance(value, str) and value else pd.NaT
    except (ValueError, OverflowError):
        return None
    if stamp is pd.NaT:
        return None
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")


def listed(value: object) -> list[dict]:
    """Return the objects in a list, or nothing where there is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def flat(row: Mapping) -> dict:
    """Return a row with nested objects as dotted columns (author.username);
    lists and what lies too deep are JSON.
    """
    found: dict[str, object] = {}
    left = [("", row, 0)]
    while left:
        before, value, depth = left.pop()
        for name, inner in value.items():
            column = before + UNFIT.sub("_", str(name).encode("utf-8", "replace").decode())[:LONGEST_NAME]
            if isinstance(inner, dict) and depth < DEEPEST:
                left.append((f"{column}.", inner, depth + 1))
            elif len(found) < COLUMNS:
                found[column] = _as_json(inner) if isinstance(inner, list | dict) else inner
    return found


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "[nested too deeply]"

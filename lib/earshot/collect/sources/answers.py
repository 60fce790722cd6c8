"""What a platform sent, looked at with care: a value of the wrong type is no value, and nothing here ever raises."""

import html
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pandas as pd

SHOWN = 1_000_000  # characters of what could not be read that are kept
NOT_JSON = "the answer is not whole JSON"
LONGEST_NAME, DEEPEST, COLUMNS = 120, 8, 1000  # beyond these no platform goes; a hostile answer may
UNFIT = re.compile(r"@|\d{6,}|[\x00-\x1f]")  # names of columns are stored as they are: no address or number in them
BLOCKS = {"p", "div", "br", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "tr"}


def parse(body: bytes) -> tuple[object, list[tuple[str, str]]]:
    """Return (the JSON value, []) or (None, [(what stands there, why it cannot be read)])."""
    try:
        return json.loads(body.decode(json.detect_encoding(body), "replace")), []  # one bad byte is no bad answer
    except (ValueError, RecursionError):
        return None, [(body[:SHOWN].decode("utf-8", "replace"), NOT_JSON)]


def objects(value: object, what: str) -> tuple[list[dict], list[tuple[str, str]]]:
    """Return (the objects in a list, (text, reason) of all else in it); no list at all is one thing that is broken."""
    if value is None:
        return [], []
    if not isinstance(value, list):
        return [], [(written(value), f"where {what} should be listed stands something else")]
    return ([item for item in value if isinstance(item, dict)],
            [(written(item), f"it is not one of {what} but {_kind(item)}")
             for item in value if not isinstance(item, dict)])


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


def written(value: object) -> str:
    """Return a value as JSON text, cut to what quarantine shows."""
    return json.dumps(value, ensure_ascii=False, default=str)[:SHOWN]


def flat(row: Mapping) -> dict:
    """Return a row with nested objects as dotted columns (author.username); lists and what lies too deep are JSON."""
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


def plain(markup: object) -> str:
    """Return the text of a piece of HTML as a reader sees it: paragraphs parted by blank lines, hidden parts kept.

    Mastodon hides the ends of long addresses in "invisible" spans; the address is whole only with them.
    """
    reader = _Reader()
    try:
        reader.feed(words(markup))
        reader.close()
    except (ValueError, AssertionError, RecursionError):
        return html.unescape(re.sub(r"<[^>]*>", " ", words(markup))).strip()
    text = re.sub(r"[ \t]+", " ", "".join(reader.parts))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", text)).strip()


class _Reader(HTMLParser):
    """Collects text and breaks lines where blocks do; scripts and styles are no text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._mute = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self._mute += tag in ("script", "style")
        if tag in BLOCKS:
            self.parts.append("\n\n" if tag == "p" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._mute = max(0, self._mute - (tag in ("script", "style")))

    def handle_data(self, data: str) -> None:
        if not self._mute:
            self.parts.append(data)


def _kind(value: object) -> str:
    names = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list"}
    return names.get(type(value), "empty")

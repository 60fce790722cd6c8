"""Reading what a platform sends without trusting it: every field is checked, and what is no post says why.

A platform's own reader takes one item and returns a row; ``collect`` runs it over all items of an answer, so
that each item ends as a row, as gone, or as broken with a reason that a person understands.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping

from earshot.collect.sources.protocol import Page
from earshot.core import clock

DEPTH, WIDTH = 8, 400
KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}
HALVES = re.compile("[\ud800-\udfff]")
NUL = "\x00"


class Unreadable(ValueError):
    """One item of an answer (or all of it) is not what the platform's documentation says; the text says
    what.
    """


def parse(body: bytes) -> object:
    """Return the JSON of an answer; raises Unreadable when it is none,
    is cut off or is nested beyond reason.
    """
    try:
        return json.loads(body.decode(json.detect_encoding(body), "replace"))
    except RecursionError:
        raise Unreadable("the answer is nested too deeply") from None
    except ValueError as error:
        said = (
            "a number has too many digits"
            if "digits" in str(error)
            else str(error.args[0]).split(":")[0].lower()
        )
        raise Unreadable(f"the answer is not JSON: {said}") from None


def parse_object(body: bytes) -> dict:
    """Return the JSON object that an answer is; raises Unreadable when it is none."""
    return mapping(parse(body), "the answer")


def mapping(value: object, name: str) -> dict:
    """Return an object; raises Unreadable for anything else."""
    return _checked(value, name, dict)


def listing(value: object, name: str) -> list:
    """Return a list, empty where there is nothing; raises Unreadable for anything else."""
    return [] if value is None else _checked(value, name, list)


def text(value: object, name: str) -> str:
    """Return a text, empty where there is nothing; raises Unreadable for anything else."""
    return "" if value is None else _whole(_checked(value, name, str))


def code(value: object, name: str, needed: bool = True) -> str:
    """Return an id, which may come as a number;
    raises Unreadable when it is needed and empty, or no id at all.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else _wrong(value, name, "an id")
    given = text(value, name).strip()
    if needed and not given:
        raise Unreadable(f"{name} is empty")
    return given


def number(value: object) -> int | None:
    """Return a count, or None where there is none to be had: an unknown count is not zero."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def moment(value: object, name: str) -> str:
    """Return a time as the platform wrote it;
    raises Unreadable when it is neither a text nor a number, or is empty.
    """
    given = (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, name).strip()
    )
    if not given:
        raise Unreadable(f"{name} is empty")
    return given


def words(*values: object) -> str:
    """Return the texts among the values, one a line, each once: captions, titles, alternative texts."""
    given = (_whole(value).strip() for value in values if isinstance(value, str))
    return "\n".join(dict.fromkeys(value for value in given if value))


def kept(value: object, depth: int = DEPTH) -> object:
    """Return a payload as it can be stored:
    nested no deeper than ``depth``, names and texts of whole characters.
    """
    if isinstance(value, dict):
        return {
            _whole(name)[:100]: kept(inner, depth - 1)
            for name, inner in list(value.items())[:WIDTH]
            if depth or not isinstance(inner, (dict, list))
        }
    if isinstance(value, list):
        return [kept(inner, depth - 1) for inner in value if depth or not isinstance(inner, (dict, list))]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value) if abs(value) < 10**100 else None
    return _whole(value) if isinstance(value, str) else value


def token(page: Page, value: object, name: str) -> str:
    """Return what an answer says of how to go on;
    where that cannot be read, the page says that it was cut short.
    """
    if value is None or isinstance(value, str):
        return _whole(value or "")
    page.truncated = (
        f"the answer does not say how to go on ({name} is {KINDS.get(type(value), 'something else')})"
    )
    return ""


def collect(page: Page, items: Iterable, read: Callable[[dict], dict | None]) -> Page:
    """Add a row to the page for each item; what ``read`` calls Unreadable is kept whole, with the reason."""
    for item in items:
        try:
            row = read(mapping(item, "the item"))
        except Unreadable as error:
            page.broken.append((shown(item), str(error)))
        else:
            if row is not None:
                page.rows.append(row)
    return page


def unread(body: bytes, error: Unreadable) -> Page:
    """Return a page of which nothing could be read, with the answer as it came."""
    return Page(
        broken=[(_whole(body.decode("utf-8", "replace")), str(error))],
        truncated=f"The platform's answer could not be read: {error}.",
    )


def shown(item: object) -> str:
    """Return an item as JSON text, to be kept in quarantine."""
    try:
        return _whole(json.dumps(item, ensure_ascii=False, default=str))
    except (RecursionError, ValueError):  # ValueError: an integer of more digits than Python will write
        return json.dumps(kept(item), ensure_ascii=False, default=str)


def reset_after(headers: Mapping[str, str], name: str) -> float | None:
    """Return the seconds until the moment (seconds since 1970) that a header names in lower case, or None."""
    said = str(headers.get(name, "")).strip()
    if not re.fullmatch(r"\d{9,11}", said, re.ASCII):
        return None
    return max(0.0, int(said) - clock.now().timestamp())


def _checked(value: object, name: str, kind: type):
    return value if isinstance(value, kind) else _wrong(value, name, KINDS[kind])


def _wrong(value: object, name: str, wanted: str):
    raise Unreadable(f"{name} should be {wanted}, but is {KINDS.get(type(value), 'something else')}")


def _whole(given: str) -> str:
    """Return text without halves of character pairs and without NUL, which no table can hold."""
    if HALVES.search(given):
        given = given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return given.replace(NUL, "") if NUL in given else given

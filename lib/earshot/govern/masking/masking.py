"""Masking: e-mail, telephone, card, IBAN, IP, identity numbers, addresses and given-away names are replaced.

What it cannot see, and says so: names that nothing gives away, streets without a number, countries without a
pack.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from itertools import compress

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from earshot.govern.masking import addresses, names, national_ids
from earshot.govern.masking.identifiers import find_cards, find_emails, find_ibans, find_ips, find_ssns
from earshot.govern.masking.phones import find_phones

FINDERS = {  # in this order: where two finders claim the same characters, the earlier one wins
    "email": find_emails, "iban": find_ibans, "card": find_cards, "ip": find_ips, "ssn": find_ssns,
    "idnumber": national_ids.find_identities, "phone": find_phones, "address": addresses.find_addresses,
    "name": names.find_names,
}  # fmt: skip
TYPES = tuple(FINDERS)
WITHOUT_DIGITS = ("email", "name")  # every other kind has a digit in it
# a text with such an identifier has one of these, folded (RE2, linear time, far quicker than the
# finders)
SUSPECT = {
    "email": (r"[a-zA-Z0-9_%+.\-]@|[^\x00-\x7F]@", r"(?i)\bat ?[)\]}>]|\bdot\b",
              r"(?i)\bat (?:gmail|yahoo|hotmail|outlook|icloud|gmx|web|aol|proton)"),
    "iban": (r"[a-zA-Z]{2}[0-9]{2}[ \-]?[a-zA-Z0-9]",),
    "card": (r"(?:[0-9][ .\-]?){12}",),
    "ip": (r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", r":[0-9a-fA-F]{0,4}:"),
    "ssn": (r"[0-9]{3}[ \-]?[0-9]{2}[ \-]?[0-9]{4}",),
    "idnumber": national_ids.SUSPECT, "phone": (r"(?:[0-9][^a-zA-Z0-9]{0,5}){7}",),
    "address": addresses.SUSPECT,
    "name": names.SUSPECT,
}  # fmt: skip
_CHOSEN: ContextVar[tuple[str, ...]] = ContextVar("packs", default=national_ids.PACKS)
DIGIT = re.compile(r"\d")
INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe0f\u20e3]")


@dataclass(frozen=True)
class Found:
    """One identifier in a text: its type and where it stands (Python string offsets in the text as given)."""

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """Masked texts in the order given, and how many identifiers of each type were replaced."""

    texts: pd.Series
    counts: dict[str, int]


@contextmanager
def only(chosen: tuple[str, ...]) -> Iterator[None]:
    """Look for the identity numbers of these country packs only, inside a ``with``."""
    token = _CHOSEN.set(chosen)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def mask(texts: "pd.Series | list[str]") -> Masked:
    """Replace every identifier by its type in brackets, for example "[email]"; missing texts stay missing."""
    texts = (texts if isinstance(texts, pd.Series) else pd.Series(texts, dtype="str")).astype("str")
    values = texts.tolist()
    changed, counts = {}, Counter()
    left = [(text, text, times) for text, times in Counter(values).items() if isinstance(text, str)]
    while left:  # until nothing is found, as mask_text does
        suspects = _suspects([text for _, text, _ in left])
        again = []
        rows = suspects.any(axis=1).nonzero()[0]
        for row, types in zip(rows.tolist(), suspects[rows].tolist(), strict=True):
            whole, text, many = left[row]
            if found := spans(text, compress(TYPES, types)):
                changed[whole] = _replaced(text, found)
                again.append((whole, changed[whole], many))
                for item in found:
                    counts[item.type] += many
        left = again
    masked = pd.Series(
        [changed.get(text, text) for text in values], texts.index, texts.dtype, name=texts.name
    )
    return Masked(masked, {type_: counts[type_] for type_ in TYPES})


def mask_text(text: str, counts: Counter | None = None) -> str:
    """Mask one text; repeats until nothing is found, so that masking twice is masking once."""
    while found := spans(text):
        text = _replaced(text, found)
        if counts is not None:
            counts.update(item.type for item in found)
    return text


def _replaced(text: str, found: list[Found]) -> str:
    for item in reversed(found):
        text = f"{text[: item.start]}[{item.type}]{text[item.end :]}"
    return text


def spans(text: str, types: Iterable[str] = TYPES) -> list[Found]:
    """Find the identifiers of one text, in order, none overlapping;
    only ``types``, in the order of FINDERS.
    """
    folded, places = fold(text)
    digits = DIGIT.search(folded)
    taken: list[Found] = []
    for type_ in types:
        if not digits and type_ not in WITHOUT_DIGITS:
            continue
        find = FINDERS[type_]
        for start, end in find(folded, _CHOSEN.get()) if type_ == "idnumber" else find(folded):
            if places:  # what is invisible after the last character goes with it
                start, end = places[start], places[end] if end < len(places) else len(text)
            if not taken or all(end <= other.start or start >= other.end for other in taken):
                taken.append(Found(type_, start, end))
    return taken if len(taken) < 2 else sorted(taken, key=lambda item: item.start)


def fold(text: str) -> tuple[str, list[int] | None]:
    """Write digits, dashes, spaces and letters
    of every script's look-alikes in ASCII and drop invisible characters.

    Returns the folded text and, where characters were dropped, the place of each of its characters in the
    text given.
    """
    if text.isascii():
        return text, None
    if not INVISIBLE.search(text):
        return text.translate(_look_alikes()), None
    places = [place for place, char in enumerate(text) if not INVISIBLE.match(char)]
    return "".join(text[place] for place in places).translate(_look_alikes()), places


@cache
def _look_alikes() -> dict[int, str]:
    """Map each character that stands for one ASCII character (any script's digits,
    full-width, bold …) to it.
    """
    table = {}
    for code in range(0x80, 0x1FBFA):
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char)
        if unicodedata.decimal(char, None) is not None:
            table[code] = str(unicodedata.decimal(char))
        elif unicodedata.category(char) == "Pd" or char == "\u2212":
            table[code] = "-"
        elif unicodedata.category(char) == "Zs":
            table[code] = " "
        elif len(plain) == 1 and plain.isascii():
            table[code] = plain
    return table


def _suspects(texts: list[str]) -> np.ndarray:
    """Tell cheaply which texts (rows) can hold which type of identifier (columns, as in TYPES) at all."""
    array = pa.array(texts, type=pa.large_string())
    foreign = pc.match_substring_regex(array, r"[^\x00-\x7F]").to_numpy(zero_copy_only=False)
    if foreign.any():
        folded = [fold(text)[0] if odd else text for text, odd in zip(texts, foreign.tolist(), strict=True)]
        array = pa.array(folded, type=pa.large_string())
    hits = np.zeros((len(texts), len(TYPES)), dtype=bool)
    digits = _any(array, (r"[0-9]",))
    some = array.filter(pa.array(digits))
    for place, type_ in enumerate(TYPES):
        if type_ in WITHOUT_DIGITS:
            hits[:, place] = _any(array, SUSPECT[type_])
        else:
            hits[digits, place] = _any(some, SUSPECT[type_])
    return hits


def _any(array: pa.Array, patterns: tuple[str, ...]) -> np.ndarray:
    """Tell which texts match one of the patterns; apart they are ten times faster than as one."""
    found = [pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False) for pattern in patterns]
    return np.logical_or.reduce(found)

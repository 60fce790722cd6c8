"""Masking: e-mail, telephone, card, IBAN, IP address and US social security number never reach the store.

What it cannot see, and says so: names, street addresses and identity numbers of other countries.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from earshot.govern.identifiers import find_cards, find_emails, find_ibans, find_ips, find_ssns
from earshot.govern.phones import find_phones

FINDERS = {  # in this order: where two finders claim the same characters, the earlier one wins
    "email": find_emails, "iban": find_ibans, "card": find_cards, "ip": find_ips, "ssn": find_ssns,
    "phone": find_phones,
}  # fmt: skip
TYPES = tuple(FINDERS)
SUSPECT = (  # any of these, in folded text; apart they are ten times faster than as one pattern (RE2, linear time)
    r"[a-zA-Z0-9_%+.\-]@|[^\x00-\x7F]@", r"(?:[0-9][^a-zA-Z0-9]{0,5}){7}", r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
    r"[a-zA-Z]{2}[0-9]{2}.?[a-zA-Z0-9]{4}", r":[0-9a-fA-F]{0,4}:", r"(?i)\bat ?[)\]}>]|\bdot\b",
    r"(?i)\bat (?:gmail|yahoo|hotmail|outlook|icloud|gmx|web|aol|proton)",
)  # fmt: skip
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


def mask(texts: "pd.Series | list[str]") -> Masked:
    """Replace every identifier by its type in brackets, for example "[email]"; missing texts stay missing."""
    texts = (texts if isinstance(texts, pd.Series) else pd.Series(texts, dtype="str")).astype("str")
    unique = texts.drop_duplicates().dropna()
    hits = unique[_suspects(unique)]
    counts, safe = Counter(), {}
    for text, times in texts[texts.isin(hits)].value_counts().items():
        found: Counter = Counter()
        safe[text] = mask_text(text, found)
        counts.update({type_: count * times for type_, count in found.items()})
    changed = {text: masked for text, masked in safe.items() if masked != text}
    masked = texts.mask(texts.isin(list(changed)), texts.map(changed)) if changed else texts.copy()
    return Masked(masked, {type_: counts[type_] for type_ in TYPES})


def mask_text(text: str, counts: Counter | None = None) -> str:
    """Mask one text; repeats until nothing is found, so that masking twice is masking once."""
    while found := spans(text):
        for item in reversed(found):
            text = f"{text[: item.start]}[{item.type}]{text[item.end :]}"
        if counts is not None:
            counts.update(item.type for item in found)
    return text


def spans(text: str) -> list[Found]:
    """Find the identifiers of one text, in order, none overlapping."""
    folded, places = fold(text)
    taken: list[Found] = []
    for type_, find in FINDERS.items():
        for start, end in find(folded):
            if places:  # what is invisible after the last character goes with it
                start, end = places[start], places[end] if end < len(places) else len(text)
            if all(end <= other.start or start >= other.end for other in taken):
                taken.append(Found(type_, start, end))
    return sorted(taken, key=lambda item: item.start)


def fold(text: str) -> tuple[str, list[int] | None]:
    """Write digits, dashes, spaces and letters of every script's look-alikes in ASCII and drop invisible characters.

    Returns the folded text and, where characters were dropped, the place of each of its characters in the text given.
    """
    if text.isascii():
        return text, None
    if not INVISIBLE.search(text):
        return text.translate(_look_alikes()), None
    places = [place for place, char in enumerate(text) if not INVISIBLE.match(char)]
    return "".join(text[place] for place in places).translate(_look_alikes()), places


@cache
def _look_alikes() -> dict[int, str]:
    """Map each character that stands for one ASCII character (any script's digits, full-width, bold …) to it."""
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


def _suspects(texts: pd.Series) -> pd.Series:
    """Tell cheaply which texts can hold an identifier at all."""
    array = pa.array(texts, type=pa.large_string())
    foreign = pc.match_substring_regex(array, r"[^\x00-\x7F]").to_numpy(zero_copy_only=False)
    if foreign.any():
        folded = texts.copy()
        folded[foreign] = [fold(text)[0] for text in texts[foreign]]
        array = pa.array(folded, type=pa.large_string())
    hits = [pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False) for pattern in SUSPECT]
    return pd.Series(np.logical_or.reduce(hits), index=texts.index)

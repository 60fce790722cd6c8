"""Which brand a post is about: what the file says, else the first brand that the text names."""

import re
from collections.abc import Iterable

import pandas as pd


def find_brands(
    texts: pd.Series,
    stated: pd.Series | None,
    brands: Iterable[str],
    handles: Iterable[str],
    rules: dict[str, str],
) -> pd.Series:
    """Return the brand of each text, or "" for a text that names none.

    ``stated`` is what the file says (or None); ``rules`` translate it, and add names by which the text calls
    a brand.
    """
    names = _names(brands, handles, rules)
    if stated is not None:
        given = stated.astype("str").str.strip()
        known = {value: names.get(_plain(value), value) for value in given.dropna().unique()}
        return given.map(known).astype("str").fillna("")
    if not names:
        return pd.Series("", index=texts.index, dtype="str")
    words = sorted(names, key=len, reverse=True)
    pattern = rf"(?<![\w@])@?({'|'.join(_spaced(word) for word in words)})(?!\w)"
    first = texts.str.extract(re.compile(pattern, re.IGNORECASE), expand=False)
    known = {value: names[_plain(value)] for value in first.dropna().unique()}
    return first.map(known).astype("str").fillna("")


def _names(brands: Iterable[str], handles: Iterable[str], rules: dict[str, str]) -> dict[str, str]:
    """Map each way to write a brand (letters and digits only) to its name;
    a handle is of the brand it begins with.
    """
    names = {_plain(brand): brand for brand in brands}
    for handle in map(_plain, handles):
        brand = next(
            (names[start] for start in sorted(names, key=len, reverse=True) if handle.startswith(start)), None
        )
        if brand:
            names[handle] = brand
    names |= {_plain(word): brand for word, brand in rules.items()}
    return {name: brand for name, brand in names.items() if name}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", str(name)).casefold()


def _spaced(word: str) -> str:
    """Let a name match with spaces, dots or dashes between its letters: usairways is also US Airways."""
    return r"[ .\-_]?".join(map(re.escape, word))

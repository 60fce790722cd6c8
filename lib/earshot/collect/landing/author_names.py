"""The name under a post: where the author's full name stands in a column of the row,
the text hides it as well.

"Jane Doe" in a column of names and "- Jane Doe" in the text are one person. Only names of two to four
words count, since a single word ("Delta", "Angel") may be a brand, a place or anything else.
"""

import re
from collections.abc import Collection, Iterable

import pandas as pd

from earshot.govern.pseudonyms.pseudonyms import folded, plain

FULL = re.compile(r"[^\W\d_][\w'’.\-]*(?: [^\W\d_][\w'’.\-]*){1,3}")
MARK = "[name]"


def hide(values: pd.Series, names: pd.Series, keep: Iterable[str] = ()) -> pd.Series:
    """Return texts in which the full name in the same row
    of ``names`` is "[name]"; ``keep`` stay readable.
    """
    kept = folded(keep)
    pairs = zip(values.to_numpy(object), names.to_numpy(object), strict=True)
    changed = {
        place: _hidden(text, name.strip())
        for place, (text, name) in enumerate(pairs)
        if isinstance(text, str)
        and isinstance(name, str)
        and _counts(name.strip(), kept)
        and name.strip().casefold() in text.casefold()
    }
    if not changed:
        return values
    safe = values.copy()
    safe.iloc[list(changed)] = list(changed.values())
    return safe


def _counts(name: str, kept: Collection[str]) -> bool:
    """Say whether a name is one of a person:
    several words, and not that of an account that stays readable.
    """
    return bool(FULL.fullmatch(name)) and plain(name) not in kept and plain(name.replace(" ", "")) not in kept


def _hidden(text: str, name: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", MARK, text, flags=re.IGNORECASE)

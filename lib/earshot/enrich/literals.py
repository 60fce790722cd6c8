"""Values written into SQL, safely quoted."""

from collections.abc import Iterable


def listed(values: Iterable[str]) -> str:
    """Return texts as a list for IN: ``('a', 'it''s')``; an empty list holds NULL, which equals nothing.

    >>> listed(["a", "it's"])
    "('a', 'it''s')"
    """
    return "(" + (", ".join("'" + str(value).replace("'", "''") + "'" for value in values) or "NULL") + ")"

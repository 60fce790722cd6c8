"""Values written into SQL, safely quoted."""

from collections.abc import Iterable


def quoted(value: object) -> str:
    """Return one value as a text literal.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + str(value).replace("'", "''") + "'"


def listed(values: Iterable[object]) -> str:
    """Return values as a list for IN: ``('a', 'it''s')``; an empty list holds NULL, which equals nothing.

    >>> listed(["a", "it's"])
    "('a', 'it''s')"
    """
    return f"({', '.join(map(quoted, values)) or 'NULL'})"

"""Tables that people open in a spreadsheet: no cell of them can run there."""

import pandas as pd

FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def csv_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which no text cell or heading can act
    as a spreadsheet formula; numbers stay numbers.
    """
    safe = frame.rename(columns=_defuse)
    for name in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[name] = safe[name].map(_defuse, na_action="ignore")
    return safe


def as_written(value: str) -> str:
    """Return a cell as it was before ``csv_safe``."""
    return value[1:] if value[:1] == "'" and _runs(value[1:]) else value


def _defuse(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run; blanks in front do not hide it."""
    return "'" + value if isinstance(value, str) and _runs(value) else value


def _runs(value: str) -> bool:
    return bool(value) and (value[0] in "\t\r\n" or value.lstrip().startswith(FORMULA))

"""Values of tables and charts, written by their unit; a sentence's are in ``wording``."""

from collections.abc import Callable

import pandas as pd

from earshot.core.wording import MINUS, count

NOTHING = "–"


def share(value: float) -> str:
    """Return a share between 0 and 1 as a percentage: 0.6271 is 62.7%."""
    return _percentage(100 * value)


def _percentage(value: float) -> str:
    return _sign(f"{value:,.1f}%")


def _points(value: float) -> str:
    return f"{'+' if round(value, 1) > 0 else ''}{_sign(f'{value:.1f}')} points"


def number(value: float) -> str:
    """Return a number with as many decimals as its size deserves: 1,234 or 12.3 or 0.57."""
    return _sign(format(float(value), f",.{_digits(value)}f"))


def for_column(column: pd.Series) -> str:
    """Return the format that gives every number
    of a column the decimals its largest deserves; "" for other columns.
    """
    if not pd.api.types.is_float_dtype(column):
        return ""
    sizes = [_digits(value) for value in column.dropna().unique()[:1000]]
    largest = column.abs().max()
    most = 0 if len(sizes) > 1 and largest >= 1000 else 1 if largest >= 10 else 2 if largest >= 1 else 3
    return f",.{min(most, max(sizes, default=0))}f"


def moment(value: object) -> str:
    """Return a moment as 24 Feb 2015, with the time of day when there is one."""
    stamp = pd.Timestamp(value)
    clock = "" if stamp == stamp.normalize() else f", {stamp:%H:%M}"
    return f"{stamp.day} {stamp:%b %Y}{clock}"


FORMATS: dict[str, Callable] = {
    "count": count,
    "share": share,
    "percent": _percentage,
    "%": _percentage,
    "points": _points,
    "pp": _points,
    "number": number,
    "day": moment,
    "share change": lambda value: _points(100 * value),
    "net share": lambda value: _points(100 * value),
}
IN_POINTS = ("points", "pp", "share change", "net share")


def write(value: object, how: str | Callable = "") -> str:
    """Return one value as text: ``how`` is a name in FORMATS,
    a format specification such as ",.2f", or a function.
    """
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return NOTHING
    if callable(how):
        return str(how(value))
    if how:
        return FORMATS[how](value) if how in FORMATS else _sign(format(value, how))
    return _by_type(value)


def measure(value: float, unit: str = "") -> str:
    """Return a number with its unit: 0.63 share is 63.0%, 12 posts is 12 posts."""
    return FORMATS[unit](value) if unit in FORMATS else f"{number(value)} {unit}".strip()


def interval(low: float, high: float, unit: str = "") -> str:
    """Return an interval as words, its unit said once where it can be: 60.5% to 64.8%."""
    if unit in FORMATS and unit not in IN_POINTS:
        return f"{measure(low, unit)} to {measure(high, unit)}"
    ends = [measure(end, unit) for end in (low, high)]
    tail = " points" if ends[0].endswith(" points") else f" {unit}" if unit else ""
    return f"{ends[0].removesuffix(tail)} to {ends[1]}"


def _by_type(value: object) -> str:
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if pd.api.types.is_integer(value):
        return count(value)
    if pd.api.types.is_float(value):
        return number(value)
    return moment(value) if hasattr(value, "isoformat") else str(value)


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 1000 or float(value).is_integer() else 1 if size >= 10 else 2 if size >= 0.1 else 3


def _sign(text: str) -> str:
    return (MINUS + text[1:] if text.strip("-0.,%") else text[1:]) if text.startswith("-") else text

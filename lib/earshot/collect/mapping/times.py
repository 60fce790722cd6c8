"""Times as files write them, read into UTC: ISO 8601, epochs, RFC 2822, Twitter's own, day or month first."""

import re
import warnings

import numpy as np
import pandas as pd

ZONED = r"(?i)(?:\dz|[+\-]\d\d:?\d\d|\b(?:utc|gmt|[ecmp][sd]t))\)?(?: \d{4})?$"
FORMATS = ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z")  # Twitter's and RFC 2822's
NAMES = re.compile(r"(?i)\b(utc|gmt|[ecmp][sd]t)\b(?![+\-])")
SLASHED = re.compile(r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{2,4}\b")
EPOCHS = ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0), (np.inf, 1e-3))  # seconds, milli-, micro- and nanoseconds
NAMED = {
    "UTC": "+0000",
    "GMT": "+0000",
    "EST": "-0500",
    "EDT": "-0400",
    "CST": "-0600",
    "CDT": "-0500",
    "MST": "-0700",
    "MDT": "-0600",
    "PST": "-0800",
    "PDT": "-0700",
}


def parse(values: pd.Series, zone: str = "UTC", form: str = "", day_first: bool | None = None) -> pd.Series:
    """Return the values as UTC times at the same index; what cannot be read is NaT.

    ``zone`` holds for values that carry none; ``form`` is a strptime format for all of them.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return _to_utc(values, zone)
    if pd.api.types.is_numeric_dtype(values):
        return _epochs(values)
    text = values.astype("str").str.strip()
    found = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us, UTC]")
    numeric = text.str.fullmatch(r"\d{9,19}(?:\.\d+)?").fillna(False).astype(bool) & (form == "")
    if numeric.any():
        found[numeric] = _epochs(pd.to_numeric(text[numeric], errors="coerce"))
    zoned = text.str.contains(ZONED, regex=True).fillna(False).astype(bool) & ~numeric
    plain = text.notna() & ~zoned & ~numeric
    for mask, aware in ((zoned, True), (plain, False)):
        if mask.any():
            if aware:
                text = text.str.replace(NAMES, lambda match: NAMED[match[1].upper()], regex=True)
            found[mask] = _texts(text[mask], zone, form, day_first, aware)
    return found


def day_first(values: pd.Series) -> bool | None:
    """Say whether days stand before months in dates such as 3/4/2026,
    judged by numbers above 12; None when open.
    """
    if not pd.api.types.is_string_dtype(values):
        return None
    parts = values.dropna().astype("str").str.extract(SLASHED.pattern).dropna().astype(int)
    if parts.empty or not (parts > 12).any(axis=None):
        return None
    return bool((parts[0] > 12).sum() > (parts[1] > 12).sum())


def _texts(text: pd.Series, zone: str, form: str, day_first: bool | None, aware: bool) -> pd.Series:
    """Try the formats from the strictest to the loosest, each on what is left; equal texts are read once."""
    unique = text.drop_duplicates()
    known = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us, UTC]")
    loose = {"format": "mixed"} | ({} if day_first is None else {"dayfirst": day_first})
    usual = [{"format": "ISO8601"}, *({"format": one} for one in FORMATS), loose]
    for options in [{"format": form}] if form else usual:
        left = unique[known.isna()]
        if len(left):
            known[left.index] = _to_utc(_read(left, aware, **options), zone)
    return text.map(pd.Series(known.array, index=unique.array)).astype("datetime64[us, UTC]")


def _read(text: pd.Series, aware: bool, **options) -> pd.Series:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns of what the next format in line will read
        try:
            return pd.to_datetime(text, errors="coerce", utc=aware or None, **options)
        except (ValueError, TypeError, OverflowError):
            return pd.Series(
                pd.NaT, index=text.index, dtype="datetime64[us, UTC]" if aware else "datetime64[us]"
            )


def _to_utc(values: pd.Series, zone: str) -> pd.Series:
    if values.dtype == object:  # a zone that the pattern did not know
        values = pd.to_datetime(values, errors="coerce", utc=True)
    if values.dt.tz is None:
        # An hour that comes twice when clocks go back is read as the first; one that never was moves forward.
        values = values.dt.tz_localize(
            zone, ambiguous=np.ones(len(values), dtype=bool), nonexistent="shift_forward"
        )
    return values.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def _epochs(values: pd.Series) -> pd.Series:
    """Read seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size."""
    number = values.astype("float64")
    size = number.abs()
    scale = np.select([size < limit for limit, _ in EPOCHS], [factor for _, factor in EPOCHS], np.nan)
    micro = (number * scale).round()
    micro = micro.where(micro.abs() < 2**62)
    return pd.to_datetime(micro.astype("Int64"), unit="us", utc=True, errors="coerce").astype(
        "datetime64[us, UTC]"
    )

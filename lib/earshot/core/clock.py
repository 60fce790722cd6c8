"""Time as Earshot sees it: UTC inside, the workspace's own zone wherever a person reads a day."""

import os

import pandas as pd


def now() -> pd.Timestamp:
    """Return the current UTC time to the second; $EARSHOT_NOW (ISO 8601) fixes it for reproducible runs."""
    fixed = os.environ.get("EARSHOT_NOW")
    if not fixed:
        return pd.Timestamp.now("UTC").floor("s").as_unit("us")
    stamp = pd.Timestamp(fixed)
    return (stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")).as_unit("us")


def week(times: pd.Series) -> pd.Series:
    """Return the ISO week of each UTC time as text such as ``2015-W08``,
    the partition of every per-post table.
    """
    calendar = times.dt.isocalendar()
    return calendar["year"].astype(str) + "-W" + calendar["week"].astype(str).str.zfill(2)


def day(times: pd.Series, zone: str = "UTC") -> pd.Series:
    """Return the midnight (without zone) that begins each time's calendar day in ``zone``."""
    return times.dt.tz_convert(zone).dt.tz_localize(None).dt.floor("D")


def window(start: str, end: str, zone: str = "UTC") -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Return the UTC instants of the first moment of ``start``
    and the first moment after ``end``; None where empty.
    """
    first = pd.Timestamp(start, tz=zone).tz_convert("UTC") if start else None
    after = (pd.Timestamp(end, tz=zone) + pd.offsets.Day(1)).tz_convert("UTC") if end else None
    return first, after

"""What a chart may see: a few thousand numbers at most, short labels, never a post, a link or a person."""

import re
from datetime import date

import pandas as pd

from earshot.core import units
from earshot.core.params import nearest
from earshot.publish.safety.quotes import plain

MOST_ROWS, LONGEST = 5000, 60
POSTS = frozenset(
    {"text", "clean_text", "image", "url", "urls", "href", "author", "payload", "post_id", "handle"}
)
WEEK = re.compile(r"^\d{4}-W\d{2}$")
SHARE = re.compile(r"(^|_)(share|rate|proportion)(_|$)|^(p_)?(negative|neutral|positive)$")


def prepare(frame: pd.DataFrame, most_series: int | None = None, **roles: str | None) -> pd.DataFrame:
    """Return a copy of the named columns, renamed to their roles;
    raises ValueError on anything but aggregates.
    """
    _refuse_posts(frame)
    for role, name in roles.items():
        if name is not None and name not in frame.columns:
            raise ValueError(
                f'a chart got "{name}" for {role}, but the columns are {", ".join(map(str, frame.columns))}.'
                f"{nearest(name, frame.columns)}"
            )
    data = pd.DataFrame({role: frame[name].array for role, name in roles.items() if name is not None})
    if data.empty:
        raise ValueError("a chart got a frame without rows; say in words that there is nothing to show.")
    for role in data.columns:
        data[role] = _tidy(data[role], role)
    if most_series and "series" in data and data["series"].nunique() > most_series:
        raise ValueError(
            f"a chart got {data['series'].nunique()} series; at most {most_series} can be told apart, use "
            f"charts.grid."
        )
    return data


def tidy_x(data: pd.DataFrame) -> pd.DataFrame:
    """Return the data with ISO weeks (2015-W08) as their Mondays."""
    if is_time(data["x"]) or pd.api.types.is_numeric_dtype(data["x"]) or not _are_weeks(data["x"]):
        return data
    return data.assign(x=pd.to_datetime(data["x"].astype(str) + "-1", format="%G-W%V-%u"))


def is_time(column: pd.Series) -> bool:
    """Say whether a column holds moments."""
    return pd.api.types.is_datetime64_any_dtype(column)


def unit_of(name: str, values: pd.Series) -> str:
    """Return the unit that a column's name and values suggest: share, count or number."""
    if pd.api.types.is_integer_dtype(values):
        return "count"
    inside = values.dropna().between(-1, 1).all()
    return "share" if inside and SHARE.search(str(name).lower().replace(" ", "_")) else "number"


def describe(frame: pd.DataFrame, x: str, y: str, series: str | None = None, unit: str = "") -> str:
    """Return an alt text from the data: what is shown, its range,
    the highest and lowest with when, the last value.
    """
    if frame.empty:
        return f"{_name(y)} by {_words(x)}: there are no values."
    data = prepare(frame, x=x, y=y, series=series).dropna(subset=["y"])
    if data.empty:
        return f"{_name(y)} by {_words(x)}: no values in {len(frame)} rows."
    how = unit or unit_of(y, data["y"])
    moments = is_time(data["x"]) or _are_weeks(data["x"])
    span = f", {units.write(data['x'].min())} to {units.write(data['x'].max())}" if moments else ""
    parts, last = [(None, data)] if series is None else list(data.groupby("series", sort=False)), moments
    if len(parts) > 4:
        last = False
        parts, label = [(None, data)], f" for {data['series'].nunique()} {_words(series)} values"
    else:
        label = "" if series is None else f" for {', '.join(str(name) for name, _ in parts)}"
    told = "; ".join(_extremes(name, part, how, moments, last) for name, part in parts)
    what = f"{_name(y)} by" if y != "value" else "By"
    return f"{what} {_words(x)}{label}{span}: {told}."


def _extremes(name: str | None, data: pd.DataFrame, how: str, moments: bool, last: bool) -> str:
    where = "on" if pd.api.types.is_datetime64_any_dtype(data["x"]) else "in" if moments else "for"
    ordered = data.sort_values("y", kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    told = [
        f"{word} {units.measure(row['y'], how)} {where} {_place(row)}"
        for word, row in (("highest", high), ("lowest", low))
    ]
    if last:
        told.append(f"last {units.measure(data.sort_values('x', kind='stable').iloc[-1]['y'], how)}")
    return f"{name + ': ' if name else ''}{', '.join(told)}"


def _place(row: pd.Series) -> str:
    return units.write(row["x"]) + (f" ({row['series']})" if "series" in row.index else "")


def _refuse_posts(frame: pd.DataFrame) -> None:
    hit = next((name for name in frame.columns if str(name).lower() in POSTS), None)
    if hit is not None:
        raise ValueError(
            f'a chart got the column "{hit}"; charts take aggregates only, so count or average the posts '
            f"first."
        )
    if len(frame) > MOST_ROWS:
        raise ValueError(f"a chart got {len(frame):,} rows; aggregate to at most {MOST_ROWS:,} first.")
    for name in frame.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]:
        longest = max((len(value) for value in frame[name] if isinstance(value, str)), default=0)
        if longest > LONGEST:
            raise ValueError(
                f'a chart got text of {longest} characters in "{name}"; labels have at most {LONGEST}, so '
                f"shorten them."
            )


def _tidy(column: pd.Series, role: str) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.tz_localize(None) if column.dt.tz is not None else column
    if role in ("start", "end") or (
        len(column) and isinstance(column.dropna().iloc[0] if column.notna().any() else None, date)
    ):
        return pd.to_datetime(column)
    if pd.api.types.is_numeric_dtype(column):
        return (
            column.astype("float64") if column.isna().any() or pd.api.types.is_float_dtype(column) else column
        )
    return column.map(lambda value: plain(value) if isinstance(value, str) else value)


def _are_weeks(column: pd.Series) -> bool:
    return bool(column.astype(str).str.match(WEEK).all())


def _name(column: str) -> str:
    words = _words(column)
    return words[:1].upper() + words[1:]


def _words(column: str | None) -> str:
    return str(column).replace("_", " ")

"""The arithmetic of a chart: ranges, formats, heights and label places, from small frames of roles (x, y,
series
…).
"""

import pandas as pd

from earshot.publish.drawing import palette
from earshot.publish.drawing.aggregates import prepare

AXIS = {"share": ".0%", "percent": ",.0f", "count": ",.0f"}
LABEL = {"share": ".0%", "percent": ".0f", "count": ",.0f", "points": "+.1f"}


def axis_labels(unit: str, domain: list[float]) -> dict:
    """Return how an axis in this unit writes its numbers; a difference carries its sign, zero none."""
    if unit == "share" and domain[1] - domain[0] < 0.05:  # else neighbouring marks would read the same
        return {"format": ".1%" if domain[1] - domain[0] >= 0.005 else ".2%"}
    if unit == "points":
        return {"labelExpr": "datum.value === 0 ? '0' : format(datum.value, '+,.0f')"}
    return {"format": AXIS.get(unit, ",~r")}


def label_format(unit: str, values: pd.Series) -> str:
    """Return the d3 format of a number beside its mark,
    with one more digit when the values lie close together.
    """
    if unit == "share" and values.max() - values.min() < 0.1:
        return ".1%"
    return LABEL.get(unit, ",.3~r")


def range_up(data: pd.DataFrame, unit: str, headroom: bool = False) -> list[float]:
    """Return the ends of a vertical axis:
    from zero unless all values lie far from it, with room on top for marks.
    """
    ends = pd.concat([data[name] for name in ("y", "low", "high") if name in data]).dropna()
    least, most = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    extent = (most - least) or abs(most) or 1.0
    bottom = min(least, 0.0) if least < 0.5 * most or unit == "count" else least - 0.15 * extent
    top = max(most, 0.0) + (0.22 if headroom else 0.06) * ((most - bottom) or 1.0)
    return [bottom - (0.06 * (top - bottom) if bottom < 0 else 0.0), top]


def range_across(values: list[float]) -> list[float]:
    """Return the ends of a horizontal axis: from zero when the values come near it, else just around them."""
    least, most = min(values), max(values)
    extent = (most - least) or abs(most) or 1.0
    return [0.0 if 0 <= least < 0.5 * most else least - 0.06 * extent, most + 0.02 * extent]


def height_of(data: pd.DataFrame, step: int) -> int:
    """Return a height in pixels that gives every label, and every series within it, its own step."""
    if "series" not in data:
        return step * data["label"].nunique() + 40
    return max(step, 20 * data["series"].nunique() + 12) * data["label"].nunique() + 70


def end_labels(data: pd.DataFrame, domain: list[float]) -> pd.DataFrame:
    """Return where the name of each series stands:
    at its last point, moved so that no name covers another.
    """
    known = data.dropna(subset=["y"]).sort_values("x", kind="stable")
    last = known.groupby("series", sort=False).tail(1).sort_values("y")
    gap = (domain[1] - domain[0]) * 17 / (palette.HEIGHT - 40)
    return last.assign(spot=apart(list(last["y"]), gap, domain[1]), x=data["x"].max())


def apart(places: list[float], gap: float, top: float) -> list[float]:
    """Return ascending places moved as little as possible
    so that neighbours lie a gap apart and below the top.
    """
    groups: list[tuple[float, int]] = []
    for place in places:
        groups.append((place, 1))
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < gap * (groups[-1][1] + groups[-2][1]) / 2:
            (after, more), (before, some) = groups.pop(), groups.pop()
            groups.append(((before * some + after * more) / (some + more), some + more))
    spots = [middle + gap * (rank - (size - 1) / 2) for middle, size in groups for rank in range(size)]
    over = max(0.0, spots[-1] - top) if spots else 0.0
    return [spot - over for spot in spots]


def alone(data: pd.DataFrame) -> list[str]:
    """Return the small multiples that have one value only, which no line can show."""
    counted = data.dropna(subset=["y"])["facet"].value_counts()
    return sorted(counted.index[counted == 1])


def bands(marks: pd.DataFrame | None, data: pd.DataFrame) -> pd.DataFrame:
    """Return the events and gaps within the time shown, each with the height of its label and the side it
    stands
    on.
    """
    if marks is None or marks.empty or not pd.api.types.is_datetime64_any_dtype(data["x"]):
        return pd.DataFrame()
    found = prepare(marks, start="start", end="end", label="label")
    first, last = data["x"].min(), data["x"].max()
    found["end"] = found["end"].fillna(found["start"])
    found = (
        found[(found["end"] >= first) & (found["start"] <= last)].sort_values("start").reset_index(drop=True)
    )
    found["late"] = (found["start"] - first) > 0.6 * (last - first)
    found["start"], found["end"] = found["start"].clip(lower=first), found["end"].clip(upper=last)
    return found.assign(y=[4 + 16 * (place % 3) for place in range(len(found))])


def split(data: pd.DataFrame, parts: list[str]) -> pd.DataFrame:
    """Return one row per label and part: its share of the whole,
    and where it begins, ends and carries its number.
    """
    names = [part.removeprefix("p_").replace("_", " ") for part in parts]
    wide = data.set_index("label").set_axis(names, axis=1)
    wide = wide.div(wide.sum(axis=1), axis=0)
    long = wide.reset_index(names="label").melt("label", var_name="series", value_name="value")
    before = (wide.cumsum(axis=1) - wide).reset_index(names="label").melt("label", value_name="start")
    inks = dict(zip(names, map(palette.ink_on, palette.colours(names)), strict=True))
    return long.assign(
        start=before["start"],
        end=before["start"] + long["value"],
        middle=before["start"] + long["value"] / 2,
        shown=long["value"].map(lambda value: f"{value:.0%}" if value >= 0.085 else ""),
        ink=long["series"].map(inks),
    )

"""What the marks of a chart share: axes, colours, tooltips, bands and lines to compare with."""

import altair as alt
import pandas as pd

from earshot.publish.drawing import palette, scales
from earshot.publish.drawing.aggregates import is_time


def colour(data: pd.DataFrame, emphasis: str, label: str = "", fill: bool = False) -> dict:
    """Return the colour encoding: by series, by emphasis among labels, or one plain colour for all."""
    column = "series" if "series" in data else label if emphasis else ""
    if not column:
        return {"color": alt.value(palette.SERIES[0])}
    names = list(dict.fromkeys(data[column]))
    scale = alt.Scale(domain=names, range=palette.colours(names, emphasis, fill))
    named = {} if column == "series" and label and not emphasis else {"legend": None}
    return {"color": alt.Color(f"{column}:N", scale=scale, sort=names, **named)}


def time_axis(data: pd.DataFrame, ticks: object) -> alt.X:
    """Return the horizontal axis of a line: time, numbers or ordered labels."""
    axis = {"title": None, "labelOverlap": "greedy", "labelSeparation": 12, "labelFlush": "facet" in data}
    if is_time(data["x"]):
        form = "%-d %b" if (data["x"].max() - data["x"].min()).days <= 200 else "%b %Y"
        return alt.X("x:T", axis=alt.Axis(format=form, **_ticks(data, ticks), **axis))
    if pd.api.types.is_numeric_dtype(data["x"]):
        return alt.X("x:Q", scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(tickCount=ticks, **axis))
    return alt.X("x:O", sort=list(dict.fromkeys(data["x"])), axis=alt.Axis(labelAngle=0, **axis))


def _ticks(data: pd.DataFrame, ticks: object) -> dict:
    """Return ticks on the very days when they are few (weeks, months), else about so many."""
    days = sorted(data["x"].dropna().unique())
    if "facet" in data or not 1 < len(days) <= 8:
        return {"tickCount": ticks}
    return {
        "values": [alt.DateTime(year=day.year, month=day.month, date=day.day, hours=day.hour) for day in days]
    }


def value_axis(domain: list[float], unit: str, ticks: int = 5) -> alt.Y:
    """Return the vertical axis of values, over this domain and in this unit."""
    axis = alt.Axis(title=None, tickCount=ticks, **scales.axis_labels(unit, domain))
    return alt.Y("y:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=axis)


def band(base: alt.Chart, up: alt.Y, opacity: float) -> alt.Chart:
    """Return an interval as a band behind its line."""
    return (
        base.transform_calculate(y="datum.low")
        .mark_area(opacity=opacity, line=False)
        .encode(y=up, y2="high:Q")
    )


def zero_line(domain: list[float]) -> list[alt.Chart]:
    """Return the line at zero where the values lie on both sides of it."""
    if not domain[0] < 0 < domain[1]:
        return []
    return [alt.Chart(pd.DataFrame({"y": [0]})).mark_rule(color=palette.QUIET).encode(y="y:Q")]


def zero_of_facets(base: alt.Chart, domain: list[float]) -> list[alt.Chart]:
    """Return the line at zero for small multiples, whose rows all come from the chart's own data."""
    if not domain[0] < 0 < domain[1]:
        return []
    ends = {"x": alt.value(0), "x2": alt.value("width"), "color": alt.value(palette.BAND)}
    return [base.mark_rule(strokeWidth=1).encode(y=alt.datum(0), **ends)]


def reference_line(at: float, across: dict) -> alt.Chart:
    """Return the dashed line of a value to compare with."""
    rule = alt.Chart(pd.DataFrame({"value": [at]})).mark_rule(color=palette.QUIET, strokeDash=[4, 3])
    return rule.encode(x=alt.X("value:Q", **across))


def label_axis(data: pd.DataFrame) -> alt.Y:
    """Return the vertical axis of labels, in the frame's order."""
    names = list(dict.fromkeys(data["label"]))
    return alt.Y("label:N", sort=names, axis=alt.Axis(title=None, domain=False, labelColor=palette.INK))


def side_by_side(data: pd.DataFrame) -> dict:
    """Return what sets several series of one label beside each other."""
    if "series" not in data:
        return {}
    return {"yOffset": alt.YOffset("series:N", sort=list(dict.fromkeys(data["series"])))}


def tooltip(data: pd.DataFrame, x: str, y: str, series: str | None, unit: str) -> list[alt.Tooltip]:
    """Return what a dashboard shows under the pointer: label or day, series, value."""
    first, last = ("x", "y") if "x" in data else ("label", "value")
    kind = {"type": "temporal", "format": "%-d %b %Y"} if is_time(data[first]) else {"type": "nominal"}
    told = [alt.Tooltip(first, title=_words(x), **kind)]
    if series:
        told.append(alt.Tooltip("series", type="nominal", title=_words(series)))
    form = scales.label_format(unit, data[last])
    return [*told, alt.Tooltip(last, type="quantitative", title=_words(y), format=form)]


def _words(column: str) -> str:
    return str(column).replace("_", " ")


def shades(bands: pd.DataFrame) -> list[alt.Chart]:
    """Return the shaded bands of events and gaps with their labels,
    stepped down so that none covers another.
    """
    if bands.empty:
        return []
    base = alt.Chart(bands).encode(x="start:T")
    shade = base.mark_rect(color=palette.BAND, opacity=0.16).encode(x2="end:T")
    edge = base.mark_rule(color=palette.BAND, strokeDash=[2, 2])
    look = {"baseline": "top", "fontSize": 12, "color": palette.QUIET, "limit": 0}
    sides = (("!datum.late", "left", 4), ("datum.late", "right", -4))
    names = [
        base.transform_filter(when)
        .mark_text(align=side, dx=shift, **look)
        .encode(y=alt.Y("y:Q", scale=None), text="label:N")
        for when, side, shift in sides
    ]
    return [shade, edge, *names]

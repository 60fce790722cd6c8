"""Five chart shapes on small aggregates, in one theme; no post ever reaches a chart.

A title is a sentence: ``show.figure`` prints it above the picture as text. ``unit`` is share (0 to 1),
percent, points, count or any other word; left empty it follows from the column. ``emphasis`` names the one
label or series in colour.
"""

from collections.abc import Callable
from functools import wraps

import altair as alt
import pandas as pd

from earshot.publish.drawing import encodings, palette, scales
from earshot.publish.drawing import pictures as drawing
from earshot.publish.drawing.aggregates import describe, prepare, tidy_x, unit_of

__all__ = ["bars", "describe", "dots", "grid", "lines", "pictures", "seaborn_theme", "shares"]
TICKS = alt.ExprRef("max(2, ceil(width / 110))")


def unless_empty(shape: Callable) -> Callable:
    """Make a shape return None for a frame without rows, which ``show.figure`` then says in words."""

    @wraps(shape)
    def draw(frame: pd.DataFrame, *arguments, **options):
        return None if frame.empty else shape(frame, *arguments, **options)

    return draw


@unless_empty
def lines(
    frame: pd.DataFrame,
    x: str,
    y: str,
    series: str | None = None,
    low: str | None = None,
    high: str | None = None,
    title: str = "",
    marks: pd.DataFrame | None = None,
    unit: str = "",
    emphasis: str = "",
) -> alt.LayerChart:
    """Return a line per series over time (days, ISO weeks) or ordered labels,
    its name at its end, its interval a band.

    ``marks`` (start, end, label) shades events and gaps. Raises ValueError on posts, people, or more than 7
    series."""
    data = tidy_x(prepare(frame, x=x, y=y, series=series, low=low, high=high, most_series=7))
    unit, colour = unit or unit_of(y, data["y"]), encodings.colour(data, emphasis)
    domain = scales.range_up(data, unit, headroom=marks is not None and not marks.empty)
    up = encodings.value_axis(domain, unit)
    base = alt.Chart(data).encode(x=encodings.time_axis(data, TICKS), y=up, **colour)
    layers = [*encodings.zero_line(domain), *encodings.shades(scales.bands(marks, data))]
    if low and high:
        layers.append(encodings.band(base, up, 0.16))
    points = {"size": 36} if len(data) <= 40 else False
    layers.append(base.mark_line(point=points).encode(tooltip=encodings.tooltip(data, x, y, series, unit)))
    if series:
        names = alt.Chart(scales.end_labels(data, domain)).mark_text(align="left", dx=8, fontWeight=600)
        layers.append(names.encode(x=encodings.time_axis(data, TICKS), y="spot:Q", text="series:N", **colour))
    return _finish(alt.layer(*layers), title, palette.HEIGHT)


@unless_empty
def dots(
    frame: pd.DataFrame,
    label: str,
    value: str,
    low: str,
    high: str,
    series: str | None = None,
    reference: float | None = None,
    title: str = "",
    unit: str = "",
    emphasis: str = "",
) -> alt.LayerChart:
    """Return one dot per label with its interval as a whisker,
    in the frame's order, against a reference if given.
    """
    data = prepare(frame, label=label, value=value, low=low, high=high, series=series)
    unit, colour = unit or unit_of(value, data["value"]), encodings.colour(data, emphasis, "label", fill=True)
    ends = [*data[["value", "low", "high"]].min(), *data[["value", "low", "high"]].max()]
    domain = scales.range_across(ends if reference is None else [*ends, reference])
    labels = scales.axis_labels(unit, domain)
    axis = alt.Axis(title=None, grid=True, domain=False, ticks=False, tickCount=TICKS, **labels)
    across = {"scale": alt.Scale(domain=domain, nice=False, zero=False), "axis": axis}
    base = alt.Chart(data).encode(y=encodings.label_axis(data), **encodings.side_by_side(data), **colour)
    layers = [] if reference is None else [encodings.reference_line(reference, across)]
    layers.append(
        base.mark_rule(strokeWidth=2.5, opacity=0.55).encode(x=alt.X("low:Q", **across), x2="high:Q")
    )
    dot = base.mark_point(size=110, filled=True, opacity=1)
    layers.append(
        dot.encode(x=alt.X("value:Q", **across), tooltip=encodings.tooltip(data, label, value, series, unit))
    )
    shown = alt.Text("value:Q", format=scales.label_format(unit, data["value"]))
    column = {"x": alt.value("width"), "color": alt.value(palette.INK)}
    layers.append(base.mark_text(align="right", dx=52).encode(text=shown, **column))
    return _finish(alt.layer(*layers), title, scales.height_of(data, 36))


@unless_empty
def bars(
    frame: pd.DataFrame,
    label: str,
    value: str,
    series: str | None = None,
    title: str = "",
    unit: str = "",
    emphasis: str = "",
) -> alt.LayerChart:
    """Return horizontal bars from zero in the frame's order, each with its number at its end."""
    data = prepare(frame, label=label, value=value, series=series)
    unit, colour = unit or unit_of(value, data["value"]), encodings.colour(data, emphasis, "label", fill=True)
    across = {"scale": alt.Scale(nice=False, zero=True), "axis": None}
    base = alt.Chart(data).encode(y=encodings.label_axis(data), **encodings.side_by_side(data))
    bar = base.mark_bar(height={"band": 0.72}).encode(
        x=alt.X("value:Q", **across), tooltip=encodings.tooltip(data, label, value, series, unit), **colour
    )
    number = base.transform_calculate(edge="max(datum.value, 0)").mark_text(align="left", dx=6)
    shown = alt.Text("value:Q", format=scales.label_format(unit, data["value"]))
    return _finish(
        bar + number.encode(x=alt.X("edge:Q", **across), text=shown), title, scales.height_of(data, 30)
    )


@unless_empty
def shares(frame: pd.DataFrame, label: str, parts: list[str], title: str = "") -> alt.LayerChart:
    """Return one bar of 100% per label, split into the columns ``parts`` (shares
    or counts), in the frame's order.
    """
    data = prepare(frame, label=label, **{f"part{place}": name for place, name in enumerate(parts)})
    long = scales.split(data, parts)
    names = list(dict.fromkeys(long["series"]))
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=palette.colours(names)), sort=names)
    across = {"axis": None, "scale": alt.Scale(domain=[0, 1])}
    base = alt.Chart(long).encode(y=encodings.label_axis(data))
    bar = base.mark_bar(height={"band": 0.8}).encode(
        x=alt.X("start:Q", **across),
        x2="end:Q",
        color=colour,
        tooltip=encodings.tooltip(long, label, "share", "part", "share"),
    )
    ink = alt.Color("ink:N", scale=None)
    number = base.mark_text().encode(x=alt.X("middle:Q", **across), text="shown:N", color=ink)
    return _finish(bar + number, title, scales.height_of(data, 36) + 30)


@unless_empty
def grid(
    frame: pd.DataFrame,
    x: str,
    y: str,
    facet: str,
    low: str | None = None,
    high: str | None = None,
    title: str = "",
    unit: str = "",
    columns: int = 3,
    marks: pd.DataFrame | None = None,
) -> alt.FacetChart:
    """Return small multiples: a line chart per value of ``facet``,
    all on the same scales, in the frame's order.

    ``marks`` (start, end, label) shades the same events and gaps in each."""
    data = tidy_x(prepare(frame, x=x, y=y, facet=facet, low=low, high=high))
    unit = unit or unit_of(y, data["y"])
    domain = scales.range_up(data, unit, headroom=marks is not None and not marks.empty)
    up = encodings.value_axis(domain, unit, ticks=3)
    base = alt.Chart().encode(x=encodings.time_axis(data, 2), y=up, color=alt.value(palette.SERIES[0]))
    layers = [base.mark_line(strokeWidth=2).encode(tooltip=encodings.tooltip(data, x, y, None, unit))]
    lone = base.transform_filter(alt.FieldOneOfPredicate("facet", scales.alone(data)))
    layers.append(lone.mark_point(filled=True, size=50, opacity=1))
    if low and high:
        layers.insert(0, encodings.band(base, up, 0.18))
        layers.append(lone.mark_rule(strokeWidth=2).encode(y="low:Q", y2="high:Q"))
    layers = [*encodings.shades(scales.bands(marks, data)), *encodings.zero_of_facets(base, domain), *layers]
    names = list(dict.fromkeys(data["facet"]))
    columns = min(columns, len(names))
    width = (palette.WIDE - 48) // columns - 22
    # Without a limit a long name widens the whole picture.
    theme = palette.THEME | {"header": palette.THEME["header"] | {"labelLimit": width}}
    inner = alt.layer(*layers).properties(width=width, height=118)
    chart = inner.facet(
        alt.Facet("facet:N", sort=names), data=data, columns=columns, spacing={"row": 18, "column": 20}
    )
    return _titled(chart, title).configure(**theme)


def pictures(chart: object) -> tuple[str, str, str]:
    """Return (picture, picture for phones or "",
    title) of a chart of ours or a matplotlib figure; else TypeError.
    """
    if hasattr(chart, "to_dict"):
        return drawing.draw_spec(chart.to_dict())
    figure = getattr(chart, "figure", None) or chart
    if hasattr(figure, "savefig"):
        return drawing.draw_figure(figure)
    raise TypeError(
        f"show.figure got a {type(chart).__name__}; give it a chart of charts.py or a matplotlib figure."
    )


def seaborn_theme() -> None:
    """Set seaborn and matplotlib to the same colours and type;
    call it before drawing a statistical figure.
    """
    import seaborn

    seaborn.set_theme(style="whitegrid", palette=list(palette.SERIES), rc=palette.RC)


def _finish(chart: alt.LayerChart, title: str, height: int) -> alt.LayerChart:
    # Names at the ends of lines and bars count as part of the picture: "fit" makes room for them within the
    # width.
    sized = chart.properties(
        width=palette.WIDE,
        height=height,
        padding={"left": 2, "right": 8, "top": 6, "bottom": 4},
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
    )
    return _titled(sized, title).configure(**palette.THEME)


def _titled(chart: alt.TopLevelMixin, title: str) -> alt.TopLevelMixin:
    return chart.properties(title=title) if title else chart

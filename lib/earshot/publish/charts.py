"""Five chart shapes on small aggregates, in one theme; no post ever reaches a chart.

A title is a sentence and stands above the picture as text; the caption belongs to ``show.figure``.
"""

import altair as alt
import pandas as pd

from earshot.publish import drawing, palette
from earshot.publish.aggregates import describe, prepare, tidy_x, unit_of  # noqa: F401  (describe is a public function here)

AXIS = {"share": ".0%", "percent": ",.0f", "count": ",.0f", "points": "+,.0f", "number": ",~r"}
LABEL = {"share": ".0%", "percent": ".0f", "count": ",.0f", "points": "+.1f", "number": ",.3~r"}


def lines(frame: pd.DataFrame, x: str, y: str, series: str | None = None, low: str | None = None, high: str | None = None,
          title: str = "", marks: pd.DataFrame | None = None, unit: str = "", emphasis: str = "") -> alt.LayerChart:
    """Return a line per series over time (days, ISO weeks) or ordered labels, its interval as a band, its name at its end.

    ``marks`` (start, end, label) shades events and gaps; ``unit`` is share, percent, points, count or number."""
    data, at = tidy_x(prepare(frame, x=x, y=y, series=series, low=low, high=high, most_series=7), x)
    how, colour = unit or unit_of(y, data["y"]), _colour(data, emphasis, series)
    across = at(alt.X("x", axis=alt.Axis(title=None, tickCount=alt.ExprRef("max(2, ceil(width / 110))"), labelOverlap="greedy", labelSeparation=12,
                                         labelFlush=True)))  # fmt: skip
    domain = _domain(data, how, marks is not None)
    up = alt.Y("y:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=alt.Axis(title=None, format=AXIS.get(how, ",~r"), tickCount=5))
    base = alt.Chart(data).encode(x=across, y=up, **colour)
    layers = [*_marks(marks, data)]
    if low and high:
        layers.append(base.mark_area(opacity=0.16, line=False).encode(y=up.copy(), y2="high:Q").transform_calculate(y="datum.low"))
    layers.append(base.mark_line(point={"size": 36} if len(data) <= 40 else False).encode(tooltip=_tooltip(data, x, y, series, how)))
    if domain[0] < 0 < domain[1]:
        layers.insert(0, alt.Chart(pd.DataFrame({"y": [0]})).mark_rule(color=palette.QUIET).encode(y="y:Q"))
    return _finish(alt.layer(*layers, *_end_labels(data, series, domain, colour)), title)


def dots(frame: pd.DataFrame, label: str, value: str, low: str, high: str, series: str | None = None,
         reference: float | None = None, title: str = "", unit: str = "", emphasis: str = "") -> alt.LayerChart:
    """Return one dot per label with its interval as a whisker, in the frame's order, against a reference line if given."""
    data = prepare(frame, label=label, value=value, low=low, high=high, series=series)
    how, colour = unit or unit_of(value, data["value"]), _colour(data, emphasis or "", series, label="label")
    ends = [data["low"].min(), data["high"].max(), data["value"].min(), data["value"].max()] + ([] if reference is None else [reference])
    across = _span(min(ends), max(ends), how)
    base = alt.Chart(data).encode(y=_labels(data), **_dodge(data, series), **colour)
    whisker = base.mark_rule(strokeWidth=2.5, opacity=0.55).encode(x=alt.X("low:Q", **across), x2="high:Q")
    dot = base.mark_point(size=110, filled=True, opacity=1).encode(x=alt.X("value:Q", **across), tooltip=_tooltip(data, label, value, series, how))
    text = base.mark_text(align="left", dx=9, fontSize=13).encode(
        x=alt.X("edge:Q", **across), text=alt.Text("value:Q", format=_fine(how, data["value"])), color=alt.value(palette.INK))
    text = text.transform_calculate(edge="max(datum.high, datum.value)")
    layers = [whisker, dot, text]
    if reference is not None:
        rule = alt.Chart(pd.DataFrame({"value": [reference]})).mark_rule(color=palette.QUIET, strokeDash=[4, 3])
        layers.insert(0, rule.encode(x=alt.X("value:Q", **across)))
    return _finish(alt.layer(*layers), title, height=_height(data, series, 36))


def bars(frame: pd.DataFrame, label: str, value: str, series: str | None = None, title: str = "", unit: str = "",
         emphasis: str = "") -> alt.LayerChart:
    """Return horizontal bars in the frame's order, each with its number at its end."""
    data = prepare(frame, label=label, value=value, series=series)
    how, colour = unit or unit_of(value, data["value"]), _colour(data, emphasis, series, label="label", fill=True)
    across = {"scale": alt.Scale(nice=False, zero=True), "axis": None}
    base = alt.Chart(data).encode(y=_labels(data), **_dodge(data, series))
    bar = base.mark_bar(height={"band": 0.72}).encode(x=alt.X("value:Q", **across), tooltip=_tooltip(data, label, value, series, how), **colour)
    text = base.mark_text(align="left", dx=6).encode(x=alt.X("edge:Q", **across), text=alt.Text("value:Q", format=_fine(how, data["value"])))
    return _finish(alt.layer(bar, text.transform_calculate(edge="max(datum.value, 0)")), title,
                   height=_height(data, series, 30))  # fmt: skip


def shares(frame: pd.DataFrame, label: str, parts: list[str], title: str = "") -> alt.LayerChart:
    """Return one bar of 100% per label, split into the columns ``parts`` (shares or counts), in the frame's order."""
    data = prepare(frame, label=label, **{f"part{place}": name for place, name in enumerate(parts)})
    names = [part.removeprefix("p_").replace("_", " ") for part in parts]
    wide = data.set_index("label").set_axis(names, axis=1)
    wide = wide.div(wide.sum(axis=1), axis=0)
    before = wide.cumsum(axis=1) - wide
    long = wide.reset_index(names="label").melt("label", var_name="series", value_name="value")
    long["start"] = before.reset_index(names="label").melt("label", value_name="start")["start"]
    long["end"], long["middle"] = long["start"] + long["value"], long["start"] + long["value"] / 2
    long["shown"] = long["value"].map(lambda value: f"{value:.0%}" if value >= 0.085 else "")
    long["ink"] = long["series"].map(dict(zip(names, map(_on, palette.colours(names)), strict=True)))
    scale = alt.Scale(domain=names, range=palette.colours(names))
    base = alt.Chart(long).encode(y=_labels(data))
    bar = base.mark_bar(height={"band": 0.8}).encode(x=alt.X("start:Q", axis=None, scale=alt.Scale(domain=[0, 1])), x2="end:Q",
                                                     color=alt.Color("series:N", scale=scale, sort=names))  # fmt: skip
    text = base.mark_text().encode(x="middle:Q", text="shown:N", color=alt.Color("ink:N", scale=None))
    return _finish(alt.layer(bar, text), title, height=_height(data, None, 36) + 30)


def grid(frame: pd.DataFrame, x: str, y: str, facet: str, low: str | None = None, high: str | None = None, title: str = "",
         unit: str = "", columns: int = 3) -> alt.FacetChart:
    """Return small multiples: one small line chart per value of ``facet``, all on the same scales, in the frame's order."""
    data, at = tidy_x(prepare(frame, x=x, y=y, facet=facet, low=low, high=high), x)
    how = unit or unit_of(y, data["y"])
    across = at(alt.X("x", axis=alt.Axis(title=None, tickCount=2, labelFlush=True, labelOverlap="greedy", labelSeparation=8)))
    up = alt.Y("y:Q", scale=alt.Scale(domain=_domain(data, how, False), nice=False, zero=False), axis=alt.Axis(title=None, format=AXIS.get(how, ",~r"), tickCount=3))
    base = alt.Chart(data).encode(x=across, y=up)
    layers = [base.mark_line(color=palette.SERIES[0], strokeWidth=2).encode(tooltip=_tooltip(data, x, y, None, how))]
    if low and high:
        band = base.mark_area(opacity=0.18, color=palette.SERIES[0], line=False).encode(y=up.copy(), y2="high:Q")
        layers.insert(0, band.transform_calculate(y="datum.low"))
    names = list(dict.fromkeys(data["facet"]))
    columns = min(columns, len(names))
    inner = alt.layer(*layers).properties(width=(palette.WIDE - 48) // columns - 22, height=118)
    chart = inner.facet(alt.Facet("facet:N", sort=names), columns=columns, spacing={"row": 18, "column": 20})
    return _titled(chart, title).configure(**palette.THEME)


def interactive(chart: alt.TopLevelMixin) -> alt.JupyterChart:
    """Return the chart as a widget for a dashboard; works offline and reports selections to Python."""
    alt.JupyterChart.enable_offline()
    return alt.JupyterChart(chart, embed_options={"actions": False, "renderer": "svg"})


def pictures(chart: object) -> tuple[str, str, str]:
    """Return the chart as (picture, picture for phones or "", headline); Altair charts and matplotlib figures are known."""
    if hasattr(chart, "to_dict"):
        return drawing.draw_spec(chart.to_dict())
    figure = getattr(chart, "figure", None) or chart
    if hasattr(figure, "savefig"):
        return drawing.draw_figure(figure)
    raise TypeError(f"show.figure got a {type(chart).__name__}; give it a chart made by charts.py or a matplotlib figure.")


def seaborn_theme() -> None:
    """Set seaborn and matplotlib to the same colours and type; call it before drawing a statistical figure."""
    import seaborn

    rc = {"svg.fonttype": "none", "font.family": ["Liberation Sans", "Arial", "DejaVu Sans"], "font.size": 12, "figure.figsize": (6.8, 3.4),
          "axes.edgecolor": "#aaa79c", "axes.labelcolor": palette.QUIET, "xtick.color": palette.QUIET, "ytick.color": palette.QUIET,
          "grid.color": palette.GRID, "axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 100}  # fmt: skip
    seaborn.set_theme(style="whitegrid", palette=list(palette.SERIES), rc=rc)


def _finish(chart: alt.LayerChart, title: str, right: int = 8, height: int = palette.HEIGHT) -> alt.LayerChart:
    sized = chart.properties(width=palette.WIDE, height=height, autosize=alt.AutoSizeParams(type="fit", contains="padding"),
                             padding={"left": 2, "right": right, "top": 6, "bottom": 4})  # fmt: skip
    return _titled(sized, title).configure(**palette.THEME)


def _titled(chart, title: str):
    return chart.properties(title=title) if title else chart


def _colour(data: pd.DataFrame, emphasis: str, series: str | None, label: str = "", fill: bool = False) -> dict:
    """Return the colour encoding: by series, by emphasis among labels, or one plain colour."""
    if not series and not (emphasis and label):
        return {"color": alt.value(palette.SERIES[0])}
    column = "series" if series else label
    names = list(dict.fromkeys(data[column]))
    scale = alt.Scale(domain=names, range=palette.colours(names, emphasis, fill))
    named = bool(series) and bool(label) and not emphasis
    return {"color": alt.Color(f"{column}:N", scale=scale, sort=names, **({} if named else {"legend": None}))}


def _labels(data: pd.DataFrame) -> alt.Y:
    names = list(dict.fromkeys(data["label"]))
    return alt.Y("label:N", sort=names, axis=alt.Axis(title=None, domain=False, labelColor=palette.INK))


def _dodge(data: pd.DataFrame, series: str | None) -> dict:
    return {"yOffset": alt.YOffset("series:N", sort=list(dict.fromkeys(data["series"])))} if series else {}


def _height(data: pd.DataFrame, series: str | None, step: int) -> int:
    """Return a height that gives every label (and every series in it) its own step."""
    each = step if not series else max(step, 20 * data["series"].nunique() + 12)
    return each * data["label"].nunique() + (70 if series else 40)


def _tooltip(data: pd.DataFrame, x: str, y: str, series: str | None, how: str) -> list[alt.Tooltip]:
    first = "x" if "x" in data else "label"
    kind = {"type": "temporal", "format": "%-d %b %Y"} if pd.api.types.is_datetime64_any_dtype(data[first]) else {"type": "nominal"}
    named = [alt.Tooltip("series", type="nominal", title=_words(series))] if series else []
    return [alt.Tooltip(first, title=_words(x), **kind), *named,
            alt.Tooltip("y" if "y" in data else "value", type="quantitative", title=_words(y), format=_fine(how, data.iloc[:, 1]))]  # fmt: skip


def _words(column: str) -> str:
    return str(column).replace("_", " ")


def _fine(how: str, values: pd.Series) -> str:
    """Return the label format, with one more digit when the values lie close together."""
    return ".1%" if how == "share" and values.max() - values.min() < 0.1 else LABEL.get(how, ",.3~r")


def _domain(data: pd.DataFrame, how: str, headroom: bool) -> list[float]:
    """Return the value axis: from zero unless all values lie far from it, with room on top for marks."""
    ends = pd.concat([data[name] for name in ("y", "low", "high") if name in data]).dropna()
    least, most = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    bottom = min(least, 0.0) if least < 0.5 * most or how == "count" else least - 0.15 * (most - least or abs(most) or 1)
    top = most + ((0.22 if headroom else 0.06) * (most - bottom) or 1.0)
    return [bottom - (0.06 * (most - bottom) if bottom < 0 else 0), top]


def _span(least: float, most: float, how: str) -> dict:
    bottom = 0.0 if 0 <= least < 0.5 * most else least - 0.06 * (most - least or 1)
    axis = alt.Axis(title=None, format=AXIS.get(how, ",~r"), grid=True, domain=False, ticks=False, tickCount=alt.ExprRef("max(2, ceil(width / 110))"))
    return {"scale": alt.Scale(domain=[bottom, most + 0.02 * (most - bottom or 1)], nice=False, zero=False), "axis": axis}


def _end_labels(data: pd.DataFrame, series: str | None, domain: list[float], colour: dict) -> list[alt.Chart]:
    """Return the series' names at their last points, pushed apart so that none covers another."""
    if not series:
        return []
    last = data.dropna(subset=["y"]).sort_values("x", kind="stable").groupby("series", sort=False).tail(1).sort_values("y")
    gap = (domain[1] - domain[0]) * 17 / (palette.HEIGHT - 40)
    last = last.assign(spot=_apart(list(last["y"]), gap, domain[1]), x=data["x"].max())
    text = alt.Chart(last).mark_text(align="left", dx=8, fontWeight=600, fontSize=13, clip=False)
    x = alt.X("x:T" if pd.api.types.is_datetime64_any_dtype(data["x"]) else "x:N")
    return [text.encode(x=x, y=alt.Y("spot:Q"), text="series:N", **colour)]


def _apart(places: list[float], gap: float, top: float) -> list[float]:
    """Return ascending places moved as little as possible so that neighbours lie at least one gap apart."""
    groups: list[list[float]] = []
    for place in places:
        groups.append([place, 1])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < gap * (groups[-1][1] + groups[-2][1]) / 2:
            (after, more), (before, some) = groups.pop(), groups.pop()
            groups.append([(before * some + after * more) / (some + more), some + more])
    spots = [middle + gap * (rank - (size - 1) / 2) for middle, size in groups for rank in range(int(size))]
    over = max(0.0, spots[-1] - top) if spots else 0.0
    return [spot - over for spot in spots]


def _marks(marks: pd.DataFrame | None, data: pd.DataFrame) -> list[alt.Chart]:
    """Return the shaded bands of events and gaps with their labels, stepped down where two would touch."""
    if marks is None or marks.empty:
        return []
    bands = prepare(marks, start="start", end="end", label="label", kinds="marks")
    first, last = data["x"].min(), data["x"].max()
    bands = bands[(bands["end"] >= first) & (bands["start"] <= last)].sort_values("start").reset_index(drop=True)
    bands["start"], bands["end"] = bands["start"].clip(lower=first), bands["end"].clip(upper=last)
    bands["late"] = (bands["start"] - first) > 0.6 * (last - first)
    bands["y"] = [4 + 16 * (place % 3) for place in range(len(bands))]
    base = alt.Chart(bands)
    shade = base.mark_rect(color=palette.BAND, opacity=0.16).encode(x="start:T", x2="end:T")
    edge = base.mark_rule(color=palette.BAND, strokeDash=[2, 2]).encode(x="start:T")
    text = {"baseline": "top", "fontSize": 12, "color": palette.QUIET}
    early = base.transform_filter("!datum.late").mark_text(align="left", dx=4, **text).encode(x="start:T", y=alt.Y("y:Q", scale=None), text="label:N")
    late = base.transform_filter("datum.late").mark_text(align="right", dx=-4, **text).encode(x="start:T", y=alt.Y("y:Q", scale=None), text="label:N")
    return [shade, edge, early, late]


def _on(colour: str) -> str:
    """Return black or white, whichever reads better on the colour."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return "#ffffff" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.19 else palette.INK

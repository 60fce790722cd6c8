"""Colours, type and the one chart theme: separable for colour-blind readers, in grey and on a phone."""

FONT = "Arial, 'Helvetica Neue', Helvetica, 'Liberation Sans', sans-serif"
INK, QUIET, GRID, BAND = "#1c1c1a", "#5b5a55", "#e4e2db", "#8a877c"
# Okabe and Ito's blue, vermilion and green (2008) made dark enough to be read as text on white (4.5 to 1),
# then the hues that stay farthest from them for readers without red or green cones (tested: CIE Lab distance
# of 11 or
# more).
SERIES = ("#0b5a8f", "#c2410c", "#007a5a", "#7a1f5c", "#2b2b2b", "#7a3b00", "#0a7f83")
OTHERS, OTHERS_FILL = "#77746b", "#98958a"
# Dark, very light, middle: the three stay apart when printed in grey.
SENTIMENT = {"negative": "#a63a1c", "neutral": "#dad7ce", "positive": "#4f9bcb"}
WIDE, NARROW, HEIGHT = 680, 345, 320

_TITLE = {
    "anchor": "start",
    "frame": "group",
    "font": FONT,
    "fontSize": 16,
    "fontWeight": 600,
    "color": INK,
    "offset": 14,
}
_AXIS = {
    "labelFont": FONT,
    "titleFont": FONT,
    "labelFontSize": 13,
    "titleFontSize": 13,
    "titleFontWeight": "normal",
    "labelColor": QUIET,
    "titleColor": QUIET,
    "gridColor": GRID,
    "domainColor": "#aaa79c",
    "tickColor": "#aaa79c",
    "labelPadding": 6,
    "titlePadding": 10,
}
THEME = {
    "background": "#ffffff",
    "font": FONT,
    "aria": False,
    "view": {"stroke": None},
    "title": _TITLE,
    "axis": _AXIS,
    "axisX": {"grid": False, "tickSize": 5},
    "axisY": {"domain": False, "ticks": False, "labelLimit": 190},
    "header": {
        "labelFont": FONT,
        "labelFontSize": 14,
        "labelFontWeight": 600,
        "labelColor": INK,
        "labelAnchor": "start",
        "title": None,
        "labelPadding": 8,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelFont": FONT,
        "labelFontSize": 13,
        "labelColor": INK,
        "symbolType": "square",
        "symbolOpacity": 1,
        "symbolSize": 130,
        "offset": 8,
        "labelLimit": 200,
        "columnPadding": 16,
    },
    "line": {"strokeWidth": 2.5, "strokeJoin": "round", "strokeCap": "round"},
    "text": {"font": FONT, "fontSize": 13, "color": INK, "limit": 190},
}

RC = {
    "svg.fonttype": "none",
    "font.family": ["Liberation Sans", "Arial", "DejaVu Sans"],
    "font.size": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "axes.edgecolor": "#aaa79c",
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "grid.color": GRID,
    "figure.figsize": (6.8, 3.4),
    "figure.dpi": 100,
}


def colours(names: list[str], emphasis: str = "", fill: bool = False) -> list[str]:
    """Return one colour per name: the sentiment colours,
    one strong against grey when emphasised, or the series'.
    """
    if set(names) <= set(SENTIMENT):
        return [SENTIMENT[name] for name in names]
    if emphasis:
        return [SERIES[0] if name == emphasis else OTHERS_FILL if fill else OTHERS for name in names]
    ranks = {name: rank for rank, name in enumerate(sorted(names))}
    return [SERIES[ranks[name] % len(SERIES)] for name in names]


def ink_on(colour: str) -> str:
    """Return white or ink, whichever reads better on the colour (WCAG relative luminance)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return "#ffffff" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.19 else INK

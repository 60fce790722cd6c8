"""Charts as pictures: one drawn for a page,
one drawn again for a phone, both inert SVG inside a data address.
"""

import base64
import copy
import io
import re

from earshot.publish.drawing import palette
from earshot.publish.safety.quotes import clean


def draw_spec(spec: dict) -> tuple[str, str, str]:
    """Return (picture, picture for phones, headline) of a Vega-Lite specification;
    the headline is taken out of it.
    """
    spec = copy.deepcopy(spec)
    title = spec.pop("title", "")
    headline = title.get("text", "") if isinstance(title, dict) else title
    return (
        _address(_svg(spec)),
        _address(_svg(_for_phones(spec))),
        " ".join(headline) if isinstance(headline, list) else headline,
    )


def draw_figure(figure: object) -> tuple[str, str, str]:
    """Return (picture, "", headline) of a matplotlib figure;
    its title, when it has just one, is the headline.
    """
    axes = figure.axes
    headline = axes[0].get_title() if len(axes) == 1 else ""
    if headline:
        axes[0].set_title("")
    out = io.StringIO()
    figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    if headline:
        axes[0].set_title(headline)
    return _address(out.getvalue()), "", headline


def _svg(spec: dict) -> str:
    """Return the SVG; nothing is fetched, whatever address a specification names."""
    import vl_convert

    # One control character in a label aborts the whole process inside vl-convert 1.9, so none gets there.
    return vl_convert.vegalite_to_svg(_cleaned(spec), allowed_base_urls=[])


def _cleaned(part: object) -> object:
    """Return the specification with every text in it cleaned."""
    if isinstance(part, dict):
        return {_cleaned(name): _cleaned(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_cleaned(value) for value in part]
    return clean(part) if isinstance(part, str) else part


def _for_phones(spec: dict) -> dict:
    """Return the specification at phone width: narrower, shorter labels, small multiples two abreast."""
    spec = copy.deepcopy(spec)
    config = spec.setdefault("config", {})
    config.setdefault("axisY", {}).update(
        labelLimit=150, labelFontSize=12
    )  # a topic's three words are read whole
    config.setdefault("text", {})["limit"] = 112
    if "facet" in spec:
        spec["columns"] = min(2, spec.get("columns", 2))
        spec["spec"]["width"] = (palette.NARROW - 46) // spec["columns"] - 18
        config.setdefault("header", {}).update(labelLimit=spec["spec"]["width"], labelFontSize=13)
        return spec
    if isinstance(spec.get("width"), (int, float)):
        spec["width"] = palette.NARROW
    return spec


def _address(svg: str) -> str:
    """Return the SVG as a data address, its coordinates rounded to two decimals to keep pages small."""
    svg = re.sub(r"(\d\.\d\d)\d+", r"\1", svg)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")

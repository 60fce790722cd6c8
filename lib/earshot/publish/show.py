"""The only door to the screen: everything shown is built from cleaned and escaped text,
as static HTML without scripts.

Each function displays one shape (see ``shapes``) and returns None. The pages accept HTML from here and
nowhere else.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd
from IPython.display import display
from markupsafe import Markup

from earshot.core.spreadsheet import csv_safe
from earshot.publish import shapes
from earshot.publish.safety.quotes import plain

__all__ = ["csv_safe", "facts", "figure", "findings", "headline", "html", "note", "plain", "posts", "table"]
MARKER = "earshot"
SHAPES = {"headline": shapes.headline, "findings": shapes.findings, "table": shapes.table,
          "posts": shapes.posts,
          "figure": shapes.figure, "facts": shapes.facts, "note": shapes.note, "status": shapes.status,
          "download": lambda frame, name, words: shapes.download(csv_safe(frame), name, words)}  # fmt: skip
LINE_ENDS = re.compile(r"(?=</(?:p|li|tr|dd|dt|caption|figcaption|footer|summary)>)")


def headline(text: str, standfirst: str = "") -> None:
    """Show the one sentence that matters most, large, with a second one below it."""
    _display("headline", text, standfirst)


def findings(claims: Iterable) -> None:
    """Show claims as ordered sentences, each with its interval, n and method in a quiet line below."""
    _display("findings", claims)


def table(frame: pd.DataFrame, caption: str, formats: dict | None = None) -> None:
    """Show a frame as a table; ``formats`` names a column's unit:
    share, percent, count, points, day, link, ",.2f".
    """
    _display("table", frame, caption, formats)


def posts(frame: pd.DataFrame, caption: str = "", n: int = 5) -> None:
    """Show the first n posts as quotes with brand, day, platform and sentiment; never who wrote them."""
    _display("posts", frame, caption, n)


def figure(chart: object, alt: str, caption: str, data: pd.DataFrame, formats: dict | None = None) -> None:
    """Show a chart with its alt text, caption and the data behind it;
    raises ValueError when ``alt`` says nothing.
    """
    _display("figure", chart, alt, caption, data, formats)


def facts(values: dict) -> None:
    """Show a few names and values side by side."""
    _display("facts", values)


def note(text: str, link: str = "") -> None:
    """Show one plain remark, with the address it rests on where there is one."""
    _display("note", text, link)


def html(shape: str, *arguments, widget: object = None, **options) -> object:
    """Return a dashboard's ipywidgets.HTML, or refill ``widget``:
    ``show.html("table", frame, "Posts by brand")``.
    """
    from ipywidgets import HTML

    if shape not in SHAPES:
        raise ValueError(f'show.html got the shape "{shape}"; use one of {", ".join(SHAPES)}.')
    widget = HTML() if widget is None else widget
    widget.value = str(_framed(shape, SHAPES[shape](*arguments, **options)))
    return widget


def _display(shape: str, *arguments) -> None:
    """Show one shape; the metadata mark is what the page trusts, since no text in an output can set it."""
    piece = SHAPES[shape](*arguments)
    lines = (Markup(line).striptags() for line in LINE_ENDS.sub("\n", str(piece)).split("\n"))
    data = {"text/html": str(_framed(shape, piece)), "text/plain": "\n".join(filter(None, lines))}
    display(data, metadata={MARKER: shape}, raw=True)


def _framed(shape: str, piece: Markup) -> Markup:
    return Markup('<div class="earshot {}"><style>{}</style>{}</div>').format(shape, _style(), piece)


@cache
def _style() -> Markup:
    """Return the small stylesheet that makes a shape look right outside the pages too;
    a page takes it out again.
    """
    rules = (Path(__file__).parent / "page" / "show.css").read_text(encoding="utf-8")
    return Markup(re.sub(r"\s*\n\s*", "", re.sub(r"/\*.*?\*/", "", rules, flags=re.S)))

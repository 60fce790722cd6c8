"""What every dashboard is made of: fields to fill, a message line, and callbacks that never show a traceback.

A visitor's browser can send any value to a callback. So a field is only ever a wish: what is shown is decided
by plain functions that check it (see ``explore.choose``), and whatever they raise becomes one sentence in the
message line.
"""

from collections.abc import Callable, Iterable

import ipywidgets as widgets

from earshot.publish import show

FIELD = {"description_width": "5.2rem"}
COLUMNS = "repeat(auto-fill, minmax(min(100%, 19rem), 1fr))"
HALVES = "repeat(auto-fit, minmax(min(100%, 27rem), 1fr))"


def pick(label: str, options: Iterable, value: str = "") -> widgets.Dropdown:
    """Return a list to pick one of; ``options`` are texts or pairs of what is read and what is meant."""
    options = list(options)
    meant = [option[1] if isinstance(option, tuple) else option for option in options]
    return widgets.Dropdown(
        options=options,
        value=value if value in meant else meant[0],
        description=label,
        style=FIELD,
        layout=widgets.Layout(width="auto"),
    )


def day(label: str, value) -> widgets.DatePicker:
    """Return a field for a day."""
    return widgets.DatePicker(
        value=value, description=label, style=FIELD, layout=widgets.Layout(width="auto")
    )


def button(label: str, action: Callable[[], None], hint: str = "") -> widgets.Button:
    """Return a button that calls ``action``."""
    made = widgets.Button(description=label, tooltip=hint or label, layout=widgets.Layout(width="auto"))
    made.on_click(lambda _: action())
    return made


def row(*parts: widgets.Widget) -> widgets.Box:
    """Return the parts side by side, wrapping where the screen ends."""
    return widgets.Box(
        parts,
        layout=widgets.Layout(display="flex", flex_flow="row wrap", align_items="center", grid_gap="0 .5rem"),
    )


def table_of(parts: Iterable[widgets.Widget], columns: str = COLUMNS) -> widgets.GridBox:
    """Return the parts in as many columns as the screen has room for."""
    return widgets.GridBox(
        list(parts),
        layout=widgets.Layout(
            grid_template_columns=columns, grid_gap=".3rem 2rem", width="100%", overflow="hidden"
        ),
    )


def column(*parts: widgets.Widget) -> widgets.VBox:
    """Return the parts one below the other."""
    return widgets.VBox(parts, layout=widgets.Layout(width="100%", overflow="hidden", grid_gap=".6rem"))


def page(*parts: widgets.Widget) -> widgets.VBox:
    """Return the whole dashboard."""
    return widgets.VBox(
        parts, layout=widgets.Layout(max_width="80rem", width="100%", overflow="hidden", grid_gap=".9rem")
    )


def guarded(
    message: widgets.HTML, explain: Callable[[Exception], str], action: Callable[[], str | None]
) -> bool:
    """Run ``action`` and show the sentence it returns,
    or the one ``explain`` makes of its error; say if it went well.

    This is the one place where every error is caught: a traceback on a page would tell a visitor about the
    machine.
    """
    try:
        said, well = action() or "", True
    except Exception as error:
        said, well = explain(error), False
    show.html("status", said, widget=message)
    return well

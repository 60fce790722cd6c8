"""What the command prints: plain lines, plain tables,
and errors as the one sentence that the library gave them.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

WorkspaceName = Annotated[str, typer.Argument(metavar="WORKSPACE", help="Folder under params.")]
LIBRARY = Path(__file__).resolve().parents[1]
COLOURS = {
    "ok": "green",
    "warn": "yellow",
    "fail": "red",
    "good": "green",
    "failed": "red",
    "running": "yellow",
}
out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


def say(text: object, style: str = "", console: Console = out) -> None:
    """Print one line in which nothing is markup and nothing drives the terminal."""
    from earshot.publish.safety.quotes import plain

    console.print(Text(plain(text, cap=2000), style=style))


def cell(text: object, style: str = "") -> Text:
    """Return text for a table's cell, in which nothing is markup and nothing drives the terminal."""
    from earshot.publish.safety.quotes import plain

    return Text(plain(text), style=style)


def plain_table(*headings: str) -> Table:
    """Return an empty table without lines, whose cells fold instead of being cut."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def raised_by_us(error: BaseException) -> bool:
    """Return whether the line that raised the error is ours, so that its text was written for the reader."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace is not None and Path(trace.tb_frame.f_code.co_filename).is_relative_to(LIBRARY)


def sentence(error: BaseException) -> str:
    """Return an error as one sentence; one from the system says what it could not do, and with which file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    return str(error)

"""The command that finds where a missed mention was lost."""

from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, cell, out, plain_table, say

COLOUR = {"passed": "green", "stopped": "red", "not known": "yellow"}


def trace(
    workspace_name: WorkspaceName,
    mention: Annotated[
        str, typer.Argument(metavar="TEXT-OR-ID", help="A post's id (x:123), address, or words.")
    ],
    when: Annotated[str, typer.Option(help="When it was written, ISO; tells which gap it fell into.")] = "",
) -> None:
    """Walk a missed mention back: source, query, quarantine, filter, classifier, window;
    say which of them lost it.
    """
    from earshot.analyse.queries.trace import trace as walk
    from earshot.core.workspace import open_workspace

    found = walk(open_workspace(workspace_name), mention, when)
    table = plain_table("Station", "Verdict", "Why")
    for row in found.steps.to_dict("records"):
        table.add_row(row["station"], cell(row["verdict"], COLOUR[row["verdict"]]), cell(row["why"]))
    out.print(table)
    say(found.sentence, "red" if found.culprit else "green")

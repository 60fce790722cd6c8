"""Filters at the terminal: what each hides, how many good posts that cost, and the way back."""

from pathlib import Path
from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, cell, out, plain_table, say


def filters(
    workspace_name: WorkspaceName,
    audit: Annotated[
        Path | None,
        typer.Option(help="Write a sample to this CSV; where it is there, read verdicts from it."),
    ] = None,
    restore: Annotated[str, typer.Option(metavar="FILTER", help="Show again all that this filter hid.")] = "",
    size: Annotated[int, typer.Option(min=1, help="Posts drawn per filter for an audit.")] = 50,
) -> None:
    """Apply params/WORKSPACE/filters.yml and say what each filter hides and how many good posts that costs.

    A filter hides posts from every figure; they stay in the store. To keep posts from being fetched at all,
    write NOT into the query of the feed: what is never fetched cannot be audited or restored.
    """
    from earshot.core.workspace import open_workspace
    from earshot.enrich.filters import audit as audits
    from earshot.enrich.filters import step as set_aside

    workspace = open_workspace(workspace_name)
    hidden = set_aside.apply(workspace)
    if restore:
        say(
            f"{set_aside.restore(workspace, restore):,} posts are shown again; take {restore} out of "
            "filters.yml, or it hides new posts."
        )
    else:
        say(f"{hidden:,} posts newly hidden.")
    if audit and audit.exists():
        say(f"{audits.take(workspace, audit):,} verdicts read from {audit}.")
    elif audit:
        say(
            f"{audits.write(workspace, audit, size):,} posts drawn; write good or bad into the column "
            f"verdict of {audit}, then give the same command again."
        )
    _tell(audits.estimate(workspace))


def _tell(table) -> None:
    if table.empty:
        say("No post is hidden.")
        return
    shown = plain_table(
        "Filter", "Why", "Hidden", "Shown again", "Judged", "Good", "Good posts hidden (95% interval)"
    )
    for row in table.to_dict("records"):
        cost = f"{row['killed_low']:,.0f} to {row['killed_high']:,.0f}" if row["n"] else "not audited"
        shown.add_row(
            cell(row["filter"]),
            cell(row["reason"]),
            f"{row['hidden']:,}",
            f"{row['restored']:,}",
            f"{row['n']:,}",
            f"{row['good']:,}",
            cost,
        )
    out.print(shown)

"""Freshness at the terminal: how old each source is, what it may be, and whether a report would go out."""

import typer

from earshot.cli.screen import WorkspaceName, cell, out, plain_table, say


def fresh(workspace_name: WorkspaceName = "demo") -> None:
    """Say how old the newest post of each source is and may be;
    exit 1 when one is too old for a report to go out.

    fresh_hours and fresh_sources in brief.yml say what is allowed; the clock is the end of the report's
    period.
    """
    from earshot.core.workspace import open_workspace
    from earshot.publish.delivery import freshness, notices

    workspace = open_workspace(workspace_name)
    why = freshness.stale(workspace)
    table = plain_table("Source", "Newest post", "Hours old", "Allowed", "")
    for row in freshness.measure(workspace).to_dict("records"):
        known = row["hours"] == row["hours"]
        table.add_row(
            cell(row["source"]),
            f"{row['newest']:%Y-%m-%d %H:%M}" if known else "none",
            f"{row['hours']:,.0f}" if known else "",
            f"{row['allowed']:,}",
            cell("fresh", "green") if row["fresh"] else cell("too old", "red"),
        )
    if table.row_count:
        out.print(table)
    else:
        say(f"Any age is allowed in {workspace_name}; fresh_hours in brief.yml sets a limit.")
    for notice in notices.read_open(workspace.outputs)[:1]:
        say(f"{notice['subject']} since {notice['at'][:16]} UTC: {notice['text']}", "yellow")
    if why:
        say(f"{why}.", "red")
        raise typer.Exit(1)

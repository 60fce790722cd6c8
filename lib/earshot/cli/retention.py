"""What is due to be deleted or masked, shown; and done when asked for."""

from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, cell, out, plain_table, say


def retain(
    workspace_name: WorkspaceName = "demo",
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this it is only shown.")] = False,
) -> None:
    """Show what is due under the retention rules; with --apply, remove it for good and sign a certificate."""
    from earshot.collect.retention import expiry
    from earshot.collect.retention import rules as retention
    from earshot.core.workspace import open_workspace

    workspace = open_workspace(workspace_name)
    _check_certificates(workspace)
    rules = retention.read_rules(workspace)
    if not rules:
        return say(
            f"{workspace.name} has no retention rules; write them as `retention` in params/{workspace.name}/"
            "privacy.yml, or keep_days in terms.yml.",
            "yellow",
        )
    rows = retention.due(workspace)
    if rows.empty:
        return say(f"Nothing is due under {len(rules)} {'rule' if len(rules) == 1 else 'rules'}.", "green")
    table = plain_table("Rule", "Table", "Weeks", "Rows")
    for (rule, name), part in retention.summary(rows).groupby(["rule", "table"]):
        weeks = part["week"].dropna()
        span = f"{weeks.min()} to {weeks.max()}" if len(weeks) else ""
        table.add_row(cell(rule), name, span, f"{part['rows'].sum():,}")
    out.print(table)
    if not apply:
        return say(
            "Nothing was removed. Run it again with --apply to do so; past runs can then no longer be "
            "verified."
        )
    done = expiry.carry_out(workspace)
    gone = ", ".join(f"{count:,} from {name}" for name, count in sorted(done.removed.items())) or "none"
    say(f"Removed: {gone}. Masked: {done.masked:,} posts. Certificate: {done.certificate}", "green")


def _check_certificates(workspace) -> None:
    """Say which certificates of earlier removals are not as they were signed."""
    from earshot.collect.retention import expiry

    for path in sorted((workspace.data / "certificates").glob("*.json")):
        if not expiry.holds(path):
            say(
                f"The certificate {path} is not as it was signed here: it was changed, or the key was.", "red"
            )

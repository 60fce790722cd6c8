"""What is due to be deleted or masked, shown; and done when asked for."""

from earshot.cli.screen import cell, out, plain_table, say
from earshot.core.workspace import Workspace


def retain(workspace: Workspace, apply: bool) -> None:
    """Show what the retention rules of a workspace would remove by table and week, and remove it with ``apply``."""
    from earshot.collect import expiry, retention
    rules = retention.read_rules(workspace)
    if not rules:
        return say(f"{workspace.name} has no retention rules; write them as `retention` in params/{workspace.name}/"
                   "privacy.yml, or keep_days in terms.yml.", "yellow")
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
        return say("Nothing was removed. Run it again with --apply to do so; past runs can then no longer be verified.")
    done = expiry.carry_out(workspace)
    gone = ", ".join(f"{count:,} from {name}" for name, count in sorted(done.removed.items())) or "none"
    say(f"Removed: {gone}. Masked: {done.masked:,} posts. Certificate: {done.certificate}", "green")

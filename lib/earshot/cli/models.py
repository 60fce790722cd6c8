"""`earshot models` and `earshot compare`:
which models there are, which are used, and what another would change.
"""

from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, cell, out, plain_table, say


def models(
    workspace_name: WorkspaceName = "demo",
    gate: Annotated[
        bool, typer.Option("--gate", help="End with code 1 unless the last report opened the bias gate.")
    ] = False,
) -> None:
    """List the models that ship and those that WORKSPACE uses,
    with SHA-256, card and the line that rolls each back.
    """
    from earshot.core.workspace import open_workspace
    from earshot.enrich.registry import in_use as champions
    from earshot.enrich.registry import shipped as registry

    workspace = open_workspace(workspace_name)
    used, listed = champions.listed(workspace), registry.shipped()
    ships = {(model.use, model.name) for model in listed}
    own = [model for model in used if (model.use, registry.base(model.name)) not in ships]
    _show_models(workspace, listed, own)
    for model in listed:
        say(f"{model.name}: SHA-256 {model.sha256}, card {registry.within(model.card)}")
    for model in own:
        if model.sha256:
            card = f", card {model.card.relative_to(workspace.home).as_posix()}" if model.card else ""
            say(f"{model.name}: SHA-256 {model.sha256}{card}")
    state = _say_ways_back(workspace, used)
    if gate and state != "open":
        raise typer.Exit(1)


def _show_models(workspace, listed: list, own: list) -> None:
    """Show the models that ship, with the mark of those in use, and those of the workspace's own."""
    from earshot.enrich.registry import in_use, shipped

    table = plain_table("Use", "Model", "Champion", "SHA-256", "MB", "File")
    used = f"of {workspace.name}"
    for model in listed:
        mark = used if shipped.is_champion(model, workspace.params) else ""
        short = in_use.shorten(model.sha256)
        size, state = f"{model.megabytes:.1f}", cell(*_state(model))
        table.add_row(model.use, model.name, cell(mark, "green"), short, size, state)
    for model in own:
        table.add_row(model.use, cell(model.name), cell(used, "green"), in_use.shorten(model.sha256), "", "")
    out.print(table)


def _say_ways_back(workspace, used: list) -> str:
    """Say for each model in use how to go back and what that would change;
    say and return what the bias gate says.
    """
    from earshot.publish.report.claims import read_gate

    for model in used:
        say(f"{model.use}: {model.name}; {model.back}")
    if any(model.before for model in used):
        say(f"What going back would change: earshot compare {workspace.name}")
    said, state = read_gate(workspace.outputs / "latest") or (
        f"The bias gate was not looked at yet; earshot report {workspace.name} does it.",
        "",
    )
    say(said, "" if state in ("open", "") else "yellow")
    return state


def _state(model) -> tuple[str, str]:
    return ("as published", "") if model.whole else ("changed or missing; run make setup", "red")


def compare(
    workspace_name: WorkspaceName,
    model: Annotated[
        str, typer.Option(help="Compare with this sentiment model; left out, with the models before.")
    ] = "",
) -> None:
    """Make the report's figures under the models before, or under another one, and show what would change.

    The sentiment model, the intents that lean on it and your own classifiers are compared with the versions
    that a rollback brings back. A page with both figures is written, and nothing that is stored changes.
    """
    from earshot.analyse.model_comparison import sentiment
    from earshot.core.workspace import open_workspace
    from earshot.publish.evaluations.comparison import compare as make_page

    workspace = open_workspace(workspace_name)
    sentiment.check(workspace, model)
    made = make_page(workspace, model)
    _show_net(made.tables["compare_net"])
    for name in ("compare_labels", "compare_kpis"):
        out.print(_plainly(made.tables[name]))
    _show_classes(made.tables["compare_classes"])
    for claim in made.claims:
        if not claim.id.startswith("compare.net."):
            say(claim.sentence, "yellow" if claim.about.get("gate") not in (None, "open") else "")
    say(f"Nothing was stored. Read {made.page}")


def _show_net(table) -> None:
    """Show net sentiment by brand under both models, with the difference of each pair of readings."""
    from earshot.analyse.model_comparison import sentiment
    from earshot.core import wording

    shown = plain_table("Brand", "Posts", "Net now", "Net under the other", "Difference", "Other label")
    for row in table.to_dict("records"):
        nets = [sentiment.told(row, name) for name in ("now", "other", "gap")]
        shown.add_row(
            cell(row["brand"]),
            f"{row['posts']:,}",
            *nets,
            f"{row['changed']:,} ({wording.percent(row['share'])})",
        )
    out.print(shown)


def _show_classes(table) -> None:
    """Show the share of each intent and of each class of your own under both, where there are any."""
    from earshot.analyse.model_comparison import sentiment
    from earshot.core import wording

    if len(table):
        shown = plain_table("Classes", "Class", "Posts", "Now", "Under the other", "Difference")
        for row in table.to_dict("records"):
            told = [
                sentiment.told(row, name, write)
                for name, write in (
                    ("now", wording.percent),
                    ("other", wording.percent),
                    ("gap", wording.points),
                )
            ]
            shown.add_row(cell(row["classifier"]), cell(row["class"]), f"{row['posts']:,}", *told)
        out.print(shown)


def _plainly(frame):
    """Return a frame as a table for the screen."""
    table = plain_table(*(str(name) for name in frame.columns))
    for row in frame.itertuples(index=False):
        table.add_row(*(cell(f"{value:,}" if isinstance(value, int) else value) for value in row))
    return table

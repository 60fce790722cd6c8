"""`earshot models` and `earshot compare`: which models there are, which are used, and what another would change."""

from typing import Annotated

import typer

from earshot.cli.screen import cell, out, plain_table, say


def models(workspace: Annotated[str, typer.Argument(help="Folder under params.")] = "demo") -> None:
    """List the models that ship and those that WORKSPACE uses, with SHA-256, card and the line that rolls each back."""
    from earshot.core.workspace import open_workspace
    from earshot.enrich import champions, registry
    space = open_workspace(workspace)
    used, listed = champions.listed(space), registry.shipped()
    table = plain_table("Use", "Model", "Champion", "SHA-256", "MB", "File")
    for model in listed:
        mark = f"of {workspace}" if registry.is_champion(model, space.params) else ""
        table.add_row(model.use, model.name, cell(mark, "green"), champions.shorten(model.sha256),
                      f"{model.megabytes:.1f}", cell(*_state(model)))
    ships = {(model.use, model.name) for model in listed}
    for model in used:
        if (model.use, registry.base(model.name)) not in ships:
            table.add_row(model.use, cell(model.name), cell(f"of {workspace}", "green"),
                          champions.shorten(model.sha256), "", "")
    out.print(table)
    for model in listed:
        say(f"{model.name}: SHA-256 {model.sha256}, card {registry.within(model.card)}")
    _say_ways_back(space, used)


def _say_ways_back(space, used: list) -> None:
    """Say for each model in use how to go back, what that would change, and whether the bias gate holds it back."""
    from earshot.publish.claims import read_gate
    for model in used:
        say(f"{model.use}: {model.name}; {model.back}")
    if any(model.before for model in used):
        say(f"What going back would change: earshot compare {space.name}")
    found = read_gate(space.outputs / "latest")
    say(found[0] if found else f"The bias gate was not looked at yet; earshot report {space.name} does it.",
        "yellow" if found and found[1] != "open" else "")


def _state(model) -> tuple[str, str]:
    return ("as published", "") if model.whole else ("changed or missing; run make setup", "red")


def compare(
    workspace: Annotated[str, typer.Argument(help="Folder under params.")],
    model: Annotated[str, typer.Option(help="Read the posts with this model too.")],
) -> None:
    """Read the posts of WORKSPACE with another model and show what would change; nothing is stored."""
    from earshot.analyse import second_reading, words
    from earshot.core.workspace import open_workspace
    space = open_workspace(workspace)
    found = second_reading.compare(space, model)
    table = plain_table("Brand", "Posts", f"Net under {found.now}", f"Net under {found.other}", "Difference",
                        "Other label")
    for row in found.brands.to_dict("records"):
        nets = [second_reading.net(row[name], row[f"{name}_low"], row[f"{name}_high"])
                for name in ("now", "other", "gap")]
        table.add_row(cell(row["brand"]), f"{row['posts']:,}", *nets,
                      f"{row['changed']:,} ({words.percent(row['share'])})")
    out.print(table)
    moves = plain_table(f"{found.now} \\ {found.other}", *found.labels.columns)
    for label, counts in found.labels.iterrows():
        moves.add_row(str(label), *(f"{count:,}" for count in counts))
    out.print(moves)
    counted = int(found.labels.to_numpy().sum())
    say(f"{found.changed:,} of {counted:,} posts would get another label; nothing was stored.")

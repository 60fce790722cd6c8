"""`earshot models` and `earshot compare`: which models there are, which are used, and what another would change."""

from typing import Annotated

import typer

from earshot.cli.screen import cell, out, plain_table, say


def models(workspace: Annotated[str, typer.Argument(help="Folder under params.")] = "demo") -> None:
    """List the models that ship, with size, SHA-256 and card, and mark those that WORKSPACE uses."""
    from earshot.core.workspace import open_workspace
    from earshot.enrich import registry
    params = open_workspace(workspace).params
    table = plain_table("Use", "Model", "Champion", "MB", "File")
    listed = registry.shipped()
    for model in listed:
        used = registry.is_champion(model, params)
        table.add_row(model.use, model.name, cell(f"of {workspace}" if used else "", "green"),
                      f"{model.megabytes:.1f}", cell(*_state(model)))
    out.print(table)
    for model in listed:
        say(f"{model.name}: SHA-256 {model.sha256}, card {registry.within(model.card)}")
    say(f"{workspace} reads sentiment with {params.sentiment_model} and sentiment towards targets with "
        f"{params.target_model}.")
    other = next((model.name for model in listed if model.use == "sentiment"
                  and not registry.is_champion(model, params)), None)
    if other:
        say(f"To go back, write one line in params/{workspace}/brief.yml: sentiment_model: {other}")
        say(f"What that would change: earshot compare {workspace} --model {other}")


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

"""`earshot train`: classes of your own, learned from labelled texts."""

from pathlib import Path
from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, cell, out, plain_table, say

LABELS = "CSV, JSONL or Parquet with text and label; parted by ; a text may have several."
PROMISE = "How often a label must be right before it may route work."
MISSED = (
    "What a missed text costs beside a false alarm: a number for all labels, or complaint=5 for one; "
    "may be repeated."
)


def train(
    workspace_name: WorkspaceName,
    labels: Annotated[Path, typer.Argument(help=LABELS)],
    name: Annotated[str, typer.Option(help="What the classes are called together.")] = "intents",
    promise: Annotated[float, typer.Option(help=PROMISE)] = 0.9,
    missed: Annotated[list[str], typer.Option(help=MISSED)] = ("1",),
) -> None:
    """Learn your own classes from labelled texts, and let them read the posts from the next report on.

    Several ways to learn are tried on texts they did not see, neighbours being the few-shot one: a sentence
    says which won, by how much and at what cost. A label routes work only where the promised precision was
    shown.
    """
    from earshot.analyse.classes.evaluation import check
    from earshot.analyse.posts import label_files
    from earshot.core.params import ParamError
    from earshot.core.workspace import open_workspace
    from earshot.enrich.classes import training

    if not name.replace("_", "").replace("-", "").isalnum():
        raise ParamError(f"The name {name!r} cannot be a folder; use letters, digits, - and _.")
    if not 0.5 <= promise < 1:
        raise ParamError(f"--promise is {promise:g}; it lies from 0.5 to below 1.")
    costs = _read_costs(missed)
    workspace = open_workspace(workspace_name)
    given = check(label_files.read(str(labels)))
    trained = training.train(
        name, given["text"].tolist(), given["label"].tolist(), promise, costs, workspace.params.seed, say
    )
    folder = training.keep(workspace, trained)
    _show(trained, promise)
    say(
        f"{name} {trained.card['version']} is the champion of {workspace_name} now; its card is "
        f"{folder / 'card.md'}"
    )


def _read_costs(given: list[str]) -> dict[str, float]:
    """Return what --missed says, by label and under "" for all others;
    raises ParamError at what is no cost.
    """
    from earshot.core.params import ParamError

    costs = {}
    for one in given:
        label, _, cost = one.rpartition("=")
        try:
            costs[label.strip()] = float(cost)
        except ValueError:
            costs[label.strip()] = 0.0
        if not 0 < costs[label.strip()] < float("inf"):
            raise ParamError(
                f"--missed is {one!r}; write a cost above 0, such as 2, or one for a label, such as "
                "complaint=5."
            )
    return costs


def _show(trained, promise: float) -> None:
    """Show what each way to learn reached, and the rule of each label."""
    table = plain_table("label", "way", "right", "macro-F1", "behind the mixture", "seconds")
    for label, rows in trained.card["tried"].items():
        for row in rows:
            behind = (
                ""
                if row["view"] == "together"
                else f"{row['lead']:.1%} ({row['low']:.1%} to {row['high']:.1%})"
            )
            table.add_row(
                cell(label or "all"),
                row["view"],
                f"{row['accuracy']:.1%}",
                f"{row['macro_f1']:.3f}",
                behind,
                f"{row['seconds']:.0f}",
            )
    out.print(table)
    say(trained.card["won"])
    dear = len({row["missed"] for row in trained.card["labels"].values()}) > 1
    routes = f"routes from ({promise:.0%} promised)"
    rules = plain_table("label", "texts", "right when said", "found", "a miss costs", "said from", routes)
    for label, row in trained.card["labels"].items():
        route = "never: not shown" if row["route"] is None else f"{row['route']:.2f}"
        rules.add_row(
            cell(label),
            str(row["texts"]),
            f"{row['right when said']:.0%}",
            f"{row['found']:.0%}",
            f"{row['missed']:g}",
            f"{row['threshold']:.2f}" if trained.overlap else "the cheapest" if dear else "the likeliest",
            route,
        )
    out.print(rules)

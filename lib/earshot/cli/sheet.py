"""`earshot sheet`: posts for a person to label, and their labels back."""

from pathlib import Path
from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, say

NEXT = {
    "unsure": "the most pressing first",
    "sample": "drawn at random by brand and label",
    "unmapped": "drawn at random from all that are in no category",
}
OF = (
    "unsure: what the model leaves to a person; sample: at random from the last period; unmapped: at random "
    "from what is in no category; the name of a classifier of yours: what it leaves to a person."
)


def sheet(
    workspace_name: WorkspaceName,
    of: Annotated[str, typer.Option(help=OF)] = "",
    count: Annotated[int, typer.Option(help="How many posts.")] = 100,
    to: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The CSV file to write.")] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take this sheet back, filled in.")
    ] = None,
) -> None:
    """Hand out a sheet of posts for a person to label, and take it back into labels.csv.

    From a sample, 15_health tells how often the model is right, for each period and with its interval. Texts
    are masked as they are stored, and what the model says is not on the sheet.
    """
    from earshot.analyse.posts import human_labels
    from earshot.core.params import ParamError
    from earshot.core.workspace import open_workspace

    if (labels is None) == (to is None) or (labels and of):
        raise ParamError(
            "Give either --of KIND and --out FILE to get a sheet, or --labels FILE to take one back."
        )
    workspace = open_workspace(workspace_name)
    if labels:
        say(
            f"{human_labels.import_sheet(workspace, str(labels)):,} labels are kept in "
            f"params/{workspace_name}/{human_labels.FILE}; the next report uses them."
        )
    else:
        say(_write(workspace, of, count, to))


def _write(workspace, of: str, count: int, path: Path) -> str:
    from earshot.analyse.labels import sheet as sheets
    from earshot.core.params import ParamError
    from earshot.core.spreadsheet import csv_safe
    from earshot.enrich.sentiment.step import CLASSES

    if path.suffix != ".csv":
        raise ParamError(f"--out is {path.name!r}; a sheet is a CSV file, so let its name end in .csv.")
    if path.exists():
        raise ParamError(f"{path} is there already, and may hold labels; give another name.")
    drawn = sheets.draw(workspace, of, count)
    csv_safe(drawn).to_csv(path, index=False, lineterminator="\n")
    sentiment = (
        f"write {', '.join(CLASSES)} under label, then give it back with "
        f"earshot sheet {workspace.name} --labels {path}"
    )
    what = {
        "unsure": sentiment,
        "sample": sentiment,
        "unmapped": (
            f"write what each is about under label, then learn it with earshot train {workspace.name} {path} "
            "--name NAME, or add words to taxonomy.yml"
        ),
    }.get(
        of,
        (
            f"write one of the classes of {of} under label, put these rows into the file that it learned "
            f"from, and learn it again with earshot train {workspace.name} FILE --name {of}"
        ),
    )
    return f"{path} holds {len(drawn):,} posts, {NEXT.get(of, NEXT['unsure'])}; {what}."

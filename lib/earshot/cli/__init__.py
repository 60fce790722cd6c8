"""The command `earshot`: import posts, write the report, check it, and look after the machine."""

import json
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from earshot.cli import (
    collection,
    compliance,
    filters,
    freshness,
    listening,
    models,
    queries,
    retention,
    sheet,
    trace,
    training,
)
from earshot.cli.parameters import parameter
from earshot.cli.screen import (
    COLOURS,
    WorkspaceName,
    cell,
    err,
    out,
    plain_table,
    raised_by_us,
    say,
    sentence,
)

# What a command needs is imported inside it: `earshot --help` and a report with nothing new answer at once.


class Plainly(TyperGroup):
    """Commands whose errors, where the library explains them, are one sentence:
    exit 2 for a request, 1 for a run.
    """

    def invoke(self, ctx):
        """Run the command; any other error keeps its traceback, because it is ours to mend."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):  # both are RuntimeErrors
            raise
        except (ValueError, LookupError, RuntimeError, OSError) as error:
            if not (isinstance(error, OSError) or raised_by_us(error)):
                raise
            say(sentence(error), "red", err)
            raise typer.Exit(1 if isinstance(error, RuntimeError) else 2) from None


app = typer.Typer(
    cls=Plainly,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Accept the columns that are guessed for a new kind of file.")
]


@app.callback()
def main() -> None:
    """Listen to what people say about a brand in public, and act on it."""


@app.command(epilog="Example: earshot report airline --posts tweets.parquet -p start=2015-02-16")
def report(
    workspace_name: WorkspaceName = "demo",
    posts: Annotated[
        list[Path] | None, typer.Option(help="Import this file first; may be given again.")
    ] = None,
    yes: Yes = False,
    param: Annotated[
        list[str] | None,
        typer.Option(
            "--param", "-p", metavar="NAME=VALUE", help="Replace one parameter of brief.yml for this run."
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why this run is made; kept with it.")] = "",
    requester: Annotated[str, typer.Option(help="Who asked for it; you, when left out.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Run every notebook, reuse none.")] = False,
) -> None:
    """Run the notebooks and write the pages; with --posts, import those files first.

    Notebooks whose code, parameters and data are unchanged are reused, and a failed run resumes where it
    stopped.
    """
    from earshot.cli.arrival import bring_in
    from earshot.core.workspace import open_workspace
    from earshot.publish.report.report import report as make_report

    given = dict(map(parameter, param or []))
    if posts:
        bring_in(open_workspace(workspace_name, **given), posts, yes)
    done = make_report(workspace_name, reason=reason, requester=requester, force=force, **given)
    say(done.message, "" if done.ok else "red", out if done.ok else err)
    if done.told:
        say(f"{done.told}.", "yellow", err)
    page = done.folder.parent / "latest" / "16_brief.html" if done.ok else done.folder / "failure.html"
    if page.exists():
        say(f"Read {page}")
    raise typer.Exit(0 if done.ok else 1)


@app.command("import", epilog="Example: earshot import airline tweets.parquet more/*.csv.gz")
def import_(
    workspace_name: WorkspaceName,
    files: Annotated[list[Path] | None, typer.Argument(help="CSV, JSON or Parquet, gzipped or not.")] = None,
    yes: Yes = False,
    remap: Annotated[
        str, typer.Option(metavar="SOURCE", help="Map this source again, without its files.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --remap: only say what would change.")
    ] = False,
) -> None:
    """Import posts from files; a file that is already there adds nothing.

    Columns are mapped by params/WORKSPACE/sources.yml. Where none of it fits, a guess is shown for approval
    and kept there. After you correct it, --remap makes the posts of that source anew from what is stored.
    """
    from earshot.cli.arrival import bring_in, map_again, map_trial
    from earshot.core.params import ParamError
    from earshot.core.workspace import open_workspace

    if not files and not remap:
        raise ParamError("Name the files to import, or a source with --remap.")
    workspace = open_workspace(workspace_name)
    bring_in(workspace, files or [], yes)
    if remap:
        (map_trial if dry_run else map_again)(workspace, remap)


app.command(epilog="Example: earshot collect airline mentions_on_x")(collection.collect)
app.command(epilog="Example: earshot fresh airline")(freshness.fresh)
app.command(epilog="Example: earshot listen airline --port 9100")(listening.listen)
app.command(epilog="Example: earshot feed airline tweets.jsonl")(listening.feed)
app.command(epilog="Example: earshot plan airline --peak 200 --budget 5")(listening.plan)
app.command(epilog="Example: earshot filters airline --audit sample.csv")(filters.filters)
app.command(epilog="Example: earshot query airline 'refund* AND NOT voucher*' --explain")(queries.query)
app.command(epilog="Example: earshot trace airline 'where is my bag' --when 2015-02-22T14:00")(trace.trace)
app.command(epilog="Example: earshot models airline")(models.models)
app.command(epilog="Example: earshot compare airline")(models.compare)
app.command(epilog="Example: earshot retain airline --apply")(retention.retain)
app.command(epilog="Example: earshot comply airline tweets --gone answer.jsonl")(compliance.comply)
app.command(epilog="Example: earshot train airline labels.csv --name reasons --promise 0.9")(training.train)
app.command(epilog="Example: earshot sheet airline --of sample --count 100 --out sheet.csv")(sheet.sheet)


@app.command(epilog="Example: earshot verify outputs/airline/latest")
def verify(run: Annotated[Path, typer.Argument(help="The folder of a run.")]) -> None:
    """Recompute every claim of a run from the data it used; exit 1 and name those that do not hold."""
    from earshot.publish.verification.verify import verify as verify_run

    found = verify_run(run, progress=say)
    for note in found.notes:
        say(note, "yellow")
    for problem in found.problems:
        say(problem, "red")
    say(found.message, "green" if found.ok else "red")
    raise typer.Exit(0 if found.ok else 1)


@app.command(epilog="Example: earshot evaluate sentiment --data labelled.csv")
def evaluate(
    name: Annotated[str, typer.Argument(help="A notebook in notebooks/evaluation.")],
    data: Annotated[Path, typer.Option(help="Labelled examples: CSV, JSONL or Parquet.")],
    train: Annotated[
        Path | None, typer.Option(help="Learn from these first, where the notebook can.")
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="The sentiment model to score, where the notebook lets one be chosen: a "
            "name, or the folder of a Hugging Face model."
        ),
    ] = "",
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep all that the notebook shows in this HTML page.")
    ] = None,
) -> None:
    """Score a model on labelled data; the last line printed is one JSON object of metrics."""
    from earshot.publish.evaluations.evaluation import evaluate as metrics_of

    metrics = metrics_of(name, data, train, model, page)
    if page:
        say(f"Read {page}")
    typer.echo(json.dumps(metrics))


@app.command(epilog="Example: earshot runs airline --last 5")
def runs(
    workspace_name: WorkspaceName = "demo",
    last: Annotated[int, typer.Option(min=1, help="How many to list.")] = 20,
) -> None:
    """List the runs of a workspace, newest first:
    how each ended, how long it took, why, for whom, what was reused.
    """
    from earshot.core.workspace import open_workspace
    from earshot.publish.report.reuse import read_past

    past = [run.manifest for run in read_past(open_workspace(workspace_name).outputs, last)]
    if not past:
        say(f"There is no run of {workspace_name} yet; earshot report {workspace_name} makes one.")
        return
    table = plain_table("Run", "Ended", "Seconds", "Reused", "Posts", "Why", "For")
    for run in past:
        reused = sum(notebook["status"] == "reused" for notebook in run["notebooks"])
        table.add_row(
            run["run"],
            cell(run["status"], COLOURS[run["status"]]),
            f"{run.get('seconds', 0):.0f}",
            f"{reused} of {len(run['notebooks'])}",
            f"{run['posts']:,}",
            cell(run["reason"]),
            cell(run["requester"]),
        )
    out.print(table)


@app.command(epilog="Example: earshot relevance airline --sheet label-me.csv")
def relevance(
    workspace_name: WorkspaceName,
    sheet: Annotated[
        Path | None, typer.Option(help="Write posts worth labelling into this CSV file.")
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="Learn from this sheet, filled in.")] = None,
) -> None:
    """Teach what is about the brand and what is not: hand out a sheet to label, take it back, train."""
    from earshot.cli.relevance import learn, write_sheet
    from earshot.core.params import ParamError
    from earshot.core.workspace import open_workspace

    if (sheet is None) == (labels is None):
        raise ParamError(
            "Give either --sheet FILE to get posts to label, or --labels FILE to learn from them."
        )
    workspace = open_workspace(workspace_name)
    say(write_sheet(workspace, sheet) if sheet else learn(workspace, labels))


@app.command(epilog="Example: earshot keys --rotate")
def keys(
    rotate: Annotated[bool, typer.Option("--rotate", help="Use a new key from now on.")] = False,
    destroy: Annotated[
        int | None, typer.Option(metavar="N", help="Destroy key N: its names become final.")
    ] = None,
) -> None:
    """Count the keys of the pseudonyms, take a new one,
    or destroy an old one so that nobody can be named again.
    """
    from earshot.govern.pseudonyms import keys as kept

    if rotate:
        say(
            f"Key {kept.rotate()} is in use from now on; the older ones are kept, so that deletions find "
            f"older names."
        )
    if destroy is not None:
        kept.destroy(destroy)
        say(f"Key {destroy} is destroyed: who stands behind its pseudonyms can no longer be found out.")
    if not rotate and destroy is None:
        held = len(kept.held())
        say(f"{held} {'key is' if held == 1 else 'keys are'} held; the newest makes the names of new posts.")


@app.command(epilog="Example: earshot doctor")
def doctor() -> None:
    """Check this machine: packages, disk, memory, models, kernel, git, key;
    exit 1 when something will not work.
    """
    from earshot.doctor import examine

    checks = examine()
    table = plain_table("", "Check", "Found", "What to do")
    for check in checks:
        table.add_row(
            cell(check.state, COLOURS[check.state]), check.name, cell(check.found), cell(check.advice)
        )
    out.print(table)
    raise typer.Exit(1 if any(check.state == "fail" for check in checks) else 0)

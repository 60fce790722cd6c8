"""The command `earshot`: import posts, write the report, check it, and look after the machine."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

# What a command needs is imported inside it: `earshot --help` and a report with nothing new answer at once.

LIBRARY = Path(__file__).resolve().parent
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "failed": "red"}
out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


class Plainly(TyperGroup):
    """Commands whose errors, where the library explains them, are one sentence: exit 2 for a request, 1 for a run."""

    def invoke(self, ctx):
        """Run the command; any other error keeps its traceback, because it is ours to mend."""
        try:
            return super().invoke(ctx)
        except (ValueError, LookupError, RuntimeError, OSError) as error:
            if not (isinstance(error, OSError) or raised_by_us(error)):
                raise
            say(sentence(error), "red", err)
            raise typer.Exit(1 if isinstance(error, RuntimeError) else 2) from None


app = typer.Typer(cls=Plainly, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]})
Workspace = Annotated[str, typer.Argument(help="Folder under params.")]


@app.callback()
def main() -> None:
    """Listen to what people say about a brand in public, and act on it."""


@app.command(epilog="Example: earshot report airline --posts tweets.parquet")
def report(
    workspace: Workspace = "demo",
    posts: Annotated[list[Path] | None, typer.Option(help="Import this file first; may be given again.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the guessed columns of a new kind of file.")] = False,
) -> None:
    """Run the notebooks and write the pages; with --posts, import those files first.

    Notebooks whose code, parameters and data are unchanged are reused.
    """
    from earshot.publish import run_report
    if posts:
        bring_in(workspace, posts, yes)
    done = run_report.report(workspace)
    raise typer.Exit(0 if done else 1)


@app.command("import", epilog="Example: earshot import airline tweets.parquet more/*.csv.gz")
def import_(
    workspace: Workspace,
    files: Annotated[list[Path], typer.Argument(help="CSV, JSONL or Parquet, gzipped or not, in any encoding.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the guessed columns.")] = False,
) -> None:
    """Import posts from files; a file that is already there adds nothing.

    Columns are mapped by params/WORKSPACE/sources.yml. Without one, the guess is shown for approval, then saved there.
    """
    bring_in(workspace, files, yes)


def bring_in(workspace: str, files: list[Path], yes: bool) -> None:
    """Import files into a workspace, asking for approval of a guessed mapping, and say what came of each."""


@app.command(epilog="Example: earshot verify outputs/airline/latest")
def verify(run: Annotated[Path, typer.Argument(help="The folder of a run.")]) -> None:
    """Recompute every claim of a run from the data it used; exit 1 and name those that do not hold."""
    from earshot.publish.verify import verify as problems_of
    problems = list(problems_of(run))
    for problem in problems:
        say(problem, "red")
    if problems:
        raise typer.Exit(1)
    say(f"All claims of {run.resolve().name} hold.", "green")


@app.command(epilog="Example: earshot evaluate sentiment --data labelled.csv")
def evaluate(
    name: Annotated[str, typer.Argument(help="A notebook in notebooks/evaluation.")],
    data: Annotated[Path, typer.Option(help="Labelled examples: CSV, JSONL or Parquet.")],
    train: Annotated[Path | None, typer.Option(help="Learn from these first, where the notebook can.")] = None,
) -> None:
    """Score a model on labelled data; the last line printed is one JSON object of metrics."""
    from earshot.publish.run_evaluation import evaluate as metrics_of
    typer.echo(json.dumps(metrics_of(name, data, train)))


@app.command(epilog="Example: earshot runs airline")
def runs(workspace: Workspace = "demo") -> None:
    """List the runs of a workspace, newest first: when, how it ended, how long, why, for whom, what was reused."""


@app.command(epilog="Example: earshot doctor")
def doctor() -> None:
    """Check this machine: packages, disk, memory, models, kernel, git, key; exit 1 when something will not work."""
    from earshot.doctor import examine
    checks = examine()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "Check", "Found", "What to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        table.add_row(Text(check.state, COLOURS[check.state]), check.name, Text(check.found), Text(check.advice))
    out.print(table)
    raise typer.Exit(1 if any(check.state == "fail" for check in checks) else 0)


def raised_by_us(error: BaseException) -> bool:
    """Return whether the line that raised the error is ours, so that its text was written for the reader."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace is not None and Path(trace.tb_frame.f_code.co_filename).is_relative_to(LIBRARY)


def sentence(error: BaseException) -> str:
    """Return an error as one sentence; one from the system says what it could not do, and with which file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    return str(error)


def say(text: object, style: str = "", console: Console = out) -> None:
    """Print one line in which nothing is markup and nothing drives the terminal."""
    from earshot.publish.quotes import plain
    console.print(Text(plain(text, cap=2000), style=style))

"""Posts arriving from files: the columns agreed with whoever imports them, and what came of each file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import typer

from earshot.cli.screen import cell, out, plain_table, say
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace


def bring_in(workspace: Workspace, files: list[Path], yes: bool) -> None:
    """Import files into a workspace, asking about the columns of a new kind of file,
    and say what came of each.

    Raises ParamError when a file is not there, or when its columns are new and nobody is here to approve
    them.
    """
    from earshot.collect.files.importing import import_files

    for file in files:
        if not file.is_file():
            raise ParamError(f"There is no file {file}; give a CSV, JSONL or Parquet file.")
    for file in files:
        with bar() as progress:
            asked = partial(approve, progress, yes)
            imported = import_files(workspace, [file], progress=progress, approve=asked)
        for report in imported.files:
            tell(report, f"{report.file}, read as {report.source}: ")


def map_again(workspace: Workspace, source: str) -> None:
    """Make the posts of a source anew under its corrected mapping, and say what came of it."""
    from earshot.collect.files.importing import remap

    with bar() as progress:
        landed = remap(workspace, source, progress)
    tell(landed, f"{source}, mapped again: ")


def map_trial(workspace: Workspace, source: str) -> None:
    """Say which posts of a source its corrected mapping would change,
    add or lose, field by field; store nothing.
    """
    from earshot.collect.files.remapping import preview

    entries = workspace.settings("sources")
    if source not in entries:
        raise ParamError(
            f"params/{workspace.name}/sources.yml has no source {source!r} "
            f"(there: {', '.join(entries) or 'none'}).{nearest(source, entries)}"
        )
    found = preview(workspace, source, entries[source])
    if found.empty:
        return say(f"{source}: the mapping gives the posts that are stored; nothing would change.", "green")
    table = plain_table("Change", "Field", "Posts", "Was", "Would be")
    for (change, field), part in found.groupby(["change", "field"]):
        first = part.iloc[0].fillna("")
        table.add_row(
            change, field, f"{len(part):,}", cell(first["old"]), cell(first["new"] or first["reason"])
        )
    out.print(table)
    say(f"Nothing was stored. earshot import {workspace.name} --remap {source} does it.")


def approve(progress, yes: bool, guess) -> bool:
    """Show a guess and return whether it is accepted: by --yes, by the person at the terminal, else not."""
    progress.stop()
    table = plain_table("Field", "Column", "Why", "For example")
    for field, column, why, example in guess.reasons:
        table.add_row(field, cell(column), cell(why), cell(example))
    say("This is a new kind of file. Its columns would be read like this:")
    out.print(table)
    if yes or not sys.stdin.isatty():
        return yes
    return typer.confirm(f"Read it so, and keep this as {guess.source.name!r} in sources.yml?")


def tell(landed, start: str) -> None:
    """Say what came of rows: how many were added, known, refused and why, and what was masked in them."""
    if getattr(landed, "skipped", False):
        return say(f"{start}imported before, nothing to add.")
    counts = {"added": landed.added, "updated": landed.updated, "known": landed.repeated}
    parts = [f"{count:,} {word}" for word, count in counts.items() if count or word == "added"]
    say(f"{start}{landed.rows:,} rows, {', '.join(parts)}.")
    if landed.refused:
        why = "; ".join(f"{count:,}: {reason}" for reason, count in landed.reasons.most_common(5))
        say(f"  {landed.refused:,} refused and kept in quarantine. {why}", "yellow")
    if getattr(landed, "vanished", None):
        say(
            f"  Earlier files of this source filled {', '.join(landed.vanished)}; this one leaves it empty "
            "in every post. Check the export, or the mapping in sources.yml.",
            "yellow",
        )
    if getattr(landed, "warning", ""):
        say(f"  {landed.warning}", "yellow")
    if landed.masked:
        say(f"  Masked: {', '.join(f'{count:,} {kind}' for kind, count in landed.masked.most_common())}.")


@contextmanager
def bar() -> Iterator:
    """Give a progress callback that draws a bar on a terminal and is silent in a log;
    its ``stop`` clears the bar.
    """
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    )
    task = shown.add_task("", total=1.0)

    def progress(name: str, done: float) -> None:
        shown.update(task, description=cell(name).plain.replace("[", r"\["), completed=done)

    progress.stop = shown.stop
    with shown:
        yield progress

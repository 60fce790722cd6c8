"""Posts arriving from files: the columns agreed with whoever imports them, then the import and what came of it."""

import sys
from pathlib import Path

import typer

from earshot.cli.screen import cell, out, plain_table, say
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace

SAMPLE = 500


def bring_in(workspace: Workspace, files: list[Path], yes: bool) -> None:
    """Import files into a workspace, after approval of the columns of a new kind of file, and say what came of each.

    Raises ParamError when a file is not there, or its columns are not agreed and nobody is here to ask.
    """
    for file in files:
        if not file.is_file():
            raise ParamError(f"There is no file {file}; give a CSV, JSONL or Parquet file.")
        agree(workspace, file, yes)


def agree(workspace: Workspace, file: Path, yes: bool) -> None:
    """Make sure that sources.yml says how to read a file: show a guess, ask, and keep the answer there."""
    from earshot.collect.guess import guess_source
    from earshot.collect.mapping import find_source, read_sources, save_source
    from earshot.collect.readers import read
    sample = next(read(file, SAMPLE)).rows
    known = read_sources(workspace)
    if find_source(known, file.name, list(sample)):
        return
    guess = guess_source(file, sample, [source.name for source in known])
    place = f"params/{workspace.name}/sources.yml"
    show(guess, file)
    if not guess.complete:
        raise ParamError(f"{file.name}: no column was recognised as {lacking(guess)}; map it in {place}.")
    if not yes and not sys.stdin.isatty():
        raise ParamError(f"{file.name} is a new kind of file: accept these columns with --yes, or map them in {place}.")
    if not yes and not typer.confirm(f"Read it so, and keep this in {place}?"):
        raise ParamError(f"{file.name} was not imported; map its columns in {place}.")
    save_source(workspace, guess.source)
    say(f"Kept as {guess.source.name!r} in {place}, where you can correct it.")


def lacking(guess) -> str:
    """Return which of the two fields that every post needs a guess did not find."""
    return " and ".join(field for field in ("text", "created_at") if field not in guess.source.columns)


def show(guess, file: Path) -> None:
    """Print a guess: each field of a post, the column it is taken from, why, and a value from it."""
    table = plain_table("Field", "Column", "Why", "For example")
    for field, column, why, example in guess.reasons:
        table.add_row(field, cell(column), cell(why), cell(example))
    say(f"{file.name} is a new kind of file. Its columns would be read like this:")
    out.print(table)

"""Posts from files: mapped, protected and stored, once;
the same file again costs milliseconds and adds nothing.

>>> from earshot.collect.files.importing import import_files
>>> report = import_files(earshot.open("airline"), ["tweets.parquet"])     # doctest: +SKIP
>>> report.added, report.refused                                         # doctest: +SKIP
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pandas as pd

from earshot.collect.files import id_lists
from earshot.collect.files import lost_fields as vanished
from earshot.collect.files.readers import Batch, read
from earshot.collect.files.remapping import remap
from earshot.collect.landing import terms, tombstones
from earshot.collect.landing.landing import Landing, LandingReport
from earshot.collect.mapping.column_guess import Guess, explain, guess_source
from earshot.collect.mapping.formats import FileRefused
from earshot.collect.mapping.mapping import Source, find_source, parse, read_sources, save_source
from earshot.collect.shapes import exports
from earshot.core import clock
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

__all__ = ["FileRefused", "FileReport", "ImportReport", "MappingNeeded", "import_files", "remap"]
Progress = Callable[[str, float], None]


class MappingNeeded(ParamError):
    """No source fits a file; ``guess`` is what its columns look like, for a person to approve."""

    def __init__(self, message: str, guess: Guess):
        super().__init__(message)
        self.guess = guess


@dataclass
class FileReport(LandingReport):
    """What came of one file: see LandingReport; ``skipped`` says that it was imported before and not read
    again.

    ``vanished`` are fields that earlier files of the source filled and this one does not; ``warning`` says
    what is assumed where the source has no terms card.
    """

    file: str = ""
    source: str = ""
    seconds: float = 0.0
    skipped: bool = False
    vanished: list[str] = field(default_factory=list)
    warning: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What came of all files of one import."""

    files: list[FileReport]

    def total(self, name: str) -> int:
        """Return the sum over all files of one count, such as "added"."""
        return sum(getattr(file, name) for file in self.files)

    def __getattr__(self, name: str) -> int:
        if name in ("rows", "added", "updated", "repeated", "refused"):
            return self.total(name)
        raise AttributeError(name)


def import_files(
    workspace: Workspace,
    files: Iterable[str | Path],
    mapping: str | dict | None = None,
    progress: Progress | None = None,
    approve: Callable[[Guess], bool] | bool = False,
) -> ImportReport:
    """Import files into a workspace and report what came of each.

    ``mapping`` is the name of a source in sources.yml or an entry as it stands there; without it the source
    is found by file name and columns. Where none fits, ``approve`` is asked about a guess, which is then
    saved to sources.yml; without approval MappingNeeded is raised. ``progress`` is called with the file's
    name and the share done, 0 to 1. Raises FileRefused for a file that is no table and ParamError for a
    mapping that is wrong; rows are never lost: those that cannot be posts are in quarantine with the reason.
    """
    pseudonyms = Pseudonyms()
    report = ImportReport(
        [
            _import_file(
                workspace, Path(file), mapping, progress or (lambda name, done: None), approve, pseudonyms
            )
            for file in files
        ]
    )
    tombstones.follow(workspace)
    return report


def _import_file(
    workspace: Workspace,
    path: Path,
    mapping: str | dict | None,
    progress: Progress,
    approve: Callable[[Guess], bool] | bool,
    pseudonyms: Pseudonyms,
) -> FileReport:
    start, known = time.perf_counter(), _Known(workspace)
    if before := known.find(path):
        progress(path.name, 1.0)
        return FileReport(
            file=path.name,
            source=before["source"],
            rows=before["rows"],
            repeated=before["rows"],
            seconds=time.perf_counter() - start,
            skipped=True,
        )
    progress(path.name, 0.0)
    batches = read(path)
    first = next(batches, None) or Batch(pd.DataFrame(), [], 1.0)
    source = _source(workspace, path, first.rows, mapping, approve)
    landing, landed = Landing(workspace, source, path.name, clock.now(), pseudonyms), LandingReport()
    for batch in chain([first], batches):
        landed.add(landing.land(batch.rows, batch.broken))
        progress(path.name, batch.done)
    gone = vanished.fields(workspace, source.name, landed.filled)
    known.add(path, source, landed, gone)
    if exports.STRIPPED in landed.reasons:
        id_lists.list_ids(workspace, source)
    return FileReport(
        **vars(landed),
        file=path.name,
        source=source.name,
        seconds=time.perf_counter() - start,
        vanished=gone,
        warning=terms.warning(landing.admission.card, workspace.name),
    )


def _given_source(
    mapping: str | dict, sources: list[Source], path: Path, columns: list[str], where: str
) -> Source:
    """Return the source that was given whole or by its name; raises ParamError when it does not fit."""
    if isinstance(mapping, dict):
        entry = {name: value for name, value in mapping.items() if name != "name"}
        given = parse(str(mapping.get("name", "given")), entry, "mapping")
        return _checked(given, path, columns, "mapping")
    named = [source for source in sources if source.name == mapping]
    if not named:
        there = ", ".join(source.name for source in sources) or "none"
        raise ParamError(f"{where} has no source {mapping!r} (there: {there}).")
    return _checked(named[0], path, columns, where)


def _source(
    workspace: Workspace,
    path: Path,
    sample: pd.DataFrame,
    mapping: str | dict | None,
    approve: Callable[[Guess], bool] | bool,
) -> Source:
    """Return the source that is given, or that fits, or that was guessed and approved."""
    where, columns = f"params/{workspace.name}/sources.yml", [str(column) for column in sample]
    sources = read_sources(workspace)
    if mapping is not None:
        return _given_source(mapping, sources, path, columns, where)
    if found := find_source(sources, path.name, columns, where):
        return found
    taken = [source.name for source in sources]
    vendor = exports.propose(columns, taken)
    guess = explain(vendor, sample) if vendor else guess_source(path, sample.head(2000), taken)
    if not guess.complete:
        lost = [name for name in ("text", "created_at") if name not in guess.source.columns]
        raise ParamError(
            f"No source in {where} fits {path.name}, and no column looks like {' or '.join(lost)} "
            f"(it has {', '.join(columns[:12])}); write a source for it there."
        )
    if not (approve if isinstance(approve, bool) else approve(guess)):
        raise MappingNeeded(
            f"No source in {where} fits {path.name}; approve the guess (--yes) or write one there.", guess
        )
    save_source(workspace, guess.source)
    return guess.source


def _checked(source: Source, path: Path, columns: list[str], where: str) -> Source:
    from dataclasses import replace

    find_source(
        [replace(source, file="*", needs=())], path.name, columns, where
    )  # raises when a column is not there
    return source


class _Known:
    """The files that were imported, by content;
    a note beside the store spares reading one whose time and size stay.
    """

    def __init__(self, workspace: Workspace):
        self._store, self._note = workspace.store, workspace.data / "cache" / "files.json"

    def find(self, path: Path) -> dict | None:
        """Return what is known of an imported file with this content, or None."""
        if self._store.version("imports") is None or not path.is_file():
            return None
        digest = self._read().get(_stamp(path)) or self._remember(path)
        found = self._store.sql(f"SELECT source, rows FROM imports WHERE file_hash = '{digest}'")
        return None if found.empty else found.iloc[0].to_dict()

    def add(self, path: Path, source: Source, landed: LandingReport, gone: list[str]) -> None:
        """Note that a file has been imported whole; before this is written, importing again completes it."""
        how = {
            "source": source.as_dict(),
            "masked": dict(landed.masked),
            "reasons": dict(landed.reasons),
            "updated": landed.updated,
            "filled": dict(landed.filled),
            "vanished": gone,
        }
        self._store.merge(
            "imports",
            pd.DataFrame(
                [
                    {
                        "file_hash": self._remember(path),
                        "file": path.name,
                        "source": source.name,
                        "rows": landed.rows,
                        "added": landed.added,
                        "refused": landed.refused,
                        "repeated": landed.repeated + landed.updated,
                        "at": clock.now(),
                        "mapping": json.dumps(how, ensure_ascii=False, sort_keys=True),
                    }
                ]
            ),
        )

    def _read(self) -> dict[str, str]:
        try:
            return json.loads(self._note.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}

    def _remember(self, path: Path) -> str:
        stamp, state = _stamp(path), hashlib.blake2b(digest_size=16)
        with open(path, "rb") as file:
            while block := file.read(1 << 22):
                state.update(block)
        self._note.parent.mkdir(parents=True, exist_ok=True)
        draft = self._note.with_name(f".files.{os.getpid()}")
        draft.write_text(json.dumps(self._read() | {stamp: state.hexdigest()}), encoding="utf-8")
        draft.replace(self._note)
        return state.hexdigest()


def _stamp(path: Path) -> str:
    """Return what tells a file from itself after a change, without reading it;
    hashed, so that no path is kept.
    """
    stat = path.stat()
    return hashlib.blake2b(
        f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}".encode(), digest_size=16
    ).hexdigest()

"""Verification: every stored number of a run recomputed from the data it was made of, and compared."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from earshot.core.files import hash_file
from earshot.core.params import check
from earshot.core.workspace import Workspace, home
from earshot.enrich.registry import in_use
from earshot.publish.report.code import CHECKOUT, hash_library, hash_lock
from earshot.publish.report.draft import pin
from earshot.publish.report.manifest import NAME, SEAL, describe_window, list_files, read_manifest
from earshot.publish.report.notebooks import Notebook, read_notebook
from earshot.publish.report.processes import Job, Outcome, run_jobs
from earshot.publish.report.reuse import describe_tables
from earshot.publish.report.settings import FOLDER, lay_out
from earshot.publish.safety.quotes import plain
from earshot.publish.verification.recomputation import (
    compare_claims,
    compare_compositions,
    compare_pages,
    compare_tables,
)
from earshot.publish.verification.settings import say_changed, say_replaced


@dataclass(frozen=True)
class Verification:
    """What verifying a run found: ``problems`` (none:
    all holds) and ``notes``, which explain but do not fail.
    """

    run: str
    problems: list[str]
    notes: list[str]
    claims: int
    tables: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.problems

    @property
    def message(self) -> str:
        """The outcome in one sentence."""
        checked = f"{_count(self.claims, 'claim')} and {_count(self.tables, 'table')} of run {self.run}"
        if self.ok:
            return f"All {checked} hold: recomputed from the data they were made of, in {self.seconds:.0f} s."
        return f"{_count(len(self.problems), 'problem')} in the {checked}."

    def __iter__(self) -> Iterator[str]:
        """Go through the problems."""
        return iter(self.problems)


def verify(
    run_folder: Path, jobs: int = 2, timeout: float = 1800, progress: Callable[[str], None] | None = None
) -> Verification:
    """Check the files of a run against its hashes,
    run its notebooks again on the same data, and compare each number.

    Works on any run folder and on outputs/<workspace>/latest. Raises FileNotFoundError when the folder is not
    a run.
    """
    begun = time.monotonic()
    say = progress or (lambda line: None)
    folder = Path(run_folder).resolve()
    manifest = read_manifest(folder)
    problems = list(check_files(folder, manifest))
    params = check(manifest["params"], f"{NAME} of {manifest['run']}")
    space = Workspace(manifest["workspace"], params, home())
    lost, notes = list(check_data(space, manifest["tables"])), []
    with tempfile.TemporaryDirectory(prefix="earshot-verify-") as again:
        laid = lay_out(space, manifest["settings"], manifest["params"], Path(again) / FOLDER)
        problems += say_changed(laid)
        if not lost:
            notes += say_replaced(laid, space, manifest)
            lost = recompute(folder, Path(again), space, manifest, jobs, timeout, say)
            problems += compare(folder, Path(again), space, manifest)
    notes += explain(space, manifest)
    tables = sum(len(entry["tables"]) for entry in manifest["notebooks"])
    found = list(dict.fromkeys([*problems, *lost]))
    seconds = round(time.monotonic() - begun, 2)
    return Verification(manifest["run"], found, notes, len(manifest.get("claims", [])), tables, seconds)


def check_files(folder: Path, manifest: dict) -> Iterator[str]:
    """Yield one sentence per file that is missing, changed or new since the run was published."""
    sealed = dict(reversed(line.split("  ", 1)) for line in _lines(folder / SEAL) if "  " in line)
    if sealed.get(NAME) != hash_file(folder / NAME):
        yield f"{NAME} is not as the run wrote it: its hash differs from the one in {SEAL}."
    there = {path.relative_to(folder).as_posix() for path in list_files(folder)}
    for name in sorted(manifest["files"].keys() | there):
        if name not in there:
            yield f"{name} is missing."
        elif name not in manifest["files"]:
            yield f"{name} was added after the run was published."
        elif hash_file(folder / name) != manifest["files"][name]:
            yield f"{name} is not as the run wrote it: its hash differs from the one in {NAME}."


def check_data(space: Workspace, tables: dict) -> Iterator[str]:
    """Yield one sentence per table whose version of this run can no longer be read."""
    now = describe_tables(space.store)
    for name, state in tables.items():
        if name not in now:
            yield f"Table {name} is gone, so nothing that was read from it can be recomputed."
        elif now[name]["id"] != state["id"]:
            yield (
                f"Table {name} was deleted and made anew after this run, so its version "
                f"{state['version']} is gone."
            )
        elif not _is_whole(space.store.at({name: state["version"]}), name):
            yield (
                f"Version {state['version']} of table {name} was vacuumed after this run (erasure or "
                "maintenance), so its numbers cannot be recomputed; only its files were checked."
            )


def recompute(
    folder: Path,
    again: Path,
    space: Workspace,
    manifest: dict,
    jobs: int,
    timeout: float,
    say: Callable[[str], None],
) -> list[str]:
    """Run the notebooks of the run again in ``again``, on the same data and clock;
    return which could not be run.
    """
    pin(again, space, manifest["tables"])
    source = again / "source"
    source.mkdir()
    entries = {
        entry["name"]: entry
        for entry in manifest["notebooks"]
        if (folder / _executed(entry["name"])).is_file()
    }
    notebooks = [_restore(folder / _executed(name), source / f"{name}.ipynb") for name in entries]
    ended: list[Outcome] = []
    for stage in (False, True):
        todo = [
            _job(notebook, again, space, entries[notebook.name]["clock"], timeout)
            for notebook in notebooks
            if notebook.last is stage
        ]
        run_jobs(todo, jobs, started=lambda job: say(f"{job.name}: recomputed"), ended=ended.append)
    return [
        f"{outcome.name} could not be run again: {plain(outcome.problem)}."
        for outcome in ended
        if outcome.problem
    ]


def compare(folder: Path, again: Path, space: Workspace, manifest: dict) -> list[str]:
    """Return one sentence per number, sentence or table that is stored otherwise than it was recomputed."""
    done = sorted(path.stem for path in (again / "executed").glob("*.ipynb"))
    store = space.store.at({name: state["version"] for name, state in manifest["tables"].items()})
    window = describe_window(store, space.params)
    found = [
        f"{NAME} stores {name} {manifest.get(name)!r}, recomputed {value!r}."
        for name, value in window.items()
        if manifest.get(name) != value
    ]
    composed = [name for name in done if read_notebook(again / "source" / f"{name}.ipynb").composes]
    return [
        *compare_claims(folder, again, done, manifest),
        *compare_pages(folder, again, done),
        *compare_compositions(folder, again, composed),
        *compare_tables(folder, again),
        *found,
    ]


def explain(space: Workspace, manifest: dict) -> Iterator[str]:
    """Yield what differs between the run's making and its verification, and so may explain a difference."""
    if manifest["library"] != hash_library():
        made = f" at commit {manifest['commit'][:7]}" if manifest.get("commit") else ""
        yield (
            f"The library was changed since this run was made{made}; the numbers were recomputed with "
            f"today's code."
        )
    if manifest["lock"] != hash_lock():
        yield "The installed packages were changed since this run was made."
    used = manifest.get("models", {}).get("used", {})  # runs made before it was kept have none
    for name, sha256 in in_use.fingerprints(space).items() if used else ():
        if name in used and used[name] != sha256:
            yield f"The model {name} is not as this run used it: its SHA-256 began with {used[name][:16]}."


def _job(notebook: Notebook, again: Path, space: Workspace, clock: str, timeout: float) -> Job:
    return Job(
        name=notebook.name,
        path=str(notebook.path),
        folder=str(again),
        parameters=notebook.values(space.params),
        writes=notebook.writes,
        states=notebook.states,
        composes=notebook.composes,
        clock=clock,
        roots=(str(home()), str(CHECKOUT)),
        timeout=timeout,
        cell_timeout=int(timeout),
        render=False,
        remote_store="://" in space.params.store,
        settings=str(again / FOLDER),
    )


def _restore(executed: Path, path: Path) -> Notebook:
    """Write an executed notebook as it was before it ran,
    without outputs and injected parameters, and read it.
    """
    content = json.loads(executed.read_text(encoding="utf-8"))
    content["cells"] = [
        cell | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})
        for cell in content["cells"]
        if "injected-parameters" not in cell["metadata"].get("tags", [])
    ]
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_notebook(path)


def _is_whole(store, table: str) -> bool:
    """Say whether every file of a pinned table is still there."""
    try:
        store.sql(f'SELECT count(*) FROM "{table}"')
        return store.version(table) is not None
    except Exception:
        return False


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _executed(name: str) -> str:
    return f"executed/{name}.ipynb"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

"""A run while it is being made: its hidden folder,
what it is made with, and what is known of each notebook so far.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from earshot.core import clock
from earshot.core.files import write_json
from earshot.core.workspace import Workspace
from earshot.publish.report import outputs, settings
from earshot.publish.report.claims import read_claims
from earshot.publish.report.code import CHECKOUT
from earshot.publish.report.manifest import PINNED, describe_origin, describe_window, files_of, write_manifest
from earshot.publish.report.notebooks import Notebook
from earshot.publish.report.processes import RESULTS, Job, Outcome
from earshot.publish.report.progress import Board
from earshot.publish.report.results import RECORDS, list_written
from earshot.publish.report.reuse import Plan

ELSEWHERE = ("cluster", "store")  # addresses of this installation: no business of a reader


@dataclass
class Draft:
    """A run being made; ``entries`` holds what is known of each notebook,
    ``limits`` its time limits in seconds.
    """

    space: Workspace
    folder: Path
    manifest: dict
    entries: dict[str, dict]
    board: Board
    limits: dict

    def save(self, **values) -> dict:
        """Write the manifest as it stands, so that a run killed later can be resumed from what succeeded."""
        self.manifest |= values
        notebooks = [self.entries[name] for name in sorted(self.entries)]
        return write_manifest(self.folder, self.manifest | {"notebooks": notebooks})

    def note(self, outcome: Outcome) -> None:
        """Note how one notebook ended, on the screen and in the manifest."""
        name, problem = outcome.name, outcome.problem
        entry = self.entries[name]
        tables = list_written(self.folder, name)
        entry |= {
            "status": "failed" if problem else "ran",
            "problem": problem,
            "seconds": outcome.seconds,
            "peak_mb": outcome.peak_mb,
            "clock": self.manifest["clock"],
            "tables": tables,
            "claims": len(read_claims(self.folder / "claims" / f"{name}.json")),
            "files": files_of(self.folder, name, tables),
        }
        self.save()
        self.board.end(
            name,
            f"failed after {outcome.seconds:.1f} s: {problem}"
            if problem
            else f"done in {outcome.seconds:.1f} s, claims: {entry['claims']}",
        )

    def reuse(self, plan: Plan) -> None:
        """Copy what a past run holds for this notebook."""
        name = plan.notebook.name
        old = plan.source.entry(name)
        for file in old["files"]:
            (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(plan.source.folder / file, self.folder / file)
        write_json(self.folder / RECORDS / f"{name}.json", old["tables"])
        self.entries[name] = old | {
            "status": "reused",
            "why": plan.why,
            "from": old["from"] or plan.source.name,
        }
        self.board.end(name, plan.why)

    def job(self, notebook: Notebook) -> Job:
        """Return how to execute one notebook in this run."""
        params = self.space.params
        return Job(
            name=notebook.name,
            path=str(notebook.path.resolve()),
            folder=str(self.folder),
            parameters=notebook.values(params),
            writes=notebook.writes,
            states=notebook.states,
            composes=notebook.composes,
            clock=self.manifest["clock"],
            roots=(str(self.space.home), str(CHECKOUT)),
            facts=self.facts(),
            remote_store="://" in params.store,
            settings=str(self.folder / settings.FOLDER),
            **self.limits,
        )

    def facts(self) -> dict:
        """Return what a page says about the run it belongs to."""
        params, known, name = self.space.params, self.manifest, self.space.name
        shown = {
            key: value
            for key, value in params.model_dump().items()
            if value not in ("", [], None) and key not in ELSEWHERE
        }
        return {
            "brand": params.title or params.brand or name,
            "workspace": name,
            "run_id": known["run"],
            "start": known["window"]["start"] or known["window"]["first"],
            "end": known["window"]["end"] or known["window"]["last"],
            "posts": known["posts"],
            "generated_at": known["clock"],
            "params": shown,
            "index": "../index.html",
            "pages": [(f"{key}.html", entry["question"]) for key, entry in sorted(self.entries.items())],
            "verify": f"earshot verify outputs/{name}/{known['run']}",
        }

    def drop_scaffold(self) -> None:
        """Remove what only the making of the run needed."""
        for name in (RESULTS, RECORDS, settings.FOLDER):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / PINNED).unlink(missing_ok=True)


def begin(
    space: Workspace, plans: list[Plan], tables: dict, before: dict, board: Board, limits: dict, **who
) -> Draft:
    """Return the draft of a new run, pinned to the table versions of this moment;
    ``who`` says who wants it and why.
    """
    folder = outputs.make_draft(space.outputs)
    run = outputs.name_run(folder)
    pin(folder, space, tables)
    store = space.store.at({name: state["version"] for name, state in tables.items()})
    manifest = {
        "run": run,
        "workspace": space.name,
        "status": "running",
        "problem": "",
        **who,
        "started": datetime.now(UTC).isoformat(),
        "clock": clock.now().isoformat(),
        **describe_window(store, space.params),
        "tables_before": before,
        "tables": tables,
        **describe_origin(space),
    }
    settings.lay_out(space, manifest["settings"], manifest["params"], folder / settings.FOLDER)
    for line in settings.say_secrets(space):
        board.say(line)
    board.expect(len(plans))
    return Draft(space, folder, manifest, {plan.notebook.name: _entry(plan) for plan in plans}, board, limits)


def pin(folder: Path, space: Workspace, tables: dict) -> None:
    """Write the file by which ``runs.open`` knows the parameters
    and table versions of the run in this folder.
    """
    params = {name: value for name, value in space.params.model_dump().items() if name != "workspace"}
    versions = {name: state["version"] for name, state in tables.items()}
    write_json(folder / PINNED, {"run": outputs.name_run(folder), "params": params, "versions": versions})


def _entry(plan: Plan) -> dict:
    return {
        "name": plan.notebook.name,
        "question": plan.notebook.question,
        "status": "waiting",
        "why": plan.why,
        "problem": "",
        "seconds": 0.0,
        "peak_mb": 0,
        "clock": "",
        "from": "",
        "claims": 0,
        "tables": {},
        "files": [],
        "key": plan.key,
        "parts": plan.parts,
    }

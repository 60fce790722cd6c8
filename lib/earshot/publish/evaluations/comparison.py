"""A comparison of models: one notebook on pinned tables, published as a dated page;
no run and no table is touched.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from earshot.core import clock
from earshot.core.claim import Claim
from earshot.core.files import write_json
from earshot.core.workspace import Workspace, home
from earshot.publish.report import outputs
from earshot.publish.report.claims import read_all
from earshot.publish.report.code import CHECKOUT
from earshot.publish.report.draft import ELSEWHERE, pin
from earshot.publish.report.manifest import PINNED, describe_origin, describe_window, list_files
from earshot.publish.report.notebooks import Notebook, read_notebook
from earshot.publish.report.processes import RESULTS, Job, run_job
from earshot.publish.report.results import RECORDS
from earshot.publish.report.reuse import describe_tables
from earshot.publish.safety.scrub import refuse_leaks

FOLDER = "comparisons"
NOTEBOOK = "models"


class ComparisonFailed(RuntimeError):
    """The notebook raised, died, or broke its promises."""


@dataclass(frozen=True)
class Compared:
    """What a comparison left: its folder, its page, the tables by name, and its claims."""

    folder: Path
    page: Path
    tables: dict[str, pd.DataFrame]
    claims: list[Claim]


def compare(space: Workspace, model: str = "", timeout: float = 3600) -> Compared:
    """Publish outputs/<workspace>/comparisons/<time>/models.html, what the report would say under ``model``.

    Left out, it is compared with the sentiment model and the classifiers before. Nothing that is stored
    changes. Raises ComparisonFailed when the notebook does not finish; then nothing is left behind.
    """
    draft, notebook = outputs.make_draft(space.outputs / FOLDER), _notebook()
    try:
        tables = describe_tables(space.store)
        pin(draft, space, tables)
        at = clock.now().isoformat()
        ended = run_job(_job(space, notebook, draft, tables, at, model, timeout))
        if ended.problem:
            raise ComparisonFailed(f"The comparison of {space.name} failed: {ended.problem.rstrip('.')}.")
        _tidy(draft)
        write_json(
            draft / "comparison.json",
            {"workspace": space.name, "model": model, "made": at, "tables": tables, **describe_origin(space)},
        )
        refuse_leaks(draft, list_files(draft), [space.home, CHECKOUT])
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    folder = draft.rename(draft.with_name(outputs.name_run(draft)))
    found = {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("tables/*.parquet"))}
    return Compared(folder, folder / f"{NOTEBOOK}.html", found, read_all(folder))


def _notebook() -> Notebook:
    roots = (home() / "notebooks", CHECKOUT / "notebooks")
    paths = [root / "comparison" / f"{NOTEBOOK}.ipynb" for root in roots]
    return read_notebook(next((path for path in paths if path.is_file()), paths[-1]))


def _job(
    space: Workspace, notebook: Notebook, draft: Path, tables: dict, at: str, model: str, timeout: float
) -> Job:
    store = space.store.at({name: state["version"] for name, state in tables.items()})
    return Job(
        name=NOTEBOOK,
        path=str(notebook.path.resolve()),
        folder=str(draft),
        parameters={"workspace": space.name, "run_dir": ".", "model": model},
        writes=notebook.writes,
        states=notebook.states,
        composes=notebook.composes,
        clock=at,
        roots=(str(space.home), str(CHECKOUT)),
        facts=_facts(space, draft, store, at),
        remote_store="://" in space.params.store,
        timeout=timeout,
        cell_timeout=int(timeout),
    )


def _facts(space: Workspace, draft: Path, store, at: str) -> dict:
    """Return what the page says about itself."""
    params, known = space.params, describe_window(store, space.params)
    window = known["window"]
    shown = {
        key: value
        for key, value in params.model_dump().items()
        if value not in ("", [], None) and key not in ELSEWHERE
    }
    return {
        "brand": params.title or params.brand or space.name,
        "workspace": space.name,
        "run_id": outputs.name_run(draft),
        "start": window["start"] or window["first"],
        "end": window["end"] or window["last"],
        "posts": known["posts"],
        "generated_at": at,
        "params": shown,
        "index": "../../index.html",
    }


def _tidy(draft: Path) -> None:
    """Remove what only the making of the comparison needed."""
    for name in (RESULTS, RECORDS):
        shutil.rmtree(draft / name, ignore_errors=True)
    (draft / PINNED).unlink(missing_ok=True)

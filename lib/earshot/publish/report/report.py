"""A report: enrich, pin the data, run or reuse each notebook in its own process,
publish the whole or nothing.
"""

import getpass
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from earshot.core import clock
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace, home, open_workspace
from earshot.publish.delivery import freshness, notices
from earshot.publish.delivery.index import brief_error
from earshot.publish.report import outputs
from earshot.publish.report.code import CHECKOUT
from earshot.publish.report.draft import Draft, begin
from earshot.publish.report.enrichment import bring_up_to_date
from earshot.publish.report.lock import hold
from earshot.publish.report.manifest import list_files
from earshot.publish.report.notebooks import list_notebooks
from earshot.publish.report.processes import run_jobs
from earshot.publish.report.progress import Board
from earshot.publish.report.reuse import Past, Plan, describe_tables, make_plans, read_past
from earshot.publish.safety.quotes import plain
from earshot.publish.safety.scrub import refuse_leaks

STOPPED = "It was stopped by hand."


@dataclass(frozen=True)
class RunReport:
    """How a report ended: ``ok`` is False when it failed,
    ``made`` when nothing changed and no run was needed.

    ``told`` says who was told of a failure.
    """

    ok: bool
    made: bool
    run: str
    folder: Path
    message: str
    seconds: float
    notebooks: list[dict] = field(default_factory=list)
    told: str = ""


def report(
    workspace: str,
    reason: str = "",
    requester: str = "",
    force: bool = False,
    jobs: int = 2,
    timeout: float = 1800,
    cell_timeout: int = 900,
    notebooks: Path | None = None,
    progress: Callable[[str], None] | None = None,
    like: str = "",
    **params,
) -> RunReport:
    """Make the report of a workspace and return how it ended; ``ok`` False is the caller's exit status 1.

    ``reason`` and ``requester`` are kept with the run; ``force`` reuses nothing; ``timeout`` and
    ``cell_timeout`` are seconds per notebook and per cell; ``notebooks`` is another folder of notebooks;
    ``progress`` takes the lines that are printed otherwise; ``like`` takes the parameters of a past run,
    ``params`` replaces single ones. Raises ParamError on wrong parameters and lock.Busy when another report
    of the workspace is being made.
    """
    begun, requester = time.monotonic(), requester or _user()
    space = open_workspace(workspace, **(_params_of(workspace, like) | params))
    listed = list_notebooks(notebooks or _notebooks())
    for notebook in listed:
        notebook.values(space.params)
    limits = {"timeout": timeout, "cell_timeout": cell_timeout}
    with hold(space.outputs, requester, clock.now().isoformat()), Board(progress) as board:
        outputs.tidy(space.outputs)
        before = describe_tables(space.store)
        problem = _enrich(space, board) or freshness.stale(space)
        tables = describe_tables(space.store)
        past = read_past(space.outputs)
        plans = make_plans(space, listed, tables, past, _today(space), force)
        unchanged = _unchanged(space, plans, past)
        if unchanged and not problem:
            return _no_run(space, unchanged, time.monotonic() - begun)
        who = {"reason": reason, "requester": requester}
        draft = _begin(space, plans, tables, before, board, limits, **who)
        return _finish(draft, problem or _make(draft, plans, jobs), begun)


def _begin(space: Workspace, *made_with, **who) -> Draft:
    """Begin the draft of the run; on a full disk there is none to set aside, and still someone to tell."""
    try:
        return begin(space, *made_with, **who)
    except OSError as error:
        notices.tell(space, plain(f"No run could be begun: {error}"))
        raise


def _enrich(space: Workspace, board: Board) -> str:
    """Enrich what is new; return what went wrong, if anything."""
    try:
        bring_up_to_date(space, board.say, board.step)
    except Exception as error:
        return plain(f"Enrichment failed: {type(error).__name__}: {error}")
    return ""


def _make(draft: Draft, plans: list[Plan], jobs: int) -> str:
    """Reuse and run the notebooks, check the whole; return what went wrong, if anything."""
    try:
        for plan in plans:
            if plan.source:
                draft.reuse(plan)
        for stage in (False, True):
            _run(draft, [plan for plan in plans if plan.notebook.last is stage and not plan.source], jobs)
            failed = [entry for _, entry in sorted(draft.entries.items()) if entry["status"] == "failed"]
            if failed:
                return f"{failed[0]['name']}: {failed[0]['problem']}"
        draft.save()
        refuse_leaks(draft.folder, list_files(draft.folder), [draft.space.home, CHECKOUT])
    except KeyboardInterrupt:
        return STOPPED
    except Exception as error:
        return plain(f"{type(error).__name__}: {error}")
    return ""


def _run(draft: Draft, plans: list[Plan], jobs: int) -> None:
    """Run these notebooks side by side and note how each ended."""
    why = {plan.notebook.name: plan.why for plan in plans}
    run_jobs(
        [draft.job(plan.notebook) for plan in plans],
        jobs,
        started=lambda job: draft.board.start(job.name, why[job.name]),
        ended=draft.note,
    )


def _finish(draft: Draft, problem: str, begun: float) -> RunReport:
    """Publish the run, or set it aside when there is a problem."""
    for entry in draft.entries.values():
        if entry["status"] == "waiting":
            entry["status"] = "skipped"
    seconds = round(time.monotonic() - begun, 2)
    ended = {"seconds": seconds, "finished": datetime.now(UTC).isoformat()}
    if not problem:
        try:
            draft.drop_scaffold()
            manifest = draft.save(status="good", **ended)
            notices.end(draft.space)
            folder = outputs.put_in_place(draft.folder)
            return RunReport(
                True, True, manifest["run"], folder, _summary(manifest), seconds, manifest["notebooks"]
            )
        except Exception as error:
            problem = plain(f"{type(error).__name__}: {error}")
    told = "" if problem == STOPPED else notices.tell(draft.space, brief_error(problem))
    folder = _set_aside(draft, problem, ended)
    message = (
        f"The report of {draft.space.name} failed: {problem.rstrip('.')}. The latest good run is untouched."
    )
    return RunReport(
        False, True, draft.manifest["run"], folder, message, seconds, list(draft.entries.values()), told
    )


def _set_aside(draft: Draft, problem: str, ended: dict) -> Path:
    """Keep a failed run for its reader and for resuming; on a full disk the next report tidies up instead."""
    try:
        draft.drop_scaffold()
        draft.save(status="failed", problem=problem, **ended)
        return outputs.set_aside(draft.folder)
    except OSError:
        return draft.folder


def _unchanged(space: Workspace, plans: list[Plan], past: list[Past]) -> Past | None:
    """Return the latest run when it already is what this report would make."""
    latest = (space.outputs / outputs.LATEST).resolve()
    newest = next((run for run in past if run.folder.resolve() == latest), None)
    if newest is None or len(newest.manifest["notebooks"]) != len(plans):
        return None
    same = all(plan.source and plan.source.folder == newest.folder for plan in plans)
    return newest if same else None


def _no_run(space: Workspace, run: Past, seconds: float) -> RunReport:
    if notices.end(space):
        outputs.write_index(space.outputs)
    message = (
        f"Nothing changed since {run.name}: code, parameters and data of all "
        f"{len(run.manifest['notebooks'])} notebooks are the same, so no new run was made."
    )
    return RunReport(True, False, run.name, run.folder, message, round(seconds, 2), run.manifest["notebooks"])


def _summary(manifest: dict) -> str:
    notebooks = manifest["notebooks"]
    ran = sum(entry["status"] == "ran" for entry in notebooks)
    return (
        f"Run {manifest['run']} of {manifest['workspace']}: {ran} notebooks ran, {len(notebooks) - ran} "
        f"reused, {len(manifest['claims'])} claims on {manifest['posts']:,} posts, in "
        f"{manifest['seconds']:.0f} s."
    )


def _params_of(workspace: str, run: str) -> dict:
    """Return the parameters of a past run; raises ParamError when there is none of that name."""
    if not run:
        return {}
    past = {found.name: found for found in read_past(home() / "outputs" / workspace, limit=10_000)}
    if run not in past:
        raise ParamError(f"like: {workspace} has no run {run!r}.{nearest(run, past)}")
    return {name: value for name, value in past[run].manifest["params"].items() if name != "workspace"}


def _notebooks() -> Path:
    """Return the notebooks of the home, or this checkout's where the home has none."""
    ours = home() / "notebooks"
    return ours if ours.is_dir() else CHECKOUT / "notebooks"


def _today(space: Workspace) -> str:
    return clock.now().tz_convert(space.params.timezone).date().isoformat()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""

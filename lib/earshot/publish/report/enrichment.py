"""Enrichment before a run: brought up to date when posts,
code, models or settings changed, else skipped at once.
"""

from collections.abc import Callable

from earshot.core.files import hash_text, read_json, write_json
from earshot.core.workspace import Workspace

FLOORS = ("core", "govern", "enrich", "models")
COLLECTED = ("raw", "imports", "quarantine")


def bring_up_to_date(
    workspace: Workspace,
    say: Callable[[str], None] = print,
    progress: Callable[[str, int, int], None] | None = None,
) -> list:
    """Enrich every post that is new or whose step changed,
    and return the reports of the steps ([] when nothing is).

    The demo brand is simulated and imported first, so that it can be seen on a fresh machine, whatever asks
    for it. ``say`` gets one line per step that did something, ``progress`` (step, done, all) while a step
    works.
    """
    from earshot.analyse.posts import residency
    from earshot.demo.supply import supply

    supply(workspace, say)
    residency.record(workspace)
    place = workspace.outputs / ".enriched.json"  # deleting it only costs a new look
    if workspace.store.version("posts") is None or read_json(place) == _state(workspace):
        return []
    from earshot.enrich.pipeline import steps
    from earshot.enrich.streaming import step_costs

    reports = steps.update(workspace, progress)
    for report in reports:
        if report.new:
            say(f"{report.step}: {report.new:,} new in {report.seconds:.1f} s")
    step_costs.note(workspace, reports)
    write_json(place, _state(workspace))
    return reports


def _state(workspace: Workspace) -> dict:
    """Return what enrichment depends on and has produced; equal states mean that nothing is pending."""
    from earshot.enrich.sentiment import step as sentiment
    from earshot.publish.report.code import hash_library
    from earshot.publish.report.reuse import hash_settings

    versions = {name: at for name, at in workspace.store.versions().items() if name not in COLLECTED}
    params = hash_text(
        workspace.params.model_dump_json(), sentiment.identify(workspace.params.sentiment_model)
    )
    return {
        "versions": versions,
        "code": hash_library(FLOORS),
        "params": params,
        "settings": hash_settings(workspace),
        "models": _list_models(workspace),
    }


def _list_models(workspace: Workspace) -> dict[str, list[int]]:
    """Return size and time of change of every model file that was trained here;
    hashing them would take too long.
    """
    folder = workspace.data / "models"
    found = {
        path.relative_to(folder).as_posix(): path.stat()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {name: [state.st_size, state.st_mtime_ns] for name, state in found.items()}

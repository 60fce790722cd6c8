"""What a notebook's result depends on, and whether a past run already holds it:
reuse with the reason said.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from earshot.core.files import hash_file, hash_text, read_json
from earshot.core.workspace import Workspace
from earshot.publish.report.code import hash_library, hash_lock
from earshot.publish.report.notebooks import Notebook

# Where work is done, how much is simulated, when no report goes out: the results do not depend on them.
ELSEWHERE = ("cluster", "posts", "fresh_hours", "fresh_sources", "owner", "notify")
LOOK_BACK = 12
KEPT = ("ran", "reused")
CHANGED = {
    "code": "its code changed",
    "words": "its text changed",
    "library": "the library changed",
    "lock": "the installed packages changed",
    "settings": "settings changed",
    "pages": "the set of pages changed",
    "others": "other notebooks changed",
    "day": "a new day began",
}


@dataclass(frozen=True)
class Past:
    """A past run: its folder and its manifest."""

    folder: Path
    manifest: dict

    @property
    def name(self) -> str:
        """The run's id."""
        return self.manifest["run"]

    def entry(self, notebook: str) -> dict:
        """What the manifest says about one notebook ({} when it was not part of the run)."""
        return next((entry for entry in self.manifest["notebooks"] if entry["name"] == notebook), {})


@dataclass(frozen=True)
class Plan:
    """What to do with one notebook and why: run it, or take it from ``source``."""

    notebook: Notebook
    parts: dict
    key: str
    why: str
    source: Past | None = None


def read_past(outputs: Path, limit: int = LOOK_BACK) -> list[Past]:
    """Return the latest runs of a workspace, good and failed, newest first."""
    found = [Past(path.parent, read_json(path)) for path in outputs.glob("[0-9]*/run.json")]
    found = [past for past in found if past.manifest and "notebooks" in past.manifest]
    return sorted(found, key=lambda past: past.manifest["started"], reverse=True)[:limit]


def describe_tables(store) -> dict[str, dict]:
    """Return id and version of every stored table; the id tells a table that was deleted and made anew."""
    versions = store.versions()
    return {
        name: {"id": identity, "version": versions[name]} for name, identity in store.identities().items()
    }


def settings_files(workspace: Workspace) -> dict[str, Path]:
    """Return each file in the workspace's params folder by its name there, and what steps cost.

    The brief itself counts as parameters; hidden files and drafts are nobody's settings.
    """
    folder = workspace.folder
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    files["costs.json"] = workspace.data / "cache" / "costs.json"  # as enrich keeps it; that imports slowly
    return {
        name: path
        for name, path in files.items()
        if path.is_file()
        and name != "brief.yml"
        and not name.startswith(".")
        and "/." not in name
        and path.suffix != ".tmp"
    }


def hash_settings(workspace: Workspace) -> dict[str, str]:
    """Return the SHA-256 of each settings file by its name."""
    return {name: hash_file(path) for name, path in settings_files(workspace).items()}


def make_plans(
    workspace: Workspace,
    notebooks: list[Notebook],
    tables: dict,
    past: list[Past],
    day: str,
    force: bool = False,
) -> list[Plan]:
    """Decide for each notebook, in order, whether it runs or is reused."""
    shared = {
        "library": hash_library(),
        "lock": hash_lock(),
        "settings": hash_settings(workspace),
        "pages": hash_text(*(f"{notebook.name} {notebook.question}" for notebook in notebooks)),
        "parameters": {
            name: value for name, value in workspace.params.model_dump().items() if name not in ELSEWHERE
        },
    }
    plans: list[Plan] = []
    for notebook in sorted(notebooks, key=lambda notebook: notebook.last):
        parts = shared | {
            "code": notebook.code,
            "words": notebook.words,
            "day": day if notebook.refresh else "",
            "tables": {
                name: state
                for name, state in tables.items()
                if not notebook.tables or name in notebook.tables
            },
            "others": {plan.notebook.name: plan.key for plan in plans} if notebook.last else {},
        }
        plans.append(decide(notebook, parts, past, force))
    return plans


def decide(notebook: Notebook, parts: dict, past: list[Past], force: bool = False) -> Plan:
    """Return the plan for one notebook: the newest past run
    with the same key and whole files, or why none.
    """
    key = hash_text(json.dumps(parts, sort_keys=True))
    if force:
        return Plan(notebook, parts, key, "runs because --force was given")
    same = [run for run in past if run.entry(notebook.name).get("key") == key]
    good = [run for run in same if run.entry(notebook.name)["status"] in KEPT]
    whole = next((run for run in good if not find_damage(run, notebook.name)), None)
    if whole:
        origin = whole.entry(notebook.name).get("from") or whole.name
        return Plan(notebook, parts, key, f"reused from {origin}: code, parameters and data unchanged", whole)
    if good:
        return Plan(
            notebook,
            parts,
            key,
            f"runs because {find_damage(good[0], notebook.name)} of {good[0].name} was changed or lost since",
        )
    if same:
        return Plan(notebook, parts, key, f"runs because it did not succeed in {same[0].name}")
    before = next(
        (run.entry(notebook.name) for run in past if run.entry(notebook.name).get("status") in KEPT), None
    )
    return Plan(
        notebook, parts, key, _why(before["parts"], parts) if before else "runs because it has not run before"
    )


def find_damage(run: Past, notebook: str) -> str:
    """Return the first file of a notebook that is not as the run wrote it, or an empty text."""
    for name in run.entry(notebook)["files"]:
        path = run.folder / name
        if not path.is_file() or hash_file(path) != run.manifest["files"].get(name):
            return name
    return ""


def _why(before: dict, now: dict) -> str:
    reasons = list(_differences(before, now))
    return (
        "runs because "
        + "; ".join(reasons[:4])
        + (f"; and {len(reasons) - 4} more" if len(reasons) > 4 else "")
    )


def _differences(before: dict, now: dict) -> Iterable[str]:
    """Yield what changed between two sets of parts, data first, in words."""
    for name in sorted({*before["tables"], *now["tables"]}):
        old, new = before["tables"].get(name), now["tables"].get(name)
        if old != new:
            yield _table_change(name, old, new)
    for name in sorted({*before["parameters"], *now["parameters"]}):
        old, new = before["parameters"].get(name), now["parameters"].get(name)
        if old != new:
            yield f"parameter {name} changed from {old!r} to {new!r}"
    for name, words in CHANGED.items():
        if before.get(name) != now.get(name):
            yield words if name != "settings" else _settings_change(before[name], now[name])


def _table_change(name: str, old: dict | None, new: dict | None) -> str:
    if old is None:
        return f"{name} is new"
    if new is None:
        return f"{name} is gone"
    if old["id"] != new["id"]:
        return f"{name} was made anew"
    return f"{name} changed from version {old['version']} to {new['version']}"


def _settings_change(old: dict, new: dict) -> str:
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return f"{', '.join(names)} changed"

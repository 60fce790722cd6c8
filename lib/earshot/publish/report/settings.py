"""The settings of a run: every file of params/<workspace> as it was, kept by its hash, laid out to be read.

A kept file lies in data/<workspace>/settings under its SHA-256, once for all runs that used it, and run.json
says which name had which hash. A run is made, and recomputed, under the settings laid out for it, so that a
file added, changed or removed later changes none of its numbers.
"""

import json
import shutil
from pathlib import Path

from earshot.core.files import hash_file
from earshot.core.workspace import Workspace
from earshot.publish.report.reuse import settings_files

FOLDER = ".settings"  # inside a run that is being made or recomputed; never part of what is published


def keep(workspace: Workspace) -> dict[str, str]:
    """Keep every settings file as it is now, and return the SHA-256 of each by its name."""
    kept: dict[str, str] = {}
    for name, path in settings_files(workspace).items():
        kept[name] = hash_file(path)
        place = kept_file(workspace, kept[name])
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = place.with_name(f"{place.name}.tmp")
            shutil.copyfile(path, draft)
            draft.replace(place)
    return kept


def kept_file(workspace: Workspace, sha256: str) -> Path:
    """Return where the file with this hash is kept."""
    return workspace.data / "settings" / sha256


def lay_out(workspace: Workspace, kept: dict[str, str], params: dict, folder: Path) -> list[str]:
    """Write the settings of a run into ``folder``, its parameters as brief.yml; return the names lost.

    A file is lost when no copy is what its hash says, neither the kept one nor today's, which then stands in.
    """
    folder.mkdir(parents=True)
    (folder / "brief.yml").write_text(json.dumps(params, indent=1), encoding="utf-8")  # JSON is YAML, too
    today = settings_files(workspace)
    lost = []
    for name, sha256 in kept.items():
        choices = [kept_file(workspace, sha256), *([today[name]] if name in today else [])]
        whole = next((path for path in choices if path.is_file() and hash_file(path) == sha256), None)
        if whole is None:
            lost.append(name)
            whole = today.get(name)
        if whole is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(whole, folder / name)
    return lost

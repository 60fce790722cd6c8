"""The settings of a run: every file of params/<workspace> as it was, kept by its hash, laid out to be read.

A kept file lies in data/<workspace>/settings under its SHA-256, once for all runs that used it, and run.json
says which name had which hash. There, and not in the run, since a run may be mailed and labels may not. A run
is made, and recomputed, under the settings laid out for it, so that a file added, changed or removed later
changes none of its numbers.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from earshot.core.files import hash_file, write_whole
from earshot.core.workspace import Workspace
from earshot.publish.report.reuse import settings_files
from earshot.publish.safety import leaks

FOLDER = ".settings"  # inside a run that is being made or recomputed; never part of what is published
OWN_PATH = "a path in somebody's home folder"  # says where a file lies on this machine, where it stays


@dataclass(frozen=True)
class LaidOut:
    """Names of settings files whose kept copy is ``missing`` or ``changed``,
    and the ``replaced``, of which today's stand in.
    """

    missing: list[str]
    changed: list[str]
    replaced: list[str]


def keep(workspace: Workspace) -> dict[str, str]:
    """Keep every settings file that holds no secret as it is now; return the SHA-256 of each by its name."""
    kept: dict[str, str] = {}
    for name, path in settings_files(workspace).items():
        content = path.read_bytes()  # once: what is kept is what was hashed, whoever writes meanwhile
        kept[name] = hashlib.sha256(content).hexdigest()
        place = kept_file(workspace, kept[name])
        if not is_whole(place, kept[name]) and not _secrets(content):
            write_whole(place, content)
    return kept


def say_secrets(workspace: Workspace) -> Iterator[str]:
    """Yield one sentence per settings file of which no copy is kept because it holds a secret."""
    for name, path in settings_files(workspace).items():
        if secrets := _secrets(path.read_bytes()):
            yield (
                f"params/{workspace.name}/{name} holds {secrets[0]}, so no copy of it is kept with the run; "
                "take it out, and name it as env:NAME."
            )


def kept_file(workspace: Workspace, sha256: str) -> Path:
    """Return where the file with this hash is kept."""
    return workspace.data / "settings" / sha256


def is_whole(path: Path, sha256: str) -> bool:
    """Say whether a file is there and is what its hash says."""
    return path.is_file() and hash_file(path) == sha256


def lay_out(workspace: Workspace, kept: dict[str, str], params: dict, folder: Path) -> LaidOut:
    """Write the settings of a run into ``folder``/<workspace>, its parameters as brief.yml.

    A copy that is missing or changed is replaced by today's file, which may be the same.
    """
    folder = folder / workspace.name
    folder.mkdir(parents=True)
    (folder / "brief.yml").write_text(json.dumps(params, indent=1), encoding="utf-8")  # JSON is YAML, too
    today = settings_files(workspace)
    found = LaidOut([], [], [])
    for name, sha256 in kept.items():
        source = kept_file(workspace, sha256)
        if not is_whole(source, sha256):
            (found.changed if source.is_file() else found.missing).append(name)
            source = today.get(name)
            if source is None or hash_file(source) != sha256:
                found.replaced.append(name)
        if source is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
    return found


def _secrets(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return []  # a model or another binary file
    return [kind for kind in leaks.found(text) if kind != OWN_PATH]

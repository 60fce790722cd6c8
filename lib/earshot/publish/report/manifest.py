"""run.json: everything that is needed to understand a run,
to compare it with another, and to make it again.
"""

import platform
from pathlib import Path

from earshot.core import clock
from earshot.core.files import hash_file, read_json, write_json, write_whole
from earshot.core.workspace import Workspace
from earshot.publish.report.claims import compose
from earshot.publish.report.code import hash_library, hash_lock, hash_models, list_packages, read_commit
from earshot.publish.report.settings import keep

PINNED = "versions.json"  # the table versions of a report in progress
SEAL = "run.sha256"
NAME = "run.json"
HIDDEN = (".results", ".written", "versions.json")


def describe_origin(workspace: Workspace) -> dict:
    """Return what a run is made with: parameters, settings,
    code, packages and models, those learned here included.
    """
    from earshot.enrich.registry import in_use

    commit, dirty = read_commit()
    return {
        "params": workspace.params.model_dump(),
        "settings": keep(workspace),
        "commit": commit,
        "dirty": dirty,
        "library": hash_library(),
        "lock": hash_lock(),
        "python": platform.python_version(),
        "packages": list_packages(),
        "models": {
            "sentiment": workspace.params.sentiment_model,
            "embedding": workspace.params.embedding_model,
            "files": hash_models(),
            "used": in_use.fingerprints(workspace),
        },
    }


def describe_window(store, params) -> dict:
    """Return how many public posts the window holds and the first and last moment among them (UTC, ISO)."""
    first, after = clock.window(params.start, params.end, params.timezone)
    found = {"start": params.start, "end": params.end, "timezone": params.timezone}
    if store.version("posts") is None:
        return {"posts": 0, "window": found | {"first": "", "last": ""}}
    limits = [
        f"created_at >= TIMESTAMPTZ '{first.isoformat()}'" if first is not None else "",
        f"created_at < TIMESTAMPTZ '{after.isoformat()}'" if after is not None else "",
    ]
    where = " AND ".join(filter(None, ["is_public IS NOT FALSE", *limits]))
    asked = "SELECT count(*) AS n, min(created_at) AS a, max(created_at) AS b FROM posts"
    row = store.sql(f"{asked} WHERE {where}").iloc[0]
    times = {name: row[key].isoformat() if row["n"] else "" for name, key in (("first", "a"), ("last", "b"))}
    return {"posts": int(row["n"]), "window": found | times}


def list_files(folder: Path) -> list[Path]:
    """Return every file of a run but its manifest and seal, sorted."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name not in (NAME, SEAL)
        and not any(part in HIDDEN or part.startswith(".") for part in path.relative_to(folder).parts)
    )


def files_of(folder: Path, notebook: str, tables: dict) -> list[str]:
    """Return the files that one notebook left in a run."""
    names = [
        f"{notebook}.html",
        f"executed/{notebook}.ipynb",
        f"claims/{notebook}.json",
        *(f"tables/{table}.{kind}" for table in tables for kind in ("parquet", "csv")),
    ]
    return [name for name in names if (folder / name).is_file()]


def write_manifest(folder: Path, manifest: dict) -> dict:
    """Compose claims.json, write run.json with the hash of every file, seal it, and return it.

    ``run.sha256`` is the seal in the format of sha256sum: ``sha256sum -c run.sha256`` needs no Earshot.
    """
    claims = compose(folder)
    hashes = {path.relative_to(folder).as_posix(): hash_file(path) for path in list_files(folder)}
    manifest = manifest | {"claims": claims, "files": hashes}
    write_json(folder / NAME, manifest)
    lines = [*(f"{value}  {name}" for name, value in hashes.items()), f"{hash_file(folder / NAME)}  {NAME}"]
    write_whole(folder / SEAL, "\n".join(lines) + "\n")
    return manifest


def read_manifest(folder: Path) -> dict:
    """Return the manifest of a run; raises FileNotFoundError
    or ValueError when the folder is not a whole run.
    """
    folder = Path(folder)
    if not (folder / NAME).is_file():
        raise FileNotFoundError(f"{folder} is not a run: it holds no {NAME}.")
    manifest = read_json(folder / NAME)
    if not isinstance(manifest, dict) or "notebooks" not in manifest:
        raise ValueError(
            f"{folder.name}/{NAME} cannot be read as the manifest of a run; it was cut or edited."
        )
    return manifest

"""The folder of a workspace's runs: drafts hidden until they are whole,
failures set aside, ``latest`` moved last.
"""

import os
import shutil
import time
from pathlib import Path

from earshot.core import clock
from earshot.core.files import hash_text, read_json, write_json
from earshot.publish.report.manifest import NAME, SEAL
from earshot.publish.report.reuse import read_past

LATEST = "latest"


def make_draft(outputs: Path) -> Path:
    """Make the hidden folder of a new run, named after its time (UTC) and seven hex digits, and return it."""
    minute = clock.now().strftime("%Y-%m-%dT%H%MZ")
    while True:
        run = f"{minute}-{hash_text(str(outputs), str(time.time_ns()), str(os.getpid()))[:7]}"
        if not list(outputs.glob(f"*{run}*")):
            draft = outputs / f".{run}.tmp"
            draft.mkdir(parents=True)
            return draft


def name_run(folder: Path) -> str:
    """Return the run id of a folder, whether it is a draft, a failure or a whole run."""
    return folder.name.removeprefix(".").removesuffix(".tmp").removesuffix(".failed")


def put_in_place(draft: Path) -> Path:
    """Give a whole run its name, list it in the index, and point ``latest`` to it last; return its folder."""
    folder = draft.with_name(name_run(draft))
    draft.rename(folder)
    write_index(folder.parent)
    point_latest(folder)
    return folder


def set_aside(draft: Path) -> Path:
    """Give a failed run its name, with a page that says what happened; ``latest`` stays where it is."""
    from earshot.publish.delivery import index

    manifest = read_json(draft / NAME, {})
    if manifest:
        index.write_failure(draft, manifest)
    shutil.rmtree(draft / ".settings", ignore_errors=True)
    folder = draft.with_name(f"{name_run(draft)}.failed")
    draft.rename(folder)
    write_index(folder.parent)
    return folder


def point_latest(folder: Path) -> None:
    """Replace the relative link ``latest`` in one step."""
    draft = folder.parent / f".{LATEST}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(folder.name)
    draft.replace(folder.parent / LATEST)


def write_index(outputs: Path) -> None:
    """Write the index of runs."""
    from earshot.publish.delivery import index

    index.write_index(outputs)


def tidy(outputs: Path) -> None:
    """Finish what a killed report left: only called under the lock,
    so every draft here belongs to a dead process.

    A draft in which a notebook had succeeded becomes a failed run, so that the next report resumes from it.
    """
    for draft in outputs.glob(".*.tmp"):
        manifest = read_json(draft / NAME, {})
        done = [entry for entry in manifest.get("notebooks", []) if entry["status"] == "ran"]
        if done:
            manifest |= {"status": "failed", "problem": "Its process was killed before the run was whole."}
            (draft / SEAL).unlink(missing_ok=True)
            write_json(draft / NAME, manifest)
            set_aside(draft)
        else:
            shutil.rmtree(draft, ignore_errors=True)
    for left in (*outputs.glob(f".{LATEST}.*"), *outputs.glob(".*.draft")):
        left.unlink(missing_ok=True)
    whole = next((past for past in read_past(outputs) if past.manifest["status"] == "good"), None)
    if whole and (outputs / LATEST).resolve() != whole.folder.resolve():
        write_index(outputs)
        point_latest(whole.folder)

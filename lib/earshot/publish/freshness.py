"""The gate of freshness: a report on stale data does not go out, and the owner of the workspace is told.

Otherwise a notebook runs on yesterday's data and nobody notices that the collection has stopped.
"""

import json
from pathlib import Path

import pandas as pd

from earshot.core import clock
from earshot.core.workspace import Workspace

FOLDER = "notices"


def refuse(workspace: Workspace) -> str:
    """Return why the data is too old for a report, after writing a notice to the owner; "" when it is fresh enough."""
    why = stale(workspace)
    if why:
        notify(workspace, why)
    return why


def stale(workspace: Workspace) -> str:
    """Say in one sentence that the newest post is older than ``fresh_hours`` allows, or return ""."""
    allowed = workspace.params.fresh_hours
    if not allowed:
        return ""
    newest = workspace.store.sql("SELECT max(created_at) AS at FROM posts")["at"].iloc[0]
    if pd.isna(newest):
        return f"There is no post yet, and fresh_hours allows none older than {_hours(allowed)}"
    newest = pd.Timestamp(newest).tz_convert("UTC")
    age = (clock.now() - newest).total_seconds() / 3600
    if age <= allowed:
        return ""
    return (f"The newest post is {_hours(age)} old ({newest:%Y-%m-%d %H:%M} UTC) and fresh_hours allows {allowed}; "
            "see whether the sources still deliver, or set fresh_hours in brief.yml")


def notify(workspace: Workspace, why: str) -> Path:
    """Write a notice to the owner as a file of its own, and return it."""
    now = clock.now()
    notice = {"at": now.isoformat(), "workspace": workspace.name, "to": workspace.params.owner or "nobody is named",
              "subject": f"No report of {workspace.name}: the data is stale", "text": f"{why}."}
    path = workspace.outputs / FOLDER / f"{now:%Y-%m-%dT%H%M%SZ}-stale.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(notice, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def _hours(hours: float) -> str:
    count = int(hours)
    return f"{count:,} hour{'' if count == 1 else 's'}"

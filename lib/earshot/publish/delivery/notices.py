"""Notices: the owner of a workspace is told that a report did not go out,
and the index says so until one does.

A notice is a file in outputs/<workspace>/notices: open until the next report goes out. Where the brief says
``notify: env:CARE_WEBHOOK`` it is posted, as JSON with a ``text``, to the address that this variable holds: a
chat's incoming webhook, or whatever passes it on. The address is a secret: it stands in no notice, log or
error.
"""

import logging
import os
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from earshot.core import clock
from earshot.core.files import read_json, write_json
from earshot.core.workspace import Workspace

FOLDER = "notices"
HERE = ("127.0.0.1", "localhost", "::1")
PATIENCE = 10.0  # seconds for the address to answer
AGAIN = pd.Timedelta(days=1)  # the same trouble is told anew after so long
NOBODY = "nobody is named"


def tell(workspace: Workspace, why: str) -> str:
    """Note that no report went out and tell the owner, of the same trouble once a day; say who was told."""
    at, why = clock.now(), why.rstrip(".") + "."
    last = next(iter(read_open(workspace.outputs)), {})
    if last.get("told") and _same(last["text"], why) and at - pd.Timestamp(last["told"]) < AGAIN:
        return f"{last['to']} was told of this at {pd.Timestamp(last['told']):%Y-%m-%d %H:%M} UTC"
    with suppress(OSError):
        end(workspace)
    notice = {
        "at": at.isoformat(),
        "workspace": workspace.name,
        "to": workspace.params.owner or NOBODY,
        "subject": f"No report of {workspace.params.title or workspace.name}",
        "text": why,
        "told": "",
        "ended": "",
    }
    path = workspace.outputs / FOLDER / f"{at:%Y-%m-%dT%H%M%SZ}.json"
    _keep(path, notice)  # before it is sent: what cannot be sent is still shown
    problem = _post(workspace, notice)
    unkept = _keep(path, notice | {"told": "" if problem else at.isoformat()})
    return (problem or f"{notice['to']} was told") + unkept


def end(workspace: Workspace) -> bool:
    """Note that the trouble is over; return whether there was any."""
    notices = read_open(workspace.outputs)
    for notice in notices:
        write_json(notice.pop("path"), notice | {"ended": clock.now().isoformat()})
    return bool(notices)


def read_open(outputs: Path) -> list[dict]:
    """Return the notices of a workspace's outputs that still hold, newest first, each with its ``path``."""
    found = [read_json(path, {}) | {"path": path} for path in sorted((Path(outputs) / FOLDER).glob("*.json"))]
    return [notice for notice in reversed(found) if notice.get("text") and not notice.get("ended")]


def _keep(path: Path, notice: dict) -> str:
    """Write a notice, or return why not: a full disk,
    which may be the trouble, stops nobody from being told.
    """
    try:
        write_json(path, notice)
    except OSError as error:
        return f"; the notice could not be kept ({error.strerror})"
    return ""


def _same(one: str, other: str) -> bool:
    """Say whether two sentences tell of the same trouble: an age grows from run to run."""
    return re.sub(r"[\d,.:-]+", "", one) == re.sub(r"[\d,.:-]+", "", other)


def _post(workspace: Workspace, notice: dict) -> str:
    """Post a notice to the address of the brief; return why nobody was told, or ""."""
    import httpx2

    name = workspace.params.notify.removeprefix("env:")
    if not name:
        return "Nobody was told beyond this and the index page: brief.yml names no address under notify"
    address = os.environ.get(name, "").strip()
    if not _is_address(address):
        return f"Nobody was told: the environment variable {name} holds no address that begins with https://"
    for logger in ("httpx2", "httpcore2"):  # they write whole addresses into logs, and this one is a secret
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    text = f"{notice['subject']} (for {notice['to']}). {notice['text']}"
    said = {key: notice[key] for key in ("at", "workspace", "to", "subject")} | {"text": text}
    try:
        answer = httpx2.post(address, json=said, timeout=PATIENCE, follow_redirects=False)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        return f"Nobody was told: the address in {name} does not answer"
    return (
        "" if answer.is_success else f"Nobody was told: the address in {name} answered {answer.status_code}"
    )


def _is_address(text: str) -> bool:
    try:
        where = urlsplit(text)
    except ValueError:
        return False
    return bool(where.hostname) and (
        where.scheme == "https" or (where.scheme == "http" and where.hostname in HERE)
    )

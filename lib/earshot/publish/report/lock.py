"""One report of a workspace at a time:
a lock the system frees by itself when its holder ends, however it ends.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Busy(RuntimeError):
    """Another report of this workspace is in progress."""


@contextmanager
def hold(folder: Path, who: str, since: str) -> Iterator[None]:
    """Hold the lock of a workspace's outputs;
    raises Busy, naming the holder, when a living process has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Opened for appending: a second process must not empty the name of the first before it knows it may.
    with (folder / ".lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(_sentence(folder.name, file)) from None
        file.truncate(0)
        with suppress(OSError):  # a full disk: the lock holds without the name of its holder
            os.write(file.fileno(), json.dumps({"pid": os.getpid(), "who": who, "since": since}).encode())
        yield


def _sentence(workspace: str, file) -> str:
    file.seek(0)
    try:
        held = json.loads(file.read())
        holder = f"{held['who'] or 'someone'} (process {held['pid']}, since {held['since']})"
    except (ValueError, KeyError, TypeError):
        holder = "another process"
    return (
        f"A report of {workspace} is already being made by {holder}; wait for it to end, or stop that "
        f"process."
    )

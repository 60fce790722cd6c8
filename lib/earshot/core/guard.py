"""What stands around every write: one writer per table at a time,
room on the disk, and failures in one sentence.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT = 1800  # seconds; a first import of millions of rows may hold a table for minutes
SPARE = 1 << 20  # bytes that stay free for the commit itself

FULL = "the disk is full. Free some space and run the same command again"
REASONS = {
    r"os error 28\b|No space left|os error 122\b|Disk quota": FULL,
    r"os error 13\b|os error 1\b|Permission denied|not permitted": "this account may not write there. "
    "Change the folder's permissions or `store` in brief.yml",
    r"os error 30\b|Read-only file system": "the folder is read-only. Set `store` in brief.yml to one that "
    "can be written",
}


class StoreError(RuntimeError):
    """A table could not be read or written; the sentence says which, where, why and what to do."""


@contextmanager
def writing(root: str, table: str, size: int = 0) -> Iterator[None]:
    """Hold ``table`` for one write of about ``size`` bytes; raises StoreError when the write cannot be made.

    On a disk only one process at a time writes a table, and a killed one lets go at once. On an object store
    there is no such lock: there Delta's optimistic concurrency alone keeps writers apart.
    """
    from deltalake.exceptions import CommitFailedError, DeltaError
    from filelock import FileLock, Timeout

    try:
        if "://" in root:
            yield
            return
        Path(root).mkdir(parents=True, exist_ok=True)
        with FileLock(Path(root) / f".{table}.lock", timeout=WAIT):
            # Asked first, since a disk that fills up inside a write makes the Parquet writer print its panic.
            if size and shutil.disk_usage(root).free < size + SPARE:
                raise OSError("No space left on device")
            yield
    except Timeout:
        raise StoreError(
            f"Table {table} in {root} is held by another process for {WAIT // 60} minutes; "
            "end that process, then run the same command again."
        ) from None
    except CommitFailedError:
        raise StoreError(
            f"Table {table} in {root} was not written: other writers kept getting in between. "
            "Nothing was stored; run the same command again."
        ) from None
    except (OSError, DeltaError) as error:
        raise StoreError(
            f"Table {table} in {root} was not written, and what was stored before is unharmed: "
            f"{_reason(error)}."
        ) from error


def _reason(error: Exception) -> str:
    said = re.sub(r"\x1b\[[0-9;]*m", "", " ".join(str(error).split()))
    for pattern, sentence in REASONS.items():
        if re.search(pattern, said):
            return sentence
    return said.rstrip(".")[:300]

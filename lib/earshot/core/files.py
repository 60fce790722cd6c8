"""Files that are whole or absent: written beside their place, flushed, then renamed over it."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def write_whole(path: Path, content: str | bytes) -> None:
    """Write ``content`` to ``path`` so that a reader, a kill or a full disk never meets half of it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_json(path: Path, values: Any) -> None:
    """Write ``values`` as readable JSON, whole or not at all;
    raises ValueError on a NaN, which is not JSON.
    """
    write_whole(
        path, json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"
    )


def read_json(path: Path, default: Any = None) -> Any:
    """Return what a JSON file holds, or ``default`` when it is missing or not JSON."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return default


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_text(*parts: str) -> str:
    """Return the SHA-256 of texts in this order."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    """Turn a numpy or pandas scalar into the plain value JSON knows."""
    if hasattr(value, "item"):
        return value.item()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON; turn it into text or a number first.")

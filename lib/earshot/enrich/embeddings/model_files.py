"""Model files: used only when their fingerprint is the one that was published."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from earshot.enrich.embeddings.int8 import Weights, widen

_SEEN: dict[tuple, str] = {}


class WeightsError(RuntimeError):
    """A model file is missing or is not the one that was published."""


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file; within a process, read again only when its size or time changed."""
    found = path.stat()
    key = (str(path), found.st_size, found.st_mtime_ns)
    if key not in _SEEN:
        with path.open("rb") as file:
            _SEEN[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _SEEN[key]


def verify(path: Path, sha256: str) -> None:
    """Raise WeightsError, in one sentence, unless the file is there and has this SHA-256."""
    if not path.is_file():
        raise WeightsError(
            f"The model file {path.name} is not in {path.parent}; install the environment again (make setup)."
        )
    if fingerprint(path) != sha256:
        raise WeightsError(
            f"The model file {path.name} has SHA-256 {fingerprint(path)[:12]}… where {sha256[:12]}… is "
            "expected; it was changed or damaged and is not used. Install the environment again "
            "(make setup)."
        )


def remember(path: Path | None, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return what was kept at ``path`` by a training run before,
    or what ``make`` returns, kept there for the next.
    """
    from safetensors.numpy import load_file, save_file

    if path and path.exists():
        return load_file(path)
    made = make()
    if path:
        save_file(made, path)
    return made


def load(path: Path, sha256: str) -> Weights:
    """Return the arrays in a safetensors file by name,
    those in half precision or in whole numbers as float32.

    Raises WeightsError when the file is not the one that was published.
    """
    verify(path, sha256)
    return _load(str(path), fingerprint(path))


@cache
def _load(path: str, digest: str) -> Weights:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
    except SafetensorError as error:
        raise WeightsError(f"The model file {Path(path).name} cannot be read: {error}.") from None
    return widen(found)

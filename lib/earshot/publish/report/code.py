"""The code a number depends on: the library, its shipped models,
the lock file and the commit it came from.
"""

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from earshot.core.files import hash_file

LIBRARY = Path(__file__).resolve().parents[2]
CHECKOUT = LIBRARY.parents[1]
IGNORED = ("__pycache__", ".ipynb_checkpoints")


@cache
def hash_library(floors: tuple[str, ...] = ()) -> str:
    """Return the SHA-256 over every file of the library (code,
    models, page template), or of these floors only.
    """
    digest = hashlib.sha256()
    for path in _files():
        inside = path.relative_to(LIBRARY)
        if floors and inside.parts[0] not in floors:
            continue
        digest.update(inside.as_posix().encode() + b"\0" + bytes.fromhex(hash_file(path)))
    return digest.hexdigest()


def hash_lock() -> str:
    """Return the SHA-256 of the package lock,
    or an empty text where the library runs without its checkout.
    """
    lock = CHECKOUT / "requirements.lock"
    return hash_file(lock) if lock.exists() else ""


def hash_models() -> dict[str, str]:
    """Return the SHA-256 of every model file shipped with the library, by its path inside it."""
    return {
        path.relative_to(LIBRARY).as_posix(): hash_file(path)
        for path in _files()
        if path.suffix in (".safetensors", ".skops", ".npz")
    }


def read_commit() -> tuple[str, bool]:
    """Return the commit of the checkout and whether its code was changed since; ("", False) outside git."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", "lib", "notebooks", "params", "requirements.lock")
    return commit, bool(commit and changed)


def list_packages() -> dict[str, str]:
    """Return the installed version of every package that the library declares."""
    import re
    from importlib.metadata import PackageNotFoundError, requires, version

    found = {}
    for line in requires("earshot") or []:
        name = re.match(r"[\w.-]+", line)[0]
        if "extra ==" in line:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return dict(sorted(found.items()))


def _files() -> list[Path]:
    found = (path for path in sorted(LIBRARY.rglob("*")) if path.is_file())
    return [path for path in found if not any(part in IGNORED for part in path.relative_to(LIBRARY).parts)]


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()

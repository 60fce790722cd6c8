"""What must not leave with a notebook, table or manifest: paths of this machine, secrets, the runner's own marks."""

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|EARSHOT_KEY", re.I)
STORE_ACCESS = ("AWS_", "AZURE_", "GOOGLE_", "GCP_")
SECRET_SHAPES = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "an Amazon access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{20,}"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}\b"),
    "a model provider's key": re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}"),
    "a signed web token": re.compile(r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]{2,}://[^\s/:@\"'<>]{1,64}:[^\s/@\"'<>]{3,64}@[\w.-]+"),
}
READABLE = (".html", ".ipynb", ".json", ".csv")


class Leak(ValueError):
    """Something private was about to be published."""


def clean_environment(remote_store: bool = False, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment without secrets; a store in the cloud needs its own access, so that is kept for it."""
    return {name: value for name, value in environ.items()
            if not SECRET_NAME.search(name) or (remote_store and name.startswith(STORE_ACCESS))}


def scrub(notebook, roots: Iterable[Path] = ()) -> None:
    """Take machine paths, secrets and the runner's marks out of an executed notebook (a nbformat node), in place.

    A post may hold something shaped like a secret or a path: in outputs it is replaced, so that no stranger can stop
    a report. ``roots`` are the folders of this installation.
    """
    for mark in ("papermill", "widgets"):
        notebook.metadata.pop(mark, None)
    swaps = list_paths(roots)
    for cell in notebook.cells:
        for mark in ("papermill", "execution", "jupyter"):
            cell.metadata.pop(mark, None)
        if "outputs" in cell:
            cell["outputs"] = [_hide(output, swaps) for output in cell["outputs"]]


def list_paths(roots: Iterable[Path] = ()) -> list[tuple[str, str]]:
    """Return the paths of this machine and what to write in their place, the longest first."""
    named = {str(root): "<earshot>" for root in roots}
    named |= {sys.prefix: "<environment>", sys.base_prefix: "<python>", tempfile.gettempdir(): "<temporary>"}
    # A root such as / or /usr or /tmp names nobody, and a post may well write it.
    return sorted(((path, short) for path, short in named.items() if len(Path(path).parts) > 2),
                  key=lambda pair: -len(pair[0]))


def find_leaks(text: str, roots: Iterable[Path] = (), environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return what is private in ``text``, one phrase each and never the secret itself."""
    found = ["a path of this machine" for path, _ in list_paths(roots)
             if re.search(rf"{re.escape(path)}(?![\w.-])", text)]
    found += [f"the value of ${name}" for name, value in environ.items()
              if SECRET_NAME.search(name) and len(value) >= 8 and value in text]
    return found + [shape for shape, pattern in SECRET_SHAPES.items() if pattern.search(text)]


def refuse_leaks(folder: Path, paths: Iterable[Path], roots: Iterable[Path] = ()) -> None:
    """Raise Leak, naming the file and what it holds but not the secret, when a readable file holds anything private."""
    for path in paths:
        if path.suffix not in READABLE:
            continue
        held = find_leaks(path.read_text(encoding="utf-8", errors="replace"), roots)
        if held:
            raise Leak(f"{path.relative_to(folder)} holds {held[0]}; nothing was published. Take it out at its source.")


def _hide(value, swaps: list[tuple[str, str]]):
    """Return ``value`` with every machine path and secret replaced, inside lists and mappings too."""
    if isinstance(value, str):
        for path, short in swaps:
            value = value.replace(path, short)
        for pattern in SECRET_SHAPES.values():
            value = pattern.sub("[secret]", value)
        return value
    if isinstance(value, list):
        return [_hide(item, swaps) for item in value]
    if isinstance(value, dict):
        return type(value)({name: _hide(item, swaps) for name, item in value.items()})
    return value

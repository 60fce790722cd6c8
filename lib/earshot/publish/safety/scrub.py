"""What must not leave with a notebook, table or manifest:
paths of this machine, secrets, the runner's own marks.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from earshot.publish.safety import leaks

SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|EARSHOT_KEY|"
    r"WEBHOOK|NOTIFY",
    re.I,
)
STORE_ACCESS = ("AWS_", "AZURE_", "GOOGLE_", "GCP_")
READABLE = (".html", ".ipynb", ".json", ".csv")


class Leak(ValueError):
    """Something private was about to be published."""


def clean_environment(remote_store: bool = False, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment without secrets;
    a store in the cloud needs its own access, so that is kept for it.
    """
    return {
        name: value
        for name, value in environ.items()
        if not SECRET_NAME.search(name) or (remote_store and name.startswith(STORE_ACCESS))
    }


def scrub(notebook, roots: Iterable[Path] = ()) -> None:
    """Take machine paths, secrets and the runner's marks out
    of an executed notebook (a nbformat node), in place.

    A post may hold something shaped like a secret or a path: in outputs it is replaced, so that no stranger
    can stop a report. ``roots`` are the folders of this installation.
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
    return sorted(
        ((path, short) for path, short in named.items() if len(Path(path).parts) > 2),
        key=lambda pair: -len(pair[0]),
    )


def refuse_leaks(folder: Path, paths: Iterable[Path], roots: Iterable[Path] = ()) -> None:
    """Raise Leak, naming the file and what it holds but not the secret,
    when a readable file holds anything private.
    """
    places = [re.compile(rf"{re.escape(path)}(?![\w.-])") for path, _ in list_paths(roots)]
    for path in paths:
        if path.suffix not in READABLE:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        held = leaks.found(text) + ["a path of this machine" for place in places if place.search(text)]
        if held:
            raise Leak(
                f"{path.relative_to(folder)} holds {held[0]}; nothing was published. Take it out at its "
                f"source."
            )


def _hide(value, swaps: list[tuple[str, str]]):
    """Return ``value`` with every machine path and secret replaced, inside lists and mappings too."""
    if isinstance(value, str):
        for path, short in swaps:
            value = value.replace(path, short)
        return leaks.hide(value)
    if isinstance(value, list):
        return [_hide(item, swaps) for item in value]
    if isinstance(value, dict):
        return type(value)({name: _hide(item, swaps) for name, item in value.items()})
    return value

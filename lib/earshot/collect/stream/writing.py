"""A plan written into params/<workspace>/streams.yml:
three of its settings, every other line as it stands.
"""

import re
from pathlib import Path

import yaml

from earshot.collect.stream.settings import read_stream
from earshot.core.workspace import Workspace


def write(workspace: Workspace, steps: list[str], seconds: float, partitions: int) -> Path:
    """Write the steps that run in line, the seconds of a batch
    and the partitions of a new topic; return the file.

    Comments and other settings stay; raises ParamError, with the file as it was, when it could not be read
    before.
    """
    stream, path = read_stream(workspace), workspace.folder / "streams.yml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    batch = {"posts": stream.batch.posts, "seconds": round(seconds, 3)}
    for name, value in (("steps", list(steps)), ("batch", batch), ("partitions", partitions)):
        text = _with(text, name, value)
    draft = path.with_name(".streams.yml.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return path


def _with(text: str, name: str, value: object) -> str:
    """Return the file with one setting replaced where it stands,
    indented lines below it included, or added.
    """
    line = f"{name}: {yaml.safe_dump(value, default_flow_style=True, width=1000).splitlines()[0]}\n"
    found = re.compile(rf"^{name}[ \t]*:[^\n]*\n?(?:(?:[ \t]+|- )[^\n]*\n?)*", re.MULTILINE)
    if found.search(text):
        return found.sub(lambda _: line, text, count=1)
    return (text.rstrip("\n") + "\n" if text.strip() else "") + line

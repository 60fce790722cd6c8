"""A notebook as a report sees it before running it:
its parameters, what it promises, what it reads, and its hash.
"""

import ast
import json
from dataclasses import dataclass
from pathlib import Path

from earshot.core.files import hash_text
from earshot.core.params import Brief, ParamError, nearest


@dataclass(frozen=True)
class Notebook:
    """One notebook of a report.

    ``tables`` are the stored tables it declares to read (none declared: all), ``last`` says that it waits for
    all others, ``refresh`` that it is run anew each day; ``writes`` and ``states`` are the promises its code
    makes, and ``composes`` says that it is made of the claims of others.
    """

    name: str
    path: Path
    question: str
    parameters: tuple[str, ...]
    tables: tuple[str, ...]
    last: bool
    refresh: bool
    writes: tuple[str, ...]
    states: bool
    composes: bool
    code: str
    words: str

    def values(self, params: Brief) -> dict:
        """Return the parameters to give this notebook;
        raises ParamError when it declares one that no brief has.
        """
        known = params.model_dump()
        for name in self.parameters:
            if name not in known and name != "run_dir":
                raise ParamError(
                    f"{self.name}: its parameters cell declares {name!r}, which no brief has."
                    f"{nearest(name, known)}"
                )
        return {name: known[name] for name in self.parameters if name != "run_dir"} | {"run_dir": "."}


def list_notebooks(folder: Path) -> list[Notebook]:
    """Return the numbered notebooks of a folder in order; raises FileNotFoundError when there is none."""
    found = [read_notebook(path) for path in sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))]
    if not found:
        raise FileNotFoundError(f"There is no notebook named like 01_collect.ipynb in {Path(folder).name}/.")
    return found


def read_notebook(path: Path) -> Notebook:
    """Return what a report needs to know about one notebook, read from its JSON alone."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        cells = [
            (cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", []))
            for cell in content["cells"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{Path(path).name} is not a notebook: {error}.") from None
    code = [source for kind, source, tags in cells if kind == "code" and "injected-parameters" not in tags]
    words = [source for kind, source, _ in cells if kind == "markdown"]
    declared = [source for kind, source, tags in cells if kind == "code" and "parameters" in tags]
    wishes = content.get("metadata", {}).get("earshot", {})
    writes, called = _promises(code)
    return Notebook(
        name=Path(path).stem,
        path=Path(path),
        question=_question(words),
        parameters=_names("\n".join(declared)),
        tables=tuple(wishes.get("tables", ())),
        last=wishes.get("after") == "all",
        refresh=wishes.get("refresh") == "day",
        writes=writes,
        states="state" in called,
        composes="claims" in called,
        code=hash_text(json.dumps(wishes, sort_keys=True), *code),
        words=hash_text(*words),
    )


def _question(words: list[str]) -> str:
    lines = [line for text in words for line in text.splitlines() if line.startswith("# ")]
    return lines[0].removeprefix("# ").strip() if lines else ""


def _names(source: str) -> tuple[str, ...]:
    """Return the names that a parameters cell assigns."""
    targets = [target for node in _parse(source).body for target in _targets(node)]
    return tuple(target.id for target in targets if isinstance(target, ast.Name))


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.AnnAssign):
        return [node.target]
    return node.targets if isinstance(node, ast.Assign) else []


def _promises(code: list[str]) -> tuple[tuple[str, ...], set[str]]:
    """Return the tables named in ``run.write("…")`` and the names of all that is called on ``run``."""
    calls = [node for source in code for node in ast.walk(_parse(source)) if isinstance(node, ast.Call)]
    ours = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "run"
    ]
    writes = [
        call.args[0].value
        for call in ours
        if call.func.attr == "write" and call.args and isinstance(call.args[0], ast.Constant)
    ]
    return tuple(writes), {call.func.attr for call in ours}


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # an IPython magic, or an error that the run itself will report better
        return ast.Module(body=[], type_ignores=[])

"""Every committed notebook keeps the form that readers, papermill and git rely on."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from papermill import inspect_notebook
from pydantic_core import PydanticUndefined

from earshot.core.params import Brief
from tests.tracked import CHECKOUT, tracked

FOLDER = CHECKOUT / "notebooks"
QUESTIONS = tracked("notebooks/*.ipynb")
EVALUATIONS = tracked("notebooks/evaluation/*.ipynb")
COMPARISONS = tracked("notebooks/comparison/*.ipynb")
DASHBOARDS = tracked("notebooks/dashboards/*.ipynb")
ALL = QUESTIONS + EVALUATIONS + COMPARISONS + DASHBOARDS
SECTIONS = ["## Findings", "## Evidence", "## How far to trust this", "## Method"]
FORBIDDEN = {
    "HTML",
    "Markdown",
    "HTMLMath",
    "display",
    "exit",
    "quit",
    "eval",
    "exec",
    "print",
    "get_ipython",
    "input",
}
WITH_PARAMETERS = QUESTIONS + EVALUATIONS + COMPARISONS


def named(paths: list[Path]):
    """Parametrise a test by notebook, shown by its name."""
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    """The notebook as it is committed."""
    return nbformat.read(path, as_version=4)


def code(path: Path, tag: str | None = None) -> list:
    """Its code cells, or those with a tag."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    return [cell for cell in cells if tag is None or tag in cell.metadata.get("tags", [])]


def words(path: Path) -> list[str]:
    """Its Markdown, cell by cell."""
    return [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]


def nodes(cells: list):
    """Every piece of syntax in some cells."""
    for cell in cells:
        yield from ast.walk(ast.parse(cell.source))


def test_the_notebooks_of_this_house_are_here():
    nouns = ["collect", "clean", "sentiment", "topics", "kpis"]
    assert [path.stem for path in QUESTIONS][:5] == [
        f"0{place}_{noun}" for place, noun in enumerate(nouns, 1)
    ]
    assert QUESTIONS[-1].stem == "16_brief"
    assert "sentiment" in [path.stem for path in EVALUATIONS]
    assert "explore" in [path.stem for path in DASHBOARDS]


def test_committed_notebooks_hold_no_outputs():
    """Run the very filter that git runs, on all of them."""
    verify = [sys.executable, "-m", "nbstripout", "--verify", "--keep-id", *ALL]
    answer = subprocess.run(verify, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@named(ALL)
def test_a_notebook_is_valid_and_runs_on_our_kernel(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(not cell.outputs and cell.execution_count is None for cell in code(path))


@named(ALL)
def test_cell_ids_are_unique_and_readable(path):
    ids = [cell.id for cell in read(path).cells]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9-]{2,40}", name)] == []
    assert [name for name in ids if re.fullmatch(r"[0-9a-f]{8}", name)] == []


@named(ALL)
def test_a_notebook_opens_with_a_question_and_says_what_it_reads_and_writes(path):
    first = read(path).cells[0]
    title, _, rest = first.source.partition("\n")
    assert first.cell_type == "markdown"
    assert re.fullmatch(r"# [A-Z].*\?", title)
    assert 1 <= len(re.findall(r"[.:](?:\s|$)", rest.strip())) <= 4, (
        "two sentences: what it answers, reads, writes"
    )


@named(ALL)
def test_a_notebook_computes_nothing_itself(path):
    """No functions or classes, nothing that ends the kernel or writes past show."""
    defined = [node.name for node in nodes(code(path)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    called = {
        ast.unparse(node.func).split(".")[-1] for node in nodes(code(path)) if isinstance(node, ast.Call)
    }
    assert defined == []
    assert called & FORBIDDEN == set()


@named(ALL)
def test_imports_stand_in_the_setup_cell(path):
    others = [cell for cell in code(path) if "setup" not in cell.metadata.get("tags", [])]
    assert len(code(path, "setup")) == 1
    assert [node.lineno for node in nodes(others) if isinstance(node, ast.Import | ast.ImportFrom)] == []
    assert "import *" not in "".join(cell.source for cell in code(path))


@named(ALL)
def test_cells_are_short(path):
    lengths = {cell.id: cell.source.count("\n") + 1 for cell in code(path)}
    assert {name: lines for name, lines in lengths.items() if lines > 12} == {}
    widths = {cell.id: max(map(len, cell.source.splitlines() or [""])) for cell in code(path)}
    assert {name: width for name, width in widths.items() if width > 120} == {}


@named(ALL)
def test_prose_holds_no_typed_numbers(path):
    """Numbers come from code; names in backticks may hold digits, a link's address too."""
    prose = [re.sub(r"`[^`]*`|\]\([^)]*\)", "", text) for text in words(path)]
    assert [found for text in prose for found in re.findall(r".{0,20}\d.{0,20}", text)] == []


@named(QUESTIONS + COMPARISONS)
def test_the_sections_come_in_the_readers_order(path):
    headings = [line for text in words(path) for line in text.splitlines() if line.startswith("## ")]
    if path.stem == "16_brief":
        assert len(headings) >= 3
        assert read(path).metadata.earshot["after"] == "all"
    else:
        assert [line for line in headings if line in SECTIONS] == SECTIONS


@named(QUESTIONS + COMPARISONS)
def test_a_notebook_opens_its_run_by_its_own_name(path):
    opened = [
        node
        for node in nodes(code(path, "setup"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "runs.open"
    ]
    assert len(opened) == 1
    assert [ast.unparse(argument) for argument in opened[0].args[:2]] == ["workspace", "run_dir"]
    assert ast.literal_eval(opened[0].args[2]) == path.stem
    assert all(ast.unparse(word.value) == word.arg for word in opened[0].keywords), "pass name=name"


@named(QUESTIONS)
def test_who_knows_the_notebook_knows_its_module_and_its_test(path):
    noun = path.stem.split("_", 1)[1]
    assert any((CHECKOUT / "lib" / "earshot" / "analyse" / name).exists() for name in (f"{noun}.py", noun))
    assert any((CHECKOUT / "tests" / "analyse" / name).exists() for name in (f"test_{noun}.py", noun))


@named(WITH_PARAMETERS)
def test_papermill_sees_every_parameter(path):
    """Its inspector reads lines with a regular expression; whatever it misses, nobody can set."""
    (cell,) = code(path, "parameters")
    tree = ast.parse(cell.source)
    assert all(isinstance(node, ast.AnnAssign) for node in tree.body), (
        "one `name: type = literal  # help` per line"
    )
    literals = {node.target.id: ast.literal_eval(node.value) for node in tree.body}
    seen = inspect_notebook(str(path))
    assert list(seen) == list(literals)
    assert {name: ast.literal_eval(found["default"]) for name, found in seen.items()} == literals
    assert [name for name, found in seen.items() if not found["help"]] == []
    assert [name for name, found in seen.items() if found["inferred_type_name"] == "None"] == []
    assert seen["run_dir"]["default"] == '""'


@named(QUESTIONS)
def test_parameters_mean_what_they_mean_in_the_brief(path):
    (cell,) = code(path, "parameters")
    for node in ast.parse(cell.source).body:
        if node.target.id == "run_dir":
            continue
        field = Brief.model_fields[node.target.id]
        default = field.default if field.default is not PydanticUndefined else field.default_factory()
        assert ast.literal_eval(node.value) == default, node.target.id
        assert ast.unparse(node.annotation) == getattr(field.annotation, "__name__", "") or "[" in str(
            field.annotation
        )


@named(EVALUATIONS)
def test_an_evaluation_takes_data_and_a_place_to_write(path):
    assert list(inspect_notebook(str(path)))[:2] == ["data", "train"]
    assert "metrics" in "".join(cell.source for cell in code(path))


def test_dashboards_are_served_closed():
    """Loopback only, no trace of errors, no foreign template, kernels that end, and no token in git."""
    import json

    settings = json.loads((FOLDER / "dashboards" / "voila.json").read_text())
    assert settings["Voila"]["ip"] == "127.0.0.1"
    assert "token" not in settings["Voila"]
    assert settings["VoilaConfiguration"]["show_tracebacks"] is False
    assert settings["VoilaConfiguration"]["allow_template_override"] == "NO"
    assert settings["MappingKernelManager"]["cull_idle_timeout"] > 0
    policy = settings["Voila"]["tornado_settings"]["headers"]["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert not re.search(r"https?://(?!127\.0\.0\.1)", policy)

"""The README tells the truth: it names what there is, and every command in it runs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from earshot.core.params import Brief
from earshot.publish import runs  # noqa: F401 - the library a reader is shown must import
from tests.tracked import CHECKOUT, tracked

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
NOTEBOOKS = sorted(path.stem for path in tracked("notebooks/**/*.ipynb"))


def blocks(language: str) -> list[str]:
    """The README's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_named(target):
    assert re.search(rf"\bmake {target}(?![a-z-])", README)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_is_named(name):
    assert re.search(rf"[`/ ]{name}[`. ]", README)


@pytest.mark.parametrize(
    "name",
    [
        "report",
        "import",
        "collect",
        "listen",
        "feed",
        "plan",
        "filters",
        "query",
        "trace",
        "retain",
        "comply",
        "verify",
        "evaluate",
        "runs",
        "relevance",
        "keys",
        "doctor",
        "models",
        "compare",
        "fresh",
        "sheet",
    ],
)
def test_every_command_of_earshot_is_shown(name):
    assert f"make {name}" in README or f"earshot {name}" in README


def test_every_make_command_is_a_target():
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) - set(TARGETS) == set()


def test_the_questions_are_those_of_the_notebooks():
    import nbformat

    rows = dict(re.findall(r"^\| `(\d\d_\w+)` \| (.*\?) \|$", README, re.MULTILINE))
    asked = {
        path.stem: nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].removeprefix("# ")
        for path in tracked("notebooks/*.ipynb")
    }
    assert rows == asked


def test_the_brief_shown_is_a_valid_one():
    brief, fresh = (Brief(**yaml.safe_load(shown)) for shown in blocks("yaml"))
    assert brief.brands == ["Acme", "Bolt"]
    assert fresh.fresh_hours == 48


def test_the_picture_and_every_file_named_exist():
    paths = [*re.findall(r"\]\(([^)]+)\)", README), "requirements.lock", "environment.yml"]
    assert [path for path in paths if not (CHECKOUT / path).exists()] == []


def test_the_tree_names_every_floor():
    floors = {path.parent.name for path in tracked("lib/earshot/*/__init__.py")}
    assert {name for name in floors if f"  {name}/ " not in README} == set()


# Commands that serve, take minutes or run this very suite are tried in a form that ends at once.
INSTEAD = {
    "make lab": "make -n lab",  # really served in test_serving.py
    "make dashboards": "make -n dashboards",  # the same
    ".venv/bin/earshot collect acme": ".venv/bin/earshot collect --help",  # no platform can be reached here;
    # tried on real servers in
    # collect/
    ".venv/bin/earshot collect acme --live": ".venv/bin/earshot collect --help",
    ".venv/bin/earshot collect acme --deletions": ".venv/bin/earshot collect --help",
    ".venv/bin/earshot comply acme posts": ".venv/bin/earshot comply --help",
    "make test": "make -n test",
    "make test-slow": "make -n test-slow",
    "make bench": "make -n bench",
    "make lint": "make -n lint",  # really run in test_architecture.py
}


def test_the_commands_that_are_not_run_as_they_stand_are_in_the_readme():
    assert set(INSTEAD) - set(COMMANDS) == set()


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Path:
    """The checkout as a reader has it, in a folder of its own,
    with a small demo brand and files to import.
    """
    folder = tmp_path_factory.mktemp("reader") / "earshot"
    folder.mkdir()
    for name in (
        "lib",
        "notebooks",
        ".venv",
        ".ci",
        "tests",
        "Makefile",
        "requirements.lock",
        "pyproject.toml",
    ):
        if (CHECKOUT / name).exists():
            (folder / name).symlink_to(CHECKOUT / name)
    shutil.copytree(CHECKOUT / "params", folder / "params")
    brief = folder / "params" / "demo" / "brief.yml"
    kept = [line for line in brief.read_text().splitlines() if not line.startswith("posts:")]
    brief.write_text("\n".join([*kept, "posts: 1500", ""]))
    posts = "\n".join(
        f"{row},person{row % 7},I love how quick Acme is: note {row},2026-03-{row % 27 + 1:02} 08:00,Acme"
        for row in range(60)
    )
    (folder / "posts.csv").write_text(f"id,author,text,created_at,brand\n{posts}\n")
    rows = "".join(
        f"I love it {row} times,positive\nI hate it {row} times,negative\nIt is open at {row},neutral\n"
        for row in range(8)
    )
    (folder / "labelled.csv").write_text(f"text,label\n{rows}")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_command_in_the_readme_runs(reader):
    """In the README's order, because later ones need what earlier ones made."""
    environment = {**os.environ, "EARSHOT_HOME": str(reader), "EARSHOT_KEY": "0" * 64}
    for command in COMMANDS:
        if "../shared/" in command and not (CHECKOUT.parent / "shared" / "data").exists():
            continue
        words = INSTEAD.get(command, command).replace("../shared/", f"{CHECKOUT.parent}/shared/")
        words += " --yes" if " import " in words else ""  # nobody is here to approve the guessed columns
        answer = subprocess.run(
            ["bash", "-c", words], cwd=reader, env=environment, capture_output=True, text=True, timeout=900
        )
        assert answer.returncode == 0, f"{command}\n{answer.stdout[-2000:]}\n{answer.stderr[-2000:]}"
        if command.startswith("cp "):  # the README then shows the brief to write
            (reader / "params" / "acme" / "brief.yml").write_text(blocks("yaml")[0])
    assert (reader / "outputs" / "demo" / "latest" / "16_brief.html").exists()


def test_the_library_can_be_asked_as_shown(home):
    """The Python block imports what it says; the demo brand need not have posts for that."""
    (shown,) = blocks("python")
    names: dict = {}
    exec(compile(shown, "README.md", "exec"), names)
    assert {"post_id", "text", "brand"} <= set(names["posts"].columns)

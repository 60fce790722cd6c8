"""One set of packages for pip and conda, a kernel that is always ours, and set-up that explains itself."""

import ast
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from earshot.doctor import pins
from tests.tracked import CHECKOUT, tracked

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
LOCK = dict(pins(CHECKOUT / "requirements.lock"))
PRODUCT = [Requirement(text) for text in PROJECT["dependencies"]]
TEST, TRAIN = (
    [Requirement(text) for text in PROJECT["optional-dependencies"][name]] for name in ("test", "train")
)
WANTED = PRODUCT + TEST
# What is run and not imported: the file that runs it, and how it is called there.
TOOLS = {
    "jupyterlab": ("Makefile", "jupyter-lab"),
    "voila": ("Makefile", "voila"),
    "nbstripout": (".ci/setup", "-m nbstripout"),
    "ipykernel": (".ci/setup", "-m ipykernel"),
}
TEST_TOOLS = {
    "import-linter": ("Makefile", "lint-imports"),
    "pytest-httpserver": ("tests/collect/sources/test_client.py", "httpserver"),
    "pytest-timeout": ("pyproject.toml", "timeout = "),
    "pytest-xdist": ("Makefile", "--dist loadfile"),
    "ruff": ("Makefile", "/ruff"),
}


def make(*words: str, **environment: str) -> subprocess.CompletedProcess:
    """Run make in the checkout and return what it printed."""
    return subprocess.run(
        ["make", *words],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
    )


@pytest.mark.parametrize("wanted", WANTED, ids=lambda requirement: requirement.name)
def test_the_lock_pins_every_dependency_within_its_bounds(wanted):
    assert LOCK[canonicalize_name(wanted.name)] in wanted.specifier


def names(requirements: Iterable[Requirement]) -> set[str]:
    """The names of requirements as a registry compares them."""
    return {canonicalize_name(requirement.name) for requirement in requirements}


def sources(*patterns: str) -> Iterable[ast.Module]:
    """The syntax of our files that fit one of the patterns; of a notebook, that of its code cells."""
    for path in (path for pattern in patterns for path in tracked(pattern)):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            text = "\n".join("".join(cell["source"]) for cell in cells)
        yield ast.parse(text)


def packages(modules: Iterable[str]) -> set[str]:
    """The packages that bring these modules; a module that is not installed counts as a package itself."""
    brought = packages_distributions()
    ours = {"earshot", "tests", *sys.stdlib_module_names}
    tops = {module.split(".")[0] for module in modules} - ours
    return {canonicalize_name(name) for module in tops for name in brought.get(module, [module])[:1]}


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """The packages imported somewhere in some syntax."""
    found = [inner for node in nodes for inner in ast.walk(node)]
    plain = {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names}
    return packages(
        plain | {node.module for node in found if isinstance(node, ast.ImportFrom) and not node.level}
    )


def asked_for(trees: list[ast.Module]) -> set[str]:
    """The packages that code can do without: it asks find_spec, or catches ImportError."""
    found = [node for tree in trees for node in ast.walk(tree)]
    caught = [
        node
        for node in found
        if isinstance(node, ast.Try)
        and any(one.type is not None and ast.unparse(one.type) == "ImportError" for one in node.handlers)
    ]
    sought = {
        node.args[0].value
        for node in found
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "find_spec"
    }
    return imported(statement for node in caught for statement in node.body) | packages(sought)


def test_the_product_declares_all_that_it_imports_and_nothing_else():
    """What it can do without stands among what the tests or training need."""
    trees = list(sources("lib/**/*.py", "notebooks/**/*.ipynb"))
    used, optional = imported(trees) | asked_for(trees), asked_for(trees) - names(PRODUCT)
    assert used - optional - names(PRODUCT) == set(), "imported, and declared nowhere"
    assert names(PRODUCT) - used - set(TOOLS) == set(), "declared, and neither imported nor run"
    assert optional - names(TEST) - names(TRAIN) == set(), "looked for, and declared nowhere"


def test_the_tests_declare_all_that_they_import_and_nothing_else():
    product = list(sources("lib/**/*.py"))
    used = imported(sources("tests/**/*.py", ".ci/*.py"))
    assert used - names(WANTED) == set(), "imported, and declared nowhere"
    assert names(TEST) - used - set(TEST_TOOLS) - asked_for(product) == set(), "declared, and not used"
    assert names(TEST) & names(PRODUCT) == set(), "declared twice"


def test_what_training_needs_is_used_nowhere_else():
    product = list(sources("lib/**/*.py"))
    assert names(TRAIN) - asked_for(product) == set()
    assert names(TRAIN) & (names(WANTED) | imported(product)) == set()


@pytest.mark.parametrize(("name", "place"), (TOOLS | TEST_TOOLS).items(), ids=(TOOLS | TEST_TOOLS))
def test_a_tool_is_run_where_it_is_said_to_be(name, place):
    file, call = place
    assert call in (CHECKOUT / file).read_text(encoding="utf-8")
    assert name in names(WANTED)


def test_every_dependency_has_a_lower_bound():
    assert [r.name for r in WANTED if not any(s.operator in (">=", "==") for s in r.specifier)] == []


def test_the_lock_is_complete():
    """Whatever a locked package needs on this machine is locked too, GPU libraries aside."""
    missing = {
        canonicalize_name(needed.name)
        for name in LOCK
        for needed in map(Requirement, distribution(name).requires or [])
        if needed.marker is None or needed.marker.evaluate({"extra": ""})
    } - set(LOCK)
    assert {name for name in missing if not name.startswith(("nvidia-", "cuda-", "triton"))} == set()


def test_the_lock_names_no_build_of_one_machine():
    assert LOCK["torch"].startswith("2.13.")
    assert [f"{name} {pin}" for name, pin in LOCK.items() if "+" in pin or name.startswith("nvidia")] == []


def test_conda_installs_the_same_lock():
    environment = yaml.safe_load((CHECKOUT / "environment.yml").read_text())
    named = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    from_pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert environment["name"] == "earshot"
    assert from_pip == ["-r requirements.lock", "-e ."]
    assert [name for name in named if not name.startswith(("python=", "pip", "make", "git"))] == []
    assert "python=3.11" in named


def test_make_alone_lists_every_target():
    targets = [
        line.split(":")[0]
        for line in (CHECKOUT / "Makefile").read_text().splitlines()
        if line[:1].isalpha() and ": " in line and "=" not in line.split(":")[0]
    ]
    printed = make().stdout
    assert len(targets) >= 10
    assert [target for target in targets if f"make {target} " not in printed] == []


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("no-such-python", "no-such-python was not found: install it, or say where it is with make PYTHON="),
        ("old-python", "old-python is Python 3.9.18: say where a newer one is with make PYTHON="),
    ],
)
def test_set_up_explains_a_python_that_will_not_do(tmp_path, python, sentence):
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.18 && exit 0\nexit 1\n')
    old.chmod(0o755)
    answer = make(
        "setup", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}", PATH=f"{tmp_path}:{os.environ['PATH']}"
    )
    assert answer.returncode != 0
    assert sentence in answer.stderr
    assert not (tmp_path / "venv").exists()


def test_in_the_conda_environment_make_uses_it():
    printed = make("-n", "report", CONDA_DEFAULT_ENV="earshot", CONDA_PREFIX="/opt/conda/envs/earshot").stdout
    assert '"/opt/conda/envs/earshot/bin/earshot" report "demo"' in printed


def test_the_kernel_is_this_environment_whatever_the_user_has_installed(tmp_path):
    """A python3 kernel in the home folder that points elsewhere must not win."""
    other = tmp_path / ".local" / "share" / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"})
    )
    command = [Path(sys.executable).parent / "jupyter-kernelspec", "list", "--json"]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    printed = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=60
    ).stdout
    spec = json.loads(printed)["kernelspecs"]["python3"]["spec"]
    assert spec["argv"][0] == str(Path(sys.prefix) / "bin" / "python")


def test_a_clone_of_ours_has_the_notebook_filter():
    """Set-up writes it into the clone's own git configuration."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("not a git clone")
    asked = ["git", "-C", CHECKOUT, "config", "filter.nbstripout.clean"]
    assert "nbstripout --keep-id" in subprocess.run(asked, capture_output=True, text=True).stdout
    assert "*.ipynb filter=nbstripout" in (CHECKOUT / ".gitattributes").read_text()


@pytest.mark.parametrize(
    "path",
    [
        "lib/earshot/__init__.py",
        "lib/earshot/publish/runs.py",
        "params/demo/brief.yml",
        "lib/earshot/models/card.json",
        "notebooks/16_brief.ipynb",
        "tests/data/file.csv",
    ],
)
def test_git_ignores_nothing_that_must_be_committed(path):
    assert subprocess.run(["git", "check-ignore", "--quiet", path], cwd=CHECKOUT).returncode == 1


@pytest.mark.parametrize("path", [".venv/bin/python", "data/airline/store", "outputs/airline/index.html"])
def test_git_ignores_what_is_made_or_private(path):
    assert subprocess.run(["git", "check-ignore", "--quiet", path], cwd=CHECKOUT).returncode == 0


def chromium(folder: Path) -> subprocess.CompletedProcess:
    """Run the script that looks for Chromium where only the programs
    in ``folder`` and `id` exist, as root.
    """
    program(folder, "id", "echo 0")
    return subprocess.run(
        ["/bin/bash", CHECKOUT / ".ci" / "chromium"],
        capture_output=True,
        text=True,
        env={"PATH": str(folder)},
        timeout=30,
    )


def program(folder: Path, name: str, script: str) -> None:
    """Put a little shell program into a folder."""
    (folder / name).write_text(f"#!/bin/bash\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_an_installed_browser_is_enough(tmp_path, name):
    program(tmp_path, name, "true")
    answer = chromium(tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_chromium_is_installed_where_that_is_possible(tmp_path):
    program(tmp_path, "true", "exit 0")
    program(
        tmp_path,
        "apt-get",
        f'[ "$1" = install ] && echo "#!/bin/bash" > {tmp_path}/chromium && '
        f'/bin/chmod +x {tmp_path}/chromium && echo "$@" > {tmp_path}/asked',
    )
    answer = chromium(tmp_path)
    assert (answer.returncode, answer.stdout) == (0, "Installing Chromium from the system packages\n")
    assert (tmp_path / "asked").read_text() == "install -qq -y chromium\n"


def test_where_it_is_not_one_sentence_says_what_to_do(tmp_path):
    answer = chromium(tmp_path)
    assert answer.returncode == 1
    assert answer.stderr == (
        "Chromium was not found, so the tests that open pages in a browser are skipped: "
        "install your system's chromium package.\n"
    )


def test_the_ci_script_calls_make_test():
    script = (CHECKOUT / ".ci" / "run").read_text()
    assert "\nmake test\n" in script
    assert subprocess.run(["bash", "-n", CHECKOUT / ".ci" / "run"]).returncode == 0
    assert os.access(CHECKOUT / ".ci" / "run", os.X_OK)

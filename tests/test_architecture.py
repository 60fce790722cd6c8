"""The house stays as drawn: floors, one door to the screen, small modules, nothing private in git."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tracked import CHECKOUT, tracked

LIB = CHECKOUT / "lib" / "earshot"
MODULES = {
    path.relative_to(LIB).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in tracked("lib/earshot/**/*.py")
}
FILES = tracked()
FLOORS = {"core", "statistics", "govern", "collect", "demo", "enrich", "analyse", "respond", "publish", "cli"}


def functions(tree: ast.AST):
    """Every function in a module, methods and nested ones included."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def public(tree: ast.Module):
    """Functions and classes a reader may call: no leading underscore, at the top or in a public class."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    inner
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_")
                )


def imported(tree: ast.Module) -> set[str]:
    """Dotted names of all that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_at_the_top(tree: ast.Module) -> set[str]:
    """The same for imports that run when the module is imported."""
    hidden = {id(inner) for function in functions(tree) for inner in ast.walk(function)}
    hidden |= {id(inner) for node in tree.body if isinstance(node, ast.If) for inner in ast.walk(node)}
    kept = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in hidden
    ]
    return imported(ast.Module(body=kept, type_ignores=[]))


def uses(tree: ast.Module, package: str) -> bool:
    """Whether a module imports a package or anything in it."""
    return any(name == package or name.startswith(package + ".") for name in imported(tree))


def test_a_floor_imports_only_the_floors_below_it():
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([linter, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


def test_the_order_of_the_floors_is_the_one_drawn():
    layers = re.search(r"^layers = (.*)$", (CHECKOUT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    drawn = [
        "cli",
        "doctor",
        "publish",
        "respond",
        "analyse",
        "demo",
        "enrich",
        "collect",
        "govern",
        "statistics",
        "core",
    ]
    assert ast.literal_eval(layers) == [f"({name})" for name in drawn]


@pytest.mark.parametrize(
    ("package", "homes"),
    [
        ("IPython", ["publish/show.py"]),
        ("altair", ["publish/chart"]),
        ("seaborn", ["publish/chart"]),
        ("matplotlib", ["publish/chart"]),
        ("ipywidgets", ["publish/show.py", "publish/dashboards/"]),
        ("papermill", ["publish/report/", "publish/evaluations/", "publish/runs.py", "cli"]),
        ("nbconvert", ["publish/report/", "publish/page"]),
    ],
)
def test_a_package_with_one_home_is_imported_nowhere_else(package, homes):
    strays = [
        name for name, tree in MODULES.items() if uses(tree, package) and not name.startswith(tuple(homes))
    ]
    assert strays == []


@pytest.mark.parametrize(
    "package",
    [
        "torch",
        "sentence_transformers",
        "transformers",
        "bertopic",
        "sklearn",
        "altair",
        "papermill",
        "nbconvert",
        "umap",
        "seaborn",
        "matplotlib",
        "dask",
        "statsmodels",
    ],
)
def test_heavy_packages_are_imported_inside_the_function_that_needs_them(package):
    at_home = {"altair": "publish/chart"}.get(
        package, "nowhere"
    )  # nothing that must be quick imports the charts
    strays = [
        name
        for name, tree in MODULES.items()
        if not name.startswith(at_home)
        and any(found.split(".")[0] == package for found in imported_at_the_top(tree))
    ]
    assert strays == []


def test_what_decides_that_nothing_changed_loads_nothing_heavy():
    """A report with nothing new answers in seconds because of this."""
    heavy = "{'torch', 'sentence_transformers', 'bertopic', 'sklearn', 'altair', 'papermill', 'nbconvert'}"
    code = (
        f"import sys, earshot.publish.report.report, earshot.publish.runs; print(sorted({heavy} & "
        f"set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


FORBIDDEN_CALLS = {
    "HTML": ["publish/show.py"],
    "Markdown": [],
    "HTMLMath": [],
    "mark_image": [],
    "eval": [],
    "exec": [],
    "render_links": [],
    "system": [],
}


def test_calls_that_could_run_a_post_stand_only_in_their_one_home():
    strays = []
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in FORBIDDEN_CALLS and not module.startswith(
                    tuple(FORBIDDEN_CALLS[name]) or ("nowhere",)
                ):
                    strays.append(f"{module}:{node.lineno} calls {name}")
                strays += [
                    f"{module}:{node.lineno} passes {word.arg}"
                    for word in node.keywords
                    if word.arg in ("render_links", "href")
                    or (word.arg == "escape" and is_false(word.value))
                    or (word.arg == "shell" and not is_false(word.value))
                ]
            if isinstance(node, ast.Attribute) and node.attr in ("style", "to_html"):
                strays += [f"{module}:{node.lineno}"] if ast.unparse(node) != "pages.style" else []
    assert strays == []


def is_false(node: ast.expr) -> bool:
    """Whether an argument is the literal False."""
    return isinstance(node, ast.Constant) and node.value is False


def test_nothing_is_pickled_and_no_yaml_is_read_unsafely():
    strays = [name for name, tree in MODULES.items() if uses(tree, "pickle") or uses(tree, "dill")]
    unsafe = ("joblib.load", "joblib.dump", "yaml.unsafe_load", "torch.load")
    strays += [
        f"{name}:{node.lineno}"
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in unsafe
    ]
    assert strays == []


def test_only_the_command_exits_and_prints():
    """A library function raises; it never ends the process or writes to the terminal behind the caller's
    back.
    """
    homes = ("cli", "publish/report/")
    strays = [
        f"{name}:{node.lineno} {ast.unparse(node.func)}"
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("sys.exit", "exit", "quit", "os._exit", "breakpoint", "print")
        and not name.startswith(homes)
    ]
    assert strays == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_can_be_read_in_one_sitting(name):
    lines = (LIB / name).read_text(encoding="utf-8").count("\n")
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in functions(MODULES[name])
        if node.end_lineno - node.lineno + 1 > 40
    ]
    assert lines <= 250, f"{name} has {lines} lines; split it where its nouns differ"
    assert long == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_all_that_is_public_says_what_it_does(name):
    tree = MODULES[name]
    assert ast.get_docstring(tree), f"{name} does not say what it is for"
    assert [node.name for node in public(tree) if not ast.get_docstring(node)] == []


def test_a_module_is_a_noun_with_no_drawer_for_odds_and_ends():
    odds = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "tools"}
    assert [name for name in MODULES if odds & set(Path(name).with_suffix("").parts)] == []


def test_the_tests_mirror_the_library():
    """Every tests/<floor>/test_<name>.py has a floor to test."""
    strays = [
        path.relative_to(CHECKOUT).as_posix()
        for path in tracked("tests/*/test_*.py")
        if path.parent.name not in FLOORS | {"notebooks", "dashboards", "evaluation"}
    ]
    assert strays == []


# Written in pieces, so that this file does not hold what it looks for.
SECRETS = [
    "AKIA[0-9A-Z]{16}",
    "gh[pousr]_[A-Za-z0-9]{36}",
    "-----BEGIN [A-Z ]*PRIVATE" + " KEY-----",
    "xox[bp]-[0-9A-Za-z-]{20,}",
    "sk-[A-Za-z0-9]{32,}",
    "(?i:(?:password|api_key|token)\\s*[:=]\\s*[\"'][A-Za-z0-9+/]{24,}[\"'])",
]
MACHINES = [
    "/" + "work/",
    "/" + "root/",
    "/" + "home/[a-z]+/",
    "/" + "opt/(?:wheels|pypi)",
    r"C:\\" + "Users",
]
REGISTRIES = [
    "py" + r"pi\.org",
    "files.python" + "hosted",
    "download.py" + "torch",
    "hugging" + r"face\.co",
    "registry.np" + "mjs",
    "conda.ana" + "conda",
]


def texts():
    """Every committed text file with its content; the lock and binary files are left out."""
    for path in FILES:
        if path.suffix not in (".png", ".skops", ".safetensors", ".parquet", ".gz", ".npz"):
            yield path.relative_to(CHECKOUT).as_posix(), path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize(
    ("patterns", "what"),
    [
        (SECRETS, "a secret"),
        (MACHINES, "a path of one machine"),
        (REGISTRIES, "the host of a package or model registry"),
    ],
)
def test_no_committed_file_holds(patterns, what):
    pattern = re.compile("|".join(patterns))
    looks_for_them = ("lib/earshot/publish/safety/leaks.py", "tests/publish/")
    searched = {name: text for name, text in texts() if not name.startswith(looks_for_them)}
    assert [
        f"{name}: {found[0]}" for name, text in searched.items() if (found := pattern.search(text))
    ] == [], what


def test_no_committed_file_is_big():
    """Model weights alone may be large, and all of them together stay under thirty megabytes."""
    models = [path for path in FILES if path.suffix in (".safetensors", ".skops")]
    assert [path.name for path in FILES if path.stat().st_size > 2_000_000 and path not in models] == []
    assert sum(path.stat().st_size for path in models) < 30_000_000


def test_nothing_unfinished_is_left():
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", r"\bXX" + r"X\b"]))
    code = {name: text for name, text in texts() if name.startswith(("lib/", "notebooks/", "tests/"))}
    assert [name for name, text in code.items() if marks.search(text)] == []


def test_style_is_clean():
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "lib", "tests", ".ci"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout[-3000:]

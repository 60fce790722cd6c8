"""The house stays as drawn: floors, one door to the screen, small modules, nothing private in git."""

import ast
import doctest
import json
import re
import subprocess
import sys
from collections import Counter
from importlib import import_module
from inspect import isfunction
from pathlib import Path
from statistics import median

import networkx
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
        ("altair", ["publish/chart", "publish/drawing/encodings.py"]),
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
    # Nothing that must be quick imports the charts.
    at_home = {"altair": ("publish/chart", "publish/drawing/encodings.py")}.get(package, "nowhere")
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
    """A library function raises; it never ends the process
    or writes to the terminal behind the caller's back.
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
    assert lines <= 300, f"{name} has {lines} lines; split it where its nouns differ"
    assert long == []


def test_a_folder_can_be_seen_at_a_glance():
    sizes = Counter(Path(name).parent.as_posix() for name in MODULES)
    assert {folder: size for folder, size in sizes.items() if size > 20} == {}
    assert median(sizes.values()) <= 5


def arrows(tree: ast.Module) -> set[str]:
    """Dotted names of the modules of this library that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}": node.module for alias in node.names}
            names |= {name if name in DOTTED else module for name, module in whole.items()}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names & DOTTED.keys()


def dotted(name: str) -> str:
    """The name by which a module is imported."""
    return "earshot." + name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room(module: str) -> str:
    """The room in which a module lies, or the module itself where it stands on its floor alone."""
    return ".".join(module.split(".")[:3])


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of nodes that can be reached from each other."""
    drawn = networkx.DiGraph([(one, other) for one in graph for other in graph[one] if one != other])
    return [sorted(group) for group in networkx.strongly_connected_components(drawn) if len(group) > 1]


DOTTED = {dotted(name): name for name in MODULES}


def test_no_module_and_no_room_imports_in_a_circle():
    modules = {one: arrows(MODULES[name]) for one, name in DOTTED.items()}
    rooms: dict[str, set[str]] = {}
    for one, others in modules.items():
        rooms.setdefault(room(one), set()).update(map(room, others))
    assert circles(modules) == []
    assert circles(rooms) == []


def test_nothing_that_a_report_needs_imports_a_training_module():
    """What trains a model that ships is run by hand; `classes/training.py` is what `earshot train` calls."""
    ships = {one for one in DOTTED if re.match(r"earshot\.enrich\.(?!classes)\w+\.training", one)}
    assert len(ships) >= 3
    assert [
        name for name, tree in MODULES.items() if arrows(tree) & ships and dotted(name) not in ships
    ] == []


def setup_cells(pattern: str) -> str:
    """The setup cells of some notebooks, as one text."""
    cells = [cell for path in tracked(pattern) for cell in json.loads(path.read_text())["cells"]]
    return "\n".join("".join(cell["source"]) for cell in cells if "setup" in cell["metadata"].get("tags", []))


def named(room: str, text: str) -> bool:
    """Whether a text imports a room of analyse, or from it."""
    return bool(re.search(rf"from earshot\.analyse(\.{room} import | import .*\b{room}\b)", text))


ROOMS = sorted({name.split("/")[1] for name in MODULES if re.fullmatch(r"analyse/\w+/\w+\.py", name)})


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_of_analyse_is_known_by_a_notebook(name):
    assert named(name, setup_cells("notebooks/**/*.ipynb")) or name == "evaluation"


@pytest.mark.parametrize("name", [name for name in ROOMS if f"analyse/{name}/evaluation.py" in MODULES])
def test_an_evaluation_is_run_by_a_notebook(name):
    assert named(name, setup_cells("notebooks/evaluation/*.ipynb"))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_all_that_is_public_says_what_it_does(name):
    tree = MODULES[name]
    assert ast.get_docstring(tree), f"{name} does not say what it is for"
    assert [node.name for node in public(tree) if not ast.get_docstring(node)] == []


def test_a_module_is_a_noun_with_no_drawer_for_odds_and_ends():
    odds = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "tools"}
    assert [name for name in MODULES if odds & set(Path(name).with_suffix("").parts)] == []


def test_the_tests_mirror_the_library():
    """tests/<floor>/<room>/test_<name>.py lies where the library has that room, and each room has one."""
    homes = {path.parent.relative_to(CHECKOUT / "tests") for path in tracked("tests/*/**/test_*.py")}
    assert [home.as_posix() for home in sorted(homes) if not (LIB / home).is_dir()] == []
    rooms = {
        Path(name).parent for name in MODULES if name.count("/") == 2 and not name.endswith("__init__.py")
    }
    shown = {
        Path("core/tables"),
        Path("publish/drawing"),
    }  # tested through store and charts, their only doors
    assert [room.as_posix() for room in sorted(rooms - homes - shown)] == []


def faces() -> list[str]:
    """The rooms, by the name under which others import them."""
    return [dotted(name) for name in sorted(MODULES) if name.count("/") == 2 and name.endswith("__init__.py")]


def offered(face: str) -> list:
    """The functions that a room offers to others."""
    module = import_module(face)
    return [one for name in getattr(module, "__all__", ()) if isfunction(one := getattr(module, name))]


@pytest.mark.parametrize("face", faces())
def test_what_a_room_offers_shows_an_example_that_runs(face):
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for one in offered(face):
        found = finder.find(one, one.__name__, globs=dict(vars(import_module(one.__module__))))
        assert any(test.examples for test in found), f"{face}.{one.__name__} has no example"
        for test in found:
            runner.run(test)
    assert runner.failures == 0


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


def test_the_form_is_the_formatters():
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", "lib", "tests", ".ci"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout[-3000:]


def test_style_is_clean():
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "lib", "tests", ".ci"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout[-3000:]

"""A home with throw-away notebooks, so that the run contract is tested on the real thing in little time."""

import json
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

SETUP = (
    "import os\nimport time\nimport pandas as pd\nfrom earshot.core.claim import Claim\n"
    'from earshot.publish import runs\nrun = runs.open(workspace, run_dir, "{name}", start=start)'
)
ONE = [
    'run.state([Claim("one.posts", "There are 3 posts.", 3.0, "posts", 2.5, 3.5, 3)])',
    'run.write("one", pd.DataFrame({"brand": ["Acme", "Bolt"], "posts": [1, 2]}))',
]
TWO = [
    'assert "CHAT_TOKEN" not in os.environ, "a secret reached a notebook"',
    'print("kept in", run.workspace.home)',
    'run.state([Claim("two.share", "Half of them, 50%, are glad.", 0.5, "share", n=3)])',
]
BRIEF = [
    "known = run.claims()",
    "from earshot.publish import show\nshow.note(known[0].sentence)",
    'run.state([Claim("brief.claims", f"The report makes {len(known)} claims.", len(known), n=len(known))])',
]


class Home:
    """A folder with one workspace and a folder of notebooks that tests write."""

    def __init__(self, root: Path):
        self.root, self.notebooks, self.outputs = root, root / "notebooks", root / "outputs" / "tiny"
        (root / "params" / "tiny").mkdir(parents=True)
        (root / "params" / "tiny" / "brief.yml").write_text("workspace: tiny\ntitle: Tiny\n")
        self.notebooks.mkdir()

    def write(self, name: str, cells: list[str], **metadata) -> Path:
        """Write the notebook ``name`` with these cells after its parameters and setup."""
        declared = 'workspace: str = "tiny"\nrun_dir: str = ""\nstart: str = ""'
        notebook = v4.new_notebook(metadata={"earshot": metadata} if metadata else {})
        notebook.cells = [
            v4.new_markdown_cell(f"# What does {name} say?\n\nA test.", id="question"),
            v4.new_code_cell(declared, id="parameters", metadata={"tags": ["parameters"]}),
            v4.new_code_cell(SETUP.format(name=name), id="setup", metadata={"tags": ["setup"]}),
            *(v4.new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(cells, start=1)),
        ]
        path = self.notebooks / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path

    def latest(self) -> dict:
        """Return the manifest of the latest run."""
        return json.loads((self.outputs / "latest" / "run.json").read_text())

    def report(self, **options):
        """Make the report, quietly."""
        from earshot.publish.report.report import report

        return report("tiny", progress=lambda line: None, **options)


@contextmanager
def make_home(root: Path):
    """A home with three good notebooks, on a machine
    that lists a foreign kernel named python3 and holds a secret.
    """
    foreign = root / "jupyter" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "Foreign", "language": "python"}
    (foreign / "kernel.json").write_text(json.dumps(spec))
    home = Home(root / "home")
    home.write("01_one", ONE)
    home.write("02_two", TWO)
    home.write("16_brief", BRIEF, after="all")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EARSHOT_HOME", str(home.root))
        patch.setenv("JUPYTER_PATH", str(root / "jupyter"))
        patch.setenv("CHAT_TOKEN", "hush-hush-hush")
        yield home

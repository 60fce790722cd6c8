"""An evaluation: one notebook that takes labelled data and writes the metrics it finds."""

import shlex
import tempfile
from pathlib import Path

from earshot.core import clock
from earshot.core.files import hash_file, read_json, write_whole
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import home
from earshot.publish.report.code import CHECKOUT
from earshot.publish.report.notebooks import read_notebook

CHOICE = "sentiment_model"  # the parameter that --model fills
EXECUTED = "executed.ipynb"
BAR = "application/vnd.jupyter.widget-view+json"  # a progress bar among a cell's outputs


class EvaluationFailed(RuntimeError):
    """The evaluation notebook raised, died, or wrote no metrics, or its page may not be published."""


def evaluate(
    name: str, data: Path, train: Path | None = None, model: str = "", page: Path | None = None
) -> dict:
    """Return the metrics that notebooks/evaluation/<name>.ipynb computes on ``data``,
    after learning from ``train``.

    ``model`` is the sentiment model to score, where the notebook lets one be chosen; ``page`` is the HTML
    file in which all that the notebook shows is kept. Raises ParamError when there is no such notebook, file,
    model or folder, EvaluationFailed when the notebook does not finish.
    """
    notebook, files = _find(name), {"data": data} | ({"train": train} if train else {})
    _check(notebook, files, model, page)
    with tempfile.TemporaryDirectory(prefix="earshot-") as scratch:
        folder = Path(scratch)
        paths = {given: str(file.resolve()) for given, file in files.items()}
        choice = {CHOICE: _linked(model, folder)} if model else {}
        _execute(notebook, folder, {"train": "", **paths, "run_dir": scratch, **choice})
        metrics = read_json(folder / "metrics.json")
        if not isinstance(metrics, dict):
            raise EvaluationFailed(
                f"evaluation/{name}.ipynb ended without writing metrics.json into run_dir."
            )
        if page:
            _keep(folder, page, _facts(name, files, model))
    return metrics


def _check(notebook: Path, files: dict[str, Path], model: str, page: Path | None) -> None:
    """Raise ParamError at what cannot be used, before the work begins."""
    for file in files.values():
        if not file.is_file():
            raise ParamError(f"There is no file {file}; give a CSV, JSONL or Parquet file.")
    if model:
        from earshot.enrich.sentiment import step as sentiment

        if CHOICE not in read_notebook(notebook).parameters:
            raise ParamError(f"evaluation/{notebook.stem} has no {CHOICE} to choose; leave --model out.")
        sentiment.identify(model)
    if page and page.suffix != ".html":
        raise ParamError(f"--page is {page.name!r}; a page is an HTML file, so let its name end in .html.")
    if page and not page.parent.is_dir():
        raise ParamError(
            f"--page is {page}, and there is no folder {page.parent}; make it first, or name another one."
        )


def _linked(model: str, folder: Path) -> str:
    """Return a model's name as the notebook finds it:
    a folder through a link, so that its own path is on no page.
    """
    from earshot.enrich.sentiment.step import NAMES

    if model in NAMES or not Path(model).is_dir():
        return model
    link = folder / "models" / Path(model).resolve().name
    link.parent.mkdir()
    link.symlink_to(Path(model).resolve())
    return str(link.relative_to(folder))


def _keep(folder: Path, page: Path, facts: dict) -> None:
    """Write the executed notebook as a page;
    raises EvaluationFailed when the publisher's checks refuse it.
    """
    import nbformat

    from earshot.publish import pages
    from earshot.publish.safety import checks
    from earshot.publish.safety.scrub import scrub

    executed, draft = nbformat.read(folder / EXECUTED, as_version=4), folder / "page.html"
    scrub(executed, [home(), CHECKOUT])
    for cell in executed.cells:
        if "outputs" in cell:  # how far a model's loading is, says nothing on a page
            cell.outputs = [output for output in cell.outputs if BAR not in output.get("data", {})]
    nbformat.write(executed, folder / EXECUTED)
    pages.render(folder / EXECUTED, draft, facts)
    html = draft.read_text(encoding="utf-8")
    problems = checks.check(html)
    if problems:
        raise EvaluationFailed(f"The page was not written: {problems[0]}")
    write_whole(page, html)


def _facts(name: str, files: dict[str, Path], model: str) -> dict:
    """Return what the page says about itself: what was scored, on which files, and how to score it again."""
    used = {given: (file.name, hash_file(file)) for given, file in files.items()}
    if model:
        from earshot.enrich.sentiment import step as sentiment

        short = Path(model).resolve().name if Path(model).is_dir() else model
        used["model"] = short, sentiment.fingerprint(model) or "unknown"
    again = [
        "earshot",
        "evaluate",
        name,
        *(word for given, (what, _) in used.items() for word in (f"--{given}", what)),
    ]
    return {
        "brand": f"Evaluation of {name}",
        "generated_at": clock.now().isoformat(),
        "again": shlex.join(again),
        "params": {given: f"{what}, SHA-256 {sha256}" for given, (what, sha256) in used.items()},
    }


def _find(name: str) -> Path:
    roots = (home() / "notebooks" / "evaluation", CHECKOUT / "notebooks" / "evaluation")
    folder = next((root for root in roots if root.is_dir()), roots[0])
    known = sorted(path.stem for path in folder.glob("*.ipynb"))
    if name not in known:
        there = ", ".join(known) or "none"
        raise ParamError(f"There is no evaluation {name!r} (there: {there}).{nearest(name, known)}")
    return folder / f"{name}.ipynb"


def _execute(notebook: Path, folder: Path, parameters: dict) -> None:
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook
    from traitlets import default

    from earshot.publish.report.kernel import OwnKernel

    class Kernel(OwnKernel):
        """A kernel whose sockets lie in the scratch folder, where no other evaluation looks."""

        @default("ip")
        def _name_sockets(self) -> str:
            return str(folder / "socket")

    try:
        execute_notebook(
            str(notebook),
            str(folder / EXECUTED),
            parameters,
            kernel_name="python3",
            cwd=str(folder),
            progress_bar=False,
            kernel_manager_class=Kernel,
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        raise EvaluationFailed(f"{notebook.stem}: {error.ename}: {error.evalue}") from None
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise EvaluationFailed(f"{notebook.stem}: {type(error).__name__}: {error}") from None

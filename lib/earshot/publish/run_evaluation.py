"""An evaluation: one notebook that takes labelled data and writes the metrics it finds."""

import tempfile
from pathlib import Path

from earshot.core.params import ParamError, nearest
from earshot.core.workspace import home
from earshot.publish.code import CHECKOUT
from earshot.publish.files import read_json


class EvaluationFailed(RuntimeError):
    """The evaluation notebook raised, died, or wrote no metrics."""


def evaluate(name: str, data: Path, train: Path | None = None) -> dict:
    """Return the metrics that notebooks/evaluation/<name>.ipynb computes on ``data``, after learning from ``train``.

    Raises ParamError when there is no such notebook or file, EvaluationFailed when the notebook does not finish.
    """
    notebook = _find(name)
    for file in filter(None, (data, train)):
        if not file.is_file():
            raise ParamError(f"There is no file {file}; give a CSV, JSONL or Parquet file.")
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        parameters = {"data": str(data.resolve()), "train": str(train.resolve()) if train else "", "run_dir": folder}
        _execute(notebook, Path(folder), parameters)
        metrics = read_json(Path(folder) / "metrics.json")
    if not isinstance(metrics, dict):
        raise EvaluationFailed(f"evaluation/{name}.ipynb ended without writing metrics.json into run_dir.")
    return metrics


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

    from earshot.publish.run_kernel import OwnKernel

    class Kernel(OwnKernel):
        """A kernel whose sockets lie in the scratch folder, where no other evaluation looks."""

        @default("ip")
        def _name_sockets(self) -> str:
            return str(folder / "socket")

    try:
        execute_notebook(
            str(notebook), str(folder / "executed.ipynb"), parameters, kernel_name="python3", cwd=str(folder),
            progress_bar=False, kernel_manager_class=Kernel, shutdown_kernel="immediate")
    except PapermillExecutionError as error:
        raise EvaluationFailed(f"{notebook.stem}: {error.ename}: {error.evalue}") from None
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise EvaluationFailed(f"{notebook.stem}: {type(error).__name__}: {error}") from None

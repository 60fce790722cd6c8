"""One notebook of a report, in a process of its own:
executed by papermill, judged by what it did, made into its page.

Started by ``run_process`` as ``python -m earshot.publish.report.worker``; the job comes as one line of JSON
on standard input, and the end of standard input (the report's process is gone, however it went) ends this
process and its kernel.
"""

import json
import os
import shutil
import sys
import threading
from pathlib import Path

from earshot.core.files import read_json, write_json
from earshot.publish.report.claims import FOLDER
from earshot.publish.report.results import list_written

RESULTS = ".results"


class Failed(RuntimeError):
    """A notebook did not do what it promised."""


def main() -> int:
    """Run the job on standard input and write its outcome
    to .results/<notebook>.json; return the exit status.
    """
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.chdir(job["folder"])
    try:
        execute(job)
        problem = ""
    except Exception as error:
        problem = _sentence(error)
    write_json(Path(RESULTS) / f"{job['name']}.json", {"problem": problem, "peak_mb": _peak_megabytes()})
    return 1 if problem else 0


def execute(job: dict) -> None:
    """Execute the notebook in the working directory,
    check its promises, scrub it, and render its page if asked.
    """
    import nbformat
    from papermill.execute import execute_notebook

    from earshot.publish.report.kernel import OwnKernel
    from earshot.publish.safety.scrub import scrub

    executed = Path("executed") / f"{job['name']}.ipynb"
    executed.parent.mkdir(exist_ok=True)
    source = nbformat.read(job["path"], as_version=4)
    source.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    try:
        done = execute_notebook(
            source,
            str(executed),
            job["parameters"],
            kernel_name="python3",
            progress_bar=False,
            start_timeout=60,
            execution_timeout=job["cell_timeout"],
            kernel_manager_class=OwnKernel,
            shutdown_kernel="immediate",
        )
        check_promises(done, job)
    finally:
        if executed.exists():
            notebook = nbformat.read(executed, as_version=4)
            scrub(notebook, [Path(root) for root in job["roots"]])
            nbformat.write(notebook, executed)
    if job["render"]:
        render(executed, job)


def check_promises(notebook, job: dict) -> None:
    """Raise Failed unless every cell ran without an error and the promised tables and claims are there."""
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.get("execution_count") is None:
            raise Failed(f"cell {cell.id!r} never ran: something before it ended the kernel quietly")
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors:
            raise Failed(f"cell {cell.id!r}: {errors[0].ename}: {errors[0].evalue}")
    written = list_written(Path(), job["name"])
    missing = [
        name
        for name in job["writes"]
        if name not in written or not Path("tables", f"{name}.parquet").exists()
    ]
    if missing:
        raise Failed(f"it promised the table {missing[0]!r} and did not write it")
    if job["states"] and read_json(Path(FOLDER) / f"{job['name']}.json") is None:
        raise Failed("it promised claims and stated none")
    if not (job["writes"] or job["states"] or job["composes"]):
        raise Failed(
            "its code promises neither claims (run.state) nor a table (run.write), so nothing can be checked"
        )


def render(executed: Path, job: dict) -> None:
    """Write the notebook's page; raises when the publisher's checks refuse it."""
    from earshot.publish import pages
    from earshot.publish.safety import checks

    page = Path(f"{job['name']}.html")
    pages.render(executed, page, job["facts"])
    problems = checks.check(page.read_text(encoding="utf-8"))
    if problems:
        raise Failed(f"its page may not be published: {problems[0]}")


def _sentence(error: Exception) -> str:
    """Return what went wrong in one line, safe for a terminal; a cell's error names the cell."""
    from earshot.publish.safety.quotes import plain

    kind = type(error).__name__
    if kind == "PapermillExecutionError":
        said = f"cell {error.exec_count}: {error.ename}: {error.evalue}"
    elif kind == "DeadKernelError":
        said = "its kernel died (killed, out of memory, or crashed)"
    elif kind == "CellTimeoutError":
        said = "a cell took longer than its time limit"
    else:
        said = str(error) if isinstance(error, Failed) else f"{kind}: {error}"
    return plain(said)


def _end_with_parent() -> None:
    """Wait for the end of standard input,
    then end this process and all under it, with their private folder.
    """
    sys.stdin.read()
    from earshot.publish.report.processes import kill_tree

    if Path(os.environ.get("JUPYTER_RUNTIME_DIR", "")).name.startswith("earshot-"):
        shutil.rmtree(os.environ["JUPYTER_RUNTIME_DIR"], ignore_errors=True)
    kill_tree(os.getpid())


def _peak_megabytes() -> int:
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 2**20)


if __name__ == "__main__":
    sys.exit(main())

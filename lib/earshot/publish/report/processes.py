"""Notebooks in processes of their own:
a clean environment, a time limit, and nothing left behind when one is ended.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path

from earshot.core.files import read_json
from earshot.publish.safety.scrub import clean_environment

RESULTS = ".results"
START_AGAIN = (
    "Kernel died before replying to kernel_info",
    "Kernel didn't respond",
    "Address already in use",
)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Job:
    """One notebook to execute inside ``folder``:
    with which parameters, promises, limits (seconds) and page facts.
    """

    name: str
    path: str
    folder: str
    parameters: dict
    writes: tuple[str, ...]
    states: bool
    composes: bool
    clock: str
    roots: tuple[str, ...] = ()
    timeout: float = 1800
    cell_timeout: int = 900
    render: bool = True
    facts: dict | None = None
    remote_store: bool = False
    settings: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a notebook ended: ``problem`` is empty when it kept its promises."""

    name: str
    problem: str
    seconds: float
    peak_mb: int = 0


def run_jobs(
    jobs: list[Job], workers: int, started: Callable[[Job], None], ended: Callable[[Outcome], None]
) -> None:
    """Run jobs side by side, ``workers`` at a time; ``ended`` is called in the order they end.

    However this call ends (an exception, Ctrl-C), no notebook is left running.
    """
    alive: dict[str, subprocess.Popen] = {}
    waiting, running = list(jobs), set()
    with ThreadPoolExecutor(max(1, workers)) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < max(1, workers):
                    job = waiting.pop(0)
                    started(job)
                    running.add(pool.submit(run_job, job, alive))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    ended(future.result())
        finally:
            for process in list(alive.values()):
                kill_tree(process.pid)


def run_job(job: Job, alive: dict | None = None) -> Outcome:
    """Run one notebook to its end or its time limit; a kernel that could not start is started once more."""
    begun = time.monotonic()
    outcome = _attempt(job, {} if alive is None else alive)
    if any(sign in outcome.problem for sign in START_AGAIN):
        outcome = _attempt(job, {} if alive is None else alive)
    return Outcome(job.name, outcome.problem, round(time.monotonic() - begun, 2), outcome.peak_mb)


def kill_tree(pid: int) -> None:
    """Kill a process and all under it; its kernel lives in a session of its own,
    so a process group is not enough.
    """
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(pid).children(recursive=True)
        for child in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        os.kill(pid, signal.SIGKILL)


def _attempt(job: Job, alive: dict) -> Outcome:
    result = Path(job.folder) / RESULTS / f"{job.name}.json"
    result.unlink(missing_ok=True)
    private = tempfile.mkdtemp(prefix="earshot-")
    try:
        status, said = _run(job, private, alive)
    finally:
        shutil.rmtree(private, ignore_errors=True)
    if status is None:
        return Outcome(
            job.name, f"it took longer than its time limit of {job.timeout:g} seconds and was ended", 0
        )
    found = read_json(result)
    if found is None:
        return Outcome(job.name, f"its process ended with status {status} before it was finished{said}", 0)
    return Outcome(job.name, found["problem"], 0, found["peak_mb"])


def _run(job: Job, private: str, alive: dict) -> tuple[int | None, str]:
    """Run the job's process; return its exit status (None:
    out of time) and the last line it said when it failed.
    """
    log = Path(private) / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "earshot.publish.report.worker"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=job.folder,
            env=_environment(job, private),
            start_new_session=True,
        )
        alive[job.name] = process
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(asdict(job)).encode() + b"\n")
                process.stdin.flush()
            status = process.wait(job.timeout)
        except subprocess.TimeoutExpired:
            kill_tree(process.pid)
            process.wait()
            return None, ""
        finally:
            del alive[job.name]
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return status, f": {lines[-1]}" if status and lines else ""


def _environment(job: Job, private: str) -> dict[str, str]:
    """Return what the notebook's process inherits:
    no secrets, one thread, a fixed clock and hash seed, no habits.
    """
    from earshot.core.workspace import KEPT_SETTINGS, home

    kept = {KEPT_SETTINGS: job.settings} if job.settings else {}
    library = str(Path(__file__).resolve().parents[3])
    return (
        clean_environment(job.remote_store)
        | dict.fromkeys(THREADS, "1")
        | {
            "EARSHOT_HOME": str(home()),
            "EARSHOT_NOW": job.clock,
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join(filter(None, (library, os.environ.get("PYTHONPATH")))),
            "JUPYTER_RUNTIME_DIR": private,
            "IPYTHONDIR": f"{private}/ipython",
            "JUPYTER_PLATFORM_DIRS": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        | kept
    )

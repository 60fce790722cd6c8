"""How long a report takes, and how much memory: the first time, with nothing new, and with 100 new posts.

Run by `make bench`, in a home of its own that is removed afterwards; prints one JSON object per case.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import psutil

CHECKOUT = Path(__file__).resolve().parents[1]
EARSHOT = Path(sys.executable).with_name("earshot")
NEW = 100


def main() -> int:
    """Time the three cases on the posts named on the command line, or on the demo brand."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--workspace", default="demo")
    words.add_argument("--posts", type=Path)
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        home = Path(folder)
        shutil.copytree(CHECKOUT / "params", home / "params")
        (home / "notebooks").symlink_to(CHECKOUT / "notebooks")
        most, rest = split(given.posts, home) if given.posts else (None, None)
        report = [EARSHOT, "report", given.workspace]
        cases = [("first", report + posts(most)), ("unchanged", report + posts(most))]
        cases += [(f"{NEW} new posts", report + posts(rest))] if rest else []
        return max(measure(name, command, home) for name, command in cases)


def posts(file: Path | None) -> list:
    """The part of a command that imports a file first."""
    return ["--yes", "--posts", file] if file else []


def split(file: Path, folder: Path) -> tuple[Path, Path]:
    """Write all posts but the last hundred to one file and those to another; return both."""
    readers = {".parquet": pd.read_parquet, ".jsonl": lambda path: pd.read_json(path, lines=True)}
    frame = readers.get(file.suffix, pd.read_csv)(file)
    most, rest = folder / "most.parquet", folder / "rest.parquet"
    frame.iloc[:-NEW].to_parquet(most)
    frame.iloc[-NEW:].to_parquet(rest)
    return most, rest


def measure(name: str, command: list, home: Path) -> int:
    """Run a command in that home, print its seconds
    and the peak memory of all its processes, return its status.
    """
    begun, peak = time.monotonic(), 0
    process = subprocess.Popen(
        command, env={**os.environ, "EARSHOT_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        time.sleep(0.2)
    seconds = time.monotonic() - begun
    print(
        json.dumps(
            {"case": name, "status": process.returncode, "seconds": round(seconds, 1), "peak_mb": peak >> 20}
        ),
        flush=True,
    )
    return process.returncode


def memory(pid: int) -> int:
    """Bytes held by a process and all under it, shared pages counted once."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                held = process.memory_full_info()
                total += getattr(held, "pss", held.rss)
    return total


if __name__ == "__main__":
    sys.exit(main())

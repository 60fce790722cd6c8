"""Large files: every row lands, the bar moves, memory is bounded by the batch."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from earshot.collect.files import readers
from earshot.collect.files.importing import import_files

SOURCES = {
    "feed": {
        "match": {"file": "*.csv"},
        "constants": {"platform": "x", "brand": "Acme"},
        "columns": {"id": "id", "author": "who", "text": "text", "created_at": "when"},
    }
}


def write(path, rows):
    number = np.arange(rows)
    when = (pd.Timestamp("2026-01-01T00:00Z") + pd.to_timedelta(number, unit="min")).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    text = pd.Series(number).astype("str").radd("why is it late again, and who answers? note ")
    pd.DataFrame(
        {"id": number, "who": [f"p{row % 997}" for row in number], "text": text, "when": when}
    ).to_csv(path, index=False)
    return path


def test_batches_add_up_and_the_bar_moves(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(readers.read, "__defaults__", (500,))
    acme, seen = workspace(sources=SOURCES), []
    report = import_files(
        acme, [write(tmp_path / "feed.csv", 2600)], progress=lambda name, done: seen.append(done)
    )
    assert (report.rows, report.added) == (2600, 2600)
    counts = acme.store.sql("SELECT count(*) AS n, count(DISTINCT post_id) AS ids FROM posts")
    assert counts.iloc[0].tolist() == [2600, 2600]
    assert seen == sorted(seen)
    assert len(seen) == 7


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_follows_the_batch_not_the_file(workspace, tmp_path, home):
    workspace(sources=SOURCES)
    # Not getrusage: its peak is kept across exec, so that it would be this process's when that is the larger.
    script = (
        "import sys, earshot\nfrom earshot.collect.files.importing import import_files\n"
        "print(import_files(earshot.open('acme'), sys.argv[1:]).added)\n"
        "status = open('/proc/self/status').read()\n"
        "print(int(status.split('VmHWM:')[1].split()[0]) // 1024)"
    )

    def peak(rows):
        path = write(tmp_path / f"feed{rows}.csv", rows)
        answer = subprocess.run(
            [sys.executable, "-c", script, str(path)],
            env=os.environ | {"EARSHOT_HOME": str(home)},
            capture_output=True,
            text=True,
            check=True,
        )
        added, megabytes = map(int, answer.stdout.split())
        return added, megabytes

    small, (added, large) = peak(100_000), peak(300_000)
    assert (small[0], added) == (100_000, 200_000)
    assert large < small[1] * 1.5
    assert large < 1500

"""Two writers at once, a kill -9 in the middle of a write, a full disk:
nothing is lost, nothing is half visible.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.core.rows import posts

from earshot.core.guard import StoreError
from earshot.core.store import Store

WRITER = """
import os, pathlib, sys, time
from earshot.core.store import Store
sys.path.insert(0, {here!r})
from tests.core.rows import posts
store, me = Store({root!r}), int(sys.argv[1])
while not os.path.exists({go!r}):
    time.sleep(0.01)
"""


def writers(tmp_path, body: str, count: int = 2, root: str | None = None) -> list[subprocess.Popen]:
    """Start ``count`` processes that run ``body`` (``store`` and ``me`` are given) at the same moment."""
    code = WRITER.format(
        here=str(Path(__file__).resolve().parents[2]),
        root=root or str(tmp_path / "store"),
        go=str(tmp_path / "go"),
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code + body, str(me)], stderr=subprocess.PIPE, text=True)
        for me in range(count)
    ]
    time.sleep(0.5)
    (tmp_path / "go").touch()
    return started


def finish(processes: list[subprocess.Popen]) -> None:
    """Wait for the processes and fail with what one of them said when it failed."""
    for process in processes:
        said = process.communicate(timeout=240)[1]
        assert process.returncode == 0, said[-2000:]


@pytest.mark.parametrize(
    "scheme", ["", "file://"], ids=["a disk, by lock", "a URL, by optimistic concurrency"]
)
def test_two_writers_lose_nothing_and_double_nothing(tmp_path, scheme):
    """The table does not exist yet; both merge the same keys with other content,
    and append keys of their own.
    """
    rounds = 3
    finish(
        writers(
            tmp_path,
            f"""
for turn in range({rounds}):
    store.merge("posts", posts(range(turn * 10, turn * 10 + 15), likes=1 + me))
    store.append("posts", posts(range(1000 * (1 + me) + turn * 5, 1000 * (1 + me) + turn * 5 + 5)))
""",
            root=scheme + str(tmp_path / "store"),
        )
    )
    frame = Store(tmp_path / "store").read("posts")
    expected = {
        *range((rounds - 1) * 10 + 15),
        *(1000 * me + number for me in (1, 2) for number in range(rounds * 5)),
    }
    assert not frame["post_id"].duplicated().any()
    assert set(frame["post_id"]) == {f"x:{number}" for number in expected}
    assert frame["likes"].dropna().isin([1, 2]).all()


def test_a_delete_beside_a_merge_takes_only_its_rows(tmp_path):
    Store(tmp_path / "store").append("posts", posts(range(40)))
    finish(
        writers(
            tmp_path,
            """
for turn in range(3):
    if me: store.merge("posts", posts(range(100 + 5 * turn, 105 + 5 * turn)))
    else: store.delete("posts", f"post_id = 'x:{turn}'"); store.vacuum("posts")
""",
        )
    )
    left = set(Store(tmp_path / "store").read("posts")["post_id"])
    assert left == {f"x:{number}" for number in [*range(3, 40), *range(100, 115)]}


CHANGES = {
    "append": 'store.append("posts", posts(range(first, first + 400), turn=turn))',
    "merge": 'store.merge("posts", posts(range(first - 200, first + 400), turn=turn))',
    "delete": 'store.append("posts", posts(range(first, first + 400), turn=turn)); '
    'store.delete("posts", f"likes < {turn}")',
}


def _check_whole(store: Store) -> None:
    """Fail when a key is doubled or a delivery is only partly there."""
    frame = store.read("posts")
    assert not frame["post_id"].duplicated().any()
    latest = frame[frame["likes"] == frame["likes"].max()]
    assert len(latest) in (400, 600) or frame.empty, f"{len(latest)} rows of the last delivery are visible"
    assert store.sql("SELECT count(*) AS n FROM posts")["n"].iloc[0] == len(frame)


def _killed_writers(tmp_path, change: str, rounds: int) -> None:
    """Kill a process that keeps writing at a random moment, many times; the table must be whole each time."""
    dice = random.Random(change)
    store, begun = Store(tmp_path / "store"), tmp_path / "begun"
    for turn in range(rounds):
        body = (
            f"turn = {turn * 1000}\nwhile True:\n    turn += 1\n    first = 1000 * turn\n"
            f"    {CHANGES[change]}\n    pathlib.Path({str(begun)!r}).touch()\n"
        )
        (tmp_path / "go").unlink(missing_ok=True)
        begun.unlink(missing_ok=True)
        [process] = writers(tmp_path, body, count=1)
        while not begun.exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        _check_whole(store)
        number = 10_000_000 + turn
        assert store.merge("posts", posts([number])).inserted == 1, "the next write works"
        assert store.delete("posts", f"post_id = 'x:{number}'") == 1


@pytest.mark.parametrize("change", CHANGES)
def test_a_killed_writer_leaves_each_commit_whole_or_absent(tmp_path, change):
    _killed_writers(tmp_path, change, rounds=3)


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_writer_killed_many_times_leaves_each_commit_whole_or_absent(tmp_path, change):
    _killed_writers(tmp_path, change, rounds=40)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of five megabytes, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_one_sentence_and_harms_nothing(small_disk):
    store = Store(small_disk / "store")
    store.merge("posts", posts(range(500)))
    before = store.read("posts")
    (small_disk / "other").write_bytes(b"x" * (4 << 20))
    for write in (
        lambda: store.append("posts", posts(range(500, 900))),
        lambda: store.merge("posts", posts(range(900), likes=3)),
    ):
        with pytest.raises(StoreError) as raised:
            write()
        assert str(raised.value) == (
            f"Table posts in {small_disk / 'store'} was not written, and what was stored before is unharmed: "
            "the disk is full. Free some space and run the same command again."
        )
        assert store.read("posts").equals(before)
    (small_disk / "other").unlink()
    assert store.merge("posts", posts(range(900))).inserted == 400


@pytest.mark.parametrize("room", [0, 4096, 20_000])
def test_a_disk_that_fills_up_inside_a_write_harms_nothing(small_disk, room, monkeypatch):
    """The check beforehand is taken away: so it is when another program fills the disk meanwhile."""
    monkeypatch.setattr("earshot.core.guard.SPARE", -(1 << 40))
    store = Store(small_disk / "store")
    store.merge("posts", posts(range(500)))
    before, version = store.read("posts"), store.version("posts")
    left = os.statvfs(small_disk)
    (small_disk / "other").write_bytes(b"x" * max(0, left.f_bavail * left.f_frsize - room))
    for write in (
        lambda: store.append("posts", posts(range(500, 4000))),
        lambda: store.merge("posts", posts(range(4000), likes=3)),
    ):
        with pytest.raises(
            StoreError, match=r"the disk is full\. Free some space and run the same command again\.$"
        ):
            write()
        assert store.read("posts").equals(before)
        assert store.version("posts") == version
    (small_disk / "other").unlink()
    assert store.merge("posts", posts(range(600))).inserted == 100

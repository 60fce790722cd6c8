"""The run contract: whatever a notebook does,
the latest good run stays, and the next report takes up where it can.
"""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest
from tests.publish.tiny_home import ONE, TWO, make_home

from earshot.core.files import hash_file, read_json
from earshot.publish.report.lock import Busy, hold
from earshot.publish.verification.verify import check_files

BAD = {
    "03_raises": (["raise ValueError('the third cell is wrong')"], "ValueError: the third cell is wrong"),
    "04_hangs": (["time.sleep(600)"], "a cell took longer than its time limit"),
    "05_dies": (["os.kill(os.getpid(), 9)"], "its kernel died"),
    "06_exits": (["import sys\nsys.exit(0)", 'run.state([Claim("six.n", "Six.", 6.0)])'], "SystemExit: 0"),
    "07_breaks": (
        ['if False:\n    run.write("seven", pd.DataFrame({"a": [1]}))'],
        "promised the table 'seven'",
    ),
    "08_silent": (["1 + 1"], "promises neither claims (run.state) nor a table"),
}


def entries(done) -> dict[str, dict]:
    return {entry["name"]: entry for entry in done.notebooks}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    with make_home(tmp_path_factory.mktemp("tiny")) as home:
        yield home


@pytest.fixture(scope="module")
def first(tiny):
    done = tiny.report(reason="first look", requester="Ada")
    assert done.ok, done.message
    return done


def test_a_good_report_is_whole(tiny, first):
    latest = tiny.outputs / "latest"
    assert os.readlink(latest) == first.run
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{4}Z-[0-9a-f]{7}", first.run)
    names = {path.relative_to(first.folder).as_posix() for path in first.folder.rglob("*") if path.is_file()}
    pages = {"01_one", "02_two", "16_brief"}
    assert names == {
        "run.json",
        "run.sha256",
        "claims.json",
        "tables/one.csv",
        "tables/one.parquet",
        *(f"{name}.html" for name in pages),
        *(f"executed/{name}.ipynb" for name in pages),
        *(f"claims/{name}.json" for name in pages),
    }
    assert first.run in (tiny.outputs / "index.html").read_text()
    assert not list(check_files(first.folder, tiny.latest()))


def test_the_manifest_says_how_the_run_was_made(tiny, first):
    manifest = tiny.latest()
    assert (manifest["reason"], manifest["requester"], manifest["status"]) == ("first look", "Ada", "good")
    assert manifest["params"]["title"] == "Tiny"
    assert manifest["packages"]["pandas"].startswith("3.")
    assert [claim["id"] for claim in manifest["claims"]] == ["one.posts", "two.share", "brief.claims"]
    assert manifest["claims"][2]["value"] == 2.0
    assert entries(first)["01_one"]["tables"] == {"one": 2}
    assert entries(first)["01_one"]["why"] == "runs because it has not run before"


def test_nothing_private_leaves_with_a_run(tiny, first):
    for path in first.folder.rglob("*.*"):
        if path.suffix in (".html", ".ipynb", ".json", ".csv"):
            text = path.read_text()
            assert str(tiny.root) not in text, path
            assert "hush-hush-hush" not in text, path
            assert "papermill" not in text or path.name == "run.json", path
    assert "kept in <earshot>" in (first.folder / "executed" / "02_two.ipynb").read_text()


def test_a_second_report_without_changes_makes_no_run(tiny, first):
    again = tiny.report()
    assert (again.ok, again.made, again.run) == (True, False, first.run)
    assert again.message == (
        f"Nothing changed since {first.run}: code, parameters and data of all 3 notebooks are the "
        "same, so no new run was made."
    )


def test_the_quiet_path_imports_nothing_heavy(tiny, first):
    code = (
        "import sys; from earshot.publish.report.report import report; report('tiny'); "
        "print([name for name in ('papermill', 'nbconvert', 'torch', 'altair', 'sklearn') if name in "
        "sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip().endswith("[]")


def test_a_failed_notebook_leaves_latest_and_the_next_report_resumes(tiny, first):
    tiny.write("01_one", [*ONE, "# a remark that changes nothing but the code"])
    tiny.write("02_two", ["raise RuntimeError('no luck')", *TWO])
    failed = tiny.report()
    assert not failed.ok
    assert (
        failed.message
        == (
            "The report of tiny failed: 02_two: cell 'cell-1': RuntimeError: no luck. "
            "The latest good run is untouched."
        )
        or "RuntimeError: no luck" in failed.message
    )
    assert os.readlink(tiny.outputs / "latest") == first.run
    assert failed.folder.name == f"{failed.run}.failed"
    assert (failed.folder / "failure.html").is_file()
    assert {name: entry["status"] for name, entry in entries(failed).items()} == {
        "01_one": "ran",
        "02_two": "failed",
        "16_brief": "skipped",
    }
    tiny.write("02_two", TWO)
    done = tiny.report()
    assert done.ok, done.message
    assert entries(done)["01_one"]["why"] == f"reused from {failed.run}: code, parameters and data unchanged"
    assert entries(done)["02_two"]["why"] == f"reused from {first.run}: code, parameters and data unchanged"
    assert entries(done)["16_brief"]["why"] == "runs because other notebooks changed"
    one = "tables/one.parquet"
    assert hash_file(done.folder / one) == hash_file(first.folder / one)


def test_every_way_to_fail_is_seen(tiny, first):
    """All at once, to be quick: each bad notebook must be refused
    for its own reason, whatever the others do.
    """
    bad = tiny.root / "bad"
    bad.mkdir()
    for name, (cells, _) in BAD.items():
        tiny.write(name, cells).rename(bad / f"{name}.ipynb")
    before = os.readlink(tiny.outputs / "latest")
    done = tiny.report(notebooks=bad, cell_timeout=6, jobs=2)
    assert not done.ok
    assert os.readlink(tiny.outputs / "latest") == before
    found = entries(done)
    for name, (_, words) in BAD.items():
        assert found[name]["status"] == "failed", name
        assert words in found[name]["problem"], found[name]["problem"]


def test_a_notebook_past_its_time_limit_is_ended_with_its_kernel(tiny, tmp_path):
    from earshot.publish.report.processes import Job, run_job

    path = tiny.write("09_sleeps", ["time.sleep(600)"]).rename(tmp_path / "09_sleeps.ipynb")
    (tmp_path / "versions.json").write_text('{"versions": {}, "params": {}}')
    job = Job(
        "09_sleeps",
        str(path),
        str(tmp_path),
        {"workspace": "tiny", "run_dir": "."},
        (),
        True,
        False,
        "2026-01-01T00:00:00Z",
        timeout=10,
        render=False,
    )
    alive: dict = {}
    seen: set[int] = set()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_job, job, alive)
        while not running.done():
            for process in list(alive.values()):
                with suppress(psutil.NoSuchProcess):
                    family = psutil.Process(process.pid).children(recursive=True)
                    seen |= {process.pid, *(child.pid for child in family)}
            time.sleep(0.05)
    assert running.result().problem == "it took longer than its time limit of 10 seconds and was ended"
    assert seen
    until = time.monotonic() + 10  # the system may take a moment to bury what was killed
    while any(map(lives, seen)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(lives, seen))


def test_two_reports_of_a_workspace_do_not_mix(tmp_path):
    with (
        hold(tmp_path / "tiny", "Ada", "noon"),
        pytest.raises(Busy) as refused,
        hold(tmp_path / "tiny", "Bob", "one"),
    ):
        pass
    assert str(refused.value) == (
        f"A report of tiny is already being made by Ada (process {os.getpid()}, since noon); "
        "wait for it to end, or stop that process."
    )
    with hold(tmp_path / "tiny", "Bob", "one"):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from earshot.publish.report.lock import hold\n"
        f"with hold(Path({str(tmp_path / 'tiny')!r}), 'Ada', 'noon'): print('held', flush=True); "
        f"time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    with hold(tmp_path / "tiny", "Bob", "one"):
        pass


def start_report() -> subprocess.Popen:
    code = "from earshot.publish.report.report import report; report('tiny', force=True, jobs=1)"
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def lives(pid: int) -> bool:
    """Say whether a process still runs; one that only waits to be collected by its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_killed_report_is_taken_up_again(tiny, first):
    before = os.readlink(tiny.outputs / "latest")
    process = start_report()
    for line in process.stdout:
        if line.startswith("01_one: done"):
            break
    children: list[int] = []
    while len(children) < 2:  # the second notebook and its kernel
        time.sleep(0.05)
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    process.kill()
    process.wait()
    assert os.readlink(tiny.outputs / "latest") == before
    until = time.monotonic() + 20
    while any(map(lives, children)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(lives, children))
    done = tiny.report()
    assert done.ok, done.message
    assert not list(tiny.outputs.glob(".*.tmp"))
    killed = [read_json(path) for path in tiny.outputs.glob("*.failed/run.json")]
    assert any(
        manifest["problem"] == "Its process was killed before the run was whole." for manifest in killed
    )


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_kill_at_any_moment_loses_nothing(tiny, first):
    import random

    for seed in range(12):
        process = start_report()
        time.sleep(random.Random(seed).uniform(0.3, 14))
        process.send_signal(signal.SIGKILL)
        process.wait()
        folder = tiny.outputs / "latest"
        assert not list(check_files(folder.resolve(), read_json(folder / "run.json"))), seed
    assert tiny.report().ok
    assert not list(tiny.outputs.glob(".*.tmp"))


def try_report(tiny) -> str:
    """Make a report that can't go out; return why."""
    try:
        failed = tiny.report(force=True)
    except OSError as error:
        return str(error)
    assert not failed.ok
    return failed.message


@pytest.mark.slow
def test_a_full_disk_leaves_latest(tiny, first):
    before = os.readlink(tiny.outputs / "latest")
    saved = tiny.outputs.with_name("saved")
    tiny.outputs.rename(saved)
    tiny.outputs.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(tiny.outputs)], check=False
    ).returncode:
        tiny.outputs.rmdir()
        saved.rename(tiny.outputs)
        pytest.skip("mounting a small file system needs root")
    try:
        good = tiny.report(force=True)
        assert good.ok, good.message
        filler = tiny.outputs / "filler"
        subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=4k"], capture_output=True, check=False)
        for free in (0, 8_000, 60_000):
            os.truncate(filler, filler.stat().st_size - free)
            failed = try_report(tiny)
            assert "No space left on device" in failed, (free, failed)
            assert os.readlink(tiny.outputs / "latest") == good.run
            assert not list(check_files(good.folder, tiny.latest()))
        filler.unlink()
        assert tiny.report(force=True).ok
    finally:
        subprocess.run(["umount", str(tiny.outputs)], check=True)
        tiny.outputs.rmdir()
        saved.rename(tiny.outputs)
    assert os.readlink(tiny.outputs / "latest") == before

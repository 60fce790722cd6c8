"""Work spread over processes or a Dask cluster gives what one process gives, in the same order."""

import os

import pandas as pd
import pytest
from tests.core.rows import double, fail

from earshot.core.spread import spread

PARTS = [pd.DataFrame({"number": range(start, start + 3)}) for start in range(0, 12, 3)]
EXPECTED = [(2 * part["number"]).tolist() for part in PARTS]


@pytest.fixture(scope="module")
def cluster():
    """A real Dask cluster of two worker processes on this machine."""
    from dask.distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
        silence_logs=50,
    ) as started:
        yield started.scheduler_address


def test_one_worker_stays_in_this_process():
    assert {done["process"].iloc[0] for done in spread(double, PARTS, workers=1)} == {os.getpid()}
    assert {done["process"].iloc[0] for done in spread(double, PARTS[:1])} == {os.getpid()}


def test_two_processes_give_the_same_in_the_same_order():
    done = spread(double, iter(PARTS), workers=2)
    assert [part["number"].tolist() for part in done] == EXPECTED
    assert os.getpid() not in {part["process"].iloc[0] for part in done}


def test_a_cluster_gives_the_same_in_the_same_order(cluster):
    done = spread(double, iter(PARTS), cluster=cluster)
    assert [part["number"].tolist() for part in done] == EXPECTED
    assert os.getpid() not in {part["process"].iloc[0] for part in done}


def test_no_parts_are_no_results(cluster):
    assert spread(double, []) == []
    assert spread(double, [], cluster=cluster) == []


@pytest.mark.parametrize("where", ["here", "processes", "cluster"])
def test_a_part_that_fails_fails_the_whole(where, request):
    options = {"here": {"workers": 1}, "processes": {"workers": 2}}
    given = options.get(where) or {"cluster": request.getfixturevalue("cluster")}
    with pytest.raises(ValueError, match="part 2 cannot be done"):
        spread(fail, range(4), **given)


def test_a_cluster_that_is_not_there_is_one_sentence():
    with pytest.raises(ConnectionError) as raised:
        spread(double, PARTS, cluster="tcp://127.0.0.1:9")
    assert str(raised.value) == (
        "No Dask scheduler answers at tcp://127.0.0.1:9; start it, correct `cluster` in "
        "brief.yml, or leave it empty to use this machine."
    )

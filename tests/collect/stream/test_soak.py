"""A soak of `earshot listen`: killed twenty times at random, none lost, none twice, on the log and on Kafka.

EARSHOT_SOAK is the number of posts; when it is not set, 100,000 go through the log and 20,000 through Kafka.
Each soak prints what it found as one line of JSON (``pytest -s``).
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict

import pytest
from tests.collect.stream import soaking

from earshot.collect.stream.settings import read_stream

POSTS = int(os.environ.get("EARSHOT_SOAK", "0"))
# messages of this size that librdkafka's own cluster keeps (5 MB a partition) before it drops the
# oldest
KEPT = 40_000
SHARED = {"steps": ["clean"], "max_lag": 0, "lease_seconds": 3}
BROKER = """
import sys
from confluent_kafka import Producer
broker = Producer({"test.mock.num.brokers": 3})
print(",".join(f"{one.host}:{one.port}" for one in broker.list_topics(timeout=10).brokers.values()),
flush=True)
sys.stdin.read()
"""


def soak(workspace, posts, kept=None, **more):
    """Soak a workspace of its own and check that all is there once."""
    space = workspace(
        "acme",
        brands=["Acme"],
        streams=SHARED
        | more
        | {"batch": {"posts": max(200, kept // 8 if kept else posts // 50), "seconds": 0.5}},
    )
    found = soaking.run(space, read_stream(space), posts, kept=kept)
    print(json.dumps(asdict(found)))
    assert found.kills == 20
    assert soaking.whole(found), found
    return space


def test_a_small_soak_on_the_log(workspace):
    space = workspace("acme", brands=["Acme"], streams=SHARED | {"batch": {"posts": 100, "seconds": 0.2}})
    found = soaking.run(space, read_stream(space), 600, kills=2, most=0.3)
    assert (found.kills, found.stored) == (2, 600)
    assert soaking.whole(found), found


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_kills_on_the_log(workspace):
    posts = POSTS or 100_000
    space = soak(workspace, posts)
    batches = space.store.sql(
        'SELECT "partition", sum(last_offset - first_offset + 1) AS seen, '
        "max(last_offset) + 1 AS reached FROM batches GROUP BY 1"
    )
    assert batches["reached"].sum() == posts
    assert (batches["seen"] >= batches["reached"]).all()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_kills_on_kafkas_protocol(workspace):
    with subprocess.Popen(
        [sys.executable, "-c", BROKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as broker:
        posts = POSTS or 20_000
        soak(
            workspace,
            posts,
            KEPT if posts > KEPT else None,
            kind="kafka",
            lease_seconds=6,
            servers=broker.stdout.readline().strip(),
        )
        broker.stdin.close()

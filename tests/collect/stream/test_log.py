"""The embedded log: what a kill leaves is cut, what is damaged is said, what nobody has read stays."""

import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.collect.stream.groups import Groups
from earshot.collect.stream.log import LogConsumer, LogProducer, LogWatch, Place
from earshot.collect.stream.message import LeaseLost, StreamError
from earshot.collect.stream.segments import Partition, pack, whole_until


def numbered(start, count):
    return [(b"k", b"value %d" % number) for number in range(start, start + count)]


def values(messages):
    return [int(message.value.split()[1]) for message in messages]


@given(
    st.lists(st.tuples(st.none() | st.binary(max_size=20), st.binary(max_size=200)), min_size=1, max_size=30),
    st.integers(0, 2**40),
    st.integers(0, 2**45),
)
def test_a_batch_comes_back_as_it_was(tmp_path_factory, records, offset, at):
    path = tmp_path_factory.mktemp("batch") / f"{offset:020d}.log"
    data = pack(records, offset, at)
    path.write_bytes(data)
    assert whole_until(path, 0, offset) == (path, len(data), offset + len(records))
    partition = Partition(path.parent, 3)
    found = partition.read(offset, 100)
    assert [(message.key, message.value) for message in found] == records
    assert {(message.partition, message.at) for message in found} == {(3, at)}
    assert [message.offset for message in found] == list(range(offset, offset + len(records)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400))
def test_wherever_a_writer_was_killed_the_half_batch_is_cut_and_all_before_it_stays(tmp_path_factory, keep):
    folder = tmp_path_factory.mktemp("torn")
    Partition(folder).append(numbered(0, 10), 1)
    path = folder / f"{0:020d}.log"
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes() + pack(numbered(10, 20), 10, 2)[:keep])
    assert values(Partition(folder).read(0, 100)) == list(range(10))
    after = Partition(folder)
    assert after.append(numbered(10, 5), 3) == 15
    assert after.cut == min(keep, path.stat().st_size) if keep else after.cut == 0
    assert values(Partition(folder).read(0, 100)) == list(range(15))
    assert path.stat().st_size > whole


def test_a_damaged_middle_is_said_and_never_cut(tmp_path):
    log = Partition(tmp_path)
    for start in range(0, 40, 10):
        log.append(numbered(start, 10), 1)
    path = tmp_path / f"{0:020d}.log"
    size, data = path.stat().st_size, bytearray(path.read_bytes())
    data[size // 3] ^= 0xFF
    path.write_bytes(bytes(data))
    for broken in (
        lambda: Partition(tmp_path).read(0, 100),
        lambda: Partition(tmp_path).append(numbered(0, 1), 1),
    ):
        with pytest.raises(
            StreamError, match=r"log is damaged at byte \d+, with whole messages after it; restore the"
        ):
            broken()
    assert path.stat().st_size == size


def test_segments_follow_each_other_and_any_offset_can_be_read(tmp_path):
    log = Partition(tmp_path, segment=500)
    for start in range(0, 200, 10):
        log.append(numbered(start, 10), start)
    assert len(list(tmp_path.glob("*.log"))) > 3
    assert Partition(tmp_path).bounds() == (0, 200)
    for offset in (0, 1, 9, 10, 57, 199):
        assert values(Partition(tmp_path).read(offset, 7)) == list(range(offset, min(offset + 7, 200)))
    reader, found = Partition(tmp_path), []
    while more := reader.read(len(found), 3):
        found += values(more)
    assert found == list(range(200))
    assert reader.read(200, 5) == []


def test_retention_by_size_and_time_keeps_what_a_group_has_not_read(tmp_path):
    place = Place(tmp_path, "posts", 1, sync=False, size=2000, segment=500)
    producer, consumer = LogProducer(place), LogConsumer(place, "readers")
    groups, partitions = place.open()
    for start in range(0, 200, 10):
        producer.put(numbered(start, 10))
    assert place.sweep(groups, partitions) == 0
    found = consumer.take(100, 0)
    consumer.commit(found)
    gone = place.sweep(groups, partitions)
    assert 0 < gone <= 100
    assert partitions[0].bounds() == (gone, 200)
    old = time.time() - 7200
    for path in (tmp_path / "posts" / "0").glob("*.log"):
        os.utime(path, (old, old))
    aged = Place(tmp_path, "posts", 1, hours=1)
    aged.sweep(groups, partitions)
    assert values(consumer.take(200, 0)) == list(range(100, 200))
    told = Place(tmp_path, "posts", 1, hours=1, drop=True)
    told.sweep(groups, partitions)
    assert partitions[0].bounds() == (200, 200)


def test_when_all_is_read_and_old_nothing_stays_and_offsets_go_on(tmp_path):
    place = Place(tmp_path, "posts", 1, sync=False, hours=1)
    producer, consumer = LogProducer(place), LogConsumer(place, "readers")
    producer.put(numbered(0, 10))
    consumer.commit(consumer.take(10, 0))
    path = next((tmp_path / "posts" / "0").glob("*.log"))
    os.utime(path, (1, 1))
    groups, partitions = place.open()
    assert place.sweep(groups, partitions) == 10
    assert not path.exists()
    producer.put(numbered(10, 1))
    assert [message.offset for message in consumer.take(5, 0)] == [10]


CONSUME = """
import sys, time
from pathlib import Path
from earshot.collect.stream.log import LogConsumer, Place
consumer = LogConsumer(Place(Path(sys.argv[1]), "posts", 4, sync=False), "readers")
print(len(consumer.take(400, 5)), flush=True)
time.sleep(60)
"""


def test_what_a_killed_consumer_had_not_committed_goes_to_another_at_once(tmp_path):
    place = Place(tmp_path, "posts", 4, sync=False, lease=600)
    LogProducer(place).put([(b"%d" % number, b"value %d" % number) for number in range(400)])
    with subprocess.Popen(
        [sys.executable, "-c", CONSUME, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "400\n"
        process.send_signal(signal.SIGKILL)
    other = LogConsumer(place, "readers")
    assert sorted(values(other.take(400, 5))) == list(range(400))


def test_a_silent_member_loses_its_partitions_and_may_not_commit(tmp_path):
    place = Place(tmp_path, "posts", 2, sync=False, lease=0.2)
    LogProducer(place).put([(b"%d" % number, b"value %d" % number) for number in range(50)])
    slow = LogConsumer(place, "readers")
    found = slow.take(100, 0)
    time.sleep(0.3)
    quick = LogConsumer(place, "readers")
    assert len(quick.take(100, 0)) == 50
    with pytest.raises(
        LeaseLost, match=r"Partition 0 of posts is read by another listener of the group readers now"
    ):
        slow.commit(found)
    assert sum(lag.messages for lag in LogWatch(place, "readers").lag()) == 50


def test_the_number_of_partitions_stays(tmp_path):
    groups = Groups(tmp_path / "groups.sqlite")
    assert groups.partitions("posts", 4) == 4
    with pytest.raises(
        StreamError, match=r"The topic posts has 4 partitions and streams.yml says 8; a key must"
    ):
        groups.partitions("posts", 8)


def test_many_writers_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; from earshot.collect.stream.log import LogProducer, Place\n"
        "producer = LogProducer(Place(Path(sys.argv[1]), 'posts', 2, sync=False))\n"
        "for start in range(0, 500, 10):\n"
        "    producer.put([(b'%d' % n, b'value %d' % (n + int(sys.argv[2]))) for n in range(start, start + "
        "10)])\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(base)]) for base in (0, 1000, 2000)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    consumer, found = LogConsumer(Place(tmp_path, "posts", 2), "readers"), []
    while more := consumer.take(300, 0):
        found += values(more)
    assert sorted(found) == sorted(base + number for base in (0, 1000, 2000) for number in range(500))

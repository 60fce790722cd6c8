"""What every stream promises, tried on the embedded log and on Kafka's protocol alike."""

import subprocess
import sys
import time
from uuid import uuid4

import pytest

from earshot.collect.stream.kafka import Cluster, KafkaConsumer, KafkaProducer, KafkaWatch
from earshot.collect.stream.log import LogConsumer, LogProducer, LogWatch, Place
from earshot.collect.stream.message import Full, LeaseLost

BROKER = """
import sys
from confluent_kafka import Producer
broker = Producer({"test.mock.num.brokers": 3})
known = broker.list_topics(timeout=10).brokers.values()
print(",".join(f"{one.host}:{one.port}" for one in known), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def servers():
    """The addresses of librdkafka's own cluster, in a process that outlives producers and consumers."""
    with subprocess.Popen(
        [sys.executable, "-c", BROKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


class OnDisk:
    """The embedded log in a folder."""

    def __init__(self, folder):
        self.place = Place(folder, "posts", 4, sync=False, lease=60)

    def producer(self, most=0):
        """A producer."""
        return LogProducer(self.place, most)

    def consumer(self):
        """A member of the group."""
        return LogConsumer(self.place, "readers")

    def watch(self):
        """An onlooker."""
        return LogWatch(self.place, "readers")


class OnKafka:
    """A topic of its own on the cluster, which gives every topic four partitions."""

    def __init__(self, servers):
        self.cluster, self.group = Cluster(servers, f"posts-{uuid4().hex}"), f"readers-{uuid4().hex}"
        producer = KafkaProducer(self.cluster)
        assert producer._producer.list_topics(self.cluster.topic, timeout=10)
        producer.close()

    def producer(self, most=0):
        """A producer."""
        return KafkaProducer(self.cluster, self.group, most)

    def consumer(self):
        """A member of the group."""
        return KafkaConsumer(self.cluster, self.group, lease=6)

    def watch(self):
        """An onlooker."""
        return KafkaWatch(self.cluster, self.group)


@pytest.fixture(params=["log", "kafka"])
def stream(request, tmp_path):
    """A stream of each kind, with no message on it."""
    return OnDisk(tmp_path) if request.param == "log" else OnKafka(request.getfixturevalue("servers"))


def records(start, count, keys=50):
    """Messages with numbered values and keys that repeat."""
    return [
        (f"key {number % keys}".encode(), f"value {number}".encode())
        for number in range(start, start + count)
    ]


def drain(consumer, expected, seconds=30.0):
    """Take until so many have come, or time is up."""
    found, until = [], time.monotonic() + seconds
    while len(found) < expected and time.monotonic() < until:
        found += consumer.take(expected - len(found), 0.5)
    return found


def test_what_is_put_is_taken_once_whole_and_in_order_of_its_key(stream):
    producer, consumer = stream.producer(), stream.consumer()
    assert producer.put(records(0, 600)) == 600
    assert producer.put(records(600, 400)) == 400
    found = drain(consumer, 1000)
    assert sorted(message.value for message in found) == sorted(value for _, value in records(0, 1000))
    homes = {message.key: message.partition for message in found}
    assert all(homes[message.key] == message.partition for message in found)
    assert len(set(homes.values())) > 1
    for key in homes:
        numbers = [int(message.value.split()[1]) for message in found if message.key == key]
        assert numbers == sorted(numbers)
    assert all(abs(message.at / 1000 - time.time()) < 600 for message in found)
    consumer.commit(found)
    assert consumer.take(10, 0.3) == []
    consumer.close()
    producer.close()


def test_keys_may_be_missing_and_values_empty(stream):
    producer, consumer = stream.producer(), stream.consumer()
    producer.put([(None, b"a"), (None, b""), (b"", b"c"), ("ключ".encode(), "знач".encode())])
    found = {message.value: message.key for message in drain(consumer, 4)}
    assert found[b"a"] is None
    assert found["знач".encode()] == "ключ".encode()
    assert b"" in found
    consumer.close()


def test_what_was_not_committed_comes_again_and_what_was_does_not(stream):
    producer, first = stream.producer(), stream.consumer()
    producer.put(records(0, 100))
    found = drain(first, 100)
    done = [message for message in found if message.partition == found[0].partition]
    first.commit(done)
    first.close()
    second = stream.consumer()
    again = drain(second, 100 - len(done))
    assert {message.value for message in again} == {message.value for message in found} - {
        m.value for m in done
    }
    second.commit(again)
    assert second.take(5, 0.3) == []
    second.close()


def test_two_members_share_the_partitions_and_one_takes_over_when_the_other_leaves(stream):
    producer, consumers = stream.producer(), [stream.consumer(), stream.consumer()]
    held: list[set] = [set(), set()]
    total, until = 0, time.monotonic() + 40
    while time.monotonic() < until and not (held[0] and held[1] and not held[0] & held[1]):
        producer.put(records(total, 80))
        total += 80
        for number, consumer in enumerate(consumers):
            found = consumer.take(1000, 0.4)
            try:
                consumer.commit(found)
                held[number] = {message.partition for message in found}
            except LeaseLost:
                held[number] = set()
    assert held[0] | held[1] == {0, 1, 2, 3}
    assert not held[0] & held[1]
    consumers[0].close()
    producer.put(records(total, 80))
    later, until = set(), time.monotonic() + 30
    while time.monotonic() < until and later != {0, 1, 2, 3}:
        later |= {message.partition for message in consumers[1].take(1000, 0.5)}
    assert later == {0, 1, 2, 3}
    consumers[1].close()


def test_lag_counts_what_is_unread_and_how_old_it_is(stream):
    producer, consumer, watch = stream.producer(), stream.consumer(), stream.watch()
    producer.put(records(0, 200))
    assert sum(lag.messages for lag in watch.lag()) == 200
    time.sleep(0.2)
    assert max(lag.seconds for lag in watch.lag()) > 0.1
    consumer.commit(drain(consumer, 200))
    assert [(lag.messages, lag.seconds) for lag in watch.lag()] == [(0, 0.0)] * 4
    assert sum(lag.end for lag in watch.lag()) == 200
    consumer.close()
    watch.close()


def test_a_producer_waits_for_its_readers_and_then_refuses(stream):
    producer, consumer = stream.producer(most=150), stream.consumer()
    producer.put(records(0, 100), wait=20)
    with pytest.raises(
        Full, match=r"holds 100 messages that nobody has read, and max_lag is 150; start a listener"
    ):
        producer.put(records(100, 100), wait=1.2)
    consumer.commit(drain(consumer, 100))
    assert producer.put(records(100, 100), wait=20) == 100
    consumer.close()
    producer.close()

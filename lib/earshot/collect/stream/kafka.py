"""The same small interface on Kafka: an idempotent producer, consumer groups, commits after the work is done.

confluent-kafka speaks to any broker; its own mock cluster stands in for one in the tests.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from earshot.collect.stream.message import FAR, Full, Lag, LeaseLost, Message, Record, StreamError, reached
from earshot.collect.stream.secrets import Login, resolve

LOOK = 0.5
ASK = 15.0  # seconds that a broker has to answer a question
LOST = (
    "ILLEGAL_GENERATION",
    "UNKNOWN_MEMBER_ID",
    "REBALANCE_IN_PROGRESS",
    "FENCED_INSTANCE_ID",
    "_ASSIGNMENT_LOST",
    "_STATE",
)
CALM = (
    "_PARTITION_EOF",
    "_TRANSPORT",
    "_ALL_BROKERS_DOWN",
    "_TIMED_OUT",
    "UNKNOWN_TOPIC_OR_PART",
    "LEADER_NOT_AVAILABLE",
    "NOT_LEADER_FOR_PARTITION",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "_RESOLVE",
)


@dataclass(frozen=True)
class Cluster:
    """Where a topic lies: brokers, and further librdkafka options,
    whose secrets are references (stream.secrets).
    """

    servers: str
    topic: str
    options: dict[str, str] = field(default_factory=dict)

    def config(self, **more) -> dict:
        """Return a librdkafka configuration; raises ParamError when what an option refers to is not there."""
        given = {name: resolve(name, str(value)) for name, value in self.options.items()}
        return {"bootstrap.servers": self.servers, "log_level": 2, **given, **more}


class KafkaProducer:
    """Puts messages on a topic of Kafka; ``most`` unread messages
    of the group are allowed (0: any number).
    """

    def __init__(self, cluster: Cluster, group: str = "", most: int = 0):
        from confluent_kafka import Producer

        self._topic, self._most, self._failed, self._login = cluster.topic, most, "", Login(cluster.options)
        self._producer = Producer(
            cluster.config(
                **{
                    "enable.idempotence": True,
                    "linger.ms": 20,
                    "partitioner": "murmur2_random",
                    "queue.buffering.max.kbytes": 262_144,
                }
            )
        )
        self._watch = KafkaWatch(cluster, group) if most and group else None
        self._ahead, self._looked = 0, 0.0

    def put(self, records: Iterable[Record], wait: float = FAR) -> int:
        """Store (key, value) pairs durably and return how many; see stream.message.Producer."""
        records, self._failed = list(records), ""
        self._login.renew(self._producer)
        self._wait_for_room(len(records), wait)
        for key, value in records:
            self._produce(key, value)
        left = self._producer.flush(max(wait, ASK))
        if left or self._failed:
            self._producer.purge()
            why = self._failed or f"{left:,} messages were not acknowledged"
            raise StreamError(
                f"Kafka did not take all messages for {self._topic} ({why}); put them there again: what "
                "comes twice is merged."
            )
        self._ahead += len(records)
        return len(records)

    def close(self) -> None:
        """Let go of the stream."""
        self._producer.flush(ASK)
        if self._watch:
            self._watch.close()

    def _produce(self, key: bytes | None, value: bytes) -> None:
        while True:
            try:
                self._producer.produce(self._topic, value, key, on_delivery=self._delivered)
                self._producer.poll(0)
                return
            except BufferError:
                self._producer.poll(0.1)

    def _delivered(self, error, message) -> None:
        if error is not None:
            self._failed = error.str()

    def _wait_for_room(self, count: int, wait: float) -> None:
        until = time.monotonic() + wait
        while self._watch:
            if time.monotonic() - self._looked > LOOK:
                self._looked, self._ahead = time.monotonic(), sum(lag.messages for lag in self._watch.lag())
            if not self._ahead or self._ahead + count <= self._most:
                return
            if time.monotonic() >= until:
                raise Full(
                    f"{self._topic} holds {self._ahead:,} messages that nobody has read, and max_lag is "
                    f"{self._most:,}; start a listener, or raise max_lag in streams.yml."
                )
            time.sleep(0.1)


class KafkaConsumer:
    """Reads a topic of Kafka as a member of a group; see stream.message.Consumer."""

    def __init__(self, cluster: Cluster, group: str, lease: float = 60.0):
        from confluent_kafka import Consumer

        silent = int(lease * 1000)
        self._topic, self._ours, self._login = cluster.topic, set(), Login(cluster.options)
        self._consumer = Consumer(
            cluster.config(
                **{
                    "group.id": group,
                    "enable.auto.commit": False,
                    "auto.offset.reset": "earliest",
                    # Five signs of life within the time allowed: the default, every 3 s, would miss a short
                    # one.
                    "session.timeout.ms": silent,
                    "heartbeat.interval.ms": max(200, silent // 5),
                    "max.poll.interval.ms": max(300_000, silent),
                    "topic.metadata.refresh.interval.ms": 2000,
                    "fetch.wait.max.ms": 100,
                }
            )
        )
        self._consumer.subscribe(
            [self._topic], on_assign=self._gained, on_revoke=self._gone, on_lost=self._gone
        )

    def take(self, limit: int, seconds: float) -> list[Message]:
        """Return up to ``limit`` messages of the partitions that are ours now;
        waits until there are so many.
        """
        until, found = time.monotonic() + seconds, []
        self._login.renew(self._consumer)
        while len(found) < limit and (left := until - time.monotonic()) > 0:
            for message in self._consumer.consume(min(limit - len(found), 10_000), min(left, 0.2)):
                if error := message.error():
                    if error.name() not in CALM:
                        raise StreamError(f"Kafka could not be read ({self._topic}): {error.str()}.")
                    continue
                found.append(
                    Message(
                        message.partition(),
                        message.offset(),
                        message.key(),
                        message.value() or b"",
                        message.timestamp()[1],
                    )
                )
        return [message for message in found if message.partition in self._ours]

    def commit(self, messages: list[Message]) -> None:
        """Note that these are dealt with; raises LeaseLost
        when another member has a partition of theirs by now.
        """
        from confluent_kafka import KafkaException, TopicPartition

        nexts = reached(messages)
        lost = sorted(set(nexts) - self._ours)
        try:
            if not lost and nexts:
                self._consumer.commit(
                    offsets=[TopicPartition(self._topic, part, after) for part, after in nexts.items()],
                    asynchronous=False,
                )
        except KafkaException as error:
            if error.args[0].name() not in LOST:
                raise StreamError(
                    f"Kafka did not note what was read of {self._topic}: {error.args[0].str()}."
                ) from None
            lost = sorted(nexts)
        if lost:
            raise LeaseLost(
                f"Partition {lost[0]} of {self._topic} is read by another listener of the group now; it "
                "reads these messages again."
            )

    def keep(self) -> None:
        """Nothing to do: librdkafka's own thread says that this consumer lives."""

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._consumer.close()

    def _gained(self, consumer, partitions) -> None:
        self._ours |= {part.partition for part in partitions}

    def _gone(self, consumer, partitions) -> None:
        self._ours -= {part.partition for part in partitions}


class KafkaWatch:
    """Looks at a topic of Kafka for one group, without joining it."""

    def __init__(self, cluster: Cluster, group: str):
        from confluent_kafka import Consumer

        self._topic, self._login = cluster.topic, Login(cluster.options)
        self._consumer = Consumer(cluster.config(**{"group.id": group, "enable.auto.commit": False}))

    def lag(self) -> list[Lag]:
        """Return how far behind the group is on each partition; none while the topic does not exist."""
        from confluent_kafka import KafkaException, TopicPartition

        self._login.renew(self._consumer)
        try:
            known = self._consumer.list_topics(self._topic, timeout=ASK).topics.get(self._topic)
            parts = sorted(known.partitions) if known and not known.error else []
            if not parts:
                return []
            committed = self._consumer.committed(
                [TopicPartition(self._topic, part) for part in parts], timeout=ASK
            )
            return [self._lag(at.partition, max(at.offset, 0)) for at in committed]
        except KafkaException as error:
            raise StreamError(
                f"Kafka does not answer about {self._topic}: {error.args[0].str()}; check servers in "
                "streams.yml."
            ) from None

    def close(self) -> None:
        """Let go of the stream."""
        self._consumer.close()

    def _lag(self, part: int, committed: int) -> Lag:
        from confluent_kafka import TopicPartition

        first, end = self._consumer.get_watermark_offsets(TopicPartition(self._topic, part), timeout=ASK)
        age = 0.0
        if end > max(committed, first):
            self._consumer.assign([TopicPartition(self._topic, part, max(committed, first))])
            waiting = self._consumer.poll(2.0)
            self._consumer.unassign()
            if waiting is not None and not waiting.error():
                age = max(0.0, time.time() - waiting.timestamp()[1] / 1000)
        return Lag(part, first, end, committed, age)

"""The embedded stream: a durable, keyed, partitioned log on this disk,
with groups, retention and back-pressure.

No server and no network: producers and consumers are processes that share a folder. Killing any of them at
any time loses nothing that ``put`` or ``commit`` had returned for.
"""

import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from earshot.collect.stream.groups import Groups
from earshot.collect.stream.message import FAR, Full, Lag, Message, Record, reached
from earshot.collect.stream.segments import SEGMENT, Partition

PAUSE = 0.05
LOOK = 0.5  # seconds between two looks at how far the readers are
SWEEP = 60.0


@dataclass(frozen=True)
class Place:
    """Where a topic lies and how it is kept:
    retention in hours and bytes, ``drop`` also removes what is not read.
    """

    root: Path
    topic: str
    partitions: int = 4
    sync: bool = True
    hours: float = 0.0
    size: int = 0
    drop: bool = False
    lease: float = 60.0
    segment: int = SEGMENT

    def open(self) -> tuple[Groups, list[Partition]]:
        """Return the book of groups and the partitions of the topic."""
        groups = Groups(self.root / "groups.sqlite", self.lease)
        count = groups.partitions(self.topic, self.partitions)
        folder = self.root / self.topic
        return groups, [Partition(folder / str(part), part, self.sync, self.segment) for part in range(count)]

    def sweep(self, groups: Groups, partitions: list[Partition]) -> int:
        """Remove what retention no longer keeps, and return how many messages;
        what a group has not read stays.
        """
        if not self.hours and not self.size:
            return 0
        oldest = time.time() - self.hours * 3600 if self.hours else 0.0
        least, size = groups.committed(self.topic), self.size // len(partitions) if self.size else 1 << 62
        return sum(
            part.retain(oldest, size, part.bounds()[1] if self.drop else least.get(part.number, 0))
            for part in partitions
        )


class LogProducer:
    """Puts messages on a topic of the embedded log; ``most`` unread messages are allowed (0: any number)."""

    def __init__(self, place: Place, most: int = 0):
        self._place, self._most = place, most
        self._groups, self._partitions = place.open()
        self._turn, self._ahead, self._looked, self._swept = 0, 0, 0.0, 0.0

    def put(self, records: Iterable[Record], wait: float = FAR) -> int:
        """Store (key, value) pairs durably and return how many; see stream.message.Producer."""
        parts: dict[int, list[Record]] = {}
        self._turn += 1
        for key, value in records:
            spread = self._turn if key is None else zlib.crc32(key)
            parts.setdefault(spread % len(self._partitions), []).append((key, value))
        count = sum(map(len, parts.values()))
        self._wait_for_room(count, wait)
        now = time.time_ns() // 1_000_000
        for part, given in parts.items():
            self._partitions[part].append(given, now)
        self._ahead += count
        if time.monotonic() - self._swept > SWEEP:
            self._swept = time.monotonic()
            self._place.sweep(self._groups, self._partitions)
        return count

    def close(self) -> None:
        """Let go of the stream."""
        self._groups.close()

    def _wait_for_room(self, count: int, wait: float) -> None:
        until = time.monotonic() + wait
        while self._most:
            if time.monotonic() - self._looked > LOOK:
                self._looked, self._ahead = (
                    time.monotonic(),
                    behind(self._groups, self._place, self._partitions),
                )
            if not self._ahead or self._ahead + count <= self._most:
                return
            if time.monotonic() >= until:
                raise Full(
                    f"{self._place.topic} holds {self._ahead:,} messages that nobody has read, and max_lag "
                    f"is {self._most:,}; start a listener, or raise max_lag in streams.yml."
                )
            time.sleep(PAUSE)


class LogConsumer:
    """Reads a topic of the embedded log as a member of a group; see stream.message.Consumer."""

    def __init__(self, place: Place, group: str):
        self._place, self._group = place, group
        self._groups, self._partitions = place.open()
        self._member = self._groups.join(group, place.topic, len(self._partitions))
        self._next: dict[int, int] = {}
        self._swept, self._turn = time.monotonic(), 0

    def take(self, limit: int, seconds: float) -> list[Message]:
        """Return up to ``limit`` messages of the partitions that are ours now;
        waits until there are so many.
        """
        until, found = time.monotonic() + seconds, []
        self._assign()
        while True:
            found += self._read(limit - len(found))
            if len(found) >= limit or time.monotonic() >= until:
                return found
            time.sleep(min(PAUSE, max(0.0, until - time.monotonic())))
            if not found:  # nothing is under way, so partitions may change hands
                self._assign()

    def commit(self, messages: list[Message]) -> None:
        """Note that these are dealt with; raises LeaseLost
        when another member has a partition of theirs by now.
        """
        try:
            self._groups.commit(self._group, self._place.topic, self._member, reached(messages))
        except BaseException:
            self._next.clear()
            raise
        if time.monotonic() - self._swept > SWEEP:
            self._swept = time.monotonic()
            self._place.sweep(self._groups, self._partitions)

    def keep(self) -> None:
        """Say that this consumer lives, in the middle of long work."""
        self._groups.keep(self._group, self._place.topic, self._member)

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._groups.leave(self._group, self._place.topic, self._member)
        self._groups.close()

    def _assign(self) -> None:
        held = self._groups.balance(self._group, self._place.topic, self._member, len(self._partitions))
        gained = held - set(self._next)
        least = self._groups.committed(self._place.topic, self._group) if gained else {}
        self._next = {part: self._next.get(part, least.get(part, 0)) for part in sorted(held)}

    def _read(self, limit: int) -> list[Message]:
        """Read from each of our partitions in turn, a fair part of the limit from each."""
        found: list[Message] = []
        self._turn += 1
        ours = sorted(self._next, key=lambda part: (part + self._turn) % len(self._partitions))
        for left, part in zip(range(len(ours), 0, -1), ours):
            if not self._partitions[part].bounds()[1] > self._next[part]:
                continue
            messages = self._partitions[part].read(self._next[part], -(-(limit - len(found)) // left))
            found += messages
            self._next |= reached(messages)
        return found


class LogWatch:
    """Looks at a topic of the embedded log for one group, without taking part."""

    def __init__(self, place: Place, group: str):
        self._place, self._group = place, group
        self._groups, self._partitions = place.open()

    def lag(self) -> list[Lag]:
        """Return how far behind the group is on each partition."""
        committed = self._groups.committed(self._place.topic, self._group)
        return [_lag(part, committed.get(part.number, 0)) for part in self._partitions]

    def close(self) -> None:
        """Let go of the stream."""
        self._groups.close()


def behind(groups: Groups, place: Place, partitions: list[Partition]) -> int:
    """Return how many messages the slowest registered group has still to read;
    all of them where there is no group.
    """
    least = groups.committed(place.topic)
    return sum(_lag(part, least.get(part.number, 0)).messages for part in partitions)


def _lag(part: Partition, committed: int) -> Lag:
    first, end = part.bounds()
    waiting = part.read(max(committed, first), 1) if end > committed else []
    age = max(0.0, time.time() - waiting[0].at / 1000) if waiting else 0.0
    return Lag(part.number, first, end, committed, age)

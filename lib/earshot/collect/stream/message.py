"""What every stream speaks of: a message, how far behind a group is,
and what can go wrong, whatever lies beneath.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

Record = tuple[bytes | None, bytes]
FAR = 60.0


class StreamError(RuntimeError):
    """The stream cannot be read or written; the sentence says which, where and what to do."""


class Full(StreamError):
    """The readers are too far behind for more to be put on the stream (back-pressure)."""


class LeaseLost(StreamError):
    """Another consumer reads this partition now:
    what was read from it is not committed here but read there again.
    """


@dataclass(frozen=True, slots=True)
class Message:
    """One message: where it lies, its key and value as bytes,
    and when it was put there (milliseconds, UTC).
    """

    partition: int
    offset: int
    key: bytes | None
    value: bytes
    at: int


@dataclass(frozen=True)
class Lag:
    """One partition as one group sees it:
    first and next offset on it, next offset to read, age of that in seconds.
    """

    partition: int
    first: int
    end: int
    committed: int
    seconds: float

    @property
    def messages(self) -> int:
        """How many messages the group has still to read."""
        return max(0, self.end - max(self.committed, self.first))


class Producer(Protocol):
    """Puts messages on one topic."""

    def put(self, records: Iterable[Record], wait: float = FAR) -> int:
        """Store (key, value) pairs durably and return how many;
        one key always goes to the same partition, in order.

        Raises Full when the readers stay too far behind for ``wait`` seconds, and StreamError when it cannot
        be done.
        """

    def close(self) -> None:
        """Let go of the stream."""


class Consumer(Protocol):
    """Reads one topic as one member of a group; the partitions are shared among the living members."""

    def take(self, limit: int, seconds: float) -> list[Message]:
        """Return up to ``limit`` messages, those of a partition in order;
        waits at most ``seconds`` for them.
        """

    def commit(self, messages: list[Message]) -> None:
        """Note that these are dealt with; raises LeaseLost
        when a partition has gone to another member meanwhile.
        """

    def keep(self) -> None:
        """Say that this consumer lives, in the middle of long work."""

    def close(self) -> None:
        """Leave the group, so that others take over at once."""


class Watch(Protocol):
    """Looks at a topic without taking part."""

    def lag(self) -> list[Lag]:
        """Return how far behind the group is on each partition."""

    def close(self) -> None:
        """Let go of the stream."""


def reached(messages: Iterable[Message]) -> dict[int, int]:
    """Return the next offset of each partition after these messages."""
    nexts: dict[int, int] = {}
    for message in messages:
        nexts[message.partition] = max(nexts.get(message.partition, 0), message.offset + 1)
    return nexts

"""Who reads what of the embedded log: groups, their living members, partition leases and committed offsets.

One small SQLite file (WAL) beside the segments; every change is one transaction. A member that died is seen
by its lease running out, and at once when it ran on this machine and its process is gone.
"""

import os
import platform
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from earshot.collect.stream.message import LeaseLost, StreamError

TABLES = """
CREATE TABLE IF NOT EXISTS topics(topic TEXT PRIMARY KEY, partitions INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS members(grp TEXT, topic TEXT, member TEXT, host TEXT, pid INTEGER, seen REAL,
                                   PRIMARY KEY(grp, topic, member));
CREATE TABLE IF NOT EXISTS leases(grp TEXT, topic TEXT, part INTEGER, member TEXT, PRIMARY KEY(grp, topic,
part));
CREATE TABLE IF NOT EXISTS offsets(grp TEXT, topic TEXT, part INTEGER, next INTEGER, PRIMARY KEY(grp, topic,
part));
"""


class Groups:
    """The book of groups in one file; ``lease`` is how many seconds a silent member keeps its partitions."""

    def __init__(self, path: Path, lease: float = 60.0):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lease = lease
        self._book = sqlite3.connect(path, timeout=60, isolation_level=None)
        self._book.execute("PRAGMA journal_mode=WAL")
        self._book.execute("PRAGMA synchronous=FULL")
        self._book.executescript(TABLES)

    def partitions(self, topic: str, wanted: int) -> int:
        """Return how many partitions a topic has, ``wanted`` when it is new;
        raises StreamError when they differ.
        """
        with self._change() as book:
            book.execute("INSERT OR IGNORE INTO topics VALUES(?, ?)", (topic, wanted))
            there = book.execute("SELECT partitions FROM topics WHERE topic = ?", (topic,)).fetchone()[0]
        if there != wanted:
            raise StreamError(
                f"The topic {topic} has {there} partitions and streams.yml says {wanted}; a key must "
                f"stay in its partition, so write partitions: {there}, or name a new topic."
            )
        return there

    def join(self, group: str, topic: str, count: int) -> str:
        """Register a new member of a group and return its name; a new group begins at the first message."""
        member = uuid4().hex
        with self._change() as book:
            book.executemany(
                "INSERT OR IGNORE INTO offsets VALUES(?, ?, ?, 0)",
                [(group, topic, part) for part in range(count)],
            )
            self._seen(book, group, topic, member)
        return member

    def balance(self, group: str, topic: str, member: str, count: int) -> set[int]:
        """Renew a member, let go of partitions beyond its fair share,
        take free ones, and return those it holds.
        """
        with self._change() as book:
            self._seen(book, group, topic, member)
            live = self._living(book, group, topic)
            mine = {part for part in range(count) if live[part % len(live)] == member}
            held = dict(
                book.execute("SELECT part, member FROM leases WHERE grp = ? AND topic = ?", (group, topic))
            )
            book.executemany(
                "DELETE FROM leases WHERE grp = ? AND topic = ? AND part = ? AND member = ?",
                [(group, topic, part, member) for part in range(count) if part not in mine],
            )
            free = [part for part in mine if held.get(part) not in live]
            book.executemany(
                "INSERT OR REPLACE INTO leases VALUES(?, ?, ?, ?)",
                [(group, topic, part, member) for part in free],
            )
        return {part for part in mine if held.get(part) == member or part in free}

    def keep(self, group: str, topic: str, member: str) -> None:
        """Say that a member lives."""
        with self._change() as book:
            self._seen(book, group, topic, member)

    def commit(self, group: str, topic: str, member: str, nexts: dict[int, int]) -> None:
        """Note the next offsets to read; raises LeaseLost,
        and notes none, when a partition is another member's.
        """
        with self._change() as book:
            held = dict(
                book.execute("SELECT part, member FROM leases WHERE grp = ? AND topic = ?", (group, topic))
            )
            lost = sorted(part for part in nexts if held.get(part) != member)
            if lost:
                raise LeaseLost(
                    f"Partition {lost[0]} of {topic} is read by another listener of the group {group} now; "
                    "it reads these messages again."
                )
            book.executemany(
                "UPDATE offsets SET next = max(next, ?) WHERE grp = ? AND topic = ? AND part = ?",
                [(after, group, topic, part) for part, after in nexts.items()],
            )
            self._seen(book, group, topic, member)

    def leave(self, group: str, topic: str, member: str) -> None:
        """Take a member off the list, so that its partitions are free at once."""
        with self._change() as book:
            for table in ("members", "leases"):
                book.execute(
                    f"DELETE FROM {table} WHERE grp = ? AND topic = ? AND member = ?", (group, topic, member)
                )

    def committed(self, topic: str, group: str | None = None) -> dict[int, int]:
        """Return the next offset to read of each partition:
        of one group, or the least of all that are registered.
        """
        where, given = (" AND grp = ?", (topic, group)) if group else ("", (topic,))
        return dict(
            self._book.execute(
                f"SELECT part, min(next) FROM offsets WHERE topic = ?{where} GROUP BY part", given
            )
        )

    def living(self, group: str, topic: str) -> int:
        """Return how many members of a group live."""
        with self._change() as book:
            return len(self._living(book, group, topic))

    def close(self) -> None:
        """Close the book."""
        self._book.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        self._book.execute("BEGIN IMMEDIATE")
        try:
            yield self._book
        except BaseException:
            self._book.execute("ROLLBACK")
            raise
        self._book.execute("COMMIT")

    @staticmethod
    def _seen(book: sqlite3.Connection, group: str, topic: str, member: str) -> None:
        book.execute(
            "INSERT OR REPLACE INTO members VALUES(?, ?, ?, ?, ?, ?)",
            (group, topic, member, here(), os.getpid(), time.time()),
        )

    def _living(self, book: sqlite3.Connection, group: str, topic: str) -> list[str]:
        """Return the members that live, in a fixed order, and strike out the others."""
        rows = book.execute(
            "SELECT member, host, pid, seen FROM members WHERE grp = ? AND topic = ? ORDER BY member",
            (group, topic),
        ).fetchall()
        dead = [
            member
            for member, host, pid, seen in rows
            if time.time() - seen > self._lease or (host == here() and not runs(pid))
        ]
        book.executemany(
            "DELETE FROM members WHERE grp = ? AND topic = ? AND member = ?",
            [(group, topic, member) for member in dead],
        )
        return [member for member, *_ in rows if member not in dead]


def here() -> str:
    """Return what tells the processes of this machine, or of this container, from those of another."""
    try:
        return f"{platform.node()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return platform.node()


def runs(pid: int) -> bool:
    """Say whether a process of this machine runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True

"""One partition of the embedded log: append-only segment files whose batches carry length and checksum.

A batch is written by one call and is either whole or not there: what a killed writer left half written at the
end is recognised and cut off by the next writer. Only one process appends at a time; readers need no lock.

A batch on disk, little-endian: mark (4), bytes of the body (u32), CRC-32 of all that follows (u32), offset of
the first message (i64), messages (u32), time in ms (i64), then the body: time of each (i64), length of each
key (i32, -1 for none), length of each value (u32), and the keys and values themselves. The name of a segment
is its first offset.
"""

import bisect
import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np

from earshot.collect.stream.message import Message, Record, StreamError

MARK = b"eS\x01\xb5"
HEAD = struct.Struct("<4sIIqIq")
TAIL = struct.Struct("<qIq")
SEGMENT = 64 << 20


class Partition:
    """The segment files in one folder; ``sync`` makes each append wait until the disk has it."""

    def __init__(self, folder: Path, number: int = 0, sync: bool = True, segment: int = SEGMENT):
        self.folder, self.number, self._sync, self._size = folder, number, sync, segment
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tail: tuple[Path, int, int] | None = None  # segment, bytes of it that are whole, next offset
        self._cursor: tuple[Path, int, int] | None = None
        self.cut = 0  # bytes of half-written batches that were cut off

    def append(self, records: Sequence[Record], at: int) -> int:
        """Add records in one batch, all of it or none,
        and return the offset after the last; ``at`` is in ms.
        """
        with self._alone():
            path, place, offset = self._recover()
            if place >= self._size:
                path, place = self._begin(offset), 0
            data = pack(records, offset, at)
            try:
                with open(path, "r+b", buffering=0) as file:
                    file.seek(place)
                    written = file.write(data)
                    if written != len(data):
                        raise OSError(28, "No space left on device", str(path))
                    if self._sync:
                        os.fsync(file.fileno())
            except OSError as error:
                raise StreamError(
                    f"{path} could not be written ({error.strerror}); free some space and put the posts "
                    "on the stream again."
                ) from None
            self._tail = path, place + len(data), offset + len(records)
            return self._tail[2]

    def read(self, offset: int, limit: int) -> list[Message]:
        """Return up to ``limit`` messages from ``offset`` on; fewer, or none, at the end of what is whole.

        Messages that retention has removed are passed over. Raises StreamError when a file is damaged in its
        middle.
        """
        found: list[Message] = []
        path, place, at = self._place(offset)
        while len(found) < limit:
            head, body = self._batch(path, place)
            if head is None:
                if not (following := self._next(path, at)):
                    break
                path, place = following, 0
                continue
            end = head[3] + head[4]
            if end > offset:
                batch = unpack(self.number, head, body)
                found += batch[max(0, offset - head[3]) :][: limit - len(found)]
            if found and found[-1].offset + 1 < end:  # part of a batch: the next read begins inside it
                at = found[-1].offset + 1
                break
            place, at = place + HEAD.size + head[1], end
        self._cursor = path, place, at
        return found

    def bounds(self) -> tuple[int, int]:
        """Return the first offset that is still there and the offset after the last."""
        segments = self._segments()
        if not segments:
            return 0, 0
        known = (
            self._tail
            if self._tail and self._tail[0] == segments[-1]
            else (segments[-1], 0, base(segments[-1]))
        )
        self._tail = whole_until(*known)
        return base(segments[0]), self._tail[2]

    def retain(self, oldest: float, size: int, read: int) -> int:
        """Remove whole segments last written before ``oldest`` (Unix seconds)
        or beyond ``size`` bytes in all.

        Only what lies before offset ``read`` may go. Returns the number of messages removed.
        """
        with self._alone():
            path, place, end = self._recover()
            if place and path.stat().st_mtime < oldest and read >= end:
                self._begin(end)  # so that the last one can go too
            segments, gone = self._segments(), 0
            total = sum(segment.stat().st_size for segment in segments)
            for segment, after in pairwise(segments):
                stat = segment.stat()
                if base(after) > read or (stat.st_mtime >= oldest and total <= size):
                    break
                segment.unlink()
                total, gone = total - stat.st_size, gone + base(after) - base(segment)
            return gone

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with open(self.folder / ".lock", "a+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the system lets go of it when its holder dies
            yield

    def _segments(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.suffix == ".log")

    def _begin(self, offset: int) -> Path:
        path = self.folder / f"{offset:020d}.log"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        if self._sync:
            folder = os.open(self.folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        return path

    def _recover(self) -> tuple[Path, int, int]:
        """Return the last segment, its length and the next offset, after cutting off what is not whole."""
        segments = self._segments()
        last = segments[-1] if segments else self._begin(0)
        known = self._tail if self._tail and self._tail[0] == last else (last, 0, base(last))
        self._tail = path, place, offset = whole_until(*known)
        if (size := path.stat().st_size) > place:
            refuse_damage(path, place)
            os.truncate(path, place)
            self.cut += size - place
        return path, place, offset

    def _place(self, offset: int) -> tuple[Path, int, int]:
        """Return segment, byte and first offset of the batch from which to read on."""
        if self._cursor and self._cursor[2] == offset and self._cursor[0].exists():
            return self._cursor
        segments = self._segments()
        if not segments:
            raise StreamError(f"{self.folder} holds no messages yet.")
        at = bisect.bisect_right([base(path) for path in segments], offset) - 1
        path, place, here = segments[max(at, 0)], 0, base(segments[max(at, 0)])
        with open(path, "rb") as file:
            while head := _head(file, place):
                if head[3] + head[4] > offset:
                    break
                place, here = place + HEAD.size + head[1], head[3] + head[4]
        return path, place, here

    def _batch(self, path: Path, place: int) -> tuple[tuple | None, bytes]:
        try:
            with open(path, "rb") as file:
                head = _head(file, place)
                body = file.read(head[1]) if head else b""
        except FileNotFoundError:
            return None, b""
        if head and len(body) == head[1] and zlib.crc32(body, zlib.crc32(TAIL.pack(*head[3:]))) == head[2]:
            return head, body
        if path.stat().st_size > place:
            refuse_damage(path, place)
        return None, b""

    def _next(self, path: Path, at: int) -> Path | None:
        """Return the segment after ``path``, once no more can be written to that one."""
        later = [segment for segment in self._segments() if segment > path]
        if later and path.exists() and base(later[0]) > at:
            if whole_until(path, 0, base(path))[2] > at:
                return None  # the last batch came after we looked: read it first
            raise StreamError(
                f"{path} ends before message {base(later[0]):,}: it was damaged; restore it, or delete "
                "it to go on with the next file."
            )
        return later[0] if later else None


def base(path: Path) -> int:
    """Return the first offset of a segment."""
    return int(path.stem)


def pack(records: Sequence[Record], offset: int, at: int) -> bytes:
    """Return records as one batch."""
    keys = np.array([-1 if key is None else len(key) for key, _ in records], "<i4")
    values = np.array([len(value) for _, value in records], "<u4")
    times = np.full(len(records), at, "<i8")
    body = b"".join(
        [
            times.tobytes(),
            keys.tobytes(),
            values.tobytes(),
            *(part for key, value in records for part in (key or b"", value)),
        ]
    )
    tail = TAIL.pack(offset, len(records), at)
    return HEAD.pack(MARK, len(body), zlib.crc32(body, zlib.crc32(tail)), offset, len(records), at) + body


def unpack(partition: int, head: tuple, body: bytes) -> list[Message]:
    """Return the messages of one batch."""
    count, offset = head[4], head[3]
    times = np.frombuffer(body, "<i8", count).tolist()
    keys = np.frombuffer(body, "<i4", count, 8 * count).tolist()
    values = np.frombuffer(body, "<u4", count, 12 * count).tolist()
    messages, place = [], 16 * count
    for index in range(count):
        after = place + max(keys[index], 0)
        key = None if keys[index] < 0 else body[place:after]
        place = after + values[index]
        messages.append(Message(partition, offset + index, key, body[after:place], times[index]))
    return messages


def whole_until(path: Path, place: int, offset: int) -> tuple[Path, int, int]:
    """Return the segment, the byte up to which its batches are whole from ``place`` on,
    and the offset after them.
    """
    with open(path, "rb") as file:
        while head := _head(file, place):
            body = file.read(head[1])
            if len(body) < head[1] or zlib.crc32(body, zlib.crc32(TAIL.pack(*head[3:]))) != head[2]:
                break
            place, offset = place + HEAD.size + head[1], head[3] + head[4]
    return path, place, offset


def refuse_damage(path: Path, place: int) -> None:
    """Raise StreamError when whole batches follow a broken one:
    then it is no half-written end but a damaged file.
    """
    with open(path, "rb") as file:
        file.seek(place)
        rest = file.read()
    at = rest.find(MARK, 1)
    while at > 0:
        if whole_until(path, place + at, -1)[2] >= 0:
            raise StreamError(
                f"{path} is damaged at byte {place:,}, with whole messages after it; restore the file, "
                "or move it away to go on without its messages."
            )
        at = rest.find(MARK, at + 1)


def _head(file, place: int) -> tuple | None:
    file.seek(place)
    data = file.read(HEAD.size)
    head = HEAD.unpack(data) if len(data) == HEAD.size else None
    return head if head and head[0] == MARK else None

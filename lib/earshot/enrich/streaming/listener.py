"""Listening: micro-batches from the stream into the tables, committed only once they are stored.

At least once on the stream and a merge by key in the store: nothing is lost and nothing is there twice,
whatever is killed. Any number of listeners share the partitions; when one dies the others take over its part.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from earshot.collect.feeds.heartbeat import Heartbeat
from earshot.collect.stream.groups import here, runs
from earshot.collect.stream.message import Consumer, LeaseLost, Message, StreamError, Watch
from earshot.collect.stream.settings import Stream, read_stream
from earshot.core import clock
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline import steps
from earshot.enrich.streaming.micro_batch import BatchReport, Intake


@dataclass
class ListenerStatus:
    """What a listener has done so far: counts, the newest post's time,
    its last error, since when and until when.
    """

    pid: int = field(default_factory=os.getpid)
    host: str = field(default_factory=here)
    since: str = ""
    at: str = ""
    batches: int = 0
    messages: int = 0
    added: int = 0
    updated: int = 0
    repeated: int = 0
    refused: int = 0
    dead: int = 0
    seconds: float = 0.0
    newest: str = ""
    error: str = ""

    def add(self, arrived: BatchReport, count: int, seconds: float) -> None:
        """Count one batch."""
        self.batches, self.messages, self.seconds = (
            self.batches + 1,
            self.messages + count,
            self.seconds + seconds,
        )
        for name in ("added", "updated", "repeated", "refused"):
            setattr(self, name, getattr(self, name) + getattr(arrived.landed, name))
        self.dead += len(arrived.dead)
        if arrived.newest is not None:
            self.newest = max(self.newest, arrived.newest.isoformat())
        self.error = "; ".join(
            f"The step {step} failed and is left to the next report: {why}"
            for step, why in arrived.failed.items()
        )


def listen(
    workspace: Workspace,
    once: bool = False,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda line: None,
) -> ListenerStatus:
    """Read a workspace's stream until ``stop()`` or, with ``once``, until nothing is left; say what was done.

    A batch is stored, enriched in line, written down and only then committed. The gap ledger says when nobody
    listened or the stream did not answer; a run with ``once`` comes by schedule and leaves no gap behind.
    Raises ParamError on wrong settings, StreamError and StoreError when stream or store cannot go on; what
    was not committed is read again.
    """
    stream = checked(read_stream(workspace))
    intake = Intake(workspace, stream, stream.codec(workspace))
    heard, note = ListenerStatus(since=clock.now().isoformat()), notes(stream) / f"{os.getpid()}.json"
    consumer, watch, grave = stream.consumer(), stream.watch(), None
    presence = Heartbeat(workspace.store, stream.source or stream.topic, stream.full_group)
    try:
        _arrive(presence, watch, once)
        write_note(note, heard)
        while not stop():
            if not once and presence.due():
                _show_presence(presence, watch)
            if messages := consumer.take(stream.batch.posts, 0.5 if once else stream.batch.seconds):
                grave = _deal_with(intake, consumer, messages, heard, say, grave)
            elif once and not sum(lag.messages for lag in watch.lag()):
                break
            write_note(note, heard)
    except Exception as error:
        heard.error = str(error)
        write_note(note, heard)
        presence.trouble("down", heard.error)
        raise
    finally:
        _close(consumer, watch, grave)
    write_note(note, heard, ended=True)
    if not once and not read_notes(stream)[0]:
        presence.end()
    return heard


def _close(*opened) -> None:
    for one in filter(None, opened):
        one.close()


def _arrive(presence: Heartbeat, watch: Watch, once: bool) -> None:
    """Write down since when nobody listened;
    what the stream let go of meanwhile was missed, the rest only waited.
    """
    if once:
        presence.well()
        return
    try:
        presence.begin(sum(max(0, lag.first - lag.committed) for lag in watch.lag()))
    except StreamError as error:
        presence.begin()
        presence.trouble("down", str(error))


def _show_presence(presence: Heartbeat, watch: Watch) -> None:
    """Give a sign of life, or write down that the stream does not answer."""
    try:
        watch.lag()
    except StreamError as error:
        presence.trouble("down", str(error))
    else:
        presence.beat()


def checked(stream: Stream) -> Stream:
    """Return the stream, in which every step in line is one there is, in their order; raises ParamError."""
    for step in stream.steps:
        if step not in steps.names():
            raise ParamError(
                f"params/{stream.workspace}/streams.yml: there is no step {step!r}; the steps are "
                f"{', '.join(steps.names())}.{nearest(step, steps.names())}"
            )
    return stream.model_copy(update={"steps": sorted(stream.steps, key=steps.names().index)})


def _deal_with(
    intake: Intake,
    consumer: Consumer,
    messages: list[Message],
    heard: ListenerStatus,
    say: Callable[[str], None],
    grave,
):
    """Store one batch and commit it; return the producer of dead letters,
    which is opened when the first comes.
    """
    begun = time.monotonic()
    arrived = intake.take_in(messages)
    consumer.keep()
    if arrived.dead:
        grave = grave or intake.stream.producer(dead=True)
        grave.put(
            [
                (f"{letter['partition']}:{letter['offset']}".encode(), json.dumps(letter).encode())
                for letter in arrived.dead
            ]
        )
    seconds = time.monotonic() - begun
    intake.write_down(messages, seconds)
    try:
        consumer.commit(messages)
    except LeaseLost as lost:
        say(str(lost))
    heard.add(arrived, len(messages), seconds)
    say(
        f"{len(messages):,} messages in {seconds:.1f} s: {arrived.landed.added:,} new posts, "
        f"{arrived.landed.updated:,} updated, {arrived.landed.repeated:,} known, {arrived.landed.refused:,} "
        f"refused."
    )
    if heard.error:
        say(heard.error)
    return grave


def notes(stream: Stream) -> Path:
    """Return the folder in which each listener keeps its own note for whoever asks how it is."""
    return Path(stream.root) / "listeners" / stream.environment


def write_note(path: Path, heard: ListenerStatus, ended: bool = False) -> None:
    """Write a listener's note; the last one stays when it ends, in the place of all that have ended."""
    heard.at = clock.now().isoformat()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(heard)), encoding="utf-8")
    draft.replace(path.with_name("ended.json") if ended else path)
    if ended:
        path.unlink(missing_ok=True)


def read_notes(stream: Stream) -> tuple[list[ListenerStatus], list[ListenerStatus]]:
    """Return the notes of listeners that run,
    and of those that do not (of those that died, the note stays a day).
    """
    living, gone = [], []
    for path in sorted(notes(stream).glob("*.json")):
        try:
            heard = ListenerStatus(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        lives = path.stem != "ended" and (runs(heard.pid) if heard.host == here() else _fresh(path))
        (living if lives else gone).append(heard)
        if not lives and path.stem != "ended" and time.time() - path.stat().st_mtime > 86_400:
            path.unlink(missing_ok=True)
    return living, sorted(gone, key=lambda heard: heard.at)


def _fresh(path: Path) -> bool:
    return time.time() - path.stat().st_mtime < 300

"""How a stream is: lag, age of the last post, dead letters, living listeners;
as sentences and for Prometheus.
"""

import time
from dataclasses import dataclass

from earshot.collect.stream.settings import Stream
from earshot.core.workspace import Workspace


@dataclass(frozen=True)
class Condition:
    """The condition of a stream: messages unread and the seconds the oldest waits, the newest post's age in
    seconds (None before the first), dead letters, listeners that live, the last error, and what is wrong, in
    sentences."""

    stream: str
    lag: int
    waiting: float
    age: float | None
    dead: int
    listeners: int
    error: str
    problems: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def examine(workspace: Workspace, stream: Stream, listeners: int, error: str) -> Condition:
    """Return the condition of a stream with so many living listeners and this last error of one."""
    lags = _lags(stream, dead=False)
    lag, waiting = sum(part.messages for part in lags), max((part.seconds for part in lags), default=0.0)
    dead = sum(part.end for part in _lags(stream, dead=True))
    age, limits = newest_age(workspace), stream.health
    most, quiet = limits.lag or stream.max_lag, limits.quiet_minutes
    said = [
        (
            bool(lag) and not listeners,
            f"nobody listens and {lag:,} messages wait; run earshot listen {workspace.name}",
        ),
        (bool(most) and lag > most, f"{lag:,} messages wait, more than {most:,}; start another listener"),
        (
            bool(quiet) and (age is None or age > quiet * 60),
            f"the newest post is {_told(age)} and more than {quiet:g} minutes is too quiet; see what feeds "
            f"it",
        ),
        (bool(error), f"the last error was: {error.rstrip('.')}"),
    ]
    return Condition(
        stream.full_topic,
        lag,
        waiting,
        age,
        dead,
        listeners,
        error,
        tuple(words + "." for holds, words in said if holds),
    )


def newest_age(workspace: Workspace) -> float | None:
    """Return the seconds since the newest post was collected, or None where there is none."""
    newest = workspace.store.sql("SELECT epoch(max(collected_at)) AS at FROM posts")["at"].iloc[0]
    return None if newest != newest or newest is None else max(0.0, time.time() - float(newest))


def metrics(condition: Condition, heard: dict[str, float]) -> str:
    """Return the condition, and counts by name of what listeners did,
    in the text format of Prometheus (0.0.4).
    """
    rows = [
        ("lag_messages", "gauge", "Messages that are not read yet.", condition.lag),
        ("lag_seconds", "gauge", "Seconds that the oldest of them waits.", condition.waiting),
        ("newest_post_age_seconds", "gauge", "Seconds since the newest post was collected.", condition.age),
        ("dead_letters", "gauge", "Messages that are no rows.", condition.dead),
        ("listeners", "gauge", "Listeners that live.", condition.listeners),
        ("up", "gauge", "1 when nothing is wrong.", int(condition.well)),
    ]
    rows += [
        (f"{name}_total", "counter", f"What living listeners did: {name}.", value)
        for name, value in heard.items()
    ]
    label = condition.stream.replace("\\", r"\\").replace('"', r"\"")
    return "".join(
        f"# HELP earshot_stream_{name} {words}\n# TYPE earshot_stream_{name} {kind}\n"
        f'earshot_stream_{name}{{stream="{label}"}} {value:g}\n'
        for name, kind, words, value in rows
        if value is not None
    )


def _lags(stream: Stream, dead: bool) -> list:
    watch = stream.watch(dead)
    try:
        return watch.lag()
    finally:
        watch.close()


def _told(age: float | None) -> str:
    return "not there yet" if age is None else f"{age / 60:,.0f} minutes old"

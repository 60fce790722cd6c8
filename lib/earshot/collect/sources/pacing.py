"""How fast a platform is asked and how long we wait for it:
its own limits, growing pauses, and an end to patience.
"""

import os
import random
import time
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import pandas as pd
from pyrate_limiter import InMemoryBucket, Limiter, Rate
from pyrate_limiter.clocks import AbstractClock
from pyrate_limiter.limiter import SingleBucketFactory

from earshot.collect.sources.protocol import Limits
from earshot.core import clock

LONGEST = 86_400.0  # seconds; a platform that asks for more than a day has made a mistake or a joke


class Timepiece:
    """The time and the passing of it; a test gives one that runs as fast as it likes."""

    def now(self) -> pd.Timestamp:
        """Return the time in UTC to the microsecond ($EARSHOT_NOW fixes it)."""
        return clock.now() if os.environ.get("EARSHOT_NOW") else pd.Timestamp.now("UTC").as_unit("us")

    def passed(self) -> float:
        """Return seconds since some moment; never runs backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(seconds)


@dataclass(frozen=True)
class Patience:
    """How often one request is tried, how many seconds a run may wait in all, and how its own pauses grow."""

    attempts: int = 6
    waiting: float = 1200.0  # X opens its window again after at most 15 minutes
    first: float = 1.0
    most: float = 60.0
    timeout: float = 30.0

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after the so-manieth failure:
        doubling, with jitter so that feeds part.
        """
        return min(self.most, self.first * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)


class Pace:
    """Holds requests back so that a platform's limit is kept (a sliding window, by pyrate-limiter)."""

    def __init__(self, limits: Limits, timepiece: Timepiece):
        self._timepiece, self._step = timepiece, max(0.01, limits.seconds / limits.requests / 4)
        bucket = InMemoryBucket([Rate(limits.requests, max(1, int(limits.seconds * 1000)))])
        bucket._clock = _Clock(timepiece)
        self._factory = SingleBucketFactory(bucket, schedule_leak=False)
        self._bucket, self._limiter = bucket, Limiter(self._factory)

    def wait(self) -> float:
        """Wait until one more request is allowed; returns for how many seconds it waited."""
        waited = 0.0
        while not self._limiter.try_acquire("request", blocking=False):
            self._bucket.leak(self._bucket.now())
            self._timepiece.sleep(self._step)
            waited += self._step
        return waited


class _Clock(AbstractClock):
    def __init__(self, timepiece: Timepiece):
        self._timepiece = timepiece

    def now(self) -> int:
        return int(self._timepiece.passed() * 1000)


def retry_after(value: str, now: pd.Timestamp) -> float | None:
    """Return the seconds that a Retry-After header asks for,
    given as seconds or as an HTTP date; None for nonsense.
    """
    value = value.strip()
    try:
        seconds = float(value) if value.replace(".", "", 1).isdigit() else _until(value, now)
    except (ValueError, TypeError, OverflowError):
        return None
    return bounded(seconds)


def bounded(seconds: float | None) -> float | None:
    """Return a wait between nothing and a day; None for no wait or no number."""
    return None if seconds is None or seconds != seconds else min(max(0.0, float(seconds)), LONGEST)


def _until(value: str, now: pd.Timestamp) -> float:
    moment = parsedate_to_datetime(value)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (pd.Timestamp(moment) - now).total_seconds()

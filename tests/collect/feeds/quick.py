"""A clock for tests of collecting: no wait takes time."""

import pandas as pd

from earshot.collect.sources.pacing import Timepiece


class Quick(Timepiece):
    """A clock that starts at a moment, jumps over every wait and remembers it."""

    def __init__(self, now: pd.Timestamp):
        self.time, self.slept = now, []

    def now(self) -> pd.Timestamp:
        return self.time

    def passed(self) -> float:
        return self.time.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += pd.Timedelta(seconds=seconds)

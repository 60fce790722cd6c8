"""The recent period and the one before it, chosen by how much history there is."""

from dataclasses import dataclass

import pandas as pd

from earshot.core import wording

LONG = 21
WEEK = 7
BEFORE = 28


@dataclass(frozen=True)
class Period:
    """Two neighbouring stretches of days: ``start`` to ``end`` is recent, ``begin`` to its eve came before.

    ``first`` is the first day of all.
    """

    first: pd.Timestamp
    begin: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp

    def recent(self, days: pd.Series) -> pd.Series:
        """Say which days are in the recent stretch."""
        return days.between(self.start, self.end)

    def before(self, days: pd.Series) -> pd.Series:
        """Say which days are in the stretch before."""
        return (days >= self.begin) & (days < self.start)

    def stretches(self, most: int = 13) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """Return first and last day of up to ``most`` whole stretches
        as long as the recent one, the latest first.
        """
        length = self.end - self.start + pd.Timedelta(days=1)
        spans = [(self.start - back * length, self.end - back * length) for back in range(most)]
        return [span for span in spans if span[0] >= self.first]

    @property
    def now(self) -> str:
        """The recent stretch in words."""
        return wording.span(self.start, self.end)

    @property
    def eve(self) -> pd.Timestamp:
        """The last day before the recent stretch."""
        return self.start - pd.Timedelta(days=1)

    @property
    def then(self) -> str:
        """The stretch before in words."""
        return wording.span(self.begin, self.eve)


def split(days: pd.Series) -> Period:
    """Return the last week against the four before it, or,
    with under three weeks, the last third against the rest.

    ``days`` holds the midnight of each post's day; raises ValueError when there is no post.
    """
    if days.empty:
        raise ValueError("There is no post in this window; widen start and end, or import posts first.")
    first, last = days.min(), days.max()
    length = (last - first).days + 1
    recent = WEEK if length >= LONG else max(length // 3, 1)
    start = last - pd.Timedelta(days=recent - 1)
    return Period(first, max(first, start - pd.Timedelta(days=BEFORE)), start, last)

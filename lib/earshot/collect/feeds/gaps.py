"""The gap ledger: every minute in which a source was down,
throttled, truncated, refused or stopped, and what it cost.

Table ``gaps``: one row per stretch of trouble, open (no ``end``) until the source answers again. ``missed``
is filled where the platform itself says how many posts there were.
"""

from dataclasses import dataclass, field

import pandas as pd

from earshot.collect.sources.pacing import Timepiece
from earshot.core.store import Store

TICK = pd.Timedelta(microseconds=1)


@dataclass
class Ledger:
    """The gaps of one feed and query; ``opened`` and ``closed`` hold what this run wrote."""

    store: Store
    source: str
    query: str
    timepiece: Timepiece = field(default_factory=Timepiece)
    platform: str = ""
    opened: list[dict] = field(default_factory=list)
    closed: list[dict] = field(default_factory=list)

    def __post_init__(self):
        rows = self.store.read(
            "gaps", where={"source": self.source}
        )  # one that runs may be of a query since changed
        self._starts = set(rows["start"])
        self._running = rows[rows["end"].isna()].to_dict("records")

    @property
    def running(self) -> list[dict]:
        """The gaps that have not ended."""
        return list(self._running)

    def open(self, kind: str, reason: str, start: pd.Timestamp | None = None) -> None:
        """Begin a gap of this kind; one of the same kind goes on,
        one of another kind ends where it begins.
        """
        if any(gap["kind"] == kind for gap in self._running):
            return
        self.close()
        gap = self._row(kind, reason, start or self.timepiece.now())
        self._write(gap)
        self._running.append(gap)
        self.opened.append(gap)

    def close(self) -> None:
        """End the gaps that run: the source answers again."""
        for gap in self._running:
            ended = gap | {"end": max(self.timepiece.now(), gap["start"])}
            self._write(ended)
            self.closed.append(ended)
        self._running = []

    def note(self, kind: str, reason: str, start: pd.Timestamp, end: pd.Timestamp) -> None:
        """Write down a gap that is over, such as a stretch of time that a platform would not list."""
        gap = self._row(kind, reason, min(start, end)) | {"end": max(start, end)}
        self._write(gap)
        self.opened.append(gap)
        self.closed.append(gap)

    def count(self, gap: dict, missed: int) -> None:
        """Write down how many posts a gap cost."""
        gap["missed"] = missed
        self._write(gap)

    def _row(self, kind: str, reason: str, start: pd.Timestamp) -> dict:
        while start in self._starts:  # two troubles in one instant are two rows
            start += TICK
        self._starts.add(start)
        return {
            "source": self.source,
            "query": self.query,
            "start": start,
            "end": pd.NaT,
            "kind": kind,
            "reason": reason,
            "missed": pd.NA,
            "platform": self.platform,
        }

    def _write(self, gap: dict) -> None:
        self.store.merge("gaps", pd.DataFrame([gap]))


def read(store: Store, until: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return the ledger with ``minutes`` (exact) and ``running``; a gap that runs counts up to ``until``
    (default: its start, so that nothing is claimed which nobody saw)."""
    rows = store.read("gaps")
    ends = rows["end"].fillna(rows["start"] if until is None else until)
    minutes = (ends - rows["start"]).dt.total_seconds().clip(lower=0) / 60
    return rows.assign(minutes=minutes, running=rows["end"].isna()).sort_values("start", ignore_index=True)

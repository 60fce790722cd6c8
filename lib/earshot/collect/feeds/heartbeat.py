"""Whether somebody is there to hear: signs of life of a receiver or a listener,
and the stretches without, as gaps.

A sign of life is kept in the store once a minute (table ``cursors``), so that any machine sees it. Who ends
in good order opens a gap that the next one closes; who was killed leaves its last sign, and the next one
writes down the time since.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass, field

import pandas as pd

from earshot.collect.feeds import cursors
from earshot.collect.feeds.gaps import Ledger
from earshot.collect.sources.pacing import Timepiece
from earshot.core.store import Store

BEAT = 60.0  # seconds between two signs of life
ENDED = "Nobody listened: the run was ended."
KILLED = "Nobody listened: the run before was ended in the middle."


@dataclass
class Heartbeat:
    """The presence of whoever hears one source; several may share it (``query`` is their group)."""

    store: Store
    source: str
    query: str
    timepiece: Timepiece = field(default_factory=Timepiece)
    platform: str = ""
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _last: pd.Timestamp | None = None

    def begin(self, missed: int | None = None) -> None:
        """Write down since when nobody was there, and how many posts that cost (None: nobody knows)."""
        with self._lock:
            ledger, seen = self._ledger(), cursors.find(self.store, self.source, self.query).at
            now = self.timepiece.now()
            if ledger.running:
                ledger.close()
            elif seen is not None and (now - seen).total_seconds() > BEAT:
                ledger.note("stopped", KILLED, seen, now)
            if missed is not None and ledger.closed:
                ledger.count(ledger.closed[-1], missed)
            self._sign(now)

    def due(self) -> bool:
        """Say whether it is time for a sign of life."""
        return self._last is None or (self.timepiece.now() - self._last).total_seconds() >= BEAT

    def beat(self) -> None:
        """Give a sign of life: what was wrong is over."""
        with self._lock:
            self._ledger().close()
            self._sign(self.timepiece.now())

    def trouble(self, kind: str, reason: str) -> None:
        """Open a gap, where the store lets one be written at all."""
        with self._lock, suppress(OSError, RuntimeError, ValueError):
            self._ledger().open(kind, reason)

    def well(self) -> None:
        """Close the gap that trouble opened, as soon as something is heard again."""
        with self._lock:
            self._ledger().close()

    def end(self) -> None:
        """Open a gap that lasts until somebody is there again."""
        with self._lock:
            self._ledger().open("stopped", ENDED)
            self._sign(self.timepiece.now())

    def _ledger(self) -> Ledger:
        """Return the ledger as it is now: others write to it too."""
        return Ledger(self.store, self.source, self.query, self.timepiece, self.platform)

    def _sign(self, now: pd.Timestamp) -> None:
        cursors.find(self.store, self.source, self.query).save(self.store, now)
        self._last = now

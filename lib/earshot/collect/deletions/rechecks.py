"""Stored posts asked for again on their platform:
what it no longer shows goes here too, what was edited changes.

A feed's own posts are asked for, by what the platform itself called them, so nothing is told to anybody. A
post that an answer leaves out is asked for once more, alone, before it is taken for gone. All posts are gone
through in rounds; one that is ended in any way goes on where it was. Table ``rechecks`` says when the last
whole round of a source began.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from earshot.collect.deletions.compliance_jobs import check_deletions
from earshot.collect.feeds.gaps import Ledger
from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.settings import Feed
from earshot.collect.landing import terms, tombstones
from earshot.collect.mapping.rows import digest
from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.answers import inside
from earshot.collect.sources.client import Client, Failed
from earshot.collect.sources.pacing import Patience, Timepiece
from earshot.collect.sources.protocol import DELETIONS, Gone, Page, Query, Request
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

ABSENT = (404, 410)
KEPT = 500  # posts that are stored together


@dataclass
class Rechecked:
    """What came of it: posts asked about, gone, changed (text or counts), and ``left`` for the next time."""

    asked: int = 0
    gone: int = 0
    changed: int = 0
    left: int = 0


def recheck(
    workspace: Workspace, feed: Feed, patience: Patience | None = None, timepiece: Timepiece | None = None
) -> Rechecked:
    """Ask the platform of a feed which of its stored posts are gone or edited, and follow both.

    Raises ParamError, saying how deletions are learnt there, for a platform that cannot be asked, and Failed
    with one sentence when it does not answer; what was found until then is kept.
    """
    platform, timepiece = platform_of(feed.platform), timepiece or Timepiece()
    if platform.deletions == "jobs":
        began = timepiece.now()
        asked, gone = check_deletions(workspace, feed, patience, timepiece)
        _Round(feed.name, whole=began, asked=asked).save(workspace, timepiece.now())
        return Rechecked(asked, gone)
    if platform.deletions != "ids":
        raise ParamError(
            f"{feed.platform} cannot be asked which posts are gone; deletions there: "
            f"{DELETIONS[platform.deletions]}."
        )
    return _Recheck(workspace, feed, patience or Patience(), timepiece).run()


def way(workspace: Workspace, source: str) -> str:
    """Return how deletions of a source's posts are learnt, one of DELETIONS:
    as its feed's platform has it, or a file.
    """
    feeds = workspace.settings("feeds")
    named = {name: entry["platform"] for name, entry in feeds.items() if isinstance(entry, dict)}
    if source not in named:
        return "file"
    found = platform_of(named[source]).deletions
    return "none" if found == "jetstream" and "jetstream" not in named.values() else found


def is_due(workspace: Workspace, feed: Feed, at: pd.Timestamp) -> bool:
    """Say whether half of the time is over in which the terms
    of a feed want its deletions followed, or all of it.
    """
    hours = terms.card_of(workspace, feed.name).deletion_within_hours
    if not hours or platform_of(feed.platform).deletions not in ("ids", "jobs"):
        return False
    whole = _Round.of(workspace, feed.name).whole
    return whole is None or at - whole > pd.Timedelta(hours=hours / 2)


@dataclass
class _Round:
    """How far a source's posts have been gone through:
    by the digest of their id, so that no id is kept here.
    """

    source: str
    reached: str = ""
    began: pd.Timestamp | None = None
    whole: pd.Timestamp | None = None
    asked: int = 0

    @classmethod
    def of(cls, workspace: Workspace, source: str) -> "_Round":
        rows = workspace.store.read("rechecks", where={"source": source})
        if rows.empty:
            return cls(source)
        row = rows.iloc[0].where(rows.iloc[0].notna(), None)
        return cls(source, row["reached"] or "", row["began"], row["whole"], int(row["asked"] or 0))

    def save(self, workspace: Workspace, at: pd.Timestamp) -> None:
        row = {
            "source": self.source,
            "reached": self.reached,
            "began": self.began,
            "whole": self.whole,
            "asked": self.asked,
            "at": at,
        }
        workspace.store.merge("rechecks", pd.DataFrame([row]))


@dataclass
class _Recheck:
    workspace: Workspace
    feed: Feed
    patience: Patience
    timepiece: Timepiece
    report: Rechecked = field(default_factory=Rechecked)

    def run(self) -> Rechecked:
        """Go through the posts that are left of the round, as many pages as the feed allows."""
        feed, store = self.feed, self.workspace.store
        self._platform = platform_of(feed.platform)
        self._query = Query(feed.name, feed.query, options=feed.options)
        self._shelf = PageStorage(self.workspace, feed, self._platform, Pseudonyms(), self.timepiece)
        self._round, self._standing, self._doubted = _Round.of(self.workspace, feed.name), False, []
        self._page, self._reached = Page(), ""
        left = self._left()
        ledger = Ledger(store, feed.name, feed.query, self.timepiece, feed.platform)
        with feed.client(ledger, self.patience, self.timepiece) as client:
            try:
                for batch in self._batches(left):
                    self._go_through(client, batch)
                    if len(self._page.rows) >= KEPT:
                        self._keep()
                self._end(len(left) - self.report.asked)
            finally:  # what was found before a fault, or Ctrl-C, is followed
                self._keep()
                tombstones.follow(self.workspace)
        return self.report

    def _left(self) -> pd.Series:
        """Return what the platform calls the posts that are left of the round,
        at the digests that order them.
        """
        constants = self._platform.mapping.constants
        named = {"source": self.feed.name, "platform": constants.get("platform", self.feed.platform)}
        ids = self.workspace.store.read("posts", columns=["post_id", "source", "platform"], where=named)[
            "post_id"
        ]
        names = pd.Series(
            [one.split(":", 1)[1] for one in ids], index=[digest(one) for one in ids], dtype="str"
        )
        if not self._round.reached:
            self._round.began, self._round.asked = self.timepiece.now(), 0
        self._before = self._round.asked
        return names.sort_index()[lambda kept: kept.index > self._round.reached]

    def _batches(self, left: pd.Series) -> Iterator[pd.Series]:
        size = self._platform.together
        for start in range(0, min(len(left), size * self.feed.pages), size):
            yield left.iloc[start : start + size]

    def _go_through(self, client: Client, batch: pd.Series) -> None:
        """Ask for a batch, and for each post that is left out once more."""
        page, seen, answered = self._ask(client, list(batch))
        for name in (name for name in batch if name not in seen):
            alone, found, told = self._ask(client, [name])
            page.rows += alone.rows
            page.gone += alone.gone
            if name not in found:
                (page.gone if told or answered else self._doubted).append(Gone(name))
        self._standing |= bool(seen)
        if self._standing:
            page.gone, self._doubted = page.gone + self._doubted, []
        self._page.rows += page.rows
        self._page.gone += page.gone
        self._reached = batch.index[-1]
        self.report.asked += len(batch)

    def _ask(self, client: Client, names: list[str]) -> tuple[Page, set[str], bool]:
        """Return (rows and deletions of these posts,
        those the answer speaks of, whether it was an answer at all).

        "Not found" is no answer while nothing else of this platform was found: the address may be wrong.
        """
        page, seen, told = Page(), set(), True
        for request in self._platform.again(names):
            read = self._answer(client, request)
            told &= read is not None
            if read is None:
                continue
            rows = {self._name(row): row for row in read.rows}
            page.rows += [row for name, row in rows.items() if name in names]
            page.gone += [one for one in read.gone if one.id in names]
            seen |= {name for name in (*rows, *(one.id for one in read.gone)) if name in names}
            seen |= set(
                names if read.broken and len(names) == 1 else ()
            )  # what cannot be read is still there
        return page, seen, told

    def _answer(self, client: Client, request: Request) -> Page | None:
        """Return what an answer holds, None for "not found";
        raises Failed for one that cannot be read at all.
        """
        try:
            read = self._platform.read(client.ask(request, quietly=True), self._query)
        except Failed as error:
            if error.status not in ABSENT:
                raise
            return None
        if read.truncated:
            raise Failed("truncated", read.truncated, 200)
        return read

    def _name(self, row: dict) -> str:
        return str(inside(row, *self._platform.mapping.columns["id"].split(".")))

    def _keep(self) -> None:
        """Store what was found, then move on past it, unless some of it is still in doubt."""
        page, self._page = self._page, Page()
        landed, gone = self._shelf.put(page)
        self.report.changed += landed.updated
        self.report.gone += gone
        if self._reached and not self._doubted:
            self._round.reached, self._round.asked = self._reached, self._before + self.report.asked
            self._round.save(self.workspace, self.timepiece.now())

    def _end(self, left: int) -> None:
        if self._doubted:
            raise Failed(
                "refused",
                f"{self._platform.name} finds none of the {len(self._doubted):,} posts of "
                f"{self.feed.name} that it was asked for, so nothing was removed; check the feed's "
                "base address.",
            )
        self._keep()
        self.report.left = left
        if not left:
            self._round.reached, self._round.whole, self._reached = "", self._round.began, ""
            self._round.save(self.workspace, self.timepiece.now())

"""Following an endless stream: small batches into the store,
then the cursor, again and again until told to stop.

What was heard is stored before the place in the stream moves on, so a kill at any moment costs nothing where
the stream can be resumed (Jetstream); where it cannot (Mastodon) the gap ledger says which minutes are
missing. Silence, refusal and broken connections are answered with growing pauses, and every one is a gap.
"""

import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd

from earshot.collect.feeds import cursors
from earshot.collect.feeds.connections import Connection, Lost
from earshot.collect.feeds.gaps import Ledger
from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.polling import FeedReport
from earshot.collect.feeds.settings import Feed
from earshot.collect.landing.landing import stored_posts
from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.answers import inside
from earshot.collect.sources.credentials import CredentialMissing, Credentials
from earshot.collect.sources.pacing import Timepiece
from earshot.collect.sources.protocol import Answer, Gone, Page, Query, Request
from earshot.core.literals import listed
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

STREAMS = ("jetstream", "mastodon-stream")
STOPPED = "We stopped listening, and this stream cannot be read from where we were."
KILLED = "The run before was ended in the middle."
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Rhythm:
    """How a stream is followed: a batch is kept after so many posts or seconds; a stream is lost after so
    many seconds of silence; pauses between attempts grow from ``first`` to ``most`` seconds; ``refusals`` in
    a row end it."""

    posts: int = 500
    seconds: float = 5.0
    silence: float = 60.0
    opening: float = 15.0
    first: float = 1.0
    most: float = 60.0
    refusals: int = 5
    rest: float = 60.0

    def pause(self, attempt: int, asked: float | None = None) -> float:
        """Return the seconds before the so-manieth attempt in a row:
        doubling, with jitter, never less than asked.
        """
        own = min(self.most, self.first * 2 ** min(attempt - 1, 16)) * random.uniform(0.5, 1.0)
        return own if asked is None else max(own, min(asked, 3600.0))


def follow(
    workspace: Workspace,
    feed: Feed,
    stop: threading.Event,
    rhythm: Rhythm | None = None,
    progress: Progress | None = None,
    timepiece: Timepiece | None = None,
) -> FeedReport:
    """Follow one feed until ``stop`` is set (or it is refused for good) and return what came of it.

    ``progress`` is called after each batch with the feed's name, the batches and the posts so far.
    """
    return Follower(
        workspace,
        feed,
        stop,
        rhythm or Rhythm(),
        progress or (lambda name, batches, posts: None),
        timepiece or Timepiece(),
    ).run()


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM or Ctrl-C sets, so that what was heard is kept before the process ends."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@dataclass
class Follower:
    """One run of one stream."""

    workspace: Workspace
    feed: Feed
    stop: threading.Event
    rhythm: Rhythm
    progress: Progress
    timepiece: Timepiece
    report: FeedReport = field(default_factory=FeedReport)

    def run(self) -> FeedReport:
        """Listen, keep, reconnect; return what came of it once told to stop."""
        self._begin()
        attempt = refused = 0
        while not self.stop.is_set() and refused < self.rhythm.refusals:
            heard = self._messages
            try:
                self._listen()
            except Lost as lost:
                self._keep()
                self._ledger.open(lost.kind, str(lost), self._last)
                attempt = 1 if self._messages > heard else attempt + 1
                refused = refused + 1 if lost.kind == "refused" else 0
                self.report.failed = str(lost) if refused else ""
                if refused < self.rhythm.refusals:
                    self.stop.wait(self.rhythm.pause(attempt, lost.wait))
        self._keep()
        self._end()
        return self.report

    def _begin(self) -> None:
        feed, store = self.feed, self.workspace.store
        self._platform = platform_of(feed.platform)
        self.report.feed, self.report.platform = feed.name, feed.platform
        self._ledger = Ledger(store, feed.name, feed.query, self.timepiece)
        self._mark = cursors.find(store, feed.name, feed.query)
        self._shelf = PageStorage(self.workspace, feed, self._platform, Pseudonyms(), self.timepiece)
        self._last = now = self.timepiece.now()
        if not self._mark.resting and self._mark.at is not None and not self._ledger.running:
            self._ledger.open("stopped", KILLED, self._mark.at)
        self._mark.since = self._mark.since or now.floor("s")
        self._page, self._cursor, self._messages, self._saved = Page(), self._mark.cursor, 0, now
        self._since_kept: float | None = None
        self._dropped: set[str] = set()
        # Saved before anything is heard, or a kill before the first batch would leave no trace and no gap.
        self._mark.resting = False
        self._mark.save(store, now)

    def _listen(self) -> None:
        """Read one connection until told to stop; raises Lost when it is."""
        request = self._request()
        with Connection(
            self.feed.platform,
            self.feed.base or self._platform.base,
            request,
            self.rhythm.silence,
            self.rhythm.opening,
        ) as connection:
            while not self.stop.is_set():
                message = connection.next(min(0.25, self.rhythm.seconds))
                if message is not None:
                    self._hear(message, request)
                if self._due():
                    self._keep()

    def _request(self) -> Request:
        request = self._platform.first(self._query, self._mark.cursor)
        try:
            return self._platform.sign(request, Credentials(self.feed.name, self.feed.credentials).read())
        except CredentialMissing as error:
            raise Lost("refused", str(error)) from None

    @property
    def _query(self) -> Query:
        return Query(self.feed.name, self.feed.query, None, None, self._mark.cursor, self.feed.options)

    def _hear(self, message: bytes, request: Request) -> None:
        """Take in one message; the first after trouble ends the gap."""
        self._last = max(self.timepiece.now(), self._last)
        if self._ledger.running:
            self._end_gaps()
        if not message:
            return
        self._messages += 1
        self._add(self._platform.read(Answer(message, request), self._query))

    def _add(self, page: Page) -> None:
        """Add what a message says to the batch;
        a post of the batch that is deleted again is not kept at all.
        """
        for row in page.rows:
            row["received_at"] = (self._last + pd.Timedelta(microseconds=len(self._page.rows))).isoformat()
        gone = {one.id for one in page.gone if one.id}
        dropped = [row for row in self._page.rows if self._id(row) in gone] if gone else []
        if dropped:
            self._page.rows = [row for row in self._page.rows if self._id(row) not in gone]
            self._dropped |= {self._id(row) for row in dropped}
        self._page.rows += page.rows
        self._page.gone += page.gone
        self._page.broken += page.broken
        self._cursor = page.cursor or self._cursor
        if self._since_kept is None and (page.rows or page.gone or page.broken):
            self._since_kept = self.timepiece.passed()

    def _due(self) -> bool:
        size = len(self._page.rows) + len(self._page.gone) + len(self._page.broken)
        waited = (
            self._since_kept is not None and self.timepiece.passed() - self._since_kept >= self.rhythm.seconds
        )
        rested = (
            self._last - self._saved
        ).total_seconds() >= self.rhythm.rest and self._cursor != self._mark.cursor
        return size >= self.rhythm.posts or waited or rested

    def _keep(self) -> None:
        """Store the batch, let deletions reach the tables, then move the place in the stream past it."""
        page, self._page, self._since_kept = self._page, Page(), None
        landed, gone = self._shelf.put(self._known(page))
        self._dropped = set()
        self.report.add(landed)
        self.report.gone += gone
        if gone:
            from earshot.collect.landing import tombstones

            tombstones.follow(self.workspace)
        self._mark.turn(self._cursor, [], landed.rows)
        self._saved = self.timepiece.now()
        self._mark.save(self.workspace.store, self._saved)
        self.report.pages += 1
        self.progress(self.feed.name, self.report.pages, self.report.rows)

    def _known(self, page: Page) -> Page:
        """Leave out changes and deletions of posts that are none of ours;
        a stream of all posts is full of them.
        """
        platform = self._shelf.source.constants.get("platform", self.feed.platform)
        asked = {one.id for one in page.gone if one.id} | {
            self._id(row) for row in page.rows if row.get("matches") is False
        }
        stored = stored_posts(
            self.workspace.store, pd.Series([f"{platform}:{one}" for one in asked], dtype="str")
        )
        ours = (
            {post_id.split(":", 1)[1] for post_id in stored["post_id"]}
            | {self._id(row) for row in page.rows if row.get("matches") is not False}
            | self._dropped
        )
        return replace(
            page,
            rows=[row for row in page.rows if self._id(row) in ours or row.get("matches", True)],
            gone=[one for one in page.gone if one.id in ours] + self._known_accounts(page.gone),
        )

    def _known_accounts(self, gone: list[Gone]) -> list[Gone]:
        left = [one for one in gone if one.account and not one.id]
        if not left or self.workspace.store.version("posts") is None:
            return []
        names = self._shelf.pseudonyms.names(
            pd.Series([one.account for one in left]), self.workspace.params.handles
        )
        found = self.workspace.store.sql(f"SELECT DISTINCT author FROM posts WHERE author IN {listed(names)}")
        return [one for one, name in zip(left, names) if name in set(found["author"])]

    def _id(self, row: dict) -> str:
        return str(inside(row, *self._platform.mapping.columns["id"].split(".")))

    def _end_gaps(self) -> None:
        """Close the gaps that run; where the stream was resumed at our place nothing was missed."""
        running, resumed = self._ledger.running, bool(self._mark.cursor)
        days = self._platform.limits.days
        self._ledger.close()
        for gap in self._ledger.closed[-len(running) :]:
            if resumed and days and gap["end"] - gap["start"] < pd.Timedelta(days=days):
                self._ledger.count(gap, 0)

    def _end(self) -> None:
        if not self._mark.cursor and not self._ledger.running:
            self._ledger.open("stopped", STOPPED, self._last)
        self._mark.resting = True
        self._mark.save(self.workspace.store, self.timepiece.now())
        self.report.opened, self.report.closed = len(self._ledger.opened), len(self._ledger.closed)

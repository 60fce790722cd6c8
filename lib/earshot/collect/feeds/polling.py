"""Collecting from platforms: page by page,
each stored before the next is asked for, so that nothing is lost or twice.

A page is masked and landed, its deletions and authors are kept, and only then does the bookmark move: a kill
at any moment repeats at most one page, and a repeated page adds nothing. Trouble goes to the gap ledger.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pandas as pd

from earshot.collect.feeds import cursors, missed_posts
from earshot.collect.feeds.gaps import Ledger
from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.settings import Feed
from earshot.collect.landing import tombstones
from earshot.collect.landing.landing import LandingReport
from earshot.collect.sources import answers
from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.client import Client, Failed
from earshot.collect.sources.pacing import Patience, Timepiece
from earshot.collect.sources.protocol import Answer, Page, Platform, Query, Request
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

Progress = Callable[[str, int, int], None]
REPEATED = "The platform sent the same page again and again, so what lies behind it could not be read."


@dataclass
class FeedReport(LandingReport):
    """What came of one feed: see LandingReport; ``gone`` posts,
    ``pages`` read, gaps, and ``failed``: why, in one sentence.

    ``more`` says that the most pages of one run were read and the next run goes on from there.
    """

    feed: str = ""
    platform: str = ""
    pages: int = 0
    gone: int = 0
    opened: int = 0
    closed: int = 0
    more: bool = False
    failed: str = ""


def collect(
    workspace: Workspace,
    feeds: Iterable[Feed],
    progress: Progress | None = None,
    patience: Patience | None = None,
    timepiece: Timepiece | None = None,
) -> list[FeedReport]:
    """Collect feeds one after the other and return what came of each;
    one that fails does not keep the others back.

    ``progress`` is called with the feed's name, the pages and the posts read so far.
    """
    pseudonyms = Pseudonyms()
    reports = [
        Harvest(
            workspace,
            feed,
            pseudonyms,
            patience or Patience(),
            timepiece or Timepiece(),
            progress or (lambda name, pages, posts: None),
        ).run()
        for feed in feeds
    ]
    _follow_deletions(workspace, reports)
    return reports


@dataclass
class Harvest:
    """One run of one feed."""

    workspace: Workspace
    feed: Feed
    pseudonyms: Pseudonyms
    patience: Patience
    timepiece: Timepiece
    progress: Progress
    report: FeedReport = field(default_factory=FeedReport)

    def run(self) -> FeedReport:
        """Read until nothing is left, the run's pages are read,
        or the platform fails; return what came of it.
        """
        feed, store = self.feed, self.workspace.store
        self._platform: Platform = platform_of(feed.platform)
        self.report.feed, self.report.platform = feed.name, feed.platform
        self._ledger = Ledger(store, feed.name, feed.query, self.timepiece, feed.platform)
        self._mark = cursors.find(store, feed.name, feed.query)
        self._began = self.timepiece.now()
        self._mark.since = self._mark.since or feed.begins(self._began, self._platform.limits.days)
        self._note_stop()
        self._note_lateness()
        self._shelf = PageStorage(self.workspace, feed, self._platform, self.pseudonyms, self.timepiece)
        with feed.client(self._ledger, self.patience, self.timepiece) as client, self._interruptions():
            try:
                self._read_on(client)
                missed_posts.count_missed(client, self._platform, self._query, self._ledger, store)
            except Failed as error:
                self.report.failed = str(error)
                self._ledger.open(error.kind, str(error))
            except ParamError as error:  # the platform cannot be asked this
                self.report.failed = str(error)
        self._mark.resting = True
        self._mark.save(store, self.timepiece.now())
        self.report.opened, self.report.closed = len(self._ledger.opened), len(self._ledger.closed)
        return self.report

    @property
    def _query(self) -> Query:
        return Query(
            self.feed.name, self.feed.query, self._mark.since, None, self._mark.cursor, self.feed.options
        )

    def _read_on(self, client: Client) -> None:
        """Ask what is left, from the beginning of the query where nothing is."""
        query = self._query
        first = self._platform.first(query, query.cursor)
        asked: set[str] = set()
        bodies: set[bytes] = set()
        self._mark.left = self._mark.left or [first]
        resumed, self._mark.resting = self._mark.left[0] != first, False
        while self._mark.left:
            if self.report.pages >= self.feed.pages:
                self.report.more = True
                return
            request = self._mark.left[0]
            page = self._page(client, request, query, first, resumed and not asked)
            if page is None:
                continue
            repeated = repr(request) in asked or (page.rows and _same(page) in bodies)
            asked.add(repr(request))
            bodies.add(_same(page))
            self._settle(page, follow=not repeated)
            if repeated:
                return self._give_up_repeating()
        self._mark.until = self._began

    def _page(
        self, client: Client, request: Request, query: Query, first: Request, resumed: bool
    ) -> Page | None:
        """Return a page; None when the request is passed over because
        that one thing is refused or has expired.
        """
        try:
            return self._read(client.ask(request), query)
        except Failed as error:
            aside = request.path != first.path and error.status in (200, 400, 403, 404, 410, 422)
            if not (aside or (resumed and error.status in (400, 404, 410, 422))):
                raise
            now = self.timepiece.now()
            if (
                not aside
            ):  # the page that an earlier run left has expired: read the query from its old beginning
                self._mark.begin_again()
                self._mark.left = [first]
            else:
                self._ledger.open(error.kind, str(error))
                self._ledger.close()
                self._mark.turn("", [], 0)
            self._mark.save(self.workspace.store, now)
            return None

    def _read(self, answer: Answer, query: Query) -> Page:
        """Return what an answer holds; raises Failed for one that is nothing like an answer of this platform.

        To go past such a page (a login page, a notice of maintenance) would be to lose what lies behind it.
        """
        try:
            page = self._platform.read(answer, query)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
            said = answer.body[: answers.SHOWN].decode("utf-8", "replace")
            page = Page(
                broken=[(said, "the answer is like none that this platform is known to give")],
                truncated=f"{self._platform.name} gave an answer that could not be read.",
            )
        if page.truncated and page.broken and not (page.rows or page.gone or page.next):
            self.report.add(self._shelf.put(page)[0])
            raise Failed("truncated", page.truncated, 200)
        return page

    def _settle(self, page: Page, follow: bool) -> None:
        """Store a page, then move the bookmark past it."""
        landed, gone = self._shelf.put(page)
        self.report.add(landed)
        self.report.gone += gone
        self.report.pages += 1
        if page.truncated:
            now = self.timepiece.now()
            self._ledger.note("truncated", page.truncated, *(page.lost or (now, now)))
        if follow:
            self._mark.turn(page.cursor, page.next, landed.rows)
        self._mark.save(self.workspace.store, self.timepiece.now())
        self.progress(self.feed.name, self.report.pages, self.report.rows)

    def _give_up_repeating(self) -> None:
        """Stop following a platform that goes in circles; the next run begins where this one did."""
        now = self.timepiece.now()
        self._ledger.note("truncated", REPEATED, now, now)
        self._mark.begin_again()
        self.report.failed = REPEATED

    def _note_stop(self) -> None:
        """Open a gap when the run before ended in the middle, killed or out of power."""
        if not self._mark.resting and self._mark.at is not None and not self._ledger.running:
            self._ledger.open("stopped", "The run before was ended in the middle.", self._mark.at)

    def _note_lateness(self) -> None:
        """Write down what lies further back than the platform lets us read:
        the last whole run is too long ago.
        """
        days, last = self._platform.limits.days, self._mark.until
        reach = self._began - pd.Timedelta(days=days) if days else None
        if (
            reach is not None
            and last is not None
            and last < reach
            and self.feed.options.get("archive") != "true"
        ):
            self._ledger.note(
                "truncated",
                f"The last whole run was more than {days:g} days ago, and "
                f"{self._platform.name} lets us read no further back.",
                last,
                reach,
            )
            self._mark.begin_again()
            self._mark.until = reach  # told once

    @contextmanager
    def _interruptions(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            self._ledger.open("stopped", "The run was interrupted.")
            raise


def _same(page: Page) -> bytes:
    """Return what tells pages apart: the ids (or all) of the rows in it."""
    return repr([row.get("id") or row.get("name") or row for row in page.rows]).encode("utf-8", "replace")


def _follow_deletions(workspace: Workspace, reports: list[FeedReport]) -> None:
    """Let deletions reach every table, where there were any."""
    if not any(report.gone for report in reports):
        return
    tombstones.follow(workspace)

"""One page of a platform into the store: posts, what could not be read, what is gone, who wrote."""

from dataclasses import dataclass, replace

import pandas as pd

from earshot.collect.feeds import accounts
from earshot.collect.feeds.settings import Feed
from earshot.collect.landing.landing import Landing, LandingReport
from earshot.collect.landing.tombstones import PURPOSE, Tombstones
from earshot.collect.mapping.json_rows import from_dicts, storable
from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import answers, fields
from earshot.collect.sources.pacing import Timepiece
from earshot.collect.sources.protocol import Gone, Page, Platform
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.keys import held
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms
from earshot.govern.pseudonyms.tokens import tokens_ever

UNSTORABLE = "the post holds something that cannot be stored"


@dataclass(frozen=True)
class PageStorage:
    """Where the pages of one feed go; its posts carry the feed's name as their source,
    its brand and its region.
    """

    workspace: Workspace
    feed: Feed
    platform: Platform
    pseudonyms: Pseudonyms
    timepiece: Timepiece

    @property
    def source(self) -> Source:
        """The platform's mapping, with what the feed says of all its posts."""
        mapping, feed = self.platform.mapping, self.feed
        stated = {name: value for name, value in (("brand", feed.brand), ("region", feed.region)) if value}
        return replace(mapping, name=feed.name, constants={**mapping.constants, **stated})

    def put(self, page: Page) -> tuple[LandingReport, int]:
        """Store a page and return (what came of its rows, how many posts it says are gone).

        Deletions go first: what is kept afterwards can then be judged against them.
        """
        at = self.timepiece.now()
        gone = self.bury(page.gone, at)
        rows = [answers.flat(row) for row in page.rows]
        landed = self._land(rows, at)
        if page.broken:
            lost = [(number, text, reason) for number, (text, reason) in enumerate(page.broken)]
            landed.add(self._landing(at).land(pd.DataFrame(), lost))
        return landed, gone

    def _landing(self, at: pd.Timestamp) -> Landing:
        return Landing(self.workspace, self.source, f"{self.feed.platform} API", at, self.pseudonyms)

    def _land(self, rows: list[dict], at: pd.Timestamp) -> LandingReport:
        """Land rows together; should one of them break that,
        halve until it stands alone and goes to quarantine.
        """
        if not rows:
            return LandingReport()
        try:
            frame = from_dicts(dict(enumerate(rows)), [])
            landed = self._landing(at).land(frame, [])
            accounts.keep(
                self.workspace.store,
                frame,
                self.source,
                self.platform.accounts,
                self.pseudonyms,
                self.workspace.params.handles,
                at,
            )
            return landed
        except (ValueError, TypeError, OverflowError, RecursionError):
            if len(rows) == 1:
                return self._landing(at).land(pd.DataFrame(), [(0, fields.shown(rows[0]), UNSTORABLE)])
            middle = len(rows) // 2
            landed = self._land(rows[:middle], at)
            landed.add(self._land(rows[middle:], at))
            return landed

    def bury(self, gone: list[Gone], at: pd.Timestamp) -> int:
        """Keep what the platform says is gone, and return how much of it is news.

        A post is kept by its id, all posts of an account by its pseudonym; tombstones.follow then clears the
        tables.
        """
        platform = self.source.constants.get("platform", self.feed.platform)
        handles, store = self.workspace.params.handles, self.workspace.store
        gone = [replace(one, id=storable(one.id), account=storable(one.account)) for one in gone]
        now = self.pseudonyms.names(pd.Series([one.account for one in gone], dtype="str"), handles)
        named = [
            (name, one)
            for one, called in zip(gone, now)
            for name in (
                [one.id] if one.id else {called, *(older.known(one.account, set()) for older in held()[:-1])}
            )
            if isinstance(name, str) and name
        ]
        if not named:
            return 0
        frame = pd.DataFrame(
            [
                {
                    "platform": platform,
                    "id": f"{platform}:{name}",
                    "deleted_at": one.at or at,
                    "kind": one.kind,
                    "source": self.feed.name,
                }
                for name, one in named
            ]
        )
        known, marks = Tombstones.of(store), tokens_ever(PURPOSE)
        new = frame[[not known.know(name, marks) for name in frame["id"]]]
        return store.merge("deletions", new.drop_duplicates(["platform", "id"])).inserted if len(new) else 0

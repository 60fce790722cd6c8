"""What may enter: private messages stay out,
text that may not be stored is taken off, deleted posts do not return.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.collect.landing import terms, tombstones, visibility
from earshot.collect.landing.terms import Card
from earshot.collect.mapping.mapping import Source
from earshot.collect.mapping.rows import EMPTY, digest
from earshot.core.workspace import Workspace


@dataclass(frozen=True)
class Admission:
    """The rules one source's rows pass: its terms card, and what the platforms have deleted."""

    card: Card
    tombstones: tombstones.Tombstones

    @classmethod
    def of(cls, workspace: Workspace, source: str) -> "Admission":
        """Return the rules as they stand now."""
        return cls(terms.card_of(workspace, source), tombstones.Tombstones.of(workspace.store))

    def judge(
        self, posts: pd.DataFrame, reasons: pd.Series, rows: pd.DataFrame
    ) -> tuple[pd.DataFrame, pd.Series]:
        """Return posts as they may be kept, and the reasons
        with those of rows that may not be kept at all.
        """
        private = visibility.private(rows, posts["is_public"])
        posts = posts.assign(is_public=posts["is_public"].mask(private, False))
        if not self.card.may_store_text:
            posts, reasons = self._without_text(posts, reasons)
        if not self.card.allows_private:
            reasons = reasons.mask(private & reasons.eq(""), visibility.PRIVATE)
        return posts, reasons.mask(self.tombstones.cover(posts), tombstones.GONE)

    def payloads(self, rows: pd.DataFrame, source: Source) -> pd.DataFrame:
        """Return the rows as their payload may be kept."""
        return rows if self.card.may_store_text else terms.bare(rows, source)

    def _without_text(self, posts: pd.DataFrame, reasons: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Take the text off; each post keeps a content hash of its own,
        or all would look like copies of one.
        """
        hashes = pd.Series([digest(str(name)) for name in posts["post_id"]], index=posts.index, dtype="str")
        nothing = pd.Series(pd.NA, index=posts.index, dtype="str")
        bare = posts.assign(text="", media_text=nothing, url=nothing, place=nothing, content_hash=hashes)
        return bare, reasons.mask(reasons.eq(EMPTY), "")

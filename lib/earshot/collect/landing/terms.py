"""Terms cards: what the terms of a source allow, in params/<workspace>/terms.yml, held to by the code.

One entry per source, for example::

    mastodon:
      may_store_text: true          # false: only ids, times and measures are kept
      keep_days: 365                # then retention deletes the posts
      may_quote: true               # false: no page shows a post of this source
      may_share_ids: false          # whether ids may be given to others
      deletion_within_hours: 24     # how soon a deletion on the platform has to be followed
      owner: Head of Legal
      reviewed: "2026-09-01"
      licence: "Server rules of mastodon.example, section 4"
      private: {legal_review: Jane Example, on: "2026-09-01"}    # private messages of this source may be kept

Private messages are refused unless a review is recorded; even then no public figure counts them.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from earshot.collect.mapping.mapping import NUMBERS, Source
from earshot.core.params import ParamError, check_names, read_yaml
from earshot.core.workspace import Workspace

FLAGS = ("may_store_text", "may_quote", "may_share_ids")
COUNTS = ("keep_days", "deletion_within_hours")
WORDS = ("owner", "reviewed", "licence")
ASSUMED = (
    "text is stored and may be quoted, ids are not shared, nothing expires, private messages are refused"
)
MEASURES = ("id", "platform", "brand", "author", "created_at", "collected_at", "lang", "reply_to", "root",
            "kind",
            "campaign", "is_public", "region", *NUMBERS)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """What one source's terms allow; ``recorded`` is False
    where nobody wrote a card and this is only assumed.
    """

    source: str
    may_store_text: bool = True
    may_quote: bool = True
    may_share_ids: bool = False
    keep_days: int | None = None
    deletion_within_hours: int | None = None
    owner: str = ""
    reviewed: str = ""
    licence: str = ""
    reviewer: str = ""
    reviewed_on: str = ""
    recorded: bool = True

    @property
    def allows_private(self) -> bool:
        """Whether a legal review of private messages is recorded."""
        return bool(self.reviewer)


def read_terms(folder: Path) -> dict[str, Card]:
    """Return the cards in the terms.yml of a workspace's folder;
    raises ParamError on the first wrong name or value.
    """
    path = Path(folder) / "terms.yml"
    return {
        name: parse(name, entry, f"params/{path.parent.name}/terms.yml")
        for name, entry in (read_yaml(path) if path.exists() else {}).items()
    }


def parse(source: str, entry: dict, where: str = "terms.yml") -> Card:
    """Return the card that one entry of terms.yml describes, checked."""
    allowed = (*FLAGS, *COUNTS, *WORDS, "private")
    if not isinstance(entry, dict):
        raise ParamError(
            f"{where}: the card of {source!r} is {entry!r}; write, for example, may_quote: false."
        )
    check_names(entry, allowed, f"{where}: the card of {source!r}", "term")
    for name, value in entry.items():
        if name in FLAGS and not isinstance(value, bool):
            raise ParamError(f"{where}: {source!r} has {name} {value!r}; use true or false.")
        if name in COUNTS and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ParamError(f"{where}: {source!r} has {name} {value!r}; use a whole number from 1 up.")
    review = _review(source, entry.get("private"), where)
    plain = {name: entry[name] for name in (*FLAGS, *COUNTS) if name in entry}
    return Card(
        source,
        **plain,
        **{name: str(entry.get(name) or "") for name in WORDS},
        reviewer=review[0],
        reviewed_on=review[1],
    )


def card_of(workspace: Workspace, source: str) -> Card:
    """Return the card of a source: its own,
    else the one its feed names in feeds.yml, else what is assumed.
    """
    cards = read_terms(workspace.folder)
    feed = workspace.settings("feeds").get(source)
    named = str(feed.get("terms") or "") if isinstance(feed, dict) else ""
    return cards.get(source) or cards.get(named) or Card(source, recorded=False)


def warning(card: Card, workspace: str) -> str:
    """Return one sentence that says what is assumed where a source has no card, else an empty string."""
    return (
        ""
        if card.recorded
        else (
            f"{card.source} has no terms card; until one stands in params/{workspace}/"
            f"terms.yml it is assumed that {ASSUMED}."
        )
    )


def bare(rows: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Return the columns of rows that may be kept where text may not:
    what is mapped to ids, times and measures.
    """
    kept = {
        column for name in MEASURES for column in (*source.columns_of(name), *source.joined.get(name, ()))
    }
    return rows[[column for column in rows if column in kept]]


def _review(source: str, given: object, where: str) -> tuple[str, str]:
    """Return (who, when) of the legal review of private messages; both empty where there was none."""
    if not given:
        return "", ""
    name, on = (
        (str(given.get(key) or "") for key in ("legal_review", "on")) if isinstance(given, dict) else ("", "")
    )
    try:
        date.fromisoformat(on)
    except ValueError:
        name = ""
    if not name:
        raise ParamError(
            f"{where}: {source!r} has private {given!r}; say who reviewed it and on which day: "
            'private: {legal_review: Jane Example, on: "2026-09-01"}.'
        )
    return name, on

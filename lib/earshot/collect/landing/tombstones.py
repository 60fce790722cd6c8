"""Deletions on a platform, followed through every table;
a tombstone stays, so that the post does not come back.

A row of the table ``deletions`` names a post (``platform:id`` or the bare id) or an account (its pseudonym,
or a kind of "account"). Once followed, the id in it is replaced by a keyed token: we know it when we see it,
and nobody can read it out of the table.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from earshot.collect.landing import removal
from earshot.core import clock
from earshot.core.deletion import delete
from earshot.core.store import Store
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.keys import held
from earshot.govern.pseudonyms.pseudonyms import PSEUDONYM
from earshot.govern.pseudonyms.tokens import tokens, tokens_ever

GONE = "the platform has deleted this post; it is not taken again"
MARK = "t_"
PURPOSE = "tombstone"


@dataclass(frozen=True)
class Tombstones:
    """What platforms have deleted: tokens of followed deletions,
    and names of those that are still to be followed.
    """

    tokens: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, store: Store) -> "Tombstones":
        """Return the tombstones in a store."""
        if store.version("deletions") is None:
            return cls(frozenset(), frozenset())
        rows = store.sql("SELECT platform, id, kind FROM deletions")
        followed = rows["id"].str.startswith(MARK)
        return cls(frozenset(rows.loc[followed, "id"]), frozenset(names(rows[~followed])))

    def cover(self, posts: pd.DataFrame) -> pd.Series:
        """Say which posts (columns post_id, platform,
        author) are deleted, by their own id or with their account.
        """
        covered = pd.Series(False, index=posts.index)
        if not self.tokens and not self.names:
            return covered
        marks = tokens_ever(PURPOSE)
        for keys in (posts["post_id"], posts["platform"] + ":" + posts["author"]):
            covered |= keys.isin([key for key in keys.dropna().unique() if self.know(key, marks)])
        return covered

    def know(self, name: str, marks: Callable[[str], list[str]]) -> bool:
        """Say whether a post or account is deleted;
        ``marks`` are its tokens under all keys, since keys change.
        """
        return name in self.names or any(MARK + mark in self.tokens for mark in marks(name))


def marker() -> Callable[[str], str]:
    """Return a function from the name of a deleted post
    or account to the token under which it is remembered.
    """
    token = tokens(PURPOSE)
    return lambda name: MARK + token(name)


def names(deletions: pd.DataFrame) -> pd.Series:
    """Return what each row deletes as platform:id,
    or platform:pseudonym for an account, under each key still held.

    An account that was stored under more than one key has a row for each, with the index of its deletion.
    """
    pseudonyms = held()

    def called(platform: str, given: str, kind: object) -> list[str]:
        own = given.removeprefix(f"{platform}:")
        every = dict.fromkeys(known.name(own) for known in pseudonyms) if kind == "account" else [own]
        return [f"{platform}:{name}" for name in every]

    rows = deletions[["platform", "id", "kind"]].itertuples(index=False, name=None)
    return (
        pd.Series([called(*row) for row in rows], index=deletions.index, dtype="object")
        .explode()
        .astype("str")
    )


def follow(workspace: Workspace, vacuum: bool = False) -> dict[str, int]:
    """Remove what the platforms have deleted from every table, and return how many rows went from each.

    ``vacuum`` removes the files of past versions too, after which no run of before can be verified. Safe to
    repeat: a deletion becomes a tombstone only when all its rows are gone.
    """
    store = workspace.store
    if store.version("deletions") is None:
        return {}
    waiting = store.read("deletions")
    waiting = waiting[~waiting["id"].str.startswith(MARK)]
    if waiting.empty:
        return {}
    named = names(waiting)
    removed = _remove(workspace, named)
    mark = marker()
    buried = waiting.loc[named.index].assign(id=[mark(name) for name in named], followed_at=clock.now())
    store.merge("deletions", buried.drop_duplicates(["platform", "id"]))
    delete(store, "deletions", "id", waiting["id"])
    touched = [*removed, "deletions"]
    if vacuum:
        for table in touched:
            store.vacuum(table)
    return {table: count for table, count in removed.items() if count}


def _remove(workspace: Workspace, named: pd.Series) -> Counter:
    """Remove the named posts, and all posts of the named accounts."""
    store = workspace.store
    own = named.str.split(":", n=1).str[1]
    people = own.str.fullmatch(PSEUDONYM.pattern)
    counts: Counter = Counter()
    ids = named[~people]
    if people.any():
        theirs = store.read(
            "posts", columns=["post_id", "platform", "author"], where={"author": list(own[people])}
        )
        theirs = theirs[(theirs["platform"] + ":" + theirs["author"]).isin(named[people])]
        ids = pd.concat([ids, theirs["post_id"]])
        counts.update(removal.remove_people(store, own[people]))
    counts.update(removal.remove_posts(workspace, ids.drop_duplicates()))
    return counts

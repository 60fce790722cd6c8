"""Copies: which posts repeat an earlier one, word for word, nearly, or as a repost.

Posts are joined into groups by three kinds of link: the same normalised text, a repost's pointer to its
original, and nearly the same text (Jaccard similarity of 5-character shingles of at least 0.75, or 0.9 where
their numbers differ, or one the beginning of the other; found with MinHash bands, then checked on the texts
themselves). Each group has one original, its earliest post; the others are repeats of it.

Short texts are left alone: a thousand people may say "thank you so much" and none copied it. They only count
as copies when the same author posts them twice on one day, or when a repost names its original.
"""

import re
from hashlib import blake2b
from itertools import chain

import numpy as np
import pandas as pd

from earshot.core.literals import listed
from earshot.core.spread import spread
from earshot.enrich.duplicates import minhash
from earshot.enrich.duplicates.minhash import are_alike, is_long, jaccard, normalise
from earshot.enrich.pipeline.declaration import Step

TABLE = "duplicates"
VERSION = "2"
PART = 50_000  # posts that one process reads at a time
COLUMNS = ["post_id", "week", "content_hash", "author", "text", "created_at", "kind", "reply_to", "root"]
MARK = re.compile(r"^\W*(?:rt|mt)\b:?\s*@\w+|^\s*[\"“”'‘«]\s*@\w+\s*:|\bvia @\w+\s*$", re.I)


_COLUMNS = ", ".join(f"p.{name}" for name in COLUMNS)
_NEW = f"""
    WITH new AS (SELECT p.post_id, d."group" AS left_group FROM posts p LEFT JOIN duplicates d USING (post_id)
                 WHERE d.post_id IS NULL OR d.content_hash <> p.content_hash OR d.step_version <> '{VERSION}')
    SELECT {_COLUMNS}, p.post_id IN (SELECT post_id FROM new) AS is_new
    FROM posts p LEFT JOIN duplicates d USING (post_id)
    WHERE p.post_id IN (SELECT post_id FROM new) OR d."group" IN (SELECT left_group FROM new)
"""


def update(store) -> int:
    """Group the posts that are new or edited with everything stored, and return how many those were.

    Only groups that a new post touches are worked out again; the rest of the table stays as it is.
    """
    posts = store.sql(_NEW)
    if posts.empty:
        return 0
    new = int(posts.pop("is_new").sum())
    others = store.sql(f"""SELECT {_COLUMNS} FROM posts p JOIN duplicates d USING (post_id)
        WHERE d."group" IN {listed(_touched(store, posts))}""")
    posts = pd.concat([posts, others[~others["post_id"].isin(posts["post_id"])]])
    store.merge(TABLE, group(posts))
    return new


def group(posts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per post (the columns of the duplicates table)
    for posts with the columns in ``COLUMNS``.

    The order of the rows does not matter; a group's original is its earliest post, then its smallest id.
    """
    posts = posts.sort_values(["created_at", "post_id"], ignore_index=True)
    texts, prints, sketches, sketched = _read(posts)
    forest = _Forest(len(posts))
    for earlier, later in _known_links(posts, prints):
        forest.join(earlier, later)
    _join_near(forest, sketches, sketched, texts)
    kept = dict(zip(sketched.tolist(), minhash.packed(sketches), strict=True))
    return _rows(posts, texts, prints, forest.roots(), kept)


def _touched(store, posts: pd.DataFrame) -> set:
    """Return the stored groups that ``posts`` may belong to:
    by fingerprint, by original, or by a shared band.
    """
    _, prints, sketches, _ = _read(posts)
    named = {value for value in [*posts["root"], *posts["reply_to"]] if isinstance(value, str)}
    # Reposts may have come before the post they repeat.
    awaited = {_digest("repost of", post) for post in posts["post_id"]}
    stored = store.sql(f"""SELECT post_id, "group", fingerprint, sketch FROM {TABLE}
        WHERE step_version = '{VERSION}'""")
    if stored.empty:
        return set()
    sure = stored["fingerprint"].isin({*prints, *awaited}) | stored["post_id"].isin(named)
    kept = stored[stored["sketch"] != ""]
    alike = minhash.crossed(sketches, minhash.unpacked(kept["sketch"]))
    return {*stored.loc[sure, "group"], *kept["group"].iloc[alike]}


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _fingerprints(posts: pd.DataFrame, texts: list[str], long: list[bool]) -> list[str]:
    """Return for each post the hash under which exact repeats meet."""
    prints = [_digest(text) if counts else "" for text, counts in zip(texts, long, strict=True)]
    short = np.flatnonzero(~np.array(long, bool))
    part = posts.iloc[short]
    columns = [
        part["text"].tolist(),
        part["author"].tolist(),
        part["created_at"].dt.strftime("%Y-%m-%d").tolist(),
        part["kind"].tolist(),
        _pointers(part),
        part["post_id"].tolist(),
    ]
    for row, values in zip(short.tolist(), zip(*columns, strict=True), strict=True):
        prints[row] = _short_fingerprint(*values)
    return prints


def _short_fingerprint(raw: str, author: str, day: str, kind: str, pointer: str, post: str) -> str:
    if kind == "repost" and pointer:
        return _digest("repost of", pointer)
    return _digest(raw.casefold(), author if isinstance(author, str) else post, day)


def _pointers(posts: pd.DataFrame) -> list[str]:
    """Return the id of the post that each repost repeats, or an empty string."""
    return posts["root"].fillna(posts["reply_to"]).where(posts["kind"].eq("repost")).fillna("").tolist()


def _known_links(posts: pd.DataFrame, prints: list[str]):
    """Yield pairs of rows that share a fingerprint,
    or of which one is the repost of the other or of the same post.
    """
    first: dict[str, int] = {}
    place = {post: row for row, post in enumerate(posts["post_id"].tolist())}
    for row, (key, pointer) in enumerate(zip(prints, _pointers(posts), strict=True)):
        keys = [key, _digest("repost of", pointer)] if pointer else [key]
        for name in keys:
            if first.setdefault(name, row) != row:
                yield first[name], row
        if pointer in place:
            yield place[pointer], row


def _read(posts: pd.DataFrame) -> tuple[list[str], list[str], np.ndarray, np.ndarray]:
    """Return (normalised texts, fingerprints, sketches, their row numbers);
    many posts are read on all cores.
    """
    parts = [posts.iloc[at : at + PART] for at in range(0, len(posts), PART)] or [posts]
    # A process that starts costs more than reading a hundred thousand posts.
    texts, prints, sketches, rows = zip(
        *spread(_read_part, parts, workers=1 if len(parts) < 4 else None), strict=True
    )
    texts, prints = list(chain.from_iterable(texts)), list(chain.from_iterable(prints))
    rows = np.concatenate([part + PART * place for place, part in enumerate(rows)])
    keys = np.array(prints, "S24")[rows]
    first = np.sort(np.unique(keys, return_index=True)[1])  # the same text may have come in several parts
    return texts, prints, np.vstack(sketches)[first], rows[first]


def _read_part(posts: pd.DataFrame) -> tuple[list[str], list[str], np.ndarray, np.ndarray]:
    texts = [normalise(text) for text in posts["text"].tolist()]
    long = [is_long(text) for text in texts]
    prints = _fingerprints(posts, texts, long)
    first: dict[str, int] = {}
    for row, (counts, key) in enumerate(zip(long, prints, strict=True)):
        if counts:
            first.setdefault(key, row)
    rows = np.fromiter(first.values(), np.int64, len(first))
    return texts, prints, minhash.minhash([texts[row] for row in rows]), rows


def _join_near(forest: "_Forest", sketches: np.ndarray, rows: np.ndarray, texts: list[str]) -> None:
    """Join the rows whose texts really are alike."""
    for left, right in zip(*minhash.pairs(sketches), strict=True):
        earlier, later = int(rows[left]), int(rows[right])
        if forest.find(earlier) != forest.find(later) and are_alike(texts[earlier], texts[later]):
            forest.join(earlier, later)


class _Forest:
    """Groups of rows that grow by joining two;
    a group's root is its smallest row, which is its earliest post.
    """

    def __init__(self, size: int):
        self.above = list(range(size))

    def find(self, row: int) -> int:
        while self.above[row] != row:
            self.above[row] = self.above[self.above[row]]
            row = self.above[row]
        return row

    def join(self, one: int, other: int) -> None:
        one, other = sorted((self.find(one), self.find(other)))
        self.above[other] = one

    def roots(self) -> np.ndarray:
        return np.fromiter(map(self.find, range(len(self.above))), np.int64, len(self.above))


def _rows(
    posts: pd.DataFrame, texts: list[str], prints: list[str], original: np.ndarray, kept: dict
) -> pd.DataFrame:
    """Return the table's rows, given the row number
    of each post's original and the sketches by row number.
    """
    ids = posts["post_id"].to_numpy()
    named = [
        _role(row, first, raw, kind, prints)
        for row, (first, raw, kind) in enumerate(
            zip(original.tolist(), posts["text"].tolist(), posts["kind"].tolist(), strict=True)
        )
    ]
    alike = [
        1.0 if prints[row] == prints[first] else jaccard(texts[first], texts[row])
        for row, first in enumerate(original.tolist())
    ]
    return posts[["post_id", "week", "content_hash"]].assign(
        group=ids[original],
        role=named,
        similarity=alike,
        fingerprint=prints,
        sketch=[kept.get(row, "") for row in range(len(posts))],
        step_version=VERSION,
    )


def _role(row: int, original: int, raw: str, kind: str, prints: list[str]) -> str:
    if row == original:
        return "original"
    if kind == "repost" or "@" in raw and MARK.search(raw):
        return "repost"
    return "exact" if prints[row] == prints[original] else "near"


STEP = Step(
    name="duplicates",
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace.store),
    whole=True,
)

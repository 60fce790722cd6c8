"""All queries over all posts in one pass.

Per batch of posts: a filter drops the posts that hold none of the letters the queries need (Aho-Corasick),
the others are cut into tokens once, the places of the tokens that any query asks for become sorted columns,
and every query is a few operations on those columns. What repeats in many queries is computed once. The
result is that of ``match``.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.collect.query import fields
from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Phrase, Term, rebuilt, walk
from earshot.collect.query.prefilter import Prefilter
from earshot.collect.query.vocabulary import Vocabulary

BATCH = 50_000  # posts


@dataclass(frozen=True)
class Hits:
    """Which posts each query finds: positions in the frame that was given, in order."""

    found: dict[str, np.ndarray]

    def rows(self, name: str) -> np.ndarray:
        """Return the positions of the posts that a query finds."""
        return self.found[name]

    def counts(self) -> pd.Series:
        """Return how many posts each query finds."""
        return pd.Series({name: len(rows) for name, rows in self.found.items()}, name="posts", dtype="int64")


class Engine:
    """Queries made ready for bulk matching: ``Engine({"refunds": parse("refund*")}).match(posts)``."""

    def __init__(self, queries: Mapping[str, Node]):
        pool: dict[Node, Node] = {}  # equal nodes become one, so that what repeats is known by its identity
        self.queries = {
            name: rebuilt(node, lambda found: pool.setdefault(found, found)) for name, node in queries.items()
        }
        times = Counter(id(found) for node in self.queries.values() for found in walk(node))
        self.shared = {number for number, count in times.items() if count > 1}
        leaves = {
            leaf: None
            for node in self.queries.values()
            for leaf in walk(node)
            if isinstance(leaf, Term) or (isinstance(leaf, Field) and leaf.name in ("has", "link"))
        }
        self.numbers = {leaf: number for number, leaf in enumerate(leaves)}
        self.vocabulary = Vocabulary(leaves)
        self.prefilter = Prefilter(self.queries.values())

    def match(self, posts: pd.DataFrame) -> Hits:
        """Return which query finds which post of a frame
        with ``text`` and the columns of posts that are known.
        """
        found: dict[str, list[np.ndarray]] = {name: [] for name in self.queries}
        for start in range(0, len(posts), BATCH):
            batch = Batch(posts.iloc[start : start + BATCH], self)
            for name, node in self.queries.items():
                rows = np.flatnonzero(batch.holds(node))
                if len(rows):
                    found[name].append((rows + start).astype("int32"))
        return Hits(
            {
                name: np.concatenate(parts) if parts else np.array([], dtype="int32")
                for name, parts in found.items()
            }
        )


class Batch:
    """Some posts with the places of every leaf; answers for a node which posts hold it."""

    def __init__(self, posts: pd.DataFrame, engine: Engine):
        self.posts, self.engine, self.size = posts, engine, len(posts)
        self._known: dict[int, np.ndarray] = {}
        self._places: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        texts = posts["text"].fillna("").tolist()
        media = (
            posts["media_text"].fillna("").astype("str").tolist()
            if "media_text" in posts
            else [""] * self.size
        )
        rows = engine.prefilter.candidates(
            [f"{text}\n{shown}" if shown else text for text, shown in zip(texts, media, strict=True)]
        )
        shown = np.array([row for row in rows.tolist() if media[row]], dtype="int64")
        self._texts, self._row = (
            len(rows),
            np.concatenate([rows, shown]),
        )  # the post of each text, then of each caption
        self._index([texts[row] for row in rows.tolist()] + [media[row] for row in shown.tolist()])

    def _index(self, texts: list[str]) -> None:
        """Keep, for each group of tokens, its places: text * stride + position in the text, in order."""
        groups, lengths = self.engine.vocabulary.spelled(texts)
        self.stride = int(lengths.max(initial=0)) + 256  # so wide that nothing is near across two texts
        starts = np.cumsum(lengths) - lengths
        asked = np.flatnonzero(groups)
        post = np.searchsorted(starts, asked, side="right") - 1
        keys = post * self.stride + (asked - starts[post])
        order = np.argsort(groups[asked], kind="stable")
        self._keys = keys[order]
        known = len(self.engine.vocabulary.groups)
        self._bounds = np.searchsorted(groups[asked][order], np.arange(known + 1))
        self._of_leaf: dict[int, list[int]] = {}
        for group in np.unique(groups[asked]):
            for leaf in self.engine.vocabulary.groups[group]:
                self._of_leaf.setdefault(leaf, []).append(group)

    def holds(self, node: Node) -> np.ndarray:
        """Return for each post whether a node holds."""
        found = self._known.get(id(node))
        if found is None:
            found = self._hold(node)
            if id(node) in self.engine.shared:
                self._known[id(node)] = found
        return found

    def _hold(self, node: Node) -> np.ndarray:
        if isinstance(node, And | Or):
            return (np.logical_and if isinstance(node, And) else np.logical_or).reduce(
                [self.holds(part) for part in node.parts]
            )
        if isinstance(node, Not):
            return ~self.holds(node.part)
        if isinstance(node, Field):
            return self._on_columns(node)
        mask = np.zeros(self.size, dtype=bool)
        found = self._ends(node) if isinstance(node, Near) else self.places(node)[0]
        mask[self._row[found // self.stride]] = True
        return mask

    def _on_columns(self, asked: Field) -> np.ndarray:
        """Return for each post whether a field holds; each different value of a column is looked at once."""
        mask = np.zeros(self.size, dtype=bool)
        if asked.name in ("has", "link"):
            found = self._leaf(asked) // self.stride
            mask[self._row[found[found < self._texts]]] = True
            column = fields.COLUMNS.get(asked.value if asked.name == "has" else "")
            if column in self.posts:
                mask |= self.posts[column].fillna("").astype("str").str.strip().ne("").to_numpy()
            return mask
        column = fields.column(asked)
        if column not in self.posts:
            return mask
        values = self.posts[column]
        if column == "created_at" and values.dtype.kind == "M":
            values = pd.to_datetime(values, utc=True).dt.floor("D")
        codes, different = pd.factorize(values)
        good = np.array([fields.on_value(asked, value) for value in different] + [False], dtype=bool)
        return good[codes]

    def _leaf(self, leaf: Term | Field) -> np.ndarray:
        groups = self._of_leaf.get(self.engine.numbers[leaf], [])
        found = [self._keys[self._bounds[group] : self._bounds[group + 1]] for group in groups]
        if len(found) == 1:
            return found[0]
        return np.sort(np.concatenate(found)) if found else self._keys[:0]

    def places(self, node: Node) -> tuple[np.ndarray, np.ndarray]:
        """Return starts and ends of all places of a term,
        phrase, NEAR or a list of them, ordered by start.
        """
        found = self._places.get(id(node))
        if found is None:
            found = self._find(node)
            if id(node) in self.engine.shared:
                self._places[id(node)] = found
        return found

    def _find(self, node: Node) -> tuple[np.ndarray, np.ndarray]:
        if isinstance(node, Term):
            starts = self._leaf(node)
            return starts, starts + 1
        if isinstance(node, Phrase):
            starts = self._phrase(node)
            return starts, starts + len(node.terms)
        if isinstance(node, Or):
            return _different([self.places(part) for part in node.parts])
        left, right = self.places(node.left), self.places(node.right)
        pairs = [_pairs(left, right, node.n)]
        return _different(pairs if node.ordered else [*pairs, _pairs(right, left, node.n)])

    def _phrase(self, node: Phrase) -> np.ndarray:
        columns = [(self._leaf(term), offset) for offset, term in enumerate(node.terms)]
        columns.sort(key=lambda column: len(column[0]))  # the rarest word leaves the least to look up
        starts = columns[0][0] - columns[0][1]
        for keys, offset in columns[1:]:
            if not len(keys):
                return keys
            wanted = starts + offset
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            starts = starts[keys[place] == wanted]
        return starts

    def _ends(self, node: Near) -> np.ndarray:
        """Return a place in every post where a NEAR holds, without listing all its pairs."""
        left, right = self.places(node.left), self.places(node.right)
        forward = _followed(left[1], right[0], node.n)
        return forward if node.ordered else np.concatenate([forward, _followed(right[1], left[0], node.n)])


def _followed(ends: np.ndarray, starts: np.ndarray, n: int) -> np.ndarray:
    """Return those ``ends`` (minus one: the last token) after
    which one of the sorted ``starts`` comes within n.
    """
    if not len(starts) or not len(ends):
        return ends[:0]
    place = np.searchsorted(starts, ends)
    gap = starts[np.minimum(place, len(starts) - 1)] - ends
    return ends[(gap >= 0) & (gap <= n)] - 1


def _pairs(first: tuple, second: tuple, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the spans from each place of ``first`` over each of ``second`` that begins at most n tokens
    after
    it.
    """
    low = np.searchsorted(second[0], first[1], side="left")
    count = np.searchsorted(second[0], first[1] + n, side="right") - low
    which = np.repeat(low - np.cumsum(count) + count, count) + np.arange(count.sum())
    return np.repeat(first[0], count), second[1][which]


def _different(spans: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the spans of all columns, each once, ordered by start."""
    starts, ends = (np.concatenate(column) for column in zip(*spans, strict=True))
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], ends[order]
    new = np.ones(len(starts), dtype=bool)
    new[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])
    return starts[new], ends[new]

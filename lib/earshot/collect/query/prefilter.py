"""Which posts any query can be about:
each query needs one of a few runs of letters, and one automaton looks for all.

From each query, with NOT pushed inwards, the smallest set of terms is taken of which one must be in a post
for the query to hold. A query without such a set (``NOT a``, ``lang:en``) gives all its terms instead: where
none of them is, it is decided by the columns alone. The filter may let a post through in vain; it never drops
one.
"""

from collections.abc import Iterable

import numpy as np

from earshot.collect.query import fields
from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Phrase, Term, walk
from earshot.collect.query.vocabulary import literal

SAMPLE = 500  # posts looked at first: where most of them pass, filtering costs more than it saves
WORTH = 0.5
SIGNS = {
    "hashtag": ["#"],
    "cashtag": ["$"],
    "mention": ["@"],
    "link": ["http", "www."],
    "image": ["http", "www."],
    "emoji": [],
}


class Prefilter:
    """The automaton of all queries: ``candidates(texts)`` returns the positions of texts worth reading."""

    def __init__(self, queries: Iterable[Node]):
        from ahocorasick_rs import AhoCorasick

        wanted = {text for node in queries for text in needed(node)}
        self._finder = AhoCorasick(sorted(wanted)) if wanted else None

    def candidates(self, texts: list[str]) -> np.ndarray:
        """Return the positions of the texts in which a query may find something;
        others hold no term that matters.
        """
        if self._finder is None:
            return np.array([], dtype="int64")
        sample = texts[:: max(1, len(texts) // SAMPLE)]
        if sum(map(self._may, sample)) > WORTH * len(sample):
            return np.arange(len(texts))
        return np.array([row for row, text in enumerate(texts) if self._may(text)], dtype="int64")

    def _may(self, text: str) -> bool:
        # Outside ASCII a token's folded form need not be a part of the folded text, so such posts are always
        # read.
        return not text.isascii() or bool(self._finder.find_matches_as_indexes(text.lower()))


def needed(node: Node) -> set[str]:
    """Return runs of letters, folded: a post in plain ASCII without any
    of them is decided by its columns alone.
    """
    found = _required(node, True)
    if found is None:
        found = set().union(
            *(_of_leaf(leaf) or _signs(leaf) for leaf in walk(node) if isinstance(leaf, Term | Field))
        )
    # Emoji stand in no ASCII post, so their empty set is right; the automaton itself needs at least one
    # entry.
    return found or {"\x00"}


def _required(node: Node, wanted: bool) -> set[str] | None:
    """Return letters of which a post must hold one for ``node`` to be ``wanted``,
    or None when it need hold none.
    """
    if isinstance(node, Not):
        return _required(node.part, not wanted)
    if isinstance(node, And | Or):
        found = [_required(part, wanted) for part in node.parts]
        if isinstance(node, And) == wanted:
            return min((one for one in found if one is not None), key=_cost, default=None)
        return None if None in found else set().union(*found)
    if not wanted:
        return None
    if isinstance(node, Near):
        return min(_required(node.left, True), _required(node.right, True), key=_cost)
    if isinstance(node, Phrase):
        return min((_of_leaf(term) for term in node.terms), key=_cost)
    return _of_leaf(node)


def _of_leaf(leaf: Node) -> set[str] | None:
    if isinstance(leaf, Term):
        return {literal(leaf)} if literal(leaf).isascii() else set()
    if isinstance(leaf, Field) and leaf.name == "has":
        return None if leaf.value in fields.COLUMNS else _signs(leaf)
    return {"http", "www."} if isinstance(leaf, Field) and leaf.name == "link" else None


def _signs(leaf: Node) -> set[str]:
    return set(SIGNS.get(leaf.value, ())) if isinstance(leaf, Field) and leaf.name == "has" else set()


def _cost(letters: set[str]) -> float:
    """Return how often letters are likely to be met: many short ones often, a single long one seldom."""
    return sum(3.0 ** -min(len(text), 12) for text in letters)

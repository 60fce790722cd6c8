"""The words of the posts, seen from the queries:
each different token is compared with the terms once, ever.
"""

import re
from array import array
from collections.abc import Iterable

import numpy as np

from earshot.collect.query import fields
from earshot.collect.query.nodes import Field, Term
from earshot.collect.query.tokens import fold, forms, kind, plain, words

KEPT = 1_500_000  # pieces remembered; beyond them the memory is emptied, and pieces are read anew


class Vocabulary(dict):
    """Maps a piece of text between blanks to its number, and piece numbers to groups of tokens.

    No token holds a blank, so pieces can be cut into tokens apart from each other, and most come again and
    again. Tokens that satisfy the same leaves share a group; group 0 satisfies none. A leaf is a Term, or a
    Field that is about tokens (has:, link:); those of group g are ``groups[g]``.
    """

    def __init__(self, leaves: Iterable[Term | Field]):
        super().__init__()
        self.groups: list[tuple[int, ...]] = [()]
        self._numbers: dict[tuple[int, ...], int] = {(): 0}
        self._exact: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
        self._wild: list[tuple[int, Term, re.Pattern]] = []
        self._about: list[tuple[int, Field]] = []
        for number, leaf in enumerate(leaves):
            self._learn(number, leaf)
        self._folded = {*self._exact[False], *map(fold, self._exact[True])}
        self._finder = self._literals()
        self.forget()

    def forget(self) -> None:
        """Empty the memory of pieces; the groups stay."""
        self.clear()
        self._known: dict[str, int] = {}
        self._flat, self._ends = array("i"), array("q", [0])

    def spelled(self, texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the group of every token of the texts,
        one after the other, and how many tokens each text has.
        """
        if len(self) > KEPT:
            self.forget()
        lookup, pieces, sizes = self.__getitem__, array("i"), array("q", [0])
        for text in texts:
            pieces.extend(map(lookup, text.split()))
            sizes.append(len(pieces))
        numbers, ends = np.array(pieces, dtype="int64"), np.array(self._ends)
        lengths = ends[numbers + 1] - ends[numbers]
        total = np.concatenate([[0], np.cumsum(lengths)])
        which = np.repeat(ends[numbers] - total[:-1], lengths) + np.arange(total[-1])
        return np.array(self._flat, dtype="int32")[which], np.diff(total[np.array(sizes)])

    def __missing__(self, piece: str) -> int:
        if piece.isalnum() and piece.isascii():  # most pieces: one word, and most words nobody asks for
            self._flat.append(self._group(piece) if self._asked(piece.lower()) else 0)
        else:
            self._flat.extend(map(self._group, words(piece)))
        self._ends.append(len(self._flat))
        self[piece] = number = len(self)
        return number

    def _asked(self, word: str) -> bool:
        """Return whether a term may be about a word:
        it is the same in small letters, or holds a wildcard's letters.
        """
        return word in self._folded or (
            self._finder is not None and bool(self._finder.find_matches_as_indexes(word, overlapping=True))
        )

    def _group(self, token: str) -> int:
        number = self._known.get(token)
        if number is None:
            satisfied = self._satisfied(token)
            found = tuple(sorted(set(satisfied))) if satisfied else ()
            self._known[token] = number = self._numbers.setdefault(found, len(self.groups))
            if number == len(self.groups):
                self.groups.append(found)
        return number

    def _learn(self, number: int, leaf: Term | Field) -> None:
        if isinstance(leaf, Field):
            self._about.append((number, leaf))
        elif leaf.wild:
            self._wild.append((number, leaf, _pattern(leaf)))
        else:
            self._exact[leaf.cased].setdefault(
                plain(leaf.text) if leaf.cased else fold(leaf.text), []
            ).append(number)

    def _literals(self):
        """Return the automaton of each wildcard's longest run of letters:
        few of thousands of patterns are tried.
        """
        from ahocorasick_rs import AhoCorasick

        return AhoCorasick([literal(term) for _, term, _ in self._wild]) if self._wild else None

    def _satisfied(self, token: str) -> list[int]:
        folded, found = (token.lower(),) if token.isalnum() and token.isascii() else forms(token), []
        for form in folded:
            found += self._exact[False].get(form, ())
        if self._exact[True]:
            for form in forms(token, True):
                found += self._exact[True].get(form, ())
        if self._finder:
            found += self._expanded(token, folded)
        if self._about and kind(token) != "word":
            found += [number for number, asked in self._about if fields.on_tokens(asked, [token])]
        return found

    def _expanded(self, token: str, folded: tuple[str, ...]) -> list[int]:
        # The first form holds the others, so a literal in any of them is in it.
        tried = {place for place, _, _ in self._finder.find_matches_as_indexes(folded[0], overlapping=True)}
        if not tried:
            return []
        inside = kind(token) in ("link", "mention")
        return [
            number
            for number, term, pattern in map(self._wild.__getitem__, tried)
            if not (inside and term.text[0] in "*?")
            and any(pattern.fullmatch(form) for form in (forms(token, True) if term.cased else folded))
        ]


def literal(term: Term) -> str:
    """Return the longest run without wildcards of a term, folded:
    no token without it can satisfy the term.
    """
    return max((fold(run) for run in re.split(r"[*?]+", term.text) if run), key=len)


def _pattern(term: Term) -> re.Pattern:
    return fields.glob(plain(term.text) if term.cased else fold(term.text), ".")

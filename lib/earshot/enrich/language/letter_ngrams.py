"""Letter groups of words, hashed for whole columns at once: what the language model sees.

Every word, with a blank on both sides, gives all its groups of one to five letters and itself whole. A group
is the value of a polynomial over its letters, modulo two to the 64th, so that all groups of all posts are
found with one running sum and no loop over posts; the result is the same on every machine.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

BITS = 17
SIZE = 2**BITS
LONGEST = 5
WORD = re.compile(r"[^\W\d_]+(?:['’`][^\W\d_]+)*")
STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_BASE, _BACK = 0x9E3779B97F4A7C15, pow(0x9E3779B97F4A7C15, -1, 2**64)
_MIX = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class Groups:
    """Buckets of letter groups: ``bucket`` and the word each belongs to, sorted by word;
    ``words`` is their number.
    """

    bucket: np.ndarray
    word: np.ndarray
    words: int

    def starts(self) -> np.ndarray:
        """Return where each word's groups begin; every word has at least one."""
        return np.searchsorted(self.word, np.arange(self.words))


def spell(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text in small letters,
    "sooo" as "soo", each with its start and end in the text.
    """
    return [(_plain(match[0]), match.start(), match.end()) for match in WORD.finditer(text)]


@lru_cache(100_000)
def _plain(word: str) -> str:
    return STRETCHED.sub(r"\1\1", word.lower()).replace("’", "'")


def groups(words: list[str]) -> Groups:
    """Return the letter groups of each word as buckets below ``SIZE``."""
    if not words:
        return Groups(np.empty(0, np.int64), np.empty(0, np.int64), 0)
    joined = "".join(f" {word} " for word in words)
    codes = np.frombuffer(joined.encode("utf-32-le"), np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(word) + 2 for word in words), np.int64, len(words))
    owner = np.repeat(np.arange(len(words)), lengths)
    powers, back = (_powers(number, len(codes)) for number in (_BASE, _BACK))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * powers, dtype=np.uint64)])
    found = [
        _hashed(sums[size:] - sums[:-size], back[: len(codes) - size + 1], size)
        for size in range(1, LONGEST + 1)
        if size <= len(codes)
    ]
    kept = [owner[: len(found[size - 1])] == owner[size - 1 :] for size in range(1, len(found) + 1)]
    kept[0] &= codes != ord(" ")
    ends = np.cumsum(lengths)
    whole = _hashed(sums[ends] - sums[ends - lengths], back[ends - lengths], LONGEST + 1)
    bucket = np.concatenate([values[keep] for values, keep in zip(found, kept, strict=True)] + [whole])
    word = np.concatenate([owner[: len(keep)][keep] for keep in kept] + [np.arange(len(words))])
    order = np.argsort(word, kind="stable")
    return Groups(bucket[order], word[order], len(words))


def _powers(number: int, count: int) -> np.ndarray:
    steps = np.full(count, number, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _hashed(values: np.ndarray, back: np.ndarray, size: int) -> np.ndarray:
    mixed = (values * back + np.uint64(size)) * _MIX
    mixed ^= mixed >> np.uint64(32)
    return ((mixed * _MIX) >> np.uint64(64 - BITS)).astype(np.int64)

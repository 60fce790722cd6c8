"""What a text's words say about its classes:
a sum over its words, word pairs and letter groups, without a transformer.

Each distinct word is looked at once, however often it stands in the texts: its letter groups, whether it is
denied ("not_good"), and whether it is in the lexicon. Cost follows the vocabulary, so tens of thousands of
posts take seconds.
"""

from dataclasses import dataclass
from itertools import chain
from zlib import crc32

import numpy as np
import pandas as pd

from earshot.enrich.text import lexicon

WORD_BITS, LETTER_BITS = 17, 18
SIZE = 2**WORD_BITS + 2**LETTER_BITS
LETTERS = (2, 5)  # lengths of the letter groups
WHOLE, STRIDE = (
    np.uint64(2**WORD_BITS),
    np.uint64(0x9E3779B97F4A7C15),
)  # the stride is 2**64 over the golden ratio


@dataclass(frozen=True)
class Words:
    """The distinct words and word pairs of some texts as sparse rows (n, SIZE), and where each stands.

    ``word_at`` and ``word`` say in which text (row) each word of the texts stands and which it is; so with
    pairs.
    """

    texts: int
    words: object
    word_at: np.ndarray
    word: np.ndarray
    pairs: object
    pair_at: np.ndarray
    pair: np.ndarray

    def scores(self, weights: np.ndarray) -> np.ndarray:
        """Return (texts, classes): the mean over a text's parts
        of their ``weights`` (SIZE, classes), times √parts.
        """
        found = self._sum(np.asarray(self.words @ weights), np.asarray(self.pairs @ weights))
        return found / np.sqrt(self._parts())[:, None]

    def parts(self):
        """Return the same as one sparse (texts, SIZE) matrix, scaled in the same way."""
        from scipy import sparse

        where = [(self.word_at, self.word, self.words), (self.pair_at, self.pair, self.pairs)]
        whole = sum(
            sparse.csr_matrix((np.ones(len(at), np.float32), (at, which)), (self.texts, rows.shape[0])) @ rows
            for at, which, rows in where
        )
        return sparse.diags((1 / np.sqrt(self._parts())).astype(np.float32)) @ whole

    def _parts(self) -> np.ndarray:
        """Return how many parts each text has, one at least."""
        each = [np.asarray(rows.sum(axis=1)) for rows in (self.words, self.pairs)]
        return np.maximum(1, self._sum(*each)[:, 0])

    def _sum(self, of_words: np.ndarray, of_pairs: np.ndarray) -> np.ndarray:
        columns = [
            np.bincount(self.word_at, of_words[self.word, at], self.texts)
            + np.bincount(self.pair_at, of_pairs[self.pair, at], self.texts)
            for at in range(of_words.shape[1])
        ]
        return np.stack(columns, axis=1)


def read(texts: list[str]) -> Words:
    """Return the words and word pairs of clean texts."""
    found = [lexicon.tokens(text) for text in texts]
    at = np.repeat(np.arange(len(texts)), list(map(len, found)))
    word, names = pd.factorize(np.array(list(chain.from_iterable(found)), dtype=object))
    together = at[1:] == at[:-1]
    pair, codes = pd.factorize((word[:-1] * max(1, len(names)) + word[1:])[together])
    numbers = np.array([crc32(name.encode(errors="surrogatepass")) for name in names], np.uint64)
    first, second = (
        numbers[part] if len(names) else numbers for part in np.divmod(codes, max(1, len(names)))
    )
    pairs = _rows(np.arange(len(codes)), _mixed(first * STRIDE + second) % WHOLE, len(codes))
    return Words(len(texts), _words(list(names), numbers), at, word, pairs, at[1:][together], pair)


def _words(names: list[str], numbers: np.ndarray):
    """Return each word's parts as (words, SIZE) counts:
    itself, its kind in the lexicon, its letter groups.
    """
    rows, parts = [np.arange(len(names))], [numbers % WHOLE]
    bare, denied = [name.removeprefix("not_") for name in names], [name.startswith("not_") for name in names]
    for kind, listed in (("good", lexicon.GOOD), ("bad", lexicon.BAD)):
        row = np.array([at for at, name in enumerate(bare) if name in listed], int)
        rows.append(row)
        parts.append(np.array([crc32(f"{denied[at]} {kind}".encode()) for at in row], np.uint64) % WHOLE)
    spelt = [at for at, name in enumerate(bare) if name[0].isalnum()]
    row, group = _groups([f" {bare[at]} " for at in spelt], np.array([denied[at] for at in spelt], np.uint64))
    return _rows(
        np.concatenate([*rows, np.array(spelt, int)[row]]),
        np.concatenate([*parts, WHOLE + group % np.uint64(2**LETTER_BITS)]),
        len(names),
    )


def _groups(framed: list[str], denied: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (word, number) of every group of ``LETTERS`` letters; those of denied words have numbers of
    their
    own.
    """
    letters = np.frombuffer("".join(framed).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(framed)), list(map(len, framed)))
    rows, numbers = [], []
    for length in range(LETTERS[0], LETTERS[1] + 1):
        starts = np.flatnonzero(owner[length - 1 :] == owner[: max(0, len(owner) - length + 1)])
        number = denied[owner[starts]] + np.uint64(length)
        for step in range(length):
            number = number * STRIDE + letters[starts + step]
        rows.append(owner[starts])
        numbers.append(_mixed(number))
    return np.concatenate(rows), np.concatenate(numbers)


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Return numbers whose low bits depend on all bits of those given (the finish of MurmurHash3)."""
    numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    return numbers ^ (numbers >> np.uint64(33))


def _rows(row: np.ndarray, part: np.ndarray, count: int):
    from scipy import sparse

    return sparse.csr_matrix((np.ones(len(row), np.float32), (row, part.astype(np.int64))), (count, SIZE))

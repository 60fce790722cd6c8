"""What the sentiment model sees beside the embedding: word pairs, letter groups and the lexicon's signals."""

from itertools import pairwise

import numpy as np

from earshot.enrich.text import lexicon

WORD_BITS, LETTER_BITS = 17, 18
SIZE = 2**WORD_BITS + 2**LETTER_BITS
LETTERS = (2, 5)  # lengths of the letter groups


def grams(texts: list[str]):
    """Return a (n, SIZE) sparse matrix of which words, word pairs and letter groups each clean text has.

    Rows are scaled by one over the square root of how many it has. The hash is MurmurHash3, the same on every
    machine.
    """
    from scipy import sparse
    from sklearn.feature_extraction.text import HashingVectorizer

    plain = {"alternate_sign": False, "norm": None, "binary": True, "dtype": np.float32}
    words = HashingVectorizer(analyzer=_words, n_features=2**WORD_BITS, **plain)
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=LETTERS, n_features=2**LETTER_BITS, **plain)
    found = sparse.hstack([words.transform(texts), letters.transform(texts)], format="csr")
    counts = np.maximum(1, np.diff(found.indptr))
    found.data /= np.repeat(np.sqrt(counts), np.diff(found.indptr)).astype(np.float32)
    return found


def signals(texts: list[str]) -> np.ndarray:
    """Return the lexicon's signals of each clean text, (n, lexicon.SIGNALS) float32."""
    rows = [lexicon.signals(text, lexicon.tokens(text)) for text in texts]
    return np.stack(rows) if rows else np.empty((0, lexicon.SIGNALS), np.float32)


def _words(text: str) -> list[str]:
    found = lexicon.tokens(text)
    return found + [f"{first} {second}" for first, second in pairwise(found)]

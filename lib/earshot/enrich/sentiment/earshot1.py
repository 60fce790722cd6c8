"""The sentiment model before this one, earshot-1, kept so that a report can be rendered as it was.

It adds up three views of a clean text: its MiniLM embedding through one hidden layer (one for English, one
for all else), its words, word pairs and letter groups, and a lexicon that knows negation.
"""

import numpy as np

from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.language import step as language
from earshot.enrich.sentiment.earshot2 import probabilities

ENGLISH = ("en", "und")
BATCH = 5_000


def read(
    texts: list[str], langs: list[str | None] | None, weights: dict, vectors: np.ndarray | None
) -> np.ndarray:
    """Return probabilities (n, 3) of clean texts;
    languages and MiniLM vectors are found where they are not given.
    """
    langs = [lang for lang, _ in language.detect(texts)] if langs is None else langs
    vectors = embeddings.encode(texts) if vectors is None else vectors
    parts = [
        _read(
            texts[start : start + BATCH],
            langs[start : start + BATCH],
            vectors[start : start + BATCH],
            weights,
        )
        for start in range(0, len(texts), BATCH)
    ]
    return np.concatenate(parts) if parts else np.empty((0, 3))


def _read(texts: list[str], langs: list[str], vectors: np.ndarray, weights: dict) -> np.ndarray:
    from earshot.enrich.sentiment import earshot1_features

    logits = earshot1_features.grams(texts).astype(np.float64) @ weights["grams"]
    english = np.isin(np.array(langs, dtype=object), ENGLISH)
    signals = earshot1_features.signals(texts).astype(np.float64)
    for group, rows in (("english", english), ("other", ~english)):
        if rows.any():
            part = logits[rows] + _hidden(vectors[rows].astype(np.float64), weights, group)
            part += signals[rows] @ weights[f"{group}.signals"] + weights[f"{group}.bias"]
            logits[rows] = part / weights[f"{group}.temperature"]
    return probabilities(logits)


def _hidden(vectors: np.ndarray, weights: dict, group: str) -> np.ndarray:
    """One hidden layer with a bend at zero."""
    hidden = np.maximum(0, vectors @ weights[f"{group}.hidden"] + weights[f"{group}.hidden_bias"])
    return hidden @ weights[f"{group}.out"]

"""The language model that comes with Earshot: how well each word fits eight languages, or none of them.

A linear model over hashed letter groups (enrich.letters), learned from tweets, so that slang and names do not
mislead it. ``earshot.enrich.language.training`` makes it; models/language/card.md says from what and how good
it is.
"""

from functools import cache
from pathlib import Path

import numpy as np

from earshot.enrich.embeddings.model_files import WeightsError, fingerprint, verify
from earshot.enrich.language import letter_ngrams

MODEL = "earshot-lid-1"
CLASSES = ("en", "fr", "de", "es", "it", "pt", "nl", "hi", "other")
FOLDER = Path(__file__).resolve().parents[2] / "models" / "language"


def score(posts: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Return how well each post, (posts, 9), and each word,
    (all words, 9), fits ``CLASSES``: log-odds, not shares.

    ``posts`` holds the words of each post as letter_ngrams.spell gives them; a post without words scores zero
    everywhere.
    """
    weights, bias = _load(*_published())
    found = letter_ngrams.groups([word for words in posts for word in words])
    sizes = np.array([len(words) for words in posts])
    whole = np.zeros((len(posts), len(CLASSES)), np.float32)
    if not found.words:
        return whole, np.empty((0, len(CLASSES)), np.float32)
    starts = found.starts()
    sums = np.add.reduceat(weights[found.bucket], starts, axis=0)
    counts = np.diff(np.append(starts, len(found.bucket))).astype(np.float32)
    owner = np.repeat(np.arange(len(posts)), sizes)
    np.add.at(whole, owner, sums)
    total = np.bincount(owner, counts, len(posts)).astype(np.float32)
    some = sizes > 0
    whole[some] = whole[some] / np.sqrt(total[some, None]) + bias
    return whole, sums / np.sqrt(counts[:, None]) + bias


def _published() -> tuple[str, str]:
    path = FOLDER / f"{MODEL}.safetensors"
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").split()
    verify(path, lines[0])
    return str(path), fingerprint(path)


@cache
def _load(path: str, digest: str) -> tuple[np.ndarray, np.ndarray]:
    from safetensors.numpy import load_file

    held = load_file(path)
    if held.get("weights", np.empty(0)).shape != (letter_ngrams.SIZE, len(CLASSES)):
        raise WeightsError(f"The model file {Path(path).name} holds no language model of this version.")
    return held["weights"].astype(np.float32), held["bias"].astype(np.float32)

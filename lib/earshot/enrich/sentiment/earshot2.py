"""The sentiment model that ships, earshot-2, in three tiers.

* fast: a sum over words, word pairs and letter groups (``lexical``), no transformer;
* model: the fast tier and a tower tuned on the same posts, added up: three layers of MiniLM for English, six
  of multilingual-e5-small with a vocabulary of its own (``pieces``) for other languages;
* cascade: the fast tier where it is sure, the model elsewhere.

English and all other languages have weights of their own, and the same sum tells which of the two a text is
in, unless its letters do. Given names are made alike first, so that who is named does not change how a post
sounds.

A post gets the set of classes that cannot be ruled out: of the posts of each class, nine in ten have their
class in the set (class-conditional conformal prediction: Vovk 2012; Sadinle, Lei & Wasserman 2019). A person
decides where the set holds more than one.
"""

import re
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from earshot.enrich.embeddings import encoder, minilm, tokeniser
from earshot.enrich.embeddings.int8 import Weights
from earshot.enrich.sentiment import word_model
from earshot.enrich.sentiment.name_masking import neutralise
from earshot.statistics.softmax import softmax

TIERS = ("fast", "model", "cascade")
# Hindi was tested too, and failed: in Latin letters it is read hardly better than by chance, in its own not
# at all.
TESTED = frozenset({"ar", "de", "en", "es", "fr", "it", "pt"})
UNKNOWN = frozenset({"", "und"})  # too short to tell the language: mostly English or emoji
OTHER = "other."  # begins the names of the weights of the tower for other languages
OTHER_LETTERS = re.compile(
    "[\u0370-\u1fff\u2c00-\ud7ff]"
)  # Greek and beyond: not English, whatever the words say
BATCH = 5_000


@dataclass(frozen=True)
class Predictions:
    """What was read: probabilities (n, 3), the tier that answered ("fast" or "model"), and which classes are
    possible (n, 3) true or false."""

    probabilities: np.ndarray
    tier: np.ndarray
    possible: np.ndarray


def read(texts: list[str], weights: Weights, tier: str) -> Predictions:
    """Return what a tier makes of clean texts."""
    texts = [neutralise(text) for text in texts]
    parts = [_read(texts[start : start + BATCH], weights, tier) for start in range(0, len(texts), BATCH)]
    if not parts:
        return Predictions(np.empty((0, 3)), np.empty(0, dtype=object), np.empty((0, 3), bool))
    found, slow, group = (np.concatenate(part) for part in zip(*parts, strict=True))
    floors = np.where(slow[:, None], weights["model.floors"][group], weights["fast.floors"][group])
    possible = found >= floors
    possible |= (found == found.max(axis=1, keepdims=True)) & ~possible.any(axis=1, keepdims=True)
    return Predictions(found, np.where(slow, "model", "fast").astype(object), possible)


def _read(texts: list[str], weights: Weights, tier: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (probabilities, whether the tower was asked, 1 for English and 0 for all else) of some texts."""
    words, group = say_words(texts, weights)
    found = add_up([words], group, weights, "fast")
    slow = {
        "fast": np.zeros(len(texts), bool),
        "model": np.ones(len(texts), bool),
        "cascade": found.max(axis=1) < weights["fast.sure"][group],
    }[tier]
    if slow.any():
        asked = np.flatnonzero(slow)
        scores = ask_towers([texts[at] for at in asked], group[asked], weights)
        found[asked] = add_up([words[asked], scores], group[asked], weights, "model")
    return found, slow, group


def say_words(texts: list[str], weights: dict) -> tuple[np.ndarray, np.ndarray]:
    """Return the (n, 3) scores of the words of clean texts,
    and 1 for each text in English, 0 for each in another.
    """
    found = word_model.read(texts).scores(weights["lexical"])
    foreign = np.array([OTHER_LETTERS.search(text) is not None for text in texts], bool)
    group = ((found[:, 6] > 0) & ~foreign).astype(int)
    return np.where(group[:, None] == 1, found[:, :3], found[:, 3:6]), group


def ask_towers(texts: list[str], group: np.ndarray, weights: Weights) -> np.ndarray:
    """Return the (n, 3) scores of clean texts by the tower of their group,
    1 for English and 0 for all else.
    """
    found, others = np.empty((len(texts), 3), np.float32), other(weights)
    for number, own, tokenise in (
        (0, others, partial(tokeniser.tokenise, others)),
        (1, weights, minilm.tokenise),
    ):
        rows = np.flatnonzero(group == number)
        if len(rows):
            found[rows] = encoder.scores(own, tokenise([texts[row] for row in rows]))
    return found


@cache
def other(weights: Weights) -> Weights:
    """Return the weights of the tower for other languages, by their own names."""
    return Weights(
        (name.removeprefix(OTHER), values) for name, values in weights.items() if name.startswith(OTHER)
    )


def add_up(views: list[np.ndarray], group: np.ndarray, weights: dict, tier: str) -> np.ndarray:
    """Return the probabilities of texts whose words and, for the model, tower have these (n, 3) scores."""
    parts = [
        view.astype(np.float64) * weights[f"{tier}.{name}"][group][:, None]
        for name, view in zip(("words", "tower"), views, strict=False)
    ]
    return probabilities(sum(parts) + weights[f"{tier}.bias"][group])


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Return (n, classes) probabilities of scores.

    Rounded, so that the last bits of another matrix library or another batch do not make another row.
    """
    return np.round(softmax(scores), 6)

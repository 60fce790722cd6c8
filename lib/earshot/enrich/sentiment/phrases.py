"""Phrases that mean something else here than anywhere:
your own word over the sentiment model's, each with its tests.

In brief.yml, a phrase, what it says, and texts with the sentiment they must get, one of which holds the
phrase::

    phrases:
      sick beats:
        says: positive
        these sick beats made my day: positive
        the beats make me sick: negative

Before a phrase is used its tests are run, so that it cannot quietly break what was right. Where an English
denial stands before a phrase ("not sick beats at all") it says nothing and the model decides; a phrase that
holds a denial itself ("not half bad") counts everywhere, and so denied words can be a phrase of their own
("no sick beats").
"""

import json
import re
from collections.abc import Callable
from hashlib import blake2b

import numpy as np

from earshot.enrich.sentiment.earshot2 import Predictions
from earshot.enrich.text.patterns import LONGEST, WORD, is_denied, ready

VERSION = "2"  # to be raised whenever the same phrases say something else of the same texts
SAYS = "says"
SURE = 0.98  # the probability of what a phrase says
Phrases = dict[str, dict[str, str]]


def identify(phrases: Phrases) -> str:
    """Return a name for exactly these phrases, their tests and how they are read;
    empty where there are none.
    """
    held = json.dumps([VERSION, phrases], sort_keys=True, ensure_ascii=False)
    return blake2b(held.encode(), digest_size=4).hexdigest() if phrases else ""


def apply(texts: list[str], reading: Predictions, phrases: Phrases, classes: tuple[str, ...]) -> Predictions:
    """Return the reading of clean texts with what phrases say put in place of what the model says.

    Where a text holds several phrases that are not denied, the longest counts.
    """
    found, tier, possible = reading.probabilities.copy(), reading.tier.copy(), reading.possible.copy()
    for phrase in sorted(phrases, key=len):
        counts, place = stands_in(phrase), classes.index(phrases[phrase][SAYS])
        rows = [row for row, text in enumerate(texts) if counts(text)]
        found[rows], tier[rows] = (1 - SURE) / (len(classes) - 1), "phrase"
        possible[rows] = np.arange(len(classes)) == place
        found[rows, place] = SURE
    return Predictions(found, tier, possible)


def stands_in(phrase: str) -> Callable[[str], bool]:
    """Return what says of a text whether a phrase stands in it, once at least, without a denial before it."""
    pattern, own = _pattern(phrase), _holds_denial(phrase)
    return lambda text: any(own or not _is_denied(text, found.start()) for found in pattern.finditer(text))


def _holds_denial(phrase: str) -> bool:
    """Say whether a denial is among the words of a phrase."""
    (said,) = ready([phrase])
    return any(is_denied(said, word.end()) for word in WORD.finditer(said))


def _is_denied(text: str, start: int) -> bool:
    """Say whether a denial stands shortly before this place of a text as it was written."""
    (before,) = ready(
        [text[max(0, start - LONGEST) : start]]
    )  # lowering letters can move the place, so it is the end
    return is_denied(before, len(before))


def _pattern(phrase: str) -> re.Pattern:
    """Return the expression that finds a phrase whole and in any case,
    blanks of any kind between its words.
    """
    words = r"\s+".join(map(re.escape, phrase.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)

"""Phrases that mean something else here than anywhere: your own word over the sentiment model's, each with its tests.

In brief.yml, a phrase, what it says, and texts with the sentiment they must get, one of which holds the phrase::

    phrases:
      sick beats:
        says: positive
        these sick beats made my day: positive
        the beats make me sick: negative

Before a phrase is used its tests are run, so that it cannot quietly break what was right.
"""

import json
import re
from hashlib import blake2b

import numpy as np

from earshot.core.params import ParamError
from earshot.enrich.sentiment_model import Reading

SAYS = "says"
SURE = 0.98  # the probability of what a phrase says
Phrases = dict[str, dict[str, str]]


def identify(phrases: Phrases) -> str:
    """Return a name for exactly these phrases and their tests; empty where there are none."""
    held = json.dumps(phrases, sort_keys=True, ensure_ascii=False)
    return blake2b(held.encode(), digest_size=4).hexdigest() if phrases else ""


def apply(texts: list[str], reading: Reading, phrases: Phrases, classes: tuple[str, ...]) -> Reading:
    """Return the reading of clean texts with what phrases say put in place of what the model says.

    Where a text holds several phrases, the longest counts.
    """
    found, tier, possible = reading.probabilities.copy(), reading.tier.copy(), reading.possible.copy()
    for phrase in sorted(phrases, key=len):
        pattern, place = _pattern(phrase), classes.index(phrases[phrase][SAYS])
        rows = [row for row, text in enumerate(texts) if pattern.search(text)]
        found[rows], tier[rows] = (1 - SURE) / (len(classes) - 1), "phrase"
        possible[rows] = np.arange(len(classes)) == place
        found[rows, place] = SURE
    return Reading(found, tier, possible)


def check(phrases: Phrases, model: str) -> None:
    """Run the tests of every phrase with this model; raises ParamError in one sentence at the first that fails."""
    from earshot.enrich import sentiment
    for phrase, entry in phrases.items():
        _check_form(phrase, entry, sentiment.CLASSES)
    tests = [(phrase, text, label) for phrase, entry in phrases.items() for text, label in _tests(entry).items()]
    said = sentiment.read([text for _, text, _ in tests], model=model, phrases=phrases)["label"]
    for (phrase, text, label), got in zip(tests, said, strict=True):
        if got != label:
            raise ParamError(f"brief.yml: phrases: with {phrase!r}, {text!r} is {got} and has to be {label}; make the "
                             "phrase longer, or correct its test.")


def _check_form(phrase: str, entry: dict[str, str], classes: tuple[str, ...]) -> None:
    where = f"brief.yml: phrases: {phrase}"
    if entry.get(SAYS) not in classes:
        raise ParamError(f"{where} says {entry.get(SAYS)!r}; write says: {', '.join(classes[:-1])} or {classes[-1]}.")
    for label in _tests(entry).values():
        if label not in classes:
            raise ParamError(f"{where} has a test that must get {label!r}; use {', '.join(classes)}.")
    if not any(_pattern(phrase).search(text) for text in _tests(entry)):
        raise ParamError(f"{where} has no test that holds it; write a text with the phrase and the sentiment it must "
                         "get.")


def _tests(entry: dict[str, str]) -> dict[str, str]:
    return {text: label for text, label in entry.items() if text != SAYS}


def _pattern(phrase: str) -> re.Pattern:
    """Return the expression that finds a phrase whole and in any case, blanks of any kind between its words."""
    words = r"\s+".join(map(re.escape, phrase.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)

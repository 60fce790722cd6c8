"""The tests that every phrase of a brief must pass before it is used."""

from collections.abc import Callable

import pandas as pd

from earshot.core.params import ParamError
from earshot.enrich.sentiment.phrases import SAYS, Phrases, stands_in


def check(phrases: Phrases, model: str, read: Callable[..., pd.DataFrame], classes: tuple[str, ...]) -> None:
    """Run the tests of every phrase with this model; raises ParamError at the first that fails."""
    for phrase, entry in phrases.items():
        _check_form(phrase, entry, classes)
    tests = [
        (phrase, text, label) for phrase, entry in phrases.items() for text, label in _tests(entry).items()
    ]
    said = read([text for _, text, _ in tests], model=model, phrases=phrases)["label"]
    for (phrase, text, label), got in zip(tests, said, strict=True):
        if got != label:
            raise ParamError(
                f"brief.yml: phrases: with {phrase!r}, {text!r} is {got} under {model} and has to be "
                f"{label}; make the phrase longer, or correct its test."
            )


def _check_form(phrase: str, entry: dict[str, str], classes: tuple[str, ...]) -> None:
    where = f"brief.yml: phrases: {phrase}"
    if entry.get(SAYS) not in classes:
        raise ParamError(
            f"{where} says {entry.get(SAYS)!r}; write says: {', '.join(classes[:-1])} or {classes[-1]}."
        )
    for label in _tests(entry).values():
        if label not in classes:
            raise ParamError(f"{where} has a test that must get {label!r}; use {', '.join(classes)}.")
    if not any(map(stands_in(phrase), _tests(entry))):
        raise ParamError(
            f"{where} has no test that holds it, with no denial before it; write a text with the phrase "
            "and the sentiment it must get."
        )


def _tests(entry: dict[str, str]) -> dict[str, str]:
    return {text: label for text, label in entry.items() if text != SAYS}

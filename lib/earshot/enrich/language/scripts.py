"""The stretches of a post that is written in two scripts:
each script is a language of its own, and is read apart.

A name in other letters is no language: a script speaks when it brings two words that are not written as names
are ("App Store не работает" is Russian), or four letters where no blanks stand between words.
"""

import re
import unicodedata
from functools import cache

FEWEST, LETTERS = 2, 4
OTHER = re.compile(
    "[\u0370-\u1cff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufefc]"
)  # nearly all letters that are not Latin
GROUPS = {"CJK": "EAST", "HIRAGANA": "EAST", "KATAKANA": "EAST", "KATAKANA-HIRAGANA": "EAST"}
UNSPACED = {"EAST", "THAI", "LAO", "KHMER", "MYANMAR"}
Word = tuple[int, int]  # its start and end in the text


def words(text: str) -> dict[str, list[Word]]:
    """Return the words of each script that speaks in a text, the script with most letters first.

    Empty where a single script does. Words of scripts that do not speak are in none.
    """
    if not OTHER.search(text):
        return {}
    found: dict[str, list[Word]] = {}
    for script, start, end in _runs(text):
        found.setdefault(script, []).append((start, end))
    order = sorted(found, key=lambda script: -sum(end - start for start, end in found[script]))
    kept = {
        script: found[script]
        for place, script in enumerate(order)
        if not place or _speaks(script, [text[start:end] for start, end in found[script]])
    }
    return kept if len(kept) > 1 else {}


def only(text: str, kept: list[Word]) -> str:
    """Return the text with blanks for all but these words, each where it stood."""
    letters = [" "] * len(text)
    for start, end in kept:
        letters[start:end] = text[start:end]
    return "".join(letters)


def joined(told: list[tuple[Word, str]]) -> list[list]:
    """Return [[start, end, code], …] of words in order; neighbours of one language are one stretch."""
    spans: list[list] = []
    for (start, end), code in sorted(told):
        if spans and spans[-1][2] == code:
            spans[-1][1] = end
        else:
            spans.append([start, end, code])
    return spans


def _speaks(script: str, found: list[str]) -> bool:
    if script in UNSPACED:
        return sum(map(len, found)) >= LETTERS
    return sum(len(word) > 1 and word == word.lower() for word in found) >= FEWEST


def _runs(text: str) -> list[tuple[str, int, int]]:
    """Return script, start and end of every run of letters of one script;
    marks belong to the letter before them.
    """
    runs: list[list] = []
    for at, letter in enumerate(text):
        script = _script(letter)
        if script == "MARK":
            if runs and runs[-1][2] == at:
                runs[-1][2] = at + 1
        elif script:
            if runs and runs[-1][2] == at and runs[-1][0] == script:
                runs[-1][2] = at + 1
            else:
                runs.append([script, at, at + 1])
    return [tuple(run) for run in runs]


@cache
def _script(letter: str) -> str:
    category = unicodedata.category(letter)
    if category[0] == "M" or letter in "'’\u200c\u200d":
        return "MARK"
    first = unicodedata.name(letter, "").split(" ")[0] if category[0] == "L" else ""
    return GROUPS.get(first, first)

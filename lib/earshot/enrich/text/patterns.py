"""Wordings: what a person may write, told in words that anybody can read, and found in many texts at once.

A star stands for any ending, ``(a|b)`` for a or b, ``[a]`` for a or nothing, two dots for up to three words
and three for the rest of the sentence: ``cancel* .. (order|contract)``, ``can i ... ?``. Apostrophes may be
missing, case does not matter::

    find(Wordings(("cancel* my",)), ["I will cancel my order", "I will not cancel my order"])   # True, False
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from earshot.enrich.text.lexicon import DENIALS, SCOPE

PARTS = re.compile(r"\.{2,3}|[()|\[\]* ]|[^ ()|\[\]*.]+")
APART = r"[ ,\"*_/-]+"  # what may stand between two words of one sentence
LETTER = r"[^\s,\"*_/.!?;:()-]"  # no letter may stand apart, so that no text can be parted in many ways
SIGNS = {
    "(": "(?:",
    ")": ")",
    "|": "|",
    "[": "(?:",
    "*": f"{LETTER}*",
    "..": f"(?:{APART}{LETTER}+){{0,3}}",
    "...": "[^.!?;]*?",
}
MARKS = frozenset("!?.,:;*$€£%#&")  # where a wording begins or ends with one, it may touch another word
BEGIN, END = r"(?<![^\W_])", r"(?![^\W_])"
LONGEST = 2_000  # letters of a post that are read
SIGNS_OF_OTHERS = ("rt @user", '"', "“", "«")
BORROWED = re.compile(r"\brt @user.*|[\"“«][^\"”»]{12,}(?:[\"”»]|$)")  # what somebody else said
CLAUSE = re.compile(r"[.,;:!?()]|\b(?:but|because|unless|if|so)\b")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True)
class Wordings:
    """Some wordings, those in which they mean something else,
    and whether a denial before them takes them back.
    """

    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    denied: bool = True

    @cached_property
    def pattern(self) -> re.Pattern:
        """The expression that finds any of the wordings in a text made ready."""
        return re.compile(_any(self.words))

    @cached_property
    def other(self) -> re.Pattern | None:
        """The expression that finds where they mean something else."""
        return re.compile(_any(self.unless)) if self.unless else None


def problem(wording: str) -> str:
    """Return what is wrong with a wording, as the end of a sentence; empty where nothing is."""
    if len(re.findall(r"\w", wording)) < 3:
        return 'is too short; a wording needs three letters, such as "buy"'
    if wording.rstrip().endswith(("]", "..")):
        return "ends with what may be missing; leave that out"
    if "] .." in wording:
        return "has dots after a word that may be missing; the dots stand for it already"
    try:
        re.compile(_expression(wording, close=True))
    except re.error:
        return (
            "has a bracket that is not closed or not opened; write (a|b) for a or b and [a] for a or nothing"
        )
    return ""


def ready(texts: list[str]) -> list[str]:
    """Return texts as they are searched: the beginning, in lower case, with one kind of apostrophe."""
    return [text[:LONGEST].lower().replace("’", "'").replace("‘", "'") for text in texts]


def own(texts: list[str]) -> list[str]:
    """Return texts made ready without what they quote or repost."""
    return [
        BORROWED.sub(" … ", text) if any(sign in text for sign in SIGNS_OF_OTHERS) else text for text in texts
    ]


def find(wordings: Wordings, texts: list[str]) -> np.ndarray:
    """Return for each text, made ``ready``, whether it holds one of the wordings and means it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = np.zeros(len(texts), bool)
    if not wordings.words:
        return found
    # RE2 looks at each letter once, whatever the number of wordings; the few that it finds are looked at
    # closely.
    near = pc.match_substring_regex(pa.array(texts, pa.string()), _any(wordings.words, close=False))
    places = np.flatnonzero(np.asarray(near))
    found[places] = [_means(wordings, texts[place]) for place in places]
    return found


def _means(wordings: Wordings, text: str) -> bool:
    if wordings.other:
        text = wordings.other.sub(" … ", text)
    return any(
        not (wordings.denied and is_denied(text, match.start())) for match in wordings.pattern.finditer(text)
    )


def is_denied(text: str, start: int) -> bool:
    """Say whether a denial stands among the last few words before this place, in the same clause."""
    before = CLAUSE.split(text[max(0, start - 60) : start])[-1]
    return any(word in DENIALS or word.endswith("n't") for word in WORD.findall(before)[-SCOPE:])


def _any(wordings: tuple[str, ...], close: bool = True) -> str:
    """Return the expression of any of these wordings; where it need not be ``close``, word ends are not
    looked
    at.
    """
    return "|".join(_expression(wording, close) for wording in wordings)


def _expression(wording: str, close: bool) -> str:
    tokens, made = PARTS.findall(re.sub(r"\s*\|\s*", "|", " ".join(wording.lower().split()))), []
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token == " ":
            made.append(_blank(before, after, close))
        elif token == "]":
            made.append(rf"{APART})?")  # the blank after a word that may be missing is missing with it
        else:
            made.append(SIGNS.get(token) or re.escape(token).replace("'", "'?"))
    first, last = (tokens[end][end] not in MARKS for end in (0, -1))
    return f"{BEGIN if close and first else ''}(?:{''.join(made)}){END if close and last else ''}"


def _blank(before: str, after: str, close: bool) -> str:
    """Return what a blank between two parts of a wording stands for."""
    if "..." in (before, after):
        return r"\b" if close and (after == "..." or after[0] not in MARKS) else ""
    return "" if after == ".." or before == "]" else f"(?:{APART})?" if after[0] in MARKS else APART

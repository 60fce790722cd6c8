"""What stands around a target: words by side and distance,
its clause, and feeling words weighed by how near they are.

After Tang et al. (2016), who read what stands left and right of a target, and Ding, Liu & Yu (2008), who let
an opinion word count the less the farther it stands. A denied word is another word; a clause ends at a mark
or at "but".
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from earshot.enrich.targets.marked_text import Spans, windows
from earshot.enrich.text import lexicon

NEAR, CLOSER, CLOSE = 6, 4, 2  # words on either side
LETTERS = (3, 5)  # lengths of the letter groups
SIGNALS = 6 + 2 * lexicon.SIGNALS
TURNS = frozenset(["but", "although", "though", "however", "while", "yet", "except"])


def words(text: str, spans: Spans, target: str) -> list[str]:
    """Return the text's words, and again, marked,
    those of its clause, those near the target, and their letters.
    """
    left, right = sides(text, spans)
    clause = [*_until_turn(left[::-1])[::-1], "§", *_until_turn(right)]
    found = left + right + [f"{first} {second}" for first, second in pairwise([*left, "§", *right])]
    found += [f"c:{word}" for word in clause] + [f"c:{first} {second}" for first, second in pairwise(clause)]
    found += [f"l:{word}" for word in left[-NEAR:]] + [f"r:{word}" for word in right[:NEAR]]
    found += [f"l{at}:{word}" for at, word in enumerate(left[: -CLOSE - 1 : -1])]
    found += [f"r{at}:{word}" for at, word in enumerate(right[:CLOSE])]
    found += [f"t:{word}" for word in lexicon.tokens(target)]
    return found + list(_letters(left[-CLOSER:] + right[:CLOSER]))


def signals(text: str, spans: Spans) -> np.ndarray:
    """Return ``SIGNALS`` numbers: good and bad words weighed by nearness,
    of the clause, and of the whole text.
    """
    left, right = sides(text, spans)
    weighed = [
        sum(_feeling(word, good) / (1 + at) for at, word in enumerate(side))
        for side in (left[::-1], right)
        for good in (True, False)
    ]
    clause = _until_turn(left[::-1])[::-1] + _until_turn(right)
    both = [weighed[0] + weighed[2], weighed[1] + weighed[3]]
    return np.concatenate(
        [
            np.array(weighed + both, np.float32),
            lexicon.signals(" ".join(clause), clause),
            lexicon.signals(text, left + right),
        ]
    )


def clause(text: str, spans: Spans, target: str) -> str:
    """Return the words of the target's clause, the target among them, as a sentence that can be embedded."""
    left, right = sides(text, spans)
    stretch = [*_until_turn(left[::-1])[::-1], target, *_until_turn(right)]
    return " ".join(word.replace("not_", "not ") for word in stretch)


def sides(text: str, spans: Spans) -> tuple[list[str], list[str]]:
    """Return the tokens before and after the first mention; all of them before where there is none."""
    parts = windows(text, spans)
    return lexicon.tokens(parts[0]), lexicon.tokens(" ".join(parts[1:]))


def _until_turn(words_on: list[str]) -> list[str]:
    """Return the words up to the first mark or turn."""
    for at, word in enumerate(words_on):
        if not word[0].isalnum() or word.removeprefix("not_") in TURNS:
            return words_on[:at]
    return words_on


def _letters(near: list[str]) -> Iterator[str]:
    """Yield the letter groups of some words: a word misspelt or bent is still known by most of them."""
    for word in near:
        framed = f"<{word}>"
        for length in range(LETTERS[0], LETTERS[1] + 1):
            yield from (framed[at : at + length] for at in range(len(framed) - length + 1))


def _feeling(word: str, good: bool) -> bool:
    bare = word.removeprefix("not_")
    return bare in (lexicon.GOOD if good == (bare == word) else lexicon.BAD)

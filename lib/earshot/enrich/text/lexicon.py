"""A small lexicon of English feeling words, written for Earshot, with the scope of negation and of "but".

It gives the sentiment model a few dense signals that hold for words it never saw in training, and turns each
word into a token that knows whether it was denied: "not good at all" has the tokens not, not_good, not_at,
not_all.
"""

import re
from pathlib import Path

import numpy as np

from earshot.core.params import read_yaml

_LISTS = {
    name: frozenset(words.split())
    for name, words in read_yaml(Path(__file__).with_name("lexicon.yml")).items()
}
GOOD, BAD, STRONG, DENIALS = (_LISTS[name] for name in ("good", "bad", "strong", "denials"))
SCOPE = 4  # words that a denial reaches, unless a mark or "but" comes first
TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.,;:!?()]+|@user")
SMILES, FROWNS = (
    re.compile(r"[:;=8][-o']?[)\]D*pP3]|<3|\^_?\^|\(:"),
    re.compile(r"[:=][-o']?[(\[/|@]|:'\(|D:|-_+-|\):"),
)
SIGNALS = 12


def tokens(text: str) -> list[str]:
    """Return the lower-case words and marks of a clean text; a denied word begins with ``not_``."""
    found, reach = [], 0
    for token in TOKEN.findall(text.lower().replace("’", "'")):
        if not token[0].isalnum() and token != "@user":
            reach = 0
            found.append(token[:2])
            continue
        reach = 0 if token == "but" else reach
        found.append(f"not_{token}" if reach > 0 else token)
        reach = SCOPE if token in DENIALS or token.endswith("n't") else reach - 1
    return found


def signals(text: str, words: list[str]) -> np.ndarray:
    """Return ``SIGNALS`` numbers, each about 0 to 1:
    good, bad, denied good, denied bad, … of a text and its tokens.
    """
    denied = [word[4:] for word in words if word.startswith("not_")]
    plain = [word for word in words if not word.startswith("not_")]
    after = plain[len(plain) - plain[::-1].index("but") :] if "but" in plain else []
    shouted = sum(word.isupper() and len(word) > 2 for word in text.split())
    counts = (
        _hits(plain, GOOD),
        _hits(plain, BAD),
        _hits(denied, GOOD),
        _hits(denied, BAD),
        _hits(after, GOOD),
        _hits(after, BAD),
        _hits(plain, STRONG),
        text.count("!"),
        text.count("?"),
        len(SMILES.findall(text)),
        len(FROWNS.findall(text)),
        shouted,
    )
    return np.log1p(np.array(counts, np.float32))


def _hits(words: list[str], lexicon: frozenset) -> int:
    return sum(word in lexicon for word in words)

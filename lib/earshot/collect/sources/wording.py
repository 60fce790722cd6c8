"""Which texts a query of plain words means, for sources that cannot search:
words, "phrases", OR, NOT or a minus.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(r'(?P<minus>-|NOT\s+)?(?:"(?P<phrase>[^"]+)"|(?P<word>[^\s()]+))')


@dataclass(frozen=True)
class Wording:
    """A query of words: all must be there, of those joined by OR one;
    those after NOT or a minus must not be there.

    >>> Wording('delay OR late "Acme Air" -job').fits("My ACME Air flight is late")
    True
    """

    query: str

    def fits(self, text: str) -> bool:
        """Say whether a text is one that the query means; an empty query means every text."""
        wanted, unwanted = _patterns(self.query)
        plain = _plain(text)
        return all(pattern.search(plain) for pattern in wanted) and not any(
            pattern.search(plain) for pattern in unwanted
        )


@lru_cache(maxsize=256)
def _patterns(query: str) -> tuple[tuple[re.Pattern, ...], tuple[re.Pattern, ...]]:
    groups, unwanted, joined = [], [], False
    for token in TOKEN.finditer(query):
        if token["word"] in ("OR", "AND") and not token["minus"]:
            joined = token["word"] == "OR"
            continue
        word = _plain(token["phrase"] or token["word"])
        if token["minus"]:
            unwanted.append(_pattern([word]))
        elif joined and groups:
            groups[-1].append(word)
        else:
            groups.append([word])
        joined = False
    return tuple(map(_pattern, groups)), tuple(unwanted)


def _pattern(words: list[str]) -> re.Pattern:
    return re.compile("|".join(_one(word) for word in words))


def _one(word: str) -> str:
    """A word is whole, except where it ends in *
    or is written without spaces between words (Chinese, Japanese).
    """
    open_end = word.endswith("*")
    spaced = re.sub(r"\s+", r"\\s+", re.escape(word.rstrip("*") if open_end else word).replace(r"\ ", " "))
    solid = re.search(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", word)
    if solid:
        return spaced
    return rf"(?<!\w){spaced}" + ("" if open_end else r"(?!\w)")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

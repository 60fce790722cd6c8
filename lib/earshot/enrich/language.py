"""The language of each post: one fast guess for all, a second and slower opinion where the first is unsure.

py3langid reads every post, lingua those in a language of Latin letters that are short or doubtful; the surer of the two
counts. Links, mentions, hashtags and emoji are left out first, since they are spelt alike in every language. What stays
doubtful is ``und``.
"""

import re
from functools import cache
from pathlib import Path

import pandas as pd

from earshot.core.params import read_yaml

TABLE = "language"
VERSION = "1"
UNKNOWN = "und"
_LISTS = {name: words.split() for name, words in read_yaml(Path(__file__).with_name("language.yml")).items()}
LANGUAGES, LATIN, HINDI = (frozenset(_LISTS[name]) for name in ("known", "second", "latin_hindi"))
SHORT, DOUBTFUL, LOWEST = 20, 0.6, 0.3

LEFT_OUT = re.compile(r"https?\S*|www\.\S+|[@#]\w+|\bRT\b|&\w+;|\[\w+\]"
                      r"|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")


def add(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the language table's columns for posts with ``post_id``, ``content_hash`` and ``text``."""
    found = detect(frame["text"].fillna("").tolist())
    return pd.DataFrame({"post_id": frame["post_id"].to_numpy(), "content_hash": frame["content_hash"].to_numpy(),
                         "lang": [lang for lang, _ in found], "confidence": [sure for _, sure in found]})


def detect(texts: list[str]) -> list[tuple[str, float]]:
    """Return (ISO 639-1 code, confidence 0 to 1) for each text; the code is ``und`` below ``LOWEST``."""
    read = [" ".join(LEFT_OUT.sub(" ", text).split()) for text in texts]
    found = [_first(text) for text in read]
    doubtful = [at for at, (text, (lang, sure)) in enumerate(zip(read, found, strict=True))
                if lang in LATIN and (len(text) < SHORT or sure < DOUBTFUL)]
    for at in doubtful:
        found[at] = max(found[at], _second(read[at]), key=lambda guess: guess[1])
    return [(lang if sure >= LOWEST else UNKNOWN, round(sure, 4)) for lang, sure in found]


def _first(text: str) -> tuple[str, float]:
    if not any(letter.isalpha() for letter in text):
        return UNKNOWN, 0.0
    if _is_latin_hindi(text):
        return "hi", 0.9
    lang, sure = _fast().classify(text)
    return lang, min(1.0, sure)


def _second(text: str) -> tuple[str, float]:
    guess = _slow().compute_language_confidence_values(text)[0]
    return guess.language.iso_code_639_1.name.lower(), guess.value


def _is_latin_hindi(text: str) -> bool:
    words = re.findall(r"[a-z]+", text.lower())
    hits = [word for word in words if word in HINDI]
    return len(set(hits)) >= 3 and len(hits) >= 0.2 * len(words)


@cache
def _fast():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(LANGUAGES))
    return identifier


@cache
def _slow():
    from lingua import Language, LanguageDetectorBuilder
    known = [language for language in Language.all() if language.iso_code_639_1.name.lower() in LATIN]
    return LanguageDetectorBuilder.from_languages(*known).build()

"""The language of each post, and of each stretch of a post that mixes two.

Two witnesses are heard on a post in Latin letters: our own model of letter groups, learned from tweets, and,
where that is in doubt, py3langid, which knows many languages; how frequent each language is among social
posts counts too. Other scripts are told by py3langid alone. Links, mentions, hashtags, emoticons and emoji
are left out first, since they are spelt alike in every language; of a post of one or two words the hashtags
are read after all. What stays doubtful is ``und``.
"""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core.params import Brief, read_yaml
from earshot.enrich.language import letter_ngrams, scripts, segmentation
from earshot.enrich.language import model as language_model
from earshot.enrich.pipeline.declaration import PostStep
from earshot.enrich.text import hashtags
from earshot.statistics.softmax import softmax

TABLE = "language"
VERSION = "4"
UNKNOWN = "und"
_LISTS = {name: words.split() for name, words in read_yaml(Path(__file__).with_name("language.yml")).items()}
LANGUAGES = frozenset(_LISTS["known"])
LATIN = tuple(sorted(_LISTS["latin"]))
PRIOR = {name: float(share) for name, share in (entry.split(":") for entry in _LISTS["prior"])}
FEW, LOWEST = 3, 0.3
# weight of py3langid's log-probability: it takes letters for independent and is far too sure of
# itself
WITNESS = 0.2
FARTHEST = 20.0  # no single witness may say more than this against a language
# where our own model is so much surer of one language than of the next, py3langid is not asked: of
# 7,900
SETTLED = 5.0
# tweets in eight languages it would have changed none
EXPECTED = 5.0  # how much likelier the languages of the brief are than elsewhere
BATCH = 4_000

LEFT_OUT = re.compile(
    r"https?\S*|www\.\S+|[@#]\w+|\bRT\b|&\w+;|\[\w+\]"
    r"|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+"
    r"|(?<![^\W_])(?:[:;=8xX]['^-]?[dDpPoOsS3)(/|]+|[oO][._][oO]|<3)(?![^\W_])"
)
HEADLINE = re.compile(r"(?<=[/_])[A-Za-z]{2,}(?:-[A-Za-z]+){2,}")
LETTER, LATIN_LETTER = re.compile(r"[^\W\d_]"), re.compile(r"[a-zA-ZÀ-ɏḀ-ỿ]")


def add(frame: pd.DataFrame, expected: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the language table's columns for posts with ``post_id``, ``content_hash`` and ``text``.

    ``expected`` are the languages that the brief listens in; they are given the benefit of the doubt.
    """
    found = read(frame["text"].fillna("").tolist(), expected)
    return pd.DataFrame(
        {
            "post_id": frame["post_id"].to_numpy(),
            "content_hash": frame["content_hash"].to_numpy(),
            "lang": [lang for lang, _, _ in found],
            "confidence": [sure for _, sure, _ in found],
            "mixed": pd.array(
                [len({name for _, _, name in spans}) > 1 for _, _, spans in found], dtype="boolean"
            ),
            "spans": [json.dumps(spans) for _, _, spans in found],
        }
    )


def detect(texts: list[str], expected: tuple[str, ...] = ()) -> list[tuple[str, float]]:
    """Return (ISO 639-1 code, confidence 0 to 1) for each text; the code is ``und`` below ``LOWEST``."""
    return [(lang, sure) for lang, sure, _ in read(texts, expected, spans=False)]


def read(
    texts: list[str], expected: tuple[str, ...] = (), spans: bool = True
) -> list[tuple[str, float, list]]:
    """Return (code, confidence, [[start, end, code], …]) for each text;
    the stretches are empty without ``spans``.
    """
    found = [
        one
        for start in range(0, len(texts), BATCH)
        for one in _read(texts[start : start + BATCH], expected, spans)
    ]
    return _by_script(texts, found, expected) if spans else found


def _by_script(texts: list[str], found: list[tuple[str, float, list]], expected: tuple[str, ...]) -> list:
    """Return what was found, with the stretches of posts in two scripts read script by script."""
    masked = {
        at: _masked(texts[at])
        for at, (code, _, _) in enumerate(found)
        if code != UNKNOWN and scripts.OTHER.search(texts[at])
    }
    parts = [(at, kept) for at, text in masked.items() for kept in scripts.words(text).values()]
    said = _read([scripts.only(masked[at], kept) for at, kept in parts], expected, True) if parts else []
    told: dict[int, list] = {}
    for (at, kept), (code, _, spans) in zip(parts, said, strict=True):
        own = found[at][0] if code == UNKNOWN else code  # what is too short to be told gives way to the whole
        stretches = spans if len({name for _, _, name in spans}) > 1 else []
        told.setdefault(at, []).extend(
            (word, next((name for start, end, name in stretches if start <= word[0] < end), own))
            for word in kept
        )
    return [
        (code, sure, scripts.joined(told[at]) if at in told else spans)
        for at, (code, sure, spans) in enumerate(found)
    ]


def _masked(text: str) -> str:
    """Return the text with blanks for what is spelt alike in every language."""
    return LEFT_OUT.sub(lambda found: " " * len(found[0]), text)


def _read(texts: list[str], expected: tuple[str, ...], spans: bool) -> list[tuple[str, float, list]]:
    masked = [_masked(text) for text in texts]
    words = [letter_ngrams.spell(text) for text in masked]
    spoken = [[word for word, _, _ in found] or [] for found in words]
    asked = [" ".join(text.split()) for text in masked]
    for at, text in enumerate(texts):
        if len(words[at]) < FEW and (tags := _tags(text)):
            spoken[at] = spoken[at] + [word for word, _, _ in letter_ngrams.spell(tags)]
            asked[at] = f"{asked[at]} {tags}".strip()
    latin = [at for at, text in enumerate(asked) if spoken[at] and _is_latin(text)]
    found: list[tuple[str, float, list]] = [(UNKNOWN, 0.0, [])] * len(texts)
    for at, text in enumerate(asked):
        if spoken[at] and not _is_latin(text):
            lang, sure = _witness().classify(text)
            found[at] = (lang if sure >= LOWEST else UNKNOWN, round(min(1.0, float(sure)), 4), [])
    if latin:
        posts, each = language_model.score([spoken[at] for at in latin])
        codes, sure = _decide(posts, [asked[at] for at in latin], expected)
        stretches = (
            segmentation.find([words[at] for at in latin], [len(spoken[at]) for at in latin], each, codes)
            if spans
            else [[]] * len(latin)
        )
        for at, code, share, parts in zip(latin, codes, sure, stretches, strict=True):
            found[at] = (code if share >= LOWEST else UNKNOWN, round(float(share), 4), parts)
    return found


def _tags(text: str) -> str:
    """Return the words of the hashtags, else of a link's headline,
    when there are enough letters to say something.
    """
    tags = " ".join(hashtags.split(tag) for tag in re.findall(r"#(\w+)", text))
    if len(tags) < 12:
        tags += " " + " ".join(HEADLINE.findall(text)).replace("-", " ")
    return tags.strip() if len(tags) >= 8 else ""


def _is_latin(text: str) -> bool:
    return text.isascii() or len(LATIN_LETTER.findall(text)) >= 0.5 * len(LETTER.findall(text))


def _decide(posts: np.ndarray, texts: list[str], expected: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """Weigh both witnesses and the prior: the likeliest code of each post, and how likely it is."""
    codes = list(dict.fromkeys(code for code in (*language_model.CLASSES[:-1], *LATIN) if code in PRIOR))
    other = language_model.CLASSES.index("other")
    own = [language_model.CLASSES.index(code) if code in language_model.CLASSES else other for code in codes]
    prior = np.log([PRIOR[code] * (EXPECTED if code in expected else 1) for code in codes])
    logits = posts[:, own] + prior
    best = np.partition(logits, -2, axis=1)
    doubtful = np.flatnonzero(best[:, -1] - best[:, -2] < SETTLED)
    if len(doubtful):
        logits[doubtful] += _beside([texts[at] for at in doubtful], codes)
    shares = softmax(logits)
    return [codes[at] for at in shares.argmax(axis=1)], shares.max(axis=1)


def _beside(texts: list[str], codes: list[str]) -> np.ndarray:
    """Return what py3langid says of each text and code, (texts, codes):
    0 for the likeliest, less for the others.
    """
    said = np.stack([_latin_witness()._raw_score(_latin_witness()._encode(text)) for text in texts])
    said = np.maximum(WITNESS * (said - said.max(axis=1, keepdims=True)), -FARTHEST)
    place = {code: at for at, code in enumerate(_latin_witness().nb_classes)}
    # It has never seen Hindi in Latin letters: of that it says what it says on average.
    mean = np.log(np.exp(said).mean(axis=1))
    return np.column_stack([said[:, place[code]] if code in place else mean for code in codes])


@cache
def _witness():
    return _identifier(sorted(LANGUAGES))


@cache
def _latin_witness():
    return _identifier(list(LATIN))


def _identifier(codes: list[str]):
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(codes)
    return identifier


def _version(params: Brief) -> str:
    """Return the version of the code with what is listened for, which makes a language likelier."""
    return f"{VERSION}:{','.join(sorted(params.languages))}" if params.languages else VERSION


STEP = PostStep(
    name="language",
    version=_version,
    rows="SELECT p.post_id, p.content_hash, p.week, p.text FROM posts p "
    'LEFT JOIN "language" s USING (post_id)',
    add=lambda posts, params: add(posts, tuple(params.languages)),
)

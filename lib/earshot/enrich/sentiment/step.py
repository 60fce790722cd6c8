"""How a post sounds: the probability that it is negative,
neutral or positive, as if each were equally common.

earshot-2 is the model that ships (``sentiment_model`` says what it is); earshot-2-fast and earshot-2-cascade
are its faster tiers, earshot-1 is the one before, and any three-class text classifier of Hugging Face can
take their place. Since each class is taken as equally likely beforehand, shares of a whole stream are
corrected in analyse.opinions.

In a language in which a model was not tested nothing is ruled out, and such posts are in no figure
(analyse.posts).
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core.params import Brief, ParamError, nearest
from earshot.enrich.embeddings import model_files
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.pipeline.declaration import PostStep
from earshot.enrich.sentiment import earshot2, phrase_tests
from earshot.enrich.sentiment import phrases as own_words
from earshot.enrich.sentiment.earshot2 import TESTED, UNKNOWN, Predictions
from earshot.enrich.sentiment.phrases import Phrases

TABLE = "sentiment"
VERSION = "5"
MODEL = "earshot-2"
BEFORE = "earshot-1"
NAMES = {
    MODEL: "model",
    f"{MODEL}-fast": "fast",
    f"{MODEL}-cascade": "cascade",
    BEFORE: "model",
}  # and their tiers
CLASSES = ("negative", "neutral", "positive")
COLUMNS = ["p_negative", "p_neutral", "p_positive"]
FOLDER = Path(__file__).resolve().parents[2] / "models" / "sentiment"


def add(
    frame: pd.DataFrame, model: str = MODEL, phrases: Phrases | None = None, own: Iterable[str] = ()
) -> pd.DataFrame:
    """Return the sentiment table's columns for posts with post_id, content_hash, clean_text and lang.

    ``possible`` names the classes that cannot be ruled out, ``tier`` what answered: "fast", "model" or
    "phrase"; ``own`` are the languages in which you tested the model yourself.
    Columns ``vector`` and ``embedding_model`` save earshot-1 embedding the texts, where they are there and of
    MiniLM.
    """
    langs = frame["lang"].astype(object).where(frame["lang"].notna(), None).tolist()
    texts = frame["clean_text"].tolist()
    reading = interpret(texts, langs, model, _vectors(frame) if model == BEFORE else None, own)
    reading = own_words.apply(texts, reading, phrases or {}, CLASSES)
    return pd.DataFrame(
        {
            "post_id": frame["post_id"].to_numpy(),
            "content_hash": frame["content_hash"].to_numpy(),
            **_columns(reading),
            "model": model,
        }
    )


def read(
    texts: list[str], langs: list[str] | None = None, model: str = MODEL, phrases: Phrases | None = None
) -> pd.DataFrame:
    """Return ``COLUMNS``, label, possible and tier for raw texts; ``langs`` are ISO codes, if known."""
    from earshot.enrich.text.step import clean

    cleaned = [clean(text)[0] for text in texts]
    return pd.DataFrame(
        _columns(own_words.apply(cleaned, interpret(cleaned, langs, model), phrases or {}, CLASSES))
    )


def interpret(
    texts: list[str],
    langs: list[str | None] | None = None,
    model: str = MODEL,
    vectors: np.ndarray | None = None,
    own: Iterable[str] = (),
) -> Predictions:
    """Return what a model makes of clean texts,
    given their languages and, for earshot-1, MiniLM vectors if known.

    Raises ParamError for a model that does not exist and WeightsError for weights that are not the published
    ones.
    """
    reading = _interpret(texts, langs, model, vectors)
    if langs is None:
        return reading
    return replace(reading, possible=reading.possible | untested(langs, model, own)[:, None])


def languages_of(model: str, own: Iterable[str] = ()) -> frozenset[str] | None:
    """Return the languages in which a model was tested:
    your own list, else its card's; None where nobody says.
    """
    return frozenset(own) or (TESTED if model in NAMES else None)


def untested(langs: Iterable[str | None], model: str, own: Iterable[str] = ()) -> np.ndarray:
    """Say of each language whether the model is known not to have been tested in it;
    too short to tell is not.
    """
    known, said = languages_of(model, own), pd.Series(list(langs), dtype=object)
    return (said.notna() & ~said.isin((known or frozenset()) | UNKNOWN)).to_numpy(bool) & (known is not None)


def has_sets(model: str) -> bool:
    """Say whether a model tells which classes it cannot rule out; others name the likeliest alone."""
    return model in NAMES and model != BEFORE


def _interpret(
    texts: list[str], langs: list[str | None] | None, model: str, vectors: np.ndarray | None
) -> Predictions:
    identify(model)
    if model == BEFORE:
        from earshot.enrich.sentiment import earshot1

        return _certain(earshot1.read(texts, langs, load(model), vectors))
    if model in NAMES:
        return earshot2.read(texts, load(model), NAMES[model])
    from earshot.enrich.sentiment import huggingface

    return _certain(huggingface.score(texts, model))


def warm(model: str = MODEL) -> None:
    """Load all that reading needs, so that what is read next tells the speed."""
    read(["ok", "merci", "nein danke", "not bad at all, thank you so much", "no me gusta"], model=model)


def shipped() -> dict[str, str]:
    """Return the SHA-256 of the weights of each model that comes with Earshot, by name."""
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    digests = {
        name.removesuffix(".safetensors"): digest
        for digest, name in (line.split(maxsplit=1) for line in lines)
    }
    return {name: digests[_weights_of(name)] for name in NAMES}


def identify(model: str) -> str:
    """Return a name for exactly this model, or raise ParamError when there is none of that name.

    It holds the beginning of the SHA-256 of what is loaded, so that posts are read again by a model that
    changed.
    """
    sha256 = fingerprint(model)
    return f"{model}@{sha256[:8]}" if sha256 else model


def fingerprint(model: str) -> str:
    """Return the SHA-256 of a model's weights, "" for one that is not fetched yet;
    ParamError where there is none.
    """
    if model in NAMES:
        return shipped()[model]
    if "/" not in model and not Path(model).is_dir():
        raise ParamError(
            f"sentiment_model: there is no model {model!r}; use {', '.join(NAMES)}, the folder of a "
            f"Hugging Face model, or its owner/name.{nearest(model, NAMES)}"
        )
    from earshot.enrich.sentiment import huggingface

    return huggingface.identify(model)


def load(model: str = MODEL) -> model_files.Weights:
    """Return the weights of a shipped model;
    raises WeightsError when the file is not the one that was published.
    """
    return model_files.load(FOLDER / f"{_weights_of(model)}.safetensors", shipped()[model])


def _weights_of(model: str) -> str:
    return BEFORE if model == BEFORE else MODEL


def _certain(found: np.ndarray) -> Predictions:
    """Return the reading of a model that says nothing about what it cannot rule out:
    the likeliest class alone.
    """
    return Predictions(
        found, np.full(len(found), "model", dtype=object), found == found.max(axis=1, keepdims=True)
    )


def _columns(reading: Predictions) -> dict:
    """Return a reading as columns, one row per text."""
    names = np.array(CLASSES)
    labels = names[reading.probabilities.argmax(axis=1)] if len(reading.tier) else []
    sets = [" ".join(names[row]) for row in reading.possible]
    return {
        **dict(zip(COLUMNS, reading.probabilities.T, strict=True)),
        "label": labels,
        "possible": sets,
        "tier": reading.tier,
    }


def _vectors(frame: pd.DataFrame) -> np.ndarray | None:
    if (
        len(frame)
        and "vector" in frame
        and frame["vector"].notna().all()
        and frame["embedding_model"].eq(embeddings.MODEL).all()
    ):
        return embeddings.matrix(frame["vector"])
    return None


def version(params: Brief) -> str:
    """Return what a reading must carry to be current: the code, the model, your phrases and languages."""
    own = [own_words.identify(params.phrases), ",".join(sorted(params.sentiment_languages))]
    return ":".join([VERSION, identify(params.sentiment_model), *filter(None, own)])


def check_phrases(params: Brief, model: str) -> None:
    """Run the tests of the brief's phrases with this model; raises ParamError at the first that fails."""
    phrase_tests.check(params.phrases, model, read, CLASSES)


STEP = PostStep(
    name="sentiment",
    needs=("clean", "language", "embeddings"),
    version=version,
    rows="SELECT p.post_id, p.content_hash, p.week, p.clean_text, l.lang, e.vector, "
    "e.model AS embedding_model FROM clean p LEFT JOIN sentiment s USING (post_id) "
    'LEFT JOIN "language" l USING (post_id) LEFT JOIN embeddings e ON e.content_hash = p.content_hash',
    add=lambda posts, params: add(posts, params.sentiment_model, params.phrases, params.sentiment_languages),
    base="clean",
    check=lambda params: check_phrases(params, params.sentiment_model),
)

"""How a post sounds: the probability that it is negative, neutral or positive, as if each were equally common.

The shipped model adds up three views of a clean text: its MiniLM embedding through one hidden layer (one for English,
one for all else), its words, word pairs and letter groups, and a lexicon that knows negation. Since each class is taken
as equally likely beforehand, shares of a whole stream are corrected in analyse.opinions.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core.params import ParamError, nearest
from earshot.enrich import embeddings
from earshot.enrich.weights import WeightsError, fingerprint, verify

TABLE = "sentiment"
VERSION = "1"
MODEL = "earshot-1"
CLASSES = ("negative", "neutral", "positive")
COLUMNS = ["p_negative", "p_neutral", "p_positive"]
FOLDER = Path(__file__).resolve().parents[1] / "models" / "sentiment"
ENGLISH = ("en", "und")
BATCH = 5_000


def add(frame: pd.DataFrame, model: str = MODEL) -> pd.DataFrame:
    """Return the sentiment table's columns for posts with post_id, content_hash, clean_text and lang.

    Columns ``vector`` and ``embedding_model`` save embedding the texts here, when they are there and of MiniLM.
    """
    scores = score(frame["clean_text"].tolist(), frame["lang"].tolist(), _vectors(frame), model)
    labels = np.array(CLASSES)[scores.argmax(axis=1)] if len(scores) else []
    return pd.DataFrame({"post_id": frame["post_id"].to_numpy(), "content_hash": frame["content_hash"].to_numpy(),
                         **dict(zip(COLUMNS, scores.T, strict=True)), "label": labels, "model": model})


def read(texts: list[str], langs: list[str] | None = None, model: str = MODEL) -> pd.DataFrame:
    """Return ``COLUMNS`` and label for raw texts; languages (ISO codes) are detected when not given."""
    from earshot.enrich import language
    from earshot.enrich.text import clean
    cleaned = [clean(text)[0] for text in texts]
    langs = langs or [lang for lang, _ in language.detect(texts)]
    scores = score(cleaned, langs, embeddings.encode(cleaned), model)
    return pd.DataFrame(scores, columns=COLUMNS).assign(label=np.array(CLASSES)[scores.argmax(axis=1)])


def score(texts: list[str], langs: list[str], vectors: np.ndarray, model: str = MODEL) -> np.ndarray:
    """Return probabilities (n, 3) of clean texts in the order of ``CLASSES``, given languages and MiniLM vectors."""
    identify(model)
    if model not in shipped():
        from earshot.enrich import hub
        return hub.score(texts, model)
    parts = [_score(texts[start:start + BATCH], langs[start:start + BATCH], vectors[start:start + BATCH], model)
             for start in range(0, len(texts), BATCH)]
    return np.concatenate(parts) if parts else np.empty((0, 3))


def warm(model: str = MODEL) -> None:
    """Load all that reading needs, so that what is read next tells the speed."""
    read(["ok", "merci", "nein danke", "not bad at all, thank you so much", "no me gusta"], model=model)


def shipped() -> dict[str, str]:
    """Return the SHA-256 of each model that comes with Earshot, by name."""
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name.removesuffix(".safetensors"): digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def identify(model: str) -> str:
    """Return a name for exactly this model, or raise ParamError when there is none of that name."""
    if model in shipped():
        return f"{model}@{shipped()[model][:8]}"
    if "/" not in model and not Path(model).is_dir():
        raise ParamError(f"sentiment_model: there is no model {model!r}; use {', '.join(shipped())}, the folder of a "
                         f"Hugging Face model, or its owner/name.{nearest(model, shipped())}")
    return model


def _score(texts: list[str], langs: list[str], vectors: np.ndarray, model: str) -> np.ndarray:
    from earshot.enrich import features
    weights = load(model)
    logits = features.grams(texts).astype(np.float64) @ weights["grams"]
    english = np.isin(np.array(langs, dtype=object), ENGLISH)
    signals = features.signals(texts).astype(np.float64)
    for group, rows in (("english", english), ("other", ~english)):
        if rows.any():
            part = logits[rows] + _hidden(vectors[rows].astype(np.float64), weights, group)
            part += signals[rows] @ weights[f"{group}.signals"] + weights[f"{group}.bias"]
            logits[rows] = part / weights[f"{group}.temperature"]
    return _probabilities(logits)


def _hidden(vectors: np.ndarray, weights: dict, group: str) -> np.ndarray:
    """One hidden layer with a bend at zero."""
    hidden = np.maximum(0, vectors @ weights[f"{group}.hidden"] + weights[f"{group}.hidden_bias"])
    return hidden @ weights[f"{group}.out"]


def _probabilities(logits: np.ndarray) -> np.ndarray:
    # Rounded, so that the last bits of another matrix library or another batch do not make another row.
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.round(raised / raised.sum(axis=1, keepdims=True), 6)


def load(model: str = MODEL) -> dict[str, np.ndarray]:
    """Return the weights of a shipped model; raises WeightsError when the file is not the one that was published."""
    path = FOLDER / f"{model}.safetensors"
    verify(path, shipped()[model])
    return _load(str(path), fingerprint(path))


@cache
def _load(path: str, digest: str) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file
    weights = {name: values.astype(np.float64) for name, values in load_file(path).items()}
    if "grams" not in weights:
        raise WeightsError(f"The model file {Path(path).name} holds no sentiment model.")
    return weights


def _vectors(frame: pd.DataFrame) -> np.ndarray:
    if not len(frame):
        return np.empty((0, 0), np.float32)
    if "vector" in frame and frame["vector"].notna().all() and frame["embedding_model"].eq(embeddings.MODEL).all():
        return embeddings.matrix(frame["vector"])
    return embeddings.encode(frame["clean_text"].tolist())

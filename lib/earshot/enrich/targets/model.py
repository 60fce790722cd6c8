"""How a post sounds towards something named in it: the probability of negative, neutral and positive.

The shipped model is a tower of all six layers of MiniLM that reads the text with the target marked. It leaves
a post to a person where it is less sure than it must be to be right four times in five, where the language is
not English, and where the target is not in the text.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core.params import ParamError, nearest
from earshot.enrich.embeddings import encoder, model_files
from earshot.enrich.embeddings.model_files import WeightsError
from earshot.enrich.targets import marked_text
from earshot.enrich.targets.marked_text import Spans
from earshot.statistics.softmax import softmax

MODEL = "towards-2"
CLASSES = ("negative", "neutral", "positive")
UNSURE = "unsure"
COLUMNS = ["p_negative", "p_neutral", "p_positive"]
FOLDER = Path(__file__).resolve().parents[2] / "models" / "aspect"
ENGLISH = ("en", "und")


def read(
    texts: list[str],
    spans: list[Spans],
    targets: list[str],
    langs: list[str] | None = None,
    model: str = MODEL,
) -> pd.DataFrame:
    """Return ``COLUMNS`` and label (a class or unsure) for raw texts,
    where each target stands, and its name.
    """
    scores = score(texts, spans, targets, model)
    labels = np.array(CLASSES, dtype=object)[scores.argmax(axis=1)] if len(scores) else np.array([], object)
    known = np.array([bool(found) for found in spans], bool)
    if langs is not None:
        known &= np.isin(np.array(langs, dtype=object), ENGLISH)
    sure = load(model)["sure"][0]
    labels[~known | (scores.max(axis=1, initial=0) < sure)] = UNSURE
    return pd.DataFrame(scores, columns=COLUMNS).assign(label=labels.astype(str))


def score(texts: list[str], spans: list[Spans], targets: list[str], model: str = MODEL) -> np.ndarray:
    """Return probabilities (n, 3) in the order of ``CLASSES``, rounded to six places."""
    logits = encoder.scores(load(model), marked_text.tokenise(texts, spans, targets)).astype(np.float64)
    return np.round(softmax(logits), 6)


def shipped() -> dict[str, str]:
    """Return the SHA-256 of each model that comes with Earshot, by name."""
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {
        name.removesuffix(".safetensors"): digest
        for digest, name in (line.split(maxsplit=1) for line in lines)
    }


def identify(model: str) -> str:
    """Return a name for exactly this model, or raise ParamError when there is none of that name."""
    if model not in shipped():
        raise ParamError(
            f"target_model: there is no model {model!r}; use {', '.join(shipped())}."
            f"{nearest(model, shipped())}"
        )
    return f"{model}@{shipped()[model][:8]}"


def load(model: str = MODEL) -> dict[str, np.ndarray]:
    """Return the weights of a shipped model;
    raises WeightsError when the file is not the one that was published.
    """
    identify(model)
    held = model_files.load(FOLDER / f"{model}.safetensors", shipped()[model])
    if "sure" not in held or "head.weight" not in held:
        raise WeightsError(
            f"The model file {model}.safetensors holds no model of sentiment towards a target."
        )
    return held

"""How well irony and sarcasm are told after learning from labels,
where they may be rarer than among the labels.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.analyse.classes import evaluation as scoring
from earshot.analyse.posts import label_files
from earshot.core.params import nearest
from earshot.enrich.classes import classifier
from earshot.statistics import prior_shift

NAMES = ("irony", "ironic", "sarcasm", "sarcastic", "1", "true", "yes")


def evaluate(data: str, train: str, rare: bool = False) -> scoring.Evaluation:
    """Return what a classifier that learned from ``train`` says of ``data``;
    columns text, and label or sarcastic.

    Where the class may be ``rare``, its share is estimated from the new texts, and the class is said from the
    probability on that promises the best F1 at that share; else decisions are made for the best macro-F1.
    Raises ValueError in one sentence when a file cannot be used.
    """
    if not train:
        raise ValueError("A classifier has to learn first: name a file with text and label in --train.")
    seen, posts = read(train), read(data)
    named = next((name for name in NAMES if name in set(seen["label"].str.lower())), "")
    if seen["label"].nunique() != 2 or not named:
        there = ", ".join(sorted(set(seen["label"]))[:6])
        raise ValueError(
            f"The labels in {Path(train).name} are {there}; there have to be two, "
            f"one of them {', '.join(NAMES[:4])} or 1."
        )
    named = next(name for name in seen["label"] if name.lower() == named)
    begun = time.perf_counter()
    model = classifier.fit(seen["text"].tolist(), seen["label"].tolist(), aim=_macro_f1)
    learned = time.perf_counter()
    found = model.read(posts["text"].tolist())
    found = said_for_f1(model, found, model.classes.index(named)) if rare else found
    return scoring.judged(posts, found, model, time.perf_counter() - learned, learned - begun, named)


def read(path: str) -> pd.DataFrame:
    """Return text and label of a file with these columns, or with text and sarcastic (0 or 1)."""
    frame = label_files.read(path, ("text",))
    name = next((name for name in ("label", "sarcastic") if name in frame), None)
    if name is None:
        raise ValueError(
            f"The data has no column 'label' or 'sarcastic'; it has {', '.join(map(str, frame.columns))}."
            f"{nearest('label', frame.columns)}"
        )
    return scoring.check(frame.assign(label=frame[name]))


def said_for_f1(
    model: classifier.Classifier, found: classifier.ClassPredictions, rare: int
) -> classifier.ClassPredictions:
    """Return the reading with the class number ``rare`` said wherever
    that promises the best F1 at its new share.
    """
    held = model.calibration
    truth = held.classes == rare
    known = np.array([1 - truth.mean(), truth.mean()])
    pair = np.stack([1 - found.probabilities[:, rare], found.probabilities[:, rare]], axis=1)
    share = prior_shift.estimate(pair, known)
    threshold = prior_shift.best_threshold(held.held[:, rare], truth, share[1])
    moved = prior_shift.adapt(pair, known, share)
    columns = [1, 0] if rare == 0 else [0, 1]
    said = np.where(moved[:, 1] >= threshold, rare, 1 - rare)
    return classifier.ClassPredictions(model.classes, moved[:, columns], said, found.p_values, found.tested)


def _macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(truth, said, average="macro"))

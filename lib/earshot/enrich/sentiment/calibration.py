"""After training: how the tiers add up, what they cannot rule out,
when the fast one is sure, and how good all are.
"""

import numpy as np
import pandas as pd

from earshot.enrich.embeddings.int8 import widen
from earshot.enrich.sentiment import earshot2
from earshot.enrich.sentiment.name_masking import neutralise
from earshot.enrich.sentiment.step import CLASSES

NOMINAL = 0.9  # of the posts of each class, the share whose class is in the set
LOST = 0.001  # average recall that the cascade may lose on the posts held back


def finish(weights: dict[str, np.ndarray], frame: pd.DataFrame) -> tuple[dict[str, np.ndarray], dict]:
    """Return (weights with all that was fitted on the posts held back, figures on the validation parts)."""
    whole = widen(weights)
    held = frame[frame["part"] == "tune"]
    texts, truth = [neutralise(text) for text in held["clean"]], held["label"].to_numpy()
    words, group = earshot2.say_words(texts, whole)
    views = [words, earshot2.ask_towers(texts, group, whole)]
    sides, found = [group == 0, group == 1], dict(weights)
    for tier, count in (("fast", 1), ("model", 2)):
        parts = [mix([view[side] for view in views[:count]], truth[side]) for side in sides]
        found |= {f"{tier}.{name}": np.stack([part[name] for part in parts]) for name in parts[0]}
    fast, model = (
        earshot2.add_up(views[:count], group, found, tier) for tier, count in (("fast", 1), ("model", 2))
    )
    for tier, said in (("fast", fast), ("model", model)):
        found[f"{tier}.floors"] = np.stack([floors(said[side], truth[side]) for side in sides])
    found["fast.sure"] = np.array([sure(fast[side], model[side], truth[side]) for side in sides])
    return found, measure(found, frame)


def mix(views: list[np.ndarray], truth: np.ndarray) -> dict[str, np.ndarray]:
    """Return how much each view counts (``words``,
    ``tower``) and a ``bias``, by logistic regression, classes balanced.

    One number per view: probabilities become as sure as they are right (Guo et al. 2017) and nothing is
    learned anew.
    """
    from scipy.optimize import minimize

    balance = 1 / np.bincount(truth, minlength=3)[truth]

    def cost(values: np.ndarray) -> float:
        scores = sum(value * view for value, view in zip(values, views, strict=False)) + np.array(
            [*values[-2:], 0.0]
        )
        logs = scores - scores.max(axis=1, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
        return -float(np.average(logs[np.arange(len(truth)), truth], weights=balance))

    best = minimize(cost, np.array([1.0] * len(views) + [0.0, 0.0]), method="BFGS").x
    return {
        **{name: np.array(value) for name, value in zip(("words", "tower"), best[:-2], strict=False)},
        "bias": np.array([*best[-2:], 0.0]),
    }


def floors(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the probability below which each class is ruled out:
    it keeps NOMINAL of the posts of that class.

    The smallest of n true scores but floor((n + 1) · (1 - NOMINAL)) - 1, as split conformal prediction asks.
    """
    scores = [np.sort(found[truth == at, at]) for at in range(3)]
    return np.array([part[max(0, int((len(part) + 1) * (1 - NOMINAL)) - 1)] for part in scores])


def sure(fast: np.ndarray, model: np.ndarray, truth: np.ndarray) -> float:
    """Return the lowest confidence at which the fast tier may answer
    for the model and LOST recall at most is lost.
    """
    from sklearn.metrics import recall_score

    whole, best = recall_score(truth, model.argmax(axis=1), average="macro"), fast.max(axis=1)
    for least in np.arange(0.4, 1.0, 0.01):
        said = np.where(best >= least, fast.argmax(axis=1), model.argmax(axis=1))
        if whole - recall_score(truth, said, average="macro") <= LOST:
            return float(round(least, 2))
    return 1.0


def measure(weights: dict[str, np.ndarray], frame: pd.DataFrame) -> dict:
    """Return, for each tier, average recall on TweetEval's validation part, macro-F1 on UMSAB's, and more."""
    whole = widen(weights)
    figures = {tier: _measure(whole, frame, tier) for tier in earshot2.TIERS}
    counts = frame["part"].value_counts()
    return figures | {
        "trained_on": int(counts["train"]),
        "held_back": int(counts["tune"]),
        "classes": CLASSES,
        "fast_answers_from": weights["fast.sure"].tolist(),
    }


def _measure(weights: dict, frame: pd.DataFrame, tier: str) -> dict:
    from sklearn.metrics import accuracy_score, f1_score, recall_score

    val, uval = (frame[frame["part"] == part] for part in ("val", "uval"))
    one, other = (earshot2.read(part["clean"].tolist(), weights, tier) for part in (val, uval))
    truth, said = val["label"].to_numpy(), one.probabilities.argmax(axis=1)
    guessed = pd.DataFrame(
        {
            "lang": uval["language"].to_numpy(),
            "truth": uval["label"].to_numpy(),
            "said": other.probabilities.argmax(axis=1),
        }
    )
    by_lang = {
        lang: round(f1_score(part["truth"], part["said"], average="macro"), 4)
        for lang, part in guessed.groupby("lang")
    }
    return {
        "val_recall": round(recall_score(truth, said, average="macro"), 4),
        "val_macro_f1": round(f1_score(truth, said, average="macro"), 4),
        "val_accuracy": round(accuracy_score(truth, said), 4),
        "covered": round(float(one.possible[np.arange(len(truth)), truth].mean()), 4),
        "decided": round(float((one.possible.sum(axis=1) == 1).mean()), 4),
        "asked_the_tower": round(float((one.tier == "model").mean()), 4),
        "umsab_f1": by_lang,
        "umsab_mean_f1": round(float(np.mean(list(by_lang.values()))), 4),
    }

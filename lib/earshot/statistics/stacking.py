"""Stacking: how much each view of a classifier counts, and how decisions lean (Wolpert 1992)."""

from collections.abc import Callable

import numpy as np

from earshot.statistics.softmax import softmax

RIDGE = 1e-3
TILTS = np.round(np.arange(-0.4, 1.61, 0.1), 1)
OUTSIDE = "oos"  # the label of texts that belong to no class
PRICE = 0.005
STEPS = np.round(np.arange(0, 6.01, 0.1), 1)


def fit_weights(
    held: dict[str, np.ndarray], truth: np.ndarray, classes: int
) -> tuple[dict[str, float], np.ndarray]:
    """Return how much each view counts and a bias per class:
    the most likely ones, the biases held near nought.
    """
    from scipy.optimize import minimize

    views, rows = list(held.values()), np.arange(len(truth))

    def cost(values: np.ndarray) -> tuple[float, np.ndarray]:
        weight, bias = values[: len(views)], values[len(views) :]
        found = softmax(sum(one * view for one, view in zip(weight, views, strict=True)) + bias)
        loss = -np.log(np.maximum(found[rows, truth], 1e-12)).mean() + RIDGE * (bias**2).sum()
        error = found / len(truth)
        error[rows, truth] -= 1 / len(truth)
        slope = [(error * view).sum() for view in views]
        return loss, np.concatenate([slope, error.sum(axis=0) + 2 * RIDGE * bias])

    start = np.concatenate([np.full(len(views), 1.0), np.zeros(classes)])
    bounds = [(0.0, None)] * len(views) + [(None, None)] * classes
    best = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return dict(zip(held, map(float, best[: len(views)]), strict=True)), best[len(views) :]


def accuracy_plus_macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    """Return accuracy plus macro-F1."""
    from sklearn.metrics import f1_score

    return float((truth == said).mean() + f1_score(truth, said, average="macro"))


def class_offsets(found: np.ndarray, truth: np.ndarray, classes: list[str], aim: Callable) -> np.ndarray:
    """Return what each class's log probability gains,
    so that decisions on held-out texts come nearest the ``aim``.

    A class ``OUTSIDE`` (texts that belong to no class) gains as much as it can without costing the other
    texts more than ``PRICE`` of their accuracy.
    """
    rarity = -np.log(np.bincount(truth, minlength=len(classes)) / len(truth))
    reached = [aim(truth, decide(found, tilt * rarity)) for tilt in TILTS]
    gain = (
        max(zip(reached, -np.abs(TILTS), TILTS, strict=True))[2] * rarity
    )  # of equals, the one that leans least
    if OUTSIDE not in classes:
        return gain
    inside, raised = truth != classes.index(OUTSIDE), np.array([name == OUTSIDE for name in classes], float)
    right = [(decide(found[inside], gain + step * raised) == truth[inside]).mean() for step in STEPS]
    return (
        gain
        + max(step for step, share in zip(STEPS, right, strict=True) if share >= right[0] - PRICE) * raised
    )


def decide(probabilities: np.ndarray, leaning: np.ndarray) -> np.ndarray:
    """Return the class that each text is given, as a number."""
    return (np.log(np.maximum(probabilities, 1e-12)) + leaning).argmax(axis=1)


def out_of_fold(
    held: dict[str, np.ndarray], truth: np.ndarray, folds: np.ndarray, classes: list[str], aim: Callable
) -> tuple[np.ndarray, np.ndarray]:
    """Return what all views together make of each text, mixed and leant on the other folds' texts alone: the
    probabilities (n, classes) and the class said (n,)."""
    found, said = np.zeros((len(truth), len(classes))), np.zeros(len(truth), int)
    for fold in np.unique(folds):
        mine, rest = folds == fold, folds != fold
        weight, bias = fit_weights(
            {name: scores[rest] for name, scores in held.items()}, truth[rest], len(classes)
        )
        all_ = softmax(sum(weight[name] * scores for name, scores in held.items()) + bias)
        whole = len(np.unique(truth[rest])) == len(
            classes
        )  # near copies of a whole class may lie in this one fold
        leaning = class_offsets(all_[rest], truth[rest], classes, aim) if whole else np.zeros(len(classes))
        found[mine], said[mine] = all_[mine], decide(all_[mine], leaning)
    return found, said

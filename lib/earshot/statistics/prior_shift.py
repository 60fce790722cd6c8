"""Decisions where a class is rarer, or commoner, than among the labels a classifier learned from.

How common the classes are among new texts is estimated by expectation maximisation (Saerens, Latinne &
Decaestecker 2002). A classifier that is often unsure lets that estimate wander, so it is taken halfway from
the labels' own shares.
"""

import numpy as np

ROUNDS, CLOSE = 1_000, 1e-7
TRUST = 0.5  # how far from the labels' shares to the estimate
GRID = np.round(np.arange(0.02, 0.99, 0.01), 2)


def estimate(probabilities: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the shares (classes,) among new texts, from probabilities (n, classes) made for the shares
    ``known``.
    """
    relative, share = probabilities / known, known
    for _ in range(ROUNDS):
        each = relative * share
        each /= each.sum(axis=1, keepdims=True)
        before, share = share, each.mean(axis=0)
        if np.abs(share - before).max() < CLOSE:
            break
    return TRUST * share + (1 - TRUST) * known


def adapt(probabilities: np.ndarray, known: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return probabilities made for the shares ``known`` as they are where the shares are ``share``."""
    found = probabilities * (share / known)
    return found / found.sum(axis=1, keepdims=True)


def best_threshold(probability: np.ndarray, truth: np.ndarray, share: float) -> float:
    """Return from which probability on a class is said so that its F1 is the greatest, were its share
    ``share``.

    ``probability`` (n,) is that of the class, for labelled texts that were held out; ``truth`` says which are
    of it.
    """
    known = truth.mean()
    weight = np.where(truth, share / known, (1 - share) / (1 - known))
    moved = adapt(
        np.stack([1 - probability, probability], axis=1),
        np.array([1 - known, known]),
        np.array([1 - share, share]),
    )[:, 1]
    reached = []
    for threshold in GRID:
        said = moved >= threshold
        hits = weight[said & truth].sum()
        reached.append(2 * hits / max(1e-9, weight[said].sum() + weight[truth].sum()))
    return float(GRID[int(np.argmax(reached))])

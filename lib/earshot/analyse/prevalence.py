"""How common each sentiment is in a whole stream, corrected for what the model assumes and for what it mistakes.

The model takes each class as equally likely; a stream of complaints is not like that, so counting its labels understates
the larger class. The correction finds the shares under which the model's probabilities agree with themselves.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

EQUAL = (1 / 3, 1 / 3, 1 / 3)
ROUNDS, CLOSE = 1_000, 1e-7
DRAWS = 400
LEVEL = 0.95
RIDGE = 1e-9  # keeps the information invertible when a class does not occur at all


@dataclass(frozen=True)
class Prevalence:
    """Shares of (negative, neutral, positive) with their interval, the number of posts, and how they were found."""

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int
    method: str

    @property
    def net(self) -> float:
        """Positive minus negative, -1 to 1."""
        return float(self.share[2] - self.share[0])


def count(probabilities: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the share of posts whose likeliest class is each: classify and count, without correction."""
    hits = np.eye(probabilities.shape[1])[probabilities.argmax(axis=1)]
    return np.average(hits, axis=0, weights=weights)


def average(probabilities: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the mean probability of each class, without correction."""
    return np.average(probabilities, axis=0, weights=weights)


def maximise(probabilities: np.ndarray, weights: np.ndarray | None = None, prior=EQUAL) -> np.ndarray:
    """Return the shares that make the posts most likely, by expectation maximisation.

    Saerens, Latinne & Decaestecker (2002), "Adjusting the outputs of a classifier to new a priori probabilities",
    Neural Computation 14. ``prior`` holds the shares that the probabilities assume.
    """
    weights = np.ones(len(probabilities)) if weights is None else weights
    relative, share = probabilities / np.asarray(prior), average(probabilities, weights)
    for _ in range(ROUNDS):
        updated = relative * share
        updated /= updated.sum(axis=1, keepdims=True)
        before, share = share, np.average(updated, axis=0, weights=weights)
        if np.abs(share - before).max() < CLOSE:
            break
    return share


def unmix(probabilities: np.ndarray, confusion: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the shares that, mistaken as in ``confusion`` (true classes in rows), give the counted ones.

    Adjusted count (Gart & Buck 1966; Forman 2008), kept within 0 to 1 by non-negative least squares.
    """
    from scipy.optimize import nnls
    rates = confusion / confusion.sum(axis=1, keepdims=True)
    system = np.vstack([rates.T, np.full(len(rates), 10.0)])  # the last row makes the shares add up to 1
    found = nnls(system, np.append(count(probabilities, weights), 10.0))[0]
    return found / found.sum()


def revise(probabilities: np.ndarray, share: np.ndarray, prior=EQUAL) -> np.ndarray:
    """Return each post's probabilities when the classes are as common as ``share`` instead of ``prior``."""
    revised = probabilities * (np.asarray(share) / np.asarray(prior))
    return revised / revised.sum(axis=1, keepdims=True)


def contribute(probabilities: np.ndarray, prior=EQUAL) -> np.ndarray:
    """Return what each post adds to the shares (n, classes): the mean over all posts is ``maximise``'s answer.

    Each row is the post's score under the mixture, multiplied by the inverse of the scores' information, so that the
    mean over any part of the posts, a day or a channel, is an unbiased estimate of that part's own shares, and the
    spread of the rows carries the uncertainty that the model's doubt adds. Single rows may leave 0 to 1.
    """
    relative = probabilities / np.asarray(prior)
    share = maximise(probabilities, prior=prior)
    scores = relative / (relative @ share)[:, None]
    information = scores.T @ scores / len(scores) + RIDGE * np.eye(scores.shape[1])
    return np.linalg.solve(information, scores.T).T

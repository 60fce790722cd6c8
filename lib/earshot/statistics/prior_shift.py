"""Decisions where a class is rarer, or commoner, than among the labels a classifier learned from.

How common the classes are among new texts is estimated by expectation maximisation (Saerens, Latinne &
Decaestecker 2002). A classifier that is often unsure lets that estimate wander, so it is taken halfway from
the labels' own shares.
"""

import numpy as np

EQUAL = (1 / 3, 1 / 3, 1 / 3)
ROUNDS, CLOSE = 1_000, 1e-7
RIDGE = 1e-9  # keeps the information invertible when a class does not occur at all
TRUST = 0.5  # how far from the labels' shares to the estimate
GRID = np.round(np.arange(0.02, 0.99, 0.01), 2)


def em_prior(probabilities: np.ndarray, prior=EQUAL, start: np.ndarray | None = None) -> np.ndarray:
    """Return the shares (classes,) that make the posts most likely, by expectation maximisation.

    Saerens, Latinne & Decaestecker (2002), "Adjusting the outputs of a classifier to new a priori
    probabilities", Neural Computation 14. ``probabilities`` (n, classes) were made for ``prior``; the search
    begins at ``start``, by default their mean.
    """
    relative = probabilities / np.asarray(prior)
    share = probabilities.mean(axis=0) if start is None else start
    for _ in range(ROUNDS):
        each = relative * share
        each /= each.sum(axis=1, keepdims=True)
        before, share = share, each.mean(axis=0)
        if np.abs(share - before).max() < CLOSE:
            break
    return share


def share_contributions(probabilities: np.ndarray, prior=EQUAL) -> np.ndarray:
    """Return what each post adds to the shares (n, classes): the mean over all posts is ``em_prior``'s.

    Each row is the post's score under the mixture, multiplied by the inverse of the scores' information, so
    that the mean over any part of the posts, a day or a channel, is an unbiased estimate of that part's own
    shares, and the spread of the rows carries the uncertainty that the model's doubt adds. Single rows may
    leave 0 to 1.
    """
    relative = probabilities / np.asarray(prior)
    share = em_prior(probabilities, prior)
    scores = relative / (relative @ share)[:, None]
    information = scores.T @ scores / len(scores) + RIDGE * np.eye(scores.shape[1])
    return np.linalg.solve(information, scores.T).T


def estimate(probabilities: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the shares (classes,) among new texts,
    from probabilities (n, classes) made for the shares ``known``.
    """
    share = em_prior(probabilities, known, start=known)
    return TRUST * share + (1 - TRUST) * known


def adapt(probabilities: np.ndarray, known: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return probabilities made for the shares ``known`` as they are where the shares are ``share``."""
    found = probabilities * (share / known)
    return found / found.sum(axis=1, keepdims=True)


def best_threshold(probability: np.ndarray, truth: np.ndarray, share: float) -> float:
    """Return from which probability on a class is said so that its F1 is the greatest,
    were its share ``share``.

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

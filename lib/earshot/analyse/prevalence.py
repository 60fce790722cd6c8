"""How common each sentiment is in a whole stream, corrected for what the model takes for granted.

The model holds each class for equally likely beforehand. A stream of complaints is not like that, so counting its
labels understates the commonest class. The correction finds the shares under which the model's probabilities agree with
themselves. Compared on SemEval's topics by a model that had not seen them, and checked on the airline labels; the
figures stand in models/sentiment/card.md. What it cannot see: people who write, or label, unlike those it learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

CLASSES = ("negative", "neutral", "positive")
COLUMNS = ["p_negative", "p_neutral", "p_positive"]
EQUAL = (1 / 3, 1 / 3, 1 / 3)
ROUNDS, CLOSE = 1_000, 1e-7
BELIEF = 5.0  # posts added to each class beforehand, so that a few posts do not give an extreme share
LEVEL = 0.95


@dataclass(frozen=True)
class Prevalence:
    """Shares of (negative, neutral, positive), their 95 % interval and covariance from sampling, posts and authors."""

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    covariance: np.ndarray
    n: int
    authors: int

    @property
    def net(self) -> tuple[float, float, float]:
        """Positive minus negative, -1 to 1, with the ends of its interval."""
        value = self.share[2] - self.share[0]
        across = np.array([-1.0, 0.0, 1.0])
        half = stats.norm.ppf(0.5 + LEVEL / 2) * float(np.sqrt(across @ self.covariance @ across))
        return float(value), max(-1.0, float(value - half)), min(1.0, float(value + half))


def adjust(probabilities: np.ndarray, prior: Sequence[float] = EQUAL, authors: pd.Series | None = None) -> Prevalence:
    """Return the shares of the classes among posts with these probabilities (n, 3), which were made for ``prior``.

    The interval is that of an M-estimator, clustered by author (one author's posts count as one voice's). It holds the
    chance of the sample, not the model's own error.
    """
    probabilities = np.asarray(probabilities, float)
    if not len(probabilities):
        raise ValueError("There is no post to find shares in.")
    share = maximise(probabilities, prior=prior)
    voices = pd.factorize(authors)[0] if authors is not None else np.arange(len(probabilities))
    alone = voices < 0  # a post without an author is a voice of its own
    voices = np.where(alone, voices.max() + 1 + np.arange(len(voices)), voices)
    covariance, count_of_voices = _covariance(probabilities / np.asarray(prior), share, voices)
    half = stats.norm.ppf(0.5 + LEVEL / 2) * np.sqrt(np.diag(covariance))
    return Prevalence(share, np.clip(share - half, 0, 1), np.clip(share + half, 0, 1), covariance, len(probabilities),
                      count_of_voices)


def maximise(probabilities: np.ndarray, prior: Sequence[float] = EQUAL, belief: float = BELIEF) -> np.ndarray:
    """Return the shares that make the posts most likely, by expectation maximisation.

    Saerens, Latinne & Decaestecker (2002), "Adjusting the outputs of a classifier to new a priori probabilities",
    Neural Computation 14; with ``belief`` posts added to each class (a Dirichlet prior).
    """
    relative = probabilities / np.asarray(prior)
    share = probabilities.mean(axis=0)
    for _ in range(ROUNDS):
        each = relative * share
        each /= each.sum(axis=1, keepdims=True)
        before, share = share, (each.sum(axis=0) + belief) / (len(probabilities) + 3 * belief)
        if np.abs(share - before).max() < CLOSE:
            break
    return share


def _covariance(relative: np.ndarray, share: np.ndarray, voices: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the sandwich covariance (3, 3) of the shares, with scores summed by voice, and the number of voices."""
    slopes = (relative[:, :2] - relative[:, 2:]) / (relative @ share)[:, None]
    believed = BELIEF * (np.diag(1 / share[:2] ** 2) + 1 / share[2] ** 2)
    bread = np.linalg.pinv(slopes.T @ slopes + believed)
    sums = pd.DataFrame(slopes - slopes.mean(axis=0)).groupby(voices).sum().to_numpy()
    free = bread @ (sums.T @ sums) @ bread * len(sums) / max(1, len(sums) - 1)
    whole = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    return whole @ free @ whole.T, len(sums)


def revise(probabilities: np.ndarray, share: np.ndarray, prior: Sequence[float] = EQUAL) -> np.ndarray:
    """Return each post's probabilities when the classes are as common as ``share`` instead of ``prior``."""
    revised = probabilities * (np.asarray(share) / np.asarray(prior))
    return revised / revised.sum(axis=1, keepdims=True)


def shares(posts: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return sentiment, value, low, high, se, n and authors for each class, and for net, in each group of ``by``.

    ``posts`` has ``COLUMNS`` and author; the table is shaped like estimate.means. Posts without sentiment are left out.
    """
    posts = posts.dropna(subset=COLUMNS)
    groups = posts.groupby(list(by), observed=True) if by else [((), posts)]
    rows = [dict(zip(by, name, strict=True)) | row for name, group in groups if len(group)
            for row in _rows(adjust(group[COLUMNS].to_numpy(), authors=group["author"]))]
    columns = [*by, "sentiment", "value", "low", "high", "se", "n", "authors"]
    return pd.DataFrame(rows, columns=columns)


def _rows(found: Prevalence) -> list[dict]:
    errors = np.sqrt(np.diag(found.covariance))
    rows = [{"sentiment": name, "value": found.share[at], "low": found.low[at], "high": found.high[at],
             "se": errors[at]} for at, name in enumerate(CLASSES)]
    value, low, high = found.net
    across = np.array([-1.0, 0.0, 1.0])
    rows.append({"sentiment": "net", "value": value, "low": low, "high": high,
                 "se": float(np.sqrt(across @ found.covariance @ across))})
    return [row | {"n": found.n, "authors": found.authors} for row in rows]


def count(probabilities: np.ndarray) -> np.ndarray:
    """Return the share of posts whose likeliest class is each, without any correction (classify and count)."""
    return np.bincount(np.asarray(probabilities).argmax(axis=1), minlength=3) / len(probabilities)


def unmix(probabilities: np.ndarray, confusion: np.ndarray) -> np.ndarray:
    """Return the shares that, mistaken as in ``confusion`` (true classes in rows), give the counted ones.

    Adjusted count (Gart & Buck 1966; Forman 2008), kept within 0 to 1 by non-negative least squares.
    """
    from scipy.optimize import nnls
    rates = confusion / confusion.sum(axis=1, keepdims=True)
    system = np.vstack([rates.T, np.full(len(rates), 10.0)])  # the last row makes the shares add up to 1
    found = nnls(system, np.append(count(probabilities), 10.0))[0]
    return found / found.sum()

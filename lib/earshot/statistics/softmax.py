"""Scores as probabilities."""

import numpy as np


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return scores (…, classes) as probabilities that add up to one along the last axis.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)

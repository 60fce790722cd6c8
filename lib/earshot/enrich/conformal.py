"""Which classes cannot be ruled out for a text: sets that hold the true class as often as promised.

Cross-conformal prediction (Vovk 2015, "Cross-conformal predictors"): a text is compared, within each fold, with the
texts that this fold's model did not learn from, so a model is never compared with itself at another size. The p-value
of a class is the share of labelled texts that fit their own class no better than the text fits this one; the set holds
the classes above one minus the level. An empty set means that nothing fits; a person decides unless it holds just one.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Calibration:
    """How well each labelled text fitted its own class (n,), in which fold it was held out, and its class number."""

    fits: np.ndarray
    folds: np.ndarray
    classes: np.ndarray

    def p_values(self, by_fold: np.ndarray, per_class: bool = False) -> np.ndarray:
        """Return (n, classes) from probabilities (folds, n, classes) by the model of each fold.

        ``per_class`` compares only with texts of the class itself, so that the promise holds for each class (Mondrian).
        """
        if not per_class:
            below = sum(self._below(by_fold[fold], self.folds == fold) for fold in range(len(by_fold)))
            return (1 + below) / (1 + len(self.fits))
        found = np.ones(by_fold.shape[1:])
        for number in range(by_fold.shape[2]):
            own = self.classes == number
            below = sum(self._below(by_fold[fold][:, number], own & (self.folds == fold))
                        for fold in range(len(by_fold)))
            found[:, number] = (1 + below) / (1 + own.sum())
        return found

    def _below(self, probabilities: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return how many of these texts fitted their class no better than each probability."""
        return np.searchsorted(np.sort(self.fits[rows]), probabilities, side="right")


def possible(p_values: np.ndarray, level: float) -> np.ndarray:
    """Return (n, classes) true or false: the classes that cannot be ruled out at this level (0.9: nine in ten)."""
    return p_values > 1 - level

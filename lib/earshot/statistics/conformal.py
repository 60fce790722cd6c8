"""Which classes cannot be ruled out for a text: sets that hold the true class as often as promised.

Split conformal prediction within a fold (Vovk, Gammerman & Shafer 2005): a text is read by the model of one
fold, which the text itself chooses, and compared with the labelled texts that this model did not learn from.
The p-value of a class is the share of those that fit their own class no better than the text fits this one;
the set holds the classes above one minus the level. Averaging the folds' p-values instead (cross-conformal,
Vovk 2015) draws them to the middle, so that sets hold the true class more often than promised and fewer texts
are decided. An empty set means that nothing fits; a person decides unless it holds just one.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np


@dataclass(frozen=True)
class Calibration:
    """What was held out: probabilities (n,
    classes) of texts not learned from, their fold and their class number.
    """

    held: np.ndarray
    folds: np.ndarray
    classes: np.ndarray

    @property
    def fits(self) -> np.ndarray:
        """How well each text fitted its own class (n,)."""
        return self.held[np.arange(len(self.classes)), self.classes]

    def p_values(self, by_fold: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Return (n, classes) from each fold's probabilities (folds,
        n, classes) and each text's fold (n,).
        """
        found = np.ones(by_fold.shape[1:])
        for fold in range(len(by_fold)):
            mine, held = chosen == fold, np.sort(self.fits[self.folds == fold])
            found[mine] = (1 + np.searchsorted(held, by_fold[fold][mine], side="right")) / (1 + len(held))
        return found


def choose(texts: list[str], folds: int) -> np.ndarray:
    """Return a fold for each text, always the same for the same text."""
    return np.array([crc32(text.encode("utf-8", "surrogatepass")) % folds for text in texts], dtype=int)


def possible(p_values: np.ndarray, level: float) -> np.ndarray:
    """Return (n, classes) true or false: the classes
    that cannot be ruled out at this level (0.9: nine in ten).
    """
    return p_values > 1 - level

"""Labels that a model said beside those that people gave: the figures that every such evaluation shows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.report import EvaluationReport
from earshot.statistics import agreement

BINS = 10


class ScoredLabels(EvaluationReport):
    """An evaluation whose ``posts`` hold the label given (column ``GIVEN``) and the one that was ``said``.

    A subclass names its ``classes`` and, where the model says how sure it is, its ``confidence``; ``ITEMS``
    is what the rows are called, and ``seconds`` how long reading them took.
    """

    GIVEN = "label"
    ITEMS = "posts"
    posts: pd.DataFrame
    seconds: float

    @property
    def classes(self) -> Sequence[str]:
        """All classes that were given or said."""
        return sorted({*self.posts[self.GIVEN], *self.posts["said"]})

    @property
    def confidence(self) -> pd.Series:
        """How sure the model was of what it said, 0 to 1."""
        return self.posts["confidence"]

    @property
    def right(self) -> pd.Series:
        """Whether what was said is what was given."""
        return self.posts["said"] == self.posts[self.GIVEN]

    @property
    def pace(self) -> float:
        """How many were read in a second."""
        return round(len(self.posts) / self.seconds, 1)

    @property
    def confusion(self) -> np.ndarray:
        """Counts (classes, classes): rows are the true classes, columns the model's."""
        return agreement.confusion(self.posts[self.GIVEN], self.posts["said"], self.classes)

    @property
    def summary(self) -> pd.DataFrame:
        """Each figure with its 95 % interval."""
        return agreement.intervals(self.confusion)

    @property
    def by_class(self) -> pd.DataFrame:
        """Columns class, n (truly of it), recall, precision and f1, in the order of ``classes``."""
        table = self.confusion
        hits, true, said = np.diagonal(table), table.sum(axis=1), table.sum(axis=0)
        figures = {
            "recall": hits / np.maximum(1, true),
            "precision": hits / np.maximum(1, said),
            "f1": 2 * hits / np.maximum(1, true + said),
        }
        return pd.DataFrame({"class": list(self.classes), "n": true, **figures})

    @property
    def calibration(self) -> pd.DataFrame:
        """By how sure the model was: mean confidence beside the share it got right, with interval."""
        return agreement.calibration(self.confidence, self.right, BINS)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: how far, on average, the model's confidence is from its accuracy."""
        return agreement.calibration_error(self.calibration)

    @property
    def calibration_shown(self) -> pd.DataFrame:
        """The calibration with words for each bin, the surest last."""
        return agreement.in_words(self.calibration, of=self.ITEMS)

    @property
    def alt(self) -> str:
        """What the calibration figure shows, in words and numbers."""
        bins = self.calibration.itertuples()
        parts = [f"{one.right:.0%} right when {one.confidence:.0%} sure" for one in bins]
        return f"The model was {', '.join(parts)}."

    def caption(self, about: str) -> str:
        """Return a caption with how many were scored."""
        return f"{about}; {len(self.posts):,} {self.ITEMS}"


def ranked(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a ``by_class`` with its classes under ``name``, the most frequent first."""
    table = table.rename(columns={"class": name})
    return table.sort_values(["n", name], ascending=[False, True], ignore_index=True)

"""Counts that a platform did not tell, as a KPI uses them:
drawn from posts like them, left out where nobody tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.enrich.engagement import step as engagement


@dataclass(frozen=True)
class Counts:
    """Likes, reposts, replies and views of every post:
    by count an array of (posts, draws), NaN where nobody tells.

    A frame of such posts names their places here in its column ``_row``, and has each count as ``_likes`` and
    so on.
    """

    drawn: dict[str, np.ndarray]
    missing: dict[str, np.ndarray]

    def used(self, names: list[str]) -> list[str]:
        """Return which of the names are counts that some post does not tell."""
        return [name for name in names if name in self.missing and self.missing[name].any()]

    def imputed(self, frame: pd.DataFrame, names: list[str]) -> np.ndarray:
        """Say which posts have one of these counts drawn, since their platform did not tell it."""
        return self._any(self.missing, frame, names) & ~self.unknown(frame, names)

    def unknown(self, frame: pd.DataFrame, names: list[str]) -> np.ndarray:
        """Say which posts have one of these counts told by nobody, not even for posts like them."""
        return self._any({name: np.isnan(drawn[:, 0]) for name, drawn in self.drawn.items()}, frame, names)

    def _any(self, marks: dict[str, np.ndarray], frame: pd.DataFrame, names: list[str]) -> np.ndarray:
        rows = frame["_row"].to_numpy()
        return np.any([np.zeros(len(rows), bool), *(marks[name][rows] for name in self.used(names))], axis=0)

    def versions(self, frame: pd.DataFrame, names: list[str]) -> Iterator[pd.DataFrame]:
        """Yield the frame once for each draw of what is unknown, or as it is where all of it is known."""
        rows = frame["_row"].to_numpy()
        number = engagement.DRAWS if self.imputed(frame, names).any() else 1
        for at in range(number):
            yield frame.assign(**{f"_{name}": self.drawn[name][rows, at] for name in self.used(names)})


def drawn(posts: pd.DataFrame, names: list[str], seed: int) -> Counts:
    """Return the counts of ``names`` (others are passed over),
    with every unknown one drawn from posts like it.
    """
    counts = [name for name in engagement.COUNTS if name in names]
    missing = {name: posts[name].isna().to_numpy() for name in counts}
    found = {name: engagement.draws(posts, name, seed) for name in counts if missing[name].any()}
    return Counts(found, missing)

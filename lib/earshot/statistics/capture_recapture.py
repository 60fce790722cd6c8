"""How many there are in all, judged from how far several lists of them overlap (capture–recapture).

Chapman (1951) for two lists; for three and more Chao's lower bound (1987) and log-linear models with the
pairwise dependence that AIC prefers (Fienberg 1972). All assume that the lists look at the same period, that
what is on two lists is recognised as the same, and, for Chapman, that being on one list does not make the
other more likely: where it does, the total is larger than estimated.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

Z = 1.959964


@dataclass(frozen=True)
class Total:
    """An estimated total with its 95 % interval, the number seen on any list, and the method."""

    total: float
    low: float
    high: float
    seen: int
    method: str

    @property
    def recall(self) -> tuple[float, float, float]:
        """The share of all that was seen: value, low, high."""
        return tuple(self.seen / max(number, self.seen, 1) for number in (self.total, self.high, self.low))


def chapman(first: int, second: int, both: int) -> Total:
    """Return the total from two lists of ``first`` and ``second`` items, ``both`` on either (Chapman 1951).

    The interval is Chao's log transformation of the variance, so that it never falls below what was seen.
    """
    seen = first + second - both
    total = (first + 1) * (second + 1) / (both + 1) - 1
    spread = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return _logged(total, spread, seen, "Chapman estimator of two lists, log-normal interval")


def chao(lists: pd.DataFrame) -> Total:
    """Return Chao's lower bound of the total from true/false columns, one per list, one row per item seen."""
    times = lists.sum(axis=1)
    return chao_counts(len(lists), int((times == 1).sum()), int((times == 2).sum()))


def chao_counts(seen: int, once: int, twice: int) -> Total:
    """Return Chao's (1987) lower bound from the items seen at all, on one list and on two lists."""
    if twice:
        ratio = once / twice
        unseen, spread = once * ratio / 2, twice * (ratio**4 / 4 + ratio**3 + ratio**2 / 2)
    else:  # the bias-corrected form, which needs none on two lists
        unseen = once * (once - 1) / 2
        spread = unseen + once * (2 * once - 1) ** 2 / 4 - once**4 / 4 / max(seen + unseen, 1)
    return _logged(seen + unseen, max(spread, 0.0), seen, "Chao's lower bound, log-normal interval")


def _logged(total: float, spread: float, seen: int, method: str) -> Total:
    unseen = total - seen
    if unseen <= 0:
        return Total(float(seen), float(seen), float(seen), seen, method)
    factor = np.exp(Z * np.sqrt(np.log1p(spread / unseen**2)))
    return Total(float(total), float(seen + unseen / factor), float(seen + unseen * factor), seen, method)


def loglinear(lists: pd.DataFrame, pairs: tuple[tuple[str, str], ...] | None = None) -> Total:
    """Return the total from three or more true/false columns by a log-linear model of how they overlap.

    ``pairs`` are the lists that depend on each other; left out, the set with the lowest AIC is taken. Raises
    ValueError with fewer than three lists.
    """
    names = [str(name) for name in lists.columns]
    if len(names) < 3:
        raise ValueError(
            f"A log-linear model needs three lists, and there are {len(names)}; use chapman for two."
        )
    cells = lists.set_axis(names, axis=1).astype(int).value_counts()
    grid = pd.MultiIndex.from_product([(0, 1)] * len(names), names=names)
    counts = cells.reindex(grid, fill_value=0).drop(tuple([0] * len(names)))
    table = counts.index.to_frame(index=False).assign(count=counts.to_numpy())
    every = list(combinations(names, 2))
    tried = (
        [pairs]
        if pairs is not None
        else [chosen for size in range(min(len(every), 3) + 1) for chosen in combinations(every, size)]
    )
    room = (
        len(table) - len(names) - (2 if pairs is None else 1)
    )  # a model that fits every cell proves nothing
    fits = [_fit(table, names, chosen) for chosen in tried if len(chosen) <= room]
    _, log_unseen, error, chosen = min(fits, key=lambda fit: fit[0])
    unseen, seen = np.exp(log_unseen), len(lists)
    factor = np.exp(min(Z * error, 50.0))
    between = ", ".join(f"{one} with {other}" for one, other in chosen) or "none"
    return Total(
        float(seen + unseen),
        float(seen + unseen / factor),
        float(seen + unseen * factor),
        seen,
        f"log-linear model, dependence: {between}",
    )


def _fit(table: pd.DataFrame, names: list[str], pairs: tuple) -> tuple[float, float, float, tuple]:
    """Return AIC, log of the unseen cell, its standard error, and the pairs of one Poisson model."""
    import warnings

    import statsmodels.api as sm

    design = sm.add_constant(table[names].astype("float64"), has_constant="add")
    for one, other in pairs:
        design[f"{one}*{other}"] = design[one] * design[other]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a model with as many terms as cells fits perfectly, and says so
        fit = sm.GLM(table["count"].astype("float64"), design, family=sm.families.Poisson()).fit()
    return fit.aic, float(fit.params["const"]), float(fit.bse["const"]), pairs

"""From which probability on a label may be said, and may route work:
by what mistakes cost, and by a promise kept.

A threshold by cost makes the mistakes on held-out texts the cheapest; where a text has one class only, the
class is said that is expected to cost the least (Elkan 2001, "The foundations of cost-sensitive learning").
Routing asks for more: that the label is right as often as promised, and that this was shown, not just seen.
Thresholds are tested from the highest down, each at the same level, until one fails (fixed-sequence testing:
Angelopoulos et al. 2021, "Learn then Test"), with exact binomial bounds (Clopper & Pearson 1934), the level
shared out over the labels (Bonferroni): with the stated confidence no label routes below its promised
precision.
"""

from dataclasses import dataclass

import numpy as np

LEVELS = np.round(np.arange(0.99, 0.29, -0.02), 2)
FEWEST = 5  # texts above a threshold, or the test says nothing yet and the next threshold is tried


@dataclass(frozen=True)
class Rule:
    """When a label is said (probability from ``threshold``),
    and when it may route work (from ``route``; None: never).

    ``precision`` and ``low`` are what held-out texts showed at ``route``: the share right and its lower
    bound.
    """

    threshold: float
    route: float | None
    precision: float | None
    low: float | None


def rule(
    probability: np.ndarray,
    truth: np.ndarray,
    promised: float,
    labels: int,
    missed: float = 1.0,
    doubt: float = 0.05,
) -> Rule:
    """Return the rule of one of ``labels`` labels
    from held-out probabilities (n,) and whether the label is true.

    A missed text costs ``missed`` times a false alarm; ``doubt`` is the chance that any label breaks its
    promise.
    """
    said = cheapest(probability, truth, missed)
    found = route_from(probability, truth, promised, doubt / labels)
    if found is None:
        return Rule(said, None, None, None)
    above = probability >= found
    return Rule(
        said,
        found,
        float(truth[above].mean()),
        lower_bound(int(truth[above].sum()), int(above.sum()), doubt / labels),
    )


def cheapest(probability: np.ndarray, truth: np.ndarray, missed: float) -> float:
    """Return the threshold at which false alarms and misses on held-out texts cost the least in all."""
    grid = np.round(np.arange(0.05, 0.96, 0.01), 2)
    costs = [
        ((probability >= at) & ~truth).sum() + missed * ((probability < at) & truth).sum() for at in grid
    ]
    best = np.flatnonzero(np.isclose(costs, np.min(costs)))
    return float(grid[best[len(best) // 2]])


def lean(costs: np.ndarray) -> np.ndarray:
    """Return what each class's log probability gains so that the greatest is the cheapest class to say.

    A wrong class is a false alarm, which costs 1, and misses the true one, which costs ``costs`` (classes,):
    the right class spares both.
    """
    return np.log1p(costs) - np.log1p(costs).min()


def route_from(probability: np.ndarray, truth: np.ndarray, promised: float, doubt: float) -> float | None:
    """Return the lowest threshold at which the promised precision was shown,
    or None where it was shown at none.
    """
    lowest = None
    for level in LEVELS:
        above = probability >= level
        if above.sum() < FEWEST or lowest is None and not _can_show(int(above.sum()), promised, doubt):
            continue
        if lower_bound(int(truth[above].sum()), int(above.sum()), doubt) < promised:
            break
        lowest = float(probability[above].min())  # not the level itself: nothing was seen between the two
    return lowest


def lower_bound(right: int, count: int, doubt: float) -> float:
    """Return below which the true share lies with a chance of at most ``doubt`` (Clopper & Pearson 1934)."""
    from scipy.stats import beta

    return float(beta.ppf(doubt, right, count - right + 1)) if right else 0.0


def _can_show(count: int, promised: float, doubt: float) -> bool:
    """Return whether so many texts, were all right, would show the promise;
    it looks at their number, not at truth.
    """
    return lower_bound(count, count, doubt) >= promised

"""Days on which far more happened than that brand's other days would lead one to expect."""

import numpy as np
import pandas as pd
from scipy import stats

from earshot.statistics import estimate

FEWEST_DAYS = 5
LEAST_SPREAD = 0.02
LEAST_RATIO = 1.3
LEAST_COUNT = 20


def daily(posts: pd.DataFrame, by: str = "brand", hits: pd.Series | None = None) -> pd.DataFrame:
    """Return the number of posts (or of ``hits``,
    a true/false column or weights) per group and day, zeros included.

    A group's days run from its first post to the last day of all, so that a brand that joins late has no
    false zeros.
    """
    weights = pd.Series(1.0, index=posts.index) if hits is None else hits.astype("float64")
    counted = weights.groupby([posts[by], posts["day"]], observed=True).sum()
    first = posts.groupby(by, observed=True)["day"].min()
    last = posts["day"].max()
    rows = [(group, day) for group, start in first.items() for day in pd.date_range(start, last)]
    index = pd.MultiIndex.from_tuples(rows, names=[by, "day"])
    return counted.reindex(index, fill_value=0).rename("count").reset_index()


def surges(counts: pd.DataFrame, by: str = "brand") -> pd.DataFrame:
    """Return ``counts`` with expected, low, high, ratio, p,
    and ``surge`` where a day stands out from its group's.

    Expected is the median of the other days (of the same weekday where there are four of them); counts spread
    about it as a negative binomial whose excess variance is read robustly from the days themselves. p values
    are corrected over all groups and days (Benjamini-Hochberg, 5%). Groups with fewer than five days get no
    expectation.
    """
    parts = [_expected(group.sort_values("day")) for _, group in counts.groupby(by, observed=True)]
    table = pd.concat(parts).sort_values([by, "day"]).reset_index(drop=True)
    judged = table["p"].notna()
    table.loc[judged, "p"] = estimate.adjusted(table.loc[judged, "p"])
    table["ratio"] = table["count"] / table["expected"].where(table["expected"] > 0)
    table["surge"] = (table["p"] < 0.05) & (table["ratio"] >= LEAST_RATIO) & (table["count"] >= LEAST_COUNT)
    return table


def _expected(group: pd.DataFrame) -> pd.DataFrame:
    number = group["count"].to_numpy("float64")
    if len(number) < FEWEST_DAYS:
        return group.assign(expected=np.nan, low=np.nan, high=np.nan, p=np.nan)
    weekday = group["day"].dt.day_of_week.to_numpy()
    expected = np.array([_median_of_others(number, weekday, row) for row in range(len(number))]).clip(min=0.5)
    excess = np.log1p(number) - np.log1p(expected)
    spread = 1.4826 * np.median(np.abs(excess - np.median(excess)))
    # On the log scale a Poisson count has variance 1/mean; what is left is the days' own restlessness.
    alpha = max(spread**2 - 1 / np.median(expected), LEAST_SPREAD)
    size = 1 / alpha
    chance = size / (size + expected)
    rounded = np.round(number)
    return group.assign(
        expected=expected,
        low=stats.nbinom.ppf(0.025, size, chance),
        high=stats.nbinom.ppf(0.975, size, chance),
        p=stats.nbinom.sf(rounded - 1, size, chance),
    )


def _median_of_others(number: np.ndarray, weekday: np.ndarray, row: int) -> float:
    others = np.arange(len(number)) != row
    same = others & (weekday == weekday[row])
    return float(np.median(number[same if same.sum() >= 4 else others]))

"""The value of a KPI for each group of posts, with its interval, also where counts are unknown."""

import numpy as np
import pandas as pd
from scipy import stats

from earshot.analyse.kpis import formula
from earshot.analyse.kpis.contracts import Contract
from earshot.analyse.kpis.imputed_counts import Counts
from earshot.statistics import estimate

FOLDS = 40


def value_by(frame: pd.DataFrame, contract: Contract, by: list[str], counts: Counts) -> pd.DataFrame:
    """Return value, se, low, high, n, and the shares imputed and left out, for each group and period."""
    keys, used = [*by, "period", "last_day"], formula.names(contract.formula)
    unknown = counts.unknown(frame, used)
    marked = frame[keys].assign(imputed=1.0 * counts.imputed(frame, used), left_out=1.0 * unknown)
    shares = marked.groupby(keys, observed=True).agg(
        imputed=("imputed", "sum"), left_out=("left_out", "mean")
    )
    found = _combined([_estimated(one, contract, keys) for one in counts.versions(frame[~unknown], used)])
    half = stats.t.ppf(0.5 + estimate.LEVEL / 2, found.pop("degrees")) * found["se"] + found.pop("doubt")
    least, most = {"share": (0, 1), "net share": (-1, 1)}.get(contract.unit, (-np.inf, np.inf))
    values = shares.join(
        found.assign(
            low=(found["value"] - half).clip(lower=least),
            high=(found["value"] + half).clip(upper=most),
            value=found["value"].clip(least, most),
        )
    )
    values["n"] = values["n"].fillna(0).astype(int)
    return values.assign(imputed=values["imputed"] / values["n"].clip(lower=1)).reset_index()


def _combined(draws: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the mean over the draws, with what they differ by added to the variance (Rubin 1987)."""
    number = len(draws)
    drawn = pd.concat(draws).groupby(level=draws[0].index.names, observed=True)
    mean = drawn.mean()
    between = drawn["value"].var(ddof=1) * (1 + 1 / number) if number > 1 else 0.0
    degrees = FOLDS - 1 if number == 1 else min(FOLDS, number) - 1
    return mean.assign(se=np.sqrt(mean["variance"] + between), degrees=degrees).drop(columns="variance")


def _estimated(frame: pd.DataFrame, contract: Contract, keys: list[str]) -> pd.DataFrame:
    """Return value, its variance, how much the model doubts it, and n, for each group and period."""
    sums = _sums_by_fold(frame, contract, keys)
    totals = sums.groupby(level=keys, observed=True).sum()
    value = formula.evaluate(contract.formula, totals)
    parent = sums.index.droplevel("_fold")
    without = formula.evaluate(contract.formula, totals.loc[parent].set_axis(sums.index) - sums)
    if contract.unit == "posts":  # a total shrinks when a fold is left out: scale it back up
        without = without * FOLDS / (FOLDS - 1)
    gaps = (without - value.loc[parent].to_numpy()) ** 2
    return pd.DataFrame(
        {
            "value": value,
            "n": totals["posts"],
            "doubt": _bias_bound(contract, totals, value),
            "variance": gaps.groupby(level=keys, observed=True).sum() * (FOLDS - 1) / FOLDS,
        }
    )


def _sums_by_fold(frame: pd.DataFrame, contract: Contract, keys: list[str]) -> pd.DataFrame:
    """Return the counts that the formula uses,
    and how much the model doubts each, by group, period and fold.
    """
    used = formula.names(contract.formula)
    names = [name for name in dict.fromkeys([*used, "posts"]) if name != "authors"]
    names += [f"doubt_{name}" for name in names if f"_doubt_{name}" in frame]
    sums = (
        frame.groupby([*keys, "_fold"], observed=True)[[f"_{name}" for name in names]]
        .sum()
        .set_axis(names, axis=1)
    )
    if "authors" in used:
        sums["authors"] = frame.groupby([*keys, "_fold"], observed=True)["_author"].nunique()
    return sums


def _bias_bound(contract: Contract, totals: pd.DataFrame, value: pd.Series) -> pd.Series:
    """Return how far the KPI would move if the model's labels were counted as they stand."""
    doubted = [name for name in totals if f"doubt_{name}" in totals]
    counted = totals.assign(**{name: totals[name] - totals[f"doubt_{name}"] for name in doubted})
    return (formula.evaluate(contract.formula, counted) - value).abs()

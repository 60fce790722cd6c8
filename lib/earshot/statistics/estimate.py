"""Estimates that carry their interval:
shares and means of posts, where one author's posts count as one voice's.

Posts by one author resemble each other, so every variance here is clustered by author (Liang & Zeger 1986,
"Longitudinal data analysis using generalized linear models", Biometrika 73).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from earshot.statistics.proportion import LEVEL, wilson


def means(
    frame: pd.DataFrame,
    value: str,
    by: Sequence[str] = (),
    cluster: str = "author",
    share: bool = False,
    doubt: str = "",
    weight: str = "",
) -> pd.DataFrame:
    """Return value, low, high, se, n and authors of the mean of ``value`` in each group of ``by``.

    ``share`` says that the mean is a proportion: its interval is Wilson's (1927) on the effective number of
    posts and never leaves 0 to 1. Otherwise it is Student's t with one degree of freedom less than there are
    authors. ``doubt`` names a column whose mean, whatever its sign, is added on both sides: an error more
    posts do not cure. ``weight`` names a column that says how many posts each stands for (Hájek 1971);
    without it all are alike.
    """
    posts = _kept(frame, value, by, cluster, weight)
    keys = list(by) or ["_all"]
    posts["_w"] /= posts.groupby(keys, observed=True)["_w"].transform("mean")
    groups = posts.assign(_wy=posts["_w"] * posts["_y"]).groupby(keys, observed=True, sort=True)
    table = groups["_wy"].agg(value="mean", n="size")
    residual = posts["_w"] * (posts["_y"] - groups["_wy"].transform("mean"))
    sums = residual.groupby([posts[key] for key in keys] + [posts["_author"]], observed=True).sum()
    squares = (sums**2).groupby(level=list(range(len(keys)))).agg(["sum", "size"])
    table["authors"] = squares["size"]
    few = table["authors"].clip(lower=2)
    table["se"] = np.sqrt(squares["sum"] * few / (few - 1)) / table["n"]
    table = _wilson(table) if share else _student(table)
    if doubt:
        beside = (
            frame.loc[posts.index, doubt].groupby([posts[key] for key in keys], observed=True).mean().abs()
        )
        table = table.assign(low=table["low"] - beside, high=table["high"] + beside)
    table = table.reset_index()[[*by, "value", "low", "high", "se", "n", "authors"]]
    return table


def difference(
    frame: pd.DataFrame,
    value: str,
    after: pd.Series,
    before: pd.Series,
    by: Sequence[str] = (),
    cluster: str = "author",
    weight: str = "",
) -> pd.DataFrame:
    """Return the change of the mean of ``value``
    from the posts ``before`` to the posts ``after``, for each group.

    Columns: was, now, value (now - was), low, high, se, p, n_before, n_after. The interval rests on each
    side's own variance, p on the one that both share if nothing changed. An author who is in both periods
    counts once in either. Groups with fewer than two posts on a side are left out. ``weight`` is as in
    ``means``.
    """
    posts = _kept(frame, value, by, cluster, weight).assign(_after=after, _before=before)
    posts = posts[posts["_after"] | posts["_before"]]
    keys = list(by) or ["_all"]
    rows = [
        _change(group) | dict(zip(keys, name, strict=True))
        for name, group in posts.groupby(keys, observed=True)
        if group["_after"].sum() >= 2 and group["_before"].sum() >= 2
    ]
    columns = [*by, "was", "now", "value", "low", "high", "se", "p", "n_before", "n_after"]
    return pd.DataFrame(rows, columns=columns) if rows else pd.DataFrame(columns=columns)


def adjusted(p: pd.Series) -> pd.Series:
    """Return p values corrected for the number of looks (Benjamini & Hochberg 1995), at the same index."""
    if p.empty:
        return p.astype("float64")
    return pd.Series(stats.false_discovery_control(p.fillna(1.0)), index=p.index)


def detectable(se: pd.Series | float, power: float = 0.8) -> pd.Series | float:
    """Return the smallest true change that would be noticed with this ``power`` at the 95% level."""
    return (stats.norm.ppf(0.5 + LEVEL / 2) + stats.norm.ppf(power)) * se


def ranks(
    table: pd.DataFrame, value: str = "value", se: str = "se", draws: int = 4000, seed: int = 1
) -> pd.DataFrame:
    """Return ``table`` with rank, rank_low and rank_high:
    where each row stands, best first, in 95% of redraws.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.normal(table[value].to_numpy(), table[se].fillna(0).to_numpy(), (draws, len(table)))
    order = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    tail = (1 - LEVEL) / 2
    return table.assign(
        rank=table[value].rank(ascending=False, method="first").astype(int),
        rank_low=np.quantile(order, tail, axis=0, method="nearest").astype(int),
        rank_high=np.quantile(order, 1 - tail, axis=0, method="nearest").astype(int),
    )


def _kept(frame: pd.DataFrame, value: str, by: Sequence[str], cluster: str, weight: str = "") -> pd.DataFrame:
    """Return the posts that have a value, with it as ``_y`` and their ``_w``;
    one without author is a voice alone.
    """
    posts = frame[frame[value].notna()]
    alone = pd.Series([f"#{row}" for row in range(len(posts))], index=posts.index)
    says = posts[weight].astype("float64") if weight in posts else 1.0
    return posts[list(by)].assign(
        _all="all", _y=posts[value].astype("float64"), _w=says, _author=posts[cluster].fillna(alone)
    )


def _wilson(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(value=table["value"].clip(0, 1))
    share, variance = table["value"], table["se"] ** 2
    # One voice alone, or all voices agreeing, has no visible spread: then every author counts as one draw.
    effective = (share * (1 - share) / variance).where(variance > 0, table["authors"]).clip(1, table["n"])
    low, high = wilson(share * effective, effective)
    return table.assign(low=low, high=high)


def _student(table: pd.DataFrame) -> pd.DataFrame:
    half = stats.t.ppf(0.5 + LEVEL / 2, (table["authors"] - 1).clip(lower=1)) * table["se"]
    half = half.where(table["authors"] > 1)
    return table.assign(low=table["value"] - half, high=table["value"] + half)


def _change(group: pd.DataFrame) -> dict:
    after, before = group["_after"].to_numpy(bool), group["_before"].to_numpy(bool)
    y, w = group["_y"].to_numpy(), group["_w"].to_numpy()
    now, was = np.average(y[after], weights=w[after]), np.average(y[before], weights=w[before])
    authors, says = pd.factorize(group["_author"])[0], w * (after / w[after].sum() - before / w[before].sum())
    se = float(np.sqrt(_variance(says * (y - np.where(after, now, was)), authors)))
    half = stats.t.ppf(0.5 + LEVEL / 2, max(authors.max(), 1)) * se
    chance = _chance(y, w, says, authors)
    p = float(2 * stats.norm.sf(abs(now - was) / chance)) if chance > 0 else 1.0
    return {
        "was": was,
        "now": now,
        "value": now - was,
        "low": now - was - half,
        "high": now - was + half,
        "se": se,
        "p": p,
        "n_before": int(before.sum()),
        "n_after": int(after.sum()),
    }


def _variance(influence: np.ndarray, authors: np.ndarray) -> float:
    """Return the variance of a sum of influences, those of one author added up first."""
    sums = np.bincount(authors, influence)
    return float((sums**2).sum() * len(sums) / max(len(sums) - 1, 1))


def _chance(y: np.ndarray, w: np.ndarray, says: np.ndarray, authors: np.ndarray) -> float:
    """Return the standard error that the change has where nothing changed:
    all posts share one mean and one variance.

    The two sides' own variances would make a rare thing that happens not to occur on one side look certain.
    How much wider authors make it (design effect, Kish 1965) is never taken as less than one.
    """
    rest = y - np.average(y, weights=w)
    alone = float(((says * rest) ** 2).sum())
    wider = max(1.0, _variance(says * rest, authors) / alone) if alone > 0 else 1.0
    return float(np.sqrt((says**2).sum() * np.average(rest**2, weights=w) * wider))

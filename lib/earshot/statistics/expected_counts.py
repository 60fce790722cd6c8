"""How many posts were to be expected,
from the same weekday where history allows, else from the neighbouring days.
"""

import numpy as np
import pandas as pd
from scipy import stats

from earshot.statistics import estimate

NEAR = 3
FEWEST = 4
LEAST_SPREAD = 0.02
LEAST_MISSED = 5.0
SURE_SILENT = 0.01  # a gap is an accusation: one false in a hundred, not one in twenty
THIN = 0.1


def days(counts: pd.DataFrame, by: str = "brand") -> pd.DataFrame:
    """Return daily ``counts`` (columns by, day, count) with expected,
    low, high, p and verdict (short, high or "").

    Expected is the median of the same weekday's other days where there are four, else of the three days on
    either side; counts spread about it as a negative binomial read robustly from the days themselves. p is
    two-sided and corrected for all groups and days (Benjamini-Hochberg).
    """
    table = pd.concat([_group(group.sort_values("day")) for _, group in counts.groupby(by, observed=True)])
    judged = table["p"].notna()
    table.loc[judged, "p"] = estimate.adjusted(table.loc[judged, "p"])
    wrong = table["p"] < 0.05
    short, high = wrong & (table["count"] < table["low"]), wrong & (table["count"] > table["high"])
    return table.assign(verdict=np.select([short, high], ["short", "high"], "")).reset_index(drop=True)


def _group(group: pd.DataFrame) -> pd.DataFrame:
    number, weekday = group["count"].to_numpy("float64"), group["day"].dt.day_of_week.to_numpy()
    if len(number) < FEWEST:
        return group.assign(expected=np.nan, low=np.nan, high=np.nan, p=np.nan)
    expected = np.array([np.median(number[_others(weekday, row)]) for row in range(len(number))]).clip(
        min=0.5
    )
    excess = np.log1p(number) - np.log1p(expected)
    spread = 1.4826 * np.median(np.abs(excess - np.median(excess)))
    alpha = max(
        spread**2 - 1 / np.median(expected), LEAST_SPREAD
    )  # a Poisson count has variance 1/mean on this scale
    law = stats.nbinom(1 / alpha, 1 / (1 + alpha * expected))
    tail = np.minimum(law.cdf(number), law.sf(number - 1))
    return group.assign(
        expected=expected, low=law.ppf(0.025), high=law.ppf(0.975), p=np.minimum(2 * tail, 1.0)
    )


def _others(weekday: np.ndarray, row: int) -> np.ndarray:
    places = np.arange(len(weekday))
    same = (weekday == weekday[row]) & (places != row)
    return same if same.sum() >= 4 else (np.abs(places - row) <= NEAR) & (places != row)


def gaps(times: pd.Series, sources: pd.Series, zone: str) -> pd.DataFrame:
    """Return stretches of hours in which a source is silent and should not be:
    source, start, end, hours, missed, p.

    An hour's expectation is the mean of the same hour on the other days (of the same weekday, with five weeks
    of history); the chance of silence takes the counts' own overdispersion and the number of stretches, over
    all sources, into account (Benjamini-Hochberg).
    """
    local = times.dt.tz_convert(zone).dt.tz_localize(None).dt.floor("h")
    parts = [_silences(hours).assign(source=source) for source, hours in local.groupby(sources)]
    empty = pd.DataFrame(
        {"start": local[:0], "end": local[:0], "hours": 0, "missed": 0.0, "p": 0.0, "source": ""}
    )
    table = pd.concat([empty, *parts], ignore_index=True)[["source", "start", "end", "hours", "missed", "p"]]
    table["p"] = estimate.adjusted(table["p"].astype("float64"))
    return table[(table["p"] < SURE_SILENT) & (table["missed"] >= LEAST_MISSED)].reset_index(drop=True)


def _silences(hours: pd.Series) -> pd.DataFrame:
    """Return every stretch of hours without a post between the first and the last,
    and how likely it is by chance.
    """
    whole = pd.date_range(hours.min(), hours.max(), freq="h")
    counts = hours.value_counts().reindex(whole, fill_value=0).astype("float64")
    counts = counts.clip(upper=max(counts.quantile(0.98), 1.0))  # a crisis is no measure of usual hours
    slot = pd.Index(whole.hour + (24 * whole.dayofweek if len(whole) >= 5 * 168 else 0))
    sums, size = counts.groupby(slot).transform("sum"), counts.groupby(slot).transform("size")
    expected = (sums - counts) / (size - 1).clip(lower=1)
    unrest = ((counts - expected) ** 2 / expected.clip(lower=0.5)).mean()
    silent = counts.eq(0)
    stretch = (silent != silent.shift()).cumsum()[silent]
    missed = expected[silent].groupby(stretch).sum()
    ends = pd.Series(stretch.index, stretch.index).groupby(stretch).agg(["min", "max", "size"])
    return pd.DataFrame(
        {
            "start": ends["min"],
            "end": ends["max"] + pd.Timedelta(hours=1),
            "hours": ends["size"],
            "missed": missed,
            "p": np.exp(-missed / max(unrest, 1.0)),
        }
    )


def late(counts: pd.DataFrame, by: str = "brand") -> pd.DataFrame:
    """Return groups that begin late: group, since (first full day),
    before (posts until then), missed (expected then).

    A group begins on the first day that has a tenth of its own usual day; before that at least twenty posts
    must be missing for it to count.
    """
    rows = []
    first = counts["day"].min()
    for group, table in counts.groupby(by, observed=True):
        series = table.set_index("day")["count"]
        usual = series[series > 0].median()
        since = series[series >= max(THIN * series[series >= usual].median(), 1)].index.min()
        before = series[series.index < since].sum()
        missed = (since - first).days * series[series.index >= since].median() - before
        if missed >= 20 and before < THIN * (missed + before):
            rows.append({by: group, "since": since, "before": int(before), "missed": float(missed)})
    return pd.DataFrame(rows, columns=[by, "since", "before", "missed"])


def unfinished(times: pd.Series, zone: str) -> float:
    """Return the share of a day's posts that usually come after the time
    of day at which the last post was written.
    """
    local = times.dt.tz_convert(zone).dt.tz_localize(None)
    last = local.max()
    others = local[local < last.floor("D")]
    if others.empty:
        return 0.0
    return float(((others - others.dt.floor("D")) > (last - last.floor("D"))).mean())

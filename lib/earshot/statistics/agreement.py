"""Agreement of labels given with labels said:
confusion, accuracy, macro averages, intervals and calibration.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from earshot.statistics.proportion import wilson

FIGURES = ("accuracy", "macro_f1", "macro_recall")
DRAWS = 2_000


def confusion(truth: pd.Series, said: pd.Series, classes: Sequence[str]) -> np.ndarray:
    """Return counts: the true classes in rows, what was said in columns, in the order of ``classes``."""
    places = {name: place for place, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes)), int)
    np.add.at(table, (truth.map(places).to_numpy(int), said.map(places).to_numpy(int)), 1)
    return table


def scores(table: np.ndarray) -> dict[str, float]:
    """Return accuracy, macro_f1 and macro_recall of a confusion table;
    classes without a true case do not count.
    """
    return {name: float(values[0]) for name, values in _scores(table[None].astype(float)).items()}


def intervals(table: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """Return figure, value, low and high (95 %) for each score,
    by drawing the posts again ``DRAWS`` times.
    """
    total = int(table.sum())
    drawn = np.random.default_rng(seed).multinomial(total, table.ravel() / max(1, total), DRAWS)
    drawn = drawn.reshape(-1, *table.shape)
    ends = {
        name: np.nanquantile(values, [0.025, 0.975]) for name, values in _scores(drawn.astype(float)).items()
    }
    return pd.DataFrame(
        [
            {"figure": name, "value": value, "low": ends[name][0], "high": ends[name][1]}
            for name, value in scores(table).items()
        ]
    )


def _scores(tables: np.ndarray) -> dict[str, np.ndarray]:
    hits = np.diagonal(tables, axis1=1, axis2=2)
    true, said = tables.sum(axis=2), tables.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.where(true > 0, hits / true, np.nan)
        f1 = np.where(true > 0, 2 * hits / (true + said), np.nan)
        return {
            "accuracy": hits.sum(axis=1) / tables.sum(axis=(1, 2)),
            "macro_f1": np.nanmean(f1, axis=1),
            "macro_recall": np.nanmean(recall, axis=1),
        }


def calibration(sure: pd.Series, right: pd.Series, bins: int) -> pd.DataFrame:
    """Return, per bin of equal width, the mean confidence,
    the share right with its 95 % Wilson interval, and n.
    """
    groups = pd.cut(sure, np.linspace(0, 1, bins + 1), include_lowest=True)
    binned = pd.DataFrame({"confidence": sure, "right": right.astype(float)}).groupby(groups, observed=True)
    table = binned.agg(confidence=("confidence", "mean"), right=("right", "mean"), n=("right", "size"))
    table = table.reset_index(drop=True)
    low, high = wilson(table["right"] * table["n"], table["n"])
    return table.assign(low=low, high=high)


def calibration_error(table: pd.DataFrame) -> float:
    """Return the expected calibration error of a ``calibration``:
    |confidence - share right|, weighted by n, 0 to 1.
    """
    return float(np.average((table["right"] - table["confidence"]).abs(), weights=table["n"]))


def in_words(
    table: pd.DataFrame, said: str = "sure", of: str = "posts", right: str = "share right"
) -> pd.DataFrame:
    """Return a ``calibration`` as it is shown: each bin in words, the share ``right``, low, high and n."""
    bins = [
        f"{share:.0%} {said}, {n:,} {of}" for share, n in zip(table["confidence"], table["n"], strict=True)
    ]
    return table.assign(**{"when it says": bins}).rename(columns={"right": right})[
        ["when it says", right, "low", "high", "n"]
    ]

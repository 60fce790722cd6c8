"""Every KPI with and without what may bend it:
inauthentic posts, hidden ones, labels of people in the model's place.

Does any of them turn a verdict round?
"""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.kpis import figures as kpis
from earshot.analyse.kpis.contracts import Contract
from earshot.analyse.kpis.scorecard import Scorecard, written
from earshot.analyse.posts import opinions
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief

INPUTS = ("posts", "duplicates", "sentiment", "authenticity", "set_aside")
COLUMNS = ["KPI", "brand", "with", "without", "what turns round"]
CELL = ["kpi", "level", "brand", "segment"]
METHOD = "the scorecard computed twice"
TURNS = {"meets": "the target", "verdict": "the change"}


@dataclass(frozen=True)
class Effect:
    """KPI, brand, with, without (each with its interval) and what turns round,
    for all brands and each; the claim.
    """

    table: pd.DataFrame
    claims: list[Claim]


def measure(posts: pd.DataFrame, agreed: list[Contract], params: Brief, card: Scorecard) -> Effect:
    """Return what becomes of ``card`` when the inauthentic of ``posts`` are left out;
    empty when there are none.
    """
    number = int(posts["inauthentic"].sum())
    if not number or card.table.empty:
        return Effect(pd.DataFrame(columns=COLUMNS), [_claim(0, number, len(posts))])
    table = side_by_side(card.table, kpis.measure(posts[~posts["inauthentic"]], agreed, params).table)
    return Effect(table, [_claim(int(table["what turns round"].ne("").sum()), number, len(posts))])


def measure_hidden(posts: pd.DataFrame, agreed: list[Contract], params: Brief, card: Scorecard) -> Effect:
    """Return what ``card`` would say with the posts that filters hide; empty when they hide none.

    ``posts`` are all of the window, those that are hidden too (analyse.posts.load with ``hidden``).
    """
    number = int(posts["hidden_by"].ne("").sum())
    if not number or card.table.empty:
        return Effect(pd.DataFrame(columns=COLUMNS), [])
    table = side_by_side(kpis.measure(posts, agreed, params).table, card.table)
    flips = int(table["what turns round"].ne("").sum())
    share = f"{wording.count(number)} of {wording.count(len(posts))} posts are hidden by filters"
    said = (
        f"{share}; with them {wording.count(flips)} figures of the scorecard would say something else: see "
        f"the table."
        if flips
        else f"{share}; with them no KPI would say anything else."
    )
    return Effect(table, [_stated("kpi.hidden", said, flips, len(posts))])


def measure_restated(
    read: pd.DataFrame, posts: pd.DataFrame, agreed: list[Contract], params: Brief, card: Scorecard
) -> Effect:
    """Return what ``card`` would say as the model read the posts,
    where people labelled some; empty where nobody did.

    ``posts`` are those of ``read`` as people corrected them (judged.correct).
    """
    told = opinions.labelled(posts)
    if not told.any() or card.table.empty:
        return Effect(pd.DataFrame(columns=COLUMNS), [])
    table = side_by_side(kpis.measure(read, agreed, params).table, card.table)
    flips = int(table["what turns round"].ne("").sum())
    other = int(posts.loc[told, "sentiment"].ne(read.loc[told, "sentiment"]).sum())
    end = (
        f"restated, {wording.count(flips)} figures of the scorecard say something else: see the table."
        if flips
        else "restated, no KPI says anything else."
    )
    said = (
        f"In {wording.count(told.sum())} of {wording.count(len(posts))} posts a person's label counts, in "
        f"{wording.count(other)} another than the model's; {end}"
    )
    return Effect(
        table.rename(columns={"with": "as the model read", "without": "restated"}),
        [_stated("kpi.restated", said, flips, int(told.sum()), 0.3, (*INPUTS, "labels.csv"))],
    )


def side_by_side(with_: pd.DataFrame, without: pd.DataFrame) -> pd.DataFrame:
    """Return the KPIs of two scorecards side by side, for all brands and each."""
    both = (
        with_[with_["level"] <= 1].merge(without, "left", CELL, suffixes=("", "_without")).to_dict("records")
    )
    rows = [
        (row["name"], row["brand"] or "all", _told(row, ""), _told(row, "_without"), _changed_verdicts(row))
        for row in both
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _told(row: dict, side: str) -> str:
    value, low, high = (row[f"{name}{side}"] for name in ("value", "low", "high"))
    if pd.isna(value):
        return "too few posts"
    return f"{written(value, row['unit'])} ({written(low, row['unit'])} to {written(high, row['unit'])})"


def _changed_verdicts(row: dict) -> str:
    if pd.isna(row["value_without"]):
        return "it can no longer be told"
    turns = [
        f"{what}: {row[name]} becomes {row[f'{name}_without']}"
        for name, what in TURNS.items()
        if row[name] != row[f"{name}_without"]
    ]
    return "; ".join(turns)


def _claim(flips: int, number: int, n: int) -> Claim:
    share = f"{wording.count(number)} of {wording.count(n)} posts look inauthentic"
    if not number:
        said = "No post looks inauthentic, so no KPI rests on such posts."
    elif not flips:
        said = f"{share}; without them every KPI meets or misses its target as before, and no verdict flips."
    else:
        said = (
            f"{share}; without them {wording.count(flips)} figures of the scorecard say something else: "
            f"see the table."
        )
    return _stated("kpi.authentic", said, flips, n)


def _stated(
    name: str, said: str, flips: int, n: int, calm: float = 0.15, inputs: tuple[str, ...] = INPUTS
) -> Claim:
    """Return a claim of how many figures turn round, which weighs ``calm`` where none does."""
    return Claim(
        name,
        said,
        flips,
        "figures",
        n=n,
        method=METHOD,
        inputs=inputs,
        kind="quality",
        weight=0.6 if flips else calm,
    )

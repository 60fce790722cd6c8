"""The KPI scorecard: the tidy table, what a reader sees of it, and the claims it makes."""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.collect.engagement import MOST_IMPUTED
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief

INPUTS = ("posts", "duplicates", "sentiment")
METHOD = "agreed formula, jackknife over authors, against earlier periods"
MEETS = {"": "\u2013", "open": "not settled"}
VERDICTS = {"real": "clear change", "noise": "within noise"}


@dataclass(frozen=True)
class Scorecard:
    """What 05_kpis found: the tidy KPI table, its history by period,
    what was refused, the sums check, the claims.
    """

    table: pd.DataFrame
    history: pd.DataFrame
    refused: pd.DataFrame
    vanity: list[str]
    sums: pd.DataFrame
    claims: list[Claim]

    def shown(self, kpi: str) -> pd.DataFrame:
        """Return one KPI as a reader wants it, for all brands together and for each."""
        rows = self.table[(self.table["kpi"] == kpi) & (self.table["level"] <= 1)].to_dict("records")
        names = ("value", "low", "high", "baseline", "detectable")
        figures = [{name: written(row[name], row["unit"]) for name in names} for row in rows]
        return pd.DataFrame(
            {
                "brand": [row["brand"] or "all" for row in rows],
                "value": [figure["value"] for figure in figures],
                "95% interval": [f"{figure['low']} to {figure['high']}" for figure in figures],
                "posts": [int(row["n"]) for row in rows],
                **_unknown(rows),
                "target": [MEETS.get(row["meets"], row["meets"]) for row in rows],
                "usual": [figure["baseline"] for figure in figures],
                "change visible from": [figure["detectable"].lstrip("+") for figure in figures],
                "verdict": [VERDICTS.get(row["verdict"], row["verdict"]) for row in rows],
            }
        )

    def caption(self, kpi: str) -> str:
        """Return the caption of one KPI: its name, its period and its target."""
        row = self.table[self.table["kpi"] == kpi].iloc[0]
        aim = f", target {row['target']}" if row["target"] else ""
        return f"{row['name']}, {wording.span(row['first_day'], row['last_day'])}{aim}"

    @property
    def agreed(self) -> pd.DataFrame:
        """Who answers for each KPI and which decision it serves."""
        columns = {"name": "KPI", "owner": "owner", "decision": "decision it serves"}
        return self.table.drop_duplicates("kpi").rename(columns=columns)[list(columns.values())]

    @property
    def facts(self) -> dict:
        """How many were published and refused, and which serve no decision."""
        return {
            "KPIs published": len(self.ids),
            "KPIs and cells refused": len(self.refused),
            "KPIs that serve no decision": wording.listed(self.vanity) or "none",
            "KPIs that rest on imputed counts, share of posts": wording.listed(self._imputed) or "none",
        }

    @property
    def _imputed(self) -> list[str]:
        whole = self.table[(self.table["level"] == 0) & (self.table["imputed"] > 0)]
        return [
            f"{name} ({wording.percent(share)})"
            for name, share in zip(whole["name"], whole["imputed"], strict=True)
        ]

    def past(self, kpi: str) -> pd.DataFrame:
        """Return the history of one KPI by brand and period; a net share in points of a hundred."""
        past = self.history[(self.history["kpi"] == kpi) & (self.history["level"] == 1)]
        scale = 100 if self.unit(kpi) == "points" else 1
        return past[["brand", "last_day"]].assign(
            level=scale * past["value"], low=scale * past["low"], high=scale * past["high"], posts=past["n"]
        )

    def unit(self, kpi: str) -> str:
        """Return the unit in which charts show a KPI."""
        agreed = self.table.loc[self.table["kpi"] == kpi, "unit"].iloc[0]
        return {"net share": "points", "share": "share", "posts": "count"}.get(agreed, "number")

    def title(self, kpi: str) -> str:
        """Return the name of one KPI."""
        return self.table.loc[self.table["kpi"] == kpi, "name"].iloc[0]

    @property
    def ids(self) -> list[str]:
        """The published KPIs, in the order of their file."""
        return list(dict.fromkeys(self.table["kpi"]))


def _unknown(rows: list[dict]) -> dict:
    """Return the shares of posts whose counts are imputed or left out,
    as columns, where there are such posts.
    """
    titles = {"imputed": "counts imputed", "left_out": "left out: counts never told"}
    return {
        title: [wording.percent(row[name]) for row in rows]
        for name, title in titles.items()
        if any(row[name] for row in rows)
    }


def claims(table: pd.DataFrame, params: Brief) -> list[Claim]:
    """Return one claim per KPI of our brand, or of each brand where none is ours."""
    if table.empty:
        return []
    spoken = (
        table[(table["brand"] == params.brand) & (table["segment"] == "")]
        if params.brand
        else table[table["level"] == 0]
    )
    stated = []
    for row in spoken.to_dict("records"):
        about = {"brand": row["brand"], "meets": row["meets"], "kpi": row["kpi"], "headline": _headline(row)}
        stated.append(
            Claim(
                f"kpi.{row['kpi']}.{wording.slug(row['brand'] or 'all')}",
                _sentence(row),
                row["value"],
                row["unit"],
                row["low"],
                row["high"],
                row["n"],
                METHOD,
                INPUTS,
                "kpi",
                0.8 if row["meets"] == "missed" else 0.5 if row["verdict"] == "real" else 0.3,
                row["verdict"] if row["verdict"] in ("real", "noise") else "",
                about,
            )
        )
    return stated


def written(value: float, unit: str) -> str:
    """Return a KPI's value in its unit: 61%, −57, 1,204, 0.42."""
    if pd.isna(value):
        return "\u2013"
    writer = {"share": wording.percent, "net share": wording.points, "posts": wording.count}.get(unit)
    return writer(value) if writer else f"{value:.2f}".replace("-", wording.MINUS)


def _sentence(row: dict) -> str:
    value, low, high = (written(row[name], row["unit"]) for name in ("value", "low", "high"))
    about = f" for {row['brand']}" if row["brand"] else ""
    when = ("on " if row["first_day"] == row["last_day"] else "in ") + wording.span(
        row["first_day"], row["last_day"]
    )
    usual = written(row["baseline"], row["unit"])
    aim = {
        "met": f" The target of {row['target']} is met.",
        "missed": f" The target of {row['target']} is missed.",
        "open": f" These posts cannot tell whether the target of {row['target']} is met.",
    }.get(row["meets"], "")
    past = {
        "real": f", against {usual} before",
        "noise": f", within the swings of its earlier periods (usually {usual})",
    }.get(row["verdict"], "")
    return (
        f"{row['name']}{about} was {value} ({low.removesuffix('%')} to {high}) "
        f"{when}{past}.{aim}{_rests(row)}"
    )


def _rests(row: dict) -> str:
    """Return on how many posts with unknown counts a KPI rests, as sentences; empty where all are known."""
    said = (
        f" A count of {wording.percent(row['imputed'])} of the posts is imputed from posts like them."
        if row["imputed"]
        else ""
    )
    if row["imputed"] > MOST_IMPUTED:
        said += " Most of it is imputed: do not build on it."
    if row["left_out"]:
        said += (
            f" {wording.percent(row['left_out'])} of the posts are left out, since nobody tells their counts."
        )
    return said


def _headline(row: dict) -> str:
    about = f"{row['brand']}: " if row["brand"] else ""
    state = {"missed": "misses its target", "met": "meets its target"}.get(row["meets"], "is reported")
    return f"{about}{row['name'].lower()} {state} at {written(row['value'], row['unit'])}"

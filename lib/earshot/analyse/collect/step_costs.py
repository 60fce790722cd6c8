"""What each enrichment step costs on this machine,
and which would run in line with arriving posts at their busiest.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.core import wording
from earshot.core.workspace import Workspace
from earshot.enrich.streaming import capacity, step_costs

BUDGET = 60.0  # seconds within which a post is to be enriched
STORED = "storing"


@dataclass(frozen=True)
class StepCosts:
    """One row per step with its speed and where it runs, and what that means in a sentence."""

    table: pd.DataFrame
    said: str

    @property
    def formats(self) -> dict[str, str]:
        """The units of the columns of ``table``."""
        return {"posts a second": "count", "share of the time": "share", "seconds a batch": ",.1f"}


def measure(posts: pd.DataFrame, workspace: Workspace) -> StepCosts:
    """Return the plan for the busiest hour of ``posts`` and an answer within a minute.

    The table is empty, and the sentence says what to do, where the steps were never measured.
    """
    known = step_costs.known(workspace)
    if known is None or posts.empty:
        return StepCosts(
            pd.DataFrame(),
            "What the steps cost was not measured here yet; earshot plan "
            f"{workspace.name} --peak 10 --budget {BUDGET:.0f} --measure does.",
        )
    peak = float(posts["created_at"].dt.floor("h").value_counts().max()) / 3600
    made = capacity.plan(known, capacity.Demand(peak, BUDGET))
    times = pd.Series([1 / one.cost.rate for one in made.steps])
    table = pd.DataFrame(
        {
            "step": [STORED if one.cost.step == capacity.STORE else one.cost.step for one in made.steps],
            "posts a second": [one.cost.rate for one in made.steps],
            "share of the time": times / times.sum(),
            "seconds a batch": [one.seconds for one in made.steps],
            "runs": ["in line" if one.in_line else "after" for one in made.steps],
            "why": [one.why for one in made.steps],
        }
    )
    return StepCosts(table, _said(table, known.posts, peak, 1 / times.sum()))


def _said(table: pd.DataFrame, measured: int, peak: float, rate: float) -> str:
    after = table.loc[table["runs"] == "after", "step"].tolist()
    dearest = table.sort_values("share of the time").iloc[-1]
    where = f"{wording.listed(after)} would run after the others" if after else "all of it would run in line"
    return (
        f"One core stores and enriches some {wording.count(rate)} posts a second, measured on "
        f"{wording.count(measured)} posts; {dearest['step']} takes "
        f"{wording.percent(dearest['share of the time'])} of that time. At the rate of the busiest hour, "
        f"{wording.count(peak * 3600)} posts, and with a minute from arrival to answer, {where}."
    )

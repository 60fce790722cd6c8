"""Who gets attention: the share of each group's posts that the model flags,
reads as negative, or puts first in line.

A model can be as right for one group as for another and still send more, or less, of what a group writes to
those who act. Groups differ in what they write about, so an unequal share is a question to ask, not yet an
error.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.analyse.health import bias
from earshot.analyse.sentiment import decision_costs, prevalence
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.statistics import estimate

FIRST = 0.1  # the share of all posts that stands first in line, the likeliest negative ones
MEASURES = ("flagged", "read as negative", "first in line")
METHOD = (
    "share of posts, repeats left out, Wilson interval clustered by author; the least of all groups looked at"
)


@dataclass(frozen=True)
class Allocation:
    """By group and measure: value, low, high, n, and ``whole``, the share among all posts of the facet."""

    table: pd.DataFrame
    threshold: float
    counted: int

    @property
    def claims(self) -> list[Claim]:
        """The group of which the least stands first in line, where there are several to compare."""
        rows = self.table[
            (self.table["measure"] == "first in line") & self.table["value"].lt(self.table["whole"])
        ]
        if rows.empty:
            return []
        row = rows.sort_values(["value", "group"]).iloc[0]
        said = (
            f"Of {row['by']} {wording.spoken(row['group'])}, {wording.percent(row['value'])} of posts "
            f"({wording.between(row['low'], row['high'])}) are in the tenth of all that are likeliest "
            f"negative and so first in line, the least of {len(self.table) // len(MEASURES)} groups."
        )
        return [
            Claim.quality(
                "health.allocation",
                said,
                row["value"],
                "share",
                row["n"],
                METHOD,
                0.2,
                ("posts", "language", "sentiment"),
                low=row["low"],
                high=row["high"],
            )
        ]

    @property
    def shown(self) -> pd.DataFrame:
        """The shares as a reader wants them: a row for each group,
        a column for each measure with its interval.
        """
        told = [
            f"{wording.percent(row['value'])} ({wording.between(row['low'], row['high'])})"
            for row in self.table.to_dict("records")
        ]
        wide = self.table.assign(told=told, group=self.table["group"].map(wording.spoken)).pivot(
            index=["by", "group", "n"], columns="measure", values="told"
        )
        wide = wide.reindex(columns=list(MEASURES)).rename_axis(columns=None)
        return wide.reset_index().rename(columns={"n": "posts"})

    @property
    def caption(self) -> str:
        """What the columns count."""
        return (
            f"Share of each group with its 95% interval: flagged from a probability of "
            f"{wording.percent(self.threshold)}, read as negative, and among the tenth of all "
            f"{wording.count(self.counted)} posts that are likeliest negative"
        )


def measure(posts: pd.DataFrame, params: Brief, costs: decision_costs.Costs) -> Allocation:
    """Return how attention falls on each group of ``posts`` (as analyse.posts gives them) with enough posts.

    Repeats are left out; raises ValueError when no post has a sentiment.
    """
    voiced = prevalence.with_class_shares(posts)
    chance = decision_costs.prior_adjusted_probability(voiced)
    read = pd.DataFrame(
        {
            "author": voiced["author"],
            "flagged": chance >= costs.threshold,
            "read as negative": voiced["sentiment"].eq("negative"),
            "first in line": chance.rank(method="first", ascending=False) <= np.ceil(FIRST * len(chance)),
        }
    )
    rows = [
        _share(read, by, group, name, facet)
        for by, facet in bias.facets(voiced).items()
        for group in sorted(facet.dropna().unique())
        if group != "" and facet.eq(group).sum() >= params.min_posts
        for name in MEASURES
    ]
    columns = ["by", "group", "measure", "value", "low", "high", "n", "whole"]
    return Allocation(pd.DataFrame(rows, columns=columns), costs.threshold, len(voiced))


def _share(read: pd.DataFrame, by: str, group: str, name: str, facet: pd.Series) -> dict:
    inside = read[facet.eq(group).fillna(False)]
    found = estimate.means(inside, name, share=True).iloc[0]
    low = max(0.0, found["low"])  # the last bits may fall below
    return {
        "by": by,
        "group": group,
        "measure": name,
        "value": found["value"],
        "low": low,
        "high": found["high"],
        "n": int(found["n"]),
        "whole": float(read.loc[facet.notna(), name].mean()),
    }

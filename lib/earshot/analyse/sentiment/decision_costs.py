"""Which posts deserve a look: the probability above which acting costs less than not acting.

Acting on a post pays when its probability of being negative exceeds 1 / (1 + missed), where ``missed`` says
how many posts looked at for nothing one missed negative post is worth (Elkan 2001, "The foundations of
cost-sensitive learning"). The model holds all classes for equally likely, so probabilities are first
corrected to the stream's mix.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.analyse.posts import opinions
from earshot.analyse.sentiment import prevalence
from earshot.core.params import ParamError, check_names, read_yaml
from earshot.core.workspace import Workspace

INDUSTRIES = read_yaml(Path(__file__).with_name("industries.yml"))


@dataclass(frozen=True)
class Costs:
    """What missing a negative post costs, in posts looked at for nothing, and where that was agreed."""

    missed: float
    agreed: str

    @property
    def threshold(self) -> float:
        """The probability of being negative from which a post is worth a look."""
        return 1 / (1 + self.missed)


USUAL = Costs(float(INDUSTRIES["general"]["missed"]), f"usual: {INDUSTRIES['general']['why']}")


def read_costs(workspace: Workspace) -> Costs:
    """Return the workspace's costs (costs.yml), else its industry's;
    raises ParamError on what cannot be used.
    """
    own, industry = workspace.settings("costs"), workspace.params.industry
    where = f"params/{workspace.name}/costs.yml"
    check_names(own, ("missed", "why"), where, "entry")
    if not own:
        check_names([industry], INDUSTRIES, f"params/{workspace.name}/brief.yml", "industry")
        return Costs(
            float(INDUSTRIES[industry]["missed"]), f"usual for {industry}: {INDUSTRIES[industry]['why']}"
        )
    missed = own.get("missed")
    if not isinstance(missed, int | float) or isinstance(missed, bool) or missed <= 0:
        raise ParamError(
            f"{where}: missed is {missed!r}; give the number of posts looked at for nothing that one "
            "missed negative post is worth, such as 4."
        )
    return Costs(float(missed), own.get("why", "agreed in costs.yml"))


def prior_adjusted_probability(voiced: pd.DataFrame) -> pd.Series:
    """Return the probability that each post is negative, corrected to the mix of feelings of its brand.

    ``voiced`` are posts as prevalence.with_class_shares gives them; the mix is the one that reports publish.
    """
    found = voiced[[f"p_{name}" for name in opinions.CLASSES]].to_numpy("float64")
    sizes = voiced.groupby("brand")["brand"].transform("size")
    group = voiced["brand"].where(sizes >= prevalence.STREAM, "")
    mix = voiced.groupby(group)[list(opinions.CLASSES)].transform("mean").clip(lower=0.01).to_numpy("float64")
    raised = found * mix
    return pd.Series(raised[:, 0] / raised.sum(axis=1), voiced.index)


def compare_rules(voiced: pd.DataFrame, costs: Costs) -> pd.DataFrame:
    """Return what each rule would flag: all posts,
    those over our threshold, and those more likely negative than not.

    Columns: rule, threshold, flagged, negative (of the flagged, expected) with low and high, missed (share of
    negative posts not flagged), cost (per 1,000 posts, in posts looked at for nothing). The interval is that
    of a sum of independent posts whose probabilities are right.
    """
    chance = prior_adjusted_probability(voiced)
    rules = {"every post": 0.0, "as agreed": costs.threshold, "more likely negative than not": 0.5}
    return pd.DataFrame(
        [
            {"rule": rule, "threshold": least, **_outcome(chance, least, costs)}
            for rule, least in rules.items()
        ]
    )


def _outcome(chance: pd.Series, least: float, costs: Costs) -> dict:
    flagged = chance[chance >= least]
    hits, all_negative, n = float(flagged.sum()), float(chance.sum()), max(1, len(flagged))
    spread = 1.96 * float(np.sqrt((flagged * (1 - flagged)).sum())) / n
    share = hits / n
    cost = (len(flagged) - hits + costs.missed * (all_negative - hits)) * 1_000 / max(1, len(chance))
    return {
        "flagged": len(flagged),
        "negative": share,
        "low": max(0.0, share - spread),
        "high": min(1.0, share + spread),
        "missed": 1 - hits / all_negative if all_negative else 0.0,
        "cost": cost,
    }

"""Whether the models can still be trusted:
how they behave, whether posts drifted away, and whom they serve worse.
"""

from dataclasses import dataclass, replace

import pandas as pd

from earshot.analyse.health import accuracy, allocation, behaviour, bias, drift, drift_claims
from earshot.analyse.posts import human_labels
from earshot.analyse.sentiment import decision_costs, prevalence
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.workspace import Workspace
from earshot.enrich.registry import in_use, shipped


@dataclass(frozen=True)
class Health:
    """What 15_health found: behaviour, drift, accuracy,
    bias and allocation of the champion, and all models.
    """

    behaviour: behaviour.Behaviour
    drift: drift.Drift
    accuracy: accuracy.Accuracy
    bias: bias.Audit
    allocation: allocation.Allocation
    models: pd.DataFrame
    used: pd.DataFrame
    trust: dict

    @property
    def claims(self) -> list[Claim]:
        """All claims."""
        return [
            *self.behaviour.claims,
            *self.drift.claims,
            *self.accuracy.claims,
            *self.bias.claims,
            *self.allocation.claims,
        ]


def examine(posts: pd.DataFrame, workspace: Workspace) -> Health:
    """Return the health of the champion on ``posts`` (as analyse.posts gives them)
    and on the behavioural cases.

    Raises ValueError when no post has a sentiment, ParamError on labels or cases that cannot be used.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> health = examine(posts, workspace)
    >>> health.trust["posts looked at"]
    120
    """
    counted = prevalence.with_class_shares(posts)
    params = workspace.params
    marked = human_labels.score_model(posts, workspace)
    suite = behaviour.examine(behaviour.read_cases(workspace), params.sentiment_model, params.phrases)
    moved = drift.measure(marked, params)
    moved = replace(moved, claims=drift_claims.state(moved))
    audit = bias.measure(marked, params, suite.swayed(params.allowed_gap))
    spread = allocation.measure(posts, params, decision_costs.read_costs(workspace))
    trust = {
        "model": params.sentiment_model,
        "behavioural cases": int(suite.rates["n"].sum()),
        "posts looked at": len(counted),
        "posts labelled by a person": audit.labelled,
        "looks for drift": len(moved.moves),
        "comparisons of groups": len(audit.groups),
        "bias gate": audit.gate,
        "gap allowed between groups": f"{wording.count(params.allowed_gap)} points",
    }
    return Health(
        suite,
        moved,
        accuracy.measure(marked, workspace),
        audit,
        spread,
        shipped.shown(params),
        in_use.shown(workspace),
        trust,
    )

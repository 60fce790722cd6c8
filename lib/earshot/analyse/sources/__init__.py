"""What each source delivers, what it leaves out, and what its terms allow."""

from dataclasses import replace

import pandas as pd

from earshot.analyse.sources import claims, scorecard
from earshot.analyse.sources.scorecard import SourceScorecard
from earshot.core.params import Brief
from earshot.core.store import Store

__all__ = ["SourceScorecard", "measure"]


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> SourceScorecard:
    """Compare the sources of ``posts`` (as analyse.posts gives them).

    Raises ValueError when there is none.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> card = measure(posts, workspace.store, workspace.params)
    >>> card.sources[["source", "posts", "usable"]].values.tolist()
    [['posts', 120, 1.0]]
    """
    card = scorecard.measure(posts, store, params)
    return replace(card, claims=claims.state(posts, card, params.workspace))

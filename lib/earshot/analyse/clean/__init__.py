"""What is noise or repeated, what filters hide, and what each of them does to the figures."""

from dataclasses import replace

import pandas as pd

from earshot.analyse.clean import claims, figures
from earshot.analyse.clean.figures import Hygiene
from earshot.core.params import Brief
from earshot.core.store import Store

__all__ = ["Hygiene", "measure"]


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Hygiene:
    """Return how clean ``posts`` (as analyse.posts gives them) are.

    Raises ValueError when none was enriched.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> hygiene = measure(posts, workspace.store, workspace.params)
    >>> hygiene.by_brand[["brand", "value", "n"]].values.tolist()
    [['Acme', 0.0, 60], ['Bolt', 0.0, 60], ['All brands', 0.0, 120]]
    """
    hygiene = figures.measure(posts, store, params)
    return replace(hygiene, claims=claims.state(posts, hygiene))

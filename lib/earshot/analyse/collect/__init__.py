"""Did the data arrive, and is it whole: arrival, gaps, events, campaigns, engagement, places, costs."""

from dataclasses import replace

import pandas as pd

from earshot.analyse.collect import arrival, claims
from earshot.analyse.collect.arrival import Arrival
from earshot.core.params import Brief
from earshot.core.store import Store

__all__ = ["Arrival", "measure"]


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Arrival:
    """Return how whole ``posts`` (as analyse.posts gives them) are; raises ValueError when there is none.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> measure(posts, workspace.store, workspace.params).claims[0].sentence
    '120 posts by 120 authors about 2 brands arrived from 1 source, written on 2–30 Mar 2026.'
    """
    found = arrival.measure(posts, store, params)
    return replace(found, claims=claims.state(posts, found, params))

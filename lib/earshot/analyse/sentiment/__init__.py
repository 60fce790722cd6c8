"""How people feel: levels, changes, surges, quotes, decision costs, and the claims made of them."""

from dataclasses import replace

import pandas as pd

from earshot.analyse.sentiment import claims, figures
from earshot.analyse.sentiment.decision_costs import USUAL, Costs
from earshot.analyse.sentiment.figures import Feeling
from earshot.core.params import Brief

__all__ = ["Feeling", "measure"]


def measure(posts: pd.DataFrame, params: Brief, costs: Costs = USUAL) -> Feeling:
    """Return the sentiment of ``posts`` (as analyse.posts gives them) by brand, channel, language and day.

    Repeats are left out, since a copied text is one opinion; raises ValueError when no post has a sentiment.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> feeling = measure(posts, workspace.params)
    >>> feeling.brands[["brand", "n", "rank"]].values.tolist()
    [['Acme', 60, 1], ['Bolt', 60, 2]]
    >>> feeling.claims[0].sentence
    '51% of 120 posts were negative (40 to 62%), 15% neutral and 33% positive.'
    """
    feeling = figures.measure(posts, params, costs)
    return replace(feeling, claims=[*claims.state(feeling, params), *claims.left_out(posts)])

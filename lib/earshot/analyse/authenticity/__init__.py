"""Which posts are made to look like opinion: coordinated groups, bots, and what they do to the figures."""

from dataclasses import replace

import pandas as pd

from earshot.analyse.authenticity import claims, figures
from earshot.analyse.authenticity.figures import Authenticity
from earshot.core.params import Brief
from earshot.core.store import Store

__all__ = ["Authenticity", "measure"]


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Authenticity:
    """Return what inauthentic posts do to the figures of ``posts`` (from analyse.posts.load).

    Where the brief leaves them out (``authentic_only``) they are read again, so that the page shows what that
    does. Raises ValueError when no post was judged yet.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> judged = posts.assign(authenticity=0.9, inauthentic=False)
    >>> measure(judged, workspace.store, workspace.params).posts
    120
    """
    found = figures.measure(posts, store, params)
    return replace(found, claims=claims.state(found, params))

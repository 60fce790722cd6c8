"""What people talk about, what is new, how topics compare with a taxonomy, and how well they hold."""

from dataclasses import replace

import pandas as pd

from earshot.analyse.posts import topic_names
from earshot.analyse.topics import claims, coherence, figures
from earshot.analyse.topics.tables import Topics
from earshot.core.params import Brief

__all__ = ["Topics", "find", "survey"]


def survey(store, posts: pd.DataFrame, params: Brief) -> Topics:
    """Return ``find`` on the topics in ``store``, with their stability measured on its embeddings.

    Raises ParamError when topic_names.yml names a topic that never was, ValueError when no post has a topic.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> workspace = example_workspace()
    >>> survey(workspace.store, example_posts().assign(topic=None), workspace.params)
    Traceback (most recent call last):
    ValueError: No post in this window has a topic yet; run 'earshot report', which enriches new posts.
    """
    topic_names.check(topic_names.read(params), store, params)
    return find(posts, store.read("topic_names"), params, coherence.stability(store, posts, params))


def find(posts: pd.DataFrame, names: pd.DataFrame, params: Brief, stability: float = float("nan")) -> Topics:
    """Return the topics of ``posts`` (as analyse.posts gives them); ``names`` is the table topic_names.

    Repeats are left out: a copied text is one opinion. ``stability`` is what coherence.stability gave, if it
    was asked. Raises ValueError when no post has a topic.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> import pandas as pd
    >>> terms = ['["signal", "masts"]', '["billing", "fee"]']
    >>> names = pd.DataFrame({"topic": [0, 1], "name": ["signal", "billing"], "terms": terms, "model": "m"})
    >>> topics = find(posts.assign(topic_similarity=0.8), names, workspace.params)
    >>> topics.sizes[["topic name", "posts"]].values.tolist()
    [['signal', 60], ['billing', 60]]
    """
    topics = figures.find(posts, names, params, stability)
    return replace(topics, claims=claims.state(topics, params))

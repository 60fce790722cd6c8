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

    Raises ParamError when topic_names.yml names a topic that never was.
    """
    topic_names.check(topic_names.read(params), store, params)
    return find(posts, store.read("topic_names"), params, coherence.stability(store, posts, params))


def find(posts: pd.DataFrame, names: pd.DataFrame, params: Brief, stability: float = float("nan")) -> Topics:
    """Return the topics of ``posts`` (as analyse.posts gives them); ``names`` is the table topic_names.

    Repeats are left out: a copied text is one opinion. ``stability`` is what coherence.stability gave, if it
    was asked. Raises ValueError when no post has a topic.
    """
    topics = figures.find(posts, names, params, stability)
    return replace(topics, claims=claims.state(topics, params))

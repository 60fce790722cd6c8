"""Which posts count as an opinion: those that were read, in a tested language, a copied text once."""

import pandas as pd

CLASSES = ("negative", "neutral", "positive")
PERSON = "person"  # the tier of a post whose sentiment a person labelled (judged.correct)


def distinct(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that were read, in whatever language, a copied text once."""
    return posts[(posts["sentiment"].notna() | untested(posts)) & ~posts["is_repeat"]]


def untested(posts: pd.DataFrame) -> pd.Series:
    """Say which posts have no sentiment because the model was not tested in their language."""
    return posts["untested"] if "untested" in posts else pd.Series(False, posts.index)


def labelled(posts: pd.DataFrame) -> pd.Series:
    """Say of which posts the sentiment is a person's."""
    return posts["tier"].eq(PERSON) if "tier" in posts else pd.Series(False, posts.index)


def counted(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count as an opinion: those with a sentiment, a copied text once."""
    return posts[posts["sentiment"].notna() & ~posts["is_repeat"]]

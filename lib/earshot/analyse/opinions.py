"""Which posts count as an opinion, and what each adds to the share of every feeling."""

import pandas as pd

from earshot.analyse import prevalence

CLASSES = ("negative", "neutral", "positive")
STREAM = 200  # posts below which a brand's own mix cannot be told from chance


def voiced(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count as an opinion, with what each adds to the share of each class and to net.

    Repeats are left out, since a copied text is one opinion; raises ValueError when no post has a sentiment.
    """
    counted = posts[posts["sentiment"].notna() & ~posts["is_repeat"]]
    if counted.empty:
        raise ValueError("No post in this window has a sentiment yet; run 'earshot report', which enriches new posts.")
    added = pd.DataFrame(0.0, index=counted.index, columns=list(CLASSES))
    for stream in _streams(counted):
        rows = counted.loc[stream, [f"p_{name}" for name in CLASSES]].to_numpy("float64")
        added.loc[stream] = prevalence.contribute(rows)
    return counted.assign(**added, net=added["positive"] - added["negative"])


def _streams(counted: pd.DataFrame) -> list[pd.Index]:
    """Return the posts of each brand, since each brand's mix of feelings is its own; small brands share one stream."""
    sizes = counted["brand"].map(counted["brand"].value_counts())
    rest = counted.index[sizes < STREAM]
    streams = [group.index for _, group in counted[sizes >= STREAM].groupby("brand", observed=True)]
    return [*streams, rest] if len(rest) else streams

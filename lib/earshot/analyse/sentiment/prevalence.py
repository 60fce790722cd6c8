"""What each opinion adds to the share of every feeling: prevalence under prior shift (quantification).

The model holds each class for equally likely beforehand. A stream of complaints is not like that, so counting
its labels understates the commonest class. Ways to correct were compared in models/sentiment/earshot-1.md.
What none of them can see: people who write, or label, unlike those the model learned from.
"""

import pandas as pd

from earshot.analyse.posts.opinions import CLASSES, counted, labelled, untested
from earshot.statistics.prior_shift import share_contributions

NONE = "No post in this window has a sentiment yet; run 'earshot report', which enriches new posts."
STRANGE = (
    "All posts of this window are in languages in which the sentiment model was not tested ({}); name them "
    "under sentiment_languages in brief.yml once you tested it there, or choose another sentiment_model."
)
STREAM = 200  # posts below which a brand's own mix cannot be told from chance


def with_class_shares(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count as an opinion, with what each adds to the share of each class and to net.

    Counting labels understates the commonest class; the most likely mix overstates it where the model is
    surer than it says. Each figure is halfway between the two, and the columns ``doubt_…`` hold half their
    distance, which intervals of levels must include. Net sentiment by brand was off by 8 points on average on
    the airline labels (counting 13, the mix 6) and by 9 on the demo brand (counting 6, the mix 20); the order
    of the airlines was right. What a person labelled counts as it stands, without doubt. Repeats are left
    out, since a copied text is one opinion; raises ValueError when no post has a sentiment.
    """
    opinions = counted(posts)
    if opinions.empty:
        strange = posts.loc[untested(posts), "lang"].value_counts().index
        raise ValueError(STRANGE.format(", ".join(strange)) if len(strange) else NONE)
    labels = pd.DataFrame({name: opinions["sentiment"].eq(name).astype("float64") for name in CLASSES})
    likely = labels.copy()
    for stream in _streams(opinions[~labelled(opinions)]):
        rows = opinions.loc[stream, [f"p_{name}" for name in CLASSES]].to_numpy("float64")
        likely.loc[stream] = share_contributions(rows)
    middle, doubt = (likely + labels) / 2, (likely - labels) / 2
    return opinions.assign(
        **middle,
        net=middle["positive"] - middle["negative"],
        doubt_net=doubt["positive"] - doubt["negative"],
        **doubt.add_prefix("doubt_"),
    )


def share_columns(posts: pd.DataFrame) -> pd.DataFrame:
    """Return what each post adds to the share of each feeling, with doubt_negative;
    missing where it does not count.
    """
    columns = [*CLASSES, "doubt_negative"]
    if counted(posts).empty:
        return pd.DataFrame(float("nan"), index=posts.index, columns=columns)
    return with_class_shares(posts)[columns].reindex(posts.index)


def _streams(counted: pd.DataFrame) -> list[pd.Index]:
    """Return the posts of each brand, since each brand's mix of feelings is its own;
    small brands share one stream.
    """
    sizes = counted["brand"].map(counted["brand"].value_counts())
    rest = counted.index[sizes < STREAM]
    streams = [group.index for _, group in counted[sizes >= STREAM].groupby("brand", observed=True)]
    return [*streams, rest] if len(rest) else streams

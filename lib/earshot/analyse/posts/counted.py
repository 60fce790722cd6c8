"""Which posts count as an opinion, and what each adds to the share of every feeling.

The model holds each class for equally likely beforehand. A stream of complaints is not like that, so counting
its labels understates the commonest class. Ways to correct were compared in models/sentiment/earshot-1.md.
What none of them can see: people who write, or label, unlike those the model learned from.
"""

import numpy as np
import pandas as pd

CLASSES = ("negative", "neutral", "positive")
EQUAL = (1 / 3, 1 / 3, 1 / 3)
ROUNDS, CLOSE = 1_000, 1e-7
RIDGE = 1e-9  # keeps the information invertible when a class does not occur at all
NONE = "No post in this window has a sentiment yet; run 'earshot report', which enriches new posts."
STRANGE = (
    "All posts of this window are in languages in which the sentiment model was not tested ({}); name them "
    "under sentiment_languages in brief.yml once you tested it there, or choose another sentiment_model."
)
PERSON = "person"  # the tier of a post whose sentiment a person labelled (judged.correct)
STREAM = 200  # posts below which a brand's own mix cannot be told from chance


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


def voiced(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count as an opinion, with what each adds to the share of each class and to net.

    Counting labels understates the commonest class; the most likely mix overstates it where the model is
    surer than it says. Each figure is halfway between the two, and the columns ``doubt_…`` hold half their
    distance, which intervals of levels must include. Net sentiment by brand was off by 8 points on average on
    the airline labels (counting 13, the mix 6) and by 9 on the demo brand (counting 6, the mix 20); the order
    of the airlines was right. What a person labelled counts as it stands, without doubt. Repeats are left
    out, since a copied text is one opinion; raises ValueError when no post has a sentiment.
    """
    heard = counted(posts)
    if heard.empty:
        strange = posts.loc[untested(posts), "lang"].value_counts().index
        raise ValueError(STRANGE.format(", ".join(strange)) if len(strange) else NONE)
    labels = pd.DataFrame({name: heard["sentiment"].eq(name).astype("float64") for name in CLASSES})
    likely = labels.copy()
    for stream in _streams(heard[~labelled(heard)]):
        rows = heard.loc[stream, [f"p_{name}" for name in CLASSES]].to_numpy("float64")
        likely.loc[stream] = contribute(rows)
    middle, doubt = (likely + labels) / 2, (likely - labels) / 2
    return heard.assign(
        **middle,
        net=middle["positive"] - middle["negative"],
        doubt_net=doubt["positive"] - doubt["negative"],
        **doubt.add_prefix("doubt_"),
    )


def added(posts: pd.DataFrame) -> pd.DataFrame:
    """Return what each post adds to the share of each feeling, with doubt_negative; missing where it does not
    count.
    """
    columns = [*CLASSES, "doubt_negative"]
    if counted(posts).empty:
        return pd.DataFrame(float("nan"), index=posts.index, columns=columns)
    return voiced(posts)[columns].reindex(posts.index)


def contribute(probabilities: np.ndarray, prior=EQUAL) -> np.ndarray:
    """Return what each post adds to the shares (n, classes): the mean over all posts is ``maximise``'s.

    Each row is the post's score under the mixture, multiplied by the inverse of the scores' information, so
    that the mean over any part of the posts, a day or a channel, is an unbiased estimate of that part's own
    shares, and the spread of the rows carries the uncertainty that the model's doubt adds. Single rows may
    leave 0 to 1.
    """
    relative = probabilities / np.asarray(prior)
    share = maximise(probabilities, prior)
    scores = relative / (relative @ share)[:, None]
    information = scores.T @ scores / len(scores) + RIDGE * np.eye(scores.shape[1])
    return np.linalg.solve(information, scores.T).T


def maximise(probabilities: np.ndarray, prior=EQUAL) -> np.ndarray:
    """Return the shares (classes,) that make the posts most likely, by expectation maximisation.

    Saerens, Latinne & Decaestecker (2002), "Adjusting the outputs of a classifier to new a priori
    probabilities", Neural Computation 14. ``probabilities`` (n, classes) were made for ``prior``.
    """
    relative = probabilities / np.asarray(prior)
    share = probabilities.mean(axis=0)
    for _ in range(ROUNDS):
        each = relative * share
        each /= each.sum(axis=1, keepdims=True)
        before, share = share, each.mean(axis=0)
        if np.abs(share - before).max() < CLOSE:
            break
    return share


def _streams(counted: pd.DataFrame) -> list[pd.Index]:
    """Return the posts of each brand, since each brand's mix of feelings is its own; small brands share one
    stream.
    """
    sizes = counted["brand"].map(counted["brand"].value_counts())
    rest = counted.index[sizes < STREAM]
    streams = [group.index for _, group in counted[sizes >= STREAM].groupby("brand", observed=True)]
    return [*streams, rest] if len(rest) else streams

"""Sheets of posts for a person to label:
what a model leaves open, a random sample, and what no category holds.

A sheet has the columns of labels.csv: post_id, text (masked, as it is stored) and label, which is empty.
``drawn`` says why a post is on it, ``weight`` how many posts one that was drawn at random stands for, so that
shares among the labels are shares among all those posts. What the model says is not on it: who reads that
first is led by it.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from earshot.analyse.posts import human_labels, loading, opinions, period
from earshot.analyse.sentiment import prevalence
from earshot.analyse.topics import crosswalk
from earshot.core import wording
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace
from earshot.enrich.classes import step as classes
from earshot.enrich.classes import training
from earshot.govern.pseudonyms.pseudonyms import among
from earshot.statistics import estimate, sampling

# posts per stratum, so that each has a spread; where the sheet is too small for that there are no
# strata
LEAST = 2
COLUMNS = ["post_id", "brand", "day", "text", "label", "drawn", "weight"]


def draw(workspace: Workspace, of: str, count: int = human_labels.COUNT) -> pd.DataFrame:
    """Return ``count`` posts of the window in COLUMNS: "unsure", "sample", "unmapped", or what classes of
    your own, by the name of their classifier, leave open; all there are, where fewer.

    Posts that labels.csv has already are not drawn again. Raises ParamError, in one sentence, when there are
    none.
    """
    own = [name for name in training.champions(workspace) if name not in KINDS]
    kinds = KINDS | {name: partial(_undecided, name=name) for name in own}
    if of not in kinds:
        raise ParamError(f"--of is {of!r}; use {', '.join(kinds)}.{nearest(of, kinds)}")
    if count < 1:
        raise ParamError(f"--count is {count}; a sheet holds one post or more.")
    posts = loading.load(workspace.store, workspace.params)
    drawn = kinds[of](posts, workspace, count)
    return drawn.assign(label="", drawn=of, day=drawn["day"].dt.strftime("%Y-%m-%d"))[
        [*COLUMNS, *(name for name in ("reach",) if name in drawn)]
    ].reset_index(drop=True)


def waiting(posts: pd.DataFrame, workspace: Workspace) -> str:
    """Say how many of ``posts`` (as analyse.posts gives them) wait for a person, and how to get them."""
    counted = opinions.counted(posts)
    left = _open(counted) & human_labels.labels(counted, workspace).isna()
    if not left.any():
        return f"None of {wording.count(len(counted))} posts waits for a person."
    row = estimate.means(counted.assign(_left=left.astype(float)), "_left", share=True).iloc[0]
    return (
        f"{wording.count(left.sum())} of {wording.count(len(counted))} posts "
        f"({wording.percent(row['value'])}; {wording.between(row['low'], row['high'])}) wait for a person, "
        "since more than one class is possible. Those that matter most, by doubt times reach: "
        f"{human_labels.command(workspace.name, human_labels.UNSURE)}"
    )


def _open(posts: pd.DataFrame) -> pd.Series:
    """Say for which posts more than one class is possible."""
    return (
        posts["possible"].fillna("").str.contains(" ")
        if "possible" in posts
        else pd.Series(False, posts.index)
    )


def _free(posts: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    """Return the posts that count as an opinion, still have their text, and that nobody has labelled yet."""
    counted = opinions.counted(posts)
    if counted.empty:
        raise ParamError(prevalence.NONE)
    counted = counted[counted["text"].ne("")]
    return counted[human_labels.labels(counted, workspace).isna()]


def _unsure(posts: pd.DataFrame, workspace: Workspace, count: int) -> pd.DataFrame:
    """Return open posts, first where most people met what is likely wrong;
    those of our and rivals' accounts last.
    """
    left = _free(posts, workspace)
    left = left[_open(left)]
    if left.empty:
        raise ParamError(
            f"No post of {workspace.name} waits for a person: for each, one class is possible or a label "
            "is there already."
        )
    return _pressing(left, 1 - left[[f"p_{name}" for name in opinions.CLASSES]].max(axis=1), workspace, count)


def _undecided(posts: pd.DataFrame, workspace: Workspace, count: int, name: str) -> pd.DataFrame:
    """Return the posts that a classifier of your own leaves open, in the same order."""
    read = workspace.store.read(
        classes.TABLE, columns=["post_id", "classifier", "label", "probability", "open"]
    )
    read = read[read["classifier"].eq(name) & classes.left_open(read)]
    sure = read["probability"].where(read["label"].ne(""), 0.5).groupby(read["post_id"]).max()
    left = opinions.distinct(posts)
    left = left[left["post_id"].isin(sure.index) & left["text"].ne("")]
    if left.empty:
        raise ParamError(f"No post of {workspace.name} waits for a person: {name} leaves none open.")
    return _pressing(left, 1 - left["post_id"].map(sure), workspace, count)


def _pressing(left: pd.DataFrame, doubt: pd.Series, workspace: Workspace, count: int) -> pd.DataFrame:
    """Return the posts of which most people met what is likely wrong.

    What the accounts among ``handles`` say, ours and rivals', is no opinion to read: it comes last. It is not
    left out, since figures count it until a person says otherwise.
    """
    left = left.assign(reach=_reach(left, workspace), weight=np.nan)
    left = left.assign(_own=among(left["author"], workspace.params.handles), _pressing=doubt * left["reach"])
    return left.sort_values(["_own", "_pressing", "post_id"], ascending=[True, False, True]).head(count)


def _reach(posts: pd.DataFrame, workspace: Workspace) -> pd.Series:
    """Return about how many people a post reached:
    its views, known or as posts like it, else followers, else reposts.

    Where nothing is known it counts as one reader: unknown is not nobody.
    """
    likely = workspace.store.read("engagement", columns=["post_id", "views"]).set_index("post_id")["views"]
    known = [posts["views"], posts["post_id"].map(likely), posts["followers"], posts["reposts"] + 1]
    found = pd.concat([one.astype("float64") for one in known], axis=1).bfill(axis=1).iloc[:, 0]
    return found.fillna(1).clip(lower=1).round().astype("int64")


def _sample(posts: pd.DataFrame, workspace: Workspace, count: int) -> pd.DataFrame:
    """Return random posts of the recent period, of each brand and label about as many as its share."""
    counted = opinions.counted(posts)
    left = _free(posts, workspace)
    parts = period.split(counted["day"])
    left = left[parts.recent(left["day"])]
    if left.empty:
        raise ParamError(
            f"Every post of {workspace.name} in {parts.now} is labelled already, or has no text any more."
        )
    stratum = left["brand"] + "\n" + left["sentiment"]
    sizes = stratum.value_counts().sort_index()
    if count < LEAST * len(sizes):
        stratum, sizes = pd.Series("", left.index), pd.Series({"": len(left)})
    shares = allot(sizes, count)
    place = sampling.order(left["post_id"], workspace.params.seed).groupby(stratum).rank(method="first")
    chosen = left[place <= stratum.map(shares)]
    return chosen.assign(weight=(stratum.map(sizes) / stratum.map(shares))[chosen.index].round(6))


def allot(sizes: pd.Series, count: int) -> pd.Series:
    """Return how many of ``count`` each stratum gets:
    by its size, but LEAST or all it has (largest remainders).
    """
    count, shares, small = min(count, int(sizes.sum())), sizes.clip(upper=LEAST), sizes < 0
    while True:
        exact = (count - shares[small].sum()) * sizes[~small] / max(sizes[~small].sum(), 1)
        below = exact < shares[~small]
        if not below.any():
            break
        small = small | below.reindex(small.index, fill_value=False)
    shares[exact.index] = np.floor(exact).astype("int64")
    rest = (exact % 1).sort_values(ascending=False, kind="stable").index[: count - int(shares.sum())]
    shares[rest] += 1
    return shares


def _unmapped(posts: pd.DataFrame, workspace: Workspace, count: int) -> pd.DataFrame:
    """Return random posts of those that are in no category, with a topic or without."""
    left = crosswalk.unmapped(workspace, posts)
    if left.empty:
        raise ParamError(f"Every post of {workspace.name} with a text is in a category of taxonomy.yml.")
    drawn = left.loc[sampling.order(left["post_id"], workspace.params.seed).sort_values().index[:count]]
    return drawn.assign(weight=round(len(left) / len(drawn), 6))


KINDS: dict[str, Callable] = {
    human_labels.UNSURE: _unsure,
    human_labels.SAMPLE: _sample,
    human_labels.UNMAPPED: _unmapped,
}

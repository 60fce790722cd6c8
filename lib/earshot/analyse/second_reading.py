"""A workspace's posts read by another model: what a change of champion, or a rollback, would do to the figures."""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse import estimate, opinions, posts, words
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.enrich import sentiment

EVERYWHERE = "all brands"
READ = ("post_id", "p_negative", "p_neutral", "p_positive", "label", "possible")


@dataclass(frozen=True)
class SecondReading:
    """Both models side by side: ``brands`` with net sentiment under each, ``labels`` from one to the other."""

    brands: pd.DataFrame
    labels: pd.DataFrame
    now: str
    other: str

    @property
    def changed(self) -> int:
        """How many posts get another label."""
        return int(self.brands.set_index("brand").loc[EVERYWHERE, "changed"])


def compare(workspace: Workspace, model: str) -> SecondReading:
    """Return how the posts of the workspace's window read under ``model``, beside the champion; nothing is stored.

    Raises ParamError for a model that does not exist or is the champion already, ValueError when no post has a
    sentiment.
    """
    workspace, params = workspace.readable(), workspace.params
    sentiment.identify(model)
    if model == params.sentiment_model:
        raise ParamError(f"{model} is the champion of {workspace.name} already; name another model to compare with it.")
    was = posts.load(workspace.store, params)
    before = opinions.voiced(was).reset_index(drop=True)  # which says in one sentence that nothing was read yet
    was = opinions.counted(was).reset_index(drop=True)
    after = opinions.voiced(_read(was, workspace, model))
    both = before[["brand", "author", "sentiment", "net", "doubt_net"]].assign(
        sentiment_other=after["sentiment"], net_other=after["net"], doubt_other=after["doubt_net"])
    return SecondReading(_brands(both, params.min_posts), _labels(both), params.sentiment_model, model)


def _read(was: pd.DataFrame, workspace: Workspace, model: str) -> pd.DataFrame:
    """Return the posts as ``model`` reads them, with the vectors that are stored."""
    vectors = workspace.store.sql("SELECT content_hash, vector, model AS embedding_model FROM embeddings")
    wanted = was[["post_id", "content_hash", "clean_text", "lang"]].assign(clean_text=was["clean_text"].fillna(""))
    wanted = wanted.merge(vectors.drop_duplicates("content_hash"), on="content_hash", how="left")
    read = sentiment.add(wanted, model, workspace.params.phrases)[list(READ)].rename(columns={"label": "sentiment"})
    return was.drop(columns=[name for name in read.columns if name != "post_id"]).merge(read, on="post_id")


def _brands(both: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return one row per brand and one for all: net sentiment under both models, and how many labels change."""
    both = both.assign(moved=both["sentiment"].ne(both["sentiment_other"]))
    groups = {brand: group for brand, group in both[both["brand"] != ""].groupby("brand", observed=True)
              if len(group) >= least}
    return pd.DataFrame([_row(brand, group) for brand, group in {**groups, EVERYWHERE: both}.items()])


def _row(brand: str, group: pd.DataFrame) -> dict:
    """Return the row of a brand; the difference is taken post by post, so that it is surer than either level."""
    found = {"now": ("net", "doubt_net"), "other": ("net_other", "doubt_other"), "gap": ("gap", "")}
    group, row = group.assign(gap=group["net_other"] - group["net"]), {"brand": brand, "posts": len(group)}
    for name, (value, doubt) in found.items():
        made = estimate.means(group, value, doubt=doubt).iloc[0]
        row |= {name: made["value"], f"{name}_low": made["low"], f"{name}_high": made["high"]}
    return row | {"changed": int(group["moved"].sum()), "share": float(group["moved"].mean())}


def _labels(both: pd.DataFrame) -> pd.DataFrame:
    """Return how many posts go from each label to each."""
    return pd.crosstab(both["sentiment"], both["sentiment_other"]).reindex(
        index=list(opinions.CLASSES), columns=list(opinions.CLASSES), fill_value=0)


def net(value: float, low: float, high: float) -> str:
    """Return a net sentiment with its interval in words: −57 (−59 to −55)."""
    return f"{words.points(value)} ({words.between(low, high, words.points)})"

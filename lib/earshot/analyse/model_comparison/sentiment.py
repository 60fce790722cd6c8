"""A workspace's posts read by another model:
what a change of champion, or a rollback, would do to the figures.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.posts import loading as posts
from earshot.analyse.posts import opinions
from earshot.analyse.posts.loading import quotable
from earshot.analyse.sentiment import prevalence
from earshot.core import wording
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.enrich.registry import in_use
from earshot.enrich.sentiment import step as sentiment
from earshot.statistics import estimate

EVERYWHERE = "all brands"
READ = ("post_id", "p_negative", "p_neutral", "p_positive", "label", "possible", "tier")
GONE = ["sentiment", *(name for name in READ if name not in ("post_id", "label"))]


@dataclass(frozen=True)
class SecondReading:
    """Both models side by side: ``brands`` with net sentiment under each, ``shares`` of each class by brand,
    ``labels`` from one to the other, and all posts as each reads them (``was`` and ``would``, where repeats
    keep none)."""

    brands: pd.DataFrame
    shares: pd.DataFrame
    labels: pd.DataFrame
    was: pd.DataFrame
    would: pd.DataFrame
    now: str
    other: str

    @property
    def changed(self) -> int:
        """How many posts get another label."""
        return int(self.brands.set_index("brand").loc[EVERYWHERE, "changed"])

    @property
    def brands_shown(self) -> pd.DataFrame:
        """Net sentiment by brand under both models, the paired difference, and how many labels change."""
        table = _shown(self.brands[["brand", "posts"]], self.brands, self.now, self.other, wording.points)
        return table.assign(
            **{
                "other label": [
                    f"{wording.count(row['changed'])} ({wording.percent(row['share'])})"
                    for row in self.brands.to_dict("records")
                ]
            }
        )

    @property
    def charted(self) -> pd.DataFrame:
        """Net sentiment by brand and model in points of a hundred, as a chart wants it."""
        parts = [
            pd.DataFrame(
                {"brand": self.brands["brand"], "model": model}
                | {
                    name: 100 * self.brands[f"{side}{end}"]
                    for name, end in (("net sentiment", ""), ("low", "_low"), ("high", "_high"))
                }
            )
            for side, model in (("now", self.now), ("other", self.other))
        ]
        return pd.concat(parts, ignore_index=True)

    @property
    def shares_shown(self) -> pd.DataFrame:
        """The share of each class by brand under both models, and the paired difference in points."""
        return _shown(
            self.shares[["brand", "class", "posts"]], self.shares, self.now, self.other, wording.percent
        )

    @property
    def labels_shown(self) -> pd.DataFrame:
        """How many posts go from each label (rows) to each other one."""
        return self.labels.rename_axis(columns=None).reset_index(names=f"{self.now} says")

    def moved(self, most: int = 3) -> dict[str, pd.DataFrame]:
        """Return, for the commonest moves from one label to another,
        the posts of which both models are surest.
        """
        sure = [frame[sentiment.COLUMNS].max(axis=1) for frame in (self.was, self.would)]
        both = self.was.assign(other=self.would["sentiment"], sure=pd.concat(sure, axis=1).min(axis=1))
        both = quotable(opinions.counted(both))
        both = both[both["sentiment"].ne(both["other"]) & both["words"].between(4, 50)]
        sizes = both.value_counts(["sentiment", "other"]).head(most)
        return {
            f"{one} under {self.now}, {two} under {self.other}": both[
                both["sentiment"].eq(one) & both["other"].eq(two)
            ]
            .sort_values(["sure", "post_id"], ascending=[False, True])
            .drop_duplicates("author")
            for one, two in sizes.index
        }


def check(workspace: Workspace, model: str = "") -> None:
    """Raise what ``compare`` would raise, in a moment and before any post is read again."""
    choose(workspace, model)
    prevalence.with_class_shares(posts.load(workspace.store, workspace.params))


def choose(workspace: Workspace, model: str = "") -> str:
    """Return the model to compare the champion with: ``model``, else the one before.

    Raises ParamError for none, and for one that the next report would refuse since a phrase fails its tests
    with it.
    """
    champion = workspace.params.sentiment_model
    chosen = model or in_use.before(champion)
    if not chosen:
        raise ParamError(
            f"Before {champion} there is no sentiment model; name one with --model "
            f"({', '.join(sentiment.NAMES)})."
        )
    sentiment.identify(chosen)
    if chosen == champion:
        raise ParamError(
            f"{model} is the champion of {workspace.name} already; name another model to compare with it."
        )
    sentiment.check_phrases(workspace.params, chosen)
    return chosen


def compare(workspace: Workspace, model: str = "") -> SecondReading:
    """Return how the posts of the workspace's window read under ``model``, or the one before the champion.

    Nothing is stored. Raises ParamError for a model that cannot be compared (``choose``), ValueError when no
    post has a sentiment.
    """
    workspace = workspace.readable()
    params, model = workspace.params, choose(workspace, model)
    was = posts.load(workspace.store, params)
    before = prevalence.with_class_shares(was)  # which says in one sentence that nothing was read yet
    would = (
        was.drop(columns=GONE, errors="ignore")
        .join(_read(before, workspace, model))
        .assign(sentiment_model=model)
    )
    after = prevalence.with_class_shares(would)
    felt = [
        "sentiment",
        "net",
        "doubt_net",
        *opinions.CLASSES,
        *(f"doubt_{name}" for name in opinions.CLASSES),
    ]
    both = before[["brand", "author", *felt]].join(after[felt].add_suffix("_other"))
    both["moved"] = both["sentiment"].ne(both["sentiment_other"])
    groups = _groups(both, params.min_posts)
    return SecondReading(
        _brands(groups), _shares(groups), _labels(both), was, would, params.sentiment_model, model
    )


def _read(posts: pd.DataFrame, workspace: Workspace, model: str) -> pd.DataFrame:
    """Return the columns GONE of these posts as ``model`` reads them, with the vectors that are stored."""
    vectors = workspace.store.sql("SELECT content_hash, vector, model AS embedding_model FROM embeddings")
    wanted = posts[["post_id", "content_hash", "clean_text", "lang"]].assign(
        clean_text=posts["clean_text"].fillna("")
    )
    wanted = wanted.merge(vectors.drop_duplicates("content_hash"), on="content_hash", how="left")
    params = workspace.params
    read = sentiment.add(wanted, model, params.phrases, params.sentiment_languages)
    read = read[list(READ)].rename(columns={"label": "sentiment"})
    return read[GONE].set_axis(posts.index)


def _groups(both: pd.DataFrame, least: int) -> dict[str, pd.DataFrame]:
    """Return the posts of each brand with enough of them, and all posts."""
    groups = {
        brand: group
        for brand, group in both[both["brand"] != ""].groupby("brand", observed=True)
        if len(group) >= least
    }
    return {**groups, EVERYWHERE: both}


def _brands(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return net sentiment under both models and how many labels change,
    one row per brand and one for all.
    """
    return pd.DataFrame(
        [
            {
                "brand": brand,
                "posts": len(group),
                **paired(group, "net", doubt="doubt_net"),
                "changed": int(group["moved"].sum()),
                "share": float(group["moved"].mean()),
            }
            for brand, group in groups.items()
        ]
    )


def _shares(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the share of each class under both models, one row per brand and class."""
    return pd.DataFrame(
        [
            {
                "brand": brand,
                "class": name,
                "posts": len(group),
                **paired(group, name, share=True, doubt=f"doubt_{name}"),
            }
            for brand, group in groups.items()
            for name in opinions.CLASSES
        ]
    )


def paired(group: pd.DataFrame, name: str, share: bool = False, doubt: str = "") -> dict:
    """Return now, other and gap of a column and its twin ``_other``, each with low and high.

    The difference is taken post by post, so that it is surer than either level.
    """
    group = group.assign(_gap=group[f"{name}_other"] - group[name])
    found = {
        "now": estimate.means(group, name, share=share, doubt=doubt),
        "other": estimate.means(group, f"{name}_other", share=share, doubt=f"{doubt}_other" if doubt else ""),
        "gap": estimate.means(group, "_gap"),
    }
    return {
        f"{side}{end}": float(made.iloc[0][column])
        for side, made in found.items()
        for end, column in (("", "value"), ("_low", "low"), ("_high", "high"))
    }


def _labels(both: pd.DataFrame) -> pd.DataFrame:
    """Return how many posts go from each label to each."""
    return pd.crosstab(both["sentiment"], both["sentiment_other"]).reindex(
        index=list(opinions.CLASSES), columns=list(opinions.CLASSES), fill_value=0
    )


def _shown(head: pd.DataFrame, table: pd.DataFrame, now: str, other: str, write) -> pd.DataFrame:
    """Return the columns of ``head`` with both figures and their difference in words."""
    rows = table.to_dict("records")
    parts = {
        f"under {now}": ("now", write),
        f"under {other}": ("other", write),
        "difference": ("gap", wording.points),
    }
    return head.assign(
        **{title: [told(row, side, how) for row in rows] for title, (side, how) in parts.items()}
    )


def told(row: dict, side: str, write=wording.points) -> str:
    """Return one figure with its interval in words: −57 (−59 to −55)."""
    return f"{write(row[side])} ({wording.between(row[f'{side}_low'], row[f'{side}_high'], write)})"

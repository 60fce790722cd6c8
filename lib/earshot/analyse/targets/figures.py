"""Towards whom: how posts sound towards each brand,
product and aspect they name, beside how they sound in all.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from earshot.analyse.posts import opinions
from earshot.analyse.posts.loading import quotable
from earshot.analyse.posts.opinions import CLASSES
from earshot.analyse.sentiment import prevalence
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.enrich.targets.model import COLUMNS, ENGLISH, UNSURE
from earshot.statistics import estimate

INPUTS = ("posts", "duplicates", "language", "sentiment", "targets")
METHOD = (
    "halfway between counted labels and the most likely mix (Saerens et al. 2002), repeats left out; the "
    "gap is from the mean gap of all targets, paired by post, clustered by author, corrected for all looks"
)


@dataclass(frozen=True)
class Towards:
    """Net sentiment towards each target, its gap to the posts' own,
    posts that praise one and blame another, claims.
    """

    table: pd.DataFrame
    divided: pd.DataFrame
    trust: dict
    claims: list[Claim]

    @property
    def points(self) -> pd.DataFrame:
        """Net sentiment towards each target in points of a hundred, as charts want it."""
        scaled = self.table[["target", "kind"]].assign(
            **{
                name: 100 * self.table[column]
                for name, column in (("net sentiment", "value"), ("low", "low"), ("high", "high"))
            }
        )
        return scaled.assign(posts=self.table["n"])

    @property
    def gaps_shown(self) -> pd.DataFrame:
        """The targets that posts treat otherwise than their own sentiment says,
        in points, the widest gap first.

        The gap is counted from the mean gap of all targets, which holds what the two models differ by.
        """
        table = self.table.sort_values("gap", key=np.abs, ascending=False)
        spans = zip(table["gap_low"], table["gap_high"], strict=True)
        return pd.DataFrame(
            {
                "towards": table["target"],
                "kind": table["kind"],
                "posts": table["n"],
                "net": table["value"].map(wording.points),
                "the posts' own": table["overall"].map(wording.points),
                "gap beyond other targets'": table["gap"].map(wording.points),
                "95% interval": [wording.between(low, high, wording.points) for low, high in spans],
                "verdict": table["verdict"],
            }
        )

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts."""
        return f"{said}; {wording.count(self.trust['posts that name one'])} posts"


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Towards:
    """Return how ``posts`` (as analyse.posts gives them) sound towards each target
    that the table ``targets`` has.

    Repeats and languages that the model was not tested in are left out; a target in too few posts has no row.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> measure(posts, workspace.store, workspace.params).trust["posts that name one"]
    0
    """
    found = store.read("targets", columns=["post_id", "target", "kind", "label", *COLUMNS])
    counted = opinions.distinct(posts)
    rows = _named(counted, found)
    spoken = rows[rows["lang"].isin(ENGLISH)]
    table = _table(counted, spoken, params) if len(spoken) else _table_of_none()
    divided = _divided(spoken)
    trust = {
        "posts that name one": rows["post_id"].nunique(),
        "share of all posts": wording.percent(rows["post_id"].nunique() / max(1, len(counted))),
        "left out, in a language not tested": int((~rows["lang"].isin(ENGLISH)).sum()),
        "left to a person": f"{wording.percent(spoken['towards'].eq(UNSURE).mean() if len(spoken) else 0.0)} "
        f"of targets",
        "posts that praise one and blame another": divided["post_id"].nunique(),
    }
    return Towards(table, divided, trust, _claims(table))


def _named(counted: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return a row per post and target: the post,
    with what is said towards the target in place of its sentiment.
    """
    said = found.rename(columns={"label": "towards"})
    rows = counted.drop(columns=[*COLUMNS, "sentiment", "kind"]).merge(said, on="post_id")
    labels = np.array(CLASSES)[rows[COLUMNS].to_numpy("float64").argmax(axis=1)] if len(rows) else []
    return rows.assign(sentiment=labels)


def _table(counted: pd.DataFrame, spoken: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return value, low, high and n of the net towards each target,
    overall (the posts' own net), gap and verdict.

    The gap is how much farther than other targets this one lies above what its posts say in all.
    """
    toward = prevalence.with_class_shares(spoken.assign(brand=spoken["target"]))
    own = prevalence.with_class_shares(counted).set_index("post_id")
    for gap, of in (("gap", "net"), ("doubt_gap", "doubt_net")):
        toward[gap] = toward[of] - toward["post_id"].map(own[of])
    toward["own"] = toward["net"] - toward["gap"]
    for gap in (
        "gap",
        "doubt_gap",
    ):  # two models read differently; what they differ by on all targets is no finding
        toward[gap] -= toward[gap].mean()
    keys = ["kind", "target"]
    table = estimate.means(toward, "net", keys, doubt="doubt_net")
    gaps = estimate.means(toward, "gap", keys, doubt="doubt_gap")
    gaps = gaps.rename(columns={"value": "gap", "low": "gap_low", "high": "gap_high", "se": "gap_se"})
    table = table.merge(gaps[[*keys, "gap", "gap_low", "gap_high", "gap_se"]], on=keys)
    whole = estimate.means(toward, "own", keys).rename(columns={"value": "overall"})
    table = table.merge(whole[[*keys, "overall"]], on=keys)
    table = table[table["n"] >= params.min_posts].reset_index(drop=True)
    p = pd.Series(2 * stats.norm.sf((table["gap"] / table["gap_se"]).abs().astype("float64")), table.index)
    clear = (estimate.adjusted(p) < 0.05) & ((table["gap_low"] > 0) | (table["gap_high"] < 0))
    table["verdict"] = clear.map({True: "real", False: "noise"})
    for name in ("value", "low", "high", "overall"):
        table[name] = table[name].clip(-1, 1)
    order = {"brand": 0, "product": 1, "aspect": 2}
    return table.sort_values(
        ["kind", "value"], key=lambda by: by.map(order) if by.name == "kind" else -by, ignore_index=True
    )


def _table_of_none() -> pd.DataFrame:
    return pd.DataFrame(
        columns=[
            "kind",
            "target",
            "value",
            "low",
            "high",
            "se",
            "n",
            "authors",
            "gap",
            "gap_low",
            "gap_high",
            "gap_se",
            "overall",
            "verdict",
        ]
    )


def _divided(spoken: pd.DataFrame) -> pd.DataFrame:
    """Return posts that surely praise one target and blame another of the same kind,
    one per author, surest first.
    """
    sure = spoken[spoken["towards"].isin(("positive", "negative"))]
    sure = sure.assign(sure=sure[COLUMNS].max(axis=1))
    good, bad = (sure[sure["towards"] == side] for side in ("positive", "negative"))
    both = good.merge(
        bad[["post_id", "kind", "target", "sure"]], on=["post_id", "kind"], suffixes=("", "_blamed")
    )
    both = both.assign(least=both[["sure", "sure_blamed"]].min(axis=1))
    both["sentiment"] = "praises " + both["target"] + ", blames " + both["target_blamed"]
    both = both.sort_values(["least", "post_id"], ascending=[False, True]).drop_duplicates("post_id")
    return both.reset_index(drop=True)


def quotes(found: Towards, number: int) -> pd.DataFrame:
    """Return divided posts that may be quoted, one per author, at most ``number``, the surest first.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> quotes(measure(posts, workspace.store, workspace.params), 3).empty
    True
    """
    return (
        quotable(found.divided[found.divided["words"].between(6, 60)]).drop_duplicates("author").head(number)
    )


def _claims(table: pd.DataFrame) -> list[Claim]:
    """State the net towards each target, and whether posts treat it otherwise than they sound in all."""
    claims = []
    for row in table.to_dict("records"):
        real = row["verdict"] == "real"
        apart = wording.points(abs(row["gap"]), sign=False)
        said = (
            f"Towards {row['target']}, {wording.count(row['n'])} posts are {wording.points(row['value'])} "
            f"net ({wording.between(row['low'], row['high'], wording.points)})"
        )
        side = "better" if row["gap"] > 0 else "worse"
        beside = f"; beside other targets that is {apart} points {side} than the same posts sound in all"
        said += f"{beside if real else ''}."
        claims.append(
            Claim.of(
                f"sentiment.towards.{wording.slug(row['target'])}",
                said,
                row,
                "net share",
                method=METHOD,
                inputs=INPUTS,
                weight=0.35 if real and row["kind"] == "brand" else 0.2,
                about={
                    "target": row["target"],
                    "kind": row["kind"],
                    "measure": "net",
                    "gap": round(row["gap"], 4),
                    "gap is": row["verdict"],
                },
            )
        )
    return claims

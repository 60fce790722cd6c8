"""How much of the volume is really about the brands:
the share by brand, corrected by labels where there are some.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.workspace import Workspace
from earshot.enrich.filters import step as set_aside
from earshot.statistics import estimate

LEAST_LABELS = 20
BY_RULES = (
    "share of posts that the rules take as relevant, unsure ones by their probability; clustered by author"
)
BY_LABELS = (
    "prediction-powered: the share said, corrected by the random labels of an analyst (Angelopoulos 2023)"
)


@dataclass(frozen=True)
class Ours:
    """What was found: by brand the share that is about it
    with interval and how it was found; verdicts; claims.
    """

    shares: pd.DataFrame
    verdicts: pd.DataFrame
    claims: list[Claim]
    scope: str

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts."""
        return f"{said}; {self.scope}"


def measure(posts: pd.DataFrame, workspace: Workspace) -> Ours:
    """Return the share of ``posts`` (as analyse.posts gives them) that is about each brand.

    Read them with ``hidden``: those hidden because they are not about it count here, others that are hidden
    do not. Raises ValueError when the relevance step has not seen any of them.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> measure(posts, workspace).shares[["brand", "value", "n"]].values.tolist()
    [['All brands', 1.0, 120], ['Acme', 1.0, 60], ['Bolt', 1.0, 60]]
    """
    if "hidden_by" in posts:
        by_relevance = [one.name for one in set_aside.read(workspace) if "relevance" in one.conditions]
        posts = posts[posts["hidden_by"].isin(["", *by_relevance])]
    judged = workspace.store.read("relevance", columns=["post_id", "p_relevant", "verdict"])
    table = posts[posts["brand"] != ""].merge(judged, on="post_id")
    if table.empty:
        raise ValueError(
            "No post of this window was judged for relevance yet; run 'earshot report', which does."
        )
    table["said"] = np.select(
        [table["verdict"] == "relevant", table["verdict"] == "irrelevant"], [1.0, 0.0], table["p_relevant"]
    )
    labels = _labels(workspace)
    shares = pd.DataFrame(
        [
            _share(group, labels) | {"brand": brand}
            for brand, group in [("All brands", table), *table.groupby("brand")]
        ]
    )
    shares = shares[["brand", "value", "low", "high", "n", "labels", "unsure", "method"]]
    verdicts = (
        pd.crosstab(table["brand"], table["verdict"])
        .reindex(columns=["relevant", "unsure", "irrelevant"], fill_value=0)
        .reset_index()
    )
    return Ours(
        shares, verdicts.rename_axis(columns=None), _claims(shares), f"{wording.count(len(table))} posts"
    )


def _labels(workspace: Workspace) -> pd.DataFrame:
    path = workspace.folder / "relevance.csv"
    if not path.exists():
        return pd.DataFrame({"post_id": [], "truth": []})
    rows = pd.read_csv(path, dtype="str")
    rows = rows[rows["drawn"].eq("random")] if "drawn" in rows else rows
    return rows.assign(truth=rows["label"].eq("relevant").astype(float))[["post_id", "truth"]]


def _share(group: pd.DataFrame, labels: pd.DataFrame) -> dict:
    found = estimate.means(group, "said", share=True).iloc[0]
    known = group.merge(labels, on="post_id")
    row = {"n": len(group), "labels": len(known), "unsure": float((group["verdict"] == "unsure").mean())}
    if len(known) < LEAST_LABELS:
        return row | {"value": found["value"], "low": found["low"], "high": found["high"], "method": "rules"}
    slip = known["truth"] - known["said"]
    # One more error of each kind than was seen: a sample without any does not prove that there is none.
    spread = (slip.pow(2).sum() + 1) / len(known) - (slip.sum() / len(known)) ** 2
    se = np.hypot(found["se"], np.sqrt(spread / len(known)))
    value, half = found["value"] + slip.mean(), stats.norm.ppf(0.975) * se
    ends = np.clip([value, value - half, value + half], 0, 1)
    return row | dict(zip(("value", "low", "high"), ends, strict=True)) | {"method": "labels"}


def _claims(shares: pd.DataFrame) -> list[Claim]:
    total = shares.iloc[0]
    by = (
        f"corrected by {wording.count(total['labels'])} labelled posts"
        if total["method"] == "labels"
        else "by rules that nobody has checked against labels yet"
    )
    said = (
        f"{wording.percent(total['value'])} of the posts collected are really about the brands "
        f"({wording.between(total['low'], total['high'])}), {by}."
    )
    claims = [_claim("clean.relevance", said, total)]
    worst = shares.iloc[1:].sort_values("value").iloc[0] if len(shares) > 2 else None
    if worst is not None and worst["high"] < total["low"]:
        said = (
            f"Least of all those found for {worst['brand']}: {wording.percent(worst['value'])} "
            f"({wording.between(worst['low'], worst['high'])}) are about it."
        )
        claims.append(_claim(f"clean.relevance.{wording.slug(worst['brand'])}", said, worst))
    return claims


def _claim(id_: str, said: str, row: pd.Series) -> Claim:
    about = {} if row["brand"] == "All brands" else {"brand": row["brand"]}
    return Claim.of(
        id_,
        said,
        row,
        method=BY_LABELS if row["method"] == "labels" else BY_RULES,
        inputs=("posts", "relevance"),
        kind="quality",
        weight=0.3,
        about=about,
    )

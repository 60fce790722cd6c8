"""What people want: the share of posts in each class of your own,
how they feel, and which posts may route work.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.analyse.posts import human_labels, opinions
from earshot.analyse.sentiment import prevalence
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.workspace import Workspace
from earshot.enrich.classes import training
from earshot.enrich.classes.intents import SHIPPED
from earshot.enrich.classes.step import left_open, trained_version
from earshot.statistics import estimate

INPUTS = ("posts", "duplicates", "sentiment", "classes")
METHOD = (
    "labels counted, repeats left out, clustered by author, 95% interval; without the classifier's own errors"
)
NONE = (
    "No classes of your own are learned here yet. Label a few hundred posts in a file with text and label, "
    "then run earshot train {} labels.csv; the next report counts them."
)
COLUMNS = ["classifier", "label", "value", "low", "high", "n", "posts", "net", "unsure", "routes", "promise"]


@dataclass(frozen=True)
class Classes:
    """Each class with its share, interval, feeling and routing;
    the promise of each classifier; claims; a remark.
    """

    table: pd.DataFrame
    trust: dict
    claims: list[Claim]
    remark: str
    scope: str

    @property
    def any(self) -> bool:
        """Say whether a classifier has read the posts."""
        return len(self.table) > 0

    @property
    def shown(self) -> pd.DataFrame:
        """The classes as a reader wants them, the most frequent first."""
        table = self.table
        spans = zip(table["low"], table["high"], strict=True)
        return pd.DataFrame(
            {
                "classes": table["classifier"],
                "class": table["label"],
                "share": table["value"].map(wording.percent),
                "95% interval": [wording.between(low, high) for low, high in spans],
                "posts": table["posts"],
                "net sentiment": table["net"].map(lambda net: "–" if pd.isna(net) else wording.points(net)),
                "left to a person": table["unsure"].map(wording.percent),
                "may route": table["routes"],
                "when routed, right": table["promise"],
            }
        )

    @property
    def caption(self) -> str:
        """What the table counts."""
        return f"Classes of your own; {self.scope}"


def measure(posts: pd.DataFrame, workspace: Workspace) -> Classes:
    """Return how many ``posts`` (as analyse.posts gives them) each class
    of classifiers.yml has; repeats left out.

    Classes in fewer posts than ``min_posts`` have no row.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> measure(posts, workspace).any  # nothing was taught here yet
    False
    """
    read = workspace.store.read(
        "classes", columns=["post_id", "classifier", "label", "routes", "open", "step_version"]
    )
    counted = opinions.distinct(posts)
    scope = f"{wording.count(len(counted))} posts"
    rows = read[read["post_id"].isin(counted["post_id"]) & read["classifier"].ne(SHIPPED)]
    if rows.empty:
        return Classes(pd.DataFrame(columns=COLUMNS), {}, [], NONE.format(workspace.name), scope)
    voiced = counted.assign(net=prevalence.with_class_shares(counted)["net"].reindex(counted.index))
    parts, trust = [], {}
    for name, found in rows.groupby("classifier"):
        card = training.read_card(workspace, name, trained_version(found["step_version"].iloc[0]))
        parts.append(_table(voiced, found, card).assign(classifier=name))
        trust[f"{name}: version, texts it learned from"] = (
            f"{card['version']}, {wording.count(card['texts'])}"
        )
        left = found.loc[left_open(found), "post_id"].nunique()
        trust[f"{name}: posts left to a person"] = (
            f"{wording.count(left)}; those that matter most: {human_labels.command(workspace.name, name)}"
            if left
            else "none"
        )
    table = pd.concat(parts, ignore_index=True)[COLUMNS]
    table = table[table["posts"] >= workspace.params.min_posts].reset_index(drop=True)
    return Classes(table, trust, _claims(table), "", scope)


def _table(voiced: pd.DataFrame, found: pd.DataFrame, card: dict) -> pd.DataFrame:
    """Return label, value, low, high, n, posts, net, unsure,
    routes and promise of each label, the largest first.
    """
    rows = []
    for label, rule in card["labels"].items():
        own = found[found["label"] == label]
        inside = voiced["post_id"].isin(own["post_id"])
        share = estimate.means(voiced.assign(_in=inside.astype(float)), "_in", share=True).iloc[0]
        kept = "never" if rule["route"] is None else f"{wording.percent(card['promised'])} or more"
        rows.append(
            {
                "label": label,
                **share[["value", "low", "high", "n"]],
                "posts": int(inside.sum()),
                "net": float(np.clip(voiced.loc[inside, "net"].mean(), -1, 1)),
                "unsure": left_open(own).mean() if len(own) else 0.0,
                "routes": int(own["routes"].sum()),
                "promise": kept,
            }
        )
    return pd.DataFrame(rows).sort_values(["posts", "label"], ascending=[False, True], ignore_index=True)


def _claims(table: pd.DataFrame) -> list[Claim]:
    """State the share of each class, and how many of its posts may route work."""
    claims = []
    for row in table.to_dict("records"):
        routed = f"; {wording.count(row['routes'])} of its posts may route work" if row["routes"] else ""
        said = (
            f"“{row['label']}” is said of {wording.percent(row['value'])} of posts "
            f"({wording.between(row['low'], row['high'])}){routed}."
        )
        name = f"{wording.slug(row['classifier'])}.{wording.slug(row['label'])}"
        claims.append(
            Claim.of(
                f"sentiment.class.{name}",
                said,
                row,
                method=METHOD,
                inputs=INPUTS,
                weight=0.2,
                about={"class": row["label"]},
            )
        )
    return claims

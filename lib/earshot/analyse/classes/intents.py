"""What posts are for: the share of English posts that complain,
ask, praise, buy, cancel or tell of a crisis.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.posts import opinions
from earshot.analyse.sentiment import prevalence
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.workspace import Workspace
from earshot.enrich.classes import intent_settings
from earshot.enrich.classes.intents import LEAST, SHIPPED, Figure, Intent
from earshot.statistics import estimate

INPUTS = ("posts", "duplicates", "sentiment", "classes")
METHOD = (
    "posts in which wordings find it, repeats left out, clustered by author, 95% interval; without the "
    "errors of the wordings, which were measured elsewhere"
)
NONE = (
    "No English post in this window has been read for intents yet; run earshot report {}, which "
    "enriches new posts."
)
COLUMNS = ["intent", "means", "value", "low", "high", "n", "posts", "net", "right", "found"]


@dataclass(frozen=True)
class Intents:
    """Each intent with its share, interval and feeling;
    the same by brand; those held back; facts and claims.
    """

    table: pd.DataFrame
    brands: pd.DataFrame
    trust: dict
    claims: list[Claim]
    scope: str

    @property
    def shown(self) -> pd.DataFrame:
        """The intents as a reader wants them, the most frequent first."""
        table = self.table
        spans = zip(table["low"], table["high"], strict=True)
        return pd.DataFrame(
            {
                "intent": table["intent"],
                "share": table["value"].map(wording.percent),
                "95% interval": [wording.between(low, high) for low, high in spans],
                "posts": table["posts"],
                "net sentiment": table["net"].map(lambda net: "–" if pd.isna(net) else wording.points(net)),
            }
        )

    @property
    def measured(self) -> pd.DataFrame:
        """What each intent means, and how often it was right and found where that was measured."""
        names = {
            "intent": "intent",
            "means": "it means that",
            "right": "right when said",
            "found": "found when there",
        }
        return self.table[list(names)].rename(columns=names)

    @property
    def points(self) -> pd.DataFrame:
        """The share of each intent by brand, as charts want it."""
        return self.brands.rename(columns={"value": "share", "n": "posts"})[
            ["intent", "brand", "share", "low", "high", "posts"]
        ]

    @property
    def caption(self) -> str:
        """What the figures count; a post may be in several rows or in none."""
        return f"Intents; {self.scope}; a post may have several or none"


def measure(posts: pd.DataFrame, workspace: Workspace) -> Intents:
    """Return how many English ``posts`` (as analyse.posts gives them) have each intent; repeats left out.

    Intents that were wrong too often where they were measured, or in fewer posts than ``min_posts``, have no
    row.
    """
    rows = workspace.store.read("classes", columns=["post_id", "classifier", "label", "open"])
    rows = rows[rows["classifier"].eq(SHIPPED)]
    known = intent_settings.of(workspace)
    voiced = prevalence.with_class_shares(posts) if len(opinions.counted(posts)) else posts.head(0)
    heard = voiced[voiced["post_id"].isin(rows.loc[rows["label"].ne("") | rows["open"].eq(0), "post_id"])]
    scope = f"{wording.count(len(heard))} English posts"
    if heard.empty:
        facts = {"intents": NONE.format(workspace.name)}
        return Intents(
            pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=["brand", *COLUMNS]), facts, [], scope
        )
    told = [intent for intent in known if not intent.held_back]
    table, brands = _tables(heard, rows, told, workspace.params.min_posts)
    return Intents(table, brands, _trust(voiced, heard, known), _claims(table), scope)


def _tables(heard: pd.DataFrame, rows: pd.DataFrame, told: list[Intent], least: int) -> tuple:
    """Return the table of all posts, the largest intent first,
    and the same by brand for brands with enough posts.
    """
    whole, parts = [], []
    for intent in told:
        inside = heard["post_id"].isin(rows.loc[rows["label"].eq(intent.name), "post_id"])
        if inside.sum() < least:
            continue
        marked = heard.assign(_in=inside.astype(float))
        share = estimate.means(marked, "_in", share=True).iloc[0]
        # Where the feeling is part of what is looked for, how these posts feel is no finding.
        net = float("nan") if intent.feels else min(1.0, max(-1.0, heard.loc[inside, "net"].mean()))
        whole.append(
            {
                "intent": intent.name,
                "means": intent.means,
                **share[["value", "low", "high", "n"]],
                "posts": int(inside.sum()),
                "net": net,
                "right": _told(intent.precision),
                "found": _told(intent.recall),
            }
        )
        parts.append(estimate.means(marked, "_in", ["brand"], share=True).assign(intent=intent.name))
    table = pd.DataFrame(whole, columns=COLUMNS).sort_values(
        ["posts", "intent"], ascending=[False, True], ignore_index=True
    )
    brands = pd.concat(parts) if parts else pd.DataFrame(columns=["brand", *COLUMNS])
    brands = brands[brands["n"] >= least]
    return table, brands.sort_values(
        "intent", key=lambda name: name.map(list(table["intent"]).index), kind="stable", ignore_index=True
    )


def _told(figure: Figure) -> str:
    """Say a figure that was measured: its mean, how far kinds of posts differ, and on how many posts."""
    if not figure.n:
        return "not measured"
    apart = f", {wording.between(figure.lowest, figure.highest)}" if figure.lowest < figure.highest else ""
    return f"{wording.percent(figure.share)}{apart} (n {wording.count(figure.n)})"


def _trust(voiced: pd.DataFrame, heard: pd.DataFrame, known: list[Intent]) -> dict:
    """Return what was left out of the figures and why."""
    facts = {
        "left out, not in English": f"{wording.count(len(voiced) - len(heard))} of "
        f"{wording.count(len(voiced))} posts"
    }
    for intent in known:
        if intent.held_back:
            facts[f"held back: {intent.name}"] = (
                f"right {_told(intent.precision)} when said, less than {wording.percent(LEAST)}"
            )
    changed = [intent.name for intent in known if intent.measures and not intent.known]
    if changed:
        facts["not measured since its words were changed"] = wording.listed(changed)
    return facts


def _claims(table: pd.DataFrame) -> list[Claim]:
    """State the share of each intent."""
    claims = []
    for row in table.to_dict("records"):
        said = (
            f"“{row['intent']}” is found in {wording.percent(row['value'])} of {wording.count(row['n'])} "
            f"English posts ({wording.between(row['low'], row['high'])})."
        )
        claims.append(
            Claim.of(
                f"sentiment.intent.{wording.slug(row['intent'])}",
                said,
                row,
                method=METHOD,
                inputs=INPUTS,
                weight=0.15,
                about={"intent": row["intent"]},
            )
        )
    return claims

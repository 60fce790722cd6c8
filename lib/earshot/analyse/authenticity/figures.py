"""What inauthentic posts do to the picture:
how many there are and why, every figure with and without, what flips.
"""

import json
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from earshot.analyse.authenticity.effect import effect_of, effect_told, flips_of
from earshot.analyse.posts.loading import load
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.enrich.authenticity import step as authenticity
from earshot.statistics import estimate

GROUPS = ["group", "accounts", "posts", "shared", "brand", "text", "share of their posts"]
GROUPS += ["first", "last", "seconds apart"]
PUSHED = """
    SELECT p.author, p.post_id, p.text, p.brand, p.created_at, d."group" AS copies
    FROM posts p LEFT JOIN duplicates d USING (post_id) WHERE p.author IN (
        SELECT author FROM coordination WHERE "group" IS NOT NULL
        UNION SELECT partner FROM coordination WHERE "group" IS NOT NULL)
"""


@dataclass(frozen=True)
class Authenticity:
    """What was found: shares by brand, reasons, figures with and without,
    what flipped, coordinated groups, claims.
    """

    shares: pd.DataFrame
    reasons: pd.DataFrame
    effect: pd.DataFrame
    flips: pd.DataFrame
    groups: pd.DataFrame
    posts: int
    claims: list[Claim] = field(default_factory=list)

    @property
    def effect_shown(self) -> pd.DataFrame:
        """The effect in words, each figure in its own unit; empty when there is nothing to leave out."""
        return effect_told(self.effect if self.shares["inauthentic"].any() else self.effect.head(0))

    def caption(self, said: str) -> str:
        """Return a caption that ends with the number of posts judged."""
        return f"{said}; {self.posts:,} posts"


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Authenticity:
    """Return what inauthentic posts do to the figures of ``posts`` (from analyse.posts.load).

    Where the brief leaves them out (``authentic_only``) they are read again, so that the page shows what that
    does. Raises ValueError when no post was judged yet.
    """
    if params.authentic_only:
        posts = load(store, params.model_copy(update={"authentic_only": False}))
    judged = posts[posts["authenticity"].notna()]
    if judged.empty:
        raise ValueError(
            "No post in this window was judged yet; run 'earshot report', which enriches new posts."
        )
    out = posts["inauthentic"]
    effect = effect_of(posts, out, params)
    return Authenticity(
        _shares(judged),
        _reasons(judged, store),
        effect,
        flips_of(posts, out, effect, params),
        _groups(judged, store),
        len(judged),
    )


def _shares(judged: pd.DataFrame) -> pd.DataFrame:
    """Return the share of inauthentic posts by brand and of all,
    with interval, n and the number of such posts.
    """
    hits = judged["inauthentic"].astype("float64")
    parts = [
        estimate.means(judged.assign(hit=hits, brand=brand), "hit", ["brand"], share=True)
        for brand in ("All brands", judged["brand"].replace("", "no brand"))
    ]
    table = pd.concat(parts, ignore_index=True)[["brand", "value", "low", "high", "n", "authors"]]
    return table.assign(inauthentic=(table["value"] * table["n"]).round().astype(int))


def _reasons(judged: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Return for each reason its sentence,
    and how many posts and accounts it speaks against, most posts first.
    """
    stored = store.read(authenticity.TABLE, ["post_id", "reasons"])
    table = stored[stored["reasons"] != "[]"].merge(
        judged[["post_id", "author", "inauthentic"]], "inner", "post_id"
    )
    table = table.assign(reason=table["reasons"].map(json.loads)).explode("reason").dropna(subset="reason")
    counts = (
        table.groupby("reason")
        .agg(posts=("post_id", "size"), accounts=("author", "nunique"), inauthentic=("inauthentic", "sum"))
        .reset_index()
    )
    known = counts[counts["reason"].isin(authenticity.REASONS)]
    known = known.assign(
        why=[authenticity.REASONS[code].sentence for code in known["reason"]],
        weight=[authenticity.REASONS[code].weight for code in known["reason"]],
    )
    return known.sort_values(["posts", "reason"], ascending=[False, True], ignore_index=True)


def _groups(judged: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Return the coordinated groups, numbered:
    accounts, posts, the text pushed most, when, and how close in time.
    """
    edges = store.read("coordination")
    edges = edges[edges["group"].notna()]
    posts = store.sql(PUSHED)
    posts = posts[posts["post_id"].isin(judged["post_id"])]
    rows = []
    for name, part in edges.groupby("group"):
        theirs = posts[posts["author"].isin({*part["author"], *part["partner"]})]
        if theirs.empty:
            continue
        common = theirs["copies"].value_counts()
        main = theirs[theirs["copies"] == common.index[0]] if len(common) else theirs
        rows.append(
            {
                "group": name,
                "accounts": theirs["author"].nunique(),
                "posts": len(theirs),
                "shared": ", ".join(sorted(part["network"].str.removeprefix("co_").unique())),
                "brand": theirs["brand"].mode().iloc[0],
                "text": main.sort_values("created_at")["text"].iloc[0],
                "share of their posts": len(main) / len(theirs),
                "first": theirs["created_at"].min(),
                "last": theirs["created_at"].max(),
                "seconds apart": float(np.median(part["seconds"])),
            }
        )
    table = pd.DataFrame(rows, columns=GROUPS).sort_values(["accounts", "group"], ascending=[False, True])
    return table.assign(group=[f"group {place}" for place in range(1, len(table) + 1)]).reset_index(drop=True)

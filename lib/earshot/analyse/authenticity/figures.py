"""What inauthentic posts do to the picture:
how many there are and why, every figure with and without, what flips.
"""

import json
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from earshot.analyse.posts import opinions, period
from earshot.analyse.posts.loading import load
from earshot.analyse.sentiment import prevalence
from earshot.core import wording as words
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.enrich.authenticity import step as authenticity
from earshot.statistics import estimate

TOP = 10
FIGURES = {
    "posts": "posts",
    "share of voice": "share",
    "net sentiment": "net share",
    "negative": "share",
    "recent change of net sentiment": "net share",
}
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


def effect_told(effect: pd.DataFrame) -> pd.DataFrame:
    """Return an effect in words, each figure in its own unit."""
    ends = {"with": ("with", "low", "high"), "without": ("without", "without_low", "without_high")}
    told = [
        {"figure": row["figure"], "brand": row["brand"]}
        | {name: _told(row["figure"], *(row[end] for end in three)) for name, three in ends.items()}
        for row in effect.to_dict("records")
    ]
    return pd.DataFrame(told, columns=["figure", "brand", "with", "without"])


def _told(figure: str, value: float, low: float, high: float) -> str:
    """Return a figure as readers want it: posts as a count, shares in percent, net sentiment in points."""
    say = words.count if figure == "posts" else words.points if "net" in figure else words.percent
    if pd.isna(value):
        return "too few posts"
    return say(value) if pd.isna(low) else f"{say(value)} ({words.between(low, high, say)})"


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


def effect_of(posts: pd.DataFrame, out: pd.Series, params: Brief) -> pd.DataFrame:
    """Return brand, figure, and its value with and without the posts marked ``out``,
    both with interval and n.

    Figures that rest on fewer posts than ``min_posts`` are left out.
    """
    both = [_figures(frame, params) for frame in (posts, posts[~out])]
    table = both[0].merge(both[1], "outer", ["figure", "brand"], suffixes=("", "_without"), sort=False)
    table = table.rename(
        columns={
            "value": "with",
            "value_without": "without",
            "low_without": "without_low",
            "high_without": "without_high",
            "n_without": "without_n",
        }
    )
    kept = table[table["n"] >= params.min_posts]
    order = kept["figure"].map({name: place for place, name in enumerate(FIGURES)})
    return (
        kept.assign(_order=order)
        .sort_values(["_order", "brand"])
        .drop(columns="_order")
        .reset_index(drop=True)
    )


def _figures(posts: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return figure, brand, value, low, high and n of every figure for each brand."""
    named = posts[posts["brand"] != ""]
    sizes = named["brand"].value_counts().rename_axis("brand").reset_index(name="n")
    parts = [sizes.assign(figure="posts", value=sizes["n"].astype(float))]
    for brand in sizes["brand"]:
        voice = estimate.means(named.assign(hit=named["brand"].eq(brand).astype(float)), "hit", share=True)
        parts.append(voice.assign(figure="share of voice", brand=brand, n=(named["brand"] == brand).sum()))
    if len(opinions.counted(named)):
        voiced = prevalence.with_class_shares(named)
        parts.append(
            estimate.means(voiced, "net", ["brand"], doubt="doubt_net").assign(figure="net sentiment")
        )
        parts.append(
            estimate.means(voiced, "negative", ["brand"], share=True, doubt="doubt_negative").assign(
                figure="negative"
            )
        )
        spans = period.split(posts["day"])
        change = estimate.difference(
            voiced, "net", spans.recent(voiced["day"]), spans.before(voiced["day"]), ["brand"]
        )
        change = change.assign(p=estimate.adjusted(change["p"].astype("float64")))
        parts.append(
            change.assign(
                figure="recent change of net sentiment", n=change["n_after"] if len(change) else None
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.reindex(columns=["figure", "brand", "value", "low", "high", "n", "p"])


def flips_of(posts: pd.DataFrame, out: pd.Series, effect: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return figure, what, with, without for every conclusion
    that leaving out the posts marked ``out`` turns round.
    """
    rows = []
    for figure in ("share of voice", "net sentiment", "negative"):
        rows += _reordered(effect[effect["figure"] == figure], figure)
    for row in effect[effect["figure"].str.contains("net sentiment")].to_dict("records"):
        before, after = _sign(row["low"], row["high"]), _sign(row["without_low"], row["without_high"])
        if before != after:
            rows.append({"figure": row["figure"], "what": row["brand"], "with": before, "without": after})
    for row in effect[effect["p"].notna() & effect["p_without"].notna()].to_dict("records"):
        before, after = ("real" if row[name] < 0.05 else "noise" for name in ("p", "p_without"))
        if before != after:
            rows.append(
                {
                    "figure": row["figure"],
                    "what": f"{row['brand']}, verdict",
                    "with": before,
                    "without": after,
                }
            )
    rows += _topics(posts, out, params)
    return pd.DataFrame(rows, columns=["figure", "what", "with", "without"])


def _reordered(table: pd.DataFrame, figure: str) -> list[dict]:
    """Return the pairs of brands that change places in the order of a figure."""
    known = table.dropna(subset=["with", "without"]).sort_values("with", ascending=False)
    pairs = combinations(known.to_dict("records"), 2)
    return [
        {
            "figure": figure,
            "what": f"{one['brand']} and {other['brand']}, order",
            "with": f"{one['brand']} above {other['brand']}",
            "without": f"{other['brand']} above {one['brand']}",
        }
        for one, other in pairs
        if one["without"] < other["without"]
    ]


def _sign(low: float, high: float) -> str:
    if pd.isna(low) or pd.isna(high):
        return "too few posts"
    return "below zero" if high < 0 else "above zero" if low > 0 else "not distinguishable from zero"


def _topics(posts: pd.DataFrame, out: pd.Series, params: Brief) -> list[dict]:
    """Return the topics that leave or enter the most frequent ones."""
    before, after = (frame["topic_name"].dropna().value_counts() for frame in (posts, posts[~out]))
    least = params.topics_min_posts
    top, rest = list(before[before >= least].head(TOP).index), list(after[after >= least].head(TOP).index)
    gone = [name for name in top if name not in rest]
    return [
        {
            "figure": "topics",
            "what": name,
            "with": f"number {top.index(name) + 1} of the most frequent",
            "without": f"not among the {len(rest)} most frequent",
        }
        for name in gone
    ]


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
    columns = [
        "group",
        "accounts",
        "posts",
        "shared",
        "brand",
        "text",
        "share of their posts",
        "first",
        "last",
        "seconds apart",
    ]
    table = pd.DataFrame(rows, columns=columns).sort_values(["accounts", "group"], ascending=[False, True])
    return table.assign(group=[f"group {place}" for place in range(1, len(table) + 1)]).reset_index(drop=True)

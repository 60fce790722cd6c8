"""Every figure with and without the posts that are left out, and the conclusions that this turns round."""

from itertools import combinations

import pandas as pd

from earshot.analyse.posts import opinions, period
from earshot.analyse.sentiment import prevalence
from earshot.core import wording
from earshot.core.params import Brief
from earshot.statistics import estimate

TOP = 10
FIGURES = {
    "posts": "posts",
    "share of voice": "share",
    "net sentiment": "net share",
    "negative": "share",
    "recent change of net sentiment": "net share",
}


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


def effect_told(effect: pd.DataFrame) -> pd.DataFrame:
    """Return an effect in words, each figure in its own unit."""
    ends = {"with": ("with", "low", "high"), "without": ("without", "without_low", "without_high")}
    told = [
        {"figure": row["figure"], "brand": row["brand"]}
        | {name: _told(row["figure"], *(row[end] for end in three)) for name, three in ends.items()}
        for row in effect.to_dict("records")
    ]
    return pd.DataFrame(told, columns=["figure", "brand", "with", "without"])


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


def _told(figure: str, value: float, low: float, high: float) -> str:
    """Return a figure as readers want it: posts as a count, shares in percent, net sentiment in points."""
    say = wording.count if figure == "posts" else wording.points if "net" in figure else wording.percent
    if pd.isna(value):
        return "too few posts"
    return say(value) if pd.isna(low) else f"{say(value)} ({wording.between(low, high, say)})"

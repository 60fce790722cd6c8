"""What people talk about: how much of the talk each topic takes, how people feel in it, and what is new."""

import pandas as pd

from earshot.analyse.posts import period
from earshot.analyse.posts.loading import quotable
from earshot.analyse.topics import coherence, emergence
from earshot.analyse.topics.tables import Topics
from earshot.core import wording
from earshot.core.params import Brief
from earshot.enrich.topics import words
from earshot.statistics import estimate

SIZES = ["topic", "topic name", "share", "low", "high", "posts", "authors", "net", "net low", "net high", "n"]
FACETS = 6
EXAMPLES = 5
DAILY = 35  # a window of so many days is drawn by day, a longer one by week


def find(posts: pd.DataFrame, names: pd.DataFrame, params: Brief, stability: float = float("nan")) -> Topics:
    """Return the topics of ``posts`` (as analyse.posts gives them); ``names`` is the table topic_names.

    Repeats are left out: a copied text is one opinion. ``stability`` is what coherence.stability gave, if it
    was asked. Raises ValueError when no post has a topic.
    """
    voiced = _voiced(posts)
    parts = period.split(voiced["day"])
    ignore = words.ignored([*params.brands, params.brand], params.handles)
    sizes = _sizes(voiced, params)
    quality = _quality(voiced, names, sizes, ignore)
    return Topics(
        sizes=sizes,
        course=_course(voiced, sizes, params),
        brands=_brands(voiced, params),
        moves=emergence.moves(voiced, parts, params.topics_min_posts),
        words=emergence.new_words(voiced, parts, ignore),
        quotes=_quotes(voiced),
        quality=quality,
        trust=_trust(posts, voiced, quality, names, stability),
        period=parts,
        opinions=voiced,
        far=distance_of_outliers(voiced, params),
    )


def _voiced(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count once, with net as 1 for a positive,
    -1 for a negative and 0 for a neutral post.
    """
    voiced = posts[posts["topic"].notna() & ~posts["is_repeat"]]
    if voiced.empty:
        raise ValueError(
            "No post in this window has a topic yet; run 'earshot report', which enriches new posts."
        )
    net = voiced["sentiment"].map({"positive": 1.0, "neutral": 0.0, "negative": -1.0}).astype("float64")
    return voiced.assign(net=net, topic=voiced["topic"].astype("int64"))


def _sizes(voiced: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return topic, its name, share of posts with interval,
    posts, authors and net sentiment, largest first.
    """
    rows, voices = [], emergence.speakers(voiced)
    for (topic, name), group in voiced[voiced["topic"] >= 0].groupby(["topic", "topic_name"]):
        if len(group) < params.topics_min_posts:
            continue
        row = estimate.means(emergence.among(voiced["topic"].eq(topic), voices), "_in", share=True).iloc[0]
        feeling = (
            estimate.means(group, "net").iloc[0] if group["net"].notna().sum() >= params.min_posts else {}
        )
        rows.append(
            {
                "topic": topic,
                "topic name": name,
                "share": row["value"],
                "low": row["low"],
                "high": row["high"],
                "posts": len(group),
                "authors": group["author"].nunique(),
                "net": feeling.get("value"),
                "net low": feeling.get("low"),
                "net high": feeling.get("high"),
                "n": len(group),
            }
        )
    table = pd.DataFrame(rows, columns=SIZES)
    return table.sort_values(["posts", "topic"], ascending=[False, True], ignore_index=True)


def _course(voiced: pd.DataFrame, sizes: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return the share of the largest topics by day, or by week where the window is long."""
    by = "day" if (voiced["day"].max() - voiced["day"].min()).days < DAILY else "week"
    parts, voices = [], emergence.speakers(voiced)
    for topic, name in sizes[["topic", "topic name"]].head(FACETS).itertuples(index=False):
        inside = emergence.among(voiced["topic"].eq(topic), voices).assign(**{by: voiced[by]})
        parts.append(
            estimate.means(inside, "_in", [by], share=True).assign(name=name).rename(columns={by: "when"})
        )
    table = pd.concat(parts) if parts else pd.DataFrame(columns=["when", "value", "low", "high", "n", "name"])
    return (
        table[table["n"] >= params.min_posts]
        .rename(columns={"value": "share", "name": "topic name"})[
            ["topic name", "when", "share", "low", "high", "n"]
        ]
        .reset_index(drop=True)
    )


def _brands(voiced: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return for each brand the topics that take a larger share
    of its posts than of the others', clearest first.
    """
    branded = voiced[voiced["brand"] != ""]
    topics = branded.loc[branded["topic"] >= 0, ["topic", "topic_name"]].drop_duplicates()
    rows, voices = [], emergence.speakers(branded)
    for brand in (
        branded["brand"].value_counts().loc[lambda n: (n >= params.min_posts) & (n < len(branded))].index
    ):
        ours = branded["brand"] == brand
        for topic, name in topics.itertuples(index=False):
            inside = branded["topic"].eq(topic)
            if (inside & ours).sum() >= params.topics_min_posts:
                change = estimate.difference(emergence.among(inside, voices), "_in", ours, ~ours)
                rows += [
                    row | {"brand": brand, "topic": name, "posts": int((inside & ours).sum())}
                    for row in change.to_dict("records")
                ]
    table = pd.DataFrame(rows, columns=["brand", "topic", "now", "was", "value", "low", "high", "p", "posts"])
    table["p"] = estimate.adjusted(table["p"].astype("float64"))
    table = table[(table["p"] < emergence.RATE) & (table["value"] > 0)].sort_values(
        ["brand", "value"], ascending=[True, False]
    )
    return (
        table.groupby("brand")
        .head(2)
        .rename(columns={"now": "share here", "was": "share elsewhere", "value": "difference"})
        .reset_index(drop=True)
    )


def _quotes(voiced: pd.DataFrame) -> pd.DataFrame:
    """Return the most typical posts of each topic:
    nearest to its centre, of 6 to 50 words, one per author.
    """
    readable = quotable(voiced[(voiced["topic"] >= 0) & voiced["words"].between(6, 50)])
    ranked = readable.sort_values(["topic_similarity", "post_id"], ascending=[False, True])
    return ranked.drop_duplicates(["topic", "author"]).groupby("topic").head(EXAMPLES).reset_index(drop=True)


def _quality(
    voiced: pd.DataFrame, names: pd.DataFrame, sizes: pd.DataFrame, ignore: frozenset[str]
) -> pd.DataFrame:
    """Return the coherence of each reported topic, the most coherent first."""
    terms = coherence.terms_of(names[names["topic"].isin(sizes["topic"])])
    values = coherence.npmi(coherence.bare(voiced), terms, ignore)
    table = sizes[["topic", "topic name", "posts"]].assign(coherence=sizes["topic"].map(values))
    return table.sort_values("coherence", ascending=False, ignore_index=True)


def _trust(
    posts: pd.DataFrame, voiced: pd.DataFrame, quality: pd.DataFrame, names: pd.DataFrame, stability: float
) -> dict:
    """Return what limits these figures: coverage, posts without topic, and the quality of the topics."""
    lost = voiced["topic"] < 0
    covered = wording.percent(posts["topic"].notna().mean())
    found = {
        "posts in the window": len(posts),
        "repeats left out": int(posts["is_repeat"].sum()),
        "posts the model looked at": f"{wording.count(len(voiced))} without repeats ({covered} of all)",
        "posts far from every topic": f"{wording.count(lost.sum())} ({wording.percent(lost.mean())})",
        "topics": len(names),
        "mean coherence (NPMI)": round(quality["coherence"].mean(), 3),
        "different words among the topics' words": wording.percent(
            coherence.diversity(coherence.terms_of(names))
        ),
    }
    if stability == stability:
        found["agreement of two other seeds (adjusted Rand)"] = round(stability, 2)
    return found | {"model": ", ".join(sorted(names["model"].dropna().unique()))}


def distance_of_outliers(voiced: pd.DataFrame, params: Brief) -> str:
    """Say what ``topics_far`` does here, and what a lower one would cost:
    how far such posts are from any topic.
    """
    if "topic_similarity" not in voiced or not (voiced["topic"] < 0).any() or (voiced["topic"] < 0).all():
        return (
            f"topics_far in brief.yml is {params.topics_far} percent; a higher one leaves more without "
            f"a topic."
        )
    near = estimate.means(voiced.assign(_lost=voiced["topic"] < 0), "topic_similarity", ["_lost"]).set_index(
        "_lost"
    )
    told = near.apply(lambda row: f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})", axis=1)
    return (
        f"topics_far in brief.yml is {params.topics_far} percent: so many of the posts that shape topics get "
        "none. A lower one gives them the nearest topic, at 0 all with words have one, and topics get less "
        f"pure: the {wording.count(near.at[True, 'n'])} posts without a topic are {told[True]} like the "
        f"middle of the nearest, the {wording.count(near.at[False, 'n'])} others {told[False]} (cosine)."
    )

"""How people feel: levels and changes of sentiment with intervals, the days that stand out, and the clearest quotes."""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse import estimate, events, period, words
from earshot.core.claim import Claim
from earshot.core.params import Brief

CLASSES = ("negative", "neutral", "positive")
INPUTS = ("posts", "duplicates", "language", "sentiment")
METHOD = "mean over posts without repeats, clustered by author, 95 % interval"


@dataclass(frozen=True)
class Feeling:
    """What 03_sentiment found: tables by brand, channel, language and day, changes, surges, quotes, and the claims."""

    shares: pd.DataFrame
    brands: pd.DataFrame
    channels: pd.DataFrame
    languages: pd.DataFrame
    days: pd.DataFrame
    changes: pd.DataFrame
    surges: pd.DataFrame
    quotes: pd.DataFrame
    trust: dict
    period: period.Period
    claims: list[Claim]


def measure(posts: pd.DataFrame, params: Brief) -> Feeling:
    """Return the sentiment of ``posts`` (as analyse.posts gives them) by brand, channel, language and day.

    Repeats are left out, since a copied text is one opinion; raises ValueError when no post has a sentiment.
    """
    voiced = _voiced(posts)
    parts = period.split(voiced["day"])
    brands = estimate.ranks(_enough(estimate.means(_branded(voiced), "net", ["brand"]), params))
    changes = _changes(voiced, parts, params)
    surges = events.surges(events.daily(_branded(posts), hits=_branded(posts)["sentiment"].eq("negative")))
    shares = _shares(_branded(voiced), "brand", params)
    feeling = Feeling(
        shares=shares, brands=brands, channels=_enough(estimate.means(voiced, "net", ["platform"]), params),
        languages=_enough(estimate.means(voiced, "net", ["lang"]), params),
        days=_enough(estimate.means(_branded(voiced), "net", ["brand", "day"]), params), changes=changes,
        surges=surges, quotes=_quotes(voiced, params), trust=_trust(posts, voiced), period=parts, claims=[])
    feeling.claims.extend([*_level_claims(voiced, feeling), *_change_claims(feeling, params), *_surge_claims(feeling)])
    return feeling


def _voiced(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count as an opinion, with each class as 0 or 1 and net as positive minus negative."""
    voiced = posts[posts["sentiment"].notna() & ~posts["is_repeat"]]
    if voiced.empty:
        raise ValueError("No post in this window has a sentiment yet; run 'earshot report', which enriches new posts.")
    hits = {name: voiced["sentiment"].eq(name).astype("float64") for name in CLASSES}
    return voiced.assign(**hits, net=hits["positive"] - hits["negative"])


def _branded(posts: pd.DataFrame) -> pd.DataFrame:
    return posts[posts["brand"] != ""]


def _enough(table: pd.DataFrame, params: Brief) -> pd.DataFrame:
    return table[table["n"] >= params.min_posts].reset_index(drop=True)


def _shares(voiced: pd.DataFrame, by: str, params: Brief) -> pd.DataFrame:
    """Return the share of each class with its interval, one row per group and class."""
    parts = [estimate.means(voiced, name, [by], share=True).assign(sentiment=name) for name in CLASSES]
    return _enough(pd.concat(parts), params).sort_values([by, "sentiment"]).reset_index(drop=True)


def _changes(voiced: pd.DataFrame, parts: period.Period, params: Brief) -> pd.DataFrame:
    """Return the change of net sentiment by brand, channel and language, with p values corrected over all of them."""
    looks = []
    for by, frame in (("brand", _branded(voiced)), ("platform", voiced), ("lang", voiced)):
        change = estimate.difference(frame, "net", parts.recent(frame["day"]), parts.before(frame["day"]), [by])
        since = frame[frame["day"] >= parts.begin].groupby(by, observed=True)["day"].min()
        looks.append(change.assign(by=by, since=change[by].map(since)).rename(columns={by: "group"}))
    looks = [look for look in looks if len(look) > 1 or look["by"].eq("brand").all()]
    table = pd.concat(looks)
    table = table[(table["n_before"] >= params.min_posts) & (table["n_after"] >= params.min_posts)].copy()
    table["p"] = estimate.adjusted(table["p"].astype("float64"))
    table["detectable"] = estimate.detectable(table["se"].astype("float64"))
    table["verdict"] = (table["p"] < 0.05).map({True: "real", False: "noise"})
    return table.reset_index(drop=True)


def _quotes(voiced: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return the posts the model is surest of on each side for each brand: typical ones, of six to fifty words."""
    readable = _branded(voiced[voiced["words"].between(6, 50)]).copy()
    readable["sure"] = readable[[f"p_{name}" for name in CLASSES]].max(axis=1)
    sided = readable[readable["sentiment"] != "neutral"].sort_values(["sure", "post_id"], ascending=[False, True])
    sided = sided.drop_duplicates(["brand", "author"])
    return sided.groupby(["sentiment", "brand"], observed=True).head(params.quotes).reset_index(drop=True)


def _trust(posts: pd.DataFrame, voiced: pd.DataFrame) -> dict:
    """Return what limits these figures: coverage, repeats left out, how sure the model is, and one author's weight."""
    doubt = voiced[[f"p_{name}" for name in CLASSES]].max(axis=1) < 0.5
    authors = voiced["author"].value_counts()
    return {"posts in the window": len(posts), "repeats left out": int(posts["is_repeat"].sum()),
            "posts measured": len(voiced), "authors": len(authors),
            "posts by the busiest author": int(authors.max()) if len(authors) else 0,
            "posts the model is unsure of (below 0.5)": f"{words.count(doubt.sum())} ({words.percent(doubt.mean())})",
            "model": ", ".join(sorted(voiced["sentiment_model"].dropna().unique()))}


def _level_claims(voiced: pd.DataFrame, feeling: Feeling) -> list[Claim]:
    overall = pd.concat([estimate.means(voiced, name, share=True) for name in CLASSES]).set_axis(list(CLASSES))
    negative = overall.loc["negative"]
    rest = overall["value"].map(words.percent)
    said = (f"{rest['negative']} of {words.count(negative['n'])} posts were negative "
            f"({words.between(negative['low'], negative['high'])}), {rest['neutral']} neutral "
            f"and {rest['positive']} positive.")
    claims = [_claim("sentiment.negative", said, negative, "share", "level", 0.5, {"measure": "negative"})]
    ranked = feeling.brands.sort_values("rank")
    claims.extend(_order_claim(ranked))
    for row in ranked.to_dict("records"):
        about = {"brand": row["brand"], "measure": "net", "rank": row["rank"]}
        said = _net_sentence(row, feeling.shares, len(ranked))
        claims.append(_claim(f"sentiment.net.{words.slug(row['brand'])}", said, row, "net share", "level", 0.4, about))
    return claims


def _order_claim(ranked: pd.DataFrame) -> list[Claim]:
    """Say who stands first and last, where there is an order to speak of."""
    if len(ranked) < 2:
        return []
    best, worst = ranked.iloc[0], ranked.iloc[-1]
    said = (f"{worst['brand']} is spoken of least favourably (net {words.points(worst['value'])}), {best['brand']} "
            f"most (net {words.points(best['value'])}); net is the share of positive less that of negative posts.")
    about = {"brand": worst["brand"], "best": best["brand"]}
    return [_claim("sentiment.order", said, worst, "net share", "level", 0.6, about)]


def _net_sentence(row: dict, shares: pd.DataFrame, brands: int) -> str:
    share = shares[shares["brand"] == row["brand"]].set_index("sentiment")["value"]
    low, high = row["rank_low"], row["rank_high"]
    place = words.ordinal(low)
    if high > low:
        place += (" or " if high - low == 1 else " to ") + words.ordinal(high)
    return (f"{row['brand']}: {words.percent(share['negative'])} of posts negative, "
            f"{words.percent(share['positive'])} positive, net {words.points(row['value'])} "
            f"({words.between(row['low'], row['high'], words.points)})"
            f"{f'; {place} of {brands} brands' if brands > 1 else ''}.")


def _change_claims(feeling: Feeling, params: Brief) -> list[Claim]:
    claims = []
    for row in feeling.changes[feeling.changes["by"] == "brand"].to_dict("records"):
        weight = min(1.0, abs(row["value"]) * 3) * (0.6 if params.brand and row["group"] != params.brand else 1.0)
        about = {"brand": row["group"], "direction": "down" if row["value"] < 0 else "up"}
        claims.append(_claim(
            f"sentiment.change.{words.slug(row['group'])}", _change_sentence(row, feeling.period),
            row | {"n": row["n_before"] + row["n_after"]}, "net share", "change",
            weight if row["verdict"] == "real" else 0.1, about, row["verdict"],
            "difference of means clustered by author, corrected for all looks (Benjamini-Hochberg)"))
    return claims


def _change_sentence(row: dict, parts: period.Period) -> str:
    if row["verdict"] == "noise":
        return (f"{row['group']}: net sentiment moved from {words.points(row['was'])} to {words.points(row['now'])}, "
                f"which is not distinguishable from noise (a change under {abs(round(100 * row['detectable']))} points "
                f"would go unseen).")
    way = "fell" if row["value"] < 0 else "rose"
    return (f"Net sentiment towards {row['group']} {way} by {abs(round(100 * row['value']))} points, from "
            f"{words.points(row['was'])} in {words.span(row['since'], parts.eve)} to "
            f"{words.points(row['now'])} in {parts.now} "
            f"({words.between(row['low'], row['high'], words.points)}).")


def _surge_claims(feeling: Feeling) -> list[Claim]:
    claims = []
    for row in feeling.surges[feeling.surges["surge"]].to_dict("records"):
        said = (f"On {words.day(row['day'])}, {row['brand']} drew {words.count(row['count'])} negative posts, "
                f"{words.times(row['ratio'])} the {words.count(row['expected'])} expected from its other days "
                f"({words.count(row['low'])} to {words.count(row['high'])}).")
        day = f"{row['day']:%Y-%m-%d}"
        about = {"brand": row["brand"], "day": day, "ratio": round(row["ratio"], 2)}
        claims.append(Claim(
            f"sentiment.surge.{words.slug(row['brand'])}.{day}", said, row["count"], "posts", row["low"], row["high"],
            int(row["count"]), "negative binomial against the brand's other days, corrected for all looks", INPUTS,
            "event", round(min(1.0, 0.5 + row["ratio"] / 10), 3), "real", about))
    return claims


def _claim(name: str, sentence: str, row, unit: str, kind: str, weight: float, about: dict, verdict: str = "",
           method: str = METHOD) -> Claim:
    return Claim(name, sentence, row["value"], unit, row["low"], row["high"], int(row["n"]), method, INPUTS, kind,
                 round(weight, 3), verdict, about)



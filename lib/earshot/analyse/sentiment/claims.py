"""What 03_sentiment states: levels, order,
changes and days that stand out, each as a sentence with its number.
"""

import math

import pandas as pd

from earshot.analyse.posts import opinions, period
from earshot.analyse.posts.opinions import CLASSES
from earshot.analyse.sentiment.figures import Feeling
from earshot.core import wording
from earshot.core.claim import BACKGROUND, DETAIL, NOTABLE, Claim
from earshot.core.params import Brief
from earshot.statistics import estimate

INPUTS = ("posts", "duplicates", "language", "sentiment")
FRESH = pd.Timedelta(days=14)  # an older event is history rather than news
DIFFERENCE = "difference of means clustered by author, corrected for all looks (Benjamini-Hochberg)"
SURGE = "negative binomial against the brand's other days, corrected for all looks"
METHOD = (
    "halfway between counted labels and the most likely mix (Saerens et al. 2002), repeats left out; "
    "the interval holds half their distance, and sampling clustered by author"
)


def state(feeling: Feeling, params: Brief) -> list[Claim]:
    """Return the claims that the tables of ``feeling`` support."""
    return [
        *_levels(feeling),
        *_changes(feeling, params),
        *_surges(feeling, params),
        *_acting(feeling),
        *_quoted(feeling, params),
    ]


def left_out(posts: pd.DataFrame) -> list[Claim]:
    """Say which share of posts is in no figure
    since the model was not tested in their language, where there are.
    """
    read = opinions.distinct(posts)
    strange = opinions.untested(read)
    if not strange.any():
        return []
    share = estimate.means(read.assign(_out=strange.astype(float)), "_out", share=True).iloc[0]
    langs = read.loc[strange, "lang"].value_counts().index
    said = (
        f"{wording.percent(share['value'])} of {wording.count(share['n'])} posts "
        f"({wording.between(share['low'], share['high'])}) are in languages in which the sentiment model was "
        f"not tested ({', '.join(langs)}); they are in no share, net or chart of feelings."
    )
    return [
        Claim.of(
            "sentiment.untested",
            said,
            share,
            method="counted, repeats left out, clustered by author",
            inputs=INPUTS,
            kind="quality",
            weight=round(min(0.5, float(share["value"])), 3),
            about={"measure": "untested", "languages": list(langs)},
        )
    ]


def _levels(feeling: Feeling) -> list[Claim]:
    parts = [estimate.means(feeling.opinions, name, share=True, doubt=f"doubt_{name}") for name in CLASSES]
    overall = pd.concat(parts).set_axis(list(CLASSES))
    negative = overall.loc["negative"]
    rest = overall["value"].map(wording.percent)
    said = (
        f"{rest['negative']} of {wording.count(negative['n'])} posts were negative "
        f"({wording.between(negative['low'], negative['high'])}), {rest['neutral']} neutral "
        f"and {rest['positive']} positive."
    )
    rest = {"method": METHOD, "inputs": INPUTS}
    about = {"measure": "negative"}
    claims = [Claim.level("sentiment.negative", said, negative, NOTABLE, about=about, part="overall", **rest)]
    ranked = feeling.brands.sort_values("rank")
    claims.extend(_order(ranked))
    for row in ranked.to_dict("records"):
        about = {"brand": row["brand"], "measure": "net", "rank": row["rank"]}
        said = _net_sentence(row, feeling.shares, len(ranked))
        rest |= {"unit": "net share", "about": about, "part": "standing"}
        claims.append(Claim.level(f"sentiment.net.{wording.slug(row['brand'])}", said, row, 0.4, **rest))
    return claims


def _acting(feeling: Feeling) -> list[Claim]:
    """Say what the agreed costs mean for whoever answers, in whole posts of a hundred."""
    rule = feeling.rules.set_index("rule").loc["as agreed"]
    wrong, missed = round(100 * (1 - rule["negative"])), round(100 * rule["missed"])
    said = (
        f"If a missed negative post is worth {feeling.costs.missed:g} looked at for nothing, "
        f"{wording.count(rule['flagged'])} posts deserve a look: of 100 of them about {wrong} are not "
        f"negative, and of 100 negative posts about {missed} are missed."
    )
    row = {"value": rule["negative"], "low": rule["low"], "high": rule["high"], "n": rule["flagged"]}
    about = {"measure": "acting", "missed": feeling.costs.missed}
    if not rule["flagged"]:
        return []
    return [Claim.level("sentiment.acting", said, row, DETAIL, method=METHOD, inputs=INPUTS, about=about)]


def _order(ranked: pd.DataFrame) -> list[Claim]:
    """Say who stands first and last, where there is an order to speak of."""
    if len(ranked) < 2:
        return []
    best, worst = ranked.iloc[0], ranked.iloc[-1]
    said = (
        f"{worst['brand']} is spoken of least favourably (net {wording.points(worst['value'])}), "
        f"{best['brand']} most (net {wording.points(best['value'])}); net is the share of positive less that "
        "of negative posts."
    )
    about = {"brand": worst["brand"], "best": best["brand"]}
    rest = {"method": METHOD, "inputs": INPUTS, "about": about, "part": "order"}
    return [Claim.level("sentiment.order", said, worst, 0.6, unit="net share", **rest)]


def _net_sentence(row: dict, shares: pd.DataFrame, brands: int) -> str:
    share = shares[shares["brand"] == row["brand"]].set_index("sentiment")["value"]
    low, high = row["rank_low"], row["rank_high"]
    place = wording.ordinal(low)
    if high > low:
        place += (" or " if high - low == 1 else " to ") + wording.ordinal(high)
    among = f"; {place} of {brands} brands" if brands > 1 else ""
    return (
        f"{row['brand']}: {wording.percent(share['negative'])} of posts negative, "
        f"{wording.percent(share['positive'])} positive, net {wording.points(row['value'])} "
        f"({wording.between(row['low'], row['high'], wording.points)}){among}."
    )


def _changes(feeling: Feeling, params: Brief) -> list[Claim]:
    claims = []
    for row in feeling.changes[feeling.changes["by"] == "brand"].to_dict("records"):
        weight = min(1.0, abs(row["value"]) * 3) * (
            0.6 if params.brand and row["group"] != params.brand else 1.0
        )
        about = {
            "brand": row["group"],
            "direction": "down" if row["value"] < 0 else "up",
            "headline": f"{row['group']}: sentiment {'worsens' if row['value'] < 0 else 'improves'} by "
            f"{abs(round(100 * row['value']))} points",
        }
        claims.append(
            Claim.change(
                f"sentiment.change.{wording.slug(row['group'])}",
                _change_sentence(row, feeling.period),
                row | {"n": row["n_before"] + row["n_after"]},
                round(weight, 3) if row["verdict"] == "real" else BACKGROUND,
                row["verdict"],
                unit="net share",
                method=DIFFERENCE,
                inputs=INPUTS,
                about=about,
            )
        )
    return claims


def _change_sentence(row: dict, parts: period.Period) -> str:
    if row["verdict"] == "noise":
        return (
            f"{row['group']}: net sentiment moved from {wording.points(row['was'])} to "
            f"{wording.points(row['now'])}, which is not distinguishable from noise (a change under "
            f"{abs(round(100 * row['detectable']))} points would go unseen)."
        )
    way = "fell" if row["value"] < 0 else "rose"
    return (
        f"Net sentiment towards {row['group']} {way} by {abs(round(100 * row['value']))} points, from "
        f"{wording.points(row['was'])} in {wording.span(row['since'], parts.eve)} to "
        f"{wording.points(row['now'])} "
        f"in {parts.now} ({wording.between(row['low'], row['high'], wording.points)})."
    )


def _surges(feeling: Feeling, params: Brief) -> list[Claim]:
    """Return one claim per run of days that stand out, the days of one event being told together."""
    days = feeling.surges[feeling.surges["surge"]].sort_values(["brand", "day"])
    broken = days["day"].diff().ne(pd.Timedelta(days=1)) | days["brand"].ne(days["brand"].shift())
    return [_surge(run, feeling, params) for _, run in days.groupby(broken.cumsum())]


def _surge(run: pd.DataFrame, feeling: Feeling, params: Brief) -> Claim:
    brand, first, last = run["brand"].iloc[0], run["day"].iloc[0], run["day"].iloc[-1]
    drew, usual, low, high = (run[name].sum() for name in ("count", "expected", "low", "high"))
    ratio, when = drew / usual, wording.span(first, last)
    said = (
        f"{'On' if first == last else 'In'} {when}, {brand} drew {wording.count(drew)} negative posts, "
        f"{wording.times(ratio)} the {wording.count(usual)} expected from its other days "
        f"({wording.count(low)} to {wording.count(high)})."
    )
    ours, fresh = params.brand in ("", brand), last > feeling.period.end - FRESH
    weight = min(1.0, 0.25 + 0.15 * math.log10(max(drew - usual, 1)) + ratio / 20) * (1.0 if ours else 0.5)
    about = {
        "brand": brand,
        "day": f"{first:%Y-%m-%d}",
        "last_day": f"{last:%Y-%m-%d}",
        "ratio": round(ratio, 2),
        "headline": f"{brand}: complaints reach {wording.times(ratio)} the usual on {when}",
    }
    estimate = {"value": ratio, "low": drew / high, "high": drew / max(low, 1), "n": round(drew)}
    rest = {"unit": "times the usual", "method": SURGE, "inputs": INPUTS, "verdict": "real", "about": about}
    name = f"sentiment.surge.{wording.slug(brand)}.{first:%Y-%m-%d}"
    return Claim.event(name, said, estimate, round(weight * (1.0 if fresh else 0.7), 3), **rest)


def _quoted(feeling: Feeling, params: Brief) -> list[Claim]:
    """Name the posts that the brief may quote, about our brand or the least favoured; never their text."""
    if feeling.brands.empty or feeling.quotes.empty:
        return []
    brand = params.brand or feeling.brands.sort_values("rank")["brand"].iloc[-1]
    mood = feeling.brands.set_index("brand")["value"].get(brand, 0)
    about = feeling.quotes[feeling.quotes["brand"] == brand].groupby("sentiment").head(2)
    chosen = about.sort_values("sentiment", ascending=mood < 0, kind="stable")
    said = f"{len(chosen)} posts about {brand} are quoted, those of which the model is surest on each side."
    return (
        [
            Claim(
                "sentiment.quotes",
                said,
                len(chosen),
                "posts",
                n=feeling.counted,
                method="highest model probability",
                inputs=INPUTS,
                about={"brand": brand, "quotes": list(chosen["post_id"])},
            )
        ]
        if len(chosen)
        else []
    )

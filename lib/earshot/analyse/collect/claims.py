"""The sentences of 01_collect: what arrived, what is missing, and what must not be compared because of it."""

import pandas as pd

from earshot.analyse.collect.arrival import Arrival
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.statistics.proportion import wilson

VOLUME = "negative binomial about the weekday's or the neighbouring days' median, corrected for all looks"
LAGS = ((24 * 365.25, "years"), (24, "days"), (1, "hours"))


def state(posts: pd.DataFrame, arrival: Arrival, params: Brief) -> list[Claim]:
    """Return the claims in the order in which a reader needs them."""
    return [
        _volume_claim(posts, arrival),
        *_late_claims(arrival),
        *_gap_claims(arrival),
        *_unfinished_claim(posts, arrival.unfinished, params),
        *_odd_claims(arrival),
        *_refusal_claims(arrival),
        _field_claim(posts, arrival),
        _lag_claim(posts),
    ]


def _volume_claim(posts: pd.DataFrame, arrival: Arrival) -> Claim:
    brands, sources = posts.loc[posts["brand"] != "", "brand"].nunique(), posts["source"].nunique()
    said = (
        f"{wording.count(len(posts))} posts by {wording.count(posts['author'].nunique())} authors about "
        f"{brands} {'brand' if brands == 1 else 'brands'} arrived from {sources} "
        f"{'source' if sources == 1 else 'sources'}, written on "
        f"{wording.span(posts['day'].min(), posts['day'].max())}."
    )
    return Claim.quality("collect.volume", said, len(posts), "posts", len(posts), "count", 0.4, part="volume")


def _late_claims(arrival: Arrival) -> list[Claim]:
    claims = []
    for row in arrival.late.to_dict("records"):
        day = wording.day(row["since"])
        said = (
            f"{row['brand']} is missing before {day}: {wording.count(row['before'])} posts where its later "
            f"days let one expect {wording.count(row['missed'] + row['before'])}. Do not compare it with "
            "others before then."
        )
        claims.append(
            Claim.quality(
                f"collect.late.{wording.slug(row['brand'])}",
                said,
                row["before"],
                "posts",
                row["before"],
                "posts before the first day with a tenth of the brand's usual volume",
                0.7,
                about={"brand": row["brand"], "day": f"{row['since']:%Y-%m-%d}", "direction": "late"},
            )
        )
    return claims


def _gap_claims(arrival: Arrival) -> list[Claim]:
    method = "chance of silence at the hour's usual rate, corrected for all silent stretches"
    if arrival.gaps.empty:
        said = (
            "No source is silent in hours that should bring posts: nothing points to an interrupted "
            "collection."
        )
        return [Claim.quality("collect.gaps", said, 0, "gaps", 0, method, 0.2)]
    worst = arrival.gaps.sort_values("missed").iloc[-1]
    number, day = len(arrival.gaps), wording.day(worst["start"])
    rest = f"; {wording.count(number - 1)} more such silences are in the table below" if number > 1 else ""
    who = wording.spoken(str(worst["source"]))
    said = (
        f"{who} is silent for {worst['hours']} hours from {worst['start']:%H:%M} on {day}, where some "
        f"{wording.count(worst['missed'])} posts were to be expected{rest}."
    )
    return [
        Claim.quality(
            "collect.gaps",
            said,
            number,
            "gaps",
            int(arrival.gaps["hours"].sum()),
            method,
            0.7,
            about={"day": f"{worst['start']:%Y-%m-%d}"},
        )
    ]


def _unfinished_claim(posts: pd.DataFrame, share: float, params: Brief) -> list[Claim]:
    if share <= 0.1:
        return []
    last = posts["created_at"].max().tz_convert(params.timezone)
    said = (
        f"{wording.day(last)} is not whole: the last post is of {last:%H:%M}, and on other days "
        f"{wording.percent(share)} of posts come later."
    )
    how = "posts of other days after that time of day"
    return [
        Claim.quality(
            "collect.unfinished",
            said,
            share,
            "share",
            len(posts),
            how,
            0.5,
            about={"day": f"{last:%Y-%m-%d}"},
        )
    ]


def _odd_claims(arrival: Arrival) -> list[Claim]:
    """State days with too few posts, which may be loss,
    and count those with many, which other notebooks explain.
    """
    claims = []
    for row in arrival.odd[arrival.odd["verdict"] == "short"].head(5).to_dict("records"):
        said = (
            f"{row['brand']} drew only {wording.count(row['count'])} posts on {wording.day(row['day'])} "
            f"where {wording.count(row['expected'])} were expected "
            f"({wording.between(row['low'], row['high'], wording.count)})."
        )
        about = {"brand": row["brand"], "day": f"{row['day']:%Y-%m-%d}"}
        claims.append(
            Claim.quality(
                f"collect.short.{wording.slug(row['brand'])}.{about['day']}",
                said,
                row["count"],
                "posts",
                row["count"],
                VOLUME,
                0.5,
                low=row["low"],
                high=row["high"],
                about=about,
            )
        )
    many = arrival.odd[arrival.odd["verdict"] == "high"].sort_values("count", ascending=False)
    told = [
        f"{row['brand']} on {wording.day(row['day'])} ({wording.count(row['count'])} where "
        f"{wording.count(row['expected'])} were expected)"
        for row in many.head(3).to_dict("records")
    ]
    of_all = f"{wording.count(len(many))} of {wording.count(len(arrival.days))} days of a brand"
    said = (
        f"{of_all} brought far more posts than expected{', first of all' if len(many) > 3 else ''}: "
        f"{wording.listed(told)}."
        if told
        else "No day of any brand brought far more posts than expected."
    )
    return [*claims, Claim.quality("collect.high", said, len(many), "days", len(arrival.days), VOLUME, 0.2)]


def _refusal_claims(arrival: Arrival) -> list[Claim]:
    read, refused = int(arrival.imports["rows"].sum()), int(arrival.imports["refused"].sum())
    repeated = int(arrival.imports["repeated"].sum())
    if not read:
        return []
    low, high = wilson(refused, read)
    why = f", most often because {arrival.refused['reason'].iloc[0]}" if len(arrival.refused) else ""
    sure = wording.between(low, high) if refused else f"at most {100 * high:.2f}%"
    said = (
        f"Of {wording.count(read)} rows read, {wording.count(refused) if refused else 'none'} "
        f"{'was' if refused < 2 else 'were'} refused ({sure}){why}; "
        f"{wording.count(repeated)} repeated a post that was there."
    )
    return [
        Claim.quality(
            "collect.refused",
            said,
            refused / read,
            "share",
            read,
            "Wilson interval",
            0.3 if refused / read < 0.02 else 0.7,
            ("imports", "quarantine"),
            low=low,
            high=high,
        )
    ]


def _field_claim(posts: pd.DataFrame, arrival: Arrival) -> Claim:
    overall = arrival.fields.groupby("field")["filled"].max()
    partly = (
        posts[sorted(overall.index)]
        .notna()
        .mean()[overall[(overall > 0) & (overall < 0.999)].index]
        .sort_values()
    )
    never = sorted(overall[overall == 0].index)
    told = wording.listed([f"{name} ({wording.percent(share)})" for name, share in partly.head(4).items()])
    said = (
        f"Known of only some posts: {told}." if told else "Every field that is known is known of every post."
    )
    said += (
        f" Never known: {wording.listed(never)}; unknown is not zero, so nothing here counts them."
        if never
        else ""
    )
    how = "share of posts that have the field"
    return Claim.quality("collect.fields", said, len(never), "fields", len(posts), how, 0.2)


def _lag_claim(posts: pd.DataFrame) -> Claim:
    hours = (posts["collected_at"] - posts["created_at"]).dt.total_seconds().median() / 3600
    size, unit = next((size, unit) for size, unit in LAGS if hours >= 2 * size or size == 1)
    late = "; what was deleted before then is not here" if hours > 48 else ""
    said = f"The median post was collected {wording.count(hours / size)} {unit} after it was written{late}."
    return Claim.quality(
        "collect.lag", said, hours, "hours", len(posts), "median of collected less written", 0.1
    )

"""The sentences on sources: which brings most, which is late,
what a mention costs, what is left out or not agreed.
"""

import pandas as pd

from earshot.analyse.sources import terms as source_terms
from earshot.analyse.sources.scorecard import SourceScorecard
from earshot.core import wording
from earshot.core.claim import Claim


def state(posts: pd.DataFrame, card: SourceScorecard, workspace: str) -> list[Claim]:
    """Return the claims in the order in which a reader needs them."""
    return [
        *_vanished(card),
        *_usable(posts, card),
        *_lag(card),
        *_price(card),
        *_stripped(card),
        *source_terms.state(card.terms, workspace),
    ]


def _vanished(card: SourceScorecard) -> list[Claim]:
    if card.vanished.empty:
        return []
    last = card.vanished.sort_values("at").iloc[-1]
    said = (
        f"The field {last['field']} of {last['source']}, filled in its earlier files, is empty in every post "
        f"of {last['file']}: check the export before its figures are read."
    )
    return [
        Claim.quality(
            "collect.vanished",
            said,
            len(card.vanished),
            "fields",
            len(card.vanished),
            "empty in all posts where chance makes that rarer than one file in a thousand",
            0.8,
            ("imports",),
        )
    ]


def _usable(posts: pd.DataFrame, card: SourceScorecard) -> list[Claim]:
    table = card.sources.assign(number=card.sources["posts"] * card.sources["usable"]).sort_values("number")
    best = table.iloc[-1]
    first = "brings the most usable mentions" if len(table) > 1 else "is the only source"
    said = (
        f"{best['source']} {first}: {wording.count(best['number'])} of its "
        f"{wording.count(best['posts'])} posts ({wording.percent(best['usable'])}; "
        f"{wording.between(best['usable_low'], best['usable_high'])}) neither repeat another nor are off "
        f"topic."
    )
    return [
        Claim.quality(
            "collect.usable",
            said,
            best["usable"],
            "share",
            best["posts"],
            "share of posts, clustered by author",
            0.3,
            ("posts", "duplicates", "relevance"),
            low=best["usable_low"],
            high=best["usable_high"],
        )
    ]


def _lag(card: SourceScorecard) -> list[Claim]:
    known = card.sources.dropna(subset="lag").sort_values("lag")
    if len(known) < 2:
        return []
    first, last = known.iloc[0], known.iloc[-1]
    if last["lag_low"] <= first["lag_high"]:
        return []
    said = (
        f"{last['source']} comes latest: half of its posts later than {_hours(last['lag'])} after they were "
        f"written, a tenth later than {_hours(last['lag_p90'])}; {first['source']} is there after "
        f"{_hours(first['lag'])}."
    )
    return [
        Claim.quality(
            "collect.source_lag",
            said,
            last["lag"],
            "hours",
            last["posts"],
            "order-statistic interval of the median",
            0.2,
            low=last["lag_low"],
            high=last["lag_high"],
        )
    ]


def _price(card: SourceScorecard) -> list[Claim]:
    priced = card.sources.dropna(subset="price").sort_values("price")
    if priced.empty:
        return []
    cheap, dear = priced.iloc[0], priced.iloc[-1]
    said = f"A usable mention from {cheap['source']} costs {_money(cheap['price'])} ({_range(cheap)})"
    if len(priced) > 1:
        said += f", one from {dear['source']} {_money(dear['price'])} ({_range(dear)})"
    return [
        Claim.quality(
            "collect.price",
            f"{said}.",
            cheap["price"],
            "price",
            cheap["posts"],
            "price of the window over usable mentions",
            0.4,
            low=cheap["price_low"],
            high=cheap["price_high"],
        )
    ]


def _stripped(card: SourceScorecard) -> list[Claim]:
    if card.strips.empty:
        return []
    waiting = card.strips.groupby("source")["posts without text"].first()
    vendors = wording.listed(sorted(card.strips["vendor"].unique()))
    number = int(waiting.sum())
    more = (
        (
            f" {wording.count(number)} {'post' if number == 1 else 'posts'} came as an id alone and must be "
            "fetched from the platform."
        )
        if number
        else ""
    )
    said = f"Exports of {vendors} are not whole by contract; what they leave out is listed below.{more}"
    return [
        Claim.quality(
            "collect.stripped",
            said,
            number,
            "posts",
            number,
            "rows refused for want of text",
            0.5,
            ("quarantine",),
        )
    ]


def _hours(number: float) -> str:
    if number >= 48:
        return f"{wording.count(number / 24)} days"
    return f"{number:.1f} hours" if number >= 1 else f"{max(round(number * 60), 1)} minutes"


def _money(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.1 else f"{amount:.4f}"


def _range(row: pd.Series) -> str:
    return f"{_money(row['price_low'])} to {_money(row['price_high'])}"

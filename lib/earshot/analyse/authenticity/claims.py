"""The sentences about authenticity: how much is inauthentic,
who acted together, what leaving it out turns.
"""

from earshot.analyse.authenticity.figures import Authenticity
from earshot.core import wording
from earshot.core.claim import DETAIL, WEIGHTY, Claim
from earshot.core.params import Brief
from earshot.enrich.authenticity.step import LEARNT_AUC, PROFILE_AUC

INPUTS = ("posts", "clean", "duplicates", "authenticity", "coordination", "sentiment", "topics", "accounts")
CO_SHARING = "co-sharing against chance, 1% false discoveries"
SHARE = "share of posts, clustered by author, Wilson interval on the effective number"


def state(found: Authenticity, params: Brief) -> list[Claim]:
    """Return the claims in the order in which a reader needs them."""
    return [_share(found, params), *_groups(found), _basis(), _flipped(found)]


def _basis() -> Claim:
    """Say that the weights are ours, and how little the reasons of a profile tell without the rest."""
    known = PROFILE_AUC
    said = (
        "The score is a product of reasons whose weights were set by hand, not learnt. What a profile alone "
        f"shows tells bots from others with an AUC of {known['value']:.2f} ({known['low']:.2f} to "
        f"{known['high']:.2f}) on {wording.count(known['n'])} labelled accounts, where a model learnt from "
        f"labels reaches {LEARNT_AUC:.2f}: the verdicts rest on how accounts act."
    )
    return Claim.of(
        "authenticity.basis",
        said,
        known,
        "AUC",
        method="earshot evaluate authenticity",
        inputs=INPUTS,
        kind="quality",
        weight=0.15,
    )


def _share(found: Authenticity, params: Brief) -> Claim:
    row = found.shares[found.shares["brand"] == "All brands"].iloc[0]
    handled = "left out of all figures" if params.authentic_only else "kept in the figures and marked"
    said = (
        f"{wording.percent(row['value'])} of posts are judged inauthentic "
        f"({wording.between(row['low'], row['high'])}); they are {handled}."
        if row["inauthentic"]
        else f"None of {wording.count(row['n'])} posts is judged inauthentic (at most "
        f"{wording.percent(row['high'])})."
    )
    return Claim(
        "authenticity.share",
        said,
        row["value"],
        "share",
        row["low"],
        row["high"],
        row["n"],
        SHARE,
        INPUTS,
        "quality",
        0.5 if row["value"] > 0.005 else 0.2,
    )


def _groups(found: Authenticity) -> list[Claim]:
    table, rest = found.groups, {"n": found.posts, "method": CO_SHARING, "inputs": INPUTS}
    if table.empty:
        said = "No group of accounts was found to act together beyond chance."
        return [Claim.quality("authenticity.groups", said, 0, "groups", weight=DETAIL, **rest)]
    first = table.iloc[0]
    number = (
        "One group of accounts acts"
        if len(table) == 1
        else f"{wording.count(len(table))} groups of accounts act"
    )
    said = (
        f"{number} together beyond chance; the largest, {wording.count(first['accounts'])} accounts, put out "
        f"{wording.count(first['posts'])} posts between {wording.day(first['first'])} and "
        f"{wording.day(first['last'])}"
        + (f", most of them about {first['brand']}." if first["brand"] else ".")
    )
    rest |= {"weight": WEIGHTY, "about": {"brand": first["brand"]}}
    return [Claim.quality("authenticity.groups", said, len(table), "groups", **rest)]


def _flipped(found: Authenticity) -> Claim:
    number = len(found.flips)
    if number:
        row = found.flips.iloc[0]
        said = (
            f"Leaving out inauthentic posts turns {wording.count(number)} "
            f"{'conclusion' if number == 1 else 'conclusions'} round, such as {row['figure']} of "
            f"{row['what']}: {row['with']} with them, {row['without']} without."
        )
    else:
        said = (
            "Leaving out inauthentic posts turns no conclusion round: no order of brands, no sign, no "
            "verdict on a change, no frequent topic."
        )
    return Claim(
        "authenticity.flips",
        said,
        number,
        "conclusions",
        n=found.posts,
        method="every figure with and without",
        inputs=INPUTS,
        kind="quality",
        weight=0.6 if number else 0.3,
    )

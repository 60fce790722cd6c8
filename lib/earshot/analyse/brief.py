"""The one page that leadership reads:
what the claims of the other notebooks add up to; nothing is computed here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from earshot.core import wording
from earshot.core.claim import Claim

MOST = 4


@dataclass(frozen=True)
class Page:
    """The brief in the order it is read: headline, standfirst,
    and the claims of each part (none stands twice).
    """

    headline: str
    standfirst: str
    changed: list[Claim]
    why: list[Claim]
    watch: list[Claim]
    standing: pd.DataFrame
    quoted: list[str]
    data: list[Claim]

    @property
    def caption(self) -> str:
        """The caption of the standings: what they are and on how many posts."""
        posts = wording.count(self.standing["posts"].sum())
        return f"Share of positive less share of negative posts, 95% interval; {posts} posts"


def compose(claims: Iterable[Claim]) -> Page:
    """Return the brief that these claims make, heaviest first;
    raises ValueError when there is no claim to report.
    """
    ranked = sorted(claims, key=lambda claim: (-claim.weight, claim.id))
    if not ranked:
        raise ValueError(
            "No notebook of this run has stated a claim yet; run 01 to 05 first, or 'earshot report'."
        )
    changed = [
        claim for claim in ranked if claim.kind in ("change", "event", "new") and claim.verdict != "noise"
    ]
    changed = _varied(changed)[:MOST]
    why = _reasons([claim for claim in ranked if claim not in changed], changed)[:MOST]
    watch = [claim for claim in ranked if _open(claim) and claim not in (*changed, *why)][:MOST]
    quality = sorted(
        (claim for claim in ranked if claim.kind == "quality" and claim not in watch),
        key=lambda claim: claim.part != "volume",
    )  # first how much, then how good
    level = next((claim for claim in ranked if claim.part == "overall"), ranked[0])
    lead = changed[0] if changed else level
    return Page(
        headline(lead),
        level.sentence,
        changed,
        why,
        watch,
        _standing(ranked),
        _quoted(ranked, lead),
        quality[: MOST + 1],
    )


def headline(claim: Claim) -> str:
    """Return the claim's headline where its author wrote one,
    else its sentence without what stands in brackets.
    """
    said = claim.about.get("headline") or claim.sentence.split(" (")[0].rstrip(".")
    return said[0].upper() + said[1:]


def _varied(claims: list[Claim]) -> list[Claim]:
    """Return the claims with at most two of a kind per brand at the front,
    so that one event does not fill the page.
    """
    seen: dict[tuple, int] = {}
    front, back = [], []
    for claim in claims:
        key = (claim.kind, claim.about.get("brand"))
        seen[key] = seen.get(key, 0) + 1
        (front if seen[key] <= 2 else back).append(claim)
    return front + back


def _reasons(claims: list[Claim], changed: list[Claim]) -> list[Claim]:
    """Return what people talk about and who stands where: claims of the same brands first."""
    brands = {claim.about.get("brand") for claim in changed}
    reasons = [claim for claim in claims if claim.part in ("topic", "order")]
    return sorted(
        reasons, key=lambda claim: (claim.about.get("brand") not in brands, -claim.weight, claim.id)
    )


def _open(claim: Claim) -> bool:
    """Say whether a claim is one to keep an eye on:
    a target missed or undecided, or data that may mislead.
    """
    return claim.about.get("meets") in ("missed", "open") or (claim.kind == "quality" and claim.weight >= 0.5)


def _standing(claims: list[Claim]) -> pd.DataFrame:
    """Return the net sentiment claimed for each brand in points of a hundred,
    with interval and posts, best first.
    """
    rows = [
        (claim.about["brand"], 100 * claim.value, 100 * claim.low, 100 * claim.high, claim.n)
        for claim in claims
        if claim.part == "standing"
    ]
    frame = pd.DataFrame(rows, columns=["brand", "net sentiment", "low", "high", "posts"])
    return frame.sort_values("net sentiment", ascending=False, ignore_index=True)


def _quoted(claims: list[Claim], lead: Claim) -> list[str]:
    """Return the ids of the posts that claims name as quotes,
    two from each, those on the headline's brand first.

    The text itself is never part of a claim.
    """
    quoting = sorted(claims, key=lambda claim: claim.about.get("brand", "") != lead.about.get("brand", ""))
    return list(dict.fromkeys(post for claim in quoting for post in claim.about.get("quotes", [])[:2]))[:MOST]

"""Whether the time before and after each campaign was really collected,
so that a comparison means something.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.core import clock, wording
from earshot.core.claim import Claim
from earshot.core.workspace import Workspace
from earshot.enrich.campaigns import step as campaign_links

LONGEST = 28  # days on either side that are compared
EMPTY_DAY = 0.1  # of the usual volume; a day with less counts as not collected
WHOLE = 0.9
METHOD = (
    "days of each window with a tenth or more of the median day's posts and less than half of it in a "
    "known gap"
)
INPUTS = ("posts", "gaps")


@dataclass(frozen=True)
class Windows:
    """What was found: one row per campaign and window (before,
    during, after), what its links say, and the claims.

    ``links`` has one row per campaign, utm_source and utm_medium of the posts with such links, with their
    number; links that are no known campaign's say the name that they give.
    """

    table: pd.DataFrame
    links: pd.DataFrame
    claims: list[Claim]
    scope: str

    def caption(self, said: str) -> str:
        """Return a caption with the number of campaigns."""
        return f"{said}; {self.scope}"


def measure(posts: pd.DataFrame, workspace: Workspace) -> Windows:
    """Return how much of each campaign's windows ``posts`` (as analyse.posts gives them) really cover."""
    campaigns = campaign_links.read_campaigns(workspace)
    gaps = workspace.store.read("gaps", columns=["source", "start", "end"])
    daily = posts.groupby("day").size()
    rows = [
        _window(posts, daily, gaps, campaign, name, start, end, workspace.params.timezone)
        for campaign in campaigns
        for name, start, end in _spans(campaign)
    ]
    columns = ["campaign", "name", "window", "start", "end", "days", "collected", "posts", "tagged", "whole"]
    table = pd.DataFrame(rows, columns=columns)
    links = _links(posts, workspace, {campaign.id: campaign.name for campaign in campaigns})
    return Windows(table, links, _claims(table), f"{wording.count(len(campaigns))} campaigns")


def _links(posts: pd.DataFrame, workspace: Workspace, names: dict[str, str]) -> pd.DataFrame:
    """Return how many posts carry a link of each campaign, source and medium, most first."""
    kept = workspace.store.read("utm", columns=["post_id", *campaign_links.PARTS])
    rows = (
        posts[["post_id", "campaign"]].merge(kept, on="post_id")
        if "post_id" in posts
        else kept.assign(campaign="")
    )
    rows["campaign"] = rows["campaign"].map(names).fillna(rows["utm_campaign"])
    rows = rows[["campaign", "utm_source", "utm_medium"]].astype("str").fillna("")
    counted = rows.groupby(["campaign", "utm_source", "utm_medium"]).size().rename("posts").reset_index()
    return counted.sort_values(
        ["posts", "campaign", "utm_source"], ascending=[False, True, True], ignore_index=True
    )


def _spans(campaign: campaign_links.Campaign) -> list[tuple]:
    length = min(LONGEST, (campaign.after - campaign.start).days)
    return [
        ("before", campaign.start - pd.Timedelta(days=length), campaign.start),
        ("during", campaign.start, campaign.after),
        ("after", campaign.after, campaign.after + pd.Timedelta(days=length)),
    ]


def _window(
    posts: pd.DataFrame,
    daily: pd.Series,
    gaps: pd.DataFrame,
    campaign: campaign_links.Campaign,
    name: str,
    start: pd.Timestamp,
    end: pd.Timestamp,
    zone: str,
) -> dict:
    days = pd.date_range(start, end, inclusive="left").tz_localize(None)
    midnights = pd.Series(daily.index).dt.tz_localize(None) if daily.index.tz is not None else daily.index
    volume = pd.Series(daily.to_numpy(), index=pd.DatetimeIndex(midnights)).reindex(days, fill_value=0)
    usual = daily.median() if len(daily) else 0
    held = (volume >= max(1, EMPTY_DAY * usual)) & (_lost(days, gaps) < 0.5)
    about = posts[posts["brand"].eq(campaign.brand)] if campaign.brand else posts
    local = about["created_at"].dt.tz_convert(zone).dt.tz_localize(None)
    inside = about[(local >= days[0]) & (local < days[-1] + pd.Timedelta(days=1))]
    share = float(held.mean())
    return {
        "campaign": campaign.id,
        "name": campaign.name,
        "window": name,
        "start": f"{days[0]:%Y-%m-%d}",
        "end": f"{days[-1]:%Y-%m-%d}",
        "days": len(days),
        "collected": share,
        "posts": len(inside),
        "tagged": int(inside["campaign"].eq(campaign.id).sum()),
        "whole": share >= WHOLE,
    }


def _lost(days: pd.DatetimeIndex, gaps: pd.DataFrame) -> np.ndarray:
    """Return the share of each day in which some source has a gap, the sources with one counting alike."""
    if gaps.empty:
        return np.zeros(len(days))
    until = gaps["end"].fillna(clock.now())
    parts = []
    for day in days.tz_localize("UTC"):
        overlap = (
            until.clip(upper=day + pd.Timedelta(days=1)) - gaps["start"].clip(lower=day)
        ).dt.total_seconds()
        parts.append(overlap.clip(lower=0).groupby(gaps["source"]).sum().mean() / 86_400)
    return np.array(parts)


def _claims(table: pd.DataFrame) -> list[Claim]:
    if table.empty:
        return []
    sides = table[table["window"] != "during"]
    bad = sides[~sides["whole"]]
    campaigns = table["campaign"].nunique()
    if bad.empty:
        said = (
            f"Before and after each of {wording.count(campaigns)} campaigns the posts were really collected: "
            "comparing the two is fair."
        )
        return [
            Claim.quality("collect.campaigns", said, campaigns, "campaigns", len(sides), METHOD, 0.2, INPUTS)
        ]
    claims = []
    for row in bad.to_dict("records"):
        share = wording.percent(row["collected"])
        said = (
            f"The {row['days']} days {row['window']} {row['name']} were collected on {share} of days only "
            f"({wording.span(pd.Timestamp(row['start']), pd.Timestamp(row['end']))}): a comparison with them "
            "says nothing about the campaign."
        )
        claims.append(
            Claim.quality(
                f"collect.campaigns.{wording.slug(row['campaign'])}.{row['window']}",
                said,
                row["collected"],
                "share",
                row["posts"],
                METHOD,
                0.5,
                INPUTS,
            )
        )
    return claims

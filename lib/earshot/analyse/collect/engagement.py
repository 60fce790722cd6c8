"""How much engagement there was: totals that own up to what was imputed,
by platform and by tier of influence.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.enrich.engagement import step as engagement

METHOD = (
    "sum over hot-deck multiple imputations, combined by Rubin's rules (1987); known counts are as collected"
)
MOST_IMPUTED = 0.5


@dataclass(frozen=True)
class Engagement:
    """What was found: totals with interval and imputed share,
    the same by platform, posts by tier, and the claims.
    """

    totals: pd.DataFrame
    by_platform: pd.DataFrame
    tiers: pd.DataFrame
    claims: list[Claim]
    scope: str

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts."""
        return f"{said}; {self.scope}"


def measure(posts: pd.DataFrame, params: Brief) -> Engagement:
    """Return the engagement of ``posts`` (as analyse.posts gives them);
    raises ValueError when there is none.
    """
    if posts.empty:
        raise ValueError("There is no post in this window; widen start and end, or import posts first.")
    posts = posts.sort_values("post_id").reset_index(drop=True)
    drawn = {count: engagement.draws(posts, count, params.seed) for count in engagement.COUNTS}
    totals = pd.DataFrame([combine(posts[count], drawn[count]) | {"count": count} for count in drawn])
    parts = [
        combine(posts.loc[rows, count], drawn[count][rows]) | {"platform": platform, "count": count}
        for count in drawn
        for platform, rows in posts.groupby("platform").indices.items()
    ]
    tiers = (
        engagement.tier(posts["followers"]).value_counts().rename_axis("tier").rename("posts").reset_index()
    )
    columns = ["count", "value", "low", "high", "imputed", "never known", "n"]
    return Engagement(
        totals[columns],
        pd.DataFrame(parts)[["platform", *columns]],
        tiers.assign(share=tiers["posts"] / len(posts)),
        _claims(totals),
        f"{wording.count(len(posts))} posts",
    )


def combine(known: pd.Series, drawn: np.ndarray) -> dict:
    """Return the total with its interval,
    the share of posts imputed and the share about which nothing is known.

    The total is of these very posts, so that only what was not known makes it uncertain (Rubin's between
    variance); where one platform never tells a count, its posts are left out and counted as ``never known``.
    """
    held = ~np.isnan(drawn).any(axis=1)
    sums = drawn[held].sum(axis=0)
    number = drawn.shape[1]
    spread = np.sqrt((1 + 1 / number) * sums.var(ddof=1)) if held.any() else np.nan
    half = stats.t.ppf(0.975, number - 1) * spread
    value = float(sums.mean()) if held.any() else np.nan
    floor = float(known[held].astype("float64").sum())
    return {
        "value": value,
        "low": np.maximum(floor, value - half),
        "high": value + half,
        "n": len(known),
        "imputed": float((known.isna().to_numpy() & held).mean()),
        "never known": float((~held).mean()),
    }


def _claims(totals: pd.DataFrame) -> list[Claim]:
    claims = []
    for row in totals.dropna(subset="value").to_dict("records"):
        name, n = row["count"], int(row["n"])
        said = f"These posts drew {wording.count(row['value'])} {name}"
        if row["imputed"]:
            said += (
                f" ({wording.between(row['low'], row['high'], wording.count)}), "
                f"{wording.percent(row['imputed'])} of posts having a count imputed from posts like them"
            )
        if row["never known"]:
            said += (
                f"; for {wording.percent(row['never known'])} of posts nobody tells, and they are left out"
            )
        if row["imputed"] > MOST_IMPUTED:
            said += ". Most of it is imputed: do not build on it"
        claims.append(
            Claim(
                f"clean.engagement.{name}",
                said + ".",
                row["value"],
                name,
                row["low"],
                row["high"],
                n,
                METHOD,
                ("posts", "engagement"),
                "quality",
                0.15,
            )
        )
    return claims

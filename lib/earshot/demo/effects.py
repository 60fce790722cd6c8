"""Planted effects: a campaign lift in treated regions,
sales that follow sentiment, tastes that drive clicks.
"""

import numpy as np
import pandas as pd

from earshot.demo.people import TASTES
from earshot.demo.world import CAMPAIGNS, PLACES, TREATED, ZONE

NPS = {"level": 7.6, "slope": 3.0, "spread": 2.1, "answers": 80, "lag_weeks": 1}
CAMPAIGN_LIFT = {
    "campaign": "double_data",
    "treated": TREATED,
    "visits": 0.14,
    "sales": 0.10,
    "start": "2026-08-24",
    "end": "2026-09-20",
}
SALES = {"net_sentiment_effect": 0.25, "lag_days": 1, "conversion": 0.031, "social_visit_share": 0.08}


def campaigns() -> pd.DataFrame:
    """Return the campaign calendar with budget, regions and UTM name."""
    return pd.DataFrame(
        [
            {
                "campaign": key,
                "name": name,
                "channel": channel,
                "start": start,
                "end": end,
                "regions": regions,
                "budget": budget,
                "utm_campaign": key,
            }
            for key, name, channel, start, end, regions, budget, _ in CAMPAIGNS
        ]
    )


def tastes(
    people: pd.DataFrame, rng: np.random.Generator, end: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return (items, interactions with logged propensities, hidden preferences); taste drives the clicks."""
    items = pd.DataFrame(
        {"item_id": [f"I{i:03d}" for i in range(120)], "kind": [TASTES[i % len(TASTES)] for i in range(120)]}
    )
    appeal = rng.normal(0, 0.5, len(items))
    n = 6 * len(people)
    who, popularity = rng.integers(0, len(people), n), np.exp(appeal) / np.exp(appeal).sum()
    what = rng.choice(len(items), n, p=popularity)
    taste = np.stack(people["tastes"].to_numpy())[who, what % len(TASTES)]
    chance = 1 / (1 + np.exp(-(-3.2 + 4.5 * taste + appeal[what])))
    event = np.where(rng.random(n) < chance, np.where(rng.random(n) < 0.2, "share", "click"), "view")
    last = pd.Timestamp(end, tz=ZONE).tz_convert("UTC") + pd.Timedelta(days=1)
    seen = pd.DataFrame(
        {
            "at": last - pd.to_timedelta(rng.integers(1, 91 * 86400, n), unit="s"),
            "platform": people["platform"].to_numpy()[who],
            "author": people["author"].to_numpy()[who],
            "item_id": items["item_id"].to_numpy()[what],
            "event": event,
            "propensity": popularity[what].round(6),
        }
    ).sort_values("at", kind="stable", ignore_index=True)
    seen.insert(0, "interaction_id", [f"N{i:07d}" for i in range(n)])
    hidden = pd.DataFrame(np.stack(people["tastes"].to_numpy()), columns=list(TASTES)).assign(
        author=people["author"].to_numpy()
    )
    return (
        items.assign(title=[f"{kind.title()} no. {i}" for i, kind in enumerate(items["kind"])]),
        seen,
        hidden,
    )


def visits(frame: pd.DataFrame, rng: np.random.Generator, end: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (visits and sales per UK region, source and day; the hidden parts of each region and day)."""
    days = pd.date_range(end=end, periods=91, freq="D")
    mood = _mood(frame, days)
    base = {region: 900 * np.exp(rng.normal(0, 0.35)) for region in PLACES["en"]}
    rows, hidden = [], []
    for region in base:
        for i, day in enumerate(days):
            active = region in TREATED and CAMPAIGN_LIFT["start"] <= f"{day:%Y-%m-%d}" <= CAMPAIGN_LIFT["end"]
            level = (
                base[region]
                * (1 + 0.08 * np.sin(2 * np.pi * i / 7))
                * (1 + 0.001 * i)
                * np.exp(rng.normal(0, 0.05))
            )
            lift = 1 + CAMPAIGN_LIFT["visits"] * active
            tilt = 1 + SALES["net_sentiment_effect"] * mood[i]
            total = rng.poisson(level * lift)
            split = rng.multinomial(total, (0.42, 0.30, SALES["social_visit_share"], 0.12, 0.08))
            gain = (1 + CAMPAIGN_LIFT["sales"]) / (1 + CAMPAIGN_LIFT["visits"]) if active else 1.0
            for source, count in zip(("search", "direct", "social", "email", "referral"), split, strict=True):
                sold = rng.poisson(count * SALES["conversion"] * tilt * gain)
                rows.append(
                    (
                        day,
                        region,
                        source,
                        int(count),
                        int(sold),
                        round(float(sold * rng.uniform(180, 320)), 2),
                    )
                )
            hidden.append(
                (day, region, active, round(lift, 3), round(float(tilt), 4), round(float(level), 2))
            )
    return (
        pd.DataFrame(rows, columns=["day", "region", "source", "visits", "sales", "revenue"]),
        pd.DataFrame(hidden, columns=["day", "region", "campaign", "lift", "sentiment_tilt", "expected"]),
    )


def _mood(frame: pd.DataFrame, days: pd.DatetimeIndex) -> np.ndarray:
    """Return Larkspur's net sentiment of the day before, centred on its mean (0 on the first day)."""
    ours = frame[(frame["brand"] == "Larkspur") & (frame["role"] == "post")]
    score = ours["sentiment"].map({"negative": -1.0, "neutral": 0.0, "positive": 1.0})
    daily = (
        score.groupby(ours["at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()).mean().reindex(days)
    )
    before = (daily - daily.mean()).shift(SALES["lag_days"]).fillna(0.0)
    return before.to_numpy()

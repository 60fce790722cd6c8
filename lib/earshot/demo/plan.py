"""Who posts when about what: the skeleton of every post before a word is written."""

import numpy as np
import pandas as pd

from earshot.demo.world import (
    BRAND_MOOD,
    BRANDS,
    DAYS,
    EVENTS,
    GAP,
    HOUR,
    LANGUAGES,
    PLATFORMS,
    SENTIMENTS,
    THEME_MOOD,
    THEMES,
    WEEKDAY,
    ZONE,
    size,
)


def draw(rng: np.random.Generator, weights: dict, n: int) -> np.ndarray:
    """Return ``n`` keys of ``weights`` drawn in proportion."""
    p = np.array(list(weights.values()), float)
    return np.array(list(weights), dtype=object)[rng.choice(len(p), n, p=p / p.sum())]


def hours(end: str) -> pd.DatetimeIndex:
    """Return every hour of the period in local time."""
    last = pd.Timestamp(end) + pd.Timedelta(days=1)
    return pd.date_range(last - pd.Timedelta(days=DAYS), last, freq="h", inclusive="left", tz=ZONE)


def rhythm(when: pd.DatetimeIndex) -> np.ndarray:
    """Return the weight of each hour: weekday times hour of day."""
    return np.array(WEEKDAY)[when.day_of_week] * np.array(HOUR)[when.hour]


def moods(rng: np.random.Generator, brand: np.ndarray, theme: np.ndarray) -> np.ndarray:
    """Return a sentiment for each post from the planted mix of its theme and brand."""
    result = np.empty(len(brand), dtype=object)
    for (one, topic), rows in pd.DataFrame({"b": brand, "t": theme}).groupby(["b", "t"]).indices.items():
        result[rows] = np.array(SENTIMENTS, dtype=object)[rng.choice(3, len(rows), p=mix(one, topic))]
    return result


def mix(brand: str, theme: str) -> np.ndarray:
    """Return the planted shares (negative, neutral, positive) of a theme for a brand."""
    base = np.array((0.15, 0.35, 0.50) if theme == "meadow" else THEMES[theme][1:])
    for worse, better in (BRAND_MOOD[brand], THEME_MOOD.get((brand, theme), (1, 1))):
        base = base * np.array((worse, 1, better))
    return base / base.sum()


def everyday(rng: np.random.Generator, n: int, end: str) -> pd.DataFrame:
    """Return ``n`` ordinary posts: time, brand, theme, sentiment, platform, lang;
    none inside the collection gap.
    """
    extra = n + max(200, n // 20)
    grid = hours(end)
    at = grid[rng.choice(len(grid), extra, p=rhythm(grid) / rhythm(grid).sum())]
    at = at.tz_convert("UTC") + pd.to_timedelta(rng.integers(0, 3600, extra), unit="s")
    brand, theme = draw(rng, BRANDS, extra), draw(rng, {k: v[0] for k, v in THEMES.items()}, extra)
    launched = (brand == "Larkspur") & (at >= EVENTS[0].window()[1]) & (rng.random(extra) < 0.06)
    theme[launched] = "meadow"
    frame = pd.DataFrame(
        {
            "at": at,
            "brand": brand,
            "theme": theme,
            "sentiment": moods(rng, brand, theme),
            "platform": draw(rng, PLATFORMS, extra),
            "lang": draw(rng, LANGUAGES, extra),
            "event": "",
            "role": "post",
        }
    )
    lost = in_gap(frame)
    kept = frame[~lost].head(n).reset_index(drop=True)
    kept.attrs["lost"] = round(lost.sum() * n / extra)
    return kept


def in_gap(frame: pd.DataFrame) -> pd.Series:
    """Return which posts fall on the platform and hours whose collection was lost."""
    start, end = (pd.Timestamp(GAP[side], tz=ZONE).tz_convert("UTC") for side in ("start", "end"))
    return (frame["platform"] == GAP["platform"]) & (frame["at"] >= start) & (frame["at"] < end)


def after_gap(platform: str, at: pd.Timestamp) -> pd.Timestamp:
    """Return ``at``, six hours later when the collection of that platform was lost then."""
    return (
        at + pd.Timedelta(hours=6)
        if in_gap(pd.DataFrame({"platform": [platform], "at": [at]})).iloc[0]
        else at
    )


def bursts(rng: np.random.Generator, posts: int) -> pd.DataFrame:
    """Return the posts of the planted events: they start at an exact hour and fade."""
    parts = []
    for event in EVENTS:
        n = max(30, round(event.share * posts))
        start, _ = event.window()
        grid = pd.date_range(start, periods=event.hours, freq="h").tz_convert(ZONE)
        weight = (0.15 + rhythm(grid)) * np.exp(-np.arange(event.hours) / event.fade_hours)
        at = grid[np.sort(rng.choice(event.hours, n, p=weight / weight.sum()))].tz_convert("UTC")
        platforms = {k: v for k, v in PLATFORMS.items() if k != "reviews"}
        parts.append(
            pd.DataFrame(
                {
                    "at": at + pd.to_timedelta(rng.integers(0, 3600, n), unit="s"),
                    "brand": event.brand,
                    "theme": event.theme,
                    "sentiment": np.array(SENTIMENTS, dtype=object)[rng.choice(3, n, p=event.mix)],
                    "platform": draw(rng, platforms, n),
                    "lang": draw(rng, LANGUAGES, n),
                    "event": event.name,
                    "role": "post",
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    frame.loc[in_gap(frame), "platform"] = "reddit"
    return frame


def off_topic(rng: np.random.Generator, posts: int, end: str) -> pd.DataFrame:
    """Return posts about the flower and the place that the brand's name catches."""
    frame = everyday(rng, size("offtopic", posts), end)
    feel = draw(rng, {"neutral": 0.55, "positive": 0.35, "negative": 0.10}, len(frame))
    platform = np.where(np.isin(frame["platform"], ("reviews", "youtube")), "mastodon", frame["platform"])
    return frame.assign(
        brand="Larkspur",
        theme="offtopic",
        sentiment=feel,
        lang="en",
        event="",
        platform=platform,
        role="offtopic",
    )

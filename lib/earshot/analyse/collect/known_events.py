"""Completeness judged against what is known to have happened: does the volume react where it must?

`campaigns.yml` names launches, crises, rivals' news and known losses with their times. For each, the posts
per hour of the event's first day are held against the same hours of the days before. A reaction that is
missing means that posts are missing, or that nobody cared; a window that was not collected says neither.
"""

from dataclasses import dataclass

import pandas as pd
from scipy import stats

from earshot.core import wording
from earshot.core.claim import DETAIL, Claim
from earshot.core.params import Brief, ParamError
from earshot.core.store import Store
from earshot.core.workspace import Workspace
from earshot.statistics.proportion import wilson

FOUND, MISSED, NOT_COLLECTED = "found", "missed", "not collected"
LOOK = pd.Timedelta("24h")  # how long after its start an event is looked for
DAYS_BEFORE = 14
COVERED = 0.5  # share of the window's hours that must have posts of any brand
METHOD = "posts of the event's first day against the same hours of the days before, exact Poisson test, 5 %"
LEAST_RATIO = 1.2
BEGUN = 0.1  # of the median day; stray posts before the first such day are no collection
SHOWS = ("does not show", "shows")
COLUMNS = [
    "event",
    "kind",
    "about",
    "start",
    "came",
    "expected",
    "ratio",
    "low",
    "high",
    "p",
    "gap_minutes",
    "verdict",
]


@dataclass(frozen=True)
class Completeness:
    """One row per known event with what came, what was expected and the verdict, and the claims."""

    probes: pd.DataFrame
    claims: list[Claim]

    @property
    def shown(self) -> pd.DataFrame:
        """The probes under headings for readers."""
        named = {"came": "posts", "gap_minutes": "minutes lost"}
        return self.probes[[name for name in COLUMNS if name not in ("p", "low", "high")]].rename(
            columns=named
        )


def measure(posts: pd.DataFrame, workspace: Workspace) -> Completeness:
    """Return whether each event of campaigns.yml shows in ``posts`` (as analyse.posts gives them).

    Raises ParamError when an event has no id, kind or start that can be read.
    """
    events = [read_event(entry) for entry in workspace.settings("campaigns").get("events") or []]
    gaps = _gaps(workspace.store)
    rows = [_probe(event, posts, gaps, workspace.params) for event in events]
    probes = pd.DataFrame(rows, columns=COLUMNS)
    return Completeness(probes, _claims(probes))


def read_event(entry: object) -> dict:
    """Return an event of campaigns.yml with start and end as times;
    raises ParamError when it cannot be read.
    """
    if not isinstance(entry, dict) or not {"id", "kind", "start"} <= set(entry):
        raise ParamError(f"campaigns.yml: the event {str(entry)[:60]} needs id, kind and start.")
    try:
        start = pd.Timestamp(entry["start"])
    except ValueError:
        raise ParamError(
            f"campaigns.yml, event {entry['id']}: start {entry['start']!r} is no time; write it as "
            "2026-08-11T07:00."
        ) from None
    return entry | {"start": start, "end": pd.Timestamp(entry.get("end") or start + LOOK)}


def _gaps(store: Store) -> pd.DataFrame:
    gaps = store.read("gaps")
    return gaps.assign(end=gaps["end"].fillna(gaps["start"]))


def _probe(event: dict, posts: pd.DataFrame, gaps: pd.DataFrame, params: Brief) -> dict:
    """Return one row: what came in the event's first day (or the loss's hours)
    and what was to be expected.
    """
    start = event["start"].tz_localize(params.timezone).tz_convert("UTC")
    end = min(event["end"].tz_localize(params.timezone).tz_convert("UTC"), start + LOOK)
    subject = posts[_about(event, posts)]["created_at"]
    came = int(subject.between(start, end, inclusive="left").sum())
    shifts = [pd.Timedelta(days=number) for number in range(1, DAYS_BEFORE + 1)]
    since = _since(subject)
    held = [shift for shift in shifts if len(subject) and start - shift >= since]
    before = [int(subject.between(start - shift, end - shift, inclusive="left").sum()) for shift in held]
    lost = gaps[(gaps["start"] < end) & (gaps["end"] > start)]
    minutes = (lost["end"].clip(upper=end) - lost["start"].clip(lower=start)).dt.total_seconds().sum() / 60
    row = {
        "event": event.get("name", event["id"]),
        "kind": event["kind"],
        "start": event["start"],
        "came": came,
        "about": event.get("brand") or event.get("platform") or "all",
        "gap_minutes": float(minutes),
    }
    return row | _judged(event, came, before, _covered(posts, start, end))


def _about(event: dict, posts: pd.DataFrame) -> pd.Series:
    chosen = pd.Series(True, index=posts.index)
    for name in ("brand", "platform"):
        if event.get(name):
            chosen &= posts[name].eq(event[name])
    return chosen


def _since(times: pd.Series) -> pd.Timestamp:
    """Return when the collection of these posts began:
    the first post, or the first day with a tenth of the usual.
    """
    daily = times.dt.floor("D").value_counts()
    full = daily.index[daily >= BEGUN * daily.median()] if len(daily) else daily.index
    return max(times.min(), full.min()) if len(full) else pd.Timestamp.max.tz_localize("UTC")


def _covered(posts: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the share of the window's hours in which any post of any brand was written."""
    inside = posts.loc[posts["created_at"].between(start, end, inclusive="left"), "created_at"]
    hours = max(1, round((end - start) / pd.Timedelta("1h")))
    return inside.dt.floor("h").nunique() / hours


def _judged(event: dict, came: int, before: list[int], covered: float) -> dict:
    """Return expected, ratio with interval, p and the verdict;
    a known loss is found when posts are lacking.
    """
    if not before or (covered < COVERED and event["kind"] != "gap"):
        return dict.fromkeys(("expected", "ratio", "low", "high", "p")) | {"verdict": NOT_COLLECTED}
    total, days = sum(before), len(before)
    expected = total / days
    share = (
        stats.binomtest(
            came,
            max(1, came + total),
            1 / (days + 1),
            alternative="less" if event["kind"] == "gap" else "greater",
        )
        if came + total
        else None
    )
    ratio = came / expected if expected else None
    both = stats.binomtest(came, came + total).proportion_ci(0.95, "exact") if came + total else None
    low, high = (
        (days * end / (1 - end) if end < 1 else None for end in (both.low, both.high))
        if both
        else (None, None)
    )
    p = share.pvalue if share else 1.0
    reacted = p < 0.05 and (event["kind"] == "gap" or (ratio or 2.0) >= LEAST_RATIO)
    return {
        "expected": expected,
        "ratio": ratio,
        "low": low,
        "high": high,
        "p": p,
        "verdict": FOUND if reacted else MISSED,
    }


def _claims(probes: pd.DataFrame) -> list[Claim]:
    if probes.empty:
        said = "No known event is written in campaigns.yml, so completeness cannot be judged against any."
        return [Claim.quality("collect.events", said, None, "", 0, METHOD, DETAIL)]
    found, judged = int((probes["verdict"] == FOUND).sum()), int((probes["verdict"] != NOT_COLLECTED).sum())
    apart = len(probes) - judged
    shown = (
        f"Of {wording.count(judged)} known events whose days were collected, {wording.count(found)} show in "
        "the volume"
        if judged != 1
        else f"The one known event whose days were collected {SHOWS[found]} in the volume"
    )
    said = shown + (f"; {wording.count(apart)} fell outside what was collected." if apart else ".")
    low, high = wilson(found, judged) if judged else (None, None)
    share = {"value": found / judged if judged else None, "low": low, "high": high, "n": judged}
    rest = {"method": METHOD, "inputs": ("posts", "gaps"), "kind": "quality"}
    claims = [Claim.of("collect.events", said, share, weight=0.4, **rest)]
    return claims + [_missed(row) for row in probes[probes["verdict"] == MISSED].to_dict("records")]


def _missed(row: dict) -> Claim:
    """State an event that does not show in the volume."""
    lost = f" {wording.count(row['gap_minutes'])} minutes of it were lost." if row["gap_minutes"] else ""
    said = (
        f"{row['event']} does not show: {wording.count(row['came'])} posts about "
        f"{wording.spoken(row['about'])} "
        f"in its first day, where {wording.count(row['expected'])} are usual.{lost}"
    )
    name, about = f"collect.event.{wording.slug(row['event'])}", {"day": f"{row['start']:%Y-%m-%d}"}
    rest = {"inputs": ("posts", "gaps"), "about": about}
    return Claim.quality(name, said, row["came"], "posts", row["came"], METHOD, 0.6, **rest)

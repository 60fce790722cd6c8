"""What the gap ledger says: for how long which source was not read,
why, and how many posts that may have cost.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.collect.feeds import gaps
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.store import Store

DONE = {
    "down": "was out of reach",
    "throttled": "was throttled",
    "truncated": "gave less than it had",
    "refused": "refused our requests",
    "stopped": "was not read, since our run was ended,",
}
METHOD = "minutes from the first request that failed to the next answer, as written down while collecting"
COUNTED = (
    METHOD + "; missed posts: the platform's own count for those minutes less what was collected afterwards"
)
INPUTS = ("gaps", "cursors")
NAMED = 5  # sources that a sentence is spent on


@dataclass(frozen=True)
class GapLedger:
    """The ledger as 01_collect shows it: every gap,
    the sums by source, stretches to shade, and the claims.
    """

    table: pd.DataFrame
    by_source: pd.DataFrame
    marks: pd.DataFrame
    claims: list[Claim]


def measure(store: Store, params: Brief) -> GapLedger:
    """Return what the ledger of a workspace holds for the days of the brief (all, where it names none).

    ``table``: source, platform, kind, start, end (the workspace's zone), minutes (exact), missed (unknown
    where no platform said), reason, running. ``by_source``: gaps, minutes, missed, counted (gaps whose cost
    is known).
    """
    rows = _in_window(_read(store), params)
    table = rows[["source", "platform", "kind", "start", "end", "minutes", "missed", "running", "reason"]]
    by_source = _sums(rows)
    return GapLedger(table, by_source, _marks(rows), _claims(rows, by_source, store))


def marks(store: Store, params: Brief) -> pd.DataFrame:
    """Return start, end and label (in the workspace's zone) of every gap, for a chart to shade."""
    return _marks(_in_window(_read(store), params))


def _read(store: Store) -> pd.DataFrame:
    """Return the ledger; a gap that still runs counts up to the last time its source was tried."""
    rows = gaps.read(store)
    tried = store.read("cursors", ["source", "at"]).groupby("source")["at"].max()
    seen = tried.reindex(rows["source"]).set_axis(rows.index).fillna(rows["start"])
    ends = rows["end"].fillna(seen.where(seen > rows["start"], rows["start"]))
    minutes = (ends - rows["start"]).dt.total_seconds() / 60
    named = rows["platform"].where(rows["platform"].astype("str").str.len() > 0, rows["source"])
    return rows.assign(end=ends, minutes=minutes, platform=named)


def _in_window(rows: pd.DataFrame, params: Brief) -> pd.DataFrame:
    local = rows.assign(
        **{name: rows[name].dt.tz_convert(params.timezone).dt.tz_localize(None) for name in ("start", "end")}
    )
    if params.start:
        local = local[local["end"] >= pd.Timestamp(params.start)]
    if params.end:
        local = local[local["start"] < pd.Timestamp(params.end) + pd.Timedelta(days=1)]
    return local.sort_values(["start", "source"], ignore_index=True)


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per source, longest first; minutes that two gaps of a source share count once."""
    columns = ["source", "platform", "gaps", "minutes", "missed", "counted"]
    sums = [
        {
            "source": source,
            "platform": group["platform"].iloc[0],
            "gaps": len(group),
            "minutes": _covered(group),
            "missed": group["missed"].sum(min_count=1),
            "counted": int(group["missed"].notna().sum()),
        }
        for source, group in rows.groupby("source", observed=True)
    ]
    table = pd.DataFrame(sums, columns=columns).astype({"missed": "Int64", "minutes": "float64"})
    return table.sort_values(["minutes", "source"], ascending=[False, True], ignore_index=True)


def _covered(group: pd.DataFrame) -> float:
    ordered = group.sort_values("start")
    before = ordered["end"].cummax().shift()
    begins = ordered["start"].where(before.isna() | (before < ordered["start"]), before)
    return float((ordered["end"] - begins).dt.total_seconds().clip(lower=0).sum() / 60)


def _marks(rows: pd.DataFrame) -> pd.DataFrame:
    label = rows["platform"].astype("str").map(wording.spoken) + " " + rows["kind"].astype("str")
    return rows[["start", "end"]].assign(label=label.astype("str"))


def _claims(rows: pd.DataFrame, by_source: pd.DataFrame, store: Store) -> list[Claim]:
    if rows.empty:
        return [_none(store)]
    return [
        _total(rows, by_source),
        *(
            _of_source(rows[rows["source"] == row["source"]], row)
            for row in by_source.head(NAMED).to_dict("records")
        ),
    ]


def _none(store: Store) -> Claim:
    feeds = store.read("cursors", ["source"])["source"].nunique()
    said = (
        f"No interruption was written down while {wording.count(feeds)} "
        f"{'feed was' if feeds == 1 else 'feeds were'} collected."
        if feeds
        else "No feed is collected here: the posts came as files, so nobody wrote down when "
        "a source was out of reach, and only a silence in the posts can show it."
    )
    return Claim.quality("collect.ledger", said, 0, "minutes", feeds, METHOD, 0.2 if feeds else 0.3, INPUTS)


def _total(rows: pd.DataFrame, by_source: pd.DataFrame) -> Claim:
    minutes, running = float(by_source["minutes"].sum()), int(rows["running"].sum())
    open_ = f"; {wording.count(running)} of them had not ended when last tried" if running else ""
    said = (
        f"Collection was interrupted {_often(len(rows))}, for {_long(minutes)} in all, in "
        f"{wording.count(len(by_source))} {'source' if len(by_source) == 1 else 'sources'}{open_}."
    )
    return Claim.quality("collect.ledger", said, minutes, "minutes", len(rows), METHOD, 0.5, INPUTS)


def _of_source(rows: pd.DataFrame, sums: dict) -> Claim:
    """State the longest gap of a source and what all of its gaps may have cost."""
    worst = rows.sort_values("minutes").iloc[-1]
    who = wording.spoken(str(worst["platform"]))
    who = (
        who
        if who == worst["source"] or str(worst["platform"]) == worst["source"]
        else f"{who} ({worst['source']})"
    )
    when = wording.day(worst["start"])
    told = f"{who} {DONE[worst['kind']]} for {_long(worst['minutes'])} on {when}"
    rest = (
        f", the longest of {wording.count(len(rows))} gaps that make {_long(sums['minutes'])}"
        if len(rows) > 1
        else ""
    )
    said = f"{told}{rest}; {_cost(sums, len(rows))}."
    about = {"source": str(worst["source"]), "day": f"{worst['start']:%Y-%m-%d}", "direction": "gap"}
    missed = None if pd.isna(sums["missed"]) else int(sums["missed"])
    return Claim.quality(
        f"collect.ledger.{wording.slug(worst['source'])}",
        said,
        sums["minutes"],
        "minutes",
        len(rows),
        METHOD if missed is None else COUNTED,
        0.7 if missed or sums["minutes"] >= 60 else 0.4,
        INPUTS,
        about=about,
    )


def _cost(sums: dict, number: int) -> str:
    if pd.isna(sums["missed"]):
        return "how many posts that cost is not known"
    partly = (
        "" if sums["counted"] == number else f" in the {wording.count(sums['counted'])} that could be counted"
    )
    missed = int(sums["missed"])
    return (
        f"some {wording.count(missed)} posts may be missing{partly}"
        if missed
        else f"no post is missing{partly}"
    )


def _long(minutes: float) -> str:
    """Return a stretch of time as one says it: 38 minutes, 2 hours 18 minutes, less than a minute."""
    whole = round(minutes)
    if whole < 1:
        return "less than a minute"
    days, hours, left = whole // 1440, whole // 60 % 24, whole % 60
    parts = [(days, "day"), (hours, "hour"), (left, "minute")]
    return " ".join(
        f"{wording.count(number)} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number
    )


def _often(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{wording.count(number)} times")

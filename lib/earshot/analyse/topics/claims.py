"""What 04_topics states: the largest topics, the least favourable one, what moved and what is new."""

from dataclasses import replace

import pandas as pd

from earshot.analyse.topics import emergence
from earshot.analyse.topics.tables import Topics
from earshot.core import wording
from earshot.core.claim import BACKGROUND, Claim
from earshot.core.params import Brief
from earshot.statistics import estimate

INPUTS = ("posts", "duplicates", "sentiment", "topics", "topic_names")
SHARE = "share of posts without repeats, clustered by author, 95% interval"
MEAN = "mean over the topic's posts without repeats, clustered by author, 95% interval"
CHANGE = "difference of shares clustered by author, corrected for all topics (Benjamini-Hochberg)"
ODDS = "log-odds with informative Dirichlet prior over people, corrected for all words (Benjamini-Hochberg)"
LARGEST, MOVED = 3, 5


def state(found: Topics, params: Brief) -> list[Claim]:
    """Return the claims that the tables of ``found`` support, what is new before what is large."""
    parts = (_new, _moved, _levels, _least, _words, _lost)
    return [replace(claim, part="topic") for part in parts for claim in part(found)]


def _levels(found: Topics) -> list[Claim]:
    claims = []
    for place, row in enumerate(found.sizes.head(LARGEST).to_dict("records"), 1):
        rank = "largest" if place == 1 else f"{wording.ordinal(place)} largest"
        said = (
            f"“{row['topic name']}” is the {rank} topic: {wording.percent(row['share'])} of posts "
            f"({wording.between(row['low'], row['high'])}){_felt(row)}."
        )
        rest = {"method": SHARE, "inputs": INPUTS, "about": _about(found, row["topic"], row["topic name"])}
        row |= {"value": row["share"], "n": found.counted}
        claims.append(
            Claim.level(f"topics.share.{row['topic']}", said, row, round(0.5 - 0.1 * place, 3), **rest)
        )
    return claims


def _felt(row: dict) -> str:
    if row["net"] is None or pd.isna(row["net"]):
        return ""
    return f", spoken of with net sentiment {wording.points(row['net'])}"


def _least(found: Topics) -> list[Claim]:
    """Say which of the larger topics is spoken of least favourably, when its interval is below zero."""
    felt = found.felt
    if felt.empty or not felt.iloc[0]["net high"] < 0:
        return []
    row = felt.iloc[0]
    topic = found.sizes.loc[found.sizes["topic name"] == row["topic name"], "topic"].iloc[0]
    said = (
        f"Of the {len(felt)} largest topics, people speak least favourably in “{row['topic name']}”: net "
        f"sentiment {wording.points(row['net'])} "
        f"({wording.between(row['net low'], row['net high'], wording.points)})."
    )
    rest = {"method": MEAN, "inputs": INPUTS, "about": _about(found, topic, row["topic name"])}
    estimate = {"value": row["net"], "low": row["net low"], "high": row["net high"], "n": row["n"]}
    return [Claim.level("topics.least", said, estimate, 0.45, unit="net share", **rest)]


def _new(found: Topics) -> list[Claim]:
    claims = []
    for row in found.moves[found.moves["new"]].to_dict("records"):
        count = row["n_before"]
        before = f"{wording.count(count)} posts" if count > 1 else ("not a single post", "one post")[count]
        said = (
            f"New in {found.period.now}: “{row['name']}”, {wording.count(row['n_after'])} posts or "
            f"{wording.percent(row['now'])} of the talk; in {found.period.then} it was {before}."
        )
        headline = f"New: \u201c{row['name']}\u201d takes {wording.percent(row['now'])} of the talk"
        about = _about(found, row["topic"], row["name"]) | {"direction": "up", "headline": headline}
        claims.append(_change(row, said, "new", min(0.85, 0.55 + 2 * row["value"]), "real", about))
    return claims


def _moved(found: Topics) -> list[Claim]:
    """State the largest real moves of topics that are not new, or that there was none."""
    real = found.moves[(found.moves["verdict"] == "real") & ~found.moves["new"]]
    if found.moves["new"].any():
        real = real[
            real["value"] > 0
        ]  # where something new takes its share, all others shrink: that is no news
    real = real.loc[real["value"].abs().sort_values(ascending=False).index].head(MOVED)
    if real.empty and not found.moves["new"].any() and len(found.moves):
        widest = found.moves.loc[found.moves["value"].abs().idxmax()].to_dict()
        said = (
            f"No topic's share of the talk moved more than chance allows between {found.period.then} and "
            f"{found.period.now}; the widest move was “{widest['name']}”, by {_points(widest['value'])}."
        )
        return [_change(widest, said, "change", 0.1, "noise", _about(found, widest["topic"], widest["name"]))]
    return [
        _change(
            row,
            _moved_sentence(row, found),
            "change",
            min(1.0, 0.3 + 4 * abs(row["value"])),
            "real",
            _about(found, row["topic"], row["name"]) | {"direction": "up" if row["value"] > 0 else "down"},
        )
        for row in real.to_dict("records")
    ]


def _moved_sentence(row: dict, found: Topics) -> str:
    way = "grew" if row["value"] > 0 else "shrank"
    return (
        f"“{row['name']}” {way} from {wording.percent(row['was'])} of posts in {found.period.then} to "
        f"{wording.percent(row['now'])} in {found.period.now} (a change of {_points(row['low'])} to "
        f"{_points(row['high'])})."
    )


def _points(share: float) -> str:
    sign = "+" if share > 0 else wording.MINUS if share < 0 else ""
    return f"{sign}{abs(100 * share):.1f} points"


def _words(found: Topics) -> list[Claim]:
    if found.words.empty:
        return []
    first = found.words.iloc[0]
    listed = wording.listed([f"“{term}”" for term in found.words["term"].head(6)])
    said = (
        f"Words that are new in {found.period.now}: {listed}. The first was used by "
        f"{wording.count(first['now'])} people, by {wording.count(first['before'])} in {found.period.then}."
    )
    return [
        Claim(
            "topics.words",
            said,
            float(first["now"]),
            "people",
            n=found.counted,
            method=ODDS,
            inputs=INPUTS,
            kind="new",
            weight=0.35,
            verdict="real",
            about={"words": list(found.words["term"])},
        )
    ]


def _lost(found: Topics) -> list[Claim]:
    voiced = found.opinions
    lost = emergence.among(voiced["topic"] < 0, emergence.speakers(voiced))
    row = estimate.means(lost, "_in", share=True).iloc[0]
    said = (
        f"{wording.percent(1 - row['value'])} of {wording.count(row['n'])} posts have one of "
        f"{len(found.sizes)} topics; {wording.percent(row['value'])} are far from every topic."
    )
    return [
        Claim.of("topics.none", said, row, method=SHARE, inputs=INPUTS, kind="quality", weight=BACKGROUND)
    ]


def _change(row: dict, said: str, kind: str, weight: float, verdict: str, about: dict) -> Claim:
    rest = {"method": CHANGE, "inputs": INPUTS, "kind": kind, "verdict": verdict, "about": about}
    return Claim.of(
        f"topics.{kind}.{row['topic']}", said, row, "share change", weight=round(weight, 3), **rest
    )


def _about(found: Topics, topic: int, name: str) -> dict:
    chosen = found.quotes[found.quotes["topic"] == topic]["post_id"].head(2)
    return {"topic": name, "number": int(topic), "quotes": list(chosen)}

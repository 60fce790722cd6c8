from dataclasses import replace

import pytest

from earshot.analyse import brief
from earshot.core.claim import Claim

PARTS = {"sentiment.negative": "overall", "sentiment.order": "order", "collect.volume": "volume"}


def part_of(name: str) -> str:
    """The place of the brief for which the notebooks make a claim of this id."""
    starts = {"topics.": "topic", "sentiment.net.": "standing"}
    started = (part for start, part in starts.items() if name.startswith(start))
    return PARTS.get(name) or next(started, "")


def claim(name, kind="level", weight=0.5, verdict="", **about):
    return Claim(
        name,
        f"Sentence of {name} (with an aside).",
        0.1,
        "share",
        0.0,
        0.2,
        100,
        "method",
        ("posts",),
        kind,
        weight,
        verdict,
        about,
        part_of(name),
    )


def test_the_heaviest_real_change_makes_the_headline():
    page = brief.compose(
        [
            claim("sentiment.negative"),
            claim("a", "change", 0.9, "noise"),
            claim("b", "event", 0.7, "real", headline="acme: complaints double", brand="Acme"),
            claim("c", "change", 0.6, "real"),
        ]
    )
    assert page.headline == "Acme: complaints double"
    assert [item.id for item in page.changed] == ["b", "c"]
    assert page.standfirst == "Sentence of sentiment.negative (with an aside)."


def test_without_a_change_the_level_is_the_headline():
    page = brief.compose([claim("sentiment.negative"), claim("a", "change", 0.9, "noise")])
    assert page.headline == "Sentence of sentiment.negative"
    assert page.changed == []


def test_no_claim_stands_twice_and_one_event_does_not_fill_the_page():
    claims = [
        claim(f"sentiment.surge.acme.{day}", "event", 0.9 - day / 100, "real", brand="Acme")
        for day in range(6)
    ]
    claims += [
        claim("new", "new", 0.2, brand="Acme"),
        claim("topics.size.1", weight=0.3),
        claim("q", "quality", 0.8),
        claim("kpi.net.acme", "kpi", 0.8, meets="missed"),
    ]
    page = brief.compose(claims)
    assert [item.id for item in page.changed][2] == "new"
    shown = [item.id for part in (page.changed, page.why, page.watch, page.data) for item in part]
    assert len(shown) == len(set(shown))
    assert [item.id for item in page.watch] == ["kpi.net.acme", "q"]


def test_standings_come_from_claims_alone():
    page = brief.compose(
        [claim("sentiment.net.acme", brand="Acme"), claim("sentiment.net.bolt", brand="Bolt")]
    )
    assert page.standing["brand"].tolist() == ["Acme", "Bolt"]
    assert page.standing["posts"].sum() == 200
    assert page.caption == "Share of positive less share of negative posts, 95% interval; 200 posts"


def test_quotes_are_ids():
    claims = [
        claim("topics.new", "new", 0.3, "real", quotes=["x:5", "x:6", "x:7"]),
        claim("b", "event", 0.7, "real", brand="Acme"),
        claim("sentiment.quotes", weight=0, brand="Acme", quotes=["x:1", "x:2", "x:3"]),
    ]
    assert brief.compose(claims).quoted == ["x:1", "x:2", "x:5", "x:6"]


def test_nothing_claimed_is_one_sentence():
    with pytest.raises(
        ValueError, match="No notebook of this run has stated a claim yet; run 01 to 05 first"
    ):
        brief.compose([])


def test_an_id_that_is_spelled_otherwise_changes_nothing_on_the_page():
    made = [
        claim("sentiment.negative"),
        claim("sentiment.net.acme", brand="Acme"),
        claim("sentiment.order", brand="Acme"),
        claim("topics.share.1", weight=0.3),
        claim("collect.volume", "quality"),
    ]
    page = brief.compose(made)
    other = brief.compose([replace(one, id=f"z{place}") for place, one in enumerate(made)])
    assert page.headline == other.headline
    assert page.standing.equals(other.standing)
    for told in ("why", "data", "watch", "changed"):
        assert [one.sentence for one in getattr(page, told)] == [one.sentence for one in getattr(other, told)]


def test_a_claim_for_a_place_that_is_not_on_the_page_is_refused():
    with pytest.raises(
        ValueError,
        match=r"^claim a: part is 'front'; use one of volume, overall, standing, "
        r"order, ",
    ):
        Claim("a", "Said.", part="front")

"""The bias audit: planted gaps close the gate,
chance and small gaps do not, and the proxy is what it says.
"""

import numpy as np
import pytest

from earshot.analyse.health import bias
from earshot.core.params import Brief

BRIEF = Brief(brands=["Acme", "Bolt"], min_posts=20)


def read(posts, open_here=0.2, open_elsewhere=0.2, right_here=None, right_elsewhere=None, size=200):
    """German and English posts, with the share that is left open and the share read rightly in each."""
    rows = [
        {"brand": "Acme", "day": "2026-03-02", "sentiment": "neutral", "lang": lang}
        for lang in ("de", "en")
        for _ in range(size)
    ]
    frame = posts(rows)
    place = np.arange(size) / size
    left = np.concatenate([place < open_here, place < open_elsewhere])
    frame["possible"] = np.where(left, "neutral positive", "neutral")
    right = (
        np.full(2 * size, np.nan)
        if right_here is None
        else np.concatenate([place < right_here, place < right_elsewhere])
    )
    return frame.assign(right=right.astype("float64"))


def over(found):
    """What is over the gate: (group, measure)."""
    return list(
        found.groups.loc[found.groups["over"], ["group", "measure"]].itertuples(index=False, name=None)
    )


def test_alike_groups_leave_the_gate_open_where_accuracy_is_compared(posts):
    found = bias.measure(read(posts, right_here=0.8, right_elsewhere=0.8), BRIEF)
    assert over(found) == []
    assert found.claims[0].sentence == (
        "The gate is open: of 6 comparisons of groups of posts with all others, none is worse beyond chance "
        "and by more than 10 points."
    )
    assert found.claims[0].about == {"gate": "open"}


@pytest.mark.parametrize(
    ("size", "labelled", "said"), [(200, None, "no post is"), (200, 30, "only 30 posts are")]
)
def test_without_enough_labels_the_gate_is_not_judged(posts, size, labelled, said):
    frame = read(posts, size=size)
    frame.loc[: (labelled or 0) - 1, "right"] = 1.0
    found = bias.measure(frame, BRIEF)
    assert found.claims[0].sentence == (
        "The gate is not judged: of 4 comparisons of groups of posts with all others, none is worse beyond "
        f"chance and by more than 10 points; {said} labelled, so accuracy is not compared."
    )
    assert found.claims[0].about == {"gate": "not judged"}


def test_a_swap_that_changes_the_reading_closes_the_gate_and_one_that_does_not_leaves_it(posts):
    frame = read(posts, right_here=0.8, right_elsewhere=0.8)
    held, free = bias.measure(frame, BRIEF, (3, 26)), bias.measure(frame, BRIEF, (0, 26))
    assert (held.gate, free.gate) == ("closed", "open")
    assert held.claims[0].value == 3
    assert held.claims[0].sentence == (
        "The gate is closed: of 6 comparisons of groups of posts with all others, none is worse beyond "
        "chance and by more than 10 points, and 3 of 26 swaps of a name or group change the reading."
    )


def test_a_planted_gap_closes_it_for_the_worse_side_alone(posts):
    found = bias.measure(read(posts, open_here=0.6), BRIEF)
    assert over(found) == [("de", "left open")]
    row = found.groups.query("group == 'de' and measure == 'left open'").iloc[0]
    assert (row["here"], row["elsewhere"], row["n"]) == (pytest.approx(0.6), pytest.approx(0.2), 200)
    assert row["low"] < 0.4 < row["high"]
    claim = {claim.id: claim for claim in found.claims}["health.bias.language.de.left-open"]
    assert claim.sentence.startswith(
        "Language German: 60% of posts are left open for a person, 20% elsewhere (a gap of +40 points, "
    )
    assert found.claims[0].sentence.startswith(
        "The gate is closed: of 4 comparisons of groups of posts with all "
        "others, 1 is worse beyond chance and by more than 10 points "
        "(widest: language German, left open +40 points); no post is "
    )


@pytest.mark.parametrize(("here", "allowed", "held"), [(0.6, 45, False), (0.35, 10, True), (0.28, 10, False)])
def test_the_gate_asks_for_more_than_the_allowed_gap(posts, here, allowed, held):
    found = bias.measure(read(posts, open_here=here, size=1000), Brief(min_posts=20, allowed_gap=allowed))
    assert (("de", "left open") in over(found)) is held


def test_a_gap_on_few_posts_is_within_chance(posts):
    found = bias.measure(read(posts, open_here=0.4, size=20), BRIEF)
    assert set(found.groups["verdict"]) == {"within chance"}
    assert over(found) == []


def test_accuracy_is_compared_where_posts_are_labelled(posts):
    found = bias.measure(read(posts, right_here=0.5, right_elsewhere=0.8), BRIEF)
    assert over(found) == [("de", "accuracy")]
    gate = found.claims[0]
    assert gate.weight == 0.5
    assert "no post is labelled" not in gate.sentence
    assert found.labelled == 400
    assert (
        "Language German: 50% of labelled posts are read rightly, 80% elsewhere" in found.claims[1].sentence
    )


def test_looks_are_corrected(posts):
    frame = read(posts, open_here=0.3)
    left, german = frame["possible"].str.contains(" ").astype(float), frame["lang"].eq("de")
    alone = bias.estimate.difference(frame.assign(left=left), "left", german, ~german)["p"].iloc[0]
    rows = bias.measure(frame, BRIEF).groups.query("measure == 'left open'")
    assert (rows["p"] > alone).all()


@pytest.mark.parametrize(
    ("text", "lang", "kind"),
    [
        ("u gonna fix this?", "en", "informal"),
        ("Y'all are soooo late", "en", "informal"),
        ("still waitin' here", "en", "informal"),
        ("You are going to fix this", "en", ""),
        ("see https://t.co/aaab www.example.com @yall", "en", ""),
        ("u gonna", "de", None),
    ],
)
def test_the_proxy_finds_informal_english_spelling(posts, text, lang, kind):
    frame = posts(
        [{"brand": "Acme", "day": "2026-03-02", "sentiment": "neutral", "text": text, "lang": lang}]
    )
    assert [found if isinstance(found, str) else None for found in bias.spelling(frame)] == [kind]


def test_the_proxy_is_named_as_one(posts):
    frame = read(posts)
    frame["lang"], frame["text"] = "en", ["u gonna fix this"] * 200 + ["You will fix this"] * 200
    found = bias.measure(frame, BRIEF)
    assert found.groups.query("group == 'informal'")["by"].unique().tolist() == ["spelling (proxy)"]

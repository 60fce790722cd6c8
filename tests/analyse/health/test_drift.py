"""Drift: distances with known answers, a permutation test that keeps its promise, planted moves and none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from earshot.analyse.health import drift, drift_claims
from earshot.core.params import Brief

DAYS = pd.date_range("2026-03-02", periods=35)
BRIEF = Brief(brands=["Acme"], min_posts=20)


@pytest.mark.parametrize(
    ("one", "other", "bits"),
    [([4, 4], [1, 1], 0.0), ([5, 0], [0, 9], 1.0), ([1, 0], [1, 1], 0.311278), ([0, 0], [0, 0], 0.0)],
)
def test_the_distance_has_known_values(one, other, bits):
    assert drift.divergence(np.array(one), np.array(other)) == pytest.approx(bits, abs=1e-6)


def measured(marked, params):
    """The drift with its claims, as the overview composes them."""
    found = drift.measure(marked, params)
    return replace(found, claims=drift_claims.state(found))


def test_the_stability_index_has_known_values():
    assert drift.stability(np.array([10, 20]), np.array([10, 20])) == 0
    many = np.array([500_000, 500_000]), np.array([250_000, 750_000])
    assert drift.stability(*many) == pytest.approx(0.25 * np.log(2) + 0.25 * np.log(1.5), abs=1e-4)


def test_by_chance_one_look_in_twenty_is_below_five_percent():
    rng = np.random.default_rng(5)
    found = []
    for _ in range(300):
        sides = [rng.multinomial(1, [0.5, 0.3, 0.2], size=size) for size in (60, 300)]
        found.append(drift.permute(*sides, 199, rng)[2])
    assert 0.02 <= np.mean(np.array(found) <= 0.05) <= 0.085


def test_one_busy_author_moves_nothing_but_many_do():
    rng = np.random.default_rng(1)
    before = np.tile([[1, 0], [0, 1]], (100, 1))
    busy = np.concatenate([np.tile([[1, 0], [0, 1]], (20, 1)), [[60, 0]]])
    many = np.concatenate([np.tile([[1, 0], [0, 1]], (20, 1)), np.tile([[1, 0]], (60, 1))])
    assert drift.permute(busy, before, 999, rng)[2] > 0.01
    assert drift.permute(many, before, 999, rng)[2] == 0.001


def weeks(
    posts, last=("negative", "positive", "neutral"), text="a post of more than six words in all", right=None
):
    """Five weeks of twelve posts a day; the last week has labels and a text of its own."""
    rows = [
        {
            "brand": "Acme",
            "day": day,
            "sentiment": (last if place >= 28 else ("negative", "positive", "neutral"))[turn % 3],
            "text": text if place >= 28 else "a post of more than six words in all",
        }
        for place, day in enumerate(DAYS)
        for turn in range(12)
    ]
    frame = posts(rows)
    return frame.assign(right=np.nan if right is None else [right(day) for day in frame["day"]])


def verdicts(found):
    """The verdict by measure in the latest week."""
    latest = found.moves[found.moves["when"] == found.moves["when"].max()]
    return dict(zip(latest["measure"], latest["verdict"], strict=True))


def test_steady_posts_are_within_chance_and_say_so(posts):
    found = measured(weeks(posts), BRIEF)
    assert set(found.moves["verdict"]) == {"within chance"}
    assert found.moves["when"].nunique() == 4
    claims = {claim.id: claim for claim in found.claims}
    assert claims["health.drift"].sentence == (
        "Of 12 looks at 4 stretches of time, 0 find posts moved from all that came before beyond chance."
    )
    assert claims["health.drift.labels"].verdict == "noise"
    assert claims["health.drift.labels"].sentence.startswith(
        "In 30 Mar – 5 Apr 2026, the mix of labels is within chan"
    )


def test_a_planted_move_of_labels_is_told_with_what_moved_most(posts):
    found = measured(weeks(posts, last=("negative", "negative", "neutral")), BRIEF)
    assert verdicts(found) == {"labels": "moved", "confidence": "within chance", "unknown": "within chance"}
    claim = next(claim for claim in found.claims if claim.id == "health.drift.labels")
    assert (claim.verdict, claim.n) == ("real", 84)
    assert found.moves.iloc[0]["by"] == pytest.approx(1 / 3)
    assert claim.value == pytest.approx(drift.divergence(np.array([2, 1, 0]), np.array([1, 1, 1])))


def test_slang_is_told_as_words_without_an_entry(posts):
    found = measured(weeks(posts, text="this whole thing is so skibidi honestly in all"), BRIEF)
    assert verdicts(found) == {"labels": "within chance", "confidence": "within chance", "unknown": "moved"}
    assert dict(zip(found.terms["term"], found.terms["unknown"], strict=True))["skibidi"] == "skibidi"
    claim = next(claim for claim in found.claims if claim.id == "health.drift.words")
    assert "“skibidi”" in claim.sentence
    assert claim.sentence.endswith("the first was used by 84 people.")


def test_words_without_an_entry_are_counted_once_and_names_are_left_out():
    texts = pd.Series(
        ["skibidi skibidi rizzler", "the flight was late", "ask Quillnet about skibidi", "café"]
    )
    assert drift.count_unknown(texts, frozenset({"quillnet"})).tolist() == [2, 0, 1, 0]


def test_a_fall_of_accuracy_on_labelled_posts_is_told_with_its_interval(posts):
    fell = weeks(posts, right=lambda day: float(day < DAYS[28] or day.day % 2))
    claim = next(claim for claim in measured(fell, BRIEF).claims if claim.id == "health.drift.accuracy")
    assert claim.sentence.startswith("On labelled posts, accuracy fell: 100% before, ")
    assert claim.low < claim.value < claim.high < 0
    assert claim.verdict == "real"
    same = weeks(posts, right=lambda day: 1.0)
    claim = next(claim for claim in measured(same, BRIEF).claims if claim.id == "health.drift.accuracy")
    assert "accuracy is within chance of what it was" in claim.sentence


def test_a_short_window_is_looked_at_by_day_and_a_handful_of_posts_not_at_all(posts):
    rows = [("Acme", day, "negative") for day in DAYS[:6] for _ in range(25)]
    found = measured(posts(rows).assign(right=np.nan), BRIEF)
    assert found.moves["when"].nunique() == 5
    few = measured(posts([("Acme", DAYS[0], "negative")] * 3).assign(right=np.nan), BRIEF)
    assert few.moves.empty
    assert few.shown.empty
    assert few.terms_shown.empty
    assert few.claims == []


def test_the_same_posts_give_the_same_table(posts):
    frame = weeks(posts, last=("negative", "negative", "neutral"))
    pd.testing.assert_frame_equal(measured(frame, BRIEF).moves, measured(frame, BRIEF).moves)


def test_nothing_is_said_to_be_a_cause(posts):
    found = measured(weeks(posts, last=("negative", "negative", "neutral")), BRIEF)
    said = " ".join(claim.sentence for claim in found.claims).lower()
    assert [word for word in ("because", "cause", "due to", "led to", "effect") if word in said] == []

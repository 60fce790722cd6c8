"""Thresholds: the cheapest by cost, and a promised precision that is broken no more often than was said."""

import numpy as np
import pytest

from earshot.statistics import risk_control


def drawn(chance, count):
    """Probabilities that are far too sure: the label is true less often than they say."""
    said = chance.random(count)
    return said, chance.random(count) < 0.25 + 0.68 * said


def test_the_promise_is_broken_no_more_often_than_was_said():
    chance, broken, given = np.random.default_rng(4), 0, 0
    for _ in range(400):
        said, truth = drawn(chance, 1200)
        found = risk_control.route_from(said, truth, 0.85, 0.1)
        if found is not None:
            given += 1
            broken += 0.25 + 0.68 * (1 + found) / 2 < 0.85  # the true precision above the threshold
    assert given > 100
    assert broken / 400 <= 0.1


def test_a_label_that_shows_no_precision_may_not_route():
    chance = np.random.default_rng(5)
    found = risk_control.rule(chance.random(300), chance.random(300) < 0.3, 0.9, labels=3)
    assert found.route is None
    assert found.low is None


def test_a_label_that_is_always_right_may_route_and_shows_its_bound():
    found = risk_control.rule(np.full(100, 0.9), np.ones(100, bool), 0.9, labels=2)
    assert found.route == 0.9
    assert found.precision == 1
    assert found.low == pytest.approx((0.05 / 2) ** (1 / 100))


def test_of_classes_that_exclude_each_other_the_one_is_said_that_is_expected_to_cost_least():
    chance, costs = np.random.default_rng(7), np.array([1.0, 5.0, 0.5])
    found = chance.dirichlet(np.ones(3), size=500)
    wrong = 1 - np.eye(3)
    expected = found @ (
        wrong * (1 + costs[:, None])
    )  # of saying each: a false alarm, and the true class missed
    assert ((np.log(found) + risk_control.lean(costs)).argmax(axis=1) == expected.argmin(axis=1)).all()
    assert (risk_control.lean(np.array([3.0, 3.0])) == 0).all()


def test_the_dearer_a_miss_the_lower_the_threshold():
    chance = np.random.default_rng(6)
    said, truth = drawn(chance, 2000)
    assert risk_control.cheapest(said, truth, missed=3) < risk_control.cheapest(said, truth, missed=0.5)

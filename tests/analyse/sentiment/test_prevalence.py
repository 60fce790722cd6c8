import numpy as np
import pandas as pd
import pytest

from earshot.analyse.sentiment import prevalence
from earshot.statistics import estimate, prior_shift


def stream(shares, size, rng, sharpness=2.0):
    """Posts of known classes, and the honest probabilities
    of a model that takes each class as equally likely.
    """
    truth = rng.choice(3, size, p=shares)
    centres = sharpness * np.eye(3)
    seen = centres[truth] + rng.normal(size=(size, 3))
    likelihood = np.exp(seen @ centres.T - 0.5 * (centres**2).sum(axis=1))
    return truth, likelihood / likelihood.sum(axis=1, keepdims=True)


def test_the_mean_of_the_contributions_is_the_most_likely_mix():
    _, probabilities = stream([0.7, 0.2, 0.1], 4000, np.random.default_rng(1))
    added = prior_shift.share_contributions(probabilities)
    assert added.mean(axis=0) == pytest.approx(prior_shift.em_prior(probabilities), abs=1e-3)
    assert added.sum(axis=1).mean() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("mix", [(0.7, 0.2, 0.1), (1 / 3, 1 / 3, 1 / 3), (0.05, 0.55, 0.4)])
def test_the_most_likely_mix_is_the_true_one(mix):
    _, probabilities = stream(mix, 20_000, np.random.default_rng(0))
    assert prior_shift.em_prior(probabilities) == pytest.approx(mix, abs=0.02)


def test_counting_understates_complaints_and_contributions_do_not():
    _, probabilities = stream([0.75, 0.15, 0.1], 20_000, np.random.default_rng(2), sharpness=1.2)
    counted, found = (
        (probabilities.argmax(axis=1) == 0).mean(),
        prior_shift.share_contributions(probabilities).mean(axis=0)[0],
    )
    assert counted < 0.65
    assert found == pytest.approx(0.75, abs=0.02)


def test_a_day_with_its_own_mix_is_estimated_without_bias():
    rng = np.random.default_rng(3)
    _, usual = stream([0.5, 0.3, 0.2], 20_000, rng)
    _, crisis = stream([0.9, 0.05, 0.05], 1_000, rng)
    added = prior_shift.share_contributions(np.vstack([usual, crisis]))
    assert added[20_000:].mean(axis=0) == pytest.approx([0.9, 0.05, 0.05], abs=0.03)


def test_the_interval_of_the_mean_holds_the_truth_as_often_as_it_says():
    rng, covered = np.random.default_rng(4), 0
    for _ in range(200):
        _, probabilities = stream([0.6, 0.25, 0.15], 400, rng, sharpness=1.5)
        added = prior_shift.share_contributions(probabilities)[:, 0]
        frame = pd.DataFrame({"y": added, "author": [f"p_{number}" for number in range(400)]})
        row = estimate.means(frame, "y", share=True).iloc[0]
        covered += row["low"] <= 0.6 <= row["high"]
    assert 0.89 <= covered / 200 <= 0.99


def test_a_class_that_never_occurs_is_no_trouble():
    added = prior_shift.share_contributions(np.tile([0.998, 0.001, 0.001], (50, 1)))
    assert np.isfinite(added).all()
    assert added.mean(axis=0)[0] == pytest.approx(1, abs=0.01)


def test_what_a_person_labelled_counts_as_it_stands_and_the_rest_as_before(posts):
    read = posts([("Acme", "2026-03-02", mood) for mood in ["negative", "positive"] * 150])
    read[["p_negative", "p_neutral", "p_positive"]] = (
        read[["p_negative", "p_neutral", "p_positive"]] * 0.7 + 0.1
    )
    told = read.assign(tier=["person"] * 100 + ["model"] * 200)
    found, before = prevalence.with_class_shares(told), prevalence.with_class_shares(read.iloc[100:])
    assert (found["net"].head(100) == found["sentiment"].map({"negative": -1, "positive": 1}).head(100)).all()
    assert (found["doubt_net"].head(100) == 0).all()
    assert (found["net"].iloc[100:] == before["net"]).all()
    assert prevalence.with_class_shares(told.head(100))["net"].mean() == 0

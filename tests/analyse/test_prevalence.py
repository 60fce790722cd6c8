"""Shares of a stream: the known answer is found whatever the mix, with an interval that covers it."""

import numpy as np
import pandas as pd
import pytest

from earshot.analyse import prevalence


def simulate(mix, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truths drawn from ``mix``, and the calibrated probabilities of a model that holds the classes for equal."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, n, p=mix)
    signal = rng.normal(0, 1, (n, 3)) + 1.5 * np.eye(3)[truth]
    odds = np.exp(1.5 * signal)  # likelihood ratio of three Gaussians of unit variance, 1.5 apart
    return truth, odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("mix", [(0.7, 0.2, 0.1), (1 / 3, 1 / 3, 1 / 3), (0.05, 0.55, 0.4)])
def test_the_true_shares_are_found_where_counting_labels_does_not(mix):
    _, probabilities = simulate(mix, 20_000)
    found = prevalence.adjust(probabilities)
    np.testing.assert_allclose(found.share, mix, atol=0.02)
    if max(mix) > 0.6:
        assert abs(prevalence.count(probabilities)[0] - mix[0]) > 0.05


def test_adjusted_count_inverts_the_confusion():
    truth, probabilities = simulate((1 / 3, 1 / 3, 1 / 3), 30_000, seed=1)
    confusion = np.zeros((3, 3))
    np.add.at(confusion, (truth, probabilities.argmax(axis=1)), 1)
    _, stream = simulate((0.7, 0.2, 0.1), 30_000, seed=2)
    np.testing.assert_allclose(prevalence.unmix(stream, confusion), (0.7, 0.2, 0.1), atol=0.02)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    mix = np.array((0.6, 0.25, 0.15))
    covered = [[low <= true <= high for true, low, high in zip(mix, found.low, found.high, strict=True)]
               for found in (prevalence.adjust(simulate(mix, 600, seed)[1]) for seed in range(200))]
    assert np.mean(covered) > 0.92


def test_one_voice_said_ten_times_is_as_unsure_as_said_once():
    _, probabilities = simulate((0.5, 0.3, 0.2), 400)
    once = prevalence.adjust(probabilities)
    tenfold = prevalence.adjust(np.repeat(probabilities, 10, axis=0), authors=pd.Series(np.repeat(np.arange(400), 10)))
    naive = prevalence.adjust(np.repeat(probabilities, 10, axis=0))
    width = [found.high[0] - found.low[0] for found in (once, tenfold, naive)]
    assert tenfold.authors == 400
    assert width[1] == pytest.approx(width[0], rel=0.15)
    assert width[2] < width[1] / 2


def test_a_post_without_author_is_a_voice_of_its_own():
    _, probabilities = simulate((0.5, 0.3, 0.2), 50)
    assert prevalence.adjust(probabilities, authors=pd.Series([None] * 50, dtype="str")).authors == 50


def test_few_posts_do_not_give_an_extreme_share():
    found = prevalence.adjust(np.array([[0.9, 0.05, 0.05]] * 2))
    assert 0.3 < found.share[0] < 0.6
    assert found.share.sum() == pytest.approx(1)


def test_revised_probabilities_follow_the_shares():
    truth, probabilities = simulate((0.8, 0.15, 0.05), 5_000)
    revised = prevalence.revise(probabilities, prevalence.maximise(probabilities))
    assert (revised.argmax(axis=1) == truth).mean() > (probabilities.argmax(axis=1) == truth).mean() + 0.02
    np.testing.assert_allclose(revised.sum(axis=1), 1)


def test_a_table_by_brand_has_the_shape_of_an_estimate():
    acme, bolt = simulate((0.8, 0.1, 0.1), 500), simulate((0.1, 0.1, 0.8), 500)
    probabilities = np.vstack([acme[1], bolt[1]])
    posts = pd.DataFrame(probabilities, columns=prevalence.COLUMNS)
    posts = posts.assign(author=[f"p_{row % 300}" for row in range(1_000)], brand=["Acme"] * 500 + ["Bolt"] * 500)
    posts.loc[0, prevalence.COLUMNS] = np.nan
    table = prevalence.shares(posts, ["brand"])
    net = table[table["sentiment"] == "net"].set_index("brand")
    for brand, (truth, _) in {"Acme": acme, "Bolt": bolt}.items():
        assert net.at[brand, "value"] == pytest.approx((truth - 1).mean(), abs=0.1)
    assert net["n"].to_dict() == {"Acme": 499, "Bolt": 500}
    assert (table["low"] <= table["value"]).all()
    assert prevalence.shares(posts.head(0)).empty


def test_no_posts_is_one_sentence():
    with pytest.raises(ValueError, match=r"^There is no post to find shares in\.$"):
        prevalence.adjust(np.empty((0, 3)))

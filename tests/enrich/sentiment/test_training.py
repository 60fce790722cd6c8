"""Training: tiers mixed by likelihood,
floors that keep what they promise, and a cascade that loses little.
"""

import numpy as np
import pandas as pd
import pytest

from earshot.enrich.sentiment import calibration, training, word_model


def scores(truth, strength, seed):
    return strength * np.eye(3)[truth] + np.random.default_rng(seed).normal(size=(len(truth), 3))


@pytest.fixture(scope="module")
def truth():
    return np.random.default_rng(0).choice(3, 6_000, p=[0.2, 0.5, 0.3])


def test_the_view_that_knows_more_counts_more_and_probabilities_come_true(truth):
    weak, strong = scores(truth, 0.5, 1), scores(truth, 2.0, 2)
    mixed = calibration.mix([weak, strong], truth)
    # Scores with unit noise around s at the true class: the log ratio of two classes is s times their
    # difference.
    assert float(mixed["words"]) == pytest.approx(0.5, abs=0.1)
    assert float(mixed["tower"]) == pytest.approx(2.0, abs=0.1)
    assert np.abs(mixed["bias"]).max() < 0.2


def test_floors_keep_nine_in_ten_of_each_class(truth):
    truth = np.tile(truth, 5)
    seen, new = (calibration.earshot2.probabilities(2 * scores(truth, 2.0, seed)) for seed in (3, 4))
    floors = calibration.floors(seen, truth)
    for at in range(3):
        assert (new[truth == at, at] >= floors[at]).mean() == pytest.approx(0.9, abs=0.02)


def test_the_cascade_loses_no_more_than_it_may(truth):
    fast, model = (
        calibration.earshot2.probabilities(strength * scores(truth, strength, seed))
        for strength, seed in ((1.0, 5), (2.0, 6))
    )
    least = calibration.sure(fast, model, truth)
    recalls = [
        np.mean([(said[truth == at] == at).mean() for at in range(3)])
        for said in (
            model.argmax(axis=1),
            np.where(fast.max(axis=1) >= least, fast.argmax(axis=1), model.argmax(axis=1)),
        )
    ]
    assert recalls[0] - recalls[1] <= calibration.LOST
    assert 0.5 < least < 1


def test_classes_count_the_same_within_english_and_without():
    frame = pd.DataFrame({"english": [True] * 8 + [False] * 4, "label": [0] * 6 + [1, 2] + [0, 1, 2, 2]})
    weights = pd.Series(training.importance(frame))
    totals = weights.groupby([frame["english"], frame["label"]]).sum().unstack()
    np.testing.assert_allclose(totals.loc[True], 8 / 3, rtol=1e-5)
    np.testing.assert_allclose(totals.loc[False], training.OTHER_WEIGHT * 4 / 3, rtol=1e-5)


def test_the_fast_tier_learns_words():
    texts = ["so good", "a good day", "very good", "so bad", "a bad day", "very bad"]
    parts, targets = word_model.read(texts).parts().tocsr(), np.eye(3, dtype=np.float32)[[2, 2, 2, 0, 0, 0]]
    weights = training.fit_words(parts, targets, np.ones(6, np.float32), 1, 8, 6, 0.06, 0.25)
    said = word_model.read(["good", "bad", "not good"]).scores(weights)
    assert said[:2].argmax(axis=1).tolist() == [2, 0]


def test_copies_of_validation_posts_do_not_train():
    same = ["RT @a: It's  great!! http://t.co/x", "rt: its great"]
    assert training.core(same[0]) != training.core("something else")
    assert training.core("It's great") == training.core("ITS GREAT!")

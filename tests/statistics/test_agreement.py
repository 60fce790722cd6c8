"""Scores of labels: known answers by hand."""

import numpy as np
import pandas as pd
import pytest

from earshot.statistics import agreement

TABLE = np.array([[8, 2, 0], [1, 6, 3], [0, 0, 20]])


def test_scores_by_hand():
    scores = agreement.scores(TABLE)
    assert scores["accuracy"] == pytest.approx(34 / 40)
    assert scores["macro_recall"] == pytest.approx((0.8 + 0.6 + 1) / 3)
    assert scores["macro_f1"] == pytest.approx((16 / 19 + 12 / 18 + 40 / 43) / 3)


def test_a_class_without_a_true_case_does_not_count():
    assert agreement.scores(np.array([[5, 0, 0], [0, 5, 0], [0, 0, 0]]))["macro_recall"] == 1


def test_confusion_has_the_truth_in_rows():
    truth, said = pd.Series(["a", "a", "b"]), pd.Series(["a", "b", "b"])
    assert agreement.confusion(truth, said, "ab").tolist() == [[1, 1], [0, 1]]


def test_intervals_hold_the_value_and_narrow_with_more_posts():
    few, many = (agreement.intervals(TABLE * times).set_index("figure") for times in (1, 100))
    assert (few["low"] < few["value"]).all()
    assert (few["value"] < few["high"]).all()
    assert ((few["high"] - few["low"]) > 5 * (many["high"] - many["low"])).all()


def test_calibration_sets_confidence_beside_what_was_right():
    table = agreement.calibration(
        pd.Series([0.55, 0.55, 0.95, 0.95]), pd.Series([True, False, True, True]), 10
    )
    assert table["confidence"].tolist() == pytest.approx([0.55, 0.95])
    assert table["right"].tolist() == [0.5, 1.0]
    assert (table["low"] <= table["right"]).all()

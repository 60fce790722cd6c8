"""Labels said beside labels given, counted by hand."""

from dataclasses import dataclass

import pandas as pd
import pytest

from earshot.analyse.evaluation.scored_labels import ScoredLabels, ranked


@dataclass(frozen=True)
class Fruit(ScoredLabels):
    """Fruit told apart."""

    posts: pd.DataFrame
    seconds: float
    ITEMS = "fruits"


@pytest.fixture
def fruit() -> Fruit:
    """Five fruits, of which one apple was taken for a pear; two seconds."""
    given = ["apple", "apple", "apple", "pear", "pear"]
    said = ["apple", "apple", "pear", "pear", "pear"]
    sure = [0.95, 0.95, 0.55, 0.95, 0.95]
    return Fruit(pd.DataFrame({"label": given, "said": said, "confidence": sure}), 2.0)


def test_the_classes_are_all_that_were_given_or_said(fruit):
    assert list(fruit.classes) == ["apple", "pear"]
    assert fruit.confusion.tolist() == [[2, 1], [0, 2]]


def test_recall_precision_and_f1_are_counted_for_each_class(fruit):
    table = ranked(fruit.by_class, "fruit").set_index("fruit")
    assert table.index.tolist() == ["apple", "pear"]
    assert table.loc["apple", ["n", "recall", "precision", "f1"]].tolist() == [3, 2 / 3, 1, 0.8]
    assert table.loc["pear", ["n", "recall", "precision", "f1"]].tolist() == [2, 1, 2 / 3, 0.8]


def test_calibration_is_the_share_right_beside_what_was_said(fruit):
    table = fruit.calibration
    assert table["confidence"].tolist() == pytest.approx([0.55, 0.95])
    assert table["right"].tolist() == [0, 1]
    assert fruit.calibration_error == pytest.approx((0.55 + 4 * 0.05) / 5)
    assert fruit.alt == "The model was 0% right when 55% sure, 100% right when 95% sure."
    assert fruit.calibration_shown["when it says"].tolist() == ["55% sure, 1 fruits", "95% sure, 4 fruits"]


def test_a_caption_says_how_many_and_the_pace_how_many_a_second(fruit):
    assert fruit.caption("Fruit") == "Fruit; 5 fruits"
    assert fruit.pace == 2.5
    assert fruit.summary.set_index("figure").at["accuracy", "value"] == 0.8

"""Evaluation of sentiment towards a target: rows are read in every agreed form, and the figures add up."""

import json

import pandas as pd
import pytest

from earshot.analyse.targets import evaluation as evaluation_aspect

ROWS = pd.DataFrame(
    {
        "text": [
            "I love $T$, best phone ever",
            "$T$ ruined my day, never again",
            "is $T$ open today?",
            "I love Acme but I hate $T$",
        ],
        "target": ["Acme", "Acme", "Acme", "Bolt"],
        "polarity": [1, -1, 0, -1],
    }
)


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    file = tmp_path_factory.mktemp("data") / "data.csv"
    ROWS.to_csv(file, index=False)
    return evaluation_aspect.evaluate(str(file))


def test_the_figures_have_the_agreed_names(scored, tmp_path):
    scored.write(str(tmp_path))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert list(metrics) == [
        "n",
        "accuracy",
        "macro_f1",
        "macro_recall",
        "ece",
        "coverage",
        "set_size",
        "posts_per_second",
        "by_class",
    ]
    assert metrics["n"] == 4
    assert metrics["by_class"]["negative"]["n"] == 2


def test_what_is_plain_is_told(scored):
    assert scored.posts["said"].iloc[:2].tolist() == ["positive", "negative"]
    assert scored.set_sizes["targets"].sum() == 4
    assert scored.calibration_shown["n"].sum() == 4
    assert scored.alt.startswith("The model was ")


def test_labels_by_number_and_by_name_are_the_same():
    named = ROWS.drop(columns="polarity").assign(label=["positive", "negative", "neutral", "negative"])
    upward = ROWS.drop(columns="polarity").assign(label=[2, 0, 1, 0])
    first = evaluation_aspect.check(ROWS)
    for other in (named, upward, ROWS.assign(polarity=["1.0", "-1.0", "0.0", "-1"])):
        pd.testing.assert_frame_equal(evaluation_aspect.check(other), first)
    assert first["full"].iloc[3] == "I love Acme but I hate Bolt"
    assert first["spans"].iloc[3] == [(23, 27)]


def test_sentences_whose_targets_differ_stand_apart(scored):
    assert scored.divided["targets"].tolist() == [0, 4]


def test_what_cannot_be_used_is_one_sentence():
    with pytest.raises(
        ValueError, match=r"^The data has no column 'polarity' or 'label'; it has text, target\."
    ):
        evaluation_aspect.check(ROWS.drop(columns="polarity"))
    with pytest.raises(
        ValueError, match=r"^The label 'good' is not one of negative, neutral, positive \(or -1, 0, 1"
    ):
        evaluation_aspect.check(ROWS.assign(polarity="good"))
    with pytest.raises(ValueError, match="no row with text, target and label"):
        evaluation_aspect.check(ROWS.head(0))

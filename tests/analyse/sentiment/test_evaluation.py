"""Evaluation: the file is checked in plain words, and the figures are those of the labels."""

import json

import pandas as pd
import pytest

from earshot.analyse.sentiment import evaluation

TEXTS = [
    "I love it, thank you",
    "this is awful, never again",
    "the office opens at nine",
    "wonderful crew",
    "terrible delay",
    "@jo_smith mail me at jo@example.org, worst airline ever",
]
LABELS = ["positive", "negative", "neutral", "positive", "negative", "positive"]


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "posts.csv"
    pd.DataFrame({"text": TEXTS, "label": LABELS, "lang": ["en"] * 4 + ["de"] * 2}).to_csv(path, index=False)
    return evaluation.evaluate(str(path))


def test_metrics_are_plain_numbers_under_the_agreed_names(scored, tmp_path):
    scored.write(str(tmp_path))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert list(metrics) == [
        "n",
        "accuracy",
        "macro_f1",
        "macro_recall",
        "ece",
        "posts_per_second",
        "coverage",
        "nominal",
        "decided",
        "tiers",
        "by_lang",
    ]
    assert metrics["n"] == 6
    assert metrics["accuracy"] == pytest.approx(5 / 6, abs=1e-4)
    assert metrics["by_lang"]["en"]["n"] == 4
    assert set(metrics["by_lang"]["de"]) == {"n", "macro_f1", "macro_recall", "accuracy"}


def test_the_clearest_mistake_is_shown_masked(scored):
    mistake = scored.mistakes.iloc[0]
    assert (mistake["sentiment"], mistake["label"]) == ("negative", "positive")
    assert "[email]" in mistake["text"]
    assert "example.org" not in mistake["text"]
    assert "jo_smith" not in mistake["text"]
    assert scored.mistakes_of("neutral").empty


def test_baselines_stand_beside_the_model(scored):
    table = scored.baselines.set_index("method")
    assert table.at["always the commonest class", "accuracy"] == 0.5
    assert table.at["earshot-2", "accuracy"] > 0.8


def test_the_tables_and_words_of_the_page_hold_together(scored):
    assert scored.mistaken[list(scored.classes)].sum(axis=1).tolist() == pytest.approx([1, 1, 1])
    assert scored.calibration_shown["n"].sum() == 6
    assert "100% of negative" in scored.alt("mistaken")
    assert "6 posts" in scored.caption("summary")


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (
            {"txt": ["a"], "label": ["positive"]},
            r"^The data has no column 'text'; it has txt, label\. Did you mean \"txt\"\? Columns needed: "
            r"text, label, ",
        ),
        ({"text": ["a"]}, r"^The data has no column 'label'; it has text\."),
        (
            {"text": ["a", "b"], "label": ["good", "positive"]},
            r"^The label 'good' is not one of negative, neutral, positive \(or 0, 1, 2 in that order\); 1 "
            r"of 2 rows",
        ),
        ({"text": [None], "label": ["positive"]}, r"^The data has no row with both text and label\.$"),
    ],
)
def test_data_that_cannot_be_scored_is_one_sentence(frame, sentence):
    with pytest.raises(ValueError, match=sentence):
        evaluation.check(pd.DataFrame(frame))


def test_numbered_labels_and_language_are_understood():
    checked = evaluation.check(
        pd.DataFrame({"text": ["a", "b", "c"], "label": [0, 1, 2], "language": ["en"] * 3})
    )
    assert checked["label"].tolist() == ["negative", "neutral", "positive"]
    assert checked["lang"].tolist() == ["en"] * 3


def test_a_missing_file_and_a_training_file_are_refused():
    with pytest.raises(
        ValueError, match=r"^There is no file 'nowhere.csv'; give a CSV, JSONL or Parquet file"
    ):
        evaluation.evaluate("nowhere.csv")
    with pytest.raises(
        ValueError, match=r"^The sentiment model is ready-made and learns nothing here; leave train"
    ):
        evaluation.evaluate("nowhere.csv", train="x.csv")

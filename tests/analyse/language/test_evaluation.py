"""Evaluation of languages: names and codes are understood,
the figures are those of the labels, errors are plain.
"""

import json

import pandas as pd
import pytest

from earshot.analyse.language import evaluation as evaluation_language

ROWS = [
    ("the train was late again and nobody told us", "english"),
    ("merci beaucoup pour votre aide", "french"),
    ("ik heb nog steeds geen antwoord gekregen van jullie", "nl"),
    ("nadie me contesta el teléfono", "es"),
    ("danke", "german"),
    ("12:30 !!!", "en"),
]


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "posts.csv"
    pd.DataFrame(ROWS, columns=["text", "language"]).to_csv(path, index=False)
    return evaluation_language.evaluate(str(path))


def test_the_figures_are_those_of_the_labels(scored, tmp_path):
    scored.write(str(tmp_path))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["n"] == 6
    assert metrics["accuracy"] == pytest.approx(5 / 6, abs=1e-4)
    assert metrics["accuracy_low"] <= metrics["accuracy"] <= metrics["accuracy_high"]
    assert metrics["abstained"] == pytest.approx(1 / 6, abs=1e-4)
    assert metrics["short"] == {"n": 2, "accuracy": 0.5}
    assert metrics["by_lang"]["en"] == {"n": 2, "recall": 0.5, "precision": 1.0, "f1": 0.6667}


def test_the_tables_hold_together(scored):
    assert scored.by_length["n"].sum() == 6
    assert scored.confusions.to_dict("records") == [{"language": "en", "said": "und", "posts": 1}]
    assert "50% of posts of up to 3 words" in scored.alt


def test_mixed_posts_are_scored_where_the_data_marks_them(scored, tmp_path):
    assert "mixed" not in scored.metrics
    rows = [
        ("Я жду уже three hours", "en", "yes"),
        ("nobody told us anything again today", "en", "no"),
        ("my friend said спасибо", "en", "Yes"),
        ("nadie me contesta el teléfono", "es", None),
    ]
    path = tmp_path / "posts.csv"
    pd.DataFrame(rows, columns=["text", "language", "mixed"]).to_csv(path, index=False)
    found = evaluation_language.evaluate(str(path))
    assert {
        name: found.metrics["mixed"][name] for name in ("n", "said", "recall", "precision", "accuracy")
    } == {"n": 2, "said": 1, "recall": 0.5, "precision": 1.0, "accuracy": 1.0}
    assert found.metrics["mixed"]["recall_low"] < 0.5 < found.metrics["mixed"]["recall_high"]
    assert found.facts["of these found to be mixed"].startswith("50% (")
    pd.DataFrame(rows, columns=["text", "language", "mixed"]).assign(mixed="maybe").to_csv(path, index=False)
    with pytest.raises(ValueError, match=r"^The column mixed holds 'maybe'; write yes or no\.$"):
        evaluation_language.evaluate(str(path))


def test_what_cannot_be_scored_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"^The language model is ready-made and learns nothing here"):
        evaluation_language.evaluate("x.csv", train="y.csv")
    path = tmp_path / "posts.csv"
    pd.DataFrame({"text": ["a"], "lang": ["en"]}).to_csv(path, index=False)
    with pytest.raises(ValueError, match=r"^The data has no column 'language'; it has text, lang\."):
        evaluation_language.evaluate(str(path))

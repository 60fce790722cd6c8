"""Evaluation of classifiers: figures have the agreed names and add up,
and bad files are named in one sentence.
"""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from earshot.analyse.classes import evaluation as evaluation_classifier
from earshot.analyse.classes import irony_evaluation

PLAIN = {"late": "flight late {}", "bag": "my bag is lost {}", "oos": "cake in the oven {}"}
IRONY = {"1": "oh great, love waiting {}", "0": "thanks, seat was fine {}"}


def write(folder, said, each, seed, column="label"):
    chance = np.random.default_rng(seed)
    rows = [
        {
            "text": text.format(" ".join(chance.choice(["red", "blue", "one", "two", "sea", "sky"], 3))),
            column: name,
        }
        for name, text in said.items()
        for _ in range(each)
    ]
    path = folder / f"{seed}-{column}.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return str(path)


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    return evaluation_classifier.evaluate(write(folder, PLAIN, 10, 2), write(folder, PLAIN, 30, 1))


def test_the_figures_have_the_agreed_names(scored, tmp_path):
    scored.write(str(tmp_path))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert list(metrics) == [
        "n",
        "accuracy",
        "macro_f1",
        "macro_recall",
        "micro_f1",
        "ece",
        "coverage",
        "nominal",
        "mean_set_size",
        "abstained",
        "posts_per_second",
        "train_seconds",
        "winner",
        "in_scope_accuracy",
        "oos_recall",
        "by_label",
    ]
    assert metrics["n"] == 30
    assert metrics["in_scope_accuracy"] > 0.95
    assert metrics["by_label"]["late"]["n"] == 10


def test_sets_bins_and_classes_hold_every_text(scored):
    assert scored.sets["texts"].sum() == 30
    assert scored.calibration_shown["n"].sum() == 30
    assert scored.by_label["n"].sum() == 30
    none = dataclasses.replace(scored, posts=scored.posts.assign(said=scored.posts["label"]))
    assert none.taken_for.empty
    assert scored.alt.startswith("The model was ")


@pytest.mark.parametrize("rare", [False, True])
def test_irony_reads_labels_or_a_column_sarcastic(tmp_path, rare):
    column = "sarcastic" if rare else "label"
    train, data = write(tmp_path, IRONY, 25, 1, column), write(tmp_path, IRONY, 8, 2, column)
    metrics = irony_evaluation.evaluate(data, train, rare).metrics
    assert metrics["n"] == 16
    assert metrics["f1"] > 0.9


def test_files_that_cannot_be_used_are_one_sentence(tmp_path):
    data = write(tmp_path, PLAIN, 6, 1)
    with pytest.raises(
        ValueError, match=r"^A classifier has to learn first: name a file with text and label"
    ):
        evaluation_classifier.evaluate(data, "")
    with pytest.raises(
        ValueError, match=r"^The labels in 1-label.csv are bag, late, oos; there have to be two, one"
    ):
        irony_evaluation.evaluate(data, data)
    with pytest.raises(
        ValueError, match=r"^The data has no column 'label' or 'sarcastic'; it has text, is_ironic"
    ):
        irony_evaluation.read(write(tmp_path, IRONY, 6, 3, "is_ironic"))
    with pytest.raises(ValueError, match=r"^The data has no row with both text and label\.$"):
        evaluation_classifier.check(pd.DataFrame({"text": ["a"], "label": [" "]}))

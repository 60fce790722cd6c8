"""Evaluation of relevance: labels are checked in plain words,
near copies stay together, the figures add up.
"""

import json

import numpy as np
import pandas as pd
import pytest

from earshot.analyse.relevance import evaluation as evaluation_relevance

FOR, AGAINST = (
    ("new phone update", "store opens early", "screen cracked again"),
    ("pie in the oven", "orchard walk", "juice for breakfast"),
)


def rows(count, seed):
    chance = np.random.default_rng(seed)
    kinds = chance.integers(2, size=count)
    return pd.DataFrame(
        {
            "text": [
                f"apple {(FOR if kind else AGAINST)[chance.integers(3)]} {chance.integers(10**6)}"
                for kind in kinds
            ],
            "topic": "apple",
            "label": np.where(kinds, "relevant", "irrelevant"),
        }
    )


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    rows(160, 1).to_csv(folder / "train.csv", index=False)
    rows(40, 2).to_csv(folder / "data.csv", index=False)
    return evaluation_relevance.evaluate(str(folder / "data.csv"), str(folder / "train.csv"))


def test_what_is_plain_is_learned_and_the_figures_have_the_agreed_names(scored, tmp_path):
    scored.write(str(tmp_path))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert list(metrics) == [
        "n",
        "macro_f1",
        "accuracy",
        "f1_irrelevant",
        "ece",
        "coverage",
        "accuracy_when_sure",
        "posts_per_second",
        "by_topic",
    ]
    assert metrics["n"] == 40
    assert metrics["macro_f1"] > 0.95
    assert metrics["by_topic"]["apple"]["n"] == 40


def test_the_band_and_the_bins_hold_every_post(scored):
    assert scored.band["posts"].sum() == 40
    assert scored.calibration_shown["n"].sum() == 40
    assert scored.alt.startswith("The model was ")


def test_a_wrong_label_is_one_sentence():
    frame = pd.DataFrame({"text": ["a"], "topic": ["x"], "label": ["relevent"]})
    with pytest.raises(ValueError, match=r"^The label 'relevent' is not relevant or irrelevant; 1 of 1 rows"):
        evaluation_relevance.check(frame)

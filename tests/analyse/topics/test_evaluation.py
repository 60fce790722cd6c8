import json

import numpy as np
import pandas as pd
import pytest

from earshot.analyse.topics import evaluation

SIGNAL = [
    "no signal in the {0} since {1}",
    "the mast in the {0} is down and calls drop {1}",
    "signal lost in the {0} {1}",
]
BILL = [
    "my bill for {1} is wrong by {0} euros",
    "charged twice on the {1} bill, {0} euros",
    "bill went up {0} in {1}",
]
SHOP = [
    "the {0} shop was friendly on {1}",
    "great service in the {0} shop {1}",
    "staff at the {0} shop helped me {1}",
]
PLACES = ["north", "south", "old town", "harbour", "valley", "suburbs", "village", "centre"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def posts():
    rows = [
        (said.format(place, day), name)
        for name, shapes in (("signal", SIGNAL), ("bill", BILL), ("shop", SHOP))
        for said in shapes
        for place in PLACES
        for day in DAYS
    ]
    return pd.DataFrame(rows, columns=["text", "cluster"])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("texts") / "texts.csv"
    posts().sample(frac=1, random_state=1).to_csv(path, index=False)
    return str(path)


@pytest.mark.slow
def test_both_methods_are_scored_in_one_run(file, tmp_path):
    scored = evaluation.evaluate(file)
    scored.write(str(tmp_path))
    found = json.loads((tmp_path / "metrics.json").read_text())
    assert found["n"] == len(posts())
    assert found["purity"] > 0.95
    assert set(evaluation.FIGURES) | {"topics", "seconds"} <= set(found["bertopic"])
    assert found["times_faster"] == pytest.approx(found["bertopic"]["seconds"] / found["seconds"], rel=0.2)
    known = scored.summary.set_index("figure").loc[["NMI with the known groups", "purity of the topics"]]
    assert (known["low"] <= known["high"]).all()
    assert set(scored.groups["known group"]) == {"signal", "bill", "shop"}


def test_purity_and_nmi_have_their_known_values():
    truth = np.array(["a"] * 5 + ["b"] * 5)
    assert evaluation.agreement(truth, np.array([0] * 5 + [1] * 5)) == {
        "nmi": pytest.approx(1),
        "purity": 1.0,
    }
    assert evaluation.agreement(truth, np.zeros(10, int)) == {"nmi": 0.0, "purity": 0.5}
    # Manning, Raghavan & Schuetze 2008, figure 16.4: 17 points, purity 0.71, NMI 0.36
    clusters = np.array([0] * 6 + [1] * 6 + [2] * 5)
    classes = np.array(list("xxxxxo") + list("xoooo") + ["d"] + list("xxddd"))
    assert evaluation.agreement(classes, clusters)["purity"] == pytest.approx(0.71, abs=0.005)
    assert evaluation.agreement(classes, clusters)["nmi"] == pytest.approx(0.36, abs=0.01)


def test_the_words_of_a_topic_are_its_own():
    texts = pd.Series(["signal mast", "signal mast lost", "bill paid", "bill paid twice"])
    words = evaluation.plain_words(texts, np.array([0, 0, 1, 1]))
    assert set(words[0][:2]) == {"signal", "mast"}
    assert set(words[1][:2]) == {"bill", "paid"}
    assert set(evaluation.plain_words(texts, np.array([0, 0, -1, -1]))) == {0}


@pytest.mark.parametrize(
    ("columns", "train", "said"),
    [
        ({"texts": ["a"]}, "", "The data has no column 'text'"),
        ({"text": ["a"] * 9}, "", "The data has 9 texts; topics need at least 40."),
        ({"text": ["a"]}, "labels.csv", "Topics are found without labels; leave train empty."),
    ],
)
def test_data_that_cannot_be_used_is_refused_in_one_sentence(tmp_path, columns, train, said):
    path = tmp_path / "texts.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    with pytest.raises(ValueError, match=said):
        evaluation.evaluate(str(path), train)

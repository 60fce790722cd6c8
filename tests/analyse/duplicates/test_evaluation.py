import json
from random import Random

import pandas as pd
import pytest

from earshot.analyse.duplicates import evaluation, planted_copies

SAID = (
    "signal lost again in the north since monday morning and nobody at the shop could say when it comes "
    "back or why my bill went up for a plan that never worked while the app shows an error each time"
)
WORDS = SAID.split()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    random = Random(1)
    texts = [" ".join(random.choice(WORDS) for _ in range(random.randint(12, 25))) for _ in range(200)]
    path = tmp_path_factory.mktemp("texts") / "texts.csv"
    pd.DataFrame({"text": texts}).to_csv(path, index=False)
    return str(path)


def test_planted_copies_are_found(file, tmp_path):
    scored = evaluation.evaluate(file, posts=3000)
    scored.write(str(tmp_path))
    found = json.loads((tmp_path / "metrics.json").read_text())
    assert found["n"] == 3000
    assert found["f1"] >= 0.97
    assert set(found["by_type"]) == set(planted_copies.KINDS)
    assert (scored.summary["low"] <= scored.summary["value"]).all()
    assert (scored.summary["value"] <= scored.summary["high"]).all()


def test_what_is_planted_repeats_exactly_and_is_a_fifth(file):
    texts = pd.read_csv(file)["text"].tolist()
    first, second = (planted_copies.plant(texts, 1000, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert (first["kind"] != "").sum() == 200
    assert first["truth"].nunique() == 800
    copies = first[first["kind"] == "exact"]
    originals = first[first["kind"] == ""].set_index("truth")["text"]
    assert (copies["text"] == copies["truth"].map(originals)).all()


@pytest.mark.parametrize("kind", planted_copies.KINDS)
def test_every_change_changes_one_thing(kind):
    text = "the signal is lost again in the north"
    changed = planted_copies.change(text, kind, Random(1))
    assert (changed == text) is (kind == "exact")


def test_named_groups_are_the_truth(tmp_path):
    text = "the shop in the north could not say when the signal comes back to us"
    frame = pd.DataFrame(
        {
            "text": [text, text + "!", "a quite different thing was said here by somebody else", text],
            "group": ["a", "a", None, "b"],
        }
    )
    path = tmp_path / "named.csv"
    frame.to_csv(path, index=False)
    metrics = evaluation.evaluate(str(path)).metrics
    assert (metrics["precision"], metrics["recall"]) == (pytest.approx(1 / 3, abs=1e-4), 1)


def test_pair_scores_by_hand():
    truth = pd.Series(list("aabbbc"))
    assert evaluation.pair_scores(truth, list("xxyyzz")) == pytest.approx(
        {"precision": 2 / 3, "recall": 0.5, "f1": 4 / 7}
    )
    assert evaluation.pair_scores(truth, truth) == {"precision": 1, "recall": 1, "f1": 1}


def test_wrong_requests_are_answered_in_one_sentence(file, tmp_path):
    with pytest.raises(ValueError, match="Finding copies learns nothing; leave train empty"):
        evaluation.evaluate(file, train=file)
    pd.DataFrame({"text": ["hi", "ok"]}).to_csv(tmp_path / "short.csv", index=False)
    with pytest.raises(ValueError, match="No text is long enough to be called a copy"):
        evaluation.evaluate(str(tmp_path / "short.csv"), posts=100)

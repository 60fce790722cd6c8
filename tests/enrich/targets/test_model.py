"""The shipped model of sentiment towards a target: it looks at the target, and says when it is not sure."""

import numpy as np
import pytest

from earshot.core.params import ParamError
from earshot.enrich.embeddings.model_files import WeightsError
from earshot.enrich.sentiment import step as sentiment
from earshot.enrich.targets import marked_text, training
from earshot.enrich.targets import model as target_model
from earshot.statistics.softmax import softmax

TEXT = "I love Acme, their staff are brilliant. I hate Bolt, they are the worst company ever."


def read(text, target):
    return target_model.read([text], [marked_text.locate(text, target)], [target]).iloc[0]


def test_one_post_praises_one_brand_and_blames_another():
    assert read(TEXT, "Acme")["p_positive"] > read(TEXT, "Bolt")["p_positive"]
    assert read(TEXT, "Bolt")["p_negative"] > read(TEXT, "Acme")["p_negative"]


def test_probabilities_add_up_and_do_not_depend_on_the_company():
    texts = [
        "I love Acme",
        "Acme is on Main Street",
        "Acme ruined my day, never again",
        "when does Acme open?",
    ]
    spans = [marked_text.locate(text, "Acme") for text in texts]
    together = target_model.score(texts, spans, ["Acme"] * 4)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(target_model.score(texts[:1], spans[:1], ["Acme"])[0], together[0], atol=1e-5)


def test_it_abstains_where_the_target_is_not_in_the_text_or_the_language_is_not_tested():
    assert read("I love this so much, the best ever", "Acme")["label"] == "unsure"
    found = target_model.read(["I love Acme"], [[(7, 11)]], ["Acme"], ["de"])
    assert found["label"].tolist() == ["unsure"]
    assert target_model.read([], [], []).empty


def test_a_model_that_is_not_there_and_a_changed_file_are_refused(tmp_path, monkeypatch):
    with pytest.raises(
        ParamError, match=r"^target_model: there is no model 'toward-1'; use towards-2. Did you mean"
    ):
        target_model.identify("toward-1")
    monkeypatch.setattr(target_model, "FOLDER", tmp_path)
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + "  towards-2.safetensors\n")
    (tmp_path / "towards-2.safetensors").write_bytes(b"changed")
    with pytest.raises(WeightsError, match="it was changed or damaged"):
        target_model.load()


def test_calibration_gives_each_class_the_same_weight_and_cuts_as_told():
    chance = np.random.default_rng(0)
    labels = chance.choice(3, 4_000, p=[0.1, 0.3, 0.6])
    logits = 3 * (np.eye(3)[labels] + chance.normal(0, 0.7, (4_000, 3)))
    plain = {"head.weight": np.eye(3), "head.bias": np.zeros(3)}
    ready = training.calibrate(plain, logits, labels)
    found = softmax(logits @ ready["head.weight"] + ready["head.bias"])
    given = found[np.arange(4_000), labels] >= ready["cut"][0]
    assert np.mean([given[labels == kind].mean() for kind in range(3)]) == pytest.approx(0.9, abs=0.01)
    sure = found.max(axis=1) >= ready["sure"][0]
    right = [(found.argmax(axis=1) == labels)[sure & (labels == kind)].mean() for kind in range(3)]
    assert np.mean(right) == pytest.approx(training.RIGHT, abs=0.03)


def test_a_training_can_begin_from_a_sentiment_tower():
    felt, name = sentiment.load(), "encoder.layer.2.attention.self.query.weight"
    assert (training.begin(sentiment.FOLDER / "earshot-2.safetensors")[name] == felt[name]).all()
    assert training.begin(None) is None

"""A trained classifier comes back from its folder as it went, and a changed file is not used."""

import json

import pytest

from earshot.enrich.classes import classifier
from earshot.enrich.classes import files as classifier_files
from earshot.enrich.embeddings.model_files import WeightsError

TEXTS = [f"{said} {number} times" for said in ("flight late", "bag lost") for number in range(12)]
LABELS = ["late"] * 12 + ["bag"] * 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    model = classifier.fit(TEXTS, LABELS, views=("words", "neighbours"))
    card = {"name": "reasons", "version": "1", "labels": {"late": {"n": 12}, "bag": {"n": 12}}}
    return model, classifier_files.save({"": model}, tmp_path_factory.mktemp("models") / "reasons", card)


def test_what_is_read_back_says_the_same(folder):
    model, place = folder
    found, card = classifier_files.load(place)
    assert (found[""].read(TEXTS).probabilities == model.read(TEXTS).probabilities).all()
    assert (found[""].read(TEXTS).p_values == model.read(TEXTS).p_values).all()
    assert card["kind"] == "classifier"
    assert "| late | 12 |" in (place / "card.md").read_text()


def test_a_changed_file_is_not_used(folder):
    _, place = folder
    card = json.loads((place / "card.json").read_text())
    (place / "card.json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(WeightsError, match=r"^The model file model.skops has SHA-256"):
        classifier_files.load(place)


HERE = classifier_files.present()
AGAIN = (
    f"and is not used with {', '.join(HERE)}, which are here; train it again with 'earshot train acme "
    "labels.csv --name reasons', or go back to the Earshot that trained it."
)


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        (["learner 5", *HERE[1:]], f"with learner 5, {HERE[1]}, {HERE[2]}"),
        ([*HERE[:2], "earshot-2@00000000"], f"with {HERE[0]}, {HERE[1]}, earshot-2@00000000"),
        (None, "by an earlier Earshot, which did not note with what"),
    ],
)
def test_one_that_was_trained_with_other_models_is_not_used(folder, tmp_path, reads, told):
    _, place = folder
    card = json.loads((place / "card.json").read_text())
    assert card.pop("reads") == HERE
    (tmp_path / "card.json").write_text(json.dumps(card | ({"reads": reads} if reads else {})))
    with pytest.raises(WeightsError) as problem:
        classifier_files.load(tmp_path, "acme")
    assert str(problem.value) == f"The classifier reasons 1 was trained {told}, {AGAIN}"


def test_the_version_is_a_matter_of_all_that_decides_and_not_of_the_order_of_labels(monkeypatch):
    how = {"seed": 1, "promised": 0.9, "missed": {"late": 1.0, "bag": 1.0}}
    one = classifier_files.version_of(TEXTS, LABELS, **how)
    assert one == classifier_files.version_of(TEXTS[::-1], LABELS[::-1], **how)
    other = [{"seed": 2}, {"promised": 0.8}, {"missed": {"late": 5.0, "bag": 1.0}}]
    versions = [classifier_files.version_of(TEXTS, LABELS, **how | change) for change in other]
    monkeypatch.setattr(classifier_files, "LEARNER", "another")
    versions.append(classifier_files.version_of(TEXTS, LABELS, **how))
    assert len({one, *versions}) == 5

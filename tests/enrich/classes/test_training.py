"""Classes of your own: one or several labels a text, a rule for each, versions that can be brought back."""

import numpy as np
import pytest

from earshot.core.params import ParamError
from earshot.enrich.classes import classifier, training
from earshot.enrich.classes import files as classifier_files
from earshot.enrich.embeddings.model_files import WeightsError
from earshot.enrich.registry import in_use

LATE = [f"my flight was delayed {hours} hours at gate {hours + 3}" for hours in range(1, 31)]
BAGS = [f"you lost my bag number {number} and nobody finds it" for number in range(30)]
TEXTS, LABELS = LATE + BAGS, ["late"] * 30 + ["bag"] * 30
GREETINGS = [f"good morning to all {number} of you" for number in range(20)]
BOTH = [f"delayed {number} hours and then you lost my bag {number}" for number in range(20)]


@pytest.fixture(scope="module")
def one():
    return training.train("reasons", TEXTS, LABELS, promised=0.8)


def test_where_each_text_has_one_label_the_classes_exclude_each_other(one):
    assert not one.overlap
    assert list(one.models) == [""]
    assert set(one.rules) == {"late", "bag"}
    assert one.card["labels"]["late"]["texts"] == 30
    assert one.card["labels"]["late"]["right when said"] == 1
    assert one.rules["late"].route is not None
    assert one.rules["late"].low >= 0.8
    assert {row["view"] for row in one.card["tried"][""]} == {"words", "meaning", "neighbours", "together"}


def test_a_promise_that_so_few_texts_cannot_show_routes_nothing():
    assert training.train("reasons", TEXTS, LABELS, promised=0.99).rules["late"].route is None


@pytest.fixture
def quick(monkeypatch):
    """Only the view of words is learned, so that a training takes no time."""
    monkeypatch.setattr(classifier, "QUICK", ("words",))


def test_a_cost_of_a_label_decides_doubtful_texts(quick):
    def said(**missed):
        return training.train("reasons", TEXTS, LABELS, missed=missed).models[""].read(BOTH).labels.tolist()

    assert set(said(late=500)) == {"late"}
    assert set(said(bag=500)) == {"bag"}


def test_where_labels_overlap_a_cost_moves_the_threshold_of_its_label_alone(quick):
    chance = np.random.default_rng(1)
    given = [label if chance.random() < 0.4 else "none" for label in LABELS]
    given[0] = "late; bag"
    even, dear = (
        training.train("reasons", TEXTS, given, missed=missed) for missed in (None, {"": 1, "late": 30})
    )
    assert dear.rules["late"].threshold < even.rules["late"].threshold
    assert dear.rules["bag"] == even.rules["bag"]
    assert dear.card["labels"]["late"]["missed"] == 30
    assert dear.card["labels"]["late"]["found"] > even.card["labels"]["late"]["found"]


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        (
            {"": 5},
            "Every text has one label, so that each mistake is a miss and a false alarm, and one cost for "
            "all labels changes nothing; name the labels that cost more, such as --missed bag=5.",
        ),
        (
            {"late": 5, "bag": 5},
            "Every text has one label, so that each mistake is a miss and a false alarm, and one cost "
            "for all labels changes nothing; name the labels that cost more, such as --missed bag=5.",
        ),
        ({"lte": 5}, "The file has no label 'lte'; there are bag, late. Did you mean \"late\"?"),
    ],
)
def test_costs_that_can_change_nothing_are_refused_before_anything_is_learned(missed, said):
    with pytest.raises(ValueError) as problem:
        training.train("reasons", TEXTS, LABELS, missed=missed)
    assert str(problem.value) == said


def test_the_same_labels_with_another_promise_are_another_version_and_the_one_before_is_not_forgotten(
    workspace, quick
):
    space = workspace()
    first, second = (training.train("reasons", TEXTS, LABELS, promised=promised) for promised in (0.8, 0.9))
    for trained in (first, second, second):  # the same twice: the version before stays
        training.keep(space, trained)
    before, now = first.card["version"], second.card["version"]
    assert space.settings("classifiers") == {"reasons": {"champion": now, "before": before}}
    assert training.read_card(space, "reasons", before)["promised"] == 0.8


def test_labels_parted_by_semicolons_overlap():
    found = training.train(
        "reasons", TEXTS + BOTH + GREETINGS, [*LABELS, *["late; bag"] * 20, *["none"] * 20]
    )
    assert found.overlap
    assert set(found.models) == {"late", "bag"}
    assert found.card["labels"]["late"]["texts"] == 50
    yes = {label: model.classes.index("yes") for label, model in found.models.items()}
    text = ["delayed 7 hours and then you lost my bag 50"]
    assert all(model.read(text).probabilities[0, yes[label]] > 0.5 for label, model in found.models.items())
    assert all(
        model.read(GREETINGS).probabilities[:, yes[label]].max() < 0.5
        for label, model in found.models.items()
    )


def test_a_label_with_too_few_texts_is_named():
    said = (
        r"^The label 'rude' has 2 texts and 58 lack it; at least 5 of each are needed, or leave the "
        r"label out\.$"
    )
    with pytest.raises(ValueError, match=said):
        training.train("reasons", TEXTS, ["late; rude"] * 2 + LABELS[2:])


def test_a_cell_is_split_and_repeats_count_once():
    assert training.split(" late; bag ;late;; ") == ("late", "bag")


def test_what_is_kept_is_the_champion_comes_back_whole_and_the_one_before_is_named(workspace, one):
    space = workspace()
    folder = training.keep(space, one)
    version = one.card["version"]
    assert training.champions(space) == {"reasons": version}
    back = training.load(space, "reasons", version)
    assert back.rules == one.rules
    assert (back.models[""].read(TEXTS).probabilities == one.models[""].read(TEXTS).probabilities).all()
    assert (folder / "card.md").read_text().startswith(f"# reasons {version}")
    other = training.train("reasons", TEXTS[:50], LABELS[:50])
    training.keep(space, other)
    assert space.settings("classifiers") == {
        "reasons": {"champion": other.card["version"], "before": version}
    }


def test_after_an_upgrade_an_old_classifier_is_not_used_and_is_still_listed_with_its_way_back(
    workspace, monkeypatch, quick
):
    space = workspace()
    training.keep(space, training.train("reasons", TEXTS, LABELS))
    old = training.champions(space)["reasons"]
    monkeypatch.setattr(classifier_files, "LEARNER", "another")
    with pytest.raises(
        WeightsError, match=r"; train it again with 'earshot train acme labels\.csv --name reasons', "
    ):
        training.load(space, "reasons", old)
    training.keep(space, training.train("reasons", TEXTS, LABELS))
    new = training.champions(space)["reasons"]
    assert training.load(space, "reasons", new).card["reads"][0] == "learner another"
    listed = {model.use: model for model in in_use.listed(space)}["classes"]
    assert (listed.name, listed.before) == (f"reasons {new}", old)
    assert listed.sha256


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"reasons": {"champion": "0123"}},
            "params/acme/classifiers.yml: reasons has no version '0123' (there: none). "
            "Train it with: earshot train acme labels.csv --name reasons",
        ),
        (
            {"reasons": "0123"},
            "params/acme/classifiers.yml: reasons needs a champion, such as {champion: 0a1b2c3d4e5f}.",
        ),
    ],
)
def test_wrong_settings_are_one_sentence(workspace, settings, said):
    with pytest.raises(ParamError) as problem:
        training.champions(workspace(classifiers=settings))
    assert str(problem.value) == said

"""A classifier of anybody's own classes:
what is plain is learned, sets cover as promised, bad labels are named.
"""

import numpy as np
import pytest

from earshot.enrich.classes import classifier
from earshot.enrich.classes.views import look_at
from earshot.statistics import conformal, prior_shift, stacking
from earshot.statistics.softmax import softmax

SAID = {
    "delay": ["flight late again {}", "stuck at the gate for hours {}", "two hour delay {}"],
    "luggage": ["my bag is lost {}", "suitcase damaged {}", "where is my luggage {}"],
    "oos": ["what a sunny day {}", "the song is on the radio {}", "bake the cake slowly {}"],
}


def labelled(each, seed=0):
    chance = np.random.default_rng(seed)
    words = ["blue", "seven", "market", "river", "paper", "green", "lamp", "stone", "cloud", "north"]
    rows = [
        (one.format(" ".join(chance.choice(words, 3))), name)
        for name, texts in SAID.items()
        for one in texts
        for _ in range(each)
    ]
    return [text for text, _ in rows], [name for _, name in rows]


@pytest.fixture(scope="module")
def learnt():
    return classifier.fit(*labelled(12))


def test_what_is_plain_is_learned_and_every_view_is_named(learnt):
    texts, labels = labelled(2, seed=5)
    found = learnt.read(texts)
    assert (found.labels == np.array(labels)).mean() > 0.95
    assert np.allclose(found.probabilities.sum(axis=1), 1)
    assert learnt.figures["view"].tolist() == ["words", "meaning", "neighbours", "together"]
    assert (learnt.figures["low"] <= learnt.figures["lead"]).all()


def test_the_same_labels_give_the_same_probabilities(learnt):
    again = classifier.fit(*labelled(12))
    texts, _ = labelled(1, seed=9)
    assert (again.read(texts).probabilities == learnt.read(texts).probabilities).all()


def test_a_text_is_read_the_same_in_any_company(learnt):
    texts, _ = labelled(1, seed=3)
    assert np.allclose(learnt.read(texts).probabilities[:1], learnt.read(texts[:1]).probabilities, atol=1e-5)


def test_near_copies_are_never_on_both_sides():
    texts = [f"same words here https://t.co/{number}" for number in range(6)] + ["a b", "c d", "e f"]
    folds = classifier.split(texts, np.array([0] * 6 + [1] * 3), 1)
    assert len(set(folds[:6])) == 1


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["a"] * 6, "There is one class, 'a'; label texts of at least two."),
        (
            ["a"] * 6 + ["b"],
            "The class 'b' has 1 text; label at least 5 of each class, or leave the class out.",
        ),
        ([], "There is no labelled text to learn from."),
    ],
)
def test_labels_that_cannot_teach_are_one_sentence(labels, said):
    with pytest.raises(ValueError) as caught:
        classifier.fit([f"text {number}" for number in range(len(labels))], labels)
    assert str(caught.value) == said


def test_a_tower_is_tried_where_it_pays():
    quick, close = look_at(["so late again"]), look_at(["so late again"], with_token_states=True)
    assert "tower" not in classifier.candidates(900, 3, close)
    assert classifier.candidates(5_000, 3, close) == (*classifier.QUICK, "attention", "multilingual", "tower")
    assert "tower" not in classifier.candidates(5_000, 77, close)
    assert classifier.candidates(20_000, 3, quick) == classifier.QUICK


def test_tokens_are_seen_by_both_towers_only_where_few_classes_ask_for_it():
    texts = ["so late again", "otra vez tarde"]
    close, about = (
        look_at(texts, with_token_states=True),
        look_at(texts, with_sentiment_vectors=False, with_token_states=True),
    )
    assert close.feeling.shape == (2, 768)
    assert [state.shape[1] for state in close.states + close.abroad] == [4 * 384, 4 * 384, 2 * 384, 2 * 384]
    assert about.feeling.shape == (2, 0)
    assert not about.abroad
    one = close.at(np.array([1]))
    assert (one.abroad[0] == close.abroad[1]).all()


def simulated(chance, count, classes=4):
    truth = chance.integers(classes, size=count)
    return truth, softmax(chance.normal(size=(count, classes)) + 1.5 * np.eye(classes)[truth])


def test_sets_hold_the_true_class_as_often_as_promised_though_the_folds_models_disagree():
    chance, share = np.random.default_rng(1), []
    for _ in range(40):
        truth, found = simulated(chance, 300)
        held = conformal.Calibration(found, chance.integers(3, size=300), truth)
        new = chance.integers(4, size=500)
        by_fold = np.stack([softmax(chance.normal(size=(500, 4)) + 1.5 * np.eye(4)[new]) for _ in range(3)])
        sets = conformal.possible(held.p_values(by_fold, chance.integers(3, size=500)), 0.9)
        share.append(sets[np.arange(500), new].mean())
    assert np.mean(share) == pytest.approx(0.9, abs=0.01)


def test_a_text_always_chooses_the_same_fold():
    texts = [f"text {row}" for row in range(600)]
    assert (conformal.choose(texts, 3) == conformal.choose(texts[::-1], 3)[::-1]).all()
    assert np.bincount(conformal.choose(texts, 3)).min() > 150


def test_the_share_of_a_class_that_became_rare_moves_half_the_way():
    chance = np.random.default_rng(2)
    truth = chance.random(4000) < 0.1
    margin = chance.normal(size=4000) + 3 * truth
    found = 1 / (1 + np.exp(-(3 * margin - 4.5 + np.log(0.5 / 0.5))))
    share = prior_shift.estimate(np.stack([1 - found, found], axis=1), np.array([0.5, 0.5]))
    assert share.sum() == pytest.approx(1)
    assert share[1] == pytest.approx(0.3, abs=0.02)


def test_the_threshold_for_f1_falls_where_the_class_is_rarer():
    chance = np.random.default_rng(3)
    truth = chance.random(3000) < 0.5
    found = 1 / (1 + np.exp(-(chance.normal(size=3000) + truth - 0.5)))
    assert prior_shift.best_threshold(found, truth, 0.1) < prior_shift.best_threshold(found, truth, 0.5)


def test_all_together_are_judged_on_texts_that_did_not_fit_the_mixture():
    chance, classes, flattered, honest = np.random.default_rng(4), list("abcdef"), [], []
    for _ in range(12):
        truth, folds = chance.integers(6, size=90), np.arange(90) % 3
        noise = {
            name: chance.normal(size=(90, 6)) for name in ("words", "meaning", "tower")
        }  # which know nothing
        weight, bias = stacking.fit_weights(noise, truth, 6)
        found = softmax(sum(weight[name] * noise[name] for name in noise) + bias)
        said = stacking.decide(
            found, stacking.class_offsets(found, truth, classes, stacking.accuracy_plus_macro_f1)
        )
        flattered.append((said == truth).mean())
        probabilities, said = stacking.out_of_fold(
            noise, truth, folds, classes, stacking.accuracy_plus_macro_f1
        )
        assert probabilities.sum(axis=1) == pytest.approx(1)
        honest.append((said == truth).mean())
    assert np.mean(flattered) > 0.22  # one in six is chance: texts that fitted the mixture flatter it
    assert np.mean(honest) == pytest.approx(1 / 6, abs=0.035)


def test_a_class_that_lies_in_one_fold_alone_is_no_trouble():
    truth, folds = np.array([0, 1, 2] * 10), np.array([0, 1, 2] * 10)
    _, said = stacking.out_of_fold(
        {"words": np.eye(3)[truth] * 4}, truth, folds, list("abc"), stacking.accuracy_plus_macro_f1
    )
    assert set(said) <= {0, 1, 2}


def test_what_is_plain_is_as_plain_when_the_mixture_is_cross_fitted(learnt):
    assert learnt.figures.set_index("view").at["together", "accuracy"] > 0.95

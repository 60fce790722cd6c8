"""Learning sentiment towards a target from labels: sentences stay together, and what is plain is learned."""

import numpy as np
import pytest

from earshot.enrich.targets import learning, marked_text

GOOD, BAD, PLAIN = ("great", "lovely", "perfect"), ("awful", "broken", "useless"), ("blue", "new", "small")
THINGS = ("bag", "seat", "crew", "meal")


def made(count, seed=0):
    """Texts that say one thing of one target and another of a second one, with both targets labelled."""
    chance, rows = np.random.default_rng(seed), []
    for _ in range(count // 2):
        first, second = chance.choice(THINGS, 2, replace=False)
        kinds = chance.integers(3, size=2)
        said = [(BAD, PLAIN, GOOD)[kind][chance.integers(3)] for kind in kinds]
        text = f"the {first} was {said[0]} but the {second} was {said[1]}, number {chance.integers(10**5)}"
        rows += [(text, first, kinds[0]), (text, second, kinds[1])]
    texts, targets, labels = map(list, zip(*rows, strict=True))
    return texts, [marked_text.locate(*row[:2]) for row in rows], targets, np.array(labels)


def test_one_sentence_is_never_on_both_sides():
    texts, _, _, labels = made(80)
    for train, test in learning.split(
        [text.upper() if at % 2 else text for at, text in enumerate(texts)], labels, 1
    ):
        assert not {texts[at] for at in train} & {texts[at] for at in test}


@pytest.mark.slow
def test_what_is_plain_is_learned_and_sets_hold_the_true_class(monkeypatch):
    monkeypatch.setattr(learning, "STEPS", 10)
    model = learning.fit(*made(120))
    texts, spans, targets, labels = made(40, seed=5)
    found = model.score(texts, spans, targets)
    assert np.allclose(found.sum(axis=1), 1)
    assert (found.argmax(axis=1) == labels).mean() > 0.8
    assert model.sets(found)[np.arange(40), labels].mean() > 0.75
    assert model.figures["n"] == 120


def test_readers_are_trusted_as_they_deserve_and_the_cut_holds_nine_in_ten():
    chance = np.random.default_rng(0)
    labels = chance.integers(3, size=4900)
    good, noise = (np.eye(3)[labels] * 2 + chance.normal(0, 1, (4900, 3))), chance.normal(0, 1, (4900, 9))
    read = np.hstack([noise[:, :3], good, noise[:, 3:]])
    model = learning._trusted([], read[:900], labels[:900])
    found = model.trust.predict_proba(read[900:])
    assert model.figures["tower"] > 0.7 > 0.5 > model.figures["words"]
    assert model.sets(found)[np.arange(4000), labels[900:]].mean() == pytest.approx(0.9, abs=0.02)
    trust = np.abs(model.trust.coef_)
    assert trust[:, 3:6].sum() > 5 * max(trust[:, at : at + 3].sum() for at in (0, 6, 9))


def test_too_few_labels_is_one_sentence():
    texts, spans, targets, labels = made(20)
    with pytest.raises(
        ValueError, match=r"^There are 20 labelled targets of 3 classes; at least 60 of two classes"
    ):
        learning.fit(texts, spans, targets, labels)


def test_where_no_label_is_neutral_that_is_never_said():
    chance, labels = np.random.default_rng(1), np.repeat([0, 2], 60)
    read = chance.normal(size=(120, 3 * len(learning.READERS))) + labels[:, None]
    model = learning._trusted([], read, labels)
    found = learning._of_all(model.trust.predict_proba(read), model.trust.classes_)
    assert found.shape == (120, 3)
    assert (found[:, 1] == 0).all()
    assert model.figures["accuracy"] > 0.9
    assert not model.sets(found)[:, 1].any()

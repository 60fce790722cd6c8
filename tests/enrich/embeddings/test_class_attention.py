"""Attention by class: it finds the one token that tells, wherever it stands, and in any company."""

import numpy as np
import pytest

from earshot.enrich.classes import classifier, views
from earshot.enrich.embeddings import class_attention, minilm

WIDTH = 12


def told_by_one_token(count, seed):
    """Texts of 3 to 12 random tokens, one of which carries the class."""
    chance = np.random.default_rng(seed)
    labels = chance.integers(3, size=count)
    states = [chance.normal(size=(chance.integers(3, 13), WIDTH)) for _ in range(count)]
    for state, label in zip(states, labels, strict=True):
        state[chance.integers(len(state)), label] += 6
    return [state.astype(np.float16) for state in states], labels


@pytest.fixture(scope="module")
def learned():
    return class_attention.learn(*told_by_one_token(1500, 1), 3, seed=1)


def test_one_token_in_a_text_tells_the_class_where_their_mean_does_not(learned):
    from sklearn.linear_model import LogisticRegression

    states, labels = told_by_one_token(600, 2)
    means, known = (
        np.array([state.mean(axis=0) for state in part], float)
        for part in (states, told_by_one_token(1500, 1)[0])
    )
    plain = LogisticRegression().fit(known, told_by_one_token(1500, 1)[1])
    right = (class_attention.scores(learned, states).argmax(axis=1) == labels).mean()
    assert right > 0.9
    assert right > plain.score(means, labels) + 0.05


def test_a_text_scores_the_same_alone_and_with_longer_ones(learned):
    states, _ = told_by_one_token(20, 3)
    together = class_attention.scores(learned, states)
    assert np.allclose(together[:1], class_attention.scores(learned, states[:1]), atol=1e-5)
    assert class_attention.scores(learned, []).shape == (0, 3)


def test_the_same_seed_learns_the_same(learned):
    again = class_attention.learn(*told_by_one_token(1500, 1), 3, seed=1)
    assert all((again[name] == part).all() for name, part in learned.items())


def test_minilm_token_states_give_its_vectors_and_its_tokens():
    texts = ["my bag is lost", "thank you", "the crew was rude and the flight was late again"]
    tokens = minilm.tokenise(texts)
    vectors, states = minilm.token_states(tokens, longest=6)
    assert (vectors == minilm.encode(texts)).all()
    assert [len(state) for state in states] == [min(6, len(text)) for text in tokens]
    assert states[0].shape[1] == minilm.WIDTH * len(minilm.CLOSE)


def test_a_classifier_that_looks_closely_reads_the_same_in_parts(monkeypatch):
    said = ("my bag is lost", "flight late again", "thank you")
    texts = [f"{one} {number}" for number in range(12) for one in said]
    labels = ["bag", "late", "praise"] * 12
    monkeypatch.setattr(classifier, "CLOSELY", 30)
    model = classifier.fit(
        texts, labels, views=("words", "attention"), seen=views.look_at(texts, with_token_states=True)
    )
    whole = model.read(texts[:7])
    monkeypatch.setattr(classifier, "TOGETHER", 3)
    parts = model.read(texts[:7])
    assert (parts.labels == whole.labels).all()
    assert np.allclose(parts.probabilities, whole.probabilities, atol=1e-4)
    assert model.figures["view"].tolist() == ["words", "attention", "together"]

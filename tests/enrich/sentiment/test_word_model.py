"""The fast tier's view of words: added up by hand, the same in any company, apart when denied."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.enrich.sentiment import word_model

WEIGHTS = np.random.default_rng(1).normal(size=(word_model.SIZE, 2)).astype(np.float32)
TEXTS = ["not good at all, but fine", "good", "", "?!", "Größe 漢字 नमस्ते", "good good good", "a\ud800b"]


def test_scores_are_the_parts_times_the_weights():
    words = word_model.read(TEXTS)
    np.testing.assert_allclose(words.scores(WEIGHTS), words.parts() @ WEIGHTS, atol=1e-4)


def test_a_word_counts_itself_its_kind_and_its_letter_groups():
    row = word_model.read(["good"]).parts()
    counts = round(float((row.data**2).sum()))  # each part is one over the root of how many there are
    assert counts == 1
    assert (
        row.nnz == 1 + 1 + 5 + 4 + 3 + 2
    )  # good, [good], and of " good " the groups of 2, 3, 4 and 5 letters


def test_a_text_without_words_scores_nothing():
    assert not word_model.read(["", "   "]).scores(WEIGHTS).any()
    assert word_model.read([]).scores(WEIGHTS).shape == (0, 2)


def test_what_is_denied_shares_nothing_with_what_is_said():
    said, denied = (set(word_model.read([text]).parts().indices) for text in ("good", "not good"))
    assert not said & (denied - set(word_model.read(["not"]).parts().indices))


def test_word_order_counts_through_pairs():
    one, other = word_model.read(["bad not", "not bad"]).scores(WEIGHTS)
    assert (one != other).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6), st.integers(0, 5))
def test_a_text_scores_the_same_in_any_company(texts, turn):
    turned = texts[turn:] + texts[:turn]
    together = dict(zip(turned, word_model.read(turned).scores(WEIGHTS), strict=True))
    for text in texts:
        np.testing.assert_allclose(word_model.read([text]).scores(WEIGHTS)[0], together[text], atol=1e-5)


@pytest.mark.parametrize("text", ["good", "größe"])
def test_the_numbers_of_letter_groups_never_change(text):
    """Weights are kept by these numbers: a change here would make every stored model read noise."""
    known = {"good": 3962736, "größe": 5262750}
    row = word_model.read([text]).parts()
    assert int(row.indices.sum()) == known[text]

"""Letter groups: the same alone and among others, one bucket range, words as people stretch them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.enrich.language import letter_ngrams

WORDS = st.lists(st.text(st.characters(categories=["Ll"]), min_size=1, max_size=12), min_size=1, max_size=8)


def test_a_word_gives_its_groups_and_itself():
    found = letter_ngrams.groups(["ab"])  # a, b; " a", ab, "b "; " ab", "ab "; " ab "; and the word
    assert len(found.bucket) == 9
    assert letter_ngrams.groups([]).words == 0


@given(WORDS)
@settings(max_examples=100, deadline=None)
def test_a_word_gives_the_same_groups_alone_and_among_others(words):
    together = letter_ngrams.groups(words)
    assert (together.bucket >= 0).all()
    assert (together.bucket < letter_ngrams.SIZE).all()
    for place, word in enumerate(words):
        alone = letter_ngrams.groups([word]).bucket
        assert np.array_equal(np.sort(together.bucket[together.word == place]), np.sort(alone))


def test_words_are_spelt_small_unstretched_and_with_their_place():
    assert letter_ngrams.spell("Soooo d’accord, 42!") == [("soo", 0, 5), ("d'accord", 6, 14)]

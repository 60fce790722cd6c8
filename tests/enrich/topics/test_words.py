"""The words of topics, and the names made of them."""

import re

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from earshot.enrich.topics import words


@pytest.mark.slow
def test_c_tf_idf_is_bertopics():
    from bertopic.vectorizers import ClassTfidfTransformer

    counts = csr_matrix(np.array([[9.0, 6, 0, 3], [0, 0, 12, 6], [1, 0, 2, 30]]))
    np.testing.assert_allclose(
        words.ctfidf(counts).toarray(), ClassTfidfTransformer().fit_transform(counts).toarray(), rtol=1e-12
    )


def test_c_tf_idf_is_tf_times_log_of_one_plus_a_over_f():
    counts = np.array([[9.0, 6, 0, 3], [0, 0, 12, 6]])
    expected = counts / counts.sum(axis=1, keepdims=True) * np.log(1 + 18 / counts.sum(axis=0))
    np.testing.assert_allclose(words.ctfidf(csr_matrix(counts)).toarray(), expected, rtol=1e-12)


def test_a_topic_is_described_by_what_it_uses_more_than_others():
    texts = ["signal mast signal", "mast signal gone"] * 3 + ["bill paid twice", "paid bill bill"] * 3
    found = words.weigh(texts, np.array([3] * 6 + [8] * 6), frozenset({"gone"}))
    assert set(found) == {3, 8}
    assert any("signal" in term for term in found[3])
    assert not any("gone" in term for term in found[3])
    assert set(words.weigh(texts, np.array([3] * 6 + [-1] * 6))) == {3}
    assert words.weigh(["one", "two"], np.array([0, 1])) == {0: [], 1: []}


def test_terms_say_different_things_and_pairs_replace_the_word_they_explain():
    vocabulary = np.array(["customer", "customer service", "delay", "delayed", "rude", "the plane"])
    counts = np.array([20.0, 15.0, 12.0, 12.0, 9.0, 1.0])
    weights = np.array([6.0, 3.0, 5.0, 4.0, 2.0, 1.0])
    assert (
        words.terms(weights, counts, counts, vocabulary, 40) == []
    )  # nothing is used more here than elsewhere
    found = words.terms(weights, counts, np.append(counts[:5], 500.0), vocabulary, 40)
    assert found == ["customer service", "delay", "rude"]


def test_names_are_short_readable_and_never_twice_the_same():
    taken = set()
    names = []
    for _ in range(3):
        names.append(words.name(["bag", "lost luggage", "claim", "airport"], taken))
        taken.add(names[-1])
    assert names[:2] == ["bag · lost luggage · claim", "bag · lost luggage · claim · airport"]
    assert len(set(names)) == 3
    assert words.name([], set()) == "short posts"
    assert len(words.name(["a" * 24, "b" * 24, "c" * 24], set())) <= words.LONGEST


def test_words_are_counted_without_links_accounts_masks_and_brands():
    text = "RT @acme: I can't &amp; won't pay [phone] https://t.co/x"
    assert re.findall(words.WORD, words.bare(text)) == ["cant", "wont", "pay"]
    ignored = words.ignored(["US Airways"], ["AmericanAir"])
    assert {"us", "airways", "usairways", "americanair", "the", "nicht", "siempre"} <= ignored
    assert "signal" not in ignored

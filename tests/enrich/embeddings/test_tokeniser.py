"""Pieces: the likeliest way to cut a word, letters where no piece is known, any text cut without a loss."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.enrich.embeddings import tokeniser
from earshot.enrich.sentiment import earshot2
from earshot.enrich.sentiment import step as sentiment

NAMES = ["<s>", "</s>", "<unk>", "▁", "▁un", "happy", "▁unhappy", "h", "a", "p", "y", "u", "n"]
SCORES = [0, 0, 0, -3, -4, -4, -7, -6, -6, -6, -6, -6, -6]


@pytest.fixture(scope="module")
def small():
    return tokeniser.vocabulary(NAMES, np.array(SCORES))


@pytest.fixture(scope="module")
def shipped():
    return earshot2.other(sentiment.load())


def cut(words, text):
    return [
        bytes(words["pieces"]).decode().split("\n")[token] for token in tokeniser.tokenise(words, [text])[0]
    ]


def test_the_likeliest_pieces_are_taken(small):
    assert cut(small, "unhappy") == ["<s>", "▁unhappy", "</s>"]  # -7 against -8
    assert cut(small, "happy") == ["<s>", "▁", "happy", "</s>"]


def test_a_word_without_a_piece_is_cut_into_letters_and_a_strange_letter_is_said_to_be_one(small):
    assert cut(small, "nap") == ["<s>", "▁", "n", "a", "p", "</s>"]
    assert cut(small, "nß") == ["<s>", "▁", "n", "<unk>", "</s>"]


def test_the_vocabulary_that_ships_knows_eight_languages(shipped):
    known = [
        "muy",
        "grazie",
        "nicht",
        "merci",
        "obrigado",
        "شكرا",
        "nahi",
        "thanks",
    ]  # Hindi in Latin letters
    assert [word for word in known if len(tokeniser.tokenise(shipped, [word])[0]) <= 4] == known


def test_every_piece_has_a_vector(shipped):
    count = len(bytes(shipped["pieces"]).decode().split("\n"))
    assert count == len(shipped["scores"]) / 4 == len(shipped["embeddings.word_embeddings.weight"])


def test_a_long_text_is_cut_off(shipped):
    long = cut(shipped, "palabra " * 500)
    assert len(long) == tokeniser.LONGEST == len(shipped["embeddings.position_embeddings.weight"])
    assert long[-1] == "</s>"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_cut(shipped, text):
    found = tokeniser.tokenise(shipped, [text])[0]
    assert 2 <= len(found) <= tokeniser.LONGEST

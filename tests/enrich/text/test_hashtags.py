"""Hashtags become the words they are made of, or stay whole where that is not plain."""

import pytest

from earshot.enrich.text.hashtags import split


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("ILoveFlying", "I Love Flying"),
        ("neveragain", "never again"),
        ("customerservice", "customer service"),
        ("delayed", "delayed"),
        ("NYC", "NYC"),
        ("iphone6", "iphone 6"),
        ("snake_case", "snake case"),
        ("xqzzvt", "xqzzvt"),
        ("größtes_kino", "größtes kino"),
        ("東京", "東京"),
        ("ÉtéIndien", "Été Indien"),
    ],
)
def test_a_hashtag_is_divided_where_its_words_meet(tag, words):
    assert split(tag) == words

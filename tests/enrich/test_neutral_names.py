"""Given names are made alike; words, places and what is not written as a name stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.enrich.neutral_names import neutralise


@pytest.mark.parametrize(("text", "neutral"), [
    ("Mohammed waited two hours", "Alex waited two hours"), ("thanks José and Lakisha!", "thanks Alex and Alex!"),
    ("Grace under fire in Austin", "Grace under fire in Austin"), ("the wei is long, min", "the wei is long, min"),
    ("Mrs Hussein and Mr. Smith met Ananya", "Mrs Alex and Mr. Alex met Alex"), ("Mr x", "Mr x"),
    ("@Emily #Emily EMILY's", "@Emily #Emily Alex's"), ("", "")])
def test_only_given_names_change(text, neutral):
    assert neutralise(text) == neutral


@given(st.text(max_size=80))
def test_making_names_alike_twice_changes_nothing_more(text):
    assert neutralise(neutralise(text)) == neutralise(text)

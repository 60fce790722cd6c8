"""Given names are made alike; words, places and what is not written as a name stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.enrich.sentiment.name_masking import neutralise


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("Mohammed waited two hours", "Alex waited two hours"),
        ("thanks José and Lakisha!", "thanks Alex and Alex!"),
        ("Grace under fire in Austin", "Grace under fire in Austin"),
        ("the wei is long, min", "the wei is long, min"),
        ("Mrs Hussein and Mr. Smith met Ananya", "Mrs Alex and Mr. Alex met Alex"),
        ("Mr x", "Mr x"),
        ("@Emily #Emily EMILY's", "@Emily #Emily Alex's"),
        ("", ""),
        ("the agent called mohammed said so", "the agent called Alex said so"),
        ("they called twice", "they called twice"),
    ],
)
def test_only_given_names_change(text, neutral):
    assert neutralise(text) == neutral


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("An elderly, Asian couple and a young, black man.", "a local couple and a local man."),
        ("I am gay, and my wife is deaf.", "I am local, and my partner is deaf."),
        ("black coffee in the White House, old phone", "black coffee in the White House, old phone"),
        ("I'm old fashioned", "I'm old fashioned"),
        ("the Mexican agent", "the local agent"),
        ("a wife", "a wife"),
    ],
)
def test_kinds_of_people_are_made_alike_and_things_are_not(text, neutral):
    assert neutralise(text) == neutral


@given(st.text(max_size=80))
def test_making_names_alike_twice_changes_nothing_more(text):
    assert neutralise(neutralise(text)) == neutralise(text)

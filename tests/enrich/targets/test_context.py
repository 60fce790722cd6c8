"""What stands around a target: its clause ends at a mark or a turn,
and near feeling words count more than far ones.
"""

import numpy as np

from earshot.enrich.targets import context, marked_text

TEXT = "The crew was lovely but the wifi was terrible."


def around(target, text=TEXT):
    """A text, where the target stands in it, and the target."""
    return text, marked_text.locate(text, target), target


def test_a_clause_ends_at_a_turn():
    assert context.clause(*around("crew")) == "the crew was lovely"
    assert context.clause(*around("wifi")) == "the wifi was terrible"


def test_words_know_their_side_and_distance():
    found = context.words(*around("wifi"))
    assert {"l0:the", "r0:was", "r1:terrible", "c:terrible", "t:wifi", "§ was"} <= set(found)
    assert "c:lovely" not in found


def test_the_nearer_feeling_counts_more():
    good_left, bad_left, good_right, bad_right = context.signals(*around("crew")[:2])[:4]
    assert (good_left, bad_left) == (0, 0)
    assert good_right > bad_right > 0


def test_a_denied_word_counts_on_the_other_side():
    good, bad = context.signals(*around("crew", "the crew was not good")[:2])[4:6]
    assert good == 0 < bad


def test_a_text_without_the_target_has_all_its_signals():
    found = context.signals("lovely", [])
    assert found.shape == (context.SIGNALS,)
    assert np.isfinite(found).all()

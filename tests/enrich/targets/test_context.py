"""What stands around a target: its clause ends at a mark or a turn,
and near feeling words count more than far ones.
"""

import numpy as np

from earshot.enrich.targets import context as nearby
from earshot.enrich.targets import marked_text as pairs

TEXT = "The crew was lovely but the wifi was terrible."


def around(target, text=TEXT):
    """A text, where the target stands in it, and the target."""
    return text, pairs.locate(text, target), target


def test_a_clause_ends_at_a_turn():
    assert nearby.clause(*around("crew")) == "the crew was lovely"
    assert nearby.clause(*around("wifi")) == "the wifi was terrible"


def test_words_know_their_side_and_distance():
    found = nearby.words(*around("wifi"))
    assert {"l0:the", "r0:was", "r1:terrible", "c:terrible", "t:wifi", "§ was"} <= set(found)
    assert "c:lovely" not in found


def test_the_nearer_feeling_counts_more():
    good_left, bad_left, good_right, bad_right = nearby.signals(*around("crew")[:2])[:4]
    assert (good_left, bad_left) == (0, 0)
    assert good_right > bad_right > 0


def test_a_denied_word_counts_on_the_other_side():
    good, bad = nearby.signals(*around("crew", "the crew was not good")[:2])[4:6]
    assert good == 0 < bad


def test_a_text_without_the_target_has_all_its_signals():
    found = nearby.signals("lovely", [])
    assert found.shape == (nearby.SIGNALS,)
    assert np.isfinite(found).all()

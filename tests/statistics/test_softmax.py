import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earshot.statistics.softmax import softmax

SCORES = st.lists(st.lists(st.floats(-700, 700), min_size=3, max_size=3), min_size=1, max_size=5)


@given(SCORES, st.floats(-100, 100))
def test_probabilities_add_up_and_a_constant_changes_nothing(scores, more):
    found = softmax(np.array(scores))
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    np.testing.assert_allclose(softmax(np.array(scores) + more), found, atol=1e-9)

"""Four bits a number: the published layout, near what went in, and packed twice the same as once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from earshot.enrich.embeddings import int4

TABLES = arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.sampled_from([32, 96])),
    elements=st.floats(-100, 100, width=16).filter(lambda value: value == 0 or abs(value) > 1e-3),
)


def test_the_layout_is_that_of_llama_cpp():
    row = np.zeros((1, 32), np.float32)
    row[0, 0], row[0, 1], row[0, 16] = -8, 3, 7
    packed = int4.pack(row)
    assert packed.shape == (1, 18)
    assert packed[0, :2].view(np.float16).item() == 1
    assert packed[0, 2] == (7 + 8) << 4 | (-8 + 8)
    assert packed[0, 3] == (0 + 8) << 4 | (3 + 8)
    assert (int4.unpack(packed) == row).all()


@settings(max_examples=50, deadline=None)
@given(TABLES)
def test_each_number_is_within_a_step_and_packing_again_changes_nothing(table):
    found = int4.unpack(int4.pack(table))
    step = np.abs(table.reshape(-1, 32)).max(axis=1, keepdims=True) / 8
    assert (np.abs(found - table).reshape(-1, 32) <= 1.01 * step).all()
    assert (int4.unpack(int4.pack(found)) == found).all()


def test_what_was_tuned_a_little_after_packing_is_not_rounded_back_to_where_it_began():
    chance = np.random.default_rng(1)
    before = int4.unpack(int4.pack(chance.normal(size=(64, 384)).astype(np.float32)))
    learned = 0.05 * np.sign(chance.normal(size=(1, 384)))  # a sixth of a step, the same in each row
    kept = {
        reach: int4.unpack(int4.pack(before + learned.astype(np.float32), reach)) - before for reach in (7, 8)
    }
    found = {reach: np.corrcoef(gained.mean(axis=0), learned[0])[0, 1] for reach, gained in kept.items()}
    assert found[7] > 0.8
    assert abs(kept[7].mean(axis=0) @ np.sign(learned[0]) / 384 - 0.05) < 0.01
    assert found[8] < found[7]


def test_noughts_stay_noughts():
    assert not int4.unpack(int4.pack(np.zeros((3, 64), np.float32))).any()


def test_a_row_that_is_not_made_of_whole_blocks_is_refused():
    with pytest.raises(ValueError, match=r"^A row of 33 numbers is not made of whole blocks of 32\.$"):
        int4.pack(np.zeros((2, 33), np.float32))

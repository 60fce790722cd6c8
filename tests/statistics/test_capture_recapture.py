import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.statistics import capture_recapture

HEPATITIS = {
    (1, 1, 1): 28,
    (1, 1, 0): 21,
    (1, 0, 1): 17,
    (1, 0, 0): 69,
    (0, 1, 1): 18,
    (0, 1, 0): 55,
    (0, 0, 1): 63,
}


def hepatitis() -> pd.DataFrame:
    """The hepatitis A outbreak in Taiwan, three lists (Chao et al. 2001, Statistics in Medicine 20: 3123)."""
    rows = [cell for cell, times in HEPATITIS.items() for _ in range(times)]
    return pd.DataFrame(rows, columns=["P", "Q", "E"]).astype(bool)


def test_chapman_on_the_textbook_example():
    found = capture_recapture.chapman(10, 15, 5)  # ten marked, fifteen caught later, five of them marked
    assert found.total == pytest.approx(28.33, abs=0.01)
    assert found.low >= found.seen == 20
    assert found.low < found.total < found.high


def test_chao_on_the_cottontail_rabbits():
    """Edwards and Eberhardt (1967): 135 rabbits, 76 of them caught,
    43 once and 16 twice; Chao (1987) finds 134.
    """
    found = capture_recapture.chao_counts(76, 43, 16)
    assert round(found.total) == 134
    assert found.low < 135 < found.high


def test_loglinear_on_the_hepatitis_lists():
    assert len(hepatitis()) == 271
    assert capture_recapture.loglinear(hepatitis(), ()).total == pytest.approx(388, abs=1)
    whole = capture_recapture.loglinear(hepatitis(), (("P", "Q"), ("P", "E"), ("Q", "E")))
    assert whole.total == pytest.approx(1313, abs=1)  # 271 + 28*69*55*63 / (21*17*18)
    with pytest.raises(ValueError, match="needs three lists, and there are 2"):
        capture_recapture.loglinear(hepatitis()[["P", "Q"]])


def test_lists_that_overlap_wholly_have_seen_all():
    assert capture_recapture.chapman(50, 50, 50).recall == (1.0, 1.0, 1.0)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        first, second = rng.random(400) < 0.5, rng.random(400) < 0.4
        found = capture_recapture.chapman(first.sum(), second.sum(), (first & second).sum())
        held += found.low <= 400 <= found.high
    assert 0.9 <= held / 300 <= 0.99


@given(st.integers(0, 500), st.integers(0, 500), st.data())
def test_no_total_is_below_what_was_seen(first, second, data):
    both = data.draw(st.integers(0, min(first, second)))
    found = capture_recapture.chapman(first, second, both)
    assert found.seen <= found.low + 1e-9 <= found.total + 2e-9 <= found.high + 3e-9
    assert 0 <= found.recall[1] <= found.recall[0] <= found.recall[2] <= 1

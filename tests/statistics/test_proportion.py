"""The interval of a share, against published figures and another implementation."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from earshot.statistics.proportion import wilson


def test_wilson_is_the_published_interval():
    """Newcombe 1998, Statistics in Medicine 17, table I."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)


def test_of_nothing_nothing_is_known():
    assert wilson(0, 0) == (0, 1)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_columns_at_once_give_what_statsmodels_gives(level):
    counts, sizes = pd.Series([0, 3, 12.5, 50]), pd.Series([10, 7, 40.5, 50])
    low, high = wilson(counts, sizes, level)
    expected = proportion_confint(counts, sizes, alpha=1 - level, method="wilson")
    np.testing.assert_allclose(low, expected[0], atol=1e-12)
    np.testing.assert_allclose(high, expected[1], atol=1e-12)

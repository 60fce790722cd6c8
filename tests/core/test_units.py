"""Numbers as a newspaper writes them."""

import pandas as pd
import pytest

from earshot.core import units


@pytest.mark.parametrize(
    ("value", "how", "words"),
    [
        (10107, "", "10,107"),
        (0.627, "share", "62.7%"),
        (0.5500000001, "share", "55.0%"),
        (-0.0001, "share", "0.0%"),
        (62.71, "percent", "62.7%"),
        (3.25, "points", "+3.2 points"),
        (-0.61, "points", "−0.6 points"),
        (0.0, "points", "0.0 points"),
        (1234.5, "", "1,234"),
        (12.34, "", "12.3"),
        (0.567, "", "0.57"),
        (0.0123, "", "0.012"),
        (-5, "count", "−5"),
        (float("nan"), "share", "–"),
        (None, "", "–"),
        (pd.NA, "count", "–"),
        (pd.NaT, "day", "–"),
        (True, "", "yes"),
        (pd.Timestamp("2015-02-24"), "", "24 Feb 2015"),
        (pd.Timestamp("2015-02-24 09:05"), "", "24 Feb 2015, 09:05"),
        (1234.567, ",.2f", "1,234.57"),
        (2, lambda value: f"{value} things", "2 things"),
        ("words", "", "words"),
    ],
)
def test_a_value_is_written(value, how, words):
    assert units.write(value, how) == words


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (0.605, 0.648, "share", "60.5% to 64.8%"),
        (-3.1, 1.9, "points", "−3.1 to +1.9 points"),
        (3, 5, "posts", "3 to 5 posts"),
        (-0.05, 0.02, "share change", "−5.0 to +2.0 points"),
        (1.25, 2.5, "", "1.25 to 2.50"),
        (1, 2000, "count", "1 to 2,000"),
    ],
)
def test_an_interval_says_its_unit_once(low, high, unit, words):
    assert units.interval(low, high, unit) == words


def test_a_column_has_the_same_decimals_throughout():
    assert units.for_column(pd.Series([1.5, 22.0, 0.123])) == ",.1f"
    assert units.for_column(pd.Series([1.5, 0.0123])) == ",.2f"
    assert units.for_column(pd.Series([0.5, 0.0123])) == ",.3f"
    assert units.for_column(pd.Series([4296.29, 12.5])) == ",.0f"
    assert units.for_column(pd.Series([1.0, 22.0])) == ",.0f"
    assert units.for_column(pd.Series(["a"])) == ""

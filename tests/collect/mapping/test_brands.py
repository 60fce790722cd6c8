import pandas as pd
import pytest

from earshot.collect.mapping.brands import find_brands

BRANDS = ["American", "Delta", "US Airways", "Virgin America"]
HANDLES = ["@AmericanAir", "@USAirways", "@JetBlue"]


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("@AmericanAir why", "American"),
        ("I flew us airways", "US Airways"),
        ("#USAirways again", "US Airways"),
        ("@VirginAmerica!", "Virgin America"),
        ("US-Airways", "US Airways"),
        ("@jetblue and delta", "Delta"),
        ("delta, then American", "Delta"),
        ("deltaforce", ""),
        ("nothing here", ""),
        ("Jane@delta", ""),
    ],
)
def test_the_first_brand_that_a_text_names(text, brand):
    found = find_brands(pd.Series([text]), None, BRANDS, HANDLES, {"@JetBlue": "Delta"})
    assert found.tolist() == [brand]


def test_what_the_file_says_comes_first_and_is_translated():
    stated = pd.Series(["delta", "DL", "usairways", "Lufthansa", None])
    found = find_brands(pd.Series(["American"] * 5), stated, BRANDS, HANDLES, {"DL": "Delta"})
    assert found.tolist() == ["Delta", "Delta", "US Airways", "Lufthansa", ""]


def test_no_brands_no_search():
    assert find_brands(pd.Series(["a", None]), None, [], [], {}).tolist() == ["", ""]

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.analyse.kpis import formula
from earshot.core.params import ParamError

COUNTS = {
    "posts": pd.Series([10.0, 0.0]),
    "negative": pd.Series([4.0, 0.0]),
    "positive": pd.Series([1.0, 0.0]),
}


def test_arithmetic_row_by_row_and_no_division_by_zero():
    value = formula.evaluate("(positive - negative) / posts", COUNTS)
    assert value.iloc[0] == -0.3
    assert pd.isna(value.iloc[1])
    assert formula.evaluate("-2 * posts + 1", COUNTS).tolist() == [-19, 1]
    assert set(formula.names("(positive - negative) / posts")) == {"posts", "positive", "negative"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("posts +", "formula 'posts +' cannot be read at character"),
        (
            "post / 2",
            "formula 'post / 2' uses 'post', which is not counted; use posts, negative, positive. "
            'Did you mean "posts"?',
        ),
        (
            "posts ** 9",
            "formula 'posts ** 9' holds 'posts ** 9'; use names, numbers, + - * / and brackets only.",
        ),
        ("posts if 1 else 2", "holds 'posts if 1 else 2'"),
        (
            "__import__('os').system('true')",
            "formula \"__import__('os').system('true')\" uses '__import__', which is not",
        ),
        ("(lambda: posts)()", "holds"),
    ],
)
def test_anything_else_is_one_sentence(text, sentence):
    with pytest.raises(ParamError) as error:
        formula.check(text, list(COUNTS))
    assert sentence in str(error.value)


@given(st.text(max_size=30))
def test_no_text_is_ever_run(text):
    try:
        formula.check(text, list(COUNTS))
    except (ParamError, ValueError, RecursionError):
        return
    assert set(formula.names(text)) <= set(COUNTS)

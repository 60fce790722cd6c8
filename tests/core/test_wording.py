import pandas as pd
import pytest

from earshot.core import wording


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: wording.count(10107), "10,107"),
        (lambda: wording.percent(0.614), "61%"),
        (lambda: wording.percent(0.004), "0.4%"),
        (lambda: wording.percent(0), "0%"),
        (lambda: wording.points(-0.573), "−57"),
        (lambda: wording.points(0.04), "+4"),
        (lambda: wording.points(0.001), "0"),
        (lambda: wording.between(0.6, 0.62), "60 to 62%"),
        (lambda: wording.between(-0.6, -0.5, wording.points), "−60 to −50"),
        (lambda: wording.times(2.01), "twice"),
        (lambda: wording.times(2.31), "2.3 times"),
        (lambda: wording.listed(["a"]), "a"),
        (lambda: wording.listed(["a", "b", "c"]), "a, b and c"),
        (lambda: wording.listed([]), ""),
        (lambda: wording.ordinal(1), "1st"),
        (lambda: wording.ordinal(12), "12th"),
        (lambda: wording.ordinal(22), "22nd"),
        (lambda: wording.slug("US Airways"), "us-airways"),
        (lambda: wording.slug("北京"), "none"),
    ],
)
def test_numbers_are_written_as_a_careful_writer_would(call, said):
    assert call() == said


def test_periods_say_nothing_twice():
    when = pd.Timestamp
    assert wording.span(when("2015-02-22"), when("2015-02-22")) == "22 Feb 2015"
    assert wording.span(when("2015-02-22"), when("2015-02-24")) == "22–24 Feb 2015"
    assert wording.span(when("2015-01-30"), when("2015-02-02")) == "30 Jan – 2 Feb 2015"
    assert wording.span(when("2014-12-30"), when("2015-01-02")) == "30 Dec 2014 – 2 Jan 2015"

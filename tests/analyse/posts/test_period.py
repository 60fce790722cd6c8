import pandas as pd
import pytest

from earshot.analyse.posts import period


def test_a_long_history_compares_the_last_week_with_the_four_before():
    parts = period.split(pd.Series(pd.date_range("2026-06-29", "2026-09-27")))
    assert (parts.now, parts.then) == ("21–27 Sep 2026", "24 Aug – 20 Sep 2026")


def test_a_short_history_compares_its_last_third_with_the_rest():
    days = pd.Series(pd.date_range("2015-02-16", "2015-02-24"))
    parts = period.split(days)
    assert (parts.now, parts.then) == ("22–24 Feb 2015", "16–21 Feb 2015")
    assert parts.recent(days).sum() == 3
    assert parts.before(days).sum() == 6


def test_no_post_is_one_sentence():
    with pytest.raises(
        ValueError, match=r"^There is no post in this window; widen start and end, or import posts first\.$"
    ):
        period.split(pd.Series([], dtype="datetime64[us]"))

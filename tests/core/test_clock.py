"""Weeks, days and windows: UTC inside, the reader's zone outside."""

import pandas as pd
import pytest

from earshot.core import clock


def times(*stamps: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(stamps), utc=True, format="ISO8601"))


def test_the_iso_week_belongs_to_its_own_year():
    assert clock.week(times("2014-12-29", "2015-01-01", "2016-01-03", "2016-01-04")).tolist() == [
        "2015-W01",
        "2015-W01",
        "2015-W53",
        "2016-W01",
    ]


def test_a_day_begins_where_the_reader_lives():
    late = times("2015-02-16T23:30:00Z")
    assert clock.day(late).iloc[0] == pd.Timestamp("2015-02-16")
    assert clock.day(late, "Europe/Berlin").iloc[0] == pd.Timestamp("2015-02-17")
    assert clock.day(late, "America/New_York").iloc[0] == pd.Timestamp("2015-02-16")


def test_a_day_of_daylight_saving_has_23_or_25_hours():
    first, after = clock.window("2015-03-29", "2015-03-29", "Europe/London")
    assert after - first == pd.Timedelta(hours=23)
    first, after = clock.window("2015-10-25", "2015-10-25", "Europe/London")
    assert after - first == pd.Timedelta(hours=25)


def test_days_of_the_autumn_hour_that_comes_twice_are_one_day():
    twice = times("2015-10-25T00:30:00Z", "2015-10-25T01:30:00Z")
    assert clock.day(twice, "Europe/London").nunique() == 1


def test_an_open_window_has_no_ends():
    assert clock.window("", "") == (None, None)


@pytest.mark.parametrize(
    "given", ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00", "2026-03-01T13:00:00+01:00"]
)
def test_the_clock_can_be_fixed(monkeypatch, given):
    monkeypatch.setenv("EARSHOT_NOW", given)
    assert clock.now() == pd.Timestamp("2026-03-01T12:00:00Z")
    assert clock.now().unit == "us"


def test_the_clock_runs_in_utc(monkeypatch):
    monkeypatch.delenv("EARSHOT_NOW", raising=False)
    assert abs(clock.now() - pd.Timestamp.now("UTC")) < pd.Timedelta(minutes=1)

import pandas as pd
import pytest

from earshot.collect.mapping import times


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2015-02-24 11:35:52 -0800", "2015-02-24T19:35:52Z"),
        ("2015-02-24T11:35:52Z", "2015-02-24T11:35:52Z"),
        ("2015-02-24 11:35:52", "2015-02-24T16:35:52Z"),
        ("Tue Feb 24 19:35:52 +0000 2015", "2015-02-24T19:35:52Z"),
        ("Tue, 24 Feb 2015 19:35:52 +0000", "2015-02-24T19:35:52Z"),
        ("24/02/2015 11:35", "2015-02-24T16:35:00Z"),
        ("1424806552", "2015-02-24T19:35:52Z"),
        ("1424806552000", "2015-02-24T19:35:52Z"),
        ("2015-02-24", "2015-02-24T05:00:00Z"),
        ("Feb 24, 2015 3pm", "2015-02-24T20:00:00Z"),
        ("2015-02-24 11:35:52 PST", "2015-02-24T19:35:52Z"),
        ("2015-02-24T11:35:52.5+01:00", "2015-02-24T10:35:52.5Z"),
    ],
)
def test_times_are_read_as_they_are_written(written, read):
    found = times.parse(pd.Series([written, "nonsense", None], dtype="str"), "America/New_York")
    assert found.iloc[0] == pd.Timestamp(read)
    assert found.isna().tolist() == [False, True, True]


def test_columns_that_are_times_or_numbers_already():
    assert times.parse(pd.Series([1424806552, 1424806552000]))[0] == pd.Timestamp("2015-02-24T19:35:52Z")
    assert times.parse(pd.Series([1424806552, 1424806552000])).nunique() == 1
    naive = pd.to_datetime(pd.Series(["2026-07-01 12:00"]))
    assert times.parse(naive, "Europe/Berlin")[0] == pd.Timestamp("2026-07-01T10:00Z")


def test_a_format_of_ones_own_reads_nothing_else():
    found = times.parse(pd.Series(["01|02|2026 07h", "2026-02-01"]), form="%d|%m|%Y %Hh")
    assert found.tolist()[0] == pd.Timestamp("2026-02-01T07:00Z")
    assert found.isna().tolist() == [False, True]


def test_day_or_month_first_is_told_by_numbers_above_twelve():
    assert times.day_first(pd.Series(["3/4/2026", "25/4/2026"])) is True
    assert times.day_first(pd.Series(["3/4/2026", "4/25/2026"])) is False
    assert times.day_first(pd.Series(["3/4/2026"])) is None
    assert times.parse(pd.Series(["03/04/2026"]), day_first=True)[0] == pd.Timestamp("2026-04-03T00:00Z")


def test_the_hours_of_the_clock_change_are_times_too():
    found = times.parse(pd.Series(["2026-03-29 02:30", "2026-10-25 02:30"]), "Europe/Berlin")
    assert found.astype(str).tolist() == ["2026-03-29 01:00:00+00:00", "2026-10-25 00:30:00+00:00"]

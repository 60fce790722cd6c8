import numpy as np
import pandas as pd

from earshot.statistics import expected_counts

RNG = np.random.default_rng(4)


def counts(numbers, brand="Acme", start="2026-03-02"):
    days = pd.date_range(start, periods=len(numbers))
    return pd.DataFrame({"brand": brand, "day": days, "count": np.asarray(numbers, float)})


def test_quiet_days_are_left_alone_and_a_lost_day_is_found():
    usual = RNG.poisson(200, 28)
    table = expected_counts.days(counts(usual))
    assert (table["verdict"] == "").all()
    lost = usual.copy()
    lost[10] = 20
    table = expected_counts.days(counts(lost))
    assert table[table["verdict"] == "short"]["day"].dt.strftime("%d").tolist() == ["12"]


def test_a_weekly_rhythm_is_no_news():
    rhythm = np.tile([300, 300, 300, 300, 300, 40, 30], 8)
    table = expected_counts.days(counts(RNG.poisson(rhythm)))
    assert (table["verdict"] == "").all()


def test_too_little_history_gives_no_expectation():
    assert expected_counts.days(counts([5, 900, 5]))["p"].isna().all()


def gaps(times, zone="UTC", source="x"):
    return expected_counts.gaps(times, pd.Series(source, index=times.index, dtype="str"), zone)


def hourly(hours=24 * 14, rate=20):
    at = pd.date_range("2026-03-02", periods=hours, freq="h", tz="UTC")
    asleep = at.hour < 6
    return at.repeat(np.where(asleep, 0, RNG.poisson(rate, hours))).to_series().reset_index(drop=True)


def test_nights_are_no_gaps():
    assert gaps(hourly()).empty


def test_an_interrupted_collection_is_a_gap():
    times = hourly()
    cut = (times >= "2026-03-09T10:00Z") & (times < "2026-03-09T15:00Z")
    found = gaps(times[~cut])
    assert found["start"].astype(str).tolist() == ["2026-03-09 10:00:00"]
    assert found["hours"].tolist() == [5]
    assert 60 < found["missed"].iloc[0] < 140


def test_one_silent_source_among_others_is_found():
    times = hourly()
    cut = (times >= "2026-03-09T10:00Z") & (times < "2026-03-09T15:00Z")
    both = pd.concat([times[~cut], times], ignore_index=True)
    sources = pd.Series(["x"] * (~cut).sum() + ["forum"] * len(times))
    assert expected_counts.gaps(both, sources, "UTC")["source"].tolist() == ["x"]


def test_a_gap_is_told_in_the_readers_time_zone():
    times = hourly()
    cut = (times >= "2026-03-09T10:00Z") & (times < "2026-03-09T15:00Z")
    assert gaps(times[~cut], "Europe/Berlin")["start"].astype(str).tolist() == ["2026-03-09 11:00:00"]


def test_a_brand_that_joins_late_is_found_and_one_that_does_not_is_not():
    table = pd.concat([counts([100] * 8), counts([0, 0, 0, 1, 1, 600, 800, 500], "Bolt")])
    found = expected_counts.late(table)
    assert found["brand"].tolist() == ["Bolt"]
    assert found["since"].astype(str).tolist() == ["2026-03-07"]
    assert found["before"].tolist() == [2]


def test_a_last_day_cut_short_shows():
    times = hourly()
    assert expected_counts.unfinished(times, "UTC") < 0.1
    assert 0.4 < expected_counts.unfinished(times[times < "2026-03-15T14:00Z"], "UTC") < 0.7


def test_no_posts_no_gaps():
    assert gaps(pd.Series(dtype="datetime64[us, UTC]")).empty

import numpy as np
import pandas as pd

from earshot.statistics import surges

DAYS = pd.date_range("2026-03-02", periods=14)


def counts(numbers, brand="Larkspur"):
    return pd.DataFrame(
        {"brand": brand, "day": DAYS[: len(numbers)], "count": np.asarray(numbers, "float64")}
    )


def test_a_planted_surge_is_found_and_nothing_else():
    quiet = [100, 104, 97, 110, 92, 101, 99, 103, 96, 105, 98, 102, 100, 95]
    table = surges.surges(counts([*quiet[:9], 260, *quiet[10:]]))
    assert table.loc[table["surge"], "day"].tolist() == [DAYS[9]]
    hit = table[table["surge"]].iloc[0]
    assert hit["low"] < hit["expected"] < hit["high"] < 260
    assert 2.3 < hit["ratio"] < 2.8


def test_restless_days_raise_the_bar():
    table = surges.surges(counts([40, 160, 60, 140, 50, 170, 80, 120, 45, 150, 260, 60, 130, 70]))
    assert not table["surge"].any()


def test_few_days_give_no_expectation_and_no_alarm():
    table = surges.surges(counts([3, 900, 4]))
    assert table["expected"].isna().all()
    assert not table["surge"].any()


def test_false_alarms_on_poisson_days_are_rare():
    rng = np.random.default_rng(2)
    alarms = sum(surges.surges(counts(rng.poisson(60, 14)))["surge"].sum() for _ in range(60))
    assert alarms <= 3


def test_days_run_from_each_brands_first_post_with_zeros_between():
    posts = pd.DataFrame({"brand": ["a", "a", "b"], "day": [DAYS[0], DAYS[3], DAYS[2]]})
    table = surges.daily(posts)
    assert table.groupby("brand")["count"].apply(list).to_dict() == {"a": [1, 0, 0, 1], "b": [1, 0]}
    assert surges.daily(posts, hits=pd.Series([False, True, True]))["count"].sum() == 2

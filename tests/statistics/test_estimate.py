import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from earshot.statistics import estimate


def posts(values, authors=None, **columns):
    authors = authors or [f"p_{row}" for row in range(len(values))]
    return pd.DataFrame({"y": np.asarray(values, "float64"), "author": authors, **columns})


def test_a_share_of_independent_posts_has_wilsons_interval():
    frame = posts([1] * 30 + [0] * 70)
    row = estimate.means(frame, "y", share=True).iloc[0]
    # The clustered variance uses n/(n-1), so that 100 lone authors count as 99 draws.
    low, high = proportion_confint(0.3 * 99, 99, method="wilson")
    assert (row["value"], row["n"], row["authors"]) == (0.3, 100, 100)
    assert row["low"] == pytest.approx(low, abs=1e-9)
    assert row["high"] == pytest.approx(high, abs=1e-9)


def test_posts_by_one_author_count_as_one_voice():
    values = [1, 0] * 50
    alone = estimate.means(posts(values), "y", share=True).iloc[0]
    ten = [f"p_{row % 2}{row // 20}" for row in range(100)]  # ten authors, each always of one opinion
    together = estimate.means(posts(values, ten), "y", share=True).iloc[0]
    assert together["se"] > 2.5 * alone["se"]
    assert together["high"] - together["low"] > 2.5 * (alone["high"] - alone["low"])


def test_clustered_standard_error_is_that_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    authors = [f"p_{number}" for number in rng.integers(0, 40, 200)]
    frame = posts(rng.normal(size=200), authors)
    fit = sm.OLS(frame["y"], np.ones(200)).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["author"])[0]}
    )
    ours = estimate.means(frame, "y").iloc[0]["se"]
    clusters = frame["author"].nunique()
    # statsmodels also multiplies by (n - 1) / (n - k), which is one here.
    assert ours == pytest.approx(fit.bse.iloc[0], rel=1e-6), clusters


def test_a_change_is_judged_with_authors_of_both_periods_counted_once():
    rng = np.random.default_rng(5)
    frame = posts(rng.normal(size=400), [f"p_{number}" for number in rng.integers(0, 60, 400)])
    after = pd.Series(np.arange(400) >= 200)
    import statsmodels.api as sm

    design = sm.add_constant(after.astype(float))
    fit = sm.OLS(frame["y"], design).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["author"])[0]}
    )
    ours = estimate.difference(frame, "y", after, ~after).iloc[0]
    assert ours["value"] == pytest.approx(fit.params.iloc[1])
    assert ours["se"] == pytest.approx(fit.bse.iloc[1], rel=0.01)
    assert (ours["n_before"], ours["n_after"]) == (200, 200)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng, covered = np.random.default_rng(11), 0
    for _ in range(300):
        opinion = rng.beta(2, 3, 80)
        authors = rng.integers(0, 80, 300)
        frame = posts(rng.random(300) < opinion[authors], [f"p_{number}" for number in authors])
        row = estimate.means(frame, "y", share=True).iloc[0]
        covered += row["low"] <= 0.4 <= row["high"]
    assert 0.91 <= covered / 300 <= 0.985


def test_many_looks_are_corrected_as_published():
    # Benjamini & Hochberg 1995, table of 15 p values: four are significant at 5 %.
    p = pd.Series(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.3240,
            0.4262,
            0.5719,
            0.6528,
            0.7590,
            1.0,
        ]
    )
    assert (estimate.adjusted(p) < 0.05).sum() == 4
    assert estimate.adjusted(pd.Series([], dtype="float64")).empty


def test_the_smallest_visible_change_is_the_textbook_one():
    assert estimate.detectable(1.0) == pytest.approx(2.8016, abs=1e-4)


def test_ranks_say_where_each_could_stand():
    table = pd.DataFrame({"value": [0.5, 0.1, 0.09], "se": [0.01, 0.02, 0.02]})
    ranked = estimate.ranks(table)
    assert ranked[["rank", "rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1, 1], [2, 2, 3], [3, 2, 3]]


def test_groups_and_missing_values():
    frame = posts([1, 0, np.nan, 1], ["a", None, "b", None], brand=["x", "x", "x", "y"])
    table = estimate.means(frame, "y", ["brand"], share=True).set_index("brand")
    assert table.loc["x", ["n", "authors"]].tolist() == [2, 2]
    assert 0 <= table.loc["y", "low"] <= table.loc["y", "value"] <= table.loc["y", "high"] <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=60))
def test_every_share_lies_in_its_interval_inside_zero_and_one(rows):
    frame = posts([int(hit) for hit, _ in rows], [f"p_{author}" for _, author in rows])
    row = estimate.means(frame, "y", share=True).iloc[0]
    assert 0 <= row["low"] <= row["value"] <= row["high"] <= 1

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.enrich.authenticity import coordination

DAY = 86_400


def shares(*rows) -> pd.DataFrame:
    """Shares from (object, author, seconds)."""
    table = pd.DataFrame(rows, columns=["object", "author", "at"]).astype({"at": float})
    return table.assign(post_id=[f"x:{row}" for row in range(len(table))])


def simulate(coordinated: int, others: int, objects: int, rate: float, seed: int = 1) -> pd.DataFrame:
    """Shares as in CooRTweet's ``simulate_data``: some share within seconds, the others at any time."""
    rng, rows = np.random.default_rng(seed), []
    for item in range(objects):
        at = rng.uniform(0, 90 * DAY)
        for account in range(coordinated):
            if rng.poisson(rate):
                rows.append((f"o{item}", f"c{account}", at + rng.uniform(0, 8)))
        rows += [
            (f"o{item}", f"n{account}", rng.uniform(0, 90 * DAY))
            for account in range(others)
            if rng.poisson(0.3)
        ]
    return shares(*rows)


def found(table: pd.DataFrame, window: float = 10, bursting: bool = False) -> set[str]:
    edges = coordination.edges(coordination.pairs(table, window), window, bursting)
    return {*edges["author"], *edges["partner"]}


def test_simulated_coordination_is_found_and_nobody_else_is_blamed():
    assert found(simulate(20, 100, 60, rate=3.0)) == {f"c{place}" for place in range(20)}


def test_without_coordination_nobody_is_found():
    assert found(simulate(0, 150, 60, rate=3.0), window=900) == set()


def test_the_pairs_are_those_of_a_cartesian_product_in_the_window():
    table = simulate(5, 20, 8, rate=1.0).assign(at=lambda t: t["at"] % 4000)
    got = coordination.pairs(table, 300)
    pairs = {
        frozenset(got.shares["post_id"].iloc[[one, other]])
        for one, other in zip(got.earlier, got.later, strict=True)
    }
    rows = table[table.groupby("author")["post_id"].transform("size") >= 2].to_dict("records")
    wanted = {
        frozenset({one["post_id"], other["post_id"]})
        for one in rows
        for other in rows
        if one["object"] == other["object"]
        and one["author"] != other["author"]
        and abs(one["at"] - other["at"]) <= 300
    }
    assert pairs == wanted


def test_an_account_with_itself_is_no_pair_and_one_share_is_no_participation():
    table = shares(("a", "one", 0), ("a", "one", 1), ("a", "two", 2), ("a", "three", 3), ("b", "three", 4))
    got = coordination.pairs(table, 10)
    assert set(got.shares["author"]) == {"one", "three"}
    assert got.chances.tolist() == [3, 0]
    assert len(got.earlier) == 2
    assert len(coordination.pairs(table, 10, min_participation=1).earlier) == 5


def test_an_edge_counts_co_shares_and_its_symmetry_is_fewer_posts_over_more():
    rows = [(f"o{item}", who, item * DAY + lag) for item in range(6) for who, lag in (("a", 0), ("b", 4))]
    rows += [("o0", "a", 2)] + [(f"q{place}", f"zz{place % 30}", place * 3600.0) for place in range(300)]
    edge = coordination.edges(coordination.pairs(shares(*rows), 10), 10).iloc[0]
    assert (edge["author"], edge["partner"], edge["times"], edge["occasions"]) == ("a", "b", 7, 6)
    assert edge["symmetry"] == pytest.approx(6 / 7)
    assert edge["seconds"] == 4
    assert (edge["first"], edge["last"]) == (0, 5 * DAY)


def test_a_busy_hashtag_does_not_make_everybody_coordinated():
    rng = np.random.default_rng(3)
    rows = [
        ("#match", f"fan{who}", at)
        for who, at in zip(rng.integers(0, 400, 6000), rng.uniform(0, 5400, 6000), strict=True)
    ]
    assert found(shares(*rows), 60, bursting=True) == set()


def test_a_busy_link_does_not_make_everybody_coordinated():
    rng = np.random.default_rng(4)
    rows = [
        ("shop.example", f"fan{who}", at)
        for who, at in zip(rng.integers(0, 600, 5000), rng.uniform(0, 30 * DAY, 5000), strict=True)
    ]
    assert found(shares(*rows), 900) == set()


def test_three_who_meet_are_a_group_and_two_are_none():
    edges = pd.DataFrame(
        [("a", "b", 5), ("b", "c", 5), ("a", "c", 5), ("x", "y", 9)], columns=["author", "partner", "times"]
    )
    assert coordination.groups(edges) == {"a": "g1", "b": "g1", "c": "g1"}


def test_no_shares_give_no_edges():
    none = shares().astype({"object": "str", "author": "str"})
    table = coordination.detect({"co_post": none, "co_link": none})
    assert len(table) == 0
    assert {"network", "group", "times"} <= set(table)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_shares_does_not_matter(seed):
    table = simulate(6, 20, 20, rate=3.0, seed=5)
    mixed = table.sample(frac=1, random_state=seed % 2**32)
    first, second = (coordination.detect({"co_post": part}) for part in (table, mixed))
    pd.testing.assert_frame_equal(first, second)

import numpy as np
import pandas as pd

from earshot.analyse.collect import recall


def overlapping(sources: dict[str, float], size: int = 400) -> pd.DataFrame:
    """Posts of which each source caught a share; every story is told twice wherever it is told."""
    rng = np.random.default_rng(3)
    rows = [
        {"post_id": f"{source}:{number}", "source": source, "duplicate_group": f"story-{number}"}
        for source, share in sources.items()
        for number in np.flatnonzero(rng.random(size) < share)
        for _ in range(2)
    ]
    return pd.DataFrame(rows)


def test_two_sources_tell_the_total_within_the_interval(workspace):
    found = recall.measure(overlapping({"x": 0.5, "news": 0.4}), workspace())
    row = found.estimates.iloc[0]
    assert row["method"].startswith("Chapman")
    assert row["total_low"] <= 400 <= row["total_high"]
    assert row["recall_low"] <= row["seen"] / 400 <= row["recall_high"]
    assert found.claims[0].low <= found.claims[0].value <= found.claims[0].high
    assert "at most" in found.claims[0].sentence


def test_three_sources_use_chao_and_a_loglinear_model(workspace):
    found = recall.measure(overlapping({"x": 0.5, "news": 0.4, "forum": 0.3}), workspace())
    assert [method.split()[0] for method in found.estimates["method"]] == ["Chao's", "log-linear"]
    assert found.estimates["total_low"].min() <= 400 <= found.estimates["total_high"].max()


def catalogue(*targets: str) -> dict:
    """A queries.yml with one query for each target."""
    return {
        "queries": {
            f"query{place}": {
                "text": f"word{place}",
                "purpose": "a test",
                "owner": "us",
                "version": 1,
                "target": target,
            }
            for place, target in enumerate(targets)
        }
    }


def found_by_chance(space, shares: tuple[float, ...]) -> pd.DataFrame:
    """Posts of which each query finds a share, by chance."""
    posts = pd.DataFrame({"post_id": [f"x:{n}" for n in range(200)], "source": "x", "duplicate_group": None})
    rng = np.random.default_rng(5)
    hits = pd.concat(
        [
            posts.loc[rng.random(200) < share, ["post_id"]].assign(query=f"query{place}")
            for place, share in enumerate(shares)
        ]
    )
    space.store.append("matches", hits.assign(week="2026-W01", version="1", clauses=None))
    return posts


def test_queries_of_one_target_are_lists_too(workspace):
    space = workspace(queries=catalogue("delays", "delays"))
    found = recall.measure(found_by_chance(space, (0.6, 0.5)), space)
    assert found.estimates["of"].tolist() == ["posts about delays"]
    row = found.estimates.iloc[0]
    assert row["total_low"] <= 200 <= row["total_high"]
    assert found.claims[0].sentence.startswith("Of all posts about delays, ")


def test_queries_that_look_for_different_things_are_no_lists_of_one(workspace):
    space = workspace(queries=catalogue("delays", "refunds"))
    found = recall.measure(found_by_chance(space, (0.6, 0.5)), space)
    assert found.estimates.empty
    assert "no two queries of one target" in found.claims[0].sentence


def test_without_overlap_it_says_so(workspace):
    apart = pd.concat([overlapping({"x": 0.5}), overlapping({"news": 0.4}).assign(duplicate_group=None)])
    found = recall.measure(apart, workspace())
    assert found.estimates.empty
    assert "cannot be told" in found.claims[0].sentence

"""What the steps cost and where they would run, from timings that are known."""

import json
from dataclasses import asdict

import pandas as pd
import pytest

from earshot.analyse.collect import step_costs
from earshot.enrich.pipeline import steps
from earshot.enrich.streaming import step_costs as costs
from earshot.enrich.streaming.step_costs import Cost, Costs


def posts(count: int) -> pd.DataFrame:
    return pd.DataFrame({"created_at": pd.Series([pd.Timestamp("2026-03-02T08:00Z")] * count)})


def test_the_dearest_step_and_what_runs_after_are_named(workspace, monkeypatch):
    monkeypatch.setattr(steps, "names", lambda: ("clean", "topics"))
    space = workspace()
    unknown = step_costs.measure(posts(9), space)
    assert unknown.table.empty
    assert unknown.said.endswith("; earshot plan acme --peak 10 --budget 60 --measure does.")
    (space.data / "cache").mkdir(parents=True)
    timed = Costs(
        3000,
        "2026-03-02",
        (Cost("store", 0, 0, 1000, 1), Cost("clean", 0, 0, 500, 1), Cost("topics", 0, 45, 500, 1)),
    )
    (space.data / "cache" / "costs.json").write_text(json.dumps(asdict(timed)))
    found = step_costs.measure(posts(3600), space)
    assert found.table["runs"].tolist() == ["in line", "in line", "after"]
    assert found.table["share of the time"].tolist() == pytest.approx([0.2, 0.4, 0.4])
    assert found.said.startswith(
        "One core stores and enriches some 200 posts a second, measured on 3,000 posts; "
    )
    assert found.said.endswith(
        "At the rate of the busiest hour, 3,600 posts, and with a minute from arrival to "
        "answer, topics would run after the others."
    )


def test_a_first_enrichment_is_noted_once_and_only_when_it_is_whole(workspace, posts_file, monkeypatch):
    from earshot.collect.files.importing import import_files

    monkeypatch.setattr(steps, "names", lambda: ("clean", "authenticity"))
    monkeypatch.setattr(costs, "LEAST", 40)
    space = workspace("acme", brands=["Acme", "Bolt"])
    import_files(space, [posts_file(40)], approve=True)
    report = [steps.StepReport("clean", 40, 2.0), steps.StepReport("authenticity", 40, 4.0)]
    costs.note(space, [steps.StepReport("clean", 12, 1.0), report[1]])
    assert costs.known(space) is None
    costs.note(space, report)
    found = costs.known(space)
    assert found.posts == 40
    assert found.of("clean") == Cost("clean", 0.0, 0.0, 20.0, 0.0)
    assert found.of("authenticity") == Cost(
        "authenticity", 0.0, 4.0, 10.0, 0.0
    )  # compares: counted whole per batch
    assert found.of("store").rate > 0
    costs.note(space, [steps.StepReport("clean", 40, 9.0), report[1]])
    assert costs.known(space) == found

"""What a step costs and where it goes: known answers, and the measurement on a small workspace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.core.params import ParamError
from earshot.enrich.pipeline import steps
from earshot.enrich.streaming import step_costs
from earshot.enrich.streaming.capacity import LOAD, Demand, plan
from earshot.enrich.streaming.step_costs import Cost, Costs


def made(**rates):
    """Costs of steps by posts per second; no step has a fixed cost, each stores 100 bytes a post."""
    return Costs(3000, "2026-03-02", tuple(Cost(step, 0.0, 0.0, rate, 100.0) for step, rate in rates.items()))


def test_cores_disk_backlog_and_price_are_those_of_the_arithmetic():
    found = plan(
        made(store=1000, clean=1000), Demand(peak=700, budget=10, usual=100, outage=2, price=0.1, hours=24)
    )
    # 700 posts/s at 500 posts/s per core are 1.4 cores, at 70% load two; two cores do 1,000 posts/s.
    assert (found.cores_in_line, found.cores_after, found.partitions) == (2, 0, 4)
    assert found.in_line == ["clean"]
    assert found.fits
    # A batch of 5 s has 3,500 posts, 1,750 per core at 500 posts/s: 3.5 s after the 5 s of waiting.
    assert found.latency == pytest.approx(8.5)
    assert found.gigabytes_a_day == pytest.approx(100 * 86_400 * 200 / 1e9)
    assert found.log_gigabytes == pytest.approx(100 * 24 * 3600 * 100 * 2 / 1e9)
    assert found.catch_up_hours == pytest.approx(2 * 700 / (1000 - 100))
    assert found.price_a_month == pytest.approx(2 * 24 * 30 * 0.1)


def test_a_slow_step_goes_after_and_takes_those_that_need_it_along():
    given_ = Costs(
        3000,
        "",
        (
            Cost("store", 0, 0.2, 5000, 1),
            Cost("clean", 0, 0.1, 5000, 1),
            Cost("language", 1, 0.1, 5000, 1),
            Cost("embeddings", 4, 6.0, 50, 1),
            Cost("sentiment", 1, 0.1, 5000, 1),
        ),
    )
    found = plan(given_, Demand(peak=20, budget=5))
    assert found.in_line == ["clean", "language"]
    why = {step.cost.step: step.why for step in found.steps}
    assert why["embeddings"].startswith("a batch would take 7.0 s longer and 2.1 s")
    assert why["sentiment"] == "it needs embeddings, which runs after"
    assert found.cores_after == 1
    assert plan(given_, Demand(peak=20, budget=60)).in_line == [
        "clean",
        "language",
        "embeddings",
        "sentiment",
    ]


def test_fewer_cores_than_it_takes_do_not_fit():
    found = plan(made(store=100, clean=100), Demand(peak=400, budget=10, cores=2))
    assert not found.fits
    assert found.in_line == []
    assert found.steps[1].why == "at the peak 2 cores do not hold it"
    assert plan(made(store=100), Demand(peak=10, budget=10, cores=1, usual=200)).catch_up_hours == float(
        "inf"
    )


@given(st.floats(1, 5000), st.floats(0.5, 600), st.lists(st.floats(1, 50_000), min_size=1, max_size=6))
def test_the_plan_keeps_the_budget_and_the_load(peak, budget, rates):
    names = [
        name
        for name in steps.names()
        if name in ("clean", "language", "duplicates", "embeddings", "sentiment")
    ]
    given_ = made(store=5000, **dict(zip(names, rates)))
    found = plan(given_, Demand(peak=peak, budget=budget))
    working = [step.cost for step in found.steps if step.in_line]
    assert peak * sum(1 / cost.rate for cost in working) <= found.cores_in_line * LOAD + 1e-6
    assert found.latency <= budget * (1 + 1e-6)
    assert found.cores_in_line >= 1


def test_wrong_demands_are_said():
    with pytest.raises(ParamError, match="peak: got 0; give a number above 0"):
        Demand(peak=0, budget=5)
    with pytest.raises(ParamError, match=r"The cost of the step 'topics' was not measured; run the plan"):
        made(store=1).of("topics")


def test_costs_are_measured_on_the_posts_that_are_there_and_kept(workspace, posts_file, monkeypatch):
    from earshot.collect.files.importing import import_files

    monkeypatch.setattr(steps, "names", lambda: ("clean", "language"))
    space = workspace("acme", brands=["Acme", "Bolt"])
    import_files(space, [posts_file(40)], approve=True)
    with pytest.raises(ParamError, match="acme has 40 posts and a step is measured on 1,000 or more; import"):
        step_costs.measure(space)
    import_files(space, [posts_file(1200, "more.csv")], approve=True)
    assert step_costs.known(space) is None
    before = space.store.versions()
    found = step_costs.measure(space)
    assert [cost.step for cost in found.steps] == ["store", "clean", "language"]
    assert all(cost.rate > 0 and cost.startup >= 0 and cost.bytes > 0 for cost in found.steps)
    assert step_costs.known(space) == found
    assert space.store.versions() == before
    monkeypatch.setattr(steps, "names", lambda: ("clean", "language", "topics"))
    assert step_costs.known(space) is None


def test_the_command_says_the_plan_and_ends_with_1_when_it_does_not_fit(workspace, monkeypatch):
    import json
    from dataclasses import asdict

    from typer.testing import CliRunner

    from earshot.cli import app

    monkeypatch.setattr(steps, "names", lambda: ("clean", "language"))
    monkeypatch.setenv("COLUMNS", "200")
    space = workspace("acme")
    (space.data / "cache").mkdir(parents=True)
    (space.data / "cache" / "costs.json").write_text(
        json.dumps(asdict(made(store=1000, clean=1000, language=1000)))
    )
    good = CliRunner().invoke(app, ["plan", "acme", "--peak", "200", "--budget", "5"])
    assert good.exit_code == 0, good.output
    assert "steps: [clean, language], batch: {seconds: 2.5}, partitions: 4." in good.output
    assert "Cores: 1 in line at 200 posts/s, 0 after; 36 a month at 0.05 a core-hour." in good.output
    bad = CliRunner().invoke(app, ["plan", "acme", "--peak", "2000", "--budget", "5", "--cores", "1"])
    assert bad.exit_code == 1
    assert "the budget is 5 s" in bad.output


def test_needs_name_every_step_whose_rows_a_step_reads():
    import inspect
    import re
    import sys

    for name, step in steps.declared().items():
        source = inspect.getsource(sys.modules[step.version.__module__])
        read = set(re.findall(r'\b(?:FROM|JOIN) "?(\w+)', source)) & set(steps.names()) - {name}
        assert set(step.needs) == read, name
        assert all(steps.names().index(need) < steps.names().index(name) for need in read)


def test_a_plan_is_written_into_streams_yml_and_all_else_stays(workspace, monkeypatch):
    import json
    from dataclasses import asdict

    from typer.testing import CliRunner

    from earshot.cli import app
    from earshot.collect.stream.settings import read_stream

    monkeypatch.setattr(steps, "names", lambda: ("clean", "language"))
    space = workspace("acme")
    (space.data / "cache").mkdir(parents=True)
    (space.data / "cache" / "costs.json").write_text(
        json.dumps(asdict(made(store=1000, clean=1000, language=1000)))
    )
    file, demand = space.folder / "streams.yml", ["plan", "acme", "--peak", "200", "--budget", "5"]
    assert CliRunner().invoke(app, demand).exit_code == 0
    assert not file.exists()
    assert CliRunner().invoke(app, [*demand, "--apply"]).exit_code == 0
    assert (
        file.read_text() == "steps: [clean, language]\nbatch: {posts: 20000, seconds: 2.5}\npartitions: 4\n"
    )
    file.write_text(
        "# ours\nbatch:\n  posts: 500   # small\n  seconds: 9\ntopic: posts  # as before\n"
        "steps:\n- clean\n\nhealth: {lag: 9}\n"
    )
    assert CliRunner().invoke(app, [*demand, "--apply"]).exit_code == 0
    assert file.read_text() == (
        "# ours\nbatch: {posts: 500, seconds: 2.5}\ntopic: posts  # as before\n"
        "steps: [clean, language]\n\nhealth: {lag: 9}\npartitions: 4\n"
    )
    stream = read_stream(space)
    assert (stream.steps, stream.batch.posts, stream.health.lag) == (["clean", "language"], 500, 9)
    before = file.read_text()
    assert (
        CliRunner()
        .invoke(app, ["plan", "acme", "--peak", "2000", "--budget", "5", "--cores", "1", "--apply"])
        .exit_code
        == 1
    )  # what does not fit is not written
    assert file.read_text() == before

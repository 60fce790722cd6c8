"""A report on stale data does not go out: it fails, the owner is told, the latest good run stays."""

import json
import os
import re

import pandas as pd
import pytest
from tests.publish.tiny_home import make_home
from typer.testing import CliRunner

import earshot
from earshot.cli import app
from earshot.core.params import ParamError, check
from earshot.publish.delivery.freshness import stale
from earshot.publish.delivery.notices import read_open, tell
from earshot.publish.safety.checks import check as check_page
from earshot.publish.safety.scrub import clean_environment


def landed(space, when, source="posts"):
    """Store one post of that time."""
    from earshot.collect.landing.landing import Landing
    from earshot.collect.mapping.mapping import Source
    from earshot.core import clock
    from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

    source = Source(
        source, {"text": "text", "created_at": "created_at", "id": "id"}, constants={"platform": source}
    )
    rows = pd.DataFrame({"id": [when], "text": ["hello"], "created_at": [when]}, index=[1])
    Landing(space, source, "one.csv", clock.now(), Pseudonyms()).land(rows, [])


ASK = "; see whether the sources still deliver, or set fresh_hours or fresh_sources in brief.yml"
TWO = {name: {"columns": {"text": "text", "created_at": "at"}} for name in ("shop", "wall")}


@pytest.fixture(autouse=True)
def at_three(monkeypatch):
    monkeypatch.setenv("EARSHOT_NOW", "2026-03-03T15:00Z")


def test_an_age_is_told_only_when_it_is_too_high(workspace):
    space = workspace("acme", fresh_hours=24)
    assert stale(space) == "There is no post yet, and fresh_hours allows none older than 24 hours"
    landed(space, "2026-03-02T08:00Z")
    assert stale(space) == (
        f"The newest post of posts is 31 hours old (2026-03-02 08:00 UTC) and 24 hours are allowed{ASK}"
    )
    assert stale(workspace("acme", fresh_hours=31)) == ""
    assert stale(workspace("acme")) == ""


def test_one_dead_source_is_not_hidden_by_a_lively_one(workspace):
    space = workspace("acme", fresh_hours=24, sources=TWO)
    landed(space, "2026-03-03T14:00Z", "shop")
    assert stale(space) == f"wall has no post yet and 24 hours are allowed{ASK}"
    landed(space, "2026-03-01T15:00Z", "wall")
    assert stale(space) == (
        f"The newest post of wall is 48 hours old (2026-03-01 15:00 UTC) and 24 hours are allowed{ASK}"
    )
    landed(space, "2026-03-03T23:00Z", "wall")  # a clock that is ahead makes nothing fresh
    assert "48 hours old" in stale(space)


def test_single_sources_may_be_older_or_are_not_waited_for(workspace):
    space = workspace("acme", fresh_hours=24)
    for day, source in enumerate(("old", "wall", "shop"), start=1):
        landed(space, f"2026-03-0{day}T08:00Z", source)
    assert stale(space).startswith("The newest post of old is 55 hours old")
    assert "; nor are wall fresh;" in stale(space)
    (space.folder / "brief.yml").write_text("fresh_hours: 24\nfresh_sources: {old: 0, wall: 31}\n")
    assert stale(earshot.open("acme")) == ""
    (space.folder / "brief.yml").write_text("fresh_sources: {wal: 31}\n")
    with pytest.raises(
        ParamError, match=r"fresh_sources has no source 'wal'; there are .*wall. Did you mean \"wall\""
    ):
        stale(earshot.open("acme"))


def test_the_clock_of_a_report_is_the_end_of_its_period(workspace):
    space = workspace("acme", fresh_hours=24, end="2026-02-10")
    landed(space, "2026-02-10T09:00Z")
    assert stale(space) == ""
    landed(space, "2026-03-03T09:00Z")  # later than the period: not in this report
    assert "is 63 hours old" in stale(workspace("acme", fresh_hours=24, end="2026-02-12"))
    assert stale(workspace("acme", fresh_hours=24)) == ""


def test_a_run_for_one_region_waits_for_no_source_that_it_cannot_read(workspace):
    regions = {"reads": ["uk", "eu"], "home": "uk"}
    space = workspace("acme", fresh_hours=24, regions=regions)
    landed(space, "2026-03-03T14:00Z", "shop")
    landed(space, "2026-03-01T14:00Z", "wall")
    assert "of wall is 49 hours old" in stale(space)
    assert stale(workspace("acme", fresh_hours=24, region="eu", regions=regions)) == ""


def test_hours_are_a_whole_number():
    with pytest.raises(ParamError, match=r"fresh_hours: got '1d', expected a whole number"):
        check({"fresh_hours": "1d"})
    with pytest.raises(ParamError, match="fresh_hours: got -1"):
        check({"fresh_hours": -1})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    with make_home(tmp_path_factory.mktemp("stale")) as home:
        yield home


def test_a_stale_report_fails_tells_the_owner_and_leaves_the_latest_run(tiny):
    good = tiny.report()
    assert good.ok, good.message
    done = tiny.report(fresh_hours=24, owner="Care team")
    assert not done.ok
    assert done.message == (
        "The report of tiny failed: There is no post yet, and fresh_hours allows none older than "
        "24 hours. The latest good run is untouched."
    )
    assert (
        done.told == "Nobody was told beyond this and the index page: brief.yml names no address under notify"
    )
    assert os.readlink(tiny.outputs / "latest") == good.run
    assert json.loads((done.folder / "run.json").read_text())["status"] == "failed"
    assert "There is no post yet" in (done.folder / "failure.html").read_text()
    (notice,) = read_open(tiny.outputs)
    assert (notice["to"], notice["workspace"], notice["told"]) == ("Care team", "tiny", "")
    index = (tiny.outputs / "index.html").read_text()
    assert (
        "<strong>No report of Tiny.</strong> There is no post yet, and fresh_hours allows none older than"
        in index
    )
    assert check_page(index) == []
    again = tiny.report()
    assert (again.ok, again.made, again.run) == (True, False, good.run)
    assert read_open(tiny.outputs) == []
    assert "No report of Tiny" not in (tiny.outputs / "index.html").read_text()


@pytest.fixture
def care(httpserver, workspace, monkeypatch):
    """A workspace whose notices go to a local server, at an address that is a secret."""
    monkeypatch.setenv("CARE_WEBHOOK", httpserver.url_for("/hook/hush-hush-hush"))
    return workspace("acme", owner="Care team", notify="env:CARE_WEBHOOK")


def test_the_owner_is_told_once_a_day_and_the_address_is_nowhere(care, httpserver, caplog, monkeypatch):
    caplog.set_level("DEBUG")
    httpserver.expect_request("/hook/hush-hush-hush", method="POST").respond_with_data("ok")
    assert tell(care, "The newest post of shop is 31 hours old") == "Care team was told"
    assert (
        tell(care, "The newest post of shop is 32 hours old")
        == "Care team was told of this at 2026-03-03 15:00 UTC"
    )
    assert tell(care, "The disk is full") == "Care team was told"
    monkeypatch.setenv("EARSHOT_NOW", "2026-03-04T15:00Z")
    assert tell(care, "The disk is full.") == "Care team was told"
    said = [request.get_json() for request, _ in httpserver.log]
    assert [one["text"] for one in said] == [
        "No report of Acme (for Care team). The newest post of shop is 31 hours old.",
        *["No report of Acme (for Care team). The disk is full."] * 2,
    ]
    assert len(read_open(care.outputs)) == 1
    written = "".join(path.read_text() for path in care.outputs.rglob("*.json"))
    ours = [
        record.getMessage() for record in caplog.records if record.name != "werkzeug"
    ]  # the server's own log
    assert "hush" not in "".join([written, *ours])


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (500, "Nobody was told: the address in CARE_WEBHOOK answered 500"),
        (302, "Nobody was told: the address in CARE_WEBHOOK answered 302"),
        ("closed", "Nobody was told: the address in CARE_WEBHOOK does not answer"),
        (
            "plain",
            "Nobody was told: the environment variable CARE_WEBHOOK holds no address that begins with https://",
        ),
    ],
)
def test_a_notice_that_cannot_be_sent_says_so_and_is_sent_again(
    care, httpserver, monkeypatch, answer, sentence
):
    if answer == "closed":
        monkeypatch.setenv("CARE_WEBHOOK", "http://127.0.0.1:1/hush")
    elif answer == "plain":
        monkeypatch.setenv("CARE_WEBHOOK", "http://chat.example/hush")
    else:
        httpserver.expect_request("/hook/hush-hush-hush").respond_with_data("hush", status=answer)
    assert tell(care, "The disk is full") == tell(care, "The disk is full") == sentence
    assert len(httpserver.log) == (2 if isinstance(answer, int) else 0)


def test_the_owner_is_told_though_the_notice_cannot_be_kept(care, httpserver):
    httpserver.expect_request("/hook/hush-hush-hush", method="POST").respond_with_data("ok")
    care.outputs.mkdir(parents=True)
    (care.outputs / "notices").write_text("in the way")  # as on a full disk, nothing can be written there
    assert tell(care, "The disk is full") == "Care team was told; the notice could not be kept (File exists)"
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("given", ["https://hooks.example/hush", "env:CARE_ADDRESS", ["hush"]])
def test_an_address_written_out_is_refused_and_not_repeated(given):
    with pytest.raises(ParamError, match="notify: got something else") as raised:
        check({"notify": given})
    assert "hush" not in str(raised.value)


def test_the_address_reaches_no_notebook():
    assert clean_environment(environ={"CARE_WEBHOOK": "x", "EARSHOT_NOTIFY": "x", "HOME": "y"}) == {
        "HOME": "y"
    }


def test_earshot_fresh_says_how_old_each_source_is(workspace):
    space = workspace("acme", fresh_hours=24, sources=TWO)
    landed(space, "2026-03-03T14:00Z", "shop")
    answer = CliRunner().invoke(app, ["fresh", "acme"])
    assert answer.exit_code == 1
    assert re.search(r"shop +2026-03-03 14:00 +1 +24 +fresh", answer.output)
    assert "wall has no post yet and 24 hours are allowed" in answer.output
    landed(space, "2026-03-03T14:00Z", "wall")
    assert CliRunner().invoke(app, ["fresh", "acme"]).exit_code == 0

"""A report on stale data does not go out: it fails, the owner is told, the latest good run stays."""

import json
import os

import pandas as pd
import pytest
from tiny_home import make_home

from earshot.core.params import ParamError, check
from earshot.publish.freshness import stale


def landed(space, when):
    """Store one post of that time."""
    from earshot.collect.landing import Landing
    from earshot.collect.mapping import Source
    from earshot.core import clock
    from earshot.govern.pseudonyms import Pseudonyms
    source = Source("posts", {"text": "text", "created_at": "created_at", "id": "id"})
    rows = pd.DataFrame({"id": ["1"], "text": ["hello"], "created_at": [when]}, index=[1])
    Landing(space, source, "one.csv", clock.now(), Pseudonyms()).land(rows, [])


def test_an_age_is_told_only_when_it_is_too_high(workspace, monkeypatch):
    monkeypatch.setenv("EARSHOT_NOW", "2026-03-03T15:00Z")
    space = workspace("acme", fresh_hours=24)
    assert stale(space) == "There is no post yet, and fresh_hours allows none older than 24 hours"
    landed(space, "2026-03-02T08:00Z")
    assert stale(space) == ("The newest post is 31 hours old (2026-03-02 08:00 UTC) and fresh_hours allows 24; see "
                            "whether the sources still deliver, or set fresh_hours in brief.yml")
    assert stale(workspace("acme", fresh_hours=31)) == ""
    assert stale(workspace("acme")) == ""


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
    assert done.message == ("The report of tiny failed: There is no post yet, and fresh_hours allows none older than "
                            "24 hours. The latest good run is untouched.")
    assert os.readlink(tiny.outputs / "latest") == good.run
    assert json.loads((done.folder / "run.json").read_text())["status"] == "failed"
    assert "There is no post yet" in (done.folder / "failure.html").read_text()
    notices = [json.loads(path.read_text()) for path in (tiny.outputs / "notices").glob("*.json")]
    assert [(notice["to"], notice["workspace"]) for notice in notices] == [("Care team", "tiny")]
    assert notices[0]["text"].startswith("There is no post yet")
    again = tiny.report()
    assert (again.ok, again.made, again.run) == (True, False, good.run)

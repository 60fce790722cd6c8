"""X collected over HTTP from recorded pages: paging, what a gap cost, what is gone, compliance jobs."""

import json

import pandas as pd
import pytest
from tests.collect.feeds.quick import Quick
from tests.collect.sources.payloads import recorded
from typer.testing import CliRunner
from werkzeug import Response

from earshot.cli import app
from earshot.collect.deletions.compliance_jobs import check_deletions
from earshot.collect.feeds.gaps import read
from earshot.collect.feeds.polling import collect
from earshot.collect.feeds.settings import read_feeds
from earshot.core.params import ParamError

NOW = pd.Timestamp("2022-10-07T23:00:00Z")
RECENT = "/2/tweets/search/recent"


@pytest.fixture
def space(workspace, httpserver, monkeypatch):
    """A workspace with one feed of a local X."""
    monkeypatch.setenv("X_TOKEN", "tok")
    monkeypatch.setenv("EARSHOT_NOW", NOW.isoformat())
    return workspace(
        "acme",
        feeds={
            "mentions": {
                "platform": "x",
                "query": "tweepy",
                "base": httpserver.url_for(""),
                "brand": "Tweepy",
                "region": "us",
                "credentials": {"bearer": "env:X_TOKEN"},
            }
        },
        terms={"mentions": {"may_share_ids": True}},
    )


def pages(httpserver, faults: list[Response] | None = None) -> list[dict]:
    """Serve the two recorded pages as one search; returns the parameters of each request."""
    asked, faults = [], faults or []
    last = json.loads(recorded("x/user_mentions.json"))
    del last["meta"]["next_token"]

    def answer(request) -> Response:
        asked.append(dict(request.args))
        if faults:
            return faults.pop(0)
        if "since_id" in request.args:
            return Response('{"meta": {"result_count": 0}}', content_type="application/json")
        second = "next_token" in request.args
        return Response(
            json.dumps(last) if second else recorded("x/search_recent.json"), content_type="application/json"
        )

    httpserver.expect_request(RECENT).respond_with_handler(answer)
    return asked


def run(space, clock=None):
    """Collect the one feed."""
    return collect(space, read_feeds(space), timepiece=clock or Quick(NOW))[0]


def test_recorded_pages_become_posts_and_the_next_run_begins_at_the_newest(space, httpserver):
    asked = pages(httpserver)
    report = run(space)
    posts = space.store.read("posts")
    assert (report.added, report.pages, report.failed) == (20, 2, "")
    assert posts["brand"].unique().tolist() == ["Tweepy"]
    assert posts["region"].unique().tolist() == ["us"]
    assert not posts["text"].str.contains("@WilliamCohan").any()
    assert run(space).rows == 0
    assert [given.get("since_id") for given in asked] == [None, None, "1578516068309794817"]


def test_what_a_gap_cost_is_what_x_counts_less_what_was_collected(space, httpserver):
    clock = Quick(NOW)
    pages(httpserver, [Response("", status=503)] * 6)
    httpserver.expect_request("/2/tweets/counts/recent").respond_with_data(
        recorded("x/counts_recent.json"), content_type="application/json"
    )
    assert run(space, clock).failed == "x has an error of its own (status 503)."
    clock.time += pd.Timedelta(minutes=38)
    assert run(space, clock).closed == 1
    gap = read(space.store).iloc[0]
    assert gap["minutes"] > 38
    assert gap["missed"] == 411  # the recorded count; none of the recorded posts lies in the gap


def test_what_x_cannot_find_goes_from_every_table_and_stays_away(space, httpserver):
    pages(httpserver)
    run(space)
    httpserver.clear()
    first = json.loads(recorded("x/search_recent.json"))["data"][0]
    body = {
        "data": [first],
        "errors": [{"resource_id": first["id"], "resource_type": "tweet", "title": "Not Found Error"}],
    }
    httpserver.expect_request(RECENT).respond_with_json(body)
    report = run(space)
    assert report.gone == 1
    assert f"x:{first['id']}" not in set(space.store.read("posts")["post_id"])
    assert run(space).gone == 0


def test_a_compliance_job_asks_about_every_post_and_what_is_gone_goes(space, httpserver):
    pages(httpserver)
    run(space)
    elsewhere = httpserver.url_for("").replace("localhost", "127.0.0.1")
    job = {"id": "77", "upload_url": f"{elsewhere}/up?sig=1", "download_url": f"{elsewhere}/down?sig=2"}
    sent = []

    def upload(request) -> Response:
        sent.append((request.headers.get("Authorization"), request.get_data().decode().split()))
        return Response("")

    httpserver.expect_request("/2/compliance/jobs", method="POST").respond_with_json({"data": job})
    httpserver.expect_request("/up", method="PUT").respond_with_handler(upload)
    states = iter(["in_progress", "complete"])
    httpserver.expect_request("/2/compliance/jobs/77").respond_with_handler(
        lambda request: Response(
            json.dumps({"data": {"status": next(states)}}), content_type="application/json"
        )
    )
    httpserver.expect_request("/down").respond_with_data(
        '{"id":"1578516068309794817","action":"delete","reason":"deactivated","redacted_at":"2022-10-08T00:00:00Z"}\n'
    )
    other = (
        space.store.read("posts").head(1).assign(post_id="x:1", source="bought")
    )  # whose card says nothing
    space.store.merge("posts", other)
    assert check_deletions(space, read_feeds(space)[0], timepiece=Quick(NOW)) == (20, 1)
    assert sent[0][0] is None
    assert len(sent[0][1]) == 20
    assert "1578516068309794817" in sent[0][1]
    assert len(space.store.read("posts")) == 20


def test_ids_are_not_sent_where_the_terms_card_does_not_let_them_be_shared(space, httpserver):
    pages(httpserver)
    run(space)
    (space.folder / "terms.yml").write_text("mentions: {may_share_ids: false}\n")
    with pytest.raises(ParamError) as error:
        check_deletions(space, read_feeds(space)[0], timepiece=Quick(NOW))
    assert str(error.value) == (
        "The terms card of 'mentions' does not let ids be shared; if its terms do, write "
        "may_share_ids: true for it in params/acme/terms.yml."
    )
    assert not [request for request, _ in httpserver.log if "compliance" in request.path]


def test_the_command_says_what_came_and_exits_1_when_a_feed_failed(space, httpserver):
    pages(httpserver)
    done = CliRunner().invoke(app, ["collect", "acme"])
    assert done.exit_code == 0
    assert "mentions, 2 pages of x: 20 rows, 20 added." in done.output
    httpserver.clear()
    httpserver.expect_request(RECENT).respond_with_json(
        {"title": "Unauthorized", "detail": "Unauthorized"}, status=401
    )
    done = CliRunner().invoke(app, ["collect", "acme", "mentions"])
    assert done.exit_code == 1
    assert (
        "mentions failed: x refuses the request (status 401: Unauthorized); renew the credential"
        in done.output
    )
    assert "Gap ledger: 1 opened" in done.output
    assert CliRunner().invoke(app, ["collect", "acme", "mention"]).exit_code == 2

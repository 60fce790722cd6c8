"""Feeds of RSS, Discourse, Bluesky, YouTube and Zendesk collected over real HTTP,
page after page, run after run.
"""

import json
import threading

import pandas as pd
import pytest
import yaml
from tests.collect.sources.payloads import (
    DISCOURSE_SEARCH,
    DISCOURSE_TOPIC,
    RSS,
    ZENDESK_EVENTS,
    discourse_post,
)
from typer.testing import CliRunner
from werkzeug import Response

from earshot.collect.feeds.polling import collect
from earshot.collect.feeds.settings import parse, read_feeds
from earshot.collect.sources.pacing import Patience
from earshot.core.params import ParamError


@pytest.fixture
def gather(workspace, httpserver, monkeypatch):
    """A builder: gather("rss", query, credentials=…) collects one feed
    from the local server; run again by calling.
    """
    monkeypatch.setenv("A_SECRET", "s3cret")

    def build(platform: str, query: str, **more):
        entry = {
            "platform": platform,
            "query": query,
            "base": httpserver.url_for("").rstrip("/"),
            "brand": "Acme",
            "since": "2026-02-01",
        }
        space = workspace(brands=["Acme"], feeds={"feed": entry | more})
        return space, lambda: collect(
            space, read_feeds(space), patience=Patience(attempts=2, waiting=1, first=0.01)
        )[0]

    return build


def test_a_news_feed_is_read_and_costs_nothing_while_it_is_the_same(gather, httpserver):
    def feed(request):
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response(RSS, content_type="application/rss+xml", headers={"ETag": '"v1"'})

    httpserver.expect_request("/feed.xml").respond_with_handler(feed)
    space, run = gather("rss", "/feed.xml")
    assert (run().added, run().rows) == (2, 0)
    post = space.store.read("posts").set_index("post_id").loc["news:news-1"]
    assert (post["media_text"], post["created_at"]) == (
        "A crowded platform\nThe departure board",
        pd.Timestamp("2026-03-02T08:00Z"),
    )
    assert post["author"].startswith("p_")
    assert space.store.read("gaps").empty


def test_a_forum_search_is_followed_to_whole_posts(gather, httpserver):
    def posts(request):
        numbers = [int(key) - 500 for key in request.args.getlist("post_ids[]")]
        found = [discourse_post(number, f"<p>Late, says {number}</p>") for number in numbers]
        return Response(
            json.dumps({"post_stream": {"posts": found}, "id": 40}), content_type="application/json"
        )

    search = DISCOURSE_SEARCH | {
        "posts": DISCOURSE_SEARCH["posts"][:2],
        "grouped_search_result": {"more_full_page_results": None},
    }
    httpserver.expect_request("/search.json").respond_with_json(search)
    httpserver.expect_request("/t/40/posts.json").respond_with_handler(posts)
    space, run = gather("discourse", "late")
    report = run()
    assert (report.added, report.failed, report.pages) == (2, "", 2)
    stored = space.store.read("posts")
    assert list(stored["post_id"]) == ["discourse:40/1", "discourse:40/2"]
    assert list(stored["reply_to"].dropna()) == ["discourse:40/1"]
    assert not space.store.read("raw")["payload"].str.contains("rider").any()


def test_a_forum_topic_says_what_is_hidden(gather, httpserver):
    httpserver.expect_request("/t/40.json").respond_with_json(DISCOURSE_TOPIC)
    httpserver.expect_request("/t/40/posts.json").respond_with_json({"post_stream": {"posts": []}, "id": 40})
    _, run = gather("discourse", "topic:40")
    report = run()
    assert (report.added, report.gone) == (2, 2)  # what staff say among themselves is refused


def test_bluesky_pages_and_goes_on_from_the_newest_post(gather, httpserver):
    def view(number):
        return {
            "uri": f"at://did:plc:p/app.bsky.feed.post/k{number}",
            "author": {"did": "did:plc:p"},
            "record": {"text": f"acme, note {number}", "createdAt": f"2026-03-0{number}T08:00:00Z"},
            "indexedAt": f"2026-03-0{number}T08:00:01Z",
        }

    def search(request):
        assert request.headers["Authorization"] == "Bearer s3cret"
        if request.args["since"].startswith("2026-03-04"):
            return Response(json.dumps({"posts": []}), content_type="application/json")
        pages = {"": ([4, 3], "2"), "2": ([2, 1], "")}
        numbers, more = pages[request.args.get("cursor", "")]
        return Response(
            json.dumps({"posts": [view(n) for n in numbers]} | ({"cursor": more} if more else {})),
            content_type="application/json",
        )

    httpserver.expect_request("/xrpc/app.bsky.feed.searchPosts").respond_with_handler(search)
    space, run = gather("bluesky", "acme", credentials={"bearer": "env:A_SECRET"})
    assert (run().added, run().rows) == (4, 0)
    assert space.store.read("posts")["author"].nunique() == 1
    assert not space.store.read("raw")["payload"].str.contains("did:plc").any()


def test_spent_quota_of_youtube_is_a_gap(gather, httpserver):
    said = {"error": {"code": 403, "message": "quota", "errors": [{"reason": "quotaExceeded"}]}}
    httpserver.expect_request("/youtube/v3/search").respond_with_json(said, status=403)
    space, run = gather("youtube", "acme", credentials={"key": "env:A_SECRET"})
    assert "lets us ask no faster" in run().failed
    assert list(space.store.read("gaps")["kind"]) == ["throttled"]


def test_internal_notes_of_zendesk_are_refused_and_an_export_goes_on_where_it_ended(gather, httpserver):
    asked = []

    def export(request):
        asked.append(request.args["start_time"])
        events = ZENDESK_EVENTS if len(asked) == 1 else {"ticket_events": [], "end_time": 1772442600}
        return Response(
            json.dumps(events | {"end_of_stream": len(asked) > 1}), content_type="application/json"
        )

    httpserver.expect_request("/api/v2/incremental/ticket_events.json").respond_with_handler(export)
    space, run = gather("zendesk", "comments", credentials={"bearer": "env:A_SECRET"})
    report = run()
    assert (report.added, report.refused) == (1, 1)
    assert space.store.read("quarantine")["reason"].iloc[0].startswith("a private message")
    run()
    assert asked[1:] == ["1772442300", "1772442600"]


def test_a_stream_has_an_address_of_its_own(workspace):
    space = workspace(brands=["Acme"])
    assert parse("jet", {"platform": "jetstream", "query": "acme", "base": "wss://jet.example"}, space).base
    with pytest.raises(ParamError, match="must be an address that begins with https://"):
        parse("jet", {"platform": "jetstream", "query": "acme", "base": "ws://jet.example"}, space)


def test_live_needs_a_stream_or_a_webhook(home, workspace):
    from earshot.cli import app

    workspace(brands=["Acme"], feeds={"feed": {"platform": "rss", "query": "https://news.example/feed.xml"}})
    answer = CliRunner().invoke(app, ["collect", "acme", "--live"])
    assert answer.exit_code != 0
    assert "names no stream and no webhook to follow" in str(answer.output) + str(answer.exception)
    assert yaml.safe_load((home / "params" / "acme" / "feeds.yml").read_text())["feed"]["platform"] == "rss"


def test_live_follows_streams_and_receives_webhooks_until_it_is_stopped(
    workspace, httpserver, monkeypatch, capsys
):
    from earshot.cli import collection
    from earshot.collect.feeds import streaming

    monkeypatch.setenv("A_SECRET", "s3cret")
    stop = threading.Event()
    monkeypatch.setattr(streaming, "stop_on_signals", lambda: stop)
    httpserver.expect_request("/api/v1/streaming/public").respond_with_data("", status=404)
    options = {"id": "id", "text": "body", "created_at": "written"}
    space = workspace(
        brands=["Acme"],
        feeds={
            "stream": {"platform": "mastodon-stream", "query": "acme", "base": httpserver.url_for("")},
            "hook": {
                "platform": "webhook",
                "query": "x",
                "credentials": {"secret": "env:A_SECRET"},
                "options": options,
            },
        },
    )
    quick = streaming.Rhythm(first=0.01, most=0.02)
    monkeypatch.setattr(streaming, "Rhythm", lambda: quick)
    threading.Timer(4, stop.set).start()
    assert collection.follow(space, read_feeds(space), 0) == 1
    assert "refuses the connection (status 404)" in "".join(capsys.readouterr())

"""Every polled platform through every fault, in the middle of its recorded pages:
nothing is lost, nothing comes twice.

What was recorded is used where there is a recording; elsewhere answers of our own after the public
documentation.
"""

import json
import re
import time

import pandas as pd
import pytest
from tests.collect.feeds.quick import Quick
from tests.collect.sources import payloads
from tests.collect.sources.payloads import recorded
from werkzeug import Response

from earshot.collect.feeds.gaps import read
from earshot.collect.feeds.polling import REPEATED, collect
from earshot.collect.feeds.settings import read_feeds
from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.answers import inside
from earshot.collect.sources.pacing import Patience
from earshot.collect.sources.protocol import Answer, Query, Request

NOW = pd.Timestamp("2026-11-03T12:00:00Z")
JSON = "application/json"


def halves(items: list) -> tuple[list, list]:
    middle = len(items) // 2
    return items[:middle], items[middle:]


def pages(name: str) -> tuple[str, str, list, str]:
    """Return (query, path of a page, the pages as they are answered,
    the parameter that asks for the second).
    """
    if name == "x":
        last = json.loads(recorded("x/user_mentions.json"))
        del last["meta"]["next_token"]
        return (
            "tweepy",
            "/2/tweets/search/recent",
            [json.loads(recorded("x/search_recent.json")), last],
            "next_token",
        )
    if name == "mastodon":
        first, second = halves(json.loads(recorded("mastodon/public_timeline.json")))
        return "#acme", "/api/v1/timelines/tag/acme", [first, second, []], "max_id"
    if name == "reddit":
        listing = json.loads(recorded("reddit/search_listing.json"))
        first, second = halves(listing["data"]["children"])
        given = [
            {"kind": "Listing", "data": {"children": first, "after": first[-1]["data"]["name"]}},
            {"kind": "Listing", "data": {"children": second, "after": None}},
        ]
        return "acme", "/search", given, "after"
    if name == "youtube":
        whole = json.loads(recorded("youtube/comment_threads_by_video_paged_1.json"))
        first, second = halves(whole["items"])
        given = [whole | {"items": first}, {"items": second}]
        return "video:v", "/youtube/v3/commentThreads", given, "pageToken"
    if name == "bluesky":
        return "acme", "/xrpc/app.bsky.feed.searchPosts", sky(), "cursor"
    if name == "zendesk":
        last = {"ticket_events": [], "end_time": 1772442600, "end_of_stream": True}
        return (
            "comments",
            "/api/v2/incremental/ticket_events.json",
            [payloads.ZENDESK_EVENTS, last],
            "1772442300",
        )
    if name == "discourse":
        found = payloads.DISCOURSE_SEARCH | {
            "posts": payloads.DISCOURSE_SEARCH["posts"][:2],
            "grouped_search_result": {"more_full_page_results": None},
        }
        posts = [payloads.discourse_post(number, f"<p>Late, says {number}</p>") for number in (1, 2)]
        return "late", "/search.json", [found, {"post_stream": {"posts": posts}, "id": 40}], "post_ids[]"
    return "/feed.xml", "/feed.xml", [payloads.RSS], ""


def sky() -> list[dict]:
    """Return two pages of a Bluesky search, of recorded posts."""
    post = json.loads(recorded("bluesky/thread_view_post_with_embed_media.json"))["thread"]["post"]
    events = [json.loads(line) for line in recorded("bluesky/jetstream_window.jsonl").splitlines()]
    records = [
        record for event in events if (record := event.get("commit", {}).get("record", {})).get("text")
    ]
    views = [
        post | {"uri": f"at://did:plc:a{number}/app.bsky.feed.post/k{number}", "record": records[number]}
        for number in range(4)
    ]
    return [{"posts": views[:2], "cursor": "2"}, {"posts": views[2:]}]


class Platform:
    """A platform's pages, with faults (callables or answers) before the second,
    or before the only one there is.
    """

    def __init__(self, name: str):
        self.query, self.path, self.pages, self.mark = pages(name)
        self.faults, self.tokens, self.good, self.name, self.stuck = [], [], 0, name, False

    def __call__(self, request) -> Response:
        self.tokens.append(str(dict(request.headers)))
        if self.faults and (self.good or len(self.pages) == 1):
            fault = self.faults.pop(0)
            return fault(request) if callable(fault) and not isinstance(fault, Response) else fault
        self.good += 1
        if self.name == "youtube" and request.path.endswith("/comments"):
            return Response('{"items": []}', content_type=JSON)
        number = 0 if self.stuck else self.number(request)
        page = self.pages[number]
        return (
            Response(page, content_type="application/rss+xml")
            if isinstance(page, bytes)
            else Response(json.dumps(page), content_type=JSON)
        )

    def number(self, request) -> int:
        if self.name == "mastodon" and "max_id" in request.args:
            return 1 if request.args["max_id"] == self.pages[0][-1]["id"] else 2
        return int(self.mark in (*request.args, *request.args.values()) and bool(self.mark))

    def expected(self) -> set[str]:
        """What all its posts are called in the store, read straight off the pages."""
        platform, found = platform_of(self.name), set()
        asks = [Request(self.path), Request("/t/40/posts.json" if self.name == "discourse" else self.path)]
        for page, request in zip(self.pages, asks):
            body = page if isinstance(page, bytes) else json.dumps(page).encode()
            rows = platform.read(Answer(body, request), Query("q", self.query)).rows
            name, path = platform.mapping.constants["platform"], platform.mapping.columns["id"].split(".")
            found |= {f"{name}:{inside(row, *path)}" for row in rows}
        return found


def broken_off(request) -> Response:
    """Say that more bytes come than do."""
    return Response(
        iter([b'{"data": [{"id": "7", ']), headers={"Content-Length": "5000", "Content-Type": JSON}
    )


def late(request) -> Response:
    """Answer after the client has lost patience."""
    time.sleep(1.3)
    return Response("[]", content_type=JSON)


def own(name: str) -> Response:
    """The way in which a platform itself says that it was asked too often and when it can be asked again."""
    soon = NOW + pd.Timedelta(seconds=90)
    said = {"errors": [{"reason": "rateLimitExceeded"}]}
    return {
        "x": Response("", 429, {"x-rate-limit-reset": str(int(time.time()) + 91)}),
        "mastodon": Response("", 429, {"X-RateLimit-Reset": soon.isoformat()}),
        "reddit": Response("", 429, {"x-ratelimit-reset": "90.0"}),
        "bluesky": Response("", 429, {"RateLimit-Reset": str(int(soon.timestamp()))}),
        "youtube": Response(json.dumps({"error": said}), 403, content_type=JSON),
        "discourse": Response(json.dumps({"extras": {"wait_seconds": 90}}), 429, content_type=JSON),
    }.get(name) or Response("", 429, {"Retry-After": "90"})


SECRETS = {
    "x": "bearer",
    "mastodon": "bearer",
    "reddit": "bearer",
    "bluesky": "bearer",
    "youtube": "key",
    "discourse": "key",
    "zendesk": "bearer",
}
POLLED = (*SECRETS, "rss")


@pytest.fixture
def served(workspace, httpserver, monkeypatch, tmp_path):
    """A builder: a local server with a platform's pages, and a function that collects the one feed of it."""
    monkeypatch.setenv("EARSHOT_NOW", NOW.isoformat())
    secret = tmp_path / "token"
    secret.write_text("first-token")

    def build(name: str):
        server = Platform(name)
        httpserver.expect_request(re.compile(".*")).respond_with_handler(server)
        credentials = {SECRETS[name]: f"file:{secret}"} if name in SECRETS else {}
        space = workspace(
            brands=["Acme"],
            feeds={
                "feed": {
                    "platform": name,
                    "query": server.query,
                    "base": httpserver.url_for("").rstrip("/"),
                    "since": "2006-01-01",
                    "credentials": credentials,
                    "throttled": [401],
                    "options": {"threads": False} if name == "reddit" else {},
                }
            },
        )
        clock = Quick(NOW)
        patience = Patience(attempts=12, waiting=20_000, timeout=1.0)
        return (
            server,
            space,
            secret,
            clock,
            lambda: collect(space, read_feeds(space), patience=patience, timepiece=clock)[0],
        )

    return build


@pytest.mark.parametrize(
    "name",
    [name if name in ("x", "mastodon") else pytest.param(name, marks=pytest.mark.slow) for name in POLLED],
)
def test_a_platform_with_every_fault_in_the_middle_loses_nothing_and_says_each(name, served):
    server, space, secret, clock, run = served(name)

    def revoked(request) -> Response:
        secret.write_text("second-token")
        return Response(json.dumps({"error": "The access token was revoked"}), 403, content_type=JSON)

    half = [Response('{"data": [{"id": "1', content_type=JSON)]
    server.faults = [
        Response("", 429, {"Retry-After": "38"}),
        late,
        own(name),
        broken_off,
        Response("slow", 401),
        Response("oops", 503),
        *half,
        *([revoked] if name in SECRETS else []),
    ]
    report = run()
    assert report.failed == ""
    assert not server.faults
    assert (report.repeated, report.updated, report.gone) == (0, 0, 0)
    stored = space.store.read("posts")["post_id"]
    assert stored.is_unique
    expected = server.expected()
    assert len(expected) > 1
    assert set(stored) <= expected
    assert (report.added, report.refused) == (len(stored), len(expected) - len(stored))
    assert report.refused == {"zendesk": 1}.get(name, 0)  # an internal note
    gaps = read(space.store)
    assert gaps["kind"].tolist() == [
        "throttled",
        "down",
        "throttled",
        "truncated",
        "throttled",
        "down",
        "truncated",
    ]
    assert not gaps["running"].any()
    assert any(38 <= slept <= 39 for slept in clock.slept)
    assert any(59 <= slept <= 92 for slept in clock.slept)
    if name in SECRETS:
        assert "first-token" in server.tokens[0] or name == "zendesk"
        assert "second-token" in server.tokens[-1]
    assert run().added == 0


@pytest.mark.parametrize("name", [name for name in POLLED if name not in ("rss", "discourse", "zendesk")])
def test_a_platform_that_repeats_a_page_is_left_with_what_it_had(name, served):
    server, space, _, _, run = served(name)
    server.stuck = True
    report = run()
    assert report.failed == REPEATED
    assert server.good < 6
    stored = space.store.read("posts")["post_id"]
    assert stored.is_unique
    assert len(stored) == report.added > 0
    assert read(space.store)["kind"].tolist() == ["truncated"]

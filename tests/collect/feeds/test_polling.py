"""Collecting from platforms over real HTTP:
pages, limits, faults, kills; nothing is lost and nothing comes twice.
"""

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from urllib.parse import parse_qs

import pandas as pd
import pytest
from tests.collect.feeds.quick import Quick
from werkzeug import Response

from earshot.collect.feeds.gaps import read
from earshot.collect.feeds.polling import collect
from earshot.collect.feeds.settings import read_feeds
from earshot.collect.sources.pacing import Patience, Timepiece

NOW = pd.Timestamp("2026-03-03T12:00:00Z")
TOKEN = "Tok3n-that-nobody-may-see"


class Feedly:
    """A Mastodon-like hashtag timeline with ``count`` posts, that misbehaves as a list of answers says."""

    def __init__(self, count: int = 25, page: int = 10):
        self.posts = [self.post(number) for number in range(1, count + 1)]
        self.page, self.faults, self.asked, self.tokens = page, [], [], []

    @staticmethod
    def post(number: int, text: str = "") -> dict:
        at = NOW - pd.Timedelta(days=2) + pd.Timedelta(minutes=number)
        return {
            "id": str(number),
            "created_at": at.isoformat(),
            "content": f"<p>{text or f'post {number} #acme'}</p>",
            "account": {
                "acct": f"person{number % 5}",
                "followers_count": number % 5,
                "note": "",
                "fields": [],
                "created_at": "2020-01-01T00:00:00Z",
                "avatar": "https://a.example/missing.png",
            },
            "visibility": "public",
            "favourites_count": number,
            "url": f"https://m.example/{number}",
        }

    def __call__(self, request) -> Response:
        given = {name: values[0] for name, values in parse_qs(request.query_string.decode()).items()}
        self.asked.append(given)
        self.tokens.append(request.headers.get("Authorization", ""))
        if self.faults:
            fault = self.faults.pop(0)
            if fault is not None:
                return fault if isinstance(fault, Response) else fault(request)
        return self.answer(given)

    def answer(self, given: dict) -> Response:
        low, high = int(given.get("min_id", 0)), int(given.get("max_id", 10**9))
        found = [post for post in self.posts if low < int(post["id"]) < high]
        found = found[: self.page] if "min_id" in given else found[-self.page :]
        return Response(json.dumps(found[::-1]), content_type="application/json")


@pytest.fixture
def server(httpserver):
    """A misbehaving timeline at /api/v1/timelines/tag/acme of a local server."""
    timeline = Feedly()
    httpserver.expect_request("/api/v1/timelines/tag/acme").respond_with_handler(timeline)
    timeline.base = httpserver.url_for("")
    return timeline


@pytest.fixture
def space(workspace, server, monkeypatch):
    """A workspace with one feed of that timeline."""
    monkeypatch.setenv("TOOTS_TOKEN", TOKEN)
    feed = {"platform": "mastodon", "query": "#acme", "base": server.base}
    return workspace(
        "acme", brands=["Acme"], feeds={"toots": feed | {"credentials": {"bearer": "env:TOOTS_TOKEN"}}}
    )


def run(space, clock: Timepiece | None = None, **patience):
    """Collect all feeds of a workspace on a quick clock and return the first report."""
    return collect(
        space,
        read_feeds(space),
        patience=Patience(**{"timeout": 1.0} | patience),
        timepiece=clock or Quick(NOW),
    )[0]


def ids(space) -> list[int]:
    """The numbers of the posts in the store, once each or not."""
    return sorted(int(name.split(":")[1]) for name in space.store.read("posts", ["post_id"])["post_id"])


def test_pages_are_read_to_the_end_and_the_next_run_reads_only_what_is_new(space, server):
    report = run(space)
    assert (report.added, report.refused, report.failed, report.opened) == (25, 0, "", 0)
    assert ids(space) == list(range(1, 26))
    before = len(server.asked)
    server.posts += [Feedly.post(number) for number in range(26, 60)]
    report = run(space)
    assert report.added == 34
    assert report.repeated == 0
    assert [given.get("min_id") for given in server.asked[before:]] == ["25", "35", "45", "55", "59"]
    assert run(space).rows == 0


def test_authors_are_pseudonyms_in_posts_and_accounts_alike_and_no_profile_is_kept(space, server):
    run(space)
    posts, accounts = space.store.read("posts"), space.store.read("accounts")
    assert set(posts["author"]) == set(accounts["author"])
    assert len(accounts) == 5
    assert accounts["author"].str.match(r"p_[0-9a-f]{12}$").all()
    assert accounts["followers"].max() == 4
    assert not accounts["has_picture"].any()
    assert not accounts["has_bio"].any()
    assert accounts["handle_digits"].round(3).unique().tolist() == [round(1 / 7, 3)]


@pytest.mark.parametrize(
    ("header", "least"),
    [({"Retry-After": "38"}, 38), ({"Retry-After": "Tue, 03 Mar 2026 12:02:00 GMT"}, 120), ({}, 0.5)],
)
def test_too_many_requests_waits_as_long_as_asked_and_is_in_the_ledger(space, server, header, least):
    clock = Quick(NOW)
    server.faults = [None, Response("slow down", status=429, headers=header)]
    report = run(space, clock)
    assert report.added == 25
    assert not report.failed
    assert (report.opened, report.closed) == (1, 1)
    assert clock.slept[0] >= least
    gap = read(space.store).iloc[0]
    assert gap["kind"] == "throttled"
    assert not gap["running"]
    assert gap["minutes"] == pytest.approx(clock.slept[0] / 60, abs=1e-6)


def broken_off(request) -> Response:
    """Say that more bytes come than do."""

    def parts():
        yield b'[{"id": "7", '

    return Response(parts(), headers={"Content-Length": "5000", "Content-Type": "application/json"})


def late(request) -> Response:
    """Answer after the client has lost patience."""
    time.sleep(0.4)
    return Response("[]", content_type="application/json")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Response("oops", status=503), "down"),
        (Response("bad", status=500), "down"),
        (broken_off, "truncated"),
        (Response('[{"id": "1", "content": "<p>ha', content_type="application/json"), "truncated"),
        (late, "down"),
    ],
)
def test_a_fault_is_retried_and_recorded_and_loses_nothing(space, server, fault, kind):
    server.faults = [None, fault, fault]
    report = run(space, timeout=0.2)
    assert ids(space) == list(range(1, 26))
    assert not report.failed
    assert read(space.store)["kind"].tolist() == [kind]
    assert (report.opened, report.closed) == (1, 1)


def test_when_patience_ends_the_feed_fails_in_one_sentence_and_the_next_run_goes_on_and_closes_the_gap(
    space, server
):
    clock = Quick(NOW)
    server.faults = [None, *[Response("", status=502)] * 3]
    report = run(space, clock, attempts=3)
    assert report.failed == "mastodon has an error of its own (status 502)."
    assert report.added == 10
    assert read(space.store)["running"].tolist() == [True]
    clock.time += pd.Timedelta(minutes=38)
    report = run(space, clock)
    assert report.closed == 1
    assert ids(space) == list(range(1, 26))
    assert read(space.store)["minutes"].iloc[0] > 38


def test_a_wait_longer_than_patience_is_not_waited_for(space, server):
    clock = Quick(NOW)
    server.faults = [Response("", status=429, headers={"Retry-After": "7200"})]
    report = run(space, clock, waiting=600)
    assert clock.slept == []
    assert "asks to wait 7,200 seconds" in report.failed


def test_a_page_that_comes_again_and_again_does_not_loop_for_ever(space, server):
    server.page = 40
    server.answer = lambda given: Response(json.dumps(server.posts[::-1]), content_type="application/json")
    report = run(space)
    assert len(server.asked) < 5
    assert "again and again" in report.failed
    assert ids(space) == list(range(1, 26))
    assert read(space.store)["kind"].tolist() == ["truncated"]


def test_a_token_revoked_in_the_middle_is_read_anew(space, server, tmp_path, workspace):
    secret = tmp_path / "token"
    secret.write_text("first-token\n")
    space = workspace(
        "acme",
        feeds={
            "toots": {
                "platform": "mastodon",
                "query": "#acme",
                "base": server.base,
                "credentials": {"bearer": f"file:{secret}"},
            }
        },
    )

    def revoked(request):
        secret.write_text("second-token")
        return Response(
            '{"error": "The access token was revoked"}', status=401, content_type="application/json"
        )

    server.faults = [None, revoked]
    report = run(space)
    assert not report.failed
    assert ids(space) == list(range(1, 26))
    assert server.tokens[:3] == ["Bearer first-token", "Bearer first-token", "Bearer second-token"]


def test_a_token_that_stays_revoked_is_one_sentence_without_the_token(space, server):
    said = json.dumps({"error": f"bad token {TOKEN}"})
    server.faults = [Response(said, status=401, content_type="application/json")]
    report = run(space)
    assert report.failed == (
        "mastodon refuses the request (status 401: bad token [secret]); "
        "renew the credential where feeds.yml points."
    )
    assert read(space.store)[["kind", "running"]].values.tolist() == [["refused", True]]


def test_no_secret_reaches_the_store_the_params_a_log_or_an_error(space, server, caplog, home):
    caplog.set_level(0)
    server.faults = [None, Response("", status=429), Response(f"{TOKEN}", status=401)]
    report = run(space)
    seen = (
        caplog.text
        + repr(report)
        + "".join(
            path.read_bytes().decode("latin-1")
            for path in home.rglob("*")
            if path.is_file() and not path.is_symlink()
        )
    )
    assert TOKEN not in seen
    assert f"Bearer {TOKEN}" in server.tokens


def test_a_missing_credential_is_one_clear_sentence(space, monkeypatch):
    monkeypatch.delenv("TOOTS_TOKEN")
    assert run(space).failed == (
        "Feed 'toots' looks for its bearer in the environment variable TOOTS_TOKEN, and "
        "nothing is there; put it there and collect again."
    )


def test_a_redirect_to_another_host_carries_no_credentials(space, server, httpserver):
    elsewhere = httpserver.url_for("/api/v1/elsewhere").replace("localhost", "127.0.0.1")
    seen = []

    def other(request):
        seen.append(request.headers.get("Authorization"))
        return Response("[]", content_type="application/json")

    httpserver.expect_request("/api/v1/elsewhere").respond_with_handler(other)
    server.faults = [Response("", status=302, headers={"Location": elsewhere})]
    report = run(space)
    assert seen == [None]
    assert not report.failed
    assert report.rows == 0


def test_one_feed_that_fails_does_not_keep_the_others_back(workspace, server, httpserver):
    httpserver.expect_request("/api/v1/timelines/tag/gone").respond_with_data("", status=404)
    base = {"platform": "mastodon", "base": server.base}
    space = workspace("acme", feeds={"bad": base | {"query": "#gone"}, "good": base | {"query": "#acme"}})
    bad, good = collect(space, read_feeds(space), timepiece=Quick(NOW))
    assert "status 404" in bad.failed
    assert good.added == 25


def test_the_most_pages_of_a_run_are_kept_and_the_next_goes_on(workspace, server):
    space = workspace(
        "acme", feeds={"toots": {"platform": "mastodon", "query": "#acme", "base": server.base, "pages": 2}}
    )
    first = run(space)
    assert first.more
    assert len(ids(space)) == 20
    run(space)
    assert ids(space) == list(range(1, 26))
    assert read(space.store).empty


def test_what_is_no_post_is_in_quarantine_with_a_reason(space, server):
    server.posts[3] = {"id": "4", "content": "<p></p>", "account": "not an object"}
    server.answer = lambda given: Response(
        json.dumps(["text", 7, None, *server.posts])
        if "max_id" not in given and "min_id" not in given
        else "[]",
        content_type="application/json",
    )
    report = run(space)
    assert (report.rows, report.added, report.refused) == (28, 24, 4)
    assert set(space.store.read("quarantine")["reason"]) == {
        "it is not one of posts but a text",
        "it is not one of posts but a number",
        "it is not one of posts but nothing",
        "the text is empty",
    }


def test_a_login_page_in_the_middle_is_not_taken_for_the_end(space, server):
    server.faults = [None, Response("<html>Please log in</html>", content_type="text/html")]
    report = run(space)
    assert report.failed == "The server sent something that is no whole page of posts."
    assert report.refused == 1
    assert read(space.store)[["kind", "running"]].values.tolist() == [["truncated", True]]
    assert not run(space).failed
    assert ids(space) == list(range(1, 26))


def test_one_conversation_that_is_refused_does_not_hold_up_the_rest(workspace, server, httpserver):
    server.posts[20]["replies_count"] = 3
    space = workspace(
        "acme",
        feeds={
            "toots": {
                "platform": "mastodon",
                "query": "#acme",
                "base": server.base,
                "options": {"threads": True},
            }
        },
    )
    httpserver.expect_request("/api/v1/statuses/21/context").respond_with_json({"error": "Gone"}, status=404)
    report = run(space)
    assert not report.failed
    assert ids(space) == list(range(1, 26))
    assert read(space.store)[["kind", "running"]].values.tolist() == [["refused", False]]


def test_a_page_left_by_the_run_before_that_has_expired_is_asked_for_from_the_beginning(workspace, server):
    feed = {"platform": "mastodon", "query": "#acme", "base": server.base}
    run(workspace("acme", feeds={"toots": feed | {"pages": 1}}))
    server.faults = [Response("", status=410)]
    space = workspace("acme", feeds={"toots": feed})
    assert not run(space).failed
    assert ids(space) == list(range(1, 26))


def test_an_interrupted_run_says_so_in_the_ledger(space, server):
    def stop(name, pages, posts):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(space, read_feeds(space), progress=stop, timepiece=Quick(NOW))
    assert read(space.store)[["kind", "running"]].values.tolist() == [["stopped", True]]
    assert run(space).closed == 1
    assert ids(space) == list(range(1, 26))


CHILD = textwrap.dedent("""
    import earshot
    from earshot.collect.feeds.settings import read_feeds
    from earshot.collect.feeds.polling import collect
    space = earshot.open("acme")
    collect(space, read_feeds(space))
""")


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_lost_and_nothing_comes_twice(workspace, server):
    server.posts, server.page = [Feedly.post(number) for number in range(1, 301)], 10
    space = workspace(
        "acme", feeds={"toots": {"platform": "mastodon", "query": "#acme", "base": server.base}}
    )
    chance, kills = random.Random(20260303), 0
    for _ in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD], env=os.environ | {"EARSHOT_NOW": NOW.isoformat()}
        )
        try:
            child.wait(timeout=chance.uniform(1.5, 4.0))
            break
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            kills += 1
    subprocess.run(
        [sys.executable, "-c", CHILD], env=os.environ | {"EARSHOT_NOW": NOW.isoformat()}, check=True
    )
    assert kills >= 2
    assert ids(space) == list(range(1, 301))
    assert space.store.read("raw")["payload_ref"].is_unique
    assert set(read(space.store)["kind"]) <= {"stopped"}
    assert not read(space.store)["running"].any()

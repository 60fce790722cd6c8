"""Streams are followed through drops, garbage, silence and replays, on real servers:
nothing lost, nothing twice.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve
from werkzeug import Response

from earshot.collect.feeds import cursors, streaming
from earshot.collect.feeds.connections import Connection, Lost, events
from earshot.collect.feeds.settings import Feed
from earshot.collect.feeds.streaming import Rhythm, follow
from earshot.collect.sources.protocol import Request

START = 1_772_438_400_000_000  # 2026-03-02 08:00 UTC in microseconds
QUICK = Rhythm(posts=20, seconds=0.2, silence=0.6, opening=2, first=0.01, most=0.05)


def event(number: int, operation: str = "create", text: str = "", at: int | None = None) -> str:
    record = {
        "text": text or f"acme is late, note {number}",
        "createdAt": "2026-03-02T08:00:00Z",
        "langs": ["en"],
    }
    commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": f"k{number}"}
    return json.dumps(
        {
            "did": f"did:plc:p{number % 7}",
            "time_us": START + (number if at is None else at) * 1000,
            "kind": "commit",
            "commit": commit | ({"record": record} if operation != "delete" else {}),
        }
    )


def account(number: int, status: str, at: int) -> str:
    return json.dumps(
        {
            "did": f"did:plc:p{number}",
            "time_us": START + at * 1000,
            "kind": "account",
            "account": {"active": False, "status": status},
        }
    )


class Jet:
    """A Jetstream of our own: each connection is one scene; what it was asked for is noted in ``cursors``."""

    def __init__(self, scenes):
        self.scenes, self.cursors = list(scenes), []

    def play(self, connection) -> None:
        asked = parse_qs(urlsplit(connection.request.path).query)
        self.cursors.append(asked.get("cursor", [""])[0])
        scene = self.scenes.pop(0) if self.scenes else hold
        try:
            scene(connection)
        except (ConnectionClosed, OSError):
            return


def sends(*messages: str, then=None):
    def scene(connection) -> None:
        for message in messages:
            connection.send(message)
        (then or hold)(connection)

    return scene


def hold(connection) -> None:
    """Keep the connection, and say something that is no post now and then."""
    while True:
        connection.send(json.dumps({"did": "did:plc:z", "time_us": START, "kind": "identity"}))
        time.sleep(0.1)


def silence(connection) -> None:
    time.sleep(3)


def cut(connection) -> None:
    """End in the middle of a frame: it announces 200 bytes, and 20 come."""
    connection.socket.sendall(b"\x81\x7e\x00\xc8" + b'{"did": "did:plc:abc')
    connection.socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def jetstream(*scenes):
    jet = Jet(scenes)
    with serve(jet.play, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield jet, f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()


def listen(space, base: str, until, feed: str = "jetstream", query: str = "acme", rhythm: Rhythm = QUICK):
    """Follow until ``until(workspace)`` holds (or 20 seconds are over) and return the report."""
    stop, told = threading.Event(), []
    thread = threading.Thread(
        target=lambda: told.append(follow(space, Feed("stream", feed, query, base=base), stop, rhythm))
    )
    thread.start()
    deadline = time.monotonic() + 20
    while not until(space) and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.05)
    stop.set()
    thread.join(20)
    assert until(space), space.store.read("gaps")[["kind", "reason"]].to_dict("records")
    return told[0]


def wait_for(happened, seconds: float = 60) -> None:
    """Come back once ``happened()`` is true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def posts(space) -> pd.DataFrame:
    return space.store.read("posts")


def has(count: int):
    return lambda space: len(posts(space)) >= count


@pytest.fixture
def space(workspace):
    return workspace(brands=["Acme"])


def test_posts_are_kept_and_the_place_in_the_stream_too(space):
    with jetstream(sends(*(event(n) for n in range(50)))) as (_, base):
        report = listen(space, base, has(50))
    assert (report.rows, report.added, report.failed) == (50, 50, "")
    assert sorted(posts(space)["text"])[0] == "acme is late, note 0"
    assert posts(space)["author"].str.fullmatch("p_[0-9a-f]{12}").all()
    assert posts(space)["collected_at"].min() == pd.Timestamp(START, unit="us", tz="UTC")
    state = json.loads(space.store.read("cursors")["cursor"].iloc[0])
    assert state["resting"] is True
    assert not space.store.read("raw")["payload"].str.contains("did:plc:p").any()


def test_a_drop_in_the_middle_of_a_frame_loses_nothing_and_a_replay_adds_nothing(space):
    scenes = [
        sends(*(event(n) for n in range(30)), then=cut),
        sends(*(event(n) for n in range(10, 60)), then=cut),
        sends(*(event(n) for n in range(40, 80))),
    ]
    with jetstream(*scenes) as (jet, base):
        report = listen(space, base, has(80))
    assert len(posts(space)) == posts(space)["post_id"].nunique() == 80
    assert report.added == 80
    assert jet.cursors[0] == ""
    assert [int(cursor) for cursor in jet.cursors[1:]] == [
        START + 29_000 - 5_000_000,
        START + 59_000 - 5_000_000,
    ]
    gaps = space.store.read("gaps")
    assert list(gaps["kind"]) == ["down", "down"]
    assert set(gaps["reason"]) == {"jetstream dropped the connection."}
    assert gaps["end"].notna().all()
    assert list(gaps["missed"]) == [0, 0]  # resumed from its place


def test_a_silent_stream_is_left_and_taken_up_again(space):
    with jetstream(sends(event(1), then=silence), sends(event(2))) as (_, base):
        listen(space, base, has(2))
    gap = space.store.read("gaps").iloc[0]
    assert (gap["kind"], gap["reason"]) == ("down", "jetstream said nothing for 0.6 seconds.")


def test_garbage_is_kept_with_its_reason_and_the_stream_goes_on(space):
    garbage = [
        "not json",
        '{"kind": 7}',
        '{"kind": "commit", "time_us": 1, "commit": []}',
        "[1, 2",
        "\x00\x01",
    ]
    with jetstream(sends(event(1), *garbage, event(2))) as (_, base):
        listen(space, base, lambda s: len(posts(s)) == 2 and len(s.store.read("quarantine")) == 5)
    assert set(space.store.read("quarantine")["reason"]) == {
        "the answer is not JSON: expecting value",
        "kind should be a text such as commit, identity or account",
        "commit should be an object, but is a list",
        "the answer is not JSON: expecting ',' delimiter",
    }


def test_edits_and_deletions_of_our_posts_are_followed_and_those_of_others_passed_over(space):
    scene = [
        event(1),
        event(2),
        event(3),
        event(1, "update", "never mind", at=10),
        event(9, "update", "other", at=11),
    ]
    with jetstream(sends(*scene)) as (_, base):
        listen(space, base, lambda s: "never mind" in set(posts(s)["text"]))
    assert set(posts(space)["text"]) == {"never mind", "acme is late, note 2", "acme is late, note 3"}
    with jetstream(
        sends(
            event(2, "delete", at=20),
            event(8, "delete", at=21),
            account(3, "takendown", 22),
            account(6, "deleted", 23),
        )
    ) as (_, base):
        listen(space, base, lambda s: len(s.store.read("deletions")) >= 2)
    gone = space.store.read("deletions")
    assert set(gone["kind"]) == {"deleted", "account takendown"}
    assert not gone["id"].str.contains("did:").any()
    assert list(posts(space)["text"]) == ["never mind"]


def test_a_post_that_is_deleted_within_its_batch_is_not_kept(space):
    with jetstream(sends(event(1), event(1, "delete", at=5), event(2))) as (_, base):
        listen(space, base, has(1))
    assert list(posts(space)["text"]) == ["acme is late, note 2"]


def following(base: str, rhythm: str, stop: str = "threading.Event()") -> subprocess.Popen:
    """Follow in a process of its own."""
    code = (
        "import sys, threading, earshot; from earshot.collect.feeds.settings import Feed; from "
        "earshot.collect.feeds import streaming; streaming.follow(earshot.open('acme'), Feed('stream', "
        f"'jetstream', 'acme', base=sys.argv[1]), {stop}, streaming.Rhythm({rhythm}))"
    )
    return subprocess.Popen([sys.executable, "-c", code, base])


def test_a_run_that_was_killed_goes_on_where_it_was(space):
    with jetstream(sends(*(event(n) for n in range(40))), sends(*(event(n) for n in range(20, 60)))) as (
        jet,
        base,
    ):
        process = following(base, "posts=20, seconds=0.2, silence=5")
        wait_for(lambda: cursors.find(space.store, "stream", "acme").cursor)
        process.kill()
        process.wait()
        listen(space, base, has(60))
    assert len(posts(space)) == posts(space)["post_id"].nunique() == 60
    assert jet.cursors[1] != ""
    assert "The run before was ended in the middle." in set(space.store.read("gaps")["reason"])


def test_a_first_run_that_was_killed_before_it_kept_anything_leaves_a_gap(space):
    with jetstream(sends(event(1)), sends(event(2))) as (jet, base):
        process = following(base, "posts=10_000, seconds=600, silence=30")
        wait_for(lambda: jet.cursors)
        process.kill()
        process.wait()
        assert not len(posts(space))
        listen(space, base, has(1))
    gap = space.store.read("gaps").iloc[0]
    assert gap["reason"] == "The run before was ended in the middle."
    assert gap["end"] > gap["start"]


def test_sigterm_keeps_what_was_heard(space):
    with jetstream(sends(*(event(n) for n in range(25)))) as (jet, base):
        process = following(base, "posts=10_000, seconds=600, silence=30", "streaming.stop_on_signals()")
        wait_for(lambda: jet.cursors)
        time.sleep(1.0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert len(posts(space)) == 25


def test_a_stream_that_refuses_us_is_given_up_with_the_reason(space, httpserver):
    httpserver.expect_request("/api/v1/streaming/public").respond_with_data("no", status=401)
    stop = threading.Event()
    report = follow(space, Feed("stream", "mastodon-stream", "", base=httpserver.url_for("")), stop, QUICK)
    assert report.failed == (
        "mastodon-stream refuses the connection (status 401); check the feed's credentials and base."
    )
    assert list(space.store.read("gaps")["kind"]) == ["refused"]
    assert len(httpserver.log) == 5


def test_a_stream_that_is_not_there_is_a_gap(space):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"ws://127.0.0.1:{taken.getsockname()[1]}"
        listen(space, base, lambda s: len(s.store.read("gaps")) > 0)
    assert space.store.read("gaps")["reason"].iloc[0] == "jetstream could not be reached."


def status(number: int, text: str = "", **more) -> dict:
    return {
        "id": str(number),
        "created_at": "2026-03-02T08:00:00.000Z",
        "content": f"<p>{text or 'acme late'}</p>",
        "account": {"acct": f"rider{number}", "url": f"https://m.example/@rider{number}"},
        "visibility": "public",
        "media_attachments": [{"description": "An empty track"}],
        "language": "en",
    } | more


def sse(name: str, payload) -> bytes:
    data = payload if isinstance(payload, str) else json.dumps(payload)
    return f"event: {name}\ndata: {data}\n\n".encode()


def test_mastodon_posts_edits_and_deletions_come_by_events(space, httpserver):
    def stream():
        yield b":)\n"
        yield sse("update", status(1))
        yield sse("update", status(2))[:20]
        yield sse("update", status(2))[20:] + b":thump\n\n"
        yield sse("update", status(3, "nothing for us"))
        yield sse("status.update", status(1, "acme came", edited_at="2026-03-02T09:00:00Z"))
        yield sse("status.update", status(7, "not ours"))
        yield (
            sse("update", "{broken")
            + sse("notification", {"id": "1"})
            + sse("delete", "2")
            + sse("delete", "99")
        )
        yield sse("update", status(4))
        for _ in range(30):
            yield b":thump\n"
            time.sleep(0.1)

    httpserver.expect_request("/api/v1/streaming/public").respond_with_handler(
        lambda request: Response(stream(), content_type="text/event-stream")
    )
    listen(space, httpserver.url_for(""), has(2), "mastodon-stream")
    found = posts(space).set_index("post_id")
    assert dict(found["text"]) == {"mastodon:1": "acme came", "mastodon:4": "acme late"}
    assert set(found["media_text"]) == {"An empty track"}
    assert list(space.store.read("quarantine")["reason"]) == [
        "the answer is not JSON: expecting property name enclosed in double quotes"
    ]
    gap = space.store.read("gaps").iloc[-1]
    assert (gap["kind"], gap["reason"], pd.isna(gap["end"])) == ("stopped", streaming.STOPPED, True)


def test_events_are_cut_where_they_end():
    parts = [b"event: a\r", b"\ndata: 1\r\n\r\n:beat\n\nevent: b\ndata", b": 2\n\n", b":x\n"]
    assert list(events(iter(parts))) == [b"event: a\ndata: 1", b"", b"event: b\ndata: 2", b""]


@pytest.mark.parametrize(
    ("status_code", "kind", "headers"),
    [
        (429, "throttled", {"Retry-After": "7"}),
        (503, "throttled", {"Retry-After": "7"}),
        (500, "down", {}),
        (404, "refused", {}),
    ],
)
def test_refusals_are_told_apart(httpserver, status_code, kind, headers):
    httpserver.expect_request("/s").respond_with_data("", status=status_code, headers=headers)
    with (
        Connection("stream", httpserver.url_for(""), Request("/s")) as connection,
        pytest.raises(Lost) as lost,
    ):
        connection.next(20)
    assert (lost.value.kind, lost.value.wait) == (kind, 7.0 if headers else None)


def test_pauses_grow_and_never_fall_below_what_is_asked():
    rhythm = Rhythm(first=1, most=60)
    assert all(0.5 <= rhythm.pause(1) <= 1 for _ in range(20))
    assert all(30 <= rhythm.pause(99) <= 60 for _ in range(20))
    assert rhythm.pause(1, asked=120) == 120
    assert os.environ.get("EARSHOT_NOW") is None

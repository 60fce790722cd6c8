"""Asking over HTTP: what is retried, what is refused, and that a secret is in nothing that is said."""

import json
import logging
import socket
import threading
import time
import traceback

import pandas as pd
import pytest

from earshot.collect.sources.client import Client, Failed
from earshot.collect.sources.credentials import Credentials
from earshot.collect.sources.pacing import Pace, Patience, Timepiece, retry_after
from earshot.collect.sources.protocol import Limits, Request
from earshot.collect.sources.x import X

SECRET = "s3cret/with+signs"
NOW = pd.Timestamp("2026-03-03T12:00:00Z")


class Quick(Timepiece):
    """A clock that jumps over every wait and remembers it."""

    def __init__(self):
        self.slept = []

    def now(self) -> pd.Timestamp:
        return NOW + pd.Timedelta(seconds=sum(self.slept))

    def passed(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Notes:
    """A watcher that remembers what it was told."""

    def __init__(self):
        self.said = []

    def open(self, kind: str, reason: str) -> None:
        self.said.append(kind)

    def close(self) -> None:
        self.said.append("closed")


class KeyInAddress(X):
    """A platform that signs addresses, as YouTube does,
    and takes 401 for throttling where the vendor says so.
    """

    def sign(self, request, secrets):
        return Request(request.path, {**request.params, "key": secrets["bearer"]}, request.headers)

    def wait(self, status, headers, body):
        return 7.0 if status == 401 and b"rate" in body else super().wait(status, headers, body)


@pytest.fixture
def ask(monkeypatch):
    """A function that asks an address once and returns (answer or failure, notes, clock)."""
    monkeypatch.setenv("A_TOKEN", SECRET)

    def one(base: str, path: str = "/2", platform=None, **patience):
        clock, notes, throttled = Quick(), Notes(), patience.pop("throttled", ())
        with Client(
            platform or X(),
            base,
            Credentials("f", {"bearer": "env:A_TOKEN"}),
            notes,
            Patience(**{"timeout": 1.0} | patience),
            clock,
            throttled,
        ) as client:
            try:
                return client.ask(Request(path, {"q": "a"})), notes.said, clock
            except Failed as failure:
                return failure, notes.said, clock

    return one


def test_x_says_in_a_header_when_to_come_again(httpserver, ask):
    reset = {
        "x-rate-limit-reset": str(int(time.time()) + 40)
    }  # an epoch by the server's clock, which is ours here
    httpserver.expect_ordered_request("/2").respond_with_data("", status=429, headers=reset)
    httpserver.expect_ordered_request("/2").respond_with_json({"data": []})
    answer, said, clock = ask(httpserver.url_for(""))
    assert said == ["throttled", "closed"]
    assert 30 < clock.slept[0] < 45
    assert json.loads(answer.body) == {"data": []}


def test_a_401_that_means_throttling_is_waited_for(httpserver, ask):
    httpserver.expect_ordered_request("/2").respond_with_data("rate limit", status=401)
    httpserver.expect_ordered_request("/2").respond_with_json({})
    _answer, said, clock = ask(httpserver.url_for(""), platform=KeyInAddress())
    assert said == ["throttled", "closed"]
    assert clock.slept[0] >= 7


def test_a_feed_says_by_which_statuses_it_is_throttled(httpserver, ask):
    httpserver.expect_ordered_request("/2").respond_with_data("", status=401)
    httpserver.expect_ordered_request("/2").respond_with_json({})
    answer, said, _ = ask(httpserver.url_for(""), throttled=(401,))
    assert (answer.body, said) == (b"{}", ["throttled", "closed"])
    httpserver.clear()
    httpserver.expect_request("/2").respond_with_data("", status=401)
    failure, said, _ = ask(httpserver.url_for(""), attempts=2, throttled=(401,))
    assert str(failure) == "x lets us ask no faster (status 401), or the credential is no longer good."
    assert ask(httpserver.url_for(""))[0].kind == "refused"


def test_attempts_and_waiting_are_bounded(httpserver, ask):
    httpserver.expect_request("/2").respond_with_data("", status=503)
    failure, said, clock = ask(httpserver.url_for(""), attempts=4)
    assert (failure.kind, said) == ("down", ["down"] * 4)
    assert len(clock.slept) == 3
    httpserver.expect_request("/3").respond_with_data("", status=503, headers={"Retry-After": "50"})
    failure, said, clock = ask(httpserver.url_for(""), "/3", waiting=120)
    assert sum(clock.slept) <= 120


def test_a_connection_that_is_reset_is_down(ask):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drop():
            for _ in range(2):
                server.accept()[0].close()

        thread = threading.Thread(target=drop)
        thread.start()
        failure, said, _ = ask(f"http://127.0.0.1:{server.getsockname()[1]}", attempts=2)
        thread.join()
    assert said[0] in ("down", "truncated")
    assert isinstance(failure, Failed)


def test_nothing_listens_there(ask):
    failure, _said, _ = ask("http://127.0.0.1:9", attempts=2)
    assert str(failure) == "x could not be reached, or dropped the connection."


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_secret_is_in_no_error_trace_or_log(httpserver, ask, caplog, status):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx2").setLevel(logging.DEBUG)
    httpserver.expect_request("/2").respond_with_json({"detail": f"bad key {SECRET}"}, status=status)
    failure, _, _ = ask(httpserver.url_for(""), platform=KeyInAddress(), attempts=2)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("werkzeug")]
    told = "".join(traceback.format_exception(failure)) + "".join(ours)
    assert SECRET not in told
    assert "s3cret" not in told


def test_a_redirect_that_takes_the_secret_elsewhere_is_not_followed(httpserver, ask):
    other = httpserver.url_for("/there").replace("localhost", "127.0.0.1")
    httpserver.expect_request("/2").respond_with_data(
        "", status=302, headers={"Location": f"{other}?key=s3cret%2Fwith%2Bsigns"}
    )
    failure, _, _ = ask(httpserver.url_for(""), platform=KeyInAddress())
    assert "with our credentials in it" in str(failure)
    assert [request.path for request, _ in httpserver.log] == ["/2"]


def test_a_redirect_on_the_same_host_stays_signed_and_an_endless_one_ends(httpserver, ask):
    httpserver.expect_request("/2").respond_with_data("", status=307, headers={"Location": "/3"})
    httpserver.expect_request("/3").respond_with_json({})
    answer, _, _ = ask(httpserver.url_for(""))
    assert answer.body == b"{}"
    assert httpserver.log[-1][0].headers["Authorization"] == f"Bearer {SECRET}"
    httpserver.expect_request("/4").respond_with_data("", status=302, headers={"Location": "/4"})
    failure, _, _ = ask(httpserver.url_for(""), "/4")
    assert "from address to address" in str(failure)


def test_a_limit_is_kept():
    clock = Quick()
    pace = Pace(Limits(3, 60, 10), clock)
    assert [pace.wait() for _ in range(3)] == [0, 0, 0]
    assert pace.wait() >= 55


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("38", 38),
        ("1.5", 1.5),
        ("Tue, 03 Mar 2026 12:00:38 GMT", 38),
        ("Tue, 03 Mar 2020 12:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-3", None),
        ("99999999", 86_400),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after(value, NOW) == seconds

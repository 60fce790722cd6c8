"""Webhooks over real HTTP: believed by signature,
stored before they are answered, never twice, never lost.
"""

import hashlib
import hmac
import http.client
import json
import threading

import pandas as pd
import pytest

from earshot.collect.feeds import webhooks
from earshot.collect.feeds.settings import read_feeds
from earshot.collect.sources.credentials import CredentialMissing
from earshot.core.params import ParamError

SECRET = "correct horse"
OPTIONS = {
    "items": "data",
    "id": "id",
    "text": "body",
    "created_at": "written",
    "author": "user.name",
    "likes": "votes",
    "as": "reviews",
    "delivery": "X-Delivery",
}


@pytest.fixture
def hook(workspace, monkeypatch):
    """A builder: a running receiver; returns (workspace,
    send) where send(body, **headers) gives (status, answer).
    """
    monkeypatch.setenv("REVIEWS_SECRET", SECRET.replace(" ", "-"))
    stop, threads = threading.Event(), []

    def build(**more):
        feed = {
            "platform": "webhook",
            "query": "reviews",
            "brand": "Acme",
            "options": OPTIONS | more,
            "credentials": {"secret": "env:REVIEWS_SECRET"},
        }
        space = workspace(brands=["Acme"], feeds={"reviews": feed})
        ports, ready = [], threading.Event()
        threads.append(
            threading.Thread(
                target=webhooks.receive,
                args=(space, read_feeds(space)[0], 0, stop),
                kwargs={"ready": lambda port: (ports.append(port), ready.set())},
            )
        )
        threads[-1].start()
        assert ready.wait(20)
        return space, lambda body, path="/reviews", **headers: send(ports[0], body, path, **headers)

    yield build
    stop.set()
    for thread in threads:
        thread.join(20)


def send(port: int, body, path: str, method: str = "POST", sign: bool = True, **headers):
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hmac.new(SECRET.replace(" ", "-").encode(), given, hashlib.sha256).hexdigest()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(
        method, path, given, ({"X-Signature-256": f"sha256={signature}"} if sign else {}) | named
    )
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status, said


def review(number: int, **more) -> dict:
    return {
        "id": number,
        "body": f"Late again, note {number}",
        "written": "2026-03-02T08:00:00Z",
        "votes": 3,
        "user": {"name": "Jane Doe", "email": "jane@example.com"},
    } | more


def test_a_delivery_is_stored_before_it_is_answered(hook):
    space, deliver = hook()
    assert deliver({"data": [review(1), review(2)]}) == (202, {"items": 2, "new": 2, "quarantined": 0})
    posts = space.store.read("posts")
    assert list(posts["post_id"]) == ["reviews:1", "reviews:2"]
    assert list(posts["likes"]) == [3, 3]
    assert set(posts["brand"]) == {"Acme"}
    assert not space.store.read("raw")["payload"].str.contains("jane", case=False).any()


def test_what_cannot_be_read_is_quarantined_and_said(hook):
    space, deliver = hook()
    assert deliver(b'{"data": [') == (
        202,
        {"items": 1, "new": 0, "quarantined": 1, "reasons": {"the answer is not JSON: expecting value": 1}},
    )
    status, said = deliver({"data": [review(1), review(2, body=""), review(3, written="soon"), 7]})
    assert (status, said["new"], said["quarantined"]) == (202, 1, 3)
    assert said["reasons"] == {
        "the text is empty": 1,
        "the time cannot be read": 1,
        "the item should be an object, but is a number": 1,
    }
    assert len(space.store.read("quarantine")) == 4


def test_a_delivery_is_taken_once(hook):
    space, deliver = hook()
    body = {"data": [review(1)]}
    assert deliver(body)[0] == 202
    assert deliver(body) == (409, {"reason": "this delivery was received before"})
    assert deliver(body, X_Delivery="a")[0] == 202
    assert deliver({"data": [review(5)]}, X_Delivery="a")[0] == 409
    assert len(space.store.read("posts")) == 1


def test_a_stranger_is_refused_and_nothing_is_stored(hook):
    space, deliver = hook()
    assert deliver({"data": [review(1)]}, sign=False)[0] == 401
    assert deliver({"data": [review(1)]}, X_Signature_256="0" * 64) == (
        401,
        {"reason": "the signature is not that of the body"},
    )
    assert space.store.version("posts") is None
    assert space.store.version("quarantine") is None


def test_an_old_delivery_is_refused_where_the_time_is_signed(hook):
    _, deliver = hook(timestamp="X-Time")
    assert deliver({"data": []}, X_Time="1000000000") == (
        401,
        {"reason": "the delivery was signed more than 300 seconds ago or ahead of time"},
    )


def test_size_length_path_and_method_are_checked(hook):
    _, deliver = hook()
    long = str(webhooks.LARGEST + 1)
    assert deliver(b" ", Content_Length=long) == (413, {"reason": "a delivery may have 5,000,000 bytes"})
    assert deliver({}, path="/elsewhere") == (404, {"reason": "there is no such feed here"})
    assert deliver({}, method="GET") == (405, {"reason": "deliveries come by POST"})
    assert deliver({}, Content_Length="many")[0] == 411


def test_downtime_of_the_receiver_is_in_the_gap_ledger(workspace, monkeypatch):
    monkeypatch.setenv("REVIEWS_SECRET", "x")
    space = workspace(
        feeds={
            "reviews": {
                "platform": "webhook",
                "query": "reviews",
                "options": OPTIONS,
                "credentials": {"secret": "env:REVIEWS_SECRET"},
            }
        }
    )
    for running in (True, False):
        stop = threading.Event()
        webhooks.receive(space, read_feeds(space)[0], 0, stop, ready=lambda port, stop=stop: stop.set())
        gap, *more = space.store.read("gaps").sort_values("start").to_dict("records")
        assert (gap["source"], gap["platform"], gap["kind"], pd.isna(gap["end"])) == (
            "reviews",
            "webhook",
            "stopped",
            running,
        )
        assert len(more) == (0 if running else 1)  # it is ended again, so another gap runs


def test_a_delivery_that_cannot_be_stored_is_to_be_sent_again(hook, monkeypatch):
    space, deliver = hook()
    from earshot.collect.feeds.pages import PageStorage

    keep = PageStorage.put
    monkeypatch.setattr(PageStorage, "put", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    assert deliver({"data": [review(1)]}) == (
        503,
        {"reason": "the delivery could not be stored; send it again later"},
    )
    monkeypatch.setattr(PageStorage, "put", keep)
    (gap,) = space.store.read("gaps").to_dict("records")
    assert (gap["kind"], gap["reason"], pd.isna(gap["end"])) == (
        "down",
        "A delivery could not be stored.",
        True,
    )
    assert deliver({"data": [review(1)]})[0] == 202
    assert len(space.store.read("posts")) == 1
    assert space.store.read("gaps")["end"].notna().all()


def test_a_secret_can_be_changed_while_it_runs_and_must_be_there_at_the_start(hook, workspace, monkeypatch):
    space, deliver = hook()
    monkeypatch.setenv("REVIEWS_SECRET", "another")
    assert deliver({"data": [review(1)]})[0] == 401
    monkeypatch.delenv("REVIEWS_SECRET")
    with pytest.raises(
        CredentialMissing, match="looks for its secret in the environment variable REVIEWS_SECRET"
    ):
        webhooks.Receiver(space, read_feeds(space)[0])
    feed = {"platform": "webhook", "query": "x", "credentials": {"secret": "env:REVIEWS_SECRET"}}
    bare = workspace("bare", feeds={"reviews": feed})
    with pytest.raises(ParamError, match="do not say where the text of a post stands"):
        webhooks.Receiver(bare, read_feeds(bare)[0])


def test_deliveries_at_the_same_time_are_all_kept(hook):
    space, deliver = hook()
    told = []
    threads = [
        threading.Thread(target=lambda n=n: told.append(deliver({"data": [review(n)]})[0])) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert told == [202] * 8
    assert len(space.store.read("posts")) == 8
    assert space.store.read("posts")["collected_at"].max() <= pd.Timestamp.now("UTC")

"""RSS and Atom, Discourse and Zendesk:
their documented payloads are read whole; webhooks as their feed maps them.
"""

import hashlib
import hmac
import json

import pandas as pd
import pytest
from tests.collect.sources.payloads import (
    ATOM,
    DISCOURSE_LATEST,
    DISCOURSE_SEARCH,
    DISCOURSE_TOPIC,
    RSS,
    ZENDESK_EVENTS,
    ZENDESK_TICKETS,
    read,
)

from earshot.collect.sources import markup
from earshot.collect.sources.discourse import Discourse
from earshot.collect.sources.protocol import Answer, Gone, Query, Request
from earshot.collect.sources.rss import Rss
from earshot.collect.sources.webhook import Webhook
from earshot.collect.sources.zendesk import Zendesk
from earshot.core.params import ParamError


def test_rss_entries_are_read():
    page = read(Rss(), RSS, "/feed.xml")
    first, second = (row["post"] for row in page.rows)
    assert first["text"] == "Acme Rail & the late train\n\nThe 08:15 was late again.\n\nNobody knows why."
    assert "owned" not in first["text"]
    assert first["media_text"] == "A crowded platform\nThe departure board"
    assert (first["id"], first["author"], first["created_at"]) == (
        "news-1",
        "Jane Doe",
        "Mon, 02 Mar 2026 08:00:00 +0000",
    )
    assert (first["url"], first["replies"], first["lang"], first["tags"]) == (
        "https://news.example/1",
        7,
        "en-gb",
        ["trains"],
    )
    assert second["id"] == "https://news.example/2"
    assert second["text"] == "Bolt opens a shop\n\nIn Leeds."
    assert not page.truncated


def test_atom_entries_are_read():
    post = read(Rss(), ATOM, "/atom.xml").rows[0]["post"]
    assert post["text"] == "Acme verspätet sich\n\nSchon wieder."
    assert (post["author"], post["created_at"], post["lang"]) == (
        "Uwe Müller",
        "2026-03-04T08:00:00+01:00",
        "de",
    )


def test_a_feed_with_a_fault_gives_what_can_be_read_and_says_so():
    cut = RSS[: RSS.index(b"<item><title>Bolt")] + b"<item><title>Bo & lt"
    page = read(Rss(), cut, "/feed.xml")
    assert page.rows[0]["post"]["id"] == "news-1"
    assert page.truncated == "the feed is not well-formed XML; entries after its fault may be missing"


def test_what_is_no_feed_says_so():
    page = read(Rss(), b"<html><body>Not found</body></html>", "/feed.xml")
    assert [reason for _, reason in page.broken] == ["the answer is no RSS or Atom feed"]
    assert read(Rss(), b"", "/feed.xml").broken == []


def test_a_feed_is_asked_for_only_when_it_has_changed():
    query = Query("q", "/feed.xml")
    marks = {"etag": '"v1"', "last-modified": "Mon, 02 Mar 2026 08:00:00 GMT"}
    page = Rss().read(Answer(RSS, Request("/feed.xml"), marks), query)
    asked = Rss().first(query, page.cursor).headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"v1"', "Mon, 02 Mar 2026 08:00:00 GMT")
    assert "If-None-Match" not in Rss().first(query, "garbage").headers


def test_a_feed_can_be_sifted_by_words():
    assert [row["post"]["id"] for row in read(Rss(), RSS, "/f", words="late").rows] == ["news-1"]


def test_a_discourse_search_asks_for_the_posts_it_found():
    request = Discourse().first(Query("q", "late train", pd.Timestamp("2026-03-01", tz="UTC")))
    assert request.params == {"q": "late train order:latest after:2026-03-01"}
    page = read(Discourse(), DISCOURSE_SEARCH, request=request)
    assert page.next == [
        Request("/t/40/posts.json", {"post_ids[]": ["501", "502"]}),
        Request("/t/41/posts.json", {"post_ids[]": ["611"]}),
        Request("/search.json", request.params | {"page": "2"}),
    ]
    assert page.cursor == "2026-03-02T09:00:00.000Z"
    assert not page.rows


def test_a_discourse_topic_is_read_and_the_rest_of_it_asked_for():
    page = read(Discourse(), DISCOURSE_TOPIC, request=Request("/t/40.json"))
    first, second, staff = (row["post"] for row in page.rows)
    assert first["text"] == "Late trains\n\nThe 08:15 was late :angry:"
    assert first["media_text"] == "Empty track"
    assert second["text"] == "Same here"  # what it quotes is not its own
    assert (second["id"], second["parent"], second["root"], second["kind"]) == (
        "40/2",
        "40/1",
        "40/1",
        "reply",
    )
    assert (first["kind"], first["parent"], first["likes"], page.rows[0]["reads"]) == ("post", None, 4, 30)
    assert [post["is_public"] for post in (first, second, staff)] == [True, True, False]
    assert page.gone == [
        Gone("40/3", "hidden"),
        Gone("40/4", "deleted", pd.Timestamp("2026-03-03", tz="UTC")),
    ]
    assert page.next == [Request("/t/40/posts.json", {"post_ids[]": ["507", "508"]})]
    assert page.rows[0]["username"] == "rider1"
    assert page.rows[0]["created_at"] == "2026-03-02T01:00:00.000Z"


def test_discourse_topics_are_read_as_far_back_as_the_last_run():
    query = Query("q", "latest", cursor="2026-03-01T00:00:00Z")
    body = json.dumps(DISCOURSE_LATEST).encode()
    page = Discourse().read(Answer(body, Discourse().first(query)), query)
    assert page.next == [Request("/t/40.json")]
    fresh = Discourse().read(Answer(body, Discourse().first(query)), Query("q", "latest"))
    assert [request.path for request in fresh.next] == ["/t/40.json", "/t/39.json", "/latest.json"]
    assert fresh.cursor == "2026-03-05T08:00:00+00:00"


def test_discourse_says_how_long_to_wait():
    said = b'{"errors": ["slow down"], "error_type": "rate_limit", "extras": {"wait_seconds": 23}}'
    assert Discourse().wait(429, {}, said) == 23
    assert Discourse().wait(429, {}, b"") is None


def test_zendesk_tickets_are_read_without_their_people():
    page = read(Zendesk(), ZENDESK_TICKETS, "tickets")
    (row,) = page.rows
    assert row["post"]["text"] == "Parcel lost\n\nMy parcel never came."
    assert (row["post"]["id"], row["post"]["author"], row["post"]["is_public"]) == (
        "ticket-35436",
        "20978392",
        True,
    )
    assert page.gone == [Gone("ticket-35437", "deleted", pd.Timestamp("2026-03-03T11:00Z"))]
    assert "jane" not in json.dumps(row).lower()
    assert "235323" not in json.dumps(row)
    assert page.next[0].params == {"cursor": "MTU3"}
    assert page.cursor == "MTU3"


def test_zendesk_comments_are_read_and_internal_notes_are_not_public():
    page = read(Zendesk(), ZENDESK_EVENTS, "comments")
    first, note = (row["post"] for row in page.rows)
    assert (first["text"], first["media_text"]) == ("We found it, sorry", "receipt.pdf")
    assert (first["parent"], first["author"], first["is_public"]) == ("ticket-35436", "235323", True)
    assert (note["text"], note["is_public"]) == ("Customer is angry", False)
    assert page.next[0].params == {"include": "comment_events", "start_time": "1772442300"}


def test_a_zendesk_export_ends_and_never_goes_in_circles():
    assert read(Zendesk(), ZENDESK_TICKETS | {"end_of_stream": True}, "tickets").next == []
    same = read(Zendesk(), ZENDESK_TICKETS, "tickets", request=Request("/x", {"cursor": "MTU3"}))
    assert same.next == []
    start = Zendesk().first(Query("q", "comments", pd.Timestamp("2026-03-02T08:00Z")))
    assert start.params == {"start_time": "1772438400", "include": "comment_events"}
    assert Zendesk().first(Query("q", "comments"), "1772442300").params["start_time"] == "1772442300"


def test_zendesk_signs_by_token_or_by_address():
    assert Zendesk().sign(Request("/"), {"bearer": "b"}).headers == {"Authorization": "Bearer b"}
    assert Zendesk().sign(Request("/"), {"email": "a@b.example", "token": "t"}).headers == {
        "Authorization": "Basic YUBiLmV4YW1wbGUvdG9rZW46dA=="
    }


HOOK = {
    "items": "data.reviews",
    "id": "review_id",
    "text": "body",
    "created_at": "written",
    "author": "user.name",
}


def test_a_webhook_is_read_as_its_feed_says():
    platform = Webhook(HOOK | {"as": "reviews"})
    page = read_hook(
        platform, {"data": {"reviews": [{"review_id": 1, "body": "late"}, {"body": {"a": 1}}, 3]}}
    )
    assert page.rows == [{"review_id": 1, "body": "late"}]
    assert [reason for _, reason in page.broken] == [
        "body should be the text of a post, but is an object",
        "the item should be an object, but is a number",
    ]
    assert platform.mapping.columns["author"] == "user.name"
    assert platform.mapping.constants == {"platform": "reviews"}
    assert read_hook(platform, {"data": 1}).broken[0][1] == "the delivery has no data.reviews"
    with pytest.raises(ParamError, match="do not say where the created_at of a post stands"):
        Webhook({"text": "body"}).check("feeds.yml: feed 'reviews'")


def read_hook(platform: Webhook, body):
    return platform.read(Answer(json.dumps(body).encode(), Request("/")), Query("q", ""))


def test_a_webhook_is_believed_only_with_its_signature():
    platform, body = Webhook(HOOK | {"timestamp": "X-Time"}), b"{}"
    good = hmac.new(b"s", b"1772442000.{}", hashlib.sha256).hexdigest()
    given = {"x-signature-256": f"sha256={good}", "x-time": "1772442000"}
    assert platform.refusal(given, body, "s", 1772442100.0) == ""
    assert platform.refusal(given, body, "t", 1772442100.0) == "the signature is not that of the body"
    assert platform.refusal(given, b"{} ", "s", 1772442100.0) == "the signature is not that of the body"
    assert platform.refusal(given, body, "s", 1772442000.0 + 301) == (
        "the delivery was signed more than 300 seconds ago or ahead of time"
    )
    assert platform.refusal({"x-time": "1"}, body, "s", 0).startswith(
        "the header x-signature-256 holds no HMAC"
    )


def test_markup_becomes_text():
    assert markup.read("a &lt; b") == ("a < b", "")
    assert markup.read("<p>one<br>two</p><p>three</p>") == ("one\ntwo\n\nthree", "")
    assert markup.read("<p>x<script>alert(1)</script><style>p{}</style>y") == ("xy", "")
    assert markup.read('<img alt="A cat"><img alt="A cat"><img alt="A dog">') == ("", "A cat\nA dog")
    assert markup.read("<![x broken <b>bold")[0]
    assert len(markup.read("<" * 300_000)[0]) <= 300_000

"""Mastodon: every text, author, time, parent and count of the recorded payloads; HTML, warnings, paging."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.sources.payloads import read, recorded
from tests.collect.sources.sourced import JSON
from tests.collect.sources.sourced import shaped as as_posts

from earshot.collect.sources.mastodon import MAPPING, Mastodon
from earshot.collect.sources.protocol import Answer, Query, Request

STATUS = {
    "id": "7",
    "created_at": "2026-03-03T10:00:00Z",
    "content": "<p>late</p>",
    "visibility": "public",
    "account": {"acct": "jane"},
}


def shaped(page) -> pd.DataFrame:
    return as_posts(page, MAPPING)


def statuses(value) -> list[dict]:
    """The statuses in a recorded answer, found without our reader."""
    if isinstance(value, list):
        return value
    return [*value["ancestors"], *value["descendants"]] if "ancestors" in value else [value]


@pytest.mark.parametrize("name", ["public_timeline", "status", "context"])
def test_every_text_author_time_parent_and_count_is_read(name):
    body = recorded(f"mastodon/{name}.json")
    sent = statuses(json.loads(body))
    posts = shaped(read(Mastodon(), body))
    assert len(posts) == len(sent) > 0
    for post, status in zip(posts.to_dict("records"), sent):
        assert post["post_id"] == f"mastodon:{status['id']}"
        assert post["author"] == status["account"]["acct"]
        assert post["created_at"] == pd.Timestamp(status["created_at"])
        assert (
            pd.isna(post["reply_to"])
            if status["in_reply_to_id"] is None
            else post["reply_to"] == f"mastodon:{status['in_reply_to_id']}"
        )
        assert post["kind"] == ("reply" if status["in_reply_to_id"] else "post")
        assert [post["likes"], post["reposts"], post["replies"], post["followers"]] == [
            status["favourites_count"],
            status["reblogs_count"],
            status["replies_count"],
            status["account"]["followers_count"],
        ]
        assert (post["lang"], post["url"]) == (status["language"], status["url"])
        assert post["is_public"] == (status["visibility"] in ("public", "unlisted"))


def test_the_recorded_texts_are_read_as_a_reader_sees_them():
    posts = shaped(read(Mastodon(), recorded("mastodon/public_timeline.json")))
    assert posts["text"].tolist()[:3] == [
        "Toot, finally!",
        "you can't say that on television",
        "it's cool guy too",
    ]
    (status,) = shaped(read(Mastodon(), recorded("mastodon/status.json"))).to_dict("records")
    assert status["text"] == (
        "test post for mastodon.py stuff\n\n@halcy you're a doo-doo head\n\nedit: editing this "
        "to have the maximum amount of fields filled :trans_heart: #ThisIsAHashtag"
    )
    assert status["media_text"] == "a furry cube breakdancing"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree"),
        (
            '<a href="https://x.example/abc"><span class="invisible">https://</span><span>x.example/</span>'
            '<span class="invisible">abc</span></a>',
            "https://x.example/abc",
        ),
        ("<script>alert(1)</script>hi &amp; bye", "hi & bye"),
        (None, ""),
        (7, "7"),
        ("&#39;&lt;b&gt;", "'<b>"),
    ],
)
def test_html_is_read_as_text(markup, text):
    (row,) = read(Mastodon(), [{"id": "1", "content": markup}]).rows
    assert (row["post"]["text"] or "") == text


def test_a_boost_carries_the_boosted_text_and_is_a_repost():
    (post,) = shaped(read(Mastodon(), [STATUS | {"content": "", "reblog": STATUS | {"id": "6"}}])).to_dict(
        "records"
    )
    assert (post["text"], post["kind"]) == ("late", "repost")


def test_a_followed_hashtag_is_read_upwards_and_a_first_run_downwards():
    query = Query("q", "#acme", pd.Timestamp("2026-03-01", tz="UTC"))
    up = Mastodon().first(query, "5")
    page = Mastodon().read(Answer(json.dumps([STATUS]).encode(), up), query)
    assert (page.cursor, page.next[0].params["min_id"]) == ("7", "7")
    down = Mastodon().first(query)
    link = {
        "link": '<https://m.example/api?max_id=3>; rel="next", <https://m.example/api?min_id=7>; rel="prev"'
    }
    page = Mastodon().read(Answer(json.dumps([STATUS]).encode(), down, link), query)
    assert (page.cursor, page.next[0].params["max_id"]) == ("7", "3")
    old = json.dumps([STATUS | {"created_at": "2026-02-01T00:00:00Z"}]).encode()
    assert Mastodon().read(Answer(old, page.next[0]), query).next == []


def test_a_search_stays_above_the_cursor_and_goes_down():
    query = Query("q", "acme air")
    asked = Mastodon().first(query, "5")
    assert (asked.path, asked.params["min_id"]) == ("/api/v2/search", "5")
    page = Mastodon().read(Answer(json.dumps({"statuses": [STATUS]}).encode(), asked), query)
    assert page.cursor == "7"
    assert {"min_id": "5", "max_id": "7"}.items() <= page.next[0].params.items()


def test_conversations_are_read_where_the_feed_asks_for_them():
    query = Query("q", "#acme", options={"threads": "true"})
    page = Mastodon().read(
        Answer(json.dumps([STATUS | {"replies_count": 2}]).encode(), Mastodon().first(query)), query
    )
    assert page.next[0].path == "/api/v1/statuses/7/context"


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        JSON,
        st.lists(
            JSON
            | st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "content",
                        "account",
                        "reblog",
                        "media_attachments",
                        "visibility",
                        "quote",
                        "created_at",
                        "replies_count",
                    ]
                ),
                JSON,
            ),
            max_size=3,
        ),
    )
)
def test_nothing_that_a_server_could_send_makes_it_fall_over(body):
    page = Mastodon().read(Answer(json.dumps(body).encode(), Request("/")), Query("q", "#acme"))
    if isinstance(body, list):
        assert len(page.rows) + len(page.broken) == len(body)


def test_of_a_post_with_only_a_picture_the_caption_is_the_text():
    status = {
        "id": "1",
        "created_at": "2026-03-02T08:00:00Z",
        "content": "",
        "account": {"acct": "jane"},
        "media_attachments": [{"description": "The Acme desk, empty"}, {"description": "A queue"}],
    }
    (row,) = read(Mastodon(), [status], "#acme").rows
    assert row["post"]["text"] == row["post"]["media_text"] == "The Acme desk, empty\nA queue"
    (row,) = read(Mastodon(), [status | {"content": "<p>look</p>"}], "#acme").rows
    assert (row["post"]["text"], row["post"]["media_text"]) == ("look", "The Acme desk, empty\nA queue")
    (row,) = read(Mastodon(), [status | {"media_attachments": [{"description": " "}]}], "#acme").rows
    assert row["post"]["text"] is None

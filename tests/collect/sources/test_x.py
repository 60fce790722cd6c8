"""X, by its API v2: every text, author, time,
parent and count of the recorded payloads, and what X says is gone.
"""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.sources.payloads import read, recorded
from tests.collect.sources.sourced import JSON
from tests.collect.sources.sourced import shaped as as_posts

from earshot.collect.sources.protocol import Answer, Gone, Query, Request
from earshot.collect.sources.x import ACCOUNTS, MAPPING, X

RECORDED = [
    f"x/{name}.json"
    for name in (
        "search_recent",
        "user_mentions",
        "data_dictionary_example_1",
        "data_dictionary_example_2",
        "data_dictionary_example_3",
    )
]


def shaped(page) -> pd.DataFrame:
    return as_posts(page, MAPPING)


def tweet(**more) -> dict:
    return {"id": "1578516068309794817", "text": "acme is late", "author_id": "7"} | more


@pytest.mark.parametrize("name", RECORDED)
def test_every_text_author_time_parent_and_count_is_read(name):
    body = recorded(name)
    sent = json.loads(body)
    users = {user["id"]: user for user in sent.get("includes", {}).get("users", [])}
    page = read(X(), body)
    posts = shaped(page)
    assert len(posts) == len(sent["data"]) > 0
    assert not page.broken
    for post, given_ in zip(posts.to_dict("records"), sent["data"]):
        parents = {part["type"]: part["id"] for part in given_.get("referenced_tweets", [])}
        author, counts = users.get(given_.get("author_id"), {}), given_.get("public_metrics", {})
        assert post["post_id"] == f"x:{given_['id']}"
        assert post["text"] == given_["text"]
        assert pd.isna(post["author"]) if not author else post["author"] == author["username"]
        assert not author or post["followers"] == author["public_metrics"]["followers_count"]
        if "created_at" in given_:
            assert post["created_at"] == pd.Timestamp(given_["created_at"])
        assert post["kind"] == ("reply" if "replied_to" in parents else "post")
        assert (
            pd.isna(post["reply_to"])
            if "replied_to" not in parents
            else post["reply_to"] == f"x:{parents['replied_to']}"
        )
        if counts:
            assert [post["likes"], post["reposts"], post["replies"]] == [
                counts["like_count"],
                counts["retweet_count"] + counts["quote_count"],
                counts["reply_count"],
            ]
        else:
            assert (
                post[["likes", "reposts", "replies"]].isna().all()
                if hasattr(post, "isna")
                else pd.isna(post["likes"])
            )


def test_a_time_that_was_not_asked_for_is_read_from_the_id():
    """The recorded texts say when they were written, to the microsecond."""
    posts = shaped(read(X(), recorded("x/search_recent.json")))
    written = pd.to_datetime(posts["text"].str.removesuffix(" tweepy"), utc=True)
    assert ((posts["created_at"] - written).abs() < pd.Timedelta(seconds=2)).all()


def test_a_page_goes_on_and_only_the_first_says_where_the_next_run_begins():
    body = recorded("x/search_recent.json")
    first = X().first(Query("q", "tweepy"))
    page = X().read(Answer(body, first), Query("q", "tweepy"))
    assert page.cursor == "1578516068309794817"
    assert page.next[0].params["next_token"] == "b26v89c19zqg8o3fpzbn1e0ffhxjiofzw6po136rvbnul"
    assert X().read(Answer(body, page.next[0]), Query("q", "tweepy")).cursor == ""


def test_a_cursor_older_than_the_search_reaches_is_not_asked_for(monkeypatch):
    monkeypatch.setenv("EARSHOT_NOW", "2022-10-10T00:00:00Z")
    near = X().first(Query("q", "acme"), "1578516068309794817").params
    assert near["since_id"] == "1578516068309794817"
    monkeypatch.setenv("EARSHOT_NOW", "2022-12-10T00:00:00Z")
    far = X().first(Query("q", "acme"), "1578516068309794817").params
    assert "since_id" not in far
    assert far["start_time"] == "2022-12-03T00:02:00Z"
    archive = X().first(Query("q", "acme", options={"archive": "true"}), "1578516068309794817")
    assert archive.path == "/2/tweets/search/all"
    assert archive.params["since_id"] == "1578516068309794817"


def test_what_belongs_to_a_post_is_joined_in():
    body = {
        "data": [
            tweet(
                text="RT @jane: the start of a long…",
                geo={"place_id": "p1"},
                new_field={"a": 1},
                attachments={"media_keys": ["3_1"]},
                referenced_tweets=[{"type": "retweeted", "id": "5"}],
            )
        ],
        "includes": {
            "users": [{"id": "7", "username": "bob", "protected": True, "description": "hi"}],
            "places": [{"id": "p1", "full_name": "Leeds, England"}],
            "media": [{"media_key": "3_1", "alt_text": "An empty platform"}],
            "tweets": [{"id": "5", "text": "the start of a long and sad story"}],
        },
    }
    (post,) = shaped(read(X(), body)).to_dict("records")
    assert post["text"] == "RT @jane: the start of a long and sad story"
    assert (post["kind"], post["place"], post["media_text"]) == (
        "repost",
        "Leeds, England",
        "An empty platform",
    )
    assert (post["author"], post["is_public"]) == ("bob", False)


def test_a_long_post_is_read_whole():
    body = {"data": [tweet(note_tweet={"text": "acme is late, and here is the whole story"})]}
    assert shaped(read(X(), body))["text"].tolist() == ["acme is late, and here is the whole story"]


def test_edits_withheld_posts_and_lost_parents_are_gone():
    body = {
        "data": [
            tweet(edit_history_tweet_ids=["1578516068309794000", "1578516068309794817"]),
            tweet(id="9", withheld={"copyright": True, "country_codes": ["XY"]}),
        ],
        "errors": [
            {"resource_id": "4", "resource_type": "tweet", "title": "Not Found Error"},
            {"resource_id": "8", "resource_type": "user", "title": "Not Found Error"},
        ],
    }
    page = read(X(), body)
    assert [row["id"] for row in page.rows] == ["1578516068309794817"]
    assert page.gone == [Gone("9", "withheld"), Gone("1578516068309794000", "edited"), Gone("4", "deleted")]


def test_a_compliance_job_says_what_is_gone():
    lines = (
        b'{"id":"1265","action":"delete","created_at":"2019-10-29T17:02:47.000Z",'
        b'"redacted_at":"2020-07-29T17:02:47.000Z","reason":"deleted"}\n\n{"half'
    )
    page = X().compliance(lines)
    assert page.gone == [Gone("1265", "deleted", pd.Timestamp("2020-07-29T17:02:47Z"))]
    assert page.broken == [('{"half', "the answer is not whole JSON")]


def test_counts_add_up():
    assert X().counted(recorded("x/counts_recent.json")) == 411
    assert X().counted(b"{}") is None


def test_the_window_opens_when_the_header_says_by_the_servers_own_clock():
    headers = {"x-rate-limit-reset": "1772539238", "date": "Tue, 03 Mar 2026 12:00:00 GMT"}
    assert X().wait(429, headers, b"") == 38
    assert X().wait(429, {}, b"") is None
    assert X().wait(503, headers, b"") is None


def test_the_mapping_names_only_what_exists():
    assert set(ACCOUNTS) >= {"created_at", "followers", "has_bio"}
    assert MAPPING.constants == {"platform": "x"}


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        JSON,
        st.fixed_dictionaries(
            {
                "data": st.lists(
                    JSON
                    | st.dictionaries(
                        st.sampled_from(
                            [
                                "id",
                                "text",
                                "author_id",
                                "attachments",
                                "referenced_tweets",
                                "edit_history_tweet_ids",
                                "withheld",
                                "geo",
                            ]
                        ),
                        JSON,
                    ),
                    max_size=3,
                ),
                "includes": JSON,
                "meta": JSON,
                "errors": JSON,
            }
        ),
    )
)
def test_nothing_that_x_could_send_makes_it_fall_over(body):
    page = X().read(Answer(json.dumps(body).encode(), Request("/")), Query("q", "acme"))
    sent = body.get("data") if isinstance(body, dict) else None
    if isinstance(sent, list):
        withheld = sum(gone.kind == "withheld" for gone in page.gone)
        assert len(page.rows) + len(page.broken) + withheld == len(sent)

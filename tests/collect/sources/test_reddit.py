"""Reddit: every text, author, time, parent and count of the recorded payloads;
whole threads; what is gone.
"""

import html
import json

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.sources.payloads import read, recorded
from tests.collect.sources.sourced import JSON
from tests.collect.sources.sourced import shaped as as_posts

from earshot.collect.sources.protocol import Answer, Gone, Query, Request
from earshot.collect.sources.reddit import MAPPING, Reddit

PLAIN = Request("/search")  # asked without raw_json, as the recorded answers were
COMMENT = {
    "kind": "t1",
    "data": {
        "name": "t1_b",
        "body": "late again",
        "author": "jane",
        "created_utc": 1772532000.0,
        "parent_id": "t3_a",
        "link_id": "t3_a",
        "score": 2,
        "replies": "",
    },
}


def shaped(page) -> pd.DataFrame:
    return as_posts(page, MAPPING)


def walk(thing) -> list[dict]:
    """All posts and comments of a recorded answer, found without our reader."""
    if isinstance(thing, list):
        return [found for one in thing for found in walk(one)]
    if not isinstance(thing, dict):
        return []
    if thing.get("kind") == "Listing":
        return walk(thing["data"]["children"])
    return [thing["data"], *walk(thing["data"].get("replies"))] if thing.get("kind") in ("t1", "t3") else []


def check_all(name: str) -> None:
    body = recorded(f"reddit/{name}.json")
    sent = {f"reddit:{data['name']}": data for data in walk(json.loads(body))}
    posts = shaped(read(Reddit(), body, request=PLAIN))
    assert set(posts["post_id"]) == set(sent)
    for post in posts.to_dict("records"):
        data = sent[post["post_id"]]
        text = data.get("body") or "\n\n".join(filter(None, (data.get("title"), data.get("selftext"))))
        assert post["text"] == html.unescape(text).strip()
        assert (post["author"], post["place"]) == (data["author"], f"r/{data['subreddit']}")
        assert post["created_at"] == pd.Timestamp(data["created_utc"], unit="s", tz="UTC")
        assert post["likes"] == data["score"]
        assert (
            pd.isna(post["replies"])
            if "num_comments" not in data
            else post["replies"] == data["num_comments"]
        )
        assert (
            pd.isna(post["reply_to"])
            if "parent_id" not in data
            else post["reply_to"] == f"reddit:{data['parent_id']}"
        )
        assert post["root"] == f"reddit:{data.get('link_id', data['name'])}"
        assert post["kind"] == ("reply" if "body" in data else "post")


def test_every_post_of_the_recorded_search_is_read():
    check_all("search_listing")


def test_every_comment_of_the_recorded_thread_is_read():
    check_all("comment_thread")


def test_comments_that_were_left_out_are_asked_for():
    page = read(Reddit(), recorded("reddit/comment_thread.json"), request=PLAIN)
    asked = [request for request in page.next if request.path == "/api/morechildren"]
    assert [request.params["link_id"] for request in asked] == ["t3_98vj9e"]
    assert sorted(asked[0].params["children"].split(",")) == sorted(
        ["e4j4fhz", "e4jjt2i", "e4jbdej", "e4lpsbh", "e4j98vr", "e4ulzqx"]
    )
    answer = {"json": {"errors": [], "data": {"things": [COMMENT]}}}
    assert shaped(read(Reddit(), answer, request=asked[0]))["root"].tolist() == ["reddit:t3_a"]


def test_a_search_goes_on_to_threads_and_then_the_next_page_until_the_run_before():
    def listing(at):
        return {
            "kind": "Listing",
            "data": {
                "after": "t3_z",
                "children": [
                    {
                        "kind": "t3",
                        "data": {
                            "name": "t3_a",
                            "title": "Late",
                            "selftext": "",
                            "created_utc": at,
                            "num_comments": 3,
                        },
                    }
                ],
            },
        }

    query = Query("q", "acme", cursor="1772500000")
    first = Reddit().first(query, query.cursor)
    page = Reddit().read(Answer(json.dumps(listing(1772532000)).encode(), first), query)
    assert [request.path for request in page.next] == ["/comments/a", "/search"]
    assert (page.cursor, page.next[1].params["after"]) == ("1772532000", "t3_z")
    page = Reddit().read(Answer(json.dumps(listing(1772400000)).encode(), page.next[1]), query)
    assert [request.path for request in page.next] == ["/comments/a"]


def test_a_search_that_ends_at_a_thousand_says_what_it_left_out():
    at = pd.Timestamp("2026-03-03", tz="UTC")
    body = {
        "kind": "Listing",
        "data": {
            "after": None,
            "children": [
                {"kind": "t3", "data": {"name": "t3_a", "title": "Late", "created_utc": at.timestamp()}}
            ],
        },
    }
    query = Query("q", "acme", pd.Timestamp("2026-03-01", tz="UTC"))
    asked = Request("/search", {"after": "t3_y", "count": "950"})
    page = Reddit().read(Answer(json.dumps(body).encode(), asked), query)
    assert page.lost == (query.since, at)
    assert page.truncated == "Reddit lists no more than about 1,000 posts of a search."


def test_what_was_deleted_or_removed_is_gone_and_what_hangs_below_is_read():
    gone = {
        "kind": "t1",
        "data": COMMENT["data"]
        | {
            "name": "t1_x",
            "body": "[deleted]",
            "author": "[deleted]",
            "replies": {
                "kind": "Listing",
                "data": {
                    "children": [
                        COMMENT,
                        {"kind": "t1", "data": COMMENT["data"] | {"name": "t1_y", "body": "[removed]"}},
                    ]
                },
            },
        },
    }
    page = read(Reddit(), [{"kind": "Listing", "data": {"children": [gone]}}], request=PLAIN)
    assert [row["name"] for row in page.rows] == ["t1_b"]
    assert page.gone == [Gone("t1_x", "deleted"), Gone("t1_y", "removed")]


def test_a_deleted_author_is_nobody():
    page = read(
        Reddit(),
        [
            {
                "kind": "Listing",
                "data": {"children": [{"kind": "t1", "data": COMMENT["data"] | {"author": "[deleted]"}}]},
            }
        ],
        request=PLAIN,
    )
    assert shaped(page)["author"].isna().all()


def test_raw_text_is_not_unescaped_twice():
    body = [
        {
            "kind": "Listing",
            "data": {"children": [{"kind": "t1", "data": COMMENT["data"] | {"body": "&amp;lt;"}}]},
        }
    ]
    assert shaped(read(Reddit(), body, request=PLAIN))["text"].tolist() == ["&lt;"]
    assert shaped(read(Reddit(), body))["text"].tolist() == ["&amp;lt;"]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        JSON,
        st.builds(
            lambda children: {"kind": "Listing", "data": {"children": children}},
            st.lists(
                JSON
                | st.fixed_dictionaries(
                    {
                        "kind": st.sampled_from(["t1", "t3", "more"]),
                        "data": st.dictionaries(
                            st.sampled_from(
                                [
                                    "name",
                                    "body",
                                    "title",
                                    "selftext",
                                    "replies",
                                    "children",
                                    "parent_id",
                                    "created_utc",
                                ]
                            ),
                            JSON,
                        ),
                    }
                ),
                max_size=3,
            ),
        ),
    )
)
def test_nothing_that_reddit_could_send_makes_it_fall_over(body):
    Reddit().read(Answer(json.dumps(body).encode(), Request("/")), Query("q", "acme"))

"""YouTube: every comment, reply, author, time and count of the recorded payloads;
quota that ends at midnight.
"""

import json

import pytest
from tests.collect.sources.payloads import read, recorded

from earshot.collect.sources.protocol import Query, Request
from earshot.collect.sources.youtube import COMMENTS, SEARCH, THREADS, YouTube

VIDEO = "video:F1UP7wRCPH8"


@pytest.mark.parametrize("name", ["comment_threads_by_video_paged_1", "comment_threads_by_video_paged_2"])
def test_every_recorded_comment_is_read(name):
    body = recorded(f"youtube/{name}.json")
    given = json.loads(body)
    page = read(YouTube(), body, VIDEO)
    threads = given["items"]
    comments = [
        comment
        for thread in threads
        for comment in (thread["snippet"]["topLevelComment"], *thread.get("replies", {}).get("comments", []))
    ]
    assert len(page.rows) == len(comments)
    assert not page.broken
    for row, comment in zip(page.rows, comments):
        post, snippet = row["post"], comment["snippet"]
        assert (post["id"], post["text"]) == (comment["id"], snippet["textOriginal"])
        assert (post["author"], post["created_at"]) == (
            snippet["authorChannelId"]["value"],
            snippet["publishedAt"],
        )
        assert post["likes"] == snippet["likeCount"]
        assert post["root"] == "F1UP7wRCPH8"
        assert post["parent"] == snippet.get("parentId", "F1UP7wRCPH8")
    tops = [row["post"]["replies"] for row in page.rows if row["post"]["replies"] is not None]
    assert tops == [thread["snippet"]["totalReplyCount"] for thread in threads]
    if "nextPageToken" in given:
        assert page.next[-1].params["pageToken"] == given["nextPageToken"]


def test_every_recorded_reply_is_read():
    body = recorded("youtube/comments_by_parent_paged_1.json")
    page = read(YouTube(), body, "replies:Ugw5zYU6n9pmIgAZWvN4AaABAg")
    assert [row["post"]["text"] for row in page.rows] == [
        "this is the third reply!",
        "this is the second reply!",
    ]
    assert {row["post"]["parent"] for row in page.rows} == {"Ugw5zYU6n9pmIgAZWvN4AaABAg"}
    assert page.next[0].path == COMMENTS
    assert "pageToken" in page.next[0].params


def test_a_recorded_search_gives_videos_and_asks_for_their_comments():
    page = read(YouTube(), recorded("youtube/search_videos_by_channel.json"), "flutter")
    items = json.loads(recorded("youtube/search_videos_by_channel.json"))["items"]
    assert [row["post"]["id"] for row in page.rows] == [item["id"]["videoId"] for item in items]
    assert page.rows[1]["post"]["text"].startswith("YouTube's API and The News\n\nOn July 20, 2011")
    assert [request.params.get("videoId") for request in page.next[:-1]] == [
        row["post"]["id"] for row in page.rows
    ]
    assert page.next[-1].path == SEARCH
    assert page.next[-1].params["pageToken"] == "CAUQAA"
    assert page.cursor == max(item["snippet"]["publishedAt"] for item in items)


def thread(shown: int, count: int) -> dict:
    def comment(key, **more):
        return {
            "id": key,
            "snippet": {
                "textDisplay": "Late &amp; <b>lost</b><br>again",
                "authorDisplayName": "Jane",
                "publishedAt": "2026-03-02T08:00:00Z",
                "likeCount": 3,
            }
            | more,
        }

    return {
        "items": [
            {
                "id": "a",
                "snippet": {
                    "videoId": "v",
                    "totalReplyCount": count,
                    "isPublic": True,
                    "topLevelComment": comment("a"),
                },
                "replies": {"comments": [comment(f"a.{n}", parentId="a") for n in range(shown)]},
            }
        ]
    }


def test_replies_that_a_thread_leaves_out_are_asked_for():
    page = read(YouTube(), thread(shown=2, count=9), "video:v")
    assert len(page.rows) == 3
    assert page.next == [
        Request(COMMENTS, {"part": "snippet", "maxResults": "100", "textFormat": "html", "parentId": "a"})
    ]
    assert read(YouTube(), thread(shown=2, count=2), "video:v").next == []


def test_html_is_read_as_text_and_a_nameless_channel_by_its_name():
    post = read(YouTube(), thread(0, 0), "video:v").rows[0]["post"]
    assert (post["text"], post["author"]) == ("Late & lost\nagain", "Jane")
    assert post["url"] == "https://www.youtube.com/watch?v=v&lc=a"


def test_queries_are_videos_channels_replies_or_words():
    first = YouTube().first
    assert first(Query("q", "video:v")).path == THREADS
    assert first(Query("q", "channel:UC1")).params["allThreadsRelatedToChannelId"] == "UC1"
    asked = first(Query("q", "acme rail", options={"region": "GB"}), "2026-03-02T08:00:00Z")
    assert asked.path == SEARCH
    assert (asked.params["publishedAfter"], asked.params["regionCode"]) == ("2026-03-02T08:00:00Z", "GB")


@pytest.mark.parametrize(
    ("now", "seconds"),
    [("2026-03-02T20:00:00Z", 12 * 3600), ("2026-07-02T06:59:00Z", 60), ("2026-03-08T09:00:00Z", 22 * 3600)],
)
def test_spent_quota_lasts_until_midnight_in_california(monkeypatch, now, seconds):
    monkeypatch.setenv("EARSHOT_NOW", now)
    said = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded", "domain": "youtube.quota"}]}}
    assert YouTube().wait(403, {}, json.dumps(said).encode()) == seconds


def test_other_refusals_are_no_throttling():
    assert YouTube().wait(403, {}, b'{"error": {"errors": [{"reason": "commentsDisabled"}]}}') is None
    assert YouTube().wait(403, {}, b'{"error": {"errors": [{"reason": "rateLimitExceeded"}]}}') == 60
    assert YouTube().wait(403, {}, b"<html>") is None


def test_the_key_is_no_part_of_the_address():
    signed = YouTube().sign(YouTube().first(Query("q", "acme")), {"key": "k"})
    assert signed.headers == {"X-Goog-Api-Key": "k"}
    assert "k" not in signed.params.values()

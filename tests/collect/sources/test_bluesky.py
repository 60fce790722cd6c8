"""Bluesky, by search and by Jetstream:
every text, author, time, parent and count of the recorded payloads.
"""

import json

import pandas as pd
from tests.collect.sources.payloads import read, recorded

from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.settings import Feed
from earshot.collect.sources.bluesky import Bluesky, called, name_post
from earshot.collect.sources.jetstream import Jetstream
from earshot.collect.sources.pacing import Timepiece
from earshot.collect.sources.protocol import Gone, Query
from earshot.collect.sources.wording import Wording
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


def view(**record) -> dict:
    return {
        "uri": f"at://{DID}/app.bsky.feed.post/3k",
        "cid": "b",
        "author": {"did": DID, "handle": "jane.example"},
        "record": {"$type": "app.bsky.feed.post", "createdAt": "2026-03-02T08:00:00Z", "text": "hi"} | record,
        "likeCount": 5,
        "repostCount": 2,
        "replyCount": 1,
        "indexedAt": "2026-03-02T08:00:01Z",
        "newField": {"a": 1},
    }


def event(operation: str = "create", text: str = "acme is late", at: int = 1783175888090631, **more) -> dict:
    record = {"$type": "app.bsky.feed.post", "createdAt": "2026-07-04T14:38:06.240Z", "text": text}
    commit = {"rev": "r", "operation": operation, "collection": "app.bsky.feed.post", "rkey": "3k"}
    return {
        "did": DID,
        "time_us": at,
        "kind": "commit",
        "commit": commit | ({} if operation == "delete" else {"record": record, "cid": "b"}),
    } | more


def test_a_recorded_thread_is_read_whole():
    body = recorded("bluesky/thread_view_post_with_embed_media.json")
    view = json.loads(body)["thread"]["post"]
    (row,) = read(Bluesky(), body).rows
    assert row["post"]["id"] == called(view["uri"])
    assert (row["post"]["author"], row["record"]["createdAt"]) == (
        view["author"]["did"],
        view["record"]["createdAt"],
    )
    assert [row[name] for name in ("likeCount", "repostCount", "replyCount")] == [0, 0, 0]
    assert row["post"]["quoted"] == called(view["record"]["embed"]["record"]["record"]["uri"])
    assert row["post"]["lang"] == "en"


def test_every_post_of_the_recorded_window_is_read():
    lines = recorded("bluesky/jetstream_window.jsonl").splitlines()
    posts = [
        event
        for line in lines
        if (event := json.loads(line)).get("commit", {}).get("collection") == "app.bsky.feed.post"
        and event["commit"]["operation"] == "create"
    ]
    pages = [read(Jetstream(), line, "") for line in lines]
    rows = [row for page in pages for row in page.rows]
    assert len(rows) == len(posts) == 17
    assert sum(len(page.broken) for page in pages) == 0
    for row, event in zip(rows, posts):
        record = event["commit"]["record"]
        assert row["record"]["text"] == record["text"]
        assert row["post"]["text"] == record["text"] or not record["text"]
        assert row["post"]["author"] == event["did"]
        assert row["record"]["createdAt"] == record["createdAt"]
        assert row["post"]["parent"] == called(record.get("reply", {}).get("parent", {}).get("uri"))
        assert row["post"]["root"] == called(record.get("reply", {}).get("root", {}).get("uri"))
        assert row["time_us"] == event["time_us"]
        assert "did:" not in json.dumps(row["record"])
    assert [page.cursor for page in pages] == [str(json.loads(line)["time_us"]) for line in lines]


def test_the_recorded_deletion_is_followed_and_what_is_no_post_is_passed_over():
    pages = [read(Jetstream(), line, "") for line in recorded("bluesky/jetstream_window.jsonl").splitlines()]
    (gone,) = [one for page in pages for one in page.gone]
    assert gone == Gone(
        name_post("did:plc:4smmjsqf6l5jkzczvw6vsrqc", "3mpt73z3ejc2p"),
        "deleted",
        pd.Timestamp(1783175888377628, unit="us", tz="UTC"),
    )
    for line in recorded("bluesky/jetstream_events.jsonl").splitlines():
        page = read(Jetstream(), line, "")
        assert not page.broken
        assert not page.gone
        assert bool(page.rows) == ('"app.bsky.feed.post"' in line.decode())


def test_links_tags_and_captions_are_read():
    page = read(
        Bluesky(),
        {
            "posts": [
                view(
                    text="look example.com/… #rail",
                    facets=[
                        {
                            "index": {},
                            "features": [
                                {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com/a"}
                            ],
                        },
                        {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "rail"}]},
                    ],
                    tags=["acme"],
                    embed={
                        "$type": "app.bsky.embed.recordWithMedia",
                        "record": {"record": {"uri": "at://x"}},
                        "media": {"images": [{"alt": "An empty track"}, {"alt": ""}, {"alt": "A board"}]},
                    },
                )
            ]
        },
    )
    post = page.rows[0]["post"]
    assert post["links"] == ["https://example.com/a"]
    assert post["tags"] == ["rail", "acme"]
    assert post["media_text"] == "An empty track\nA board"


def test_a_post_of_pictures_alone_has_their_captions_as_text():
    (row,) = read(Bluesky(), {"posts": [view(text="", embed={"images": [{"alt": "An empty track"}]})]}).rows
    assert row["post"]["text"] == "An empty track"


def test_search_pages_by_cursor_and_a_later_run_begins_at_the_newest_post():
    platform, query = (
        Bluesky(),
        Query("q", "acme", pd.Timestamp("2026-03-01", tz="UTC"), options={"lang": "en"}),
    )
    first = platform.first(query)
    assert first.params == {
        "q": "acme",
        "sort": "latest",
        "limit": "100",
        "since": "2026-03-01T00:00:00.000000Z",
        "lang": "en",
    }
    page = read(platform, {"posts": [view()], "cursor": "100"}, request=first)
    assert page.next[0].params == first.params | {"cursor": "100"}
    assert page.cursor == "2026-03-02T08:00:01Z"
    assert platform.first(query, page.cursor).params["since"] == "2026-03-02T08:00:01Z"
    assert read(platform, {"posts": [view()], "cursor": "200"}, request=page.next[0]).cursor == ""
    assert read(platform, {"posts": [], "cursor": "300"}, request=first).next == []


def test_what_is_no_post_says_why():
    odd = [
        view() | {"uri": "at://x"},
        view(text=7),
        view(createdAt=None),
        {"uri": 3},
        "post",
        view() | {"record": []},
    ]
    assert [reason for _, reason in read(Bluesky(), {"posts": odd}).broken] == [
        "uri is not the address of a post",
        "text should be a text, but is a number",
        "createdAt is empty",
        "uri is not the address of a post",
        "the item should be an object, but is a text",
        "record should be an object, but is a list",
    ]
    assert read(Bluesky(), b'{"posts": [').broken[0][1] == "the answer is not JSON: expecting value"
    assert read(Bluesky(), {"posts": {}}).broken[0][1] == "posts should be a list, but is an object"


def test_jetstream_resumes_a_little_before_its_cursor():
    assert Jetstream().first(Query("q", ""), "1783175888090631").params["cursor"] == "1783175883090631"
    assert "cursor" not in Jetstream().first(Query("q", "")).params
    since = Query("q", "", pd.Timestamp("2026-07-04T00:00Z"))
    assert Jetstream().first(since).params["cursor"] == "1783123200000000"


def test_jetstream_keeps_what_the_query_means():
    assert read(Jetstream(), event(), 'acme "is late"').rows
    assert not read(Jetstream(), event(), "acme -late").rows
    (edited,) = read(Jetstream(), event("update", "never mind"), "acme").rows
    assert edited["matches"] is False  # kept where the post is stored


def test_jetstream_follows_accounts_that_go():
    account = {"did": DID, "time_us": 1783175888090631, "kind": "account"}
    gone = read(Jetstream(), account | {"account": {"active": False, "status": "takendown", "did": DID}}).gone
    assert [(one.account, one.id, one.kind) for one in gone] == [(DID, "", "account takendown")]
    assert read(Jetstream(), account | {"account": {"active": True, "did": DID}}).gone == []
    assert read(Jetstream(), account | {"account": {"active": False}}).gone[0].kind == "account inactive"


def test_jetstream_garbage_says_what_it_is():
    assert read(Jetstream(), b"\xff\xfe garbage").broken[0][1] == "the answer is not JSON: expecting value"
    assert read(Jetstream(), event(kind=None)).broken[0][1] == (
        "kind should be a text such as commit, identity or account"
    )
    odd = event()
    odd["commit"]["operation"] = "upsert"
    assert (
        read(Jetstream(), odd).broken[0][1] == "operation should be create, update or delete, but is 'upsert'"
    )


def test_words_phrases_or_and_not_are_understood():
    meant = Wording('delay OR late "Acme Air" -job')
    assert meant.fits("ACME  air is LATE")
    assert meant.fits("acme air: delay!")
    assert not meant.fits("Acme air is later")
    assert not meant.fits("acme air late, job offer")
    assert Wording("delay*").fits("delayed")
    assert Wording("").fits("anything")
    assert Wording("ネトフリ").fits("今日ネトフリで")
    assert Wording("acme NOT air").fits("acme")
    assert not Wording("acme NOT air").fits("acme air")


def test_of_broken_events_no_account_can_be_told_from_the_store(workspace):
    space = workspace(brands=["Acme"])
    whole = event(
        commit=7, subject={"uri": f"at://{DID}/app.bsky.feed.post/3k", "by": "at://jane.example/x/1"}
    )
    text = json.dumps(whole)
    bodies = [
        text,
        text[:-4],
        json.dumps(whole, indent=2),
        text.replace("did:", "did\\u003a"),
        text + "}}",
        text.replace("did:plc:", "did%3Aplc%3A"),
        text.replace("did:plc:ew", "did:plc:e\ufffdw"),
        text.replace(DID, "did:web:jane.example"),
        json.dumps(event()).replace('"create"', '"made"'),
    ]
    pages = [read(Jetstream(), body.encode(), "acme") for body in bodies]
    assert all(page.broken for page in pages)
    shelf = PageStorage(space, Feed("sky", "jetstream", "acme"), Jetstream(), Pseudonyms(), Timepiece())
    for page in [*pages, read(Jetstream(), event(), "acme")]:
        shelf.put(page)
    assert len(space.store.read("posts")) == 1
    stored = [str(space.store.read(name).to_dict("records")).lower() for name in space.store.versions()]
    assert not [sign for sign in ("did:", "did%3a", "did\\u003a", DID[8:], "jane") if sign in "".join(stored)]

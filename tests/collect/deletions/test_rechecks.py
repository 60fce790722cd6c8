"""Stored posts asked for again: what is gone goes from every table,
what was edited changes, no fault removes any.
"""

import json
import re

import pandas as pd
import pytest
from tests.collect.sources.payloads import recorded
from typer.testing import CliRunner
from werkzeug import Response

from earshot.cli import app
from earshot.collect.deletions import rechecks
from earshot.collect.deletions.rechecks import recheck
from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.polling import collect
from earshot.collect.feeds.settings import read_feeds
from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.client import Failed
from earshot.collect.sources.pacing import Patience, Timepiece
from earshot.collect.sources.protocol import Answer, Query, Request
from earshot.core.params import ParamError
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms


class Server:
    """A platform that shows posts by id: those in ``posts`` (name: item), the way ``wrap`` puts them."""

    def __init__(self, httpserver, path: str, ids, wrap, one: str = ""):
        self.posts, self.asked, self.wrap = {}, [], wrap
        httpserver.expect_request(path).respond_with_handler(lambda request: self.answer(ids(request)))
        if one:
            httpserver.expect_request(one).respond_with_handler(lambda request: self.alone(request))

    def answer(self, names: list[str]) -> Response:
        self.asked.append(names)
        found = [self.posts[name] for name in names if name in self.posts]
        return Response(json.dumps(self.wrap(found)), content_type="application/json")

    def alone(self, request) -> Response:
        name = request.path.rsplit("/", 1)[1]
        self.asked.append([name])
        found = self.posts.get(name)
        return Response(
            json.dumps(found or {"error": "Record not found"}),
            status=200 if found else 404,
            content_type="application/json",
        )


SERVED = {
    "mastodon": (
        "/api/v1/statuses",
        lambda request: request.args.getlist("id[]"),
        list,
        "/api/v1/statuses/.*",
    ),
    "reddit": (
        "/api/info",
        lambda request: request.args["id"].split(","),
        lambda found: {"kind": "Listing", "data": {"children": found, "after": None}},
        "",
    ),
    "youtube": (
        "/youtube/v3/(comments|commentThreads|videos)",
        lambda request: request.args["id"].split(","),
        lambda found: {"items": found},
        "",
    ),
}


def recordings(name: str) -> tuple[str, bytes, list[tuple[str, dict]]]:
    """Return (query, recorded answer, its posts as the look-up by id gives them) of a platform."""
    if name == "mastodon":
        body = recorded("mastodon/public_timeline.json")
        return "#acme", body, [(one["id"], one) for one in json.loads(body)]
    if name == "reddit":
        body = recorded("reddit/search_listing.json")
        return "acme", body, [(one["data"]["name"], one) for one in json.loads(body)["data"]["children"]]
    body = recorded("youtube/comment_threads_by_video_paged_1.json")
    return "video:v", body, [(one["id"], one) for one in json.loads(body)["items"]]


def say(name: str, item: dict, text: str) -> None:
    """Edit the text of a recorded item, where its platform has it."""
    if name == "youtube":
        item["snippet"]["topLevelComment"]["snippet"] |= {"textOriginal": text, "textDisplay": text}
    else:
        (item["data"] if name == "reddit" else item)[{"mastodon": "content", "reddit": "selftext"}[name]] = (
            text
        )


@pytest.fixture
def kept(workspace, httpserver, monkeypatch):
    """A builder: the posts of a recorded page in a workspace, and a server that still shows them by id."""
    monkeypatch.setenv("A_SECRET", "s3cret")

    def build(name: str, **more):
        path, ids, wrap, one = SERVED[name]
        credentials = {
            "mastodon": {},
            "reddit": {"bearer": "env:A_SECRET"},
            "youtube": {"key": "env:A_SECRET"},
        }[name]
        query, body, items = recordings(name)
        space = workspace(
            brands=["Acme"],
            feeds={
                "feed": {
                    "platform": name,
                    "query": query,
                    "base": httpserver.url_for("").rstrip("/"),
                    "credentials": credentials,
                }
                | more
            },
        )
        feed = read_feeds(space)[0]
        platform, asked = platform_of(name), Query("feed", query)
        page = platform.read(Answer(body, platform.first(asked)), asked)
        PageStorage(space, feed, platform, Pseudonyms(), Timepiece()).put(page)
        server = Server(httpserver, re.compile(path + "$"), ids, wrap, re.compile(one) if one else "")
        stored = {post_id.split(":", 1)[1] for post_id in space.store.read("posts")["post_id"]}
        server.posts = {key: json.loads(json.dumps(item)) for key, item in items if key in stored}
        rest = stored - set(server.posts)
        assert len(server.posts) > 2
        if rest:  # replies inside the recorded threads are not asked about here
            space.store.delete("posts", " OR ".join(f"post_id = '{name}:{one}'" for one in rest))
        return space, feed, server

    return build


def tables_with(space, post_id: str) -> list[str]:
    """The tables in which a post still is."""
    found = [
        name
        for name in ("posts", "clean", "sentiment", "duplicates")
        if (space.store.read(name)["post_id"] == post_id).any()
    ]
    return found + (
        ["raw"] if space.store.read("raw")["payload"].str.contains(post_id.split(":", 1)[1]).any() else []
    )


@pytest.mark.parametrize("name", list(SERVED))
def test_what_a_platform_no_longer_shows_goes_from_every_table_and_what_was_edited_changes(name, kept):
    space, feed, server = kept(name)
    before = space.store.read("posts").set_index("post_id")
    lost, edited, *rest = server.posts
    clean = before.reset_index()[["post_id", "week", "content_hash"]].assign(
        clean_text="x",
        edits="[]",
        hashtags="[]",
        mentions="[]",
        urls="[]",
        emoji="[]",
        words=1,
        step_version="1",
    )
    space.store.merge("clean", clean)
    del server.posts[lost]
    say(name, server.posts[edited], "the edited words")
    found = recheck(space, feed, Patience(attempts=2, first=0.01))
    assert (found.asked, found.gone, found.left) == (len(before), 1, 0)
    assert found.changed >= 1
    assert tables_with(space, f"{name}:{lost}") == []
    after = space.store.read("posts").set_index("post_id")
    assert after.loc[f"{name}:{edited}", "text"].endswith("the edited words")
    same = [f"{name}:{one}" for one in rest]
    columns = ["text", "author", "created_at", "kind", "root", "reply_to", "url", "replies"]
    pd.testing.assert_frame_equal(after.loc[same, columns], before.loc[same, columns])
    assert recheck(space, feed).gone == 0
    gone = space.store.read("deletions")
    assert gone["followed_at"].notna().all()
    assert not gone["id"].str.contains(lost).any()


def test_a_post_that_a_batch_leaves_out_is_asked_for_alone_before_it_goes(kept):
    space, feed, server = kept("reddit")
    first = next(iter(server.posts))
    whole = server.answer
    server.answer = lambda names: whole([name for name in names if name != first or len(names) == 1])
    assert recheck(space, feed).gone == 0
    assert server.asked[-1] == [first]


def test_an_address_that_finds_nothing_at_all_removes_nothing(kept):
    space, feed, server = kept("mastodon")
    before = len(space.store.read("posts"))
    server.posts, whole = {}, server.answer
    server.answer = lambda names: Response("<h1>Not found</h1>", status=404)
    with pytest.raises(Failed) as error:
        recheck(space, feed)
    assert str(error.value) == (
        f"mastodon finds none of the {before} posts of feed that it was asked for, so nothing "
        "was removed; check the feed's base address."
    )
    assert len(space.store.read("posts")) == before
    assert space.store.read("rechecks").empty
    server.answer = whole
    assert recheck(space, feed).gone == before  # an answer that says so is believed


@pytest.mark.parametrize("fault", [Response("", status=503), Response("<html>log in</html>")])
def test_a_fault_is_no_deletion_and_the_next_look_goes_on(kept, fault):
    space, feed, server = kept("reddit")
    before, whole = len(space.store.read("posts")), server.answer
    server.answer = lambda names: fault
    with pytest.raises(Failed):
        recheck(space, feed, Patience(attempts=2, first=0.01))
    assert len(space.store.read("posts")) == before
    server.answer = whole
    assert recheck(space, feed).asked == before


def test_a_round_goes_on_where_it_was_and_says_when_it_was_whole(kept, monkeypatch):
    space, feed, server = kept("reddit", pages=1)
    monkeypatch.setattr("earshot.collect.sources.reddit.Reddit.together", 4)
    total = len(server.posts)
    first = recheck(space, feed)
    assert (first.asked, first.left) == (4, total - 4)
    assert space.store.read("rechecks")["whole"].isna().all()
    while recheck(space, feed).left:
        pass
    assert sorted(name for names in server.asked for name in names) == sorted(server.posts)
    noted = space.store.read("rechecks").iloc[0]
    assert noted["whole"] == noted["began"]
    assert (
        not space.store.read("rechecks")
        .astype(str)
        .apply(lambda column: column.str.contains("t3_"))
        .any(axis=None)
    )


def test_every_platform_says_how_its_deletions_are_learnt(workspace):
    from earshot.collect.sources import protocol

    for name in (
        "x",
        "mastodon",
        "reddit",
        "bluesky",
        "youtube",
        "rss",
        "discourse",
        "zendesk",
        "jetstream",
        "mastodon-stream",
        "webhook",
    ):
        platform = platform_of(name)
        assert platform.deletions in protocol.DELETIONS
        assert (platform.deletions == "ids") == hasattr(platform, "again")
    space = workspace(feeds={"news": {"platform": "rss", "query": "https://news.example/feed.xml"}})
    assert (rechecks.way(space, "news"), rechecks.way(space, "a_file")) == ("never", "file")
    sky = {"sky": {"platform": "bluesky", "query": "acme"}}
    assert rechecks.way(workspace("sky", feeds=sky), "sky") == "none"
    live = {"live": {"platform": "jetstream", "query": "acme"}}
    assert rechecks.way(workspace("sky", feeds=sky | live), "sky") == "jetstream"
    with pytest.raises(ParamError) as error:
        recheck(space, read_feeds(space)[0])
    assert str(error.value) == (
        "rss cannot be asked which posts are gone; deletions there: cannot be followed: nobody "
        "tells what is gone."
    )


def test_a_forum_post_is_asked_for_by_its_number(workspace, httpserver):
    from tests.collect.sources.payloads import DISCOURSE_TOPIC, discourse_post

    space = workspace(
        brands=["Acme"],
        feeds={
            "forum": {
                "platform": "discourse",
                "query": "topic:40",
                "base": httpserver.url_for("").rstrip("/"),
            }
        },
    )
    httpserver.expect_request("/t/40.json").respond_with_json(DISCOURSE_TOPIC)
    httpserver.expect_request("/t/40/posts.json").respond_with_json(
        {
            "post_stream": {
                "posts": [discourse_post(7, "<p>Late, says 7</p>"), discourse_post(8, "<p>Late, says 8</p>")]
            },
            "id": 40,
        }
    )
    feed = read_feeds(space)[0]
    collect(space, [feed])
    before = set(space.store.read("posts")["post_id"])
    for number in sorted(int(one.rsplit("/")[-1]) for one in before - {"discourse:40/8"}):
        httpserver.expect_request(f"/posts/by_number/40/{number}.json").respond_with_json(
            discourse_post(number, "<p>Edited words</p>")
        )
    httpserver.expect_request("/posts/by_number/40/8.json").respond_with_json(
        {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"},
        status=404,
    )
    assert recheck(space, feed).gone == 1
    after = space.store.read("posts").set_index("post_id")
    assert set(after.index) == before - {"discourse:40/8"}
    assert after.loc["discourse:40/7", "text"] == "Edited words"


def test_a_post_found_by_bluesky_search_goes_when_jetstream_says_so(workspace):
    from earshot.collect.sources.bluesky import name_post
    from earshot.collect.sources.jetstream import Jetstream

    space = workspace(brands=["Acme"], feeds={"sky": {"platform": "bluesky", "query": "acme"}})
    view = {
        "uri": "at://did:plc:p/app.bsky.feed.post/k1",
        "author": {"did": "did:plc:p"},
        "indexedAt": "2026-03-01T08:00:01Z",
        "record": {"text": "acme is late", "createdAt": "2026-03-01T08:00:00Z"},
    }
    platform, query = platform_of("bluesky"), Query("sky", "acme")
    page = platform.read(Answer(json.dumps({"posts": [view]}).encode(), platform.first(query)), query)
    feed = read_feeds(space)[0]
    PageStorage(space, feed, platform, Pseudonyms(), Timepiece()).put(page)
    assert space.store.read("posts")["post_id"].tolist() == [f"bluesky:{name_post('did:plc:p', 'k1')}"]
    event = {
        "did": "did:plc:p",
        "time_us": 1_772_442_000_000_000,
        "kind": "commit",
        "commit": {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": "k1"},
    }
    told = Jetstream().read(Answer(json.dumps(event).encode(), Request("/")), Query("jet", "other"))
    assert PageStorage(space, feed, Jetstream(), Pseudonyms(), Timepiece()).put(told)[1] == 1
    from earshot.collect.landing import tombstones

    assert tombstones.follow(space)["posts"] == 1


def test_collecting_follows_deletions_where_the_terms_card_says_how_soon(kept, httpserver, monkeypatch):
    space, _, server = kept("reddit", options={"threads": False})
    httpserver.expect_request("/search").respond_with_json({"kind": "Listing", "data": {"children": []}})
    quiet = CliRunner().invoke(app, ["collect", "acme"])
    assert quiet.exit_code == 0, quiet.output
    assert not server.asked
    (space.folder / "terms.yml").write_text("feed: {deletion_within_hours: 24}\n")
    del server.posts[next(iter(server.posts))]
    told = CliRunner().invoke(app, ["collect", "acme"])
    assert "stored posts asked about, 1 are gone at reddit and here" in " ".join(told.output.split())
    asked = len(server.asked)
    CliRunner().invoke(app, ["collect", "acme"])
    assert len(server.asked) == asked  # not again before half of the time has passed

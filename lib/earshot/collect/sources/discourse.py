"""Discourse forums by their JSON: a search, the latest topics, or one topic, each post read whole.

A query is words to search by, ``latest`` for every topic by its last post, or ``topic:ID``. Lists and search
show only beginnings of posts, so the posts themselves are asked for next. A post is called TOPIC/NUMBER, as
replies call it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import pandas as pd

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import answers, fields, markup
from earshot.collect.sources.answers import inside, listed
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.protocol import Answer, Gone, Limits, Page, Query, Request

TOGETHER = 20  # posts that Discourse gives at once
BY_NUMBER = "/posts/by_number/"
LIKE = 2  # the number by which Discourse calls the action "like"
LEFT_OUT = (
    "avatar_template",
    "actions_summary",
    "link_counts",
    "user_id",
    "primary_group_name",
    "reply_to_user",
    "user_title",
)
SMALL, WHISPER = 3, 4  # post types: what the software notes itself, and what staff say among themselves


class Discourse:
    """Topics and posts of one forum (its address is the feed's base);
    60 requests a minute for each reader.
    """

    name = "discourse"
    base = ""
    limits = Limits(requests=60, seconds=60, page=TOGETHER)
    mapping = Source(
        "discourse",
        {
            "id": "post.id",
            "text": "post.text",
            "created_at": "created_at",
            "author": "username",
            "reply_to": "post.parent",
            "root": "post.root",
            "kind": "post.kind",
            "url": "post.url",
            "media_text": "post.media_text",
            "likes": "post.likes",
            "replies": "reply_count",
            "views": "reads",
            "is_public": "post.is_public",
        },
        constants={"platform": "discourse"},
    )
    accounts: ClassVar = {"has_picture": "post.picture"}
    deletions = "ids"
    together = 1
    secrets = ("key?", "user?")
    options: ClassVar = {}

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the request that begins a query;
        ``cursor`` is the time of the newest post an earlier run saw.
        """
        kind, _, given = query.text.partition(":")
        since = cursor or ("" if query.since is None else query.since.tz_convert("UTC").isoformat())
        if kind == "topic" and given.strip().isdigit():
            return Request(f"/t/{given.strip()}.json")
        if query.text.strip() == "latest":
            return Request("/latest.json", {"order": "activity"})
        after = f" after:{since[:10]}" if since else ""
        before = f" before:{(query.until + pd.Timedelta(days=1)).date()}" if query.until is not None else ""
        return Request("/search.json", {"q": f"{query.text} order:latest{after}{before}"})

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the posts of a topic; of a search or a list of topics,
        what to ask for to read their posts.
        """
        try:
            given = fields.parse_object(answer.body)
            if answer.request.path.startswith(BY_NUMBER):
                page = Page()
                return fields.collect(page, [given], lambda post: _post(post, {}, page.gone))
            if "post_stream" in given:
                return _topic(given, answer.request)
            if "topic_list" in given:
                return _topics(given, answer.request, query)
            if "posts" in given or "grouped_search_result" in given:
                return _found(given, answer.request)
            raise Unreadable("the answer is no search, no list of topics and no topic of Discourse")
        except Unreadable as error:
            return fields.unread(answer.body, error)

    def again(self, names: Sequence[str]) -> list[Request]:
        """Return the request for one post by topic and number;
        the first comes with its topic, whose title it has.
        """
        topic, _, number = names[0].partition("/")
        return [Request(f"/t/{topic}.json" if number == "1" else f"{BY_NUMBER}{topic}/{number}.json")]

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with an API key, where the forum wants one."""
        given = {"Api-Key": secrets.get("key"), "Api-Username": secrets.get("user")}
        return replace(
            request, headers={**request.headers, **{name: value for name, value in given.items() if value}}
        )

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return the seconds that the forum's own error names."""
        try:
            seconds = (
                fields.number(inside(fields.parse(body), "extras", "wait_seconds")) if status == 429 else None
            )
        except Unreadable:
            return None
        return None if seconds is None else float(seconds)


def _found(given: dict, request: Request) -> Page:
    """Ask for each post of a search, topic by topic, and for the next page of the search."""
    page, posts = Page(), {}

    def note(item: dict) -> None:
        topic, key = fields.code(item.get("topic_id"), "topic_id"), fields.code(item.get("id"), "id")
        posts.setdefault(topic, []).append(key)

    fields.collect(page, fields.listing(given.get("posts"), "posts"), note)
    page.next = [ask for topic, keys in posts.items() for ask in _asks(topic, keys)]
    if inside(given, "grouped_search_result", "more_full_page_results") is True and posts:
        page.next.append(_turned(request, 1))
    if "page" not in request.params:
        times = [item.get("created_at") for item in listed(given.get("posts"))]
        page.cursor = max(
            (time for time in times if isinstance(time, str) and answers.moment(time)), default=""
        )
    return page


def _topics(given: dict, request: Request, query: Query) -> Page:
    """Ask for each topic of a list that has a post since the last run,
    and for the next page while there are any.
    """
    page, since = Page(), answers.moment(query.cursor) or query.since
    times = {}

    def note(item: dict) -> None:
        topic, moved = fields.code(item.get("id"), "id"), answers.moment(item.get("bumped_at"))
        if not (topic.isdigit() and topic.isascii()):
            raise Unreadable("id is no number of a topic")
        if since is None or moved is None or moved >= since or item.get("pinned") is True:
            page.next.append(Request(f"/t/{topic}.json"))
            times[topic] = moved

    listing = fields.mapping(given.get("topic_list"), "topic_list")
    topics = fields.listing(listing.get("topics"), "topics")
    fields.collect(page, topics, note)
    if (
        isinstance(listing.get("more_topics_url"), str)
        and topics
        and len(page.next) >= len(topics) - len(page.broken)
    ):
        page.next.append(_turned(request, 0))
    if "page" not in request.params:
        page.cursor = max((moved.isoformat() for moved in times.values() if moved is not None), default="")
    return page


def _topic(given: dict, request: Request) -> Page:
    """Return the posts that a topic shows, and ask for those it only numbers."""
    stream = fields.mapping(given.get("post_stream"), "post_stream")
    posts = fields.listing(stream.get("posts"), "post_stream.posts")
    key = fields.code(given.get("id"), "id", needed=False)
    page = Page()

    def read(post: dict) -> dict | None:
        return _post(post, given, page.gone)

    fields.collect(page, posts, read)
    shown = {post.get("id") for post in posts if isinstance(post, dict) and isinstance(post.get("id"), int)}
    rest = (
        [number for number in stream.get("stream") or [] if fields.number(number) and number not in shown]
        if isinstance(stream.get("stream"), list) and request.path.count("/") == 2
        else []
    )
    page.next = _asks(key, [str(number) for number in rest]) if key.isdigit() else []
    return page


def _post(post: dict, topic: dict, gone: list[Gone]) -> dict | None:
    place = fields.code(post.get("topic_id") or topic.get("id"), "topic_id")
    number = fields.code(post.get("post_number"), "post_number")
    called, kind = f"{place}/{number}", fields.number(post.get("post_type"))
    if kind == SMALL:
        return None
    if post.get("deleted_at") or post.get("user_deleted") is True or post.get("hidden") is True:
        what = "hidden" if post.get("hidden") is True and not post.get("deleted_at") else "deleted"
        gone.append(Gone(called, what, answers.moment(post.get("deleted_at"))))
        return None
    title = fields.text(topic.get("title"), "title") if number == "1" else ""
    text, captions = markup.read(fields.text(post.get("cooked"), "cooked"), quotes=False)
    fields.moment(post.get("created_at"), "created_at")
    parent = fields.code(post.get("reply_to_post_number"), "reply_to_post_number", needed=False) or "1"
    likes = [
        action.get("count") for action in listed(post.get("actions_summary")) if action.get("id") == LIKE
    ]
    slug = fields.text(post.get("topic_slug") or topic.get("slug"), "topic_slug") or "-"
    made = {
        "id": called,
        "text": "\n\n".join(filter(None, [title, text])) or captions,
        "media_text": captions,
        "parent": None if number == "1" else f"{place}/{parent}",
        "root": f"{place}/1",
        "kind": "post" if number == "1" else "reply",
        "is_public": kind != WHISPER,
        "likes": fields.number(likes[0]) if likes else None,
        "url": f"/t/{slug}/{called}",
        "picture": "yes" if "/user_avatar/" in answers.words(post.get("avatar_template")) else None,
    }
    return fields.kept({name: value for name, value in post.items() if name not in LEFT_OUT}) | {
        "post": fields.kept(made),
        "reply_count": fields.number(post.get("reply_count")),
        "reads": fields.number(post.get("reads")),
    }


def _asks(topic: str, keys: list[str]) -> list[Request]:
    """Return the requests for posts of a topic, as many together as the forum gives."""
    groups = [keys[start : start + TOGETHER] for start in range(0, len(keys), TOGETHER)]
    return [Request(f"/t/{topic}/posts.json", {"post_ids[]": group}) for group in groups]


def _turned(request: Request, first: int) -> Request:
    number = fields.number(request.params.get("page")) or first
    return replace(request, params={**request.params, "page": str(number + 1)})

"""YouTube Data API v3: comments and replies of videos and channels, and the videos that a search finds.

A query is ``video:ID``, ``channel:ID``, ``replies:ID`` (of one comment), or words to search videos by; the
comments of each video that is found are read too. A search costs 100 of the 10,000 units a day, a page of
comments 1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import pandas as pd

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import fields, markup
from earshot.collect.sources.answers import inside, listed
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.protocol import Answer, Limits, Page, Query, Request
from earshot.core import clock

THREADS, COMMENTS, SEARCH = "/youtube/v3/commentThreads", "/youtube/v3/comments", "/youtube/v3/search"
VIDEOS, VIDEO = "/youtube/v3/videos", re.compile(r"[\w-]{11}", re.ASCII)
WATCH = "https://www.youtube.com/watch?v="
SPENT = ("quotaExceeded", "dailyLimitExceeded")
HASTY = ("rateLimitExceeded", "userRateLimitExceeded")
ASKS = {
    "video": (THREADS, "videoId"),
    "channel": (THREADS, "allThreadsRelatedToChannelId"),
    "replies": (COMMENTS, "parentId"),
}


class YouTube:
    """Comments on YouTube, newest first; quota is spent by the day, which ends at midnight in California."""

    name = "youtube"
    base = "https://www.googleapis.com"
    limits = Limits(requests=10_000, seconds=86_400, page=100)
    mapping = Source(
        "youtube",
        {
            "id": "post.id",
            "text": "post.text",
            "created_at": "post.created_at",
            "author": "post.author",
            "reply_to": "post.parent",
            "root": "post.root",
            "kind": "post.kind",
            "url": "post.url",
            "lang": "post.lang",
            "media_text": "post.media_text",
            "likes": "post.likes",
            "replies": "post.replies",
            "is_public": "post.is_public",
        },
        constants={"platform": "youtube"},
    )
    accounts: ClassVar = {"has_picture": "snippet.authorProfileImageUrl"}
    deletions = "ids"
    together = 50
    secrets = ("key",)
    options: ClassVar = {
        "language": "videos in this language first (relevanceLanguage), such as en",
        "region": "videos that can be watched in this country (regionCode), such as US",
    }

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the request that begins a query; ``cursor`` is the time of the newest video an earlier
        search
        saw.
        """
        kind, _, given = query.text.partition(":")
        if given.strip() and kind in ASKS:
            path, name = ASKS[kind]
            return Request(path, _asked(path, **{name: given.strip()}))
        asked = {
            "publishedAfter": cursor or _stamp(query.since),
            "publishedBefore": _stamp(query.until),
            "relevanceLanguage": str(query.options.get("language", "")),
            "regionCode": str(query.options.get("region", "")),
        }
        return Request(
            SEARCH,
            {"part": "snippet", "type": "video", "order": "date", "maxResults": "50", "q": query.text}
            | {name: value for name, value in asked.items() if value},
        )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the comments of a thread list or a reply list, or the videos of a search."""
        try:
            given = fields.parse_object(answer.body)
            items = fields.listing(given.get("items"), "items")
        except Unreadable as error:
            return fields.unread(answer.body, error)
        page, video = Page(), str(answer.request.params.get("videoId", ""))
        if answer.request.path == SEARCH:
            fields.collect(page, items, _video)
            page.next = [Request(THREADS, _asked(THREADS, videoId=row["post"]["id"])) for row in page.rows]
            if "pageToken" not in answer.request.params:
                page.cursor = max((row["post"]["created_at"] for row in page.rows), default="")
        elif answer.request.path == VIDEOS:
            fields.collect(page, items, _video)
        else:
            for item in items:
                fields.collect(page, *_of_thread(item, page, video))
        more = fields.token(page, given.get("nextPageToken"), "nextPageToken")
        if more:
            page.next.append(replace(answer.request, params={**answer.request.params, "pageToken": more}))
        return page

    def again(self, names: Sequence[str]) -> list[Request]:
        """Return the requests for videos, comments (as threads,
        which count their replies) and replies by id.
        """
        groups: dict[str, list[str]] = {}
        for name in names:
            path = VIDEOS if VIDEO.fullmatch(name) else COMMENTS if "." in name else THREADS
            groups.setdefault(path, []).append(name)
        asks = {"part": "snippet", "textFormat": "html"}
        return [
            Request(path, ({"part": "snippet"} if path == VIDEOS else asks) | {"id": ",".join(group)})
            for path, group in groups.items()
        ]

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with the key in a header, where no log of addresses shows it."""
        return replace(request, headers={**request.headers, "X-Goog-Api-Key": secrets["key"]})

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return the seconds until midnight in California when the day's quota is spent,
        a minute when we hurried.
        """
        try:
            errors = listed(inside(fields.parse(body), "error", "errors"))
        except Unreadable:
            return None
        reasons = {error.get("reason") for error in errors if isinstance(error.get("reason"), str)}
        if status in (403, 429) and reasons & set(SPENT):
            now = clock.now().tz_convert("America/Los_Angeles")
            return max(1.0, ((now.normalize() + pd.offsets.Day(1)) - now).total_seconds())
        return 60.0 if status in (403, 429) and reasons & set(HASTY) else None


def _of_thread(item: object, page: Page, video: str) -> tuple:
    """Return (comments, how to read them) of one item; asks for the replies that a thread leaves out."""
    top, snippet = inside(item, "snippet", "topLevelComment"), inside(item, "snippet")
    if top is None:
        return [item], lambda comment: _comment(comment, video)
    replies = listed(inside(item, "replies", "comments"))
    named = inside(snippet, "videoId")
    video = named if isinstance(named, str) and named else video
    count = fields.number(inside(snippet, "totalReplyCount"))
    if count and count > len(replies) and isinstance(inside(top, "id"), str) and top["id"]:
        page.next.append(Request(COMMENTS, _asked(COMMENTS, parentId=top["id"])))
    return [top, *replies], lambda comment: _comment(
        comment, video, count if comment is top else None, snippet.get("isPublic")
    )


def _comment(comment: dict, video: str, replies: int | None = None, public: object = True) -> dict:
    snippet = fields.mapping(comment.get("snippet"), "snippet")
    key = fields.code(comment.get("id"), "id")
    parent = fields.code(snippet.get("parentId"), "parentId", needed=False)
    stands = fields.code(snippet.get("videoId"), "videoId", needed=False) or video
    text, captions = markup.read(fields.text(snippet.get("textDisplay"), "textDisplay"))
    name = fields.text(snippet.get("authorDisplayName"), "authorDisplayName")
    channel = inside(snippet, "authorChannelId", "value")
    author = channel if isinstance(channel, str) and channel else name
    post = {
        "id": key,
        "text": fields.text(snippet.get("textOriginal"), "textOriginal") or text,
        "author": author,
        "created_at": fields.moment(snippet.get("publishedAt"), "publishedAt"),
        "kind": "reply",
        "parent": parent or stands or None,
        "root": stands or parent or None,
        "media_text": captions,
        "likes": fields.number(snippet.get("likeCount")),
        "replies": replies,
        "is_public": public is not False,
        "url": f"{WATCH}{stands}&lc={key}" if stands else None,
        "lang": None,
    }
    shown = {
        part: snippet.get(part)
        for part in (
            "authorDisplayName",
            "authorProfileImageUrl",
            "textDisplay",
            "viewerRating",
            "publishedAt",
            "updatedAt",
            "moderationStatus",
        )
    }
    return {"kind": comment.get("kind"), "post": fields.kept(post), "snippet": fields.kept(shown)}


def _video(item: dict) -> dict:
    snippet = fields.mapping(item.get("snippet"), "snippet")
    named = inside(item, "id", "videoId") if isinstance(item.get("id"), dict) else item.get("id")
    key = fields.code(named, "id.videoId")
    title, _ = markup.read(fields.text(snippet.get("title"), "title"))
    told, _ = markup.read(fields.text(snippet.get("description"), "description"))
    post = {
        "id": key,
        "text": "\n\n".join(filter(None, [title, told])),
        "kind": "post",
        "parent": None,
        "root": None,
        "created_at": fields.moment(snippet.get("publishedAt"), "publishedAt"),
        "url": WATCH + key,
        "author": fields.code(snippet.get("channelId"), "channelId", needed=False),
        "lang": fields.text(snippet.get("defaultLanguage"), "defaultLanguage") or None,
        "media_text": "",
        "likes": None,
        "replies": None,
        "is_public": True,
    }
    return {
        "kind": "youtube#video",
        "post": fields.kept(post),
        "snippet": fields.kept(
            {
                "authorDisplayName": snippet.get("channelTitle"),
                "liveBroadcastContent": snippet.get("liveBroadcastContent"),
            }
        ),
    }


def _asked(path: str, **what: str) -> dict[str, str]:
    parts = {"part": "snippet,replies", "order": "time"} if path == THREADS else {"part": "snippet"}
    return parts | {"maxResults": "100", "textFormat": "html"} | what


def _stamp(moment) -> str:
    return "" if moment is None else moment.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")

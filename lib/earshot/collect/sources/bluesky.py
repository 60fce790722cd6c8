"""Bluesky search (app.bsky.feed.searchPosts, lexicon of 2026):
posts with their threads, links, tags and captions.

People are known here by their DID, which stands inside every address of a post. A post is therefore called by
a digest of its DID and record key, so that replies find their parents and deletions their posts while
nobody's DID is kept.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from earshot.collect.mapping.mapping import Source
from earshot.collect.mapping.rows import digest
from earshot.collect.sources import fields
from earshot.collect.sources.answers import inside, listed
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.protocol import Answer, Limits, Page, Query, Request
from earshot.govern.pseudonyms.pseudonyms import DID

POST = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,512})")
COLUMNS = {
    "id": "post.id", "text": "post.text", "created_at": "record.createdAt", "author": "post.author",
    "lang": "post.lang", "url": "post.url", "reply_to": "post.parent", "root": "post.root",
    "kind": "post.kind",
    "media_text": "post.media_text", "likes": "likeCount", "reposts": "repostCount", "replies": "replyCount",
}  # fmt: skip
COUNTS = ("likeCount", "repostCount", "replyCount", "quoteCount")


class Bluesky:
    """Search of posts on Bluesky, newest first; 3,000 requests in five minutes, 100 posts a page."""

    name = "bluesky"
    base = "https://api.bsky.app"
    limits = Limits(requests=3000, seconds=300, page=100)
    mapping = Source("bluesky", COLUMNS, constants={"platform": "bluesky"})
    accounts: ClassVar = {"created_at": "author.createdAt", "has_picture": "author.avatar"}
    deletions = "jetstream"
    secrets = ("bearer?",)
    options: ClassVar = {
        "lang": "only posts whose author says they are in this language",
        "tag": "only this hashtag",
        "domain": "only posts that link to this site",
    }

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the request that begins a query;
        ``cursor`` is the moment up to which an earlier run has read.
        """
        asked = {"since": cursor or _stamp(query.since), "until": _stamp(query.until)}
        asked |= {name: str(query.options.get(name, "")) for name in self.options}
        return Request(
            "/xrpc/app.bsky.feed.searchPosts",
            {"q": query.text, "sort": "latest", "limit": str(self.limits.page)}
            | {name: value for name, value in asked.items() if value},
        )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the posts of a search answer (``posts``) or of a thread (``thread``)."""
        try:
            given = fields.parse_object(answer.body)
            posts = (
                _thread(given["thread"]) if "thread" in given else fields.listing(given.get("posts"), "posts")
            )
        except Unreadable as error:
            return fields.unread(answer.body, error)
        page = fields.collect(Page(), posts, _read_view)
        more = fields.token(page, given.get("cursor"), "cursor")
        if "cursor" not in answer.request.params:
            page.cursor = max((row["indexedAt"] for row in page.rows if row["indexedAt"]), default="")
        if more and posts:
            page.next = [replace(answer.request, params={**answer.request.params, "cursor": more})]
        return page

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with the session's access token, where there is one."""
        return request.authorized(f"Bearer {secrets['bearer']}") if "bearer" in secrets else request

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return the seconds until RateLimit-Reset when we asked too often."""
        return fields.reset_after(headers, "ratelimit-reset") if status == 429 else None


def _read_view(view: dict) -> dict:
    """Return the row of a postView (app.bsky.feed.defs); raises Unreadable when it is no post."""
    found = POST.fullmatch(fields.code(view.get("uri"), "uri"))
    if not found:
        raise Unreadable("uri is not the address of a post")
    record = fields.mapping(view.get("record"), "record")
    author = view.get("author") if isinstance(view.get("author"), dict) else {}
    known = {
        "author": {name: author.get(name) for name in ("handle", "displayName", "avatar", "createdAt")},
        "labels": view.get("labels"),
        "indexedAt": fields.text(view.get("indexedAt"), "indexedAt"),
    }
    counts = {name: fields.number(view.get(name)) for name in COUNTS}
    return read_record(found[1], found[2], record) | without_dids(fields.kept(known)) | counts


def read_record(did: str, key: str, record: dict) -> dict:
    """Return the row of a post's record (app.bsky.feed.post) of one account;
    raises Unreadable when it is no post.
    """
    fields.moment(record.get("createdAt"), "createdAt")
    media, reply, embed = captions(record.get("embed")), record.get("reply"), record.get("embed")
    parent, root = called(inside(reply, "parent", "uri")), called(inside(reply, "root", "uri"))
    quoted = called(inside(embed, "record", "uri")) or called(inside(embed, "record", "record", "uri"))
    langs = record.get("langs") if isinstance(record.get("langs"), list) else []
    links, tags = facets(record)
    post = {
        "id": name_post(did, key),
        "author": did,
        "text": fields.text(record.get("text"), "text").strip() or media,
        "kind": "reply" if parent else "quote" if quoted else "post",
        "parent": parent,
        "root": root,
        "quoted": quoted,
        "lang": next((lang for lang in langs if isinstance(lang, str)), None),
        "links": links,
        "tags": tags,
        "media_text": media,
        "url": f"https://bsky.app/profile/{did}/post/{key}",
    }
    return {"post": fields.kept(post), "record": without_dids(fields.kept(record))}


def name_post(did: str, key: str) -> str:
    """Return what a post is called in the store: a digest of its account and its record key."""
    return digest(f"{did}/{key}")


def called(uri: object) -> str | None:
    """Return what the post at an at:// address is called in the store,
    or None when it is no post's address.
    """
    found = POST.fullmatch(uri) if isinstance(uri, str) else None
    return name_post(found[1], found[2]) if found else None


def captions(embed: object) -> str:
    """Return the alternative texts and captions in an embed:
    images, video, link cards, media beside a quote.
    """
    if not isinstance(embed, dict):
        return ""
    media = embed.get("media") if isinstance(embed.get("media"), dict) else embed
    card = media.get("external")
    return fields.words(
        *(image.get("alt") for image in listed(media.get("images"))),
        media.get("alt"),
        inside(card, "title"),
        inside(card, "description"),
    )


def facets(record: dict) -> tuple[list[str], list[str]]:
    """Return (addresses, hashtags) that a record's rich text and tags name;
    the text shows addresses cut short.
    """
    features = [
        feature for facet in listed(record.get("facets")) for feature in listed(facet.get("features"))
    ]
    tags = record["tags"] if isinstance(record.get("tags"), list) else []
    links = fields.words(
        *(feature.get("uri") for feature in features), inside(record, "embed", "external", "uri")
    )
    named = fields.words(*(feature.get("tag") for feature in features), *tags)
    return links.split("\n") if links else [], named.split("\n") if named else []


def _thread(thread: object) -> list:
    """Return the posts of a threadViewPost, the parents and replies included."""
    posts, left = [], [thread]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            posts += [node["post"]] if "post" in node else []
            left += [node.get("parent"), *listed(node.get("replies"))]
    return posts


def without_dids(value: object) -> object:
    """Return a payload in which no account can be told: DIDs stand in addresses, mentions and pictures."""
    if isinstance(value, dict):
        return {DID.sub("[did]", name): without_dids(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_dids(inner) for inner in value]
    return DID.sub("[did]", value) if isinstance(value, str) else value


def _stamp(moment) -> str:
    return "" if moment is None else moment.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%S.%fZ")

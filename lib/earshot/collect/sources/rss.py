"""RSS and Atom feeds, of news above all; a feed with faults still gives what can be read of it.

The query's text is the feed's address (or its path below the feed's base). What the server says of the feed's
age (ETag, Last-Modified) is the cursor, so that an unchanged feed costs one empty answer (304).
"""

import io
import json
from collections.abc import Mapping
from typing import ClassVar

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import fields, markup
from earshot.collect.sources.answers import inside, listed
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.protocol import Answer, Limits, Page, Query, Request
from earshot.collect.sources.wording import Wording

LONGEST = 20_000_000  # bytes; a longer feed is a mistake or an attack


class Rss:
    """News and blogs by RSS 0.9 to 2.0, RDF or Atom; one answer holds all that a feed shows."""

    name = "rss"
    base = ""
    limits = Limits(requests=1, seconds=1, page=10_000)
    mapping = Source(
        "rss",
        {
            "id": "post.id",
            "text": "post.text",
            "created_at": "post.created_at",
            "author": "post.author",
            "url": "post.url",
            "lang": "post.lang",
            "media_text": "post.media_text",
            "replies": "post.replies",
        },
        constants={"platform": "news", "kind": "post"},
    )
    accounts: ClassVar = {}
    deletions = "never"
    secrets = ()
    options: ClassVar = {
        "words": 'keep only entries with these words: all of them, "phrases", OR, NOT',
        "agent": "the name under which we ask; publishers want one that can be reached",
    }

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the request for the feed, which asks
        for nothing when it has not changed since ``cursor``.
        """
        kept = _kept(cursor)
        asked = {
            "If-None-Match": kept.get("etag", ""),
            "If-Modified-Since": kept.get("modified", ""),
            "User-Agent": str(query.options.get("agent", "")),
            "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5",
        }
        return Request(query.text, headers={name: value for name, value in asked.items() if value})

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the entries of a feed."""
        marks = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
        cursor = json.dumps(marks) if any(marks.values()) else ""
        if not answer.body.strip():
            return Page(cursor=cursor)
        try:
            feed = _parsed(answer)
        except Unreadable as error:
            return fields.unread(answer.body, error)
        wording, head = Wording(str(query.options.get("words", ""))), feed.get("feed") or {}
        page = fields.collect(Page(cursor=cursor), feed["entries"], lambda entry: _entry(entry, head))
        page.rows = [row for row in page.rows if wording.fits(row["post"]["text"])]
        if not feed.get("version") and not feed["entries"]:
            return fields.unread(answer.body, Unreadable("the answer is no RSS or Atom feed"))
        if feed.get("bozo") and not _wellformed(feed):
            page.truncated = "the feed is not well-formed XML; entries after its fault may be missing"
        return page

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request as it is: feeds are open to all."""
        return request

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return nothing: feeds say no more than Retry-After."""
        return None


def _parsed(answer: Answer) -> dict:
    import feedparser

    if len(answer.body) > LONGEST:
        raise Unreadable(f"the feed has more than {LONGEST // 1_000_000} million bytes")
    told = {"content-type": answer.headers.get("content-type") or "application/xml", "content-location": ""}
    try:
        # As a file: given as bytes, feedparser would first try whether they are an address or the name of a
        # file.
        return feedparser.parse(
            io.BytesIO(answer.body), response_headers=told, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # the parser lets any of its parsers' errors through on hostile input
        raise Unreadable(f"the feed cannot be read ({type(error).__name__})") from None


def _wellformed(feed: dict) -> bool:
    """Say whether what feedparser complains of is only the encoding or the type that the server named."""
    return type(feed.get("bozo_exception")).__name__ in ("CharacterEncodingOverride", "NonXMLContentType")


def _entry(entry: dict, head: dict) -> dict:
    title, _ = markup.read(fields.text(entry.get("title"), "title"))
    bodies = [part.get("value") for part in listed(entry.get("content"))] + [entry.get("summary")]
    body, captions = markup.read(max((body for body in bodies if isinstance(body, str)), key=len, default=""))
    link = fields.text(entry.get("link"), "link")
    media = [
        inside(part, name)
        for part in [*listed(entry.get("media_content")), *listed(entry.get("media_thumbnail"))]
        for name in ("title", "description")
    ] + [entry.get("media_description"), entry.get("media_title")]
    media += [image.get("title") for image in listed(entry.get("links")) if "image" in str(image.get("type"))]
    if media and inside(entry.get("summary_detail"), "value") != entry.get("summary"):
        media.append(
            inside(entry.get("summary_detail"), "value")
        )  # where feedparser leaves a media:description
    text = "\n\n".join(part for part in (title, "" if body == title else body) if part)
    post = {
        "id": fields.text(entry.get("id"), "id") or link or None,
        "text": text,
        "created_at": entry.get("published") or dict.get(entry, "updated") or entry.get("created"),
        "author": _author(entry),
        "url": link,
        "lang": entry.get("language") or inside(head, "language"),
        "media_text": fields.words(captions, *media),
        "replies": fields.number(entry.get("slash_comments")),
        "links": [item.get("href") for item in listed(entry.get("links"))][:50],
        "tags": [tag.get("term") for tag in listed(entry.get("tags"))][:50],
    }
    if not post["id"]:
        raise Unreadable("the entry has neither an id nor a link")
    if len(post["id"]) > 300:
        from earshot.collect.mapping.rows import digest

        post["id"] = digest(post["id"])
    return {
        "post": fields.kept(post),
        "publisher": fields.kept(inside(head, "title")),
        "updated": fields.kept(dict.get(entry, "updated")),
        "summary": fields.kept(entry.get("summary")),
    }


def _author(entry: dict) -> str | None:
    named = inside(entry.get("author_detail"), "name") or entry.get("author")
    return named if isinstance(named, str) and named.strip() else None


def _kept(cursor: str) -> dict[str, str]:
    try:
        value = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return (
        {name: mark for name, mark in value.items() if isinstance(mark, str)}
        if isinstance(value, dict)
        else {}
    )

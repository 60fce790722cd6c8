"""Reddit: search, newest first, and the whole conversation below each post that was found.

Ids are "fullnames" (t3_ a post, t1_ a comment), since parents are named so. What was [deleted] or [removed]
is gone. A search ends after about a thousand posts, whatever there is: then the page says which stretch of
time is missing.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import answers, fields
from earshot.collect.sources.protocol import Answer, Gone, Limits, Page, Query, Request

VERSION = "reddit-1"
MAPPING = Source("reddit", {
    "id": "name", "text": "post.text", "created_at": "created_utc", "author": "post.author",
    "reply_to": "parent_id",
    "root": "post.root", "kind": "post.kind", "url": "post.url", "likes": "score",
    "reposts": "num_crossposts",
    "replies": "num_comments", "place": "post.place", "media_text": "post.media_text",
    "is_public": "post.is_public",
}, constants={"platform": "reddit"})  # fmt: skip
OPTIONS = {
    "threads": "false reads only the posts, not the comments below them",
    "community": "searches in this community only, for example r/travel",
}
WHOLE = 1000  # a listing holds no more, however one asks
BY_ID = "/api/info"
BATCH = 100  # comments that may be asked for at once
ABSENT = {"[deleted]": "deleted", "[removed]": "removed", "[ Removed by Reddit ]": "removed"}
RAW = {"raw_json": "1"}  # else "&" comes as "&amp;"


class Reddit:
    """Reddit's API as a platform."""

    name = "reddit"
    base = "https://oauth.reddit.com"
    limits = Limits(100, 60, 100)
    mapping = MAPPING
    accounts: Mapping[str, str] = {}
    secrets = ("bearer",)
    options = OPTIONS
    deletions = "ids"
    together = BATCH

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the search for posts, newest first;
        ``cursor`` is the time of the newest post of the run before.
        """
        community = query.options.get("community", "").strip("/").removeprefix("r/")
        inside = {"restrict_sr": "true"} if community else {}
        return Request(
            f"/r/{community}/search" if community else "/search",
            {"q": query.text, "sort": "new", "limit": "100", "type": "link", "t": "all"} | inside | RAW,
        )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return posts and comments, of a search, a conversation or a batch of further comments."""
        value, broken = answers.parse(answer.body)
        page = Page(
            broken=broken, truncated="Reddit sent something that is no whole answer." if broken else ""
        )
        walk = _Walk(page, "raw_json" in answer.request.params)
        if answers.inside(value, "kind") == "Listing":
            walk.listing(value)
            if answer.request.path == BY_ID:
                return page
            self._search_on(page, value, answer, query)
        elif isinstance(value, list):
            for listing in value:
                walk.listing(listing)
        elif (things := answers.inside(value, "json", "data", "things")) is not None:
            walk.things(things)
        elif not broken and value not in ({}, None):
            page.broken.append((fields.shown(value), "it is neither posts nor comments"))
        page.next = walk.more() + page.next
        return page

    def again(self, names: Sequence[str]) -> list[Request]:
        """Return the request for posts and comments by their fullnames."""
        return [Request(BY_ID, {"id": ",".join(names)} | RAW)]

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with the app's bearer token."""
        return request.authorized(f"Bearer {secrets['bearer']}")

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return the seconds until Reddit's window opens again (x-ratelimit-reset counts them)."""
        reset = headers.get("x-ratelimit-reset", "").split(".")[0]
        return float(answers.whole(reset)) if status == 429 and answers.whole(reset) else None

    def _search_on(self, page: Page, listing: dict, answer: Answer, query: Query) -> None:
        """Go on to the conversations and the next page,
        until posts are older than those of the run before.
        """
        given = answer.request.params
        found = [row for row in page.rows if answers.words(row.get("name")).startswith("t3_")]
        times = [when for row in found if (when := answers.moment(row.get("created_utc")))]
        if times and "after" not in given:
            page.cursor = str(int(max(times).timestamp()))
        begins = [
            when for when in (answers.moment(float(answers.whole(query.cursor)) or None), query.since) if when
        ]
        since = max(begins) if begins else None
        threads = query.options.get("threads") != "false"
        page.next = [
            _conversation(row) for row in found if threads and answers.whole(row.get("num_comments"))
        ]
        after, seen = (
            answers.words(answers.inside(listing, "data", "after")),
            answers.whole(given.get("count", "0")),
        )
        if times and since is not None and min(times) < since:
            return
        if after:
            further = {"after": after, "count": str(seen + len(found))}
            page.next.append(replace(answer.request, params={**given, **further}))
        elif seen + len(found) >= WHOLE - BATCH and times:
            page.truncated = f"Reddit lists no more than about {WHOLE:,} posts of a search."
            page.lost = (since, min(times)) if since is not None else None


class _Walk:
    """Goes through listings and replies, and notes the comments that must be asked for."""

    def __init__(self, page: Page, raw: bool):
        self._page, self._raw = page, raw
        self._wanted: dict[str, list[str]] = {}
        self._deeper: list[tuple[str, str]] = []
        self._link = ""

    def listing(self, listing: object) -> None:
        """Read a listing of posts or comments."""
        self.things(answers.inside(listing, "data", "children"))

    def things(self, things: object) -> None:
        """Read posts, comments and the places where more of them are; deep threads need no deep recursion."""
        left = [things]
        while left:
            found, odd = answers.objects(left.pop(), "posts and comments")
            self._page.broken += odd
            for thing in found:
                data = thing.get("data")
                if not isinstance(data, dict):
                    self._page.broken.append((fields.shown(thing), "it has no data"))
                elif thing.get("kind") == "more":
                    self._note(data)
                elif thing.get("kind") in ("t1", "t3"):
                    left.append(answers.inside(data, "replies", "data", "children"))
                    self._keep(data, thing["kind"])

    def more(self) -> list[Request]:
        """Return the requests for the comments that were left out."""
        asked = [
            Request(
                "/api/morechildren",
                {
                    "link_id": link,
                    "children": ",".join(names[start : start + BATCH]),
                    "api_type": "json",
                    "limit_children": "false",
                }
                | RAW,
            )
            for link, names in self._wanted.items()
            for start in range(0, len(names), BATCH)
        ]
        return asked + [
            Request(
                f"/comments/{link.removeprefix('t3_')}/_/{parent.removeprefix('t1_')}", {"limit": "500"} | RAW
            )
            for link, parent in self._deeper
        ]

    def _note(self, data: dict) -> None:
        children = data.get("children")
        names = [answers.words(name) for name in children] if isinstance(children, list) else []
        if names := [name for name in names if name and name != "_"]:
            self._wanted.setdefault(self._link, []).extend(names)
        elif self._link and answers.words(data.get("parent_id")).startswith("t1_"):
            self._deeper.append((self._link, answers.words(data["parent_id"])))

    def _keep(self, data: dict, kind: str) -> None:
        name = answers.words(data.get("name"))
        self._link = name if kind == "t3" else answers.words(data.get("link_id")) or self._link
        body = answers.words(data.get("selftext" if kind == "t3" else "body"))
        if name and (body.strip() in ABSENT or data.get("removed_by_category")):
            self._page.gone.append(Gone(name, ABSENT.get(body.strip(), "removed")))
            return
        # The text again as HTML, in which tags part the names that must be found, is not kept.
        self._page.rows.append(
            {
                key: value
                for key, value in data.items()
                if key not in ("replies", "body_html", "selftext_html", "author_flair_richtext")
            }
            | {"post": self._ours(data, kind, body)}
        )

    def _ours(self, data: dict, kind: str, body: str) -> dict:
        text = "\n\n".join(filter(None, (answers.words(data.get("title")), body)))
        author, place = answers.words(data.get("author")), answers.words(data.get("subreddit"))
        link = answers.words(data.get("permalink")).partition("?")[0]
        captions = answers.listed(answers.inside(data, "gallery_data", "items"))
        return {
            "text": (text if self._raw else html.unescape(text)) or None,
            "place": f"r/{place}" if place else None,
            "kind": "post" if kind == "t3" else "reply", "author": None if author in ("",
            "[deleted]") else author,
            "root": self._link or None,
            "url": f"https://www.reddit.com{link}" if link.startswith("/") else None,
            "media_text": "\n".join(filter(None,
            (answers.words(item.get("caption")) for item in captions))) or None,
            "is_public": data.get("subreddit_type") in (None, "public", "restricted", "user", "archived"),
        }  # fmt: skip


def _conversation(row: dict) -> Request:
    return Request(f"/comments/{answers.words(row.get('name')).removeprefix('t3_')}", {"limit": "500"} | RAW)

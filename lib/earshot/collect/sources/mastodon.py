"""Mastodon: hashtags (oldest first from where the run before ended) and full-text search,
of any server that allows it.

A query that begins with "#" is a hashtag, all else a search, which needs an account's token. Content comes as
HTML and is read as text, with its content warning; what pictures are said to show becomes media text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlsplit

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import answers, markup
from earshot.collect.sources.protocol import Answer, Limits, Page, Query, Request

VERSION = "mastodon-1"
PAGE = "40"
MAPPING = Source("mastodon", {
    "id": "id", "text": "post.text", "created_at": "created_at", "author": "account.acct", "lang": "language",
    "reply_to": "in_reply_to_id", "kind": "post.kind", "url": "url", "likes": "favourites_count",
    "reposts": "reblogs_count", "replies": "replies_count", "followers": "account.followers_count",
    "is_public": "post.is_public", "media_text": "post.media_text",
}, constants={"platform": "mastodon"})  # fmt: skip
ACCOUNTS = {
    "created_at": "account.created_at", "followers": "account.followers_count",
    "following": "account.following_count",
    "posts": "account.statuses_count", "has_bio": "post.bio", "has_picture": "post.picture",
    "has_url": "post.fields",
}  # fmt: skip
PROFILE = (
    "note",
    "fields",
    "avatar",
    "avatar_static",
    "avatar_description",
    "header",
    "header_static",
    "header_description",
    "emojis",
    "display_name",
)  # of these only whether they are filled is kept
OPTIONS = {
    "local": "true reads only what the server's own members wrote (hashtags)",
    "threads": "true reads the whole conversation of posts that were answered",
}
BY_ID = "/api/v1/statuses"
PUBLIC = ("public", "unlisted")


class Mastodon:
    """A Mastodon server as a platform; the feed's base says which."""

    name = "mastodon"
    base = "https://mastodon.social"
    limits = Limits(300, 300, 40)
    mapping = MAPPING
    accounts = ACCOUNTS
    secrets = ("bearer?",)
    options = OPTIONS
    deletions = "ids"
    together = 20  # statuses by id in one request (Mastodon 4.3; older servers are asked for one at a time)

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the first page: what is newer than the run before, or the newest there is."""
        after = {"min_id": cursor} if cursor else {}
        if not query.text.startswith("#"):
            return Request("/api/v2/search", {"q": query.text, "type": "statuses", "limit": PAGE} | after)
        local = {"local": "true"} if query.options.get("local") == "true" else {}
        return Request(
            f"/api/v1/timelines/tag/{quote(query.text[1:], safe='')}", {"limit": PAGE} | local | after
        )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the posts of a timeline, a search, a conversation or one post."""
        value, broken = answers.parse(answer.body)
        statuses, odd = answers.objects(_statuses(value), "posts")
        page = Page([_joined(status) for status in statuses], [], broken + odd)
        page.truncated = "The server sent something that is no whole page of posts." if broken else ""
        if answer.request.path.startswith(BY_ID):  # posts by id and conversations have no further pages
            return page
        page.next = self._threads(statuses, query)
        ids = [number for status in statuses if (number := answers.whole(status.get("id")))]
        if ids:
            self._continue(page, answer, query, ids, statuses)
        return page

    def again(self, names: Sequence[str]) -> list[Request]:
        """Return the request for posts by id."""
        return [Request(f"{BY_ID}/{names[0]}") if len(names) == 1 else Request(BY_ID, {"id[]": list(names)})]

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with the account's token, where there is one."""
        return request.authorized(f"Bearer {secrets['bearer']}") if "bearer" in secrets else request

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return the seconds until the server's window opens again (X-RateLimit-Reset is an ISO time)."""
        reset = answers.moment(headers.get("x-ratelimit-reset", ""))
        if status != 429 or reset is None:
            return None
        from earshot.core.clock import now

        return max(1.0, (reset - now()).total_seconds())

    def _continue(
        self, page: Page, answer: Answer, query: Query, ids: list[int], statuses: list[dict]
    ) -> None:
        """Go on to newer posts of a hashtag that is followed,
        else to older ones until the beginning of the query.
        """
        given = dict(answer.request.params)
        upwards = "min_id" in given and query.text.startswith("#")
        if upwards or "max_id" not in given:
            page.cursor = str(max(ids))
        if upwards:
            page.next.append(replace(answer.request, params=given | {"min_id": str(max(ids))}))
            return
        times = [when for status in statuses if (when := answers.moment(status.get("created_at")))]
        if query.since is not None and times and min(times) < query.since:
            return
        older = _linked(answer.headers.get("link", "")) or {"max_id": str(min(ids))}
        page.next.append(replace(answer.request, params=given | older))

    def _threads(self, statuses: list[dict], query: Query) -> list[Request]:
        if query.options.get("threads") != "true":
            return []
        return [
            Request(f"{BY_ID}/{name}/context")
            for status in statuses
            if answers.whole(status.get("replies_count")) and (name := answers.whole(status.get("id")))
        ]


def _statuses(value: object) -> object:
    """Return the list of posts, wherever the answer has it."""
    if isinstance(value, dict) and ("ancestors" in value or "descendants" in value):
        return [*answers.listed(value.get("ancestors")), *answers.listed(value.get("descendants"))]
    if isinstance(value, dict) and "statuses" in value:
        return value["statuses"]
    return [value] if isinstance(value, dict) and "content" in value else value


def _joined(status: dict) -> dict:
    """Return a post with its text, kind and what its pictures show,
    which is the text of a post without words.

    Of a boost the text is the boosted post's.
    """
    boosted = status.get("reblog") if isinstance(status.get("reblog"), dict) else None
    told = boosted or status
    warning, body = answers.words(told.get("spoiler_text")).strip(), _plain(told.get("content"))
    shown = "\n".join(
        filter(
            None,
            (
                answers.words(item.get("description"))
                for item in answers.listed(told.get("media_attachments"))
            ),
        )
    )
    quoted = answers.inside(status, "quote", "state") == "accepted" or bool(
        answers.inside(status, "quote", "id")
    )
    picture = answers.words(answers.inside(status, "account", "avatar"))
    ours = {
        "text": "\n\n".join(filter(None, (warning, body))) or shown.strip() or None,
        "kind": "repost" if boosted else "quote" if quoted
                else "reply" if status.get("in_reply_to_id") else "post",
        "is_public": status.get("visibility") in PUBLIC if isinstance(status.get("visibility"),
        str) else None,
        "media_text": shown or None,
        "picture": bool(picture) and "missing.png" not in picture,
        "fields": bool(answers.listed(answers.inside(status, "account", "fields"))),
        "bio": bool(_plain(answers.inside(status, "account", "note"))),
    }  # fmt: skip
    return _bare(status) | {"reblog": _bare(boosted) if boosted else None, "post": ours}


def _plain(content: object) -> str:
    """Return HTML as text; the ends of long addresses,
    which Mastodon hides in "invisible" spans, are part of it.
    """
    return markup.read(answers.words(content))[0]


def _bare(status: dict) -> dict:
    """Return a post without its HTML, in which tags part the names
    that must be found, and without the profile.
    """
    bare = {
        name: value
        for name, value in status.items()
        if name not in ("content", "filtered", "card", "mentions")
    }
    if isinstance(status.get("account"), dict):
        bare["account"] = {name: value for name, value in status["account"].items() if name not in PROFILE}
    return bare


def _linked(header: str) -> dict[str, str]:
    """Return the parameters by which a Link header goes on to older posts."""
    for part in header.split(","):
        address, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            given = dict(parse_qsl(urlsplit(address.strip(" <>")).query))
            return {name: given[name] for name in ("max_id", "offset") if name in given}
    return {}

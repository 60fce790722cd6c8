"""Mastodon's streaming API (server-sent events): posts as they are written, edited or deleted on one server.

A query is a hashtag (``#rail``), ``public`` or ``local`` for all that the server sees or its own members
write, or words, which are looked for in the public stream here. The stream cannot be resumed: what was
written while nobody listened is a gap, which the hashtag feed of ``sources.mastodon`` can fill.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import answers, fields
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.mastodon import ACCOUNTS, MAPPING, Mastodon
from earshot.collect.sources.protocol import Answer, Gone, Limits, Page, Query, Request
from earshot.collect.sources.wording import Wording

WRITTEN, GONE = ("update", "status.update"), "delete"


class MastodonStream:
    """The stream of one Mastodon server; the feed's base says which (many want an account's token)."""

    name = "mastodon-stream"
    base = "https://streaming.mastodon.social"
    limits = Limits(requests=1, seconds=1, page=1)
    mapping = Source(
        "mastodon-stream",
        MAPPING.columns | {"collected_at": "received_at"},
        constants=dict(MAPPING.constants),
    )
    accounts: ClassVar = ACCOUNTS
    deletions = "events"
    secrets = ("bearer?",)
    options: ClassVar = {}

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the address of the stream; there is no way to go back to ``cursor``."""
        text = query.text.strip()
        asks = {"Accept": "text/event-stream"}
        if text.startswith("#") and " " not in text:
            return Request("/api/v1/streaming/hashtag", {"tag": text[1:]}, asks)
        return Request(
            "/api/v1/streaming/public/local" if text == "local" else "/api/v1/streaming/public", {}, asks
        )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return what one event says: a post that is new or edited, a post that is gone, or nothing.

        An edited post that no longer matches is given with ``matches`` false: it is kept only where it is
        stored.
        """
        event, data = split(answer.body)
        if event == GONE:
            number = data.strip().strip('"')
            return (
                Page(gone=[Gone(number)])
                if number.isdigit() and number.isascii() and len(number) < 30
                else (fields.unread(answer.body, Unreadable("delete should name the number of a post")))
            )
        if event not in WRITTEN:
            return Page()
        try:
            status = fields.parse_object(data.encode("utf-8", "replace"))
            if "content" not in status:
                raise Unreadable("the event holds no post")
        except Unreadable as error:
            return fields.unread(answer.body, error)
        page = Mastodon().read(
            replace(answer, body=data.encode("utf-8", "replace")), replace(query, options={})
        )
        for row in page.rows:
            row["matches"] = _fits(row, query.text.strip())
        page.rows = [fields.kept(row) for row in page.rows if row["matches"] or event == "status.update"]
        return Page(page.rows, page.gone, page.broken)

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with the account's token, where there is one."""
        return Mastodon().sign(request, secrets)

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return the seconds until the server's window opens again."""
        return Mastodon().wait(status, headers, body)


def split(body: bytes) -> tuple[str, str]:
    """Return (name, data) of one server-sent event;
    many data lines are one text (WHATWG HTML section 9.2.6).
    """
    event, data = "message", []
    for line in body.decode("utf-8", "replace").split("\n"):
        name, _, value = line.rstrip("\r").partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
    return event, "\n".join(data)


def _fits(row: dict, text: str) -> bool:
    """Say whether a post is one that the query means; hashtag, public and local streams hold nothing else."""
    if text in ("", "public", "local") or (text.startswith("#") and " " not in text):
        return True
    said = [answers.words(answers.inside(row, "post", name)) for name in ("text", "media_text")]
    return Wording(text).fits("\n".join(said))

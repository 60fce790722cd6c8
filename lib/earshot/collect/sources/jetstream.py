"""Bluesky's Jetstream (v1): every public post as it is written,
changed or deleted, as one JSON event per message.

Jetstream cannot search, so the query is matched here. Its cursor is the time of the last event in
microseconds; a reader that comes back asks for a few seconds more, and what it has already simply stays as it
is.
"""

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import fields
from earshot.collect.sources.bluesky import COLUMNS, name_post, read_record
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.protocol import Answer, Gone, Limits, Page, Query, Request
from earshot.collect.sources.wording import Wording

POSTS = "app.bsky.feed.post"
OVERLAP = 5_000_000  # microseconds that are asked for again, as its makers advise
EARLIEST, LATEST = 1_577_836_800_000_000, 4_102_444_800_000_000  # 2020 and 2100
GONE = ("takendown", "suspended", "deleted", "deactivated")


class Jetstream:
    """The stream of all posts on Bluesky; keeps those that match the query's words."""

    name = "jetstream"
    base = "wss://jetstream2.us-east.bsky.network"
    limits = Limits(requests=1, seconds=1, page=1, days=3)
    mapping = Source("jetstream", COLUMNS | {"collected_at": "time_us"}, constants={"platform": "bluesky"})
    accounts: ClassVar = {}
    deletions = "events"
    secrets = ()
    options: ClassVar = {}

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the address of the stream, from a little before ``cursor`` (else ``query.since``) on."""
        params = {"wantedCollections": POSTS}
        at = int(cursor) if cursor.isdigit() else 0
        if not at and query.since is not None:
            at = int(query.since.timestamp() * 1_000_000) + OVERLAP
        return Request("/subscribe", params | ({"cursor": str(at - OVERLAP)} if at else {}))

    def read(self, answer: Answer, query: Query) -> Page:
        """Return what one event says: a post (created or changed),
        a post or an account that is gone, or nothing.

        A changed post that no longer matches is given with ``matches`` false: it is kept only where it is
        stored.
        """
        try:
            event = fields.parse_object(answer.body)
            at = _time(event.get("time_us"))
            page = Page(cursor=str(at) if at else "")
            if event.get("kind") == "account":
                page.gone = _account(event, at)
            elif event.get("kind") == "commit":
                _commit(page, event, at, Wording(query.text))
            elif not isinstance(event.get("kind"), str):
                raise Unreadable("kind should be a text such as commit, identity or account")
            return page
        except Unreadable as error:
            return fields.unread(answer.body, error)

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request as it is: Jetstream is open to all."""
        return request

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return nothing: Jetstream says no more than Retry-After."""
        return None


def _commit(page: Page, event: dict, at: int | None, wording: Wording) -> None:
    commit = fields.mapping(event.get("commit"), "commit")
    if fields.text(commit.get("collection"), "collection") != POSTS:
        return
    did, key = fields.code(event.get("did"), "did"), fields.code(commit.get("rkey"), "rkey")
    operation = fields.text(commit.get("operation"), "operation")
    if operation == "delete":
        page.gone = [Gone(name_post(did, key), "deleted", _moment(at))]
    elif operation in ("create", "update"):
        row = read_record(did, key, fields.mapping(commit.get("record"), "record"))
        row |= {"time_us": at, "operation": operation}
        post = row["post"]
        row["matches"] = wording.fits(
            "\n".join([post["text"], post["media_text"], *post["links"], *post["tags"]])
        )
        page.rows = [row] if row["matches"] or operation == "update" else []
    else:
        raise Unreadable(f"operation should be create, update or delete, but is {operation[:40]!r}")


def _account(event: dict, at: int | None) -> list[Gone]:
    account = fields.mapping(event.get("account"), "account")
    if account.get("active") is not False:
        return []
    status = fields.text(account.get("status"), "status")
    did = fields.code(event.get("did") or account.get("did"), "did")
    return [
        Gone(kind=f"account {status}" if status in GONE else "account inactive", at=_moment(at), account=did)
    ]


def _time(value: object) -> int | None:
    number = fields.number(value)
    return number if number and EARLIEST < number < LATEST else None


def _moment(at: int | None) -> pd.Timestamp | None:
    return pd.Timestamp(at, unit="us", tz="UTC") if at else None

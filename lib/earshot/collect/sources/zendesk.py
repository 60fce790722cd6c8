"""Zendesk Support: tickets and their comments by the incremental exports,
which give each change once, in order.

A query is ``comments`` (ticket events with their comments, time-based) or ``tickets`` (cursor-based; a
ticket's text is its subject and its first comment). Internal notes are kept as not public; who wrote is a
number and becomes a pseudonym; a ticket that was deleted is followed.
"""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import answers, fields, markup
from earshot.collect.sources.answers import inside, listed
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.protocol import Answer, Gone, Limits, Page, Query, Request

TICKETS, EVENTS = "/api/v2/incremental/tickets/cursor.json", "/api/v2/incremental/ticket_events.json"
PEOPLE = (
    "requester_id",
    "submitter_id",
    "assignee_id",
    "collaborator_ids",
    "follower_ids",
    "email_cc_ids",
    "author_id",
    "updater_id",
    "recipient",
    "collaborators",
    "satisfaction_rating",
    "via",
)
LONGEST_AGO = 1_262_304_000  # 2010, before which nobody has tickets to export


class Zendesk:
    """Tickets and comments of one Zendesk account (its address is the feed's base); 10 exports a minute."""

    name = "zendesk"
    base = ""
    limits = Limits(requests=10, seconds=60, page=1000)
    mapping = Source(
        "zendesk",
        {
            "id": "post.id",
            "text": "post.text",
            "created_at": "post.created_at",
            "author": "post.author",
            "collected_at": "post.changed_at",
            "reply_to": "post.parent",
            "root": "post.root",
            "kind": "post.kind",
            "media_text": "post.media_text",
            "is_public": "post.is_public",
        },
        constants={"platform": "zendesk"},
    )
    accounts: ClassVar = {}
    deletions = "changes"
    secrets = ("email?", "token?", "bearer?")
    options: ClassVar = {}

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the request that begins an export at ``query.since``,
        or continues it where ``cursor`` ended.
        """
        start = str(LONGEST_AGO if query.since is None else max(LONGEST_AGO, int(query.since.timestamp())))
        if query.text.strip() == "tickets":
            return Request(TICKETS, {"cursor": cursor} if cursor else {"start_time": start})
        return Request(
            EVENTS, {"start_time": cursor if cursor.isdigit() else start, "include": "comment_events"}
        )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the tickets or the comments of one part of an export."""
        try:
            given = fields.parse_object(answer.body)
            page = Page()
            if "ticket_events" in given:
                _events(page, fields.listing(given["ticket_events"], "ticket_events"))
                page.cursor = str(fields.number(given.get("end_time")) or "")
                name = "start_time"
            elif "tickets" in given:
                fields.collect(
                    page, fields.listing(given["tickets"], "tickets"), lambda one: _ticket(one, page.gone)
                )
                page.cursor = fields.token(page, given.get("after_cursor"), "after_cursor")
                name = "cursor"
            else:
                raise Unreadable("the answer holds neither tickets nor ticket_events")
        except Unreadable as error:
            return fields.unread(answer.body, error)
        moved = page.cursor != answer.request.params.get(name)
        if (
            given.get("end_of_stream") is False and page.cursor and moved
        ):  # else the same part would come for ever
            kept = {
                key: value
                for key, value in answer.request.params.items()
                if key not in ("start_time", "cursor")
            }
            page.next = [replace(answer.request, params={**kept, name: page.cursor})]
        return page

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with an OAuth token (``bearer``), or with an agent's e-mail and API token."""
        if secrets.get("bearer"):
            said = f"Bearer {secrets['bearer']}"
        else:
            pair = f"{secrets.get('email', '')}/token:{secrets.get('token', '')}"
            said = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return request.authorized(said)

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return nothing: Zendesk says no more than Retry-After."""
        return None


def _events(page: Page, events: list) -> None:
    """Read the comments among the changes of each event; other changes are no posts."""
    for event in events:
        children = inside(event, "child_events")
        if not isinstance(event, dict) or not isinstance(children, list | None):
            page.broken.append(
                (fields.shown(event), "the event should be an object with a list of child_events")
            )
            continue
        comments = [
            child
            for child in children or []
            if not isinstance(child, dict) or "Comment" in (child.get("event_type"), child.get("type"))
        ]
        fields.collect(page, comments, lambda comment, event=event: _comment(comment, event))


def _comment(comment: dict, event: dict) -> dict:
    ticket = fields.code(event.get("ticket_id"), "ticket_id")
    html, captions = markup.read(fields.text(comment.get("html_body"), "html_body"))
    plain = fields.text(comment.get("plain_body"), "plain_body") or fields.text(comment.get("body"), "body")
    names = [file.get("file_name") for file in listed(comment.get("attachments"))]
    made = {
        "id": f"comment-{fields.code(comment.get('id'), 'id')}",
        "text": html or plain,
        "author": fields.code(comment.get("author_id") or event.get("updater_id"), "author_id", needed=False),
        "created_at": fields.moment(comment.get("created_at") or event.get("created_at"), "created_at"),
        "changed_at": None,
        "root": f"ticket-{ticket}",
        "parent": f"ticket-{ticket}",
        "kind": "reply",
        "is_public": comment.get("public") is True,
        "media_text": fields.words(captions, *names),
    }
    return {"post": fields.kept(made)} | fields.kept(
        {
            "ticket": ticket,
            "channel": inside(event, "via")
            if isinstance(event.get("via"), str)
            else inside(event, "via", "channel"),
            "type": comment.get("type"),
            "audit_id": comment.get("audit_id"),
        }
    )


def _ticket(ticket: dict, gone: list[Gone]) -> dict | None:
    key, changed = fields.code(ticket.get("id"), "id"), answers.moment(ticket.get("updated_at"))
    if ticket.get("status") == "deleted":
        gone.append(Gone(f"ticket-{key}", "deleted", changed))
        return None
    parts = [fields.text(ticket.get(name), name).strip() for name in ("subject", "description")]
    made = {
        "id": f"ticket-{key}",
        "text": "\n\n".join(dict.fromkeys(filter(None, parts))),
        "parent": None,
        "author": fields.code(ticket.get("requester_id"), "requester_id", needed=False),
        "root": f"ticket-{key}",
        "created_at": fields.moment(ticket.get("created_at"), "created_at"),
        "kind": "post",
        "media_text": "",
        "changed_at": ticket.get("updated_at") if changed else None,
        "is_public": ticket.get("is_public") is True,
    }
    rest = {
        name: value
        for name, value in ticket.items()
        if name not in (*PEOPLE, "subject", "description", "post")
    }
    return fields.kept(rest) | {
        "channel": fields.kept(inside(ticket, "via", "channel")),
        "post": fields.kept(made),
    }

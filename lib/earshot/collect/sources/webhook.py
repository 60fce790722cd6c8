"""Webhooks of any sender: JSON that comes to us, signed, and mapped by what the feed's options say.

For example, in feeds.yml::

    reviews:
      platform: webhook
      credentials: {secret: env:REVIEWS_SECRET}
      options: {items: data.reviews, id: review_id, text: body, created_at: written, author: user.name, likes:
      votes}
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import ClassVar

from earshot.collect.mapping.mapping import FIELDS, Source
from earshot.collect.sources import fields
from earshot.collect.sources.answers import inside
from earshot.collect.sources.fields import Unreadable
from earshot.collect.sources.protocol import Answer, Limits, Page, Query, Request
from earshot.core.params import ParamError

MAPPED = tuple(name for name in FIELDS if name not in ("platform", "brand", "region"))
TOLERANCE = 300  # seconds that a signed time may be off
DIGEST = re.compile(r"[0-9a-f]{64}")


class Webhook:
    """What one sender delivers; ``options`` (of the feed) say
    which part of its JSON is which field of a post.
    """

    name = "webhook"
    base = ""
    limits = Limits(requests=1000, seconds=1, page=10_000)
    accounts: ClassVar = {}
    deletions = "never"
    secrets = ("secret",)
    options: ClassVar = {
        name: f"where in an item the {name} stands, such as data.{name}" for name in MAPPED
    } | {
        "items": "where in the JSON the list of items stands; left out, the JSON is one item or a list of "
        "them",
        "as": "what the platform is called in the store; webhook when left out",
        "header": "the header with the signature; X-Signature-256 when left out",
        "timestamp": "the header with the time of sending, which is signed before the body, with a dot "
        "between them",
        "delivery": "the header that names a delivery, so that one sent again is known",
    }

    def __init__(self, options: Mapping[str, str] | None = None):
        self.given = dict(options or {})
        columns = {name: self.given[name] for name in MAPPED if self.given.get(name)}
        self.mapping = Source("webhook", columns, constants={"platform": self.given.get("as") or "webhook"})

    def check(self, where: str) -> None:
        """Raise ParamError when the options do not say where a post's text and time stand."""
        for needed in ("text", "created_at"):
            if needed not in self.mapping.columns:
                raise ParamError(
                    f"{where}: the webhook's options do not say where the {needed} of a post stands; "
                    f"write, for example, options: {{{needed}: data.{needed}}}."
                )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the items of one delivery."""
        try:
            value = fields.parse(answer.body)
            place = self.given.get("items", "")
            items = inside(value, *place.split(".")) if place else value
            if items is None and place:
                raise Unreadable(f"the delivery has no {place}")
        except Unreadable as error:
            return fields.unread(answer.body, error)
        return fields.collect(Page(), items if isinstance(items, list) else [items], self._item)

    def _item(self, item: dict) -> dict:
        for name, place in self.mapping.columns.items():
            value = inside(item, *place.split("."))
            if isinstance(value, dict | list):
                raise Unreadable(
                    f"{place} should be the {name} of a post, but is {fields.KINDS[type(value)]}"
                )
        return fields.kept(item)

    def first(self, query: Query, cursor: str = "") -> Request:
        """Raise ParamError: a webhook is not asked but listened to."""
        raise ParamError("A webhook is not collected from but listened to: run earshot collect with --live.")

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request as it is: a webhook is not asked."""
        return request

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return nothing: a webhook is not asked."""
        return None

    def refusal(self, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> str:
        """Return why a delivery is not believed, or "":
        its signature (HMAC-SHA256, hex) must be that of its body.

        ``headers`` have names in lower case; ``now`` is in seconds since 1970.
        """
        name = (self.given.get("header") or "X-Signature-256").lower()
        given = headers.get(name, "").strip().lower().removeprefix("sha256=")
        if not DIGEST.fullmatch(given):
            return f"the header {name} holds no HMAC-SHA256 signature in hex"
        signed = body
        if stamp := self.given.get("timestamp"):
            said = headers.get(stamp.lower(), "").strip()
            if not re.fullmatch(r"\d{9,11}", said, re.ASCII):
                return f"the header {stamp} holds no time in seconds since 1970"
            if abs(now - int(said)) > TOLERANCE:
                return f"the delivery was signed more than {TOLERANCE} seconds ago or ahead of time"
            signed = said.encode() + b"." + body
        made = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(made, given) else "the signature is not that of the body"

    def names(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return what a delivery is known by:
        its id where the sender gives one, else its signature and body.
        """
        named = headers.get((self.given.get("delivery") or "").lower(), "")
        header = headers.get((self.given.get("header") or "X-Signature-256").lower(), "")
        return hashlib.sha256(
            named.encode("utf-8", "replace") if named else header.encode("utf-8", "replace") + b"|" + body
        ).hexdigest()

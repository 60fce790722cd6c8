"""What a platform must say about itself:
what it yields, how it pages, what its limits are, how it says "deleted".

A platform does no input or output. It says what to ask (a Request) and reads what was answered (a Page);
fetching, waiting, retrying, counting and storing are the same for all of them, in ``collect.harvest``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import pandas as pd

from earshot.collect.mapping.mapping import Source


@dataclass(frozen=True)
class Limits:
    """How fast and how far back a platform lets us read:
    requests in so many seconds, posts a page, days of history.
    """

    requests: int
    seconds: float
    page: int
    days: float | None = None


@dataclass(frozen=True)
class Query:
    """What is asked of a platform: its words in the platform's own dialect,
    and from when (inclusive) to when.

    ``cursor`` is what the run before left ("" at first); ``options`` are the platform's own, as feeds.yml
    gives them.
    """

    name: str
    text: str
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    cursor: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One HTTP request: the address below the feed's base,
    its parameters, headers that are no secret, and a body.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""

    def authorized(self, credentials: str) -> "Request":
        """Return the request with an Authorization header (RFC 9110): "Bearer …" or "Basic …"."""
        return replace(self, headers={**self.headers, "Authorization": credentials})


@dataclass(frozen=True)
class Answer:
    """What came back, whole: the body, the request it answers, and its headers with names in lower case."""

    body: bytes
    request: Request
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gone:
    """A post (or, without ``id``, all of an ``account``) that the platform says is gone, and since when."""

    id: str = ""
    kind: str = "deleted"
    at: pd.Timestamp | None = None
    account: str = ""


@dataclass
class Page:
    """What one answer holds: posts as flat rows, what is gone, what could not be read, and what to ask next.

    ``rows`` are payloads as delivered with what belongs to them joined in (author, place, parent), nested
    objects still nested; a field that the platform puts together itself (plain text out of HTML …) lies in
    the row's "post" object. ``broken`` are (text, reason) of what is no post. ``next`` are the requests that
    continue; they are asked in this order, after a kill too. ``cursor`` is what to keep so that a later run
    begins where this one ended: the last page that gives one decides, and it holds once nothing is left to
    ask, so newest-first pages give it on the first page only. ``truncated`` says in a sentence what the
    platform left out, ``lost`` of which stretch of time, if known.
    """

    rows: list[dict] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    next: list[Request] = field(default_factory=list)
    cursor: str = ""
    truncated: str = ""
    lost: tuple[pd.Timestamp, pd.Timestamp] | None = None


DELETIONS = {
    "ids": "asked by id (earshot collect --deletions)",
    "jobs": "asked in compliance jobs (earshot collect --deletions)",
    "events": "told on the stream, while it is followed",
    "changes": "told among the changes that each collection reads",
    "jetstream": "told on a feed of platform jetstream, while it is followed",
    "none": "told on a feed of platform jetstream, of which there is none",
    "never": "cannot be followed: nobody tells what is gone",
    "file": "on a list that the platform answers (earshot comply)",
}


class Platform(Protocol):
    """One platform. ``mapping`` says which field of a (flattened) row is which field of a post; ``accounts``
    the same for the accounts table, as {its column: column of the row} (has_* are true where that column is
    filled, and author is the mapping's). ``secrets`` names the credentials it needs (feeds.yml says where
    each is found); one that ends in "?" it can do without. ``options`` says what a feed may set: {name: what
    it does}. ``deletions`` says how one learns of what is gone or edited, one of DELETIONS; with "ids" the
    platform is a Recalled one."""

    name: str
    base: str
    limits: Limits
    mapping: Source
    accounts: Mapping[str, str]
    secrets: tuple[str, ...]
    options: Mapping[str, str]
    deletions: str

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the request that begins a query, or continues it from a kept ``cursor``."""

    def read(self, answer: Answer, query: Query) -> Page:
        """Return what an answer holds. Never raises on what a platform sends:
        what is no post goes to ``broken``.
        """

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with its credentials;
        those it can do without may be missing from ``secrets``.
        """

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return for how many seconds the platform wants us to pause,
        or None when the answer does not say so.

        Retry-After is read for every platform; this is for what a platform does in its own way: X's reset
        header, or a 401 that means throttling. Header names are in lower case.
        """


class Recalled(Platform, Protocol):
    """A platform that shows posts by their ids, at most so many ``together``; what it leaves out is gone."""

    together: int

    def again(self, names: Sequence[str]) -> list[Request]:
        """Return the requests that ask for posts by what they are called
        on the platform; no page follows them.
        """

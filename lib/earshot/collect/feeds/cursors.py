"""Where a feed stopped reading: what is left to ask,
and from where the next run begins (table ``cursors``).
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field

import pandas as pd

from earshot.collect.sources.protocol import Request
from earshot.core.store import Store


@dataclass
class Bookmark:
    """The place of one feed and query: ``cursor`` holds for a run that begins,
    ``reached`` once nothing is ``left``.

    ``since`` is where the first run began, ``until`` when the last began that left nothing, ``at`` when this
    was saved; ``resting`` says that the run stopped of its own will.
    """

    source: str
    query: str
    cursor: str = ""
    reached: str = ""
    left: list[Request] = field(default_factory=list)
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    resting: bool = True
    pages: int = 0
    posts: int = 0
    at: pd.Timestamp | None = None

    def turn(self, cursor: str, further: list[Request], posts: int) -> None:
        """Go past one page: it is the first of ``left``, and ``further`` is asked before the others."""
        self.left = further + self.left[1:]
        self.reached = cursor or self.reached
        if not self.left:
            self.cursor, self.reached = self.reached or self.cursor, ""
        self.pages, self.posts = self.pages + 1, self.posts + posts

    def begin_again(self) -> None:
        """Forget what was left to ask; the next request is the first of the query from the old cursor."""
        self.left, self.reached = [], ""

    def save(self, store: Store, at: pd.Timestamp) -> None:
        """Commit the place; a kill before this repeats the page, which adds nothing."""
        self.at = at
        state = {
            "cursor": self.cursor,
            "reached": self.reached,
            "resting": self.resting,
            "left": [_as_dict(request) for request in self.left],
        }
        row = {
            "source": self.source,
            "query": self.query,
            "cursor": json.dumps(state, ensure_ascii=False),
            "since": self.since,
            "until": self.until,
            "pages": self.pages,
            "posts": self.posts,
            "at": at,
        }
        store.merge("cursors", pd.DataFrame([row]))


def find(store: Store, source: str, query: str) -> Bookmark:
    """Return where a feed stopped, or an empty bookmark for one that was never read;
    a damaged one begins anew.
    """
    rows = store.read("cursors", where={"source": source, "query": query})
    if rows.empty:
        return Bookmark(source, query)
    row = rows.iloc[0]
    try:
        state = json.loads(row["cursor"])
        left = [_as_request(request) for request in state["left"]]
    except (ValueError, TypeError, KeyError):
        state, left = {}, []
    since, until = (None if pd.isna(row[name]) else row[name] for name in ("since", "until"))
    return Bookmark(
        source,
        query,
        state.get("cursor", ""),
        state.get("reached", ""),
        left,
        since,
        until,
        state.get("resting", True),
        int(row["pages"]),
        int(row["posts"]),
        row["at"],
    )


def _as_dict(request: Request) -> dict:
    return {
        "path": request.path,
        "params": dict(request.params),
        "headers": dict(request.headers),
        "method": request.method,
        "body": b64encode(request.body).decode(),
    }


def _as_request(values: dict) -> Request:
    return Request(
        values["path"], values["params"], values["headers"], values["method"], b64decode(values["body"])
    )

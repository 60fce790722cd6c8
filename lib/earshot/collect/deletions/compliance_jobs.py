"""Asking a platform which of the posts
that are kept here its users have deleted since (X's batch compliance jobs).

The ids go to an address that X names, and the answer is fetched from another: both are on other hosts, so
neither is sent our credentials. What is gone becomes tombstones, which clear every table.
"""

import json
from collections.abc import Iterator

import pandas as pd

from earshot.collect.deletions.compliance import check_sharing
from earshot.collect.feeds.gaps import Ledger
from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.settings import Feed
from earshot.collect.landing import terms, tombstones
from earshot.collect.sources import answers
from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.client import Client, Failed
from earshot.collect.sources.pacing import Patience, Timepiece
from earshot.collect.sources.protocol import DELETIONS, Page, Request
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

JOBS = "/2/compliance/jobs"
EVERY = 30.0  # seconds between two looks at a job
LOOKS = 240


def check_deletions(
    workspace: Workspace, feed: Feed, patience: Patience | None = None, timepiece: Timepiece | None = None
) -> tuple[int, int]:
    """Return (how many stored posts were asked about, how many of them are gone and now go here too).

    Raises ParamError for a platform without such jobs or where the terms card does not let ids be shared, and
    Failed with one sentence when the platform does not answer.
    """
    platform, timepiece = platform_of(feed.platform), timepiece or Timepiece()
    if not hasattr(platform, "compliance"):
        raise ParamError(
            f"{feed.platform} has no compliance jobs; deletions there: {DELETIONS[platform.deletions]}."
        )
    check_sharing(workspace, feed.name)
    ids = _shareable(workspace, feed)
    if ids.empty:
        return 0, 0
    ledger = Ledger(workspace.store, f"{feed.name} deletions", feed.query, timepiece, feed.platform)
    with feed.client(ledger, patience or Patience(), timepiece) as client:
        result = _run(client, ids, timepiece)
    page: Page = platform.compliance(result)
    shelf = PageStorage(workspace, feed, platform, Pseudonyms(), timepiece)
    _, gone = shelf.put(page)
    tombstones.follow(workspace)
    return len(ids), gone


def _shareable(workspace: Workspace, feed: Feed) -> pd.Series:
    """Return the ids of the platform's posts, but for those of other sources whose terms cards forbid to
    share
    them.
    """
    posts = workspace.store.read("posts", ["post_id", "source"], where={"platform": feed.platform})
    may = {
        source: source == feed.name or terms.card_of(workspace, source).may_share_ids
        for source in posts["source"].unique()
    }
    return posts.loc[posts["source"].map(may).astype(bool), "post_id"]


def _run(client: Client, ids: pd.Series, timepiece: Timepiece) -> bytes:
    """Make a job, hand over the ids, wait until it is done and return its result."""
    made = client.ask(
        Request(
            JOBS, {}, {"Content-Type": "application/json"}, "POST", json.dumps({"type": "tweets"}).encode()
        )
    )
    job = _job(made.body)
    bare = ids.str.split(":", n=1).str[1]
    client.ask(
        Request(job["upload_url"], {}, {"Content-Type": "text/plain"}, "PUT", "\n".join(bare).encode())
    )
    for status in _looks(client, job["id"], timepiece):
        if status == "complete":
            return client.ask(Request(job["download_url"])).body
        if status in ("failed", "expired"):
            break
    raise Failed("down", "The platform did not finish the compliance job; ask again later.")


def _looks(client: Client, name: str, timepiece: Timepiece) -> Iterator[str]:
    for _ in range(LOOKS):
        value, _ = answers.parse(client.ask(Request(f"{JOBS}/{name}")).body)
        yield answers.words(answers.inside(value, "data", "status"))
        timepiece.sleep(EVERY)


def _job(body: bytes) -> dict[str, str]:
    value, _ = answers.parse(body)
    job = {
        name: answers.words(answers.inside(value, "data", name))
        for name in ("id", "upload_url", "download_url")
    }
    if not all(job.values()):
        raise Failed("refused", "The platform's answer names no compliance job; nothing was sent.")
    return job

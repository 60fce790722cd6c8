"""Payloads made wrong in thousands of ways, for every platform:
none crashes, none is lost, each bad one says why.

Five hundred for each platform run always; ten thousand are run with ``make test-slow``.
"""

import csv
import io
import json
import os
import random
import re
import time
import zlib

import pytest
from tests.collect.sources import payloads
from tests.collect.sources.mutations import HOSTILE, mutate, spoil

from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.settings import Feed
from earshot.collect.files.importing import FileRefused, MappingNeeded, import_files
from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.pacing import Timepiece
from earshot.collect.sources.protocol import Answer, Gone, Page, Query, Request
from earshot.collect.sources.webhook import Webhook
from earshot.core.params import ParamError
from earshot.core.store import Store
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

HOOK = {
    "items": "data",
    "id": "id",
    "text": "body",
    "created_at": "written",
    "author": "user.name",
    "likes": "votes",
}
REVIEWS = {
    "data": [
        {
            "id": n,
            "body": f"Acme is late, note {n}",
            "written": "2026-03-02T08:00:00Z",
            "votes": n,
            "user": {"name": "Jane Doe", "email": "jane@example.com"},
        }
        for n in range(4)
    ]
}


def sse(status: bytes) -> bytes:
    return b"event: update\ndata: " + json.dumps(json.loads(status)).encode()


def bodies(name: str) -> list[tuple[str, bytes]]:
    """Return (query, good answer) of a platform, from the recorded payloads where there are any."""
    recorded, dump = payloads.recorded, lambda value: json.dumps(value).encode()
    if name == "bluesky":
        view = json.loads(recorded("bluesky/thread_view_post_with_embed_media.json"))
        posts = [
            view["thread"]["post"] | {"uri": f"at://did:plc:a{n}/app.bsky.feed.post/k{n}"} for n in range(3)
        ]
        events = [json.loads(line) for line in recorded("bluesky/jetstream_window.jsonl").splitlines()]
        for post, event in zip(
            posts, [one for one in events if "reply" in one.get("commit", {}).get("record", {})]
        ):
            post["record"] = event["commit"]["record"]
        return [("acme", dump({"posts": posts, "cursor": "9"})), ("acme", dump(view))]
    if name == "jetstream":
        lines = [
            *recorded("bluesky/jetstream_window.jsonl").splitlines(),
            *recorded("bluesky/jetstream_events.jsonl").splitlines(),
        ]
        return [
            ("", line)
            for line in lines
            if b'"app.bsky.feed.post","rkey' in line.replace(b": ", b":").replace(b", ", b",")
            or b'"account"' in line
        ]
    if name in ("mastodon", "mastodon-stream"):
        if name == "mastodon-stream":
            return [("", sse(recorded("mastodon/status.json"))), ("", b"event: delete\ndata: 1104462230")]
        return [
            ("#acme", recorded(f"mastodon/{one}.json")) for one in ("public_timeline", "context", "status")
        ]
    recordings = {
        "x": ("search_recent", "user_mentions", "data_dictionary_example_1", "data_dictionary_example_2"),
        "reddit": ("search_listing", "comment_thread"),
        "youtube": (
            "comment_threads_by_video_paged_1",
            "comments_by_parent_paged_1",
            "search_videos_by_channel",
        ),
    }
    if name in recordings:
        return [
            ("video:v" if "comment_threads" in one else "acme", recorded(f"{name}/{one}.json"))
            for one in recordings[name]
        ]
    return {
        "rss": [("/f", payloads.RSS), ("/f", payloads.ATOM)],
        "discourse": [
            ("late", dump(payloads.DISCOURSE_SEARCH)),
            ("latest", dump(payloads.DISCOURSE_LATEST)),
            ("topic:40", dump(payloads.DISCOURSE_TOPIC)),
        ],
        "zendesk": [("tickets", dump(payloads.ZENDESK_TICKETS)), ("comments", dump(payloads.ZENDESK_EVENTS))],
        "webhook": [("", dump(REVIEWS))],
    }[name]


PLATFORMS = (
    "x",
    "mastodon",
    "mastodon-stream",
    "reddit",
    "bluesky",
    "jetstream",
    "youtube",
    "rss",
    "discourse",
    "zendesk",
    "webhook",
)
LISTS = {"bluesky": "posts", "youtube": "items", "zendesk": "tickets", "webhook": "data", "x": "data"}


def build(name: str):
    return Webhook(HOOK) if name == "webhook" else platform_of(name)


def asked(platform, query: Query) -> Request:
    return Request("/") if platform.name == "webhook" else platform.first(query)


def fuzzed(name: str, count: int):
    """Yield (body, page, seconds) of so many spoilt answers;
    a platform that raises fails the test with the body.
    """
    platform, rng = build(name), random.Random(zlib.crc32(name.encode()))
    good = bodies(name)
    for _ in range(count):
        text, body = rng.choice(good)
        head, data = (
            (body[:20], body[20:]) if name == "mastodon-stream" and b"update" in body else (b"", body)
        )
        bad = head + mutate(data, rng)
        query = Query("q", text)
        start = time.perf_counter()
        try:
            page = platform.read(Answer(bad, asked(platform, query)), query)
        except Exception as error:
            raise AssertionError(f"{name} raised {error!r} on {bad[:3000]!r}") from error
        yield bad, page, time.perf_counter() - start


def check(name: str, body: bytes, page: Page) -> None:
    """Every item of an answer is a row, gone or broken; an answer that is no JSON is one broken thing."""
    ended = len(page.rows) + len(page.gone) + len(page.broken)
    assert all(reason and text is not None for text, reason in page.broken), body[:2000]
    try:
        value = json.loads(body.decode(json.detect_encoding(body), "replace"))
    except (ValueError, RecursionError):
        if name not in ("rss", "mastodon-stream"):
            assert len(page.broken) >= 1, body[:2000]
            assert not page.rows
        return
    items = value.get(LISTS.get(name)) if isinstance(value, dict) else None
    if isinstance(items, list) and not {"post_stream", "ticket_events", "thread"} & set(value):
        assert ended >= len(items), body[:3000]


def run(name: str, count: int) -> list[Page]:
    pages = []
    for body, page, seconds in fuzzed(name, count):
        check(name, body, page)
        assert seconds < 20, body[:500]
        pages.append(page)
    return pages


@pytest.mark.parametrize("name", PLATFORMS)
def test_five_hundred_spoilt_answers_are_read(name):
    pages = run(name, 500)
    assert sum(len(page.rows) for page in pages) > 0
    assert sum(len(page.broken) for page in pages) > 0


REASONS = re.compile(
    "|".join(
        [
            r"the (text|time|id) is empty",
            r"the time cannot be read \(.*\)",
            r"the time is (in the future|before 1995) \(.*\)",
            r"the id is longer than 300 characters",
            r"the id was already used in this file for another text( \(row .*\))?",
            r"the (answer|line) is (not JSON: [a-z].*|nested too deeply|not whole JSON|no RSS or Atom feed"
            r"|not a JSON object)",
            r"the row has \d+ cells where the heading has \d+",
            r"the answer (is no search.*|holds neither.*)",
            r"the feed cannot be read \(.*\)",
            r"(the )?[\w.\-]+ should be (an? )?[\w\s,.]+(, but is .*)?",
            r"[\w.\-]+ is (empty|not the address of a post|no number of a topic)",
            r"the delivery has no data",
            r"the entry has neither an id nor a link",
            r"the event holds no post",
            r"the event should be an object with a list of child_events",
            r"delete should name the number of a post",
            r"it is not one of [\w ]+ but [\w ]+",
            r"where [\w ]+ should be listed stands something else",
            r"it is neither posts nor comments",
            r"it has no data",
            r"the post holds something that cannot be stored",
            r"a private message; only public posts are read, unless terms.yml records a legal review .*",
            r"the platform has deleted this post; it is not taken again",
            r"the vendor strips the text of X posts.*",
        ]
    ),
    re.DOTALL,
)

NO_TEXT = re.compile("a private message|the platform has deleted|the answer is no|the feed cannot")


def checked(name: str, count: int):
    """Yield the pages of so many spoilt answers, each item of which has ended somewhere."""
    for body, page, _ in fuzzed(name, count):
        check(name, body, page)
        yield page


def together(pages, count: int):
    """Yield so many pages as one."""
    whole = Page()
    for number, page in enumerate(pages, start=1):
        whole.rows += page.rows
        whole.broken += page.broken
        whole.gone += page.gone
        if number % count == 0:
            yield whole
            whole = Page()


def land(name: str, count: int, workspace, size: int, monkeypatch) -> None:
    """Read and land so many spoilt answers, ``size`` at a time:
    every item is a post, or refused with its reason.
    """
    space, aside, store_aside = workspace(brands=["Acme"]), [], Store.quarantine
    monkeypatch.setattr(
        Store,
        "quarantine",
        lambda self, rows, source: (aside.append(rows["payload_ref"]), store_aside(self, rows, source))[1],
    )
    shelf = PageStorage(space, Feed("feed", name, "acme"), build(name), Pseudonyms(), Timepiece())
    refused = 0
    for whole in together(checked(name, count), size):
        landed, _ = shelf.put(whole)
        assert landed.rows == len(whole.rows) + len(whole.broken)
        assert landed.rows == landed.added + landed.updated + landed.repeated + landed.refused
        refused += landed.refused
    said = space.store.read("quarantine")
    assert sum(map(len, aside)) >= refused > 0  # a batch that breaks is landed again in halves
    assert set(said["payload_ref"]) == {ref for refs in aside for ref in refs}
    strange = [reason for reason in said["reason"].unique() if not REASONS.fullmatch(reason)]
    assert strange == []
    silent = said.loc[
        said["payload"].str.len().eq(0), "reason"
    ]  # where no text may be kept, or there was none
    assert [reason for reason in silent if not NO_TEXT.match(reason)] == []
    posts = space.store.read("posts")
    assert len(posts) > 0
    assert posts["post_id"].is_unique
    assert posts["author"].dropna().str.match(r"p_[0-9a-f]{12}$").all()
    stored = {name: space.store.read(name).astype(str) for name in ("posts", "raw", "quarantine")}
    assert not any(
        frame.apply(lambda column: column.str.contains("jane@example.com", regex=False)).any(axis=None)
        for frame in stored.values()
    )


@pytest.mark.parametrize("name", PLATFORMS)
def test_spoilt_answers_land_and_each_bad_one_says_why(name, workspace, monkeypatch):
    land(name, 60, workspace, 30, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLATFORMS)
def test_ten_thousand_spoilt_answers_are_read_and_many_land(name, workspace, monkeypatch):
    """EARSHOT_FUZZ=10000 lands them all, which takes about two minutes a platform."""
    broken = {reason for page in run(name, 10_000) for _, reason in page.broken}
    assert [reason for reason in broken if not REASONS.fullmatch(reason)] == []
    count = int(os.environ.get("EARSHOT_FUZZ", "300"))
    land(name, count, workspace, count // 10, monkeypatch)


def vendors() -> dict[str, list[dict]]:
    """Return one good row of each vendor's export, with the headings by which it is known."""
    from tests.collect.shapes import test_exports as own

    return {
        "brandwatch": own.BRANDWATCH,
        "talkwalker": [own.TALKWALKER],
        "sprinklr": [own.SPRINKLR],
        "meltwater": [own.MELTWATER],
        "weibo": [own.WEIBO],
        "vk": [own.VK],
        "xiaohongshu": [own.XHS],
    }


def spoilt_file(rows: list[dict], count: int, rng: random.Random) -> tuple[bytes, int]:
    """Return a file of so many spoilt rows as JSON Lines (nested rows)
    or CSV (flat ones), the good rows first.
    """
    nested = any(isinstance(value, dict) for row in rows for value in row.values()) or "owner_id" in rows[0]
    if nested:
        lines = [json.dumps(row).encode() for row in rows]
        while len(lines) < count:
            bad = (
                mutate(json.dumps(rng.choice(rows)).encode(), rng)
                .replace(b"\n", b" ")
                .replace(b"\r", b" ")
                .strip()
            )
            lines += [bad] if bad.decode("utf-8", "replace").strip(EMPTY) else []
        return b"\n".join(lines) + b"\n", len(lines)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    for _ in range(count - len(rows)):
        row = spoil(rng.choice(rows), rng)
        if rng.random() < 0.3:
            row[rng.choice(list(rows[0]))] = rng.choice(HOSTILE)
        cells = {key: str(value).encode("utf-8", "replace").decode() for key, value in row.items()}
        writer.writerow({key: value.replace("\x00", "") for key, value in cells.items()})
    return out.getvalue().encode(), count


def check_export(name: str, count: int, workspace, tmp_path) -> None:
    space, rng = workspace(brands=["Acme"]), random.Random(zlib.crc32(name.encode()))
    content, lines = spoilt_file(vendors()[name], count, rng)
    path = tmp_path / f"export.{'csv' if content[:1] != b'{' else 'jsonl'}"
    path.write_bytes(content)
    report = import_files(space, [path], approve=True).files[0]
    assert report.rows == lines
    assert report.rows == report.added + report.updated + report.repeated + report.refused
    assert report.source == name
    reasons = space.store.read("quarantine")["reason"].unique()
    assert len(reasons) > 0
    assert [reason for reason in reasons if not REASONS.fullmatch(reason)] == []


EMPTY = "\ufeff\x00 \t\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028"
VENDORS = ("brandwatch", "talkwalker", "sprinklr", "meltwater", "weibo", "vk", "xiaohongshu")


@pytest.mark.parametrize("name", VENDORS)
def test_five_hundred_spoilt_rows_of_an_export_are_imported(name, workspace, tmp_path):
    check_export(name, 500, workspace, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", VENDORS)
def test_ten_thousand_spoilt_rows_of_an_export_are_imported(name, workspace, tmp_path):
    check_export(name, 10_000, workspace, tmp_path)


@pytest.mark.parametrize("name", VENDORS)
def test_a_spoilt_file_is_read_or_refused_in_one_sentence(name, workspace, tmp_path):
    space, rng = workspace(brands=["Acme"]), random.Random(7)
    content, _ = spoilt_file(vendors()[name], 4, rng)
    for number in range(8):
        path = tmp_path / f"{number}.{'csv' if content[:1] != b'{' else 'jsonl'}"
        path.write_bytes(mutate(content, rng))
        try:
            report = import_files(space, [path], approve=True).files[0]
        except (FileRefused, MappingNeeded, ParamError) as error:
            said = str(error)
        else:
            said = f"all {report.rows} rows are accounted for"
            assert report.rows == report.added + report.updated + report.repeated + report.refused
        assert len(said) > 20


def test_half_a_character_in_what_is_gone_finds_the_post_as_it_is_kept(workspace):
    """Found by landing ten thousand spoilt answers of X: its note of a deletion broke the whole page."""
    space = workspace(brands=["Acme"])
    shelf = PageStorage(space, Feed("feed", "x", "acme"), build("x"), Pseudonyms(), Timepiece())
    assert shelf.put(Page(gone=[Gone("a\ud800b"), Gone(account="c\udc00")]))[1] == 2
    assert "x:a\ufffdb" in set(space.store.read("deletions")["id"])

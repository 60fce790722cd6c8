"""X, by its API v2: recent search (seven days) or the full archive,
authors, places, media and parents joined in.

A post is a post of the latest edit: earlier versions are gone. Times are in the ids too (snowflakes), and
read from there where they were not asked for. Deletions come from compliance jobs (``compliance``), what was
missed from the counts endpoint. Field names: docs.x.com, checked 2026-11.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pandas as pd

from earshot.collect.mapping.mapping import Source
from earshot.collect.sources import answers
from earshot.collect.sources.protocol import Answer, Gone, Limits, Page, Query, Request
from earshot.core.clock import now

EPOCH = 1_288_834_974_657  # milliseconds: the moment of snowflake 0
VERSION = "x-1"
MAPPING = Source("x", {
    "id": "id", "text": "post.text", "created_at": "post.created_at", "author": "post.author", "lang": "lang",
    "reply_to": "post.reply_to", "root": "conversation_id", "kind": "post.kind", "url": "post.url",
    "likes": "public_metrics.like_count", "reposts": "post.reposts", "replies": "public_metrics.reply_count",
    "views": "public_metrics.impression_count", "followers": "author.public_metrics.followers_count",
    "place": "post.place", "is_public": "post.is_public", "media_text": "post.media_text",
}, constants={"platform": "x"})  # fmt: skip
ACCOUNTS = {
    "created_at": "author.created_at", "followers": "author.public_metrics.followers_count",
    "following": "author.public_metrics.following_count", "posts": "author.public_metrics.tweet_count",
    "likes": "author.public_metrics.like_count", "listed": "author.public_metrics.listed_count",
    "verified": "author.verified", "has_bio": "author.description", "has_picture": "author.profile_image_url",
    "has_url": "author.url", "has_place": "author.location",
}  # fmt: skip
FIELDS = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,"
                    "in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,source,"
                    "withheld",
    "user.fields": "created_at,description,location,profile_image_url,protected,public_metrics,url,username,"
                   "verified",
    "place.fields": "country,country_code,full_name,geo,place_type",
    "media.fields": "alt_text,media_key,type",
    "expansions": "author_id,geo.place_id,attachments.media_keys,referenced_tweets.id,"
                  "referenced_tweets.id.author_id",
}  # fmt: skip
OPTIONS = {"archive": "true searches all posts since 2006, where your access allows it"}
KINDS = {"retweeted": "repost", "quoted": "quote", "replied_to": "reply"}
EVERYWHERE = {"XX", "XY"}  # withheld in all countries: on a legal demand, or for copyright
REASONS = {
    "deleted": "deleted",
    "suspended": "suspended",
    "protected": "protected",
    "deactivated": "deactivated",
}


class X:
    """X's API v2 as a platform."""

    name = "x"
    base = "https://api.x.com"
    limits = Limits(450, 900, 100, 7)
    mapping = MAPPING
    accounts = ACCOUNTS
    secrets = ("bearer",)
    options = OPTIONS
    deletions = "jobs"

    def first(self, query: Query, cursor: str = "") -> Request:
        """Return the search, newest first, of what came after the newest id of the run before."""
        since = _from(query, cursor, None if query.options.get("archive") == "true" else self.limits.days)
        until = {"end_time": _iso(query.until)} if query.until else {}
        return Request(
            _path("search", query), {"query": query.text, "max_results": "100"} | since | until | FIELDS
        )

    def read(self, answer: Answer, query: Query) -> Page:
        """Return the posts of a page, each with its author, place, media and parents joined in."""
        value, broken = answers.parse(answer.body)
        tweets, odd = answers.objects(answers.inside(value, "data"), "posts")
        joined = _Includes(answers.inside(value, "includes"))
        rows = [joined.join(tweet) for tweet in tweets if not _withheld(tweet)]
        gone = [Gone(answers.words(tweet.get("id")), "withheld") for tweet in tweets if _withheld(tweet)]
        gone += [old for tweet in tweets for old in _edited(tweet)] + _lost(answers.inside(value, "errors"))
        meta = answers.inside(value, "meta")
        token = answers.words(answers.inside(meta, "next_token"))
        begins = "next_token" not in answer.request.params
        return Page(
            rows,
            gone,
            broken + odd,
            [replace(answer.request, params={**answer.request.params, "next_token": token})] if token else [],
            answers.words(answers.inside(meta, "newest_id")) if begins else "",
            "X sent something that is no whole page of posts." if broken else "",
        )

    def sign(self, request: Request, secrets: Mapping[str, str]) -> Request:
        """Return the request with the app's bearer token."""
        return request.authorized(f"Bearer {secrets['bearer']}")

    def wait(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Return the seconds until X's window opens again (x-rate-limit-reset is an epoch)."""
        reset = answers.whole(headers.get("x-rate-limit-reset", ""))
        if status != 429 or not reset:
            return None
        try:  # X's own clock, since ours may be wrong by minutes
            date = parsedate_to_datetime(headers.get("date", "")).timestamp()
        except (ValueError, TypeError):
            date = time.time()
        return max(1.0, reset - date)

    def count(self, query: Query, start: pd.Timestamp, end: pd.Timestamp) -> Request:
        """Return the request for how many posts there were between two moments."""
        return Request(
            _path("counts", query),
            {"query": query.text, "start_time": _iso(start), "end_time": _iso(end), "granularity": "minute"},
        )

    def counted(self, body: bytes) -> int | None:
        """Return how many posts a counts answer adds up to, or None when it says nothing."""
        value, _ = answers.parse(body)
        slices = answers.inside(value, "data")
        if not isinstance(slices, list):
            return None
        return sum(answers.whole(answers.inside(part, "tweet_count")) for part in slices)

    def compliance(self, body: bytes) -> Page:
        """Return what a compliance job's result (one JSON object per line) says is gone,
        and lines that say nothing.
        """
        page = Page()
        for line in body.splitlines():
            if not line.strip():
                continue
            event, broken = answers.parse(line)
            name, action = (
                answers.words(answers.inside(event, "id")),
                answers.words(answers.inside(event, "action")),
            )
            if broken or not name or action != "delete":
                page.broken += broken or [
                    (line[: answers.SHOWN].decode("utf-8", "replace"), "it names no deleted post")
                ]
                continue
            reason = answers.words(answers.inside(event, "reason"))
            page.gone.append(
                Gone(
                    name,
                    REASONS.get(reason, reason or "deleted"),
                    answers.moment(answers.inside(event, "redacted_at")),
                )
            )
        return page


class _Includes:
    """What X sends beside the posts of a page, by its key."""

    def __init__(self, includes: object):
        def keyed(name: str, key: str) -> dict[str, dict]:
            return {
                answers.words(item.get(key)): item for item in answers.listed(answers.inside(includes, name))
            }

        self._users, self._places = keyed("users", "id"), keyed("places", "id")
        for user in self._users.values():
            user.pop("entities", None)  # the biography's links and hashtags
        self._tweets, self._media = keyed("tweets", "id"), keyed("media", "media_key")

    def join(self, tweet: dict) -> dict:
        """Return a post with what belongs to it, and the fields that X leaves to be put together."""
        author = self._users.get(answers.words(tweet.get("author_id")), {})
        parents = {
            part.get("type"): answers.words(part.get("id"))
            for part in answers.listed(tweet.get("referenced_tweets"))
            if isinstance(part.get("type"), str)
        }
        kind = next((kind for kind in KINDS if kind in parents), "")
        media = [self._media.get(key, {}) for key in self._keys(tweet)]
        place = self._places.get(answers.words(answers.inside(tweet, "geo", "place_id")), {})
        ours = {
            "text": self._text(tweet, parents.get("retweeted", "")), "kind": KINDS.get(kind, "post"),
            "created_at": _written(tweet), "reply_to": parents.get("replied_to") or None,
            "reposts": _reposts(tweet),
            "author": answers.words(author.get("username")) or answers.words(tweet.get("author_id")) or None,
            "url": f"https://x.com/i/status/{answers.words(tweet.get('id'))}",
            "place": answers.words(place.get("full_name")) or None, "is_public": not author.get("protected",
            False),
            "media_text": "\n".join(filter(None,
            (answers.words(item.get("alt_text")) for item in media))) or None,
        }  # fmt: skip
        about = {kind: self._tweets[name] for kind, name in parents.items() if name in self._tweets}
        return tweet | {"author": author, "place": place, "media": media, "referenced": about, "post": ours}

    def _keys(self, tweet: dict) -> list[str]:
        keys = answers.inside(tweet, "attachments", "media_keys")
        return [answers.words(key) for key in keys] if isinstance(keys, list) else []

    def _text(self, tweet: dict, retweeted: str) -> str | None:
        """Return the whole text: of a long post its note,
        of a repost the original's, which X cuts at 140 letters.
        """
        own = answers.words(answers.inside(tweet, "note_tweet", "text")) or answers.words(tweet.get("text"))
        original = self._tweets.get(retweeted)
        if original is None or not own.startswith("RT @"):
            return own or None
        whole = answers.words(answers.inside(original, "note_tweet", "text")) or answers.words(
            original.get("text")
        )
        return own.partition(": ")[0] + ": " + whole if whole else own


def _from(query: Query, cursor: str, days: float | None) -> dict[str, str]:
    """Return from where to search; X refuses ids and times that lie further back than the search does."""
    reach = now() - pd.Timedelta(days=days) + pd.Timedelta(minutes=2) if days else None
    since = _moment(cursor) if cursor else query.since
    if reach is not None and (since is None or since < reach):
        return {"start_time": _iso(reach)}
    return {"since_id": cursor} if cursor else {"start_time": _iso(since)} if since is not None else {}


def _moment(name: object) -> pd.Timestamp | None:
    """Return the time in a snowflake id, or None where it holds none."""
    number = answers.whole(name) >> 22
    return pd.Timestamp(number + EPOCH, unit="ms", tz="UTC") if number else None


def _written(tweet: dict) -> str | None:
    if tweet.get("created_at") is not None:
        return answers.words(tweet["created_at"])
    moment = _moment(tweet.get("id"))
    return moment.isoformat() if moment is not None else None


def _reposts(tweet: dict) -> int | None:
    """Return retweets and quotes together, or None where neither is known: unknown is not zero."""
    counts = [answers.inside(tweet, "public_metrics", name) for name in ("retweet_count", "quote_count")]
    known = [count for count in counts if isinstance(count, int) and not isinstance(count, bool)]
    return sum(known) if known else None


def _withheld(tweet: dict) -> bool:
    where = answers.inside(tweet, "withheld", "country_codes")
    return isinstance(where, list) and any(code in EVERYWHERE for code in where if isinstance(code, str))


def _edited(tweet: dict) -> list[Gone]:
    """Return the earlier versions of an edited post, which its latest replaces."""
    versions, name = tweet.get("edit_history_tweet_ids"), answers.words(tweet.get("id"))
    older = [answers.words(version) for version in versions] if isinstance(versions, list) else []
    return [
        Gone(version, "edited")
        for version in older
        if version and answers.whole(version) < answers.whole(name)
    ]


def _lost(errors: object) -> list[Gone]:
    """Return the posts that X says it cannot find any more."""
    return [
        Gone(answers.words(error.get("resource_id")), "deleted")
        for error in answers.listed(errors)
        if error.get("resource_type") == "tweet"
        and error.get("title") == "Not Found Error"
        and answers.words(error.get("resource_id"))
    ]


def _path(what: str, query: Query) -> str:
    return f"/2/tweets/{what}/{'all' if query.options.get('archive') == 'true' else 'recent'}"


def _iso(when: pd.Timestamp) -> str:
    return when.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")

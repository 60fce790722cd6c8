"""Tables of the collection itself (gaps, cursors,
accounts …) and of what it adds to a post beyond its words.
"""

from earshot.core.schema import Table, flag, number, text, time, whole

GAPS = ("down", "throttled", "truncated", "refused", "stopped")
_STEP = {"post_id": text(True), "week": text(True), "content_hash": text(True)}
_VERSION = {"step_version": text(True)}

_LISTENING = [
    Table(
        "gaps",
        ["source", "query", "start"],
        None,
        {
            "source": text(True),
            "query": text(True),
            "start": time(True),
            "end": time(),
            "kind": text(True, GAPS),
            "reason": text(True),
            "missed": whole(low=0),
            "platform": text(),
        },
    ),
    Table(
        "cursors",
        ["source", "query"],
        None,
        {
            "source": text(True),
            "query": text(True),
            "cursor": text(),
            "since": time(),
            "until": time(),
            "pages": whole(low=0),
            "posts": whole(low=0),
            "at": time(True),
        },
    ),
    Table(
        "accounts",
        ["platform", "author"],
        None,
        {
            "platform": text(True),
            "author": text(True),
            "created_at": time(),
            "followers": whole(low=0),
            "following": whole(low=0),
            "posts": whole(low=0),
            "likes": whole(low=0),
            "listed": whole(low=0),
            "verified": flag(),
            "has_bio": flag(),
            "has_picture": flag(),
            "has_url": flag(),
            "has_place": flag(),
            "default_profile": flag(),
            "handle_digits": number(low=0, high=1),
            "lang": text(),
            "source": text(),
            "seen_at": time(True),
        },
        volatile=("seen_at",),
    ),
    Table(
        "deletions",
        ["platform", "id"],
        None,
        {
            "platform": text(True),
            "id": text(True),
            "deleted_at": time(True),
            "kind": text(),
            "source": text(),
            "followed_at": time(),
        },
        volatile=("followed_at",),
    ),
    Table(
        "rechecks",
        ["source"],
        None,
        {
            "source": text(True),
            "reached": text(),
            "began": time(),
            "whole": time(),
            "asked": whole(low=0),
            "at": time(True),
        },
        volatile=("at",),
    ),
    Table(
        "crossings",
        ["post_id", "to_region"],
        None,
        {
            "post_id": text(True),
            "from_region": text(True),
            "to_region": text(True),
            "why": text(True),
            "approved_by": text(True),
            "at": time(True),
        },
        volatile=("at",),
    ),
    Table(
        "kept_counts",
        ["week", "source", "brand", "lang", "sentiment", "certificate"],
        None,
        {
            "week": text(True),
            "source": text(True),
            "brand": text(True),
            "lang": text(True),
            "sentiment": text(True),
            "certificate": text(True),
            "posts": whole(True, low=1),
            "likes": whole(low=0),
            "likes_known": whole(low=0),
        },
    ),
    Table(
        "set_aside",
        ["post_id"],
        None,
        {
            "post_id": text(True),
            "filter": text(True),
            "reason": text(True),
            "at": time(True),
            "restored_at": time(),
        },
        volatile=("at",),
    ),
    Table(
        "audits",
        ["filter", "post_id"],
        None,
        {
            "filter": text(True),
            "post_id": text(True),
            "verdict": text(True, ("good", "bad")),
            "by": text(),
            "at": time(True),
        },
        volatile=("at",),
    ),
    Table(
        "matches",
        ["post_id", "query"],
        "week",
        {
            "post_id": text(True),
            "week": text(True),
            "query": text(True),
            "version": text(True),
            "clauses": text(),
        },
    ),
    Table("queried", ["post_id"], "week", _STEP | _VERSION),
    Table(
        "utm",
        ["post_id"],
        "week",
        _STEP | {"utm_source": text(), "utm_medium": text(), "utm_campaign": text()} | _VERSION,
    ),
    Table(
        "coordination",
        ["network", "author", "partner"],
        None,
        {
            "network": text(True, ("co_post", "co_link", "co_hashtag")),
            "author": text(True),
            "partner": text(True),
            "times": whole(True, low=1),
            "seconds": number(low=0),
            "first": time(),
            "last": time(),
            "group": text(),
        },
    ),
    Table(
        "authenticity",
        ["post_id"],
        "week",
        _STEP
        | {
            "score": number(True, 0, 1),
            "verdict": text(True, ("authentic", "doubtful", "inauthentic")),
            "reasons": text(True),
        }
        | _VERSION,
    ),
    Table(
        "relevance",
        ["post_id"],
        "week",
        _STEP
        | {
            "brand": text(True),
            "p_relevant": number(True, 0, 1),
            "verdict": text(True, ("relevant", "irrelevant", "unsure")),
            "reason": text(True),
        }
        | _VERSION,
    ),
    Table(
        "targets",
        ["post_id", "target"],
        "week",
        _STEP
        | {
            "target": text(True),
            "kind": text(True, ("brand", "product", "aspect")),
            "start": whole(True, 0),
            "end": whole(True, 0),
            "p_negative": number(True, 0, 1),
            "p_neutral": number(True, 0, 1),
            "p_positive": number(True, 0, 1),
            "label": text(True, ("negative", "neutral", "positive", "unsure")),
            "model": text(True),
        }
        | _VERSION,
    ),
    Table("targeted", ["post_id"], "week", _STEP | _VERSION),
    Table(
        "classes",
        ["post_id", "classifier", "label"],
        "week",
        _STEP
        | {
            "classifier": text(True),
            "label": text(True),
            "probability": number(True, 0, 1),
            "routes": flag(),
            "open": whole(True, 0),
        }
        | _VERSION,
    ),
    Table(
        "geography",
        ["post_id"],
        "week",
        _STEP
        | {
            "country": text(),
            "area": text(),
            "town": text(),
            "latitude": number(low=-90, high=90),
            "longitude": number(low=-180, high=180),
            "provenance": text(True, ("stated", "inferred", "network", "unknown")),
            "confidence": number(True, 0, 1),
        }
        | _VERSION,
    ),
    Table(
        "engagement",
        ["post_id"],
        "week",
        _STEP
        | {
            "likes": number(low=0),
            "reposts": number(low=0),
            "replies": number(low=0),
            "views": number(low=0),
            "imputed": text(True),
            "tier": text(),
        }
        | _VERSION,
    ),
    Table(
        "batches",
        ["stream", "partition", "first_offset"],
        None,
        {
            "stream": text(True),
            "partition": whole(True, low=0),
            "first_offset": whole(True, low=0),
            "last_offset": whole(True, low=0),
            "posts": whole(True, low=0),
            "seconds": number(True, low=0),
            "lag_seconds": number(low=0),
            "at": time(True),
        },
        volatile=("at",),
    ),
]

LISTENING: dict[str, Table] = {table.name: table for table in _LISTENING}

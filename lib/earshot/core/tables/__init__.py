"""Every table of the store, declared once: the only schema of a post."""

from earshot.core import schema
from earshot.core.schema import Table, flag, number, text, time, vector, whole
from earshot.core.tables.business import BUSINESS
from earshot.core.tables.listening import LISTENING

_STEP = {"post_id": text(True), "week": text(True), "content_hash": text(True)}
_VERSION = {"step_version": text(True)}
KINDS = ("post", "reply", "repost", "quote")

_OURS = [
    Table(
        "raw",
        ["payload_ref"],
        "week",
        {
            "payload_ref": text(True),
            "source": text(True),
            "file": text(True),
            "row": whole(True),
            "payload": text(True),
            "collected_at": time(True),
            "week": text(True),
        },
        volatile=("collected_at",),
    ),
    Table(
        "posts",
        ["post_id"],
        "week",
        {
            "post_id": text(True),
            "platform": text(True),
            "brand": text(True),
            "author": text(),
            "text": text(True),
            "created_at": time(True),
            "collected_at": time(True),
            "lang": text(),
            "reply_to": text(),
            "root": text(),
            "kind": text(True, KINDS),
            "url": text(),
            "likes": whole(low=0),
            "reposts": whole(low=0),
            "replies": whole(low=0),
            "views": whole(low=0),
            "followers": whole(low=0),
            "place": text(),
            "campaign": text(),
            "is_public": flag(),
            "region": text(),
            "media_text": text(),
            "source": text(True),
            "payload_ref": text(),
            "week": text(True),
            "content_hash": text(True),
        },
        volatile=("collected_at", "payload_ref"),
    ),
    Table(
        "quarantine",
        ["payload_ref"],
        None,
        {
            "payload_ref": text(True),
            "source": text(True),
            "file": text(),
            "row": whole(),
            "payload": text(),
            "reason": text(True),
            "seen_at": time(True),
        },
        volatile=("seen_at",),
    ),
    Table(
        "imports",
        ["file_hash"],
        None,
        {
            "file_hash": text(True),
            "file": text(True),
            "source": text(True),
            "rows": whole(True),
            "added": whole(True),
            "refused": whole(True),
            "repeated": whole(True),
            "at": time(True),
            "mapping": text(),
        },
    ),
    Table(
        "clean",
        ["post_id"],
        "week",
        _STEP
        | {
            "clean_text": text(True),
            "edits": text(True),
            "hashtags": text(True),
            "mentions": text(True),
            "urls": text(True),
            "emoji": text(True),
            "words": whole(True),
        }
        | _VERSION,
    ),
    Table(
        "language",
        ["post_id"],
        "week",
        _STEP
        | {"lang": text(True), "confidence": number(True, 0, 1), "mixed": flag(), "spans": text()}
        | _VERSION,
    ),
    Table(
        "duplicates",
        ["post_id"],
        "week",
        _STEP
        | {
            "group": text(True),
            "role": text(True, ("original", "exact", "near", "repost")),
            "similarity": number(True, 0, 1),
            "fingerprint": text(True),
            "sketch": text(),
        }
        | _VERSION,
    ),
    Table(
        "embeddings",
        ["content_hash"],
        None,
        {"content_hash": text(True), "vector": vector(), "model": text(True)},
    ),
    Table(
        "sentiment",
        ["post_id"],
        "week",
        _STEP
        | {
            "p_negative": number(True, 0, 1),
            "p_neutral": number(True, 0, 1),
            "p_positive": number(True, 0, 1),
            "label": text(True, ("negative", "neutral", "positive")),
            "possible": text(),
            "tier": text(),
            "model": text(True),
        }
        | _VERSION,
    ),
    Table(
        "topics",
        ["post_id"],
        "week",
        _STEP | {"topic": whole(True, -1), "similarity": number(True), "model": text(True)} | _VERSION,
    ),
    Table(
        "topic_names",
        ["topic"],
        None,
        {
            "topic": whole(True),
            "name": text(True),
            "terms": text(True),
            "posts": whole(True),
            "first_week": text(),
            "model": text(True),
        },
    ),
    Table(
        "topic_model",
        ["model", "part", "name"],
        None,
        {
            "model": text(True),
            "part": text(True, ("facts", "mean", "shift", "axis", "centre")),
            "name": text(True),
            "vector": vector(),
        },
    ),
    Table(
        "topic_ledger",
        ["model", "topic"],
        None,
        {
            "model": text(True),
            "topic": whole(True, 0),
            "event": text(True, ("born", "split", "kept", "merged", "ended")),
            "overlap": number(True, 0, 1),
            "posts": whole(True, 0),
            "other": whole(low=0),
            "name": text(),
            "at": time(True),
        },
        volatile=("at",),
    ),
]

TABLES: dict[str, Table] = {table.name: table for table in _OURS} | LISTENING | BUSINESS


def conform(name: str, frame):
    """Return (rows of ``frame`` that fit table ``name``, rows refused with a one-sentence ``reason``)."""
    return schema.conform(TABLES[name], frame)

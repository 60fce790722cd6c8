"""The post files as a customer would have them: each platform in its own shape, names, clock and encoding."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.demo.world import ZONE

SUFFIX = {
    "x": "x_export.csv",
    "bluesky": "bluesky.jsonl",
    "mastodon": "mastodon.jsonl.gz",
    "reddit": "reddit.parquet",
    "forum": "forum.tsv.gz",
    "youtube": "youtube.jsonl",
    "reviews": "reviews.csv",
}


def write(frame: pd.DataFrame, folder: Path) -> dict[str, int]:
    """Write one file per platform; return how many rows each holds, the repeated and broken ones included."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for platform, name in SUFFIX.items():
        part = frame[frame["platform"] == platform].reset_index(drop=True)
        counts[name] = globals()[f"_write_{platform}"](_native_links(part), folder / name)
    return counts


def _native_links(part: pd.DataFrame) -> pd.DataFrame:
    ids = {name: part[name].str.partition(":")[2] for name in ("reply_to", "root", "original", "parent")}
    return part.assign(**ids)


def for_latin(text: str) -> str:
    """Return ``text`` as the review site stores it: Latin-1 only, no emoji."""
    return (
        text.replace("€", "EUR")
        .replace("’", "'")
        .replace("“", '"')
        .replace("”", '"')
        .encode("latin-1", "ignore")
        .decode("latin-1")
    )


def _write_x(part: pd.DataFrame, path: Path) -> int:
    table = pd.DataFrame(
        {
            "Tweet Id": part["native"],
            "Monitor": part["brand"],
            "Author Handle": "@" + part["author"],
            "Author Followers": part["followers"],
            "Date (UTC)": part["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Full Text": part["text"],
            "Language": part["lang"],
            "Type": part["kind"],
            "In Reply To": part["reply_to"],
            "Conversation Id": part["root"],
            "Retweet Of": part["parent"].where(part["kind"] == "repost", ""),
            "Likes": part["likes"],
            "Retweets": part["reposts"],
            "Replies": part["replies"],
            "Impressions": part["views"],
            "Location": part["place"],
            "Permalink": part["url"],
            "Public": np.where(part["is_public"], "true", "false"),
        }
    )
    repeated = table.iloc[:: max(1, len(table) // 12)].head(12)
    broken = table.iloc[5:8].assign(
        **{
            "Tweet Id": ["broken-1", "broken-2", "broken-3"],
            "Full Text": ["", "Larkspur?", "Larkspur!"],
            "Date (UTC)": ["2026-07-02 09:00:00", "yesterday", "2026-13-45 99:00:00"],
        }
    )
    whole = pd.concat([table, repeated, broken])
    whole.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return len(whole)


def _lines(rows, path: Path) -> int:
    rows = [json.dumps(row, ensure_ascii=False) for row in rows]
    data = ("\n".join(rows) + "\n").encode()
    # mtime=0 keeps the gzip file identical from run to run.
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return len(rows)


def _number(value):
    return None if pd.isna(value) else int(value)


def _stamp(at: pd.Timestamp) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _write_bluesky(part: pd.DataFrame, path: Path) -> int:
    return _lines(
        (
            {
                "id": row.native,
                "monitor": row.brand,
                "url": row.url,
                "author": {
                    "did": f"did:plc:{row.author}",
                    "handle": row.author,
                    "followersCount": _number(row.followers),
                },
                "record": {
                    "text": row.text,
                    "createdAt": _stamp(row.at),
                    "langs": [row.lang],
                    "reply": {"parent": row.reply_to, "root": row.root} if row.reply_to else None,
                },
                "kind": row.kind,
                "repostOf": row.parent if row.kind == "repost" else None,
                "likeCount": _number(row.likes),
                "repostCount": _number(row.reposts),
                "replyCount": _number(row.replies),
            }
            for row in part.itertuples(index=False)
        ),
        path,
    )


def _write_mastodon(part: pd.DataFrame, path: Path) -> int:
    return _lines(
        (
            {
                "id": row.native,
                "track": row.brand,
                "created_at": _stamp(row.at),
                "account": {"acct": row.author, "followers_count": _number(row.followers)},
                "content_text": row.text,
                "language": row.lang,
                "url": row.url,
                "in_reply_to_id": row.reply_to or None,
                "thread_id": row.root or None,
                "reblog_of_id": row.parent if row.kind == "repost" else None,
                "type": row.kind,
                "favourites_count": _number(row.likes),
                "reblogs_count": _number(row.reposts),
                "replies_count": _number(row.replies),
                "visibility": "public" if row.is_public else "direct",
                "is_public": bool(row.is_public),
            }
            for row in part.itertuples(index=False)
        ),
        path,
    )


def _write_reddit(part: pd.DataFrame, path: Path) -> int:
    table = pd.DataFrame(
        {
            "id": part["native"],
            "keyword": part["brand"],
            "author": part["author"],
            "created_utc": part["at"].astype("int64") // _ticks(part["at"]),
            "subreddit": np.where(part["theme"] == "offtopic", "gardening", "mobilephones"),
            "body": part["text"],
            "score": part["likes"],
            "num_comments": part["replies"],
            "permalink": part["url"],
        }
    )
    table.to_parquet(path, index=False)
    return len(table)


def _ticks(at: pd.Series) -> int:
    return {"ns": 10**9, "us": 10**6, "ms": 1000, "s": 1}[at.dt.unit]


def _write_forum(part: pd.DataFrame, path: Path) -> int:
    table = pd.DataFrame(
        {
            "post": part["native"],
            "board": part["brand"],
            "member": part["author"],
            "posted": part["at"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "message": part["text"],
            "in_answer_to": part["reply_to"],
            "thread": part["root"],
            "thanks": part["likes"],
            "answers": part["replies"],
            "seen": part["views"],
            "home": part["place"],
            "link": part["url"],
            "type": part["kind"],
        }
    )
    path.write_bytes(
        gzip.compress(table.to_csv(sep="\t", index=False, lineterminator="\n").encode("utf-16"), mtime=0)
    )
    return len(table)


def _write_youtube(part: pd.DataFrame, path: Path) -> int:
    return _lines(
        (
            {
                "commentId": row.native,
                "channel": row.brand,
                "textOriginal": row.text,
                "authorDisplayName": row.author,
                "publishedAt": _stamp(row.at),
                "likeCount": _number(row.likes),
                "totalReplyCount": _number(row.replies),
                "url": row.url,
            }
            for row in part.itertuples(index=False)
        ),
        path,
    )


def _write_reviews(part: pd.DataFrame, path: Path) -> int:
    table = pd.DataFrame(
        {
            "Review No": part["native"],
            "Company": part["brand"],
            "Customer": part["author"],
            "Written": part["at"].dt.tz_convert(ZONE).dt.strftime("%d/%m/%Y %H:%M:%S"),
            "Stars": part["stars"],
            "Review": part["text"],
            "Helpful": part["likes"],
            "Town": part["place"],
            "Page": part["url"],
        }
    )
    path.write_bytes(table.to_csv(sep=";", index=False, lineterminator="\n").encode("latin-1"))
    return len(table)

"""Retention carried out: rows deleted or masked, counts kept, and a signed certificate of what was done."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from earshot.collect.landing import removal
from earshot.collect.retention import rules as retention
from earshot.core import clock
from earshot.core.deletion import delete
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.tokens import sign, signed

PURPOSE = "certificate"
LEAST = 10  # a kept count of fewer posts could point at a person
CELL = ["week", "source", "brand", "lang", "sentiment"]


@dataclass(frozen=True)
class Done:
    """What retention did: rows removed or masked by table,
    and where the certificate is (None when nothing was due).
    """

    removed: dict[str, int]
    masked: int
    certificate: Path | None


def carry_out(workspace: Workspace, at: pd.Timestamp | None = None) -> Done:
    """Delete or mask every row that is due, remove it from all past versions, and sign what was done.

    Safe to repeat: after an interruption the next call does what is left, and certifies that.
    """
    at = clock.now() if at is None else at
    rows = retention.due(workspace, at)
    if rows.empty:
        return Done({}, 0, None)
    store, name = workspace.store, f"retention-{at:%Y%m%dT%H%M%S%f}"
    before = store.versions()
    ids = _keys(rows, "posts", "delete")
    cells, suppressed = counts(workspace, ids)
    removed = removal.remove_posts(workspace, ids)
    removed["raw"] += delete(store, "raw", "payload_ref", _keys(rows, "raw"))
    removed["quarantine"] += delete(store, "quarantine", "payload_ref", _keys(rows, "quarantine"))
    removed["accounts"] += delete(store, "accounts", "author", _keys(rows, "accounts"))
    masked, touched = mask(workspace, _keys(rows, "posts", "mask"))
    if len(cells):
        store.merge("kept_counts", cells.assign(certificate=name))
    for table in {*removed, *touched} & set(store.versions()):
        store.vacuum(table)
    facts = {
        "workspace": workspace.name,
        "at": at.isoformat(),
        "rules": sorted(rows["rule"].unique()),
        "removed": dict(sorted((+removed).items())),
        "masked": masked,
        "due": len(rows),
        "still_due": len(retention.due(workspace, at)),
        "rows": sign(PURPOSE, "\n".join(sorted(rows["table"] + ":" + rows["key"]))),
        "versions_before": before,
        "versions_after": store.versions(),
        "past_versions": "removed",
        "counts_kept": len(cells),
        "smallest_count": int(cells["posts"].min()) if len(cells) else None,
        "posts_in_no_count": suppressed,
    }
    return Done(dict(+removed), masked, write(workspace.data / "certificates" / f"{name}.json", facts))


def counts(workspace: Workspace, ids: pd.Series) -> tuple[pd.DataFrame, int]:
    """Return the posts counted by week, source, brand, language and sentiment, and how many are in no count.

    A cell of fewer than ten posts is folded into its week and source, and where these are too few, into none.
    Likes are summed over the ``likes_known`` posts that tell them, and not said where fewer than ten do.
    """
    if ids.empty:
        return pd.DataFrame(columns=[*CELL, "posts", "likes", "likes_known"]), 0
    rows = workspace.store.sql(
        "SELECT p.post_id, p.week, p.source, p.brand, coalesce(l.lang, p.lang) AS lang, "
        's.label AS sentiment, p.likes FROM posts p LEFT JOIN "language" l USING (post_id) '
        "LEFT JOIN sentiment s USING (post_id)"
    )
    rows = rows[rows["post_id"].isin(ids)]
    rows = rows.assign(**{name: rows[name].fillna("").astype("str").replace("", "none") for name in CELL})
    rows["likes"] = pd.to_numeric(rows["likes"]).astype("Int64")
    size = rows.groupby(CELL)["post_id"].transform("size")
    for name in ("brand", "lang", "sentiment"):
        rows[name] = rows[name].where(size >= LEAST, "*")
    cells = (
        rows.groupby(CELL)
        .agg(posts=("post_id", "size"), likes=("likes", "sum"), likes_known=("likes", "count"))
        .reset_index()
    )
    cells["likes"] = cells["likes"].where(cells["likes_known"] >= LEAST)
    few = cells["posts"] < LEAST
    return cells[~few].reset_index(drop=True), int(cells.loc[few, "posts"].sum())


def mask(workspace: Workspace, ids: pd.Series) -> tuple[int, set[str]]:
    """Take words, author and payload from posts, leaving measures and labels;
    return how many, and the tables.

    The content hash stays, so that no step takes the empty text for an edit and labels it anew.
    """
    store = workspace.store
    posts = store.read("posts", where={"post_id": list(ids)}) if len(ids) else pd.DataFrame()
    if posts.empty:
        return 0, set()
    nothing = pd.Series(pd.NA, index=posts.index, dtype="str")
    clean = store.read("clean", where={"post_id": list(ids)})
    if len(clean):
        store.merge(
            "clean",
            clean.assign(clean_text="", edits="[]", hashtags="[]", mentions="[]", urls="[]", emoji="[]"),
        )
    removal.remove_words(workspace, posts)
    store.merge(
        "posts", posts.assign(text="", author=nothing, url=nothing, place=nothing, media_text=nothing)
    )
    return len(posts), {"posts", "clean", "raw", "quarantine", "embeddings"}


def write(path: Path, facts: dict) -> Path:
    """Write the facts with their signature and return the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    signature = sign(PURPOSE, _canonical(facts))
    path.write_text(
        json.dumps(facts | {"signature": signature}, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    return path


def holds(path: Path) -> bool:
    """Say whether a certificate is as it was signed by the holder of this workspace's key."""
    try:
        facts = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        return False
    signature = facts.pop("signature", "") if isinstance(facts, dict) else ""
    return signed(PURPOSE, _canonical(facts), signature)


def _canonical(facts: dict) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def _keys(rows: pd.DataFrame, table: str, then: str = "delete") -> pd.Series:
    return rows.loc[rows["table"].eq(table) & rows["then"].eq(then), "key"]

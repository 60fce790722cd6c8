"""Posts taken out of every table: what they said, what was made of it, and the payloads they came in."""

from collections import Counter

import pandas as pd

from earshot.collect.landing.origins import sources_of
from earshot.collect.mapping import rows
from earshot.collect.mapping.json_rows import from_lines
from earshot.collect.mapping.mapping import Source
from earshot.core import clock
from earshot.core.deletion import delete
from earshot.core.literals import listed
from earshot.core.store import Store
from earshot.core.tables import TABLES
from earshot.core.workspace import Workspace

CHUNK = 500
BESIDE = [name for name, table in TABLES.items() if "post_id" in table.columns and name != "posts"]


def remove_posts(workspace: Workspace, ids: pd.Series) -> Counter:
    """Remove posts by their ids and return how many rows went from each table; the posts themselves go last.

    With them go older editions of their payloads, refused rows with their id, the embeddings that no other
    post needs, and the grouping of the copies they belonged to, which the next enrichment does again.
    """
    counts: Counter = Counter()
    if ids.empty:
        return counts
    store = workspace.store
    gone = store.read(
        "posts", columns=["post_id", "payload_ref", "content_hash"], where={"post_id": list(ids)}
    )
    refs = pd.concat([gone["payload_ref"].dropna(), _payloads(workspace, ids)]).drop_duplicates()
    groups = store.read("duplicates", columns=["group"], where={"post_id": list(ids)})[
        "group"
    ].drop_duplicates()
    counts["duplicates"] += delete(store, "duplicates", '"group"', groups)
    counts["embeddings"] += delete(store, "embeddings", "content_hash", _orphans(store, gone))
    for table in BESIDE:
        counts[table] += delete(store, table, "post_id", ids)
    for table in ("raw", "quarantine"):
        counts[table] += delete(store, table, "payload_ref", refs)
    counts["posts"] += delete(store, "posts", "post_id", ids)
    return +counts


def remove_words(workspace: Workspace, posts: pd.DataFrame) -> Counter:
    """Remove the payloads and embeddings of posts (post_id,
    payload_ref, content_hash) that themselves stay.
    """
    counts: Counter = Counter()
    refs = pd.concat(
        [posts["payload_ref"].dropna(), _payloads(workspace, posts["post_id"])]
    ).drop_duplicates()
    for table in ("raw", "quarantine"):
        counts[table] += delete(workspace.store, table, "payload_ref", refs)
    counts["embeddings"] += delete(
        workspace.store, "embeddings", "content_hash", _orphans(workspace.store, posts)
    )
    return +counts


def remove_people(store: Store, authors: pd.Series) -> Counter:
    """Remove what is kept of accounts (pseudonyms) besides their posts."""
    counts: Counter = Counter()
    counts["accounts"] += delete(store, "accounts", "author", authors)
    for side in ("author", "partner"):
        counts["coordination"] += delete(store, "coordination", side, authors)
    return +counts


def _orphans(store: Store, gone: pd.DataFrame) -> pd.Series:
    """Return the content hashes that no post has once these are gone."""
    others = store.read(
        "posts",
        columns=["post_id", "content_hash"],
        where={"content_hash": list(gone["content_hash"].drop_duplicates())},
    )
    still = others.loc[~others["post_id"].isin(gone["post_id"]), "content_hash"]
    return gone.loc[~gone["content_hash"].isin(still), "content_hash"].drop_duplicates()


def _payloads(workspace: Workspace, ids: pd.Series) -> pd.Series:
    """Return the references of all stored payloads, in raw or quarantine, that are an edition of these posts.

    The last word of an id finds the payloads that may be meant (a reply names its parent); the mapping then
    decides.
    """
    store = workspace.store
    found = [pd.Series(dtype="str")]
    sources = sources_of(workspace)
    named = ids.str.extract(r"([A-Za-z0-9_.-]+)$")[0].dropna()
    if any(source.joined for source in sources.values()):
        named = pd.concat([named, named.str.extract(r"_(\w+)$")[0].dropna()])
    named = named.drop_duplicates()
    for start in range(0, len(named), CHUNK):
        wanted = f"list_value{listed(named.iloc[start : start + CHUNK])}"
        for table in ("raw", "quarantine"):
            near = store.sql(
                f"SELECT source, payload_ref, payload FROM {table} WHERE payload LIKE '{{%' AND "
                f"list_has_any(regexp_extract_all(payload, '[A-Za-z0-9_.-]+'), {wanted})"
            )
            found += [
                _of_these(sources[name], part, workspace, ids)
                for name, part in near.groupby("source")
                if name in sources
            ]
    return pd.concat(found)


def _of_these(source: Source, near: pd.DataFrame, workspace: Workspace, ids: pd.Series) -> pd.Series:
    posts, _ = rows.shape(from_lines(near["payload"]), source, workspace.params, clock.now())
    return near.loc[posts["post_id"].isin(ids), "payload_ref"]

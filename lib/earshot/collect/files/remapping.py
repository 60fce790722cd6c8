"""A corrected mapping applied to what is stored:
posts are made anew from their payloads, without the file.
"""

from collections.abc import Callable, Iterator

import pandas as pd

from earshot.collect.files.readers import BATCH
from earshot.collect.landing.landing import Landing, LandingReport
from earshot.collect.mapping.json_rows import from_lines
from earshot.collect.mapping.mapping import Source, parse, read_sources
from earshot.core.deletion import delete
from earshot.core.literals import quoted
from earshot.core.params import ParamError, nearest
from earshot.core.store import Store
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

COMPARED = ["post_id", "platform", "brand", "author", "text", "created_at", "lang", "reply_to", "root",
            "kind", "url",
            "likes", "reposts", "replies", "views", "followers", "place", "campaign", "is_public", "region",
            "media_text"]  # fmt: skip
# A refused row carries the time of its refusal; it belongs to the import of its file that began last before
# that.
_STORED = """
    WITH imported AS (SELECT DISTINCT collected_at AS moment FROM raw WHERE source = {source} AND file =
    {file})
    SELECT payload_ref, payload, "row", week, collected_at AS moment FROM raw
    WHERE source = {source} AND file = {file}
    UNION ALL
    SELECT payload_ref, payload, "row", NULL AS week,
           coalesce((SELECT max(moment) FROM imported WHERE moment <= q.seen_at), q.seen_at) AS moment
    FROM quarantine q
    WHERE source = {source} AND file = {file} AND payload LIKE '{{%'
      AND payload_ref NOT IN (SELECT payload_ref FROM raw WHERE source = {source})
    ORDER BY moment, "row", payload_ref LIMIT {limit} OFFSET {offset}
"""


def remap(
    workspace: Workspace, source: str, progress: Callable[[str, float], None] | None = None
) -> LandingReport:
    """Make the posts of ``source`` anew from raw
    and quarantine under its mapping in sources.yml as it is now.

    Posts that the new mapping no longer gives go; rows that it rescues leave the quarantine. Raises
    ParamError when there is no such source. Safe to repeat when it was interrupted.
    """
    sources = {item.name: item for item in read_sources(workspace)}
    if source not in sources:
        raise ParamError(
            f"params/{workspace.name}/sources.yml has no source {source!r} "
            f"(there: {', '.join(sources) or 'none'}).{nearest(source, sources)}"
        )
    store, total, kept = workspace.store, LandingReport(), []
    files = _files(store, source)
    for place, file in enumerate(files, 1):
        for landed, ids in _file_again(workspace, sources[source], file):
            total.add(landed)
            kept.append(ids)
        if progress:
            progress(file, place / len(files))
    # A post whose payload retention has removed cannot be made anew; it stays as it is.
    there = store.sql(
        f"SELECT post_id FROM posts SEMI JOIN raw USING (payload_ref) WHERE source = {quoted(source)}"
    )["post_id"]
    stale = there[~there.isin(pd.concat(kept))] if kept else there
    delete(store, "posts", "post_id", stale)
    return total


def preview(workspace: Workspace, source: str, mapping: dict) -> pd.DataFrame:
    """Return what a new mapping (an entry as
    in sources.yml) would change about a source's posts; nothing is stored.

    One row per post and field that differs: post_id, change ("appears", "vanishes" or "changes"), field, old,
    new; for a post that appears or vanishes the field is "text". ``reason`` says why a vanishing post would
    be refused. Raises ParamError when the mapping is wrong.
    """
    new = parse(source, mapping, "the new mapping")
    store, parts, reasons = workspace.store, [], {}
    for file in _files(store, source):
        landing = Landing(workspace, new, file, pd.Timestamp(0, tz="UTC"), Pseudonyms())
        for rows in _stored(store, source, file):
            batch = landing.read_again(rows, from_lines(rows["payload"]))
            good = batch.reasons == ""
            reasons |= dict(zip(batch.posts.loc[~good, "post_id"], batch.reasons[~good]))
            parts.append(batch.posts[good])
    made = pd.concat(parts) if parts else pd.DataFrame(columns=COMPARED)
    made = made.sort_values("collected_at", kind="stable").drop_duplicates("post_id", keep="last")
    old = store.read("posts", where={"source": source})
    kept = store.read("raw", columns=["payload_ref"], where={"source": source})["payload_ref"]
    old = old[old["payload_ref"].isin(kept)]
    return _differences(old.set_index("post_id"), made.set_index("post_id"), reasons)


def _differences(old: pd.DataFrame, new: pd.DataFrame, reasons: dict) -> pd.DataFrame:
    """Return the posts of one side only, and of those on both each field that differs."""
    both = old.index.intersection(new.index)
    parts = [
        pd.DataFrame(
            {
                "post_id": both,
                "change": "changes",
                "field": name,
                "old": old.loc[both, name].astype("str").to_numpy(),
                "new": new.loc[both, name].astype("str").to_numpy(),
            }
        )
        for name in COMPARED[1:]
    ]
    changed = pd.concat(parts, ignore_index=True)
    changed = changed[changed["old"].fillna("") != changed["new"].fillna("")]
    gone, come = old.index.difference(new.index), new.index.difference(old.index)
    lost = pd.DataFrame(
        {"post_id": gone, "change": "vanishes", "field": "text", "old": old.loc[gone, "text"].array}
    )
    found = pd.DataFrame(
        {"post_id": come, "change": "appears", "field": "text", "new": new.loc[come, "text"].array}
    )
    lost = lost.assign(reason=[reasons.get(name, "no row gives this id") for name in gone])
    table = pd.concat([changed, lost, found], ignore_index=True)
    return table.reindex(columns=["post_id", "change", "field", "old", "new", "reason"]).sort_values(
        ["change", "post_id", "field"], ignore_index=True
    )


def _files(store: Store, source: str) -> list[str]:
    named = f"source = {quoted(source)}"
    found = store.sql(
        f"SELECT file, min(collected_at) AS at FROM raw WHERE {named} GROUP BY file UNION ALL "
        f"SELECT file, min(seen_at) FROM quarantine WHERE {named} GROUP BY file"
    )
    return list(found.sort_values("at")["file"].drop_duplicates())


def _file_again(workspace: Workspace, source: Source, file: str) -> Iterator[tuple[LandingReport, pd.Series]]:
    """Land the stored rows of one file again, batch by batch;
    all are read before the store changes under the query.
    """
    store = workspace.store
    landing = Landing(workspace, source, file, pd.Timestamp(0, tz="UTC"), Pseudonyms())
    for rows in _stored(store, source.name, file):
        batch = landing.read_again(rows, from_lines(rows["payload"]))
        landed = landing.keep(batch)
        good = batch.reasons == ""
        moved = rows[good & rows["week"].notna() & (rows["week"] != batch.posts["week"])]
        for week, group in moved.groupby(
            "week"
        ):  # its time changed, so its payload lies in another partition now
            delete(store, "raw", "payload_ref", group["payload_ref"], f"week = {quoted(week)}")
        delete(store, "quarantine", "payload_ref", rows.loc[good & rows["week"].isna(), "payload_ref"])
        yield landed, landing.ids[-1]


def _stored(store: Store, source: str, file: str) -> Iterator[pd.DataFrame]:
    """Yield the stored rows of one file in batches,
    as they were at the first, whatever is written meanwhile.
    """
    before = store.at(store.versions())
    for offset in range(0, 1 << 40, BATCH):
        rows = before.sql(
            _STORED.format(source=quoted(source), file=quoted(file), limit=BATCH, offset=offset)
        )
        if rows.empty:
            return
        yield rows.assign(at=rows["moment"].dt.tz_convert("UTC").astype("datetime64[us, UTC]"))

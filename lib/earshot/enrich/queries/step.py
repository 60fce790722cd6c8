"""Which named query finds which post:
the table ``matches``, kept up to date for new posts and for changed queries.

``queried`` remembers for each post which version of each query has read it, so that a new query reads all
posts once, a new post is read by all queries once, and everything else is left alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from earshot.collect.landing import landing
from earshot.collect.query import catalogue, fields
from earshot.collect.query.catalogue import Named
from earshot.collect.query.clauses import alternatives
from earshot.collect.query.engine import Engine
from earshot.collect.query.nodes import Field, Node, walk
from earshot.collect.query.pretty import pretty
from earshot.core.literals import quoted
from earshot.core.store import Store
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline.declaration import Step

TABLE = "matches"
VERSION = "2"  # of what a query means (tokens, match): a change here reads all posts again
PART = 50_000  # posts per commit
_LACKS = "(s.post_id IS NULL OR s.content_hash <> p.content_hash OR s.step_version <> {now})"
_WAS = "CASE WHEN s.content_hash = p.content_hash THEN s.step_version ELSE '' END"


def update(workspace: Workspace) -> int:
    """Bring ``matches`` up to date with queries.yml and the posts; return how many posts were read.

    Returns at once where there is no queries.yml and never was one. Raises ParamError at a query that cannot
    be read.
    """
    named, store = catalogue.read(workspace), workspace.store
    if store.version("posts") is None or (not named and store.version("queried") is None):
        return 0
    now = ",".join([VERSION, *(f"{name}={named[name].stamp}" for name in sorted(named))])
    pending = store.sql(
        f"SELECT DISTINCT p.week, {_WAS} AS was FROM posts p LEFT JOIN queried s USING (post_id) "
        f"WHERE {_LACKS.format(now=quoted(now))} ORDER BY 1, 2"
    )
    if pending.empty:
        return 0
    _forget(store, named)
    return sum(
        _read(workspace, named, now, week, was) for week, was in pending.itertuples(index=False, name=None)
    )


def _forget(store: Store, named: Mapping[str, Named]) -> None:
    """Delete the matches of queries that are gone or say something else now."""
    kept = " OR ".join(
        f"(query = {quoted(name)} AND version = {quoted(one.stamp)})" for name, one in named.items()
    )
    store.delete(TABLE, f"NOT ({kept or 'false'})")


def _read(workspace: Workspace, named: Mapping[str, Named], now: str, week: str, was: str) -> int:
    """Let the queries that have not read them read the posts of one week that were last read at ``was``."""
    known = set(was.split(",")) if was.startswith(f"{VERSION},") or was == VERSION else set()
    asked = {name: one for name, one in named.items() if f"{name}={one.stamp}" not in known}
    store = workspace.store
    extra = "".join(f", {column}" for column in sorted(columns(one.node for one in asked.values())))
    posts = store.sql(f"""
        SELECT p.post_id, p.week, p.content_hash, p.text, p.media_text, s.post_id IS NOT NULL AS seen{extra}
        FROM posts p LEFT JOIN queried s USING (post_id) LEFT JOIN "language" l USING (post_id)
        WHERE p.week = {quoted(week)} AND {_WAS} = {quoted(was)} AND {_LACKS.format(now=quoted(now))}
        ORDER BY p.post_id""")
    engine = _engine(asked, workspace)
    for start in range(0, len(posts), PART):
        part = posts.iloc[start : start + PART].reset_index(drop=True)
        edited = part.loc[part["seen"].astype(bool), "post_id"] if not was else part["post_id"].head(0)
        if len(edited):
            landing.delete(store, TABLE, "post_id", edited, f"week = {quoted(week)}")
        found = pd.concat(_found(engine, asked, part), ignore_index=True) if asked else pd.DataFrame()
        if len(found):
            store.merge(TABLE, found)
        store.merge("queried", part[["post_id", "week", "content_hash"]].assign(step_version=now))
    return len(posts)


def _engine(asked: Mapping[str, Named], workspace: Workspace) -> Engine:
    """Return the engine of the queries and, under "name|0", "name|1" …, of the alternatives of each."""
    nodes = {}
    for name, one in asked.items():
        nodes[name] = catalogue.resolved(one.node, workspace)
        if len(alternatives(one.body)) > 1:
            nodes |= {
                f"{name}|{place}": catalogue.resolved(node, workspace)
                for place, node in enumerate(alternatives(one.body))
            }
    return Engine(nodes)


def _found(engine: Engine, asked: Mapping[str, Named], posts: pd.DataFrame) -> Iterator[pd.DataFrame]:
    hits = engine.match(posts)
    for name, one in asked.items():
        rows, parts = hits.rows(name), alternatives(one.body)
        clauses: dict[int, list[str]] = {row: [] for row in rows.tolist()}
        for place, node in enumerate(parts):
            for row in (hits.rows(f"{name}|{place}") if len(parts) > 1 else rows).tolist():
                if row in clauses:
                    clauses[row].append(pretty(node))
        written = [json.dumps(texts, ensure_ascii=False) for texts in clauses.values()]
        yield posts.iloc[rows][["post_id", "week"]].assign(query=name, version=one.stamp, clauses=written)


def columns(nodes: Iterable[Node]) -> set[str]:
    """Return the columns of posts, as SQL,
    that the conditions of these queries are about, beside text and alt text.
    """
    found = set()
    for asked in (leaf for node in nodes for leaf in walk(node) if isinstance(leaf, Field)):
        if asked.name not in ("has", "link"):
            found.add(fields.column(asked))
        elif asked.value == "place":
            found.add("place")
    return {"coalesce(l.lang, p.lang) AS lang" if name == "lang" else f"p.{name}" for name in found}


STEP = Step(
    name="queries",
    needs=("language",),
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace),
)

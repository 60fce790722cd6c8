"""Posts set aside: hidden from every figure by a filter, kept in the store, and back at a word.

A NOT in a feed's query means that the platform never sends a post: it is gone, and nobody can say what was
lost. A filter in params/<workspace>/filters.yml only hides: the post stays in ``posts``, the table
``set_aside`` says which filter hid it and why, `restore` shows it again, and an audit (``audit``) estimates
how many good posts it hid.

    filters:
      leak:     {query: 'link:leak.example', why: pushed by bots}
      bots:     {verdict: inauthentic, why: no person wrote it}
      staff:    {authors: [acme_jobs], why: our own recruiting}
      hungarian: {languages: [hu], why: nobody here reads it}
      offtopic: {relevance: irrelevant, why: not about the brand it was found for}

Where an entry has several conditions a post must meet all. A post belongs to the first filter that it meets.
Whoever says in relevance.yml what a brand is not, or teaches a model, wants such posts out: then the filter
``irrelevant`` is there without being written, unless another names relevance or relevance.yml says
``set_aside: no``.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.collect.query import QueryError, catalogue, parse
from earshot.collect.query.engine import Engine
from earshot.core.clock import now
from earshot.core.deletion import delete
from earshot.core.params import ParamError, nearest, switch
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline.declaration import Step
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms, folded

VERSION = "1"
CONDITIONS = ("query", "authors", "verdict", "languages", "kinds", "platforms", "relevance")
VERDICTS = {"verdict": ("inauthentic", "doubtful"), "relevance": ("irrelevant", "unsure")}
IRRELEVANT = "irrelevant"
PART = 50_000  # posts that a query reads at a time
_POSTS = """
    SELECT p.post_id, p.author, p.kind, p.platform, p.text, p.brand, p.url, p.place, p.media_text,
    p.followers, p.likes,
           p.reposts, p.replies, p.views, p.created_at, p.reply_to, p.root, p.campaign, p.source, p.region,
           coalesce(l.lang, p.lang) AS lang, a.verdict, r.verdict AS relevance
    FROM posts p LEFT JOIN "language" l USING (post_id) LEFT JOIN authenticity a USING (post_id)
    LEFT JOIN relevance r USING (post_id)
    ORDER BY p.post_id
"""


@dataclass(frozen=True)
class Filter:
    """A filter: its name, why it hides, and its conditions (of CONDITIONS), all of which a post must meet."""

    name: str
    why: str
    conditions: dict


def read(workspace: Workspace) -> list[Filter]:
    """Return the filters of filters.yml in order, then that of relevance;
    raises ParamError at a wrong one.
    """
    settings = workspace.settings("filters")
    for name in settings:
        if name != "filters":
            raise ParamError(f"filters.yml has no section {name!r}; write filters: and one entry per filter.")
    entries = settings.get("filters") or {}
    if not isinstance(entries, dict):
        raise ParamError(
            "filters.yml: write one filter per line under filters:, as name: {query: …, why: …}."
        )
    filters = [_filter(name, entry) for name, entry in entries.items()]
    return filters + _by_relevance(workspace, filters)


def _by_relevance(workspace: Workspace, filters: list[Filter]) -> list[Filter]:
    """Return the filter that hides what is not about its brand, where somebody has said what that means."""
    given, model = workspace.settings("relevance"), workspace.data / "models" / "relevance.skops"
    told = any(one.name == IRRELEVANT or "relevance" in one.conditions for one in filters)
    if told or switch(given.get("set_aside")) is False or not (set(given) - {"set_aside"} or model.exists()):
        return []
    return [
        Filter(IRRELEVANT, "judged not to be about the brand it was found for", {"relevance": IRRELEVANT})
    ]


def _filter(name: str, entry: object) -> Filter:
    where = f"filters.yml, filter {name}"
    if not isinstance(entry, dict):
        raise ParamError(
            f"{where} is {str(entry)[:40]!r}; write conditions, such as {{query: prize, why: spam}}."
        )
    values = dict(entry)
    why = str(values.pop("why", "")).strip()
    for key in values:
        if key not in CONDITIONS:
            raise ParamError(
                f"{where} has no condition {key!r}; there are {', '.join(CONDITIONS)}, and why."
                f"{nearest(key, CONDITIONS)}"
            )
    if not values or not why:
        missing = "condition" if not values else "reason; say why: it hides posts"
        raise ParamError(f"{where} has no {missing}.")
    for key, allowed in VERDICTS.items():
        if key in values and values[key] not in allowed:
            raise ParamError(f"{where}: {key} is {values[key]!r}; use {' or '.join(allowed)}.")
    for key in ("authors", "languages", "kinds", "platforms"):
        if key in values and not isinstance(values[key], list):
            raise ParamError(f"{where}: {key} is {values[key]!r}; write a list in [brackets].")
    return Filter(str(name), why, values)


def apply(workspace: Workspace) -> int:
    """Hide the posts that a filter meets, show again those that none meets now;
    return how many are newly hidden.

    A post that was restored stays shown. Raises ParamError when filters.yml is wrong.
    """
    filters, store = read(workspace), workspace.store
    if not filters and store.version("set_aside") is None:
        return 0
    table = _met(workspace, filters) if filters else pd.DataFrame(columns=["post_id", "filter", "reason"])
    stored = store.read("set_aside")
    kept = stored[stored["restored_at"].notna()]
    table = table[~table["post_id"].isin(kept["post_id"])]
    gone = stored.loc[stored["restored_at"].isna() & ~stored["post_id"].isin(table["post_id"]), "post_id"]
    if len(gone):
        delete(store, "set_aside", "post_id", gone)
    if len(table):
        store.merge("set_aside", table.assign(at=now(), restored_at=pd.NaT))
    return int((~table["post_id"].isin(stored["post_id"])).sum())


def _met(workspace: Workspace, filters: list[Filter]) -> pd.DataFrame:
    """Return post_id, filter and reason of every post that a filter meets."""
    posts = workspace.store.sql(_POSTS)
    hidden = pd.Series(pd.NA, index=posts.index, dtype="object")
    for one in filters:
        hidden = hidden.mask(hidden.isna() & _meets(workspace, one, posts), one.name)
    found = posts.loc[hidden.notna(), ["post_id"]].assign(filter=hidden[hidden.notna()])
    return found.assign(reason=found["filter"].map({one.name: one.why for one in filters}))


def _meets(workspace: Workspace, one: Filter, posts: pd.DataFrame) -> pd.Series:
    """Say for each post whether it meets all conditions of a filter."""
    met = pd.Series(True, index=posts.index)
    for key, value in one.conditions.items():
        if key == "query":
            met &= _asked(workspace, one, posts)
        elif key == "verdict":
            met &= posts["verdict"].eq(value).fillna(False)
        elif key == "relevance":  # a post of no brand is in no brand's figures anyway
            met &= posts["relevance"].eq(value).fillna(False) & posts["brand"].fillna("").ne("")
        elif key == "authors":
            met &= posts["author"].isin(_pseudonyms(workspace, value))
        else:
            column = {"languages": "lang", "kinds": "kind", "platforms": "platform"}[key]
            met &= posts[column].isin([str(option) for option in value])
    return met.astype(bool)


def _asked(workspace: Workspace, one: Filter, posts: pd.DataFrame) -> pd.Series:
    try:
        node = catalogue.resolved(parse(str(one.conditions["query"])), workspace)
    except QueryError as error:
        raise ParamError(f"filters.yml, filter {one.name}: {error}") from None
    rows = Engine({one.name: node}).match(posts).rows(one.name)
    return pd.Series(posts.index.isin(posts.index[rows]), index=posts.index)


def _pseudonyms(workspace: Workspace, authors: list) -> list[str]:
    """Return under which names these accounts are stored:
    pseudonyms, but for the handles that stay readable.
    """
    keep, names = folded(workspace.params.handles), Pseudonyms()
    return [names.known(str(author), keep) for author in authors]


def restore(workspace: Workspace, name: str, posts: list[str] | None = None) -> int:
    """Show again all posts that a filter hid, or of them only ``posts``; return how many.

    They stay shown when the filter runs again. Raises ParamError when the filter hides nothing.
    """
    stored = workspace.store.read("set_aside")
    known = sorted(set(stored["filter"]))
    if name not in known:
        raise ParamError(
            f"No filter {name!r} has hidden a post (filters that have: {', '.join(known) or 'none'})."
            f"{nearest(name, known)}"
        )
    back = stored[stored["filter"].eq(name) & stored["restored_at"].isna()]
    if posts is not None:
        back = back[back["post_id"].isin(posts)]
    if len(back):
        workspace.store.merge("set_aside", back.assign(restored_at=now()))
    return len(back)


STEP = Step(
    name="set_aside",
    needs=("language", "authenticity", "relevance"),
    version=lambda _: VERSION,
    update=lambda workspace, _: apply(workspace),
)

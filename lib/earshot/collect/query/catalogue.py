"""The queries of a workspace: named, owned, versioned,
with reusable parts, from params/<workspace>/queries.yml.

parts:
  money: refund* OR voucher* OR compensat*
queries:
  refunds:
    text: <money> AND (flight OR bag*)      # <money> is the part above
    brand: Acme                             # only posts of this brand; leave out for all
    target: refunds                         # queries that try to find the same posts name the same target
    purpose: Who waits for money back, for the refunds desk
    owner: Head of Customer Relations
    version: 2
"""

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property

from earshot.collect.query.nodes import And, Field, Node, Phrase, Term, joined, rebuilt
from earshot.collect.query.parser import QueryError, filled, parse
from earshot.collect.query.pretty import pretty
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms, folded, plain

NEEDED = ("text", "purpose", "owner", "version")
KNOWN = ("text", "brand", "target", "purpose", "owner", "version")


@dataclass(frozen=True)
class Named:
    """One query of the catalogue: what it says, its parts put in, what it is for, whose it is."""

    name: str
    text: str
    body: Node
    purpose: str
    owner: str
    version: int
    brand: str = ""
    target: str = ""

    @cached_property
    def node(self) -> Node:
        """What is asked of a post: the query, and that the post is about its brand."""
        return joined(And, [Field("brand", self.brand), self.body]) if self.brand else self.body

    @cached_property
    def stamp(self) -> str:
        """The version with a hash of what is really asked, parts and brand included: ``2:9f86d081``."""
        return f"{self.version}:{hashlib.sha256(pretty(self.node).encode()).hexdigest()[:8]}"


def read(workspace: Workspace) -> dict[str, Named]:
    """Return the queries of a workspace by name, none where it has no queries.yml.

    Raises ParamError in one sentence at an unknown key, a missing owner or purpose, or a query that cannot be
    read.
    """
    return read_settings(workspace.settings("queries"), workspace.params.brands)


def parts(workspace: Workspace) -> dict[str, Node]:
    """Return the named parts of a workspace."""
    return _parts(workspace.settings("queries"))


def read_settings(settings: dict, brands: list[str]) -> dict[str, Named]:
    """Return the queries that a parsed queries.yml holds;
    ``brands`` are the names that ``brand`` may have.
    """
    for key in settings:
        if key not in ("parts", "queries"):
            raise ParamError(
                f"queries.yml: there is no section {key!r}.{nearest(key, ('parts', 'queries'))} "
                "It has parts and queries."
            )
    known = _parts(settings)
    return {
        name: _query(str(name), entry, known, brands) for name, entry in _mapping(settings, "queries").items()
    }


def _parts(settings: dict) -> dict[str, Node]:
    found = {}
    for name, text in _mapping(settings, "parts").items():
        if not isinstance(text, str):
            raise ParamError(f"queries.yml: the part {name} should be the text of a query; got {text!r}.")
        found[name] = _parsed(text, f"part {name}")
    return found


def _mapping(settings: dict, section: str) -> dict:
    entries = settings.get(section) or {}
    if not isinstance(entries, dict):
        raise ParamError(
            f"queries.yml: {section} should be one 'name: …' per line; got {type(entries).__name__}."
        )
    return entries


def _query(name: str, entry: object, known: dict[str, Node], brands: list[str]) -> Named:
    where = f"queries.yml, query {name}"
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        raise ParamError(f"{where}: a name has small letters, digits, - and _, such as late_flights.")
    if not isinstance(entry, dict):
        raise ParamError(f"{where}: needs {', '.join(NEEDED)}, one per line; got {entry!r}.")
    for key in entry:
        if key not in KNOWN:
            raise ParamError(f"{where}: there is no {key!r}.{nearest(key, KNOWN)} It has {', '.join(KNOWN)}.")
    for key in NEEDED:
        if entry.get(key) in (None, ""):
            raise ParamError(f"{where}: {key} is missing; a query says {', '.join(NEEDED)}.")
    if not isinstance(entry["version"], int) or isinstance(entry["version"], bool) or entry["version"] < 1:
        raise ParamError(f"{where}: version is a whole number from 1; got {entry['version']!r}.")
    brand = entry.get("brand") or ""
    if brand and brands and brand not in brands:
        raise ParamError(
            f"{where}: {brand!r} is not among the brands {', '.join(brands)}.{nearest(brand, brands)}"
        )
    text = str(entry["text"]).strip()
    try:
        node = filled(_parsed(text, f"query {name}"), known, text)
    except QueryError as error:
        raise ParamError(_at(error, f"query {name}")) from None
    return Named(
        name,
        text,
        node,
        str(entry["purpose"]),
        str(entry["owner"]),
        entry["version"],
        brand,
        str(entry.get("target") or ""),
    )


def _parsed(text: str, where: str) -> Node:
    try:
        return parse(text)
    except QueryError as error:
        raise ParamError(_at(error, where)) from None


def _at(error: QueryError, where: str) -> str:
    return str(error).replace("The query cannot be read", f"queries.yml, {where}, cannot be read")


def resolved(node: Node, workspace: Workspace) -> Node:
    """Return the query as it must be asked of the store, where accounts stand under their pseudonyms.

    ``author:jane`` and ``@jane`` become the pseudonym of jane unless the brief lists her among ``handles``.
    """
    keep = folded(workspace.params.handles)

    def named(handle: str) -> str:
        bare = handle.lstrip("@＠")
        return bare if plain(bare) in keep or "*" in bare or "?" in bare else Pseudonyms().name(bare)

    def change(found: Node) -> Node:
        if isinstance(found, Field) and found.name == "author":
            return replace(found, value=named(found.value))
        if isinstance(found, Term) and found.text[0] in "@＠" and len(found.text) > 1:
            return replace(found, text="@" + named(found.text), cased=False)
        return replace(found, terms=tuple(map(change, found.terms))) if isinstance(found, Phrase) else found

    return rebuilt(node, change)

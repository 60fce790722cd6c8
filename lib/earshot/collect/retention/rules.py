"""What is kept for how long: rules by class, source and region,
looked at first, carried out with a certificate.

The rules stand in params/<workspace>/privacy.yml, for example::

    retention:
      - {class: posts, keep_days: 730}                            # then: delete, where nothing else is said
      - {class: posts, region: eu, keep_days: 365, then: mask}    # measures stay; words, author and payload
        go
      - {class: private, keep_days: 30}
      - {class: payloads, keep_days: 90}
      - {class: refused, source: x, keep_days: 30}
      - {class: accounts, keep_days: 365}

The keep_days of a terms card is a rule for the posts of its source. Of posts that are deleted, counts by week
stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from earshot.collect.landing import terms
from earshot.core import clock
from earshot.core.literals import quoted
from earshot.core.params import ParamError, check_names, nearest
from earshot.core.store import Store
from earshot.core.workspace import Workspace

CLASSES = {  # which table a class is in, by which time its age is told, and which of its rows belong to it
    "posts": ("posts", "post_id", "created_at", "is_public IS NOT FALSE"),
    "private": ("posts", "post_id", "created_at", "is_public IS FALSE"),
    "payloads": ("raw", "payload_ref", "collected_at", "true"),
    "refused": ("quarantine", "payload_ref", "seen_at", "true"),
    "accounts": ("accounts", "author", "seen_at", "true"),
}  # fmt: skip
SETTINGS = ("class", "keep_days", "then", "source", "region")
ENDS = ("delete", "mask")


@dataclass(frozen=True)
class Rule:
    """Rows of a class (of one source or region, or of all) older than so many days are deleted or masked."""

    kind: str
    keep_days: int
    then: str = "delete"
    source: str = ""
    region: str = ""
    because: str = "privacy.yml"

    def __str__(self) -> str:
        of = "".join(
            f", {name} {value}" for name, value in (("source", self.source), ("region", self.region)) if value
        )
        return f"{self.kind}{of}: {self.then} after {self.keep_days:,} days"


def read_rules(workspace: Workspace) -> list[Rule]:
    """Return the rules of a workspace, those of its terms cards included; raises ParamError on the first
    wrong
    one.
    """
    where = f"params/{workspace.name}/privacy.yml"
    given = workspace.settings("privacy").get("retention") or []
    if not isinstance(given, list):
        raise ParamError(
            f"{where}: retention is {given!r}; write a list of rules such as "
            "- {class: posts, keep_days: 730}."
        )
    sources = {
        *terms.read_terms(workspace.folder),
        *workspace.settings("feeds"),
    }  # a feed may name another's card
    kept = {source: terms.card_of(workspace, source).keep_days for source in sorted(sources)}
    return [_rule(entry, where) for entry in given] + [
        Rule("posts", days, source=source, because="terms.yml") for source, days in kept.items() if days
    ]


def due(workspace: Workspace, at: pd.Timestamp | None = None, store: Store | None = None) -> pd.DataFrame:
    """Return the rows that are due: rule, then, table, key, week;
    a row is named once, and deleting goes first.

    ``store`` is the part of the workspace's store that is looked at, all of it when left out.
    """
    at = clock.now() if at is None else at
    parts = list(_due(workspace, at, store or workspace.store))
    table = (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["rule", "then", "table", "key", "week"], dtype="str")
    )
    return table.sort_values("then", kind="stable").drop_duplicates(["table", "key"]).reset_index(drop=True)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what would go: rule, then, table, week and number of rows."""
    grouped = rows.groupby(["rule", "then", "table", "week"], dropna=False).size()
    return grouped.rename("rows").reset_index()


def _due(workspace: Workspace, at: pd.Timestamp, store: Store) -> Iterator[pd.DataFrame]:
    for rule in read_rules(workspace):
        table, key, time, belongs = CLASSES[rule.kind]
        if store.version(table) is None:
            continue
        before = (at - pd.Timedelta(days=rule.keep_days)).isoformat()
        conditions = [belongs, f"{time} < TIMESTAMPTZ '{before}'"]
        conditions += [f"source = {quoted(rule.source)}"] if rule.source else []
        if rule.region and table == "posts":
            conditions.append(f"lower(region) = {quoted(rule.region.lower())}")
        elif rule.region:
            conditions.append(
                f"payload_ref IN (SELECT payload_ref FROM posts WHERE lower(region) = "
                f"{quoted(rule.region.lower())})"
            )
        if rule.then == "mask":
            conditions.append("text <> ''")
        rows = store.sql(
            f"SELECT {key} AS key, strftime({time}, '%G-W%V') AS week FROM {table} "
            f"WHERE {' AND '.join(conditions)}"
        )
        yield rows.assign(rule=str(rule), then=rule.then, table=table)


def _rule(entry: object, where: str) -> Rule:
    """Return the rule that one entry describes, checked."""
    if not isinstance(entry, dict):
        raise ParamError(
            f"{where}: a rule is {entry!r}; write, for example, {{class: posts, keep_days: 730}}."
        )
    check_names(entry, SETTINGS, f"{where}: a rule", "setting")
    kind, days, then = entry.get("class"), entry.get("keep_days"), entry.get("then", "delete")
    if kind not in CLASSES:
        raise ParamError(
            f"{where}: a rule is for class {kind!r}; use one of {', '.join(CLASSES)}.{nearest(kind, CLASSES)}"
        )
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise ParamError(
            f"{where}: the rule for {kind} has keep_days {days!r}; use a whole number from 1 up."
        )
    if then not in ENDS or (then == "mask" and kind not in ("posts", "private")):
        raise ParamError(
            f"{where}: the rule for {kind} has then {then!r}; use delete"
            f"{' or mask' if kind in ('posts', 'private') else ''}."
        )
    if entry.get("region") and kind not in ("posts", "private", "payloads"):
        raise ParamError(f"{where}: rows of class {kind} say no region; leave region out of the rule.")
    if (
        entry.get("source")
        and kind == "accounts"
        or not all(isinstance(entry.get(name, ""), str) for name in ("source", "region"))
    ):
        raise ParamError(
            f"{where}: the rule for {kind} has source {entry.get('source')!r} and region "
            f"{entry.get('region')!r}; accounts have neither, and both are one name."
        )
    return Rule(kind, days, then, str(entry.get("source") or ""), str(entry.get("region") or ""))

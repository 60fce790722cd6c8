"""Listening recall: what share of all that was said about a brand we hold, judged from lists that overlap.

Two kinds of lists exist. Queries that name the same target in queries.yml: they try to find the same posts by
other words, and a post is the same by its id. Sources: a story is the same by its near-duplicate group. What
no list can reach (closed groups, deleted posts, other languages) is outside of any such estimate.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.collect.query import catalogue
from earshot.core import wording
from earshot.core.claim import NOTABLE, NOTE, Claim
from earshot.core.workspace import Workspace
from earshot.statistics import capture_recapture

FEWEST = 7  # items on two lists: Chapman's estimate is nearly unbiased from seven on (Robson & Regier 1964)
SMALLEST, MOST = 20, 4  # items a list must hold, and lists that are compared
CONDITIONS = (
    "The lists look at the same days and the same brand.",
    "A post on two lists is recognised as one: by its id for queries, by its near-duplicate group for "
    "sources.",
    "Being found by one list does not make being found by another more likely. Queries that share words, "
    "and stories that are copied from source to source, break this; then more is missing than estimated, "
    "and the recall is at most what is stated.",
    "Every post could have been found by every list. Closed groups and deleted posts could not, and are not "
    "counted.",
)
COLUMNS = [
    "of",
    "lists",
    "seen",
    "total",
    "total_low",
    "total_high",
    "recall",
    "recall_low",
    "recall_high",
    "method",
]


@dataclass(frozen=True)
class ListeningRecall:
    """Estimates (one row per way of looking), the lists with their sizes, what must hold, and the claims."""

    estimates: pd.DataFrame
    lists: pd.DataFrame
    conditions: tuple[str, ...]
    claims: list[Claim]


def measure(posts: pd.DataFrame, workspace: Workspace) -> ListeningRecall:
    """Return how much of all that was said ``posts`` (as analyse.posts gives them) hold,
    where lists overlap enough.
    """
    kinds = [*by_query(posts, workspace).items(), ("stories told more than once", by_source(posts))]
    rows = [row for what, lists in kinds for row in _estimates(lists, what)]
    sizes = [
        {"of": what, "list": name, "items": int(lists[name].sum()), "all": len(lists)}
        for what, lists in kinds
        for name in lists
    ]
    estimates = pd.DataFrame(rows, columns=COLUMNS)
    return ListeningRecall(
        estimates,
        pd.DataFrame(sizes, columns=["of", "list", "items", "all"]),
        CONDITIONS,
        _claims(estimates, len(posts)),
    )


def by_query(posts: pd.DataFrame, workspace: Workspace) -> dict[str, pd.DataFrame]:
    """Return, for each target that queries share,
    one row per post found and one true/false column per query.
    """
    hits = workspace.store.read("matches", columns=["post_id", "query"])
    hits = hits[hits["post_id"].isin(posts["post_id"])]
    targets = {name: query.target for name, query in catalogue.read(workspace).items() if query.target}
    hits = hits.assign(target=hits["query"].map(targets)).dropna(subset=["target"])
    return {
        f"posts about {target}": _lists(group, "post_id", "query") for target, group in hits.groupby("target")
    }


def by_source(posts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per story (near-duplicate group of two posts
    or more) and one true/false column per source.

    A remark that nobody repeats could never be on two lists; with it the total would be far too large.
    """
    told = posts[posts["duplicate_group"].notna()]
    return _lists(told[told["duplicate_group"].duplicated(keep=False)], "duplicate_group", "source")


def _lists(rows: pd.DataFrame, item: str, by: str) -> pd.DataFrame:
    """Return the largest lists as columns; small ones say nothing."""
    rows = rows[[item, by]].drop_duplicates()
    sizes = rows[by].value_counts()
    kept = sizes[sizes >= SMALLEST].head(MOST).index.astype("str")
    table = pd.crosstab(rows[item], rows[by].astype("str")).reindex(columns=kept, fill_value=0) > 0
    return table[table.any(axis=1)]


def _estimates(lists: pd.DataFrame, what: str) -> list[dict]:
    """Return what two or more lists tell; nothing where they overlap too little to tell."""
    names = list(lists)
    if len(names) < 2:
        return []
    found = []
    if len(names) == 2:
        first, second = lists[names[0]], lists[names[1]]
        if (both := int((first & second).sum())) >= FEWEST:
            found.append(capture_recapture.chapman(int(first.sum()), int(second.sum()), both))
    elif (lists.sum(axis=1) >= 2).sum() >= FEWEST:
        found += [capture_recapture.chao(lists), capture_recapture.loglinear(lists)]
    return [_row(total, what, names) for total in found]


def _row(total: capture_recapture.Total, what: str, names: list[str]) -> dict:
    value, low, high = total.recall
    return {
        "of": what,
        "lists": wording.listed(names),
        "seen": total.seen,
        "total": total.total,
        "total_low": total.low,
        "total_high": total.high,
        "recall": value,
        "recall_low": low,
        "recall_high": high,
        "method": total.method,
    }


def _claims(estimates: pd.DataFrame, n: int) -> list[Claim]:
    if estimates.empty:
        said = (
            "How much of all that was said is held cannot be told: no two sources, and no two queries "
            f"of one target, overlap enough ({FEWEST} posts found twice are needed)."
        )
        rest = {"method": "capture–recapture", "inputs": ("posts", "matches"), "kind": "quality"}
        return [Claim("collect.recall", said, n=n, weight=NOTE, **rest)]
    claims = []
    for what, rows in estimates.groupby("of", sort=False):
        row = rows.iloc[-1]  # the last allows for dependence between lists, where there are three
        sure = wording.between(row["recall_low"], row["recall_high"])
        said = (
            f"Of all {what}, {wording.percent(row['recall'])} are held at most ({sure}), judged from how far "
            f"{row['lists']} overlap: {wording.count(row['seen'])} of an estimated "
            f"{wording.count(row['total'])}."
        )
        held = {
            "value": row["recall"],
            "low": row["recall_low"],
            "high": row["recall_high"],
            "n": row["seen"],
        }
        rest = {"method": row["method"], "inputs": ("posts", "matches", "duplicates"), "kind": "quality"}
        claims.append(Claim.of(f"collect.recall.{wording.slug(what)}", said, held, weight=NOTABLE, **rest))
    return claims

"""How right the named queries are: precision and recall of each clause on posts that a person labelled.

params/<workspace>/query_labels.csv has one row per judged post: query (a name of queries.yml), post_id, label
(relevant or irrelevant) and, where it was not drawn from all posts, drawn (from which, in words).
"""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.posts import label_files
from earshot.collect.query import accuracy, catalogue
from earshot.collect.query.nodes import Node
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.literals import listed
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace
from earshot.enrich.queries.step import columns

FILE = "query_labels.csv"
LEAST = 20  # labelled posts of a query
TOP = 5  # clauses of a query that are shown, those on which most posts depend
METHOD = "share of labelled posts, Wilson's interval; each clause is judged by leaving it out"
COLUMNS = ["query", "clause", "found", "precision", "recall", "changes", "right", "advice"]


@dataclass(frozen=True)
class QueryAccuracy:
    """One row per query and clause with intervals, the same in words for readers, and the claims."""

    clauses: pd.DataFrame
    shown: pd.DataFrame
    claims: list[Claim]


def measure(workspace: Workspace) -> QueryAccuracy:
    """Return how right each query with 20 labelled posts or more is; empty where nobody labelled any.

    Raises ParamError for a query that queries.yml does not have, or a label that is neither of the two.
    """
    labels, tables, claims = _labels(workspace), [], []
    for name, rows in labels.groupby("query", sort=False):
        body = catalogue.read(workspace)[name].body
        posts = _posts(workspace, body, rows)
        if len(posts) < LEAST:
            continue
        node = catalogue.resolved(body, workspace)
        table = accuracy.by_clause(node, posts, accuracy.truth(posts["label"]))
        tables.append(table.assign(query=name))
        claims.append(_claim(name, table.iloc[0], rows))
    whole = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    return QueryAccuracy(whole, _shown(tables), claims)


def _labels(workspace: Workspace) -> pd.DataFrame:
    path = workspace.folder / FILE
    if not path.exists():
        return pd.DataFrame(columns=["query", "post_id", "label", "drawn"], dtype="str")
    rows = label_files.read(str(path), ("query", "post_id", "label"))
    known = catalogue.read(workspace)
    strange = [name for name in rows["query"].unique() if name not in known]
    if strange:
        raise ParamError(
            f"{FILE} has labels for the query {strange[0]!r}; queries.yml has "
            f"{', '.join(known) or 'none'}.{nearest(strange[0], known)}"
        )
    return rows if "drawn" in rows else rows.assign(drawn="")


def _posts(workspace: Workspace, body: Node, labels: pd.DataFrame) -> pd.DataFrame:
    """Return the labelled posts that are stored,
    with their label and the columns that the query asks of them.
    """
    extra = "".join(f", {column}" for column in sorted(columns([body])))
    ids = listed(labels["post_id"])
    posts = workspace.store.sql(
        f'SELECT p.post_id, p.text{extra} FROM posts p LEFT JOIN "language" l USING (post_id) '
        f"WHERE p.post_id IN {ids} ORDER BY p.post_id"
    )
    return posts.merge(labels.drop_duplicates("post_id", keep="last"), on="post_id")


def _shown(tables: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [pd.concat([table.head(1), _deciding(table)]) for table in tables]
    rows = [
        {
            "clause": f"{row['query']}, the whole query" if row["role"] == "whole" else row["clause"],
            "found": row["found"],
        }
        | {name: _told(row, name) for name in ("precision", "recall")}
        | {"advice": row["advice"]}
        for part in parts
        for row in part.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["clause", "found", "precision", "recall", "advice"])


def _deciding(table: pd.DataFrame) -> pd.DataFrame:
    """Return the clauses on which most posts depend; a query of one clause has none beside the whole."""
    rows = table.iloc[1:]
    return rows[rows["changes"] > 0].nlargest(TOP, "changes") if len(rows) else rows


def _told(row: dict, name: str) -> str:
    if pd.isna(row[name]):
        return "none found"
    return f"{wording.percent(row[name])} ({wording.between(row[f'{name}_low'], row[f'{name}_high'])})"


def _claim(name: str, whole: pd.Series, labels: pd.DataFrame) -> Claim:
    drawn = str(labels["drawn"].fillna("").iloc[0])
    said = (
        f"On {wording.count(whole['n'])} labelled {drawn or 'posts'} the query {name} is right in "
        f"{_told(whole, 'precision')} of what it finds, and finds {_told(whole, 'recall')} of what it should."
    )
    value = None if pd.isna(whole["precision"]) else whole["precision"]
    return Claim(
        f"collect.query.{wording.slug(name)}.accuracy",
        said,
        value,
        "share",
        whole["precision_low"],
        whole["precision_high"],
        int(whole["n"]),
        METHOD,
        ("posts", FILE),
        "quality",
        0.45,
        about={"query": name},
    )

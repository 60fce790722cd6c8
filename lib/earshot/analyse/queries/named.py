"""What the named queries of a workspace find:
how many posts, by which clause, and which queries find nothing.
"""

import json
from dataclasses import dataclass

import pandas as pd

from earshot.collect.query import catalogue
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.store import Store
from earshot.core.workspace import Workspace
from earshot.statistics import estimate

BROAD = 0.5  # a query that finds more than this share of the posts says hardly anything about them
METHOD = "share of posts found by the query, Wilson's interval, posts by one author counted as one voice"


@dataclass(frozen=True)
class Listening:
    """The queries with what they find among ``n`` posts, and what each of their clauses finds."""

    queries: pd.DataFrame
    clauses: pd.DataFrame
    n: int

    @property
    def claims(self) -> list[Claim]:
        """One sentence for each query, and one for those that find nothing or nearly everything."""
        return [_claim(row) for row in self.queries.to_dict("records")] + _doubts(self.queries, self.n)

    @staticmethod
    def formats() -> dict[str, str]:
        """Return how the columns of ``queries`` are shown."""
        return {"posts": "count", "share": "share", "low": "share", "high": "share"}


def read(workspace: Workspace, store: Store, posts: pd.DataFrame) -> Listening:
    """Return what the queries in queries.yml find among ``posts`` (with post_id, author), commonest first.

    ``store`` may be pinned; matches of a query's earlier versions do not count. Without queries.yml both are
    empty.
    """
    named = catalogue.read(workspace)
    matches = store.read("matches", columns=["post_id", "query", "version", "clauses"])
    current = matches["version"] == matches["query"].map({name: one.stamp for name, one in named.items()})
    matches = matches[current & matches["post_id"].isin(posts["post_id"])]
    rows = [_row(one, posts, matches.loc[matches["query"] == name, "post_id"]) for name, one in named.items()]
    columns = ["query", "brand", "purpose", "owner", "version", "posts", "share", "low", "high", "authors"]
    table = pd.DataFrame(rows, columns=columns).sort_values("posts", ascending=False, ignore_index=True)
    return Listening(table, _clauses(matches), len(posts))


def _row(one: catalogue.Named, posts: pd.DataFrame, found: pd.Series) -> dict:
    about = posts[posts["brand"] == one.brand] if one.brand else posts
    hit = about.assign(hit=about["post_id"].isin(found).astype(float))
    figures = {"value": float("nan"), "low": 0.0, "high": 1.0}
    if len(hit):
        figures = estimate.means(hit, "hit", share=True).iloc[0].to_dict()
    return {
        "query": one.name,
        "brand": one.brand or "all",
        "purpose": one.purpose,
        "owner": one.owner,
        "version": one.stamp,
        "posts": int(hit["hit"].sum()),
        "share": figures["value"],
        "low": figures["low"],
        "high": figures["high"],
        "authors": int(hit.loc[hit["hit"] > 0, "author"].nunique()),
    }


def _clauses(matches: pd.DataFrame) -> pd.DataFrame:
    """Return query, clause and posts: how many posts each alternative finds, alone or with others."""
    pairs = (
        matches.assign(clause=matches["clauses"].map(json.loads)).explode("clause").dropna(subset=["clause"])
    )
    counts = pairs.groupby(["query", "clause"]).size().rename("posts").reset_index()
    return counts.sort_values(["query", "posts"], ascending=[True, False], ignore_index=True)


def _claim(row: dict) -> Claim:
    about = "all posts" if row["brand"] == "all" else f"posts about {row['brand']}"
    said = f"The query {row['query']} finds {wording.count(row['posts'])} posts"
    if row["posts"]:
        said += (
            f", {wording.percent(row['share'])} of {about} ({wording.between(row['low'], row['high'])}), for "
            f"{row['owner']}"
        )
    value = None if pd.isna(row["share"]) else row["share"]
    return Claim(
        f"collect.query.{wording.slug(row['query'])}",
        f"{said}.",
        value,
        "share",
        row["low"],
        row["high"],
        row["posts"],
        METHOD,
        ("posts", "matches"),
        weight=0.3,
        about={"query": row["query"]},
    )


def _doubts(table: pd.DataFrame, n: int) -> list[Claim]:
    silent = table.loc[table["posts"] == 0, "query"].tolist() if n else []
    broad = table.loc[table["share"] > BROAD, "query"].tolist()
    said = {
        "silent": (silent, "found no post: nothing of the kind was said, or what is asked for is wrong"),
        "broad": (
            broad,
            f"found more than {wording.percent(BROAD)} of the posts, which says little about them",
        ),
    }
    return [
        Claim(
            f"collect.query.{kind}",
            f"The {_queries(names)} {why}.",
            len(names),
            "queries",
            n=n,
            method=METHOD,
            inputs=("posts", "matches"),
            kind="quality",
            weight=0.5,
        )
        for kind, (names, why) in said.items()
        if names
    ]


def _queries(names: list[str]) -> str:
    return f"{'query' if len(names) == 1 else 'queries'} {wording.listed(names)}"

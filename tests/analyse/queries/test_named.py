"""What the named queries find, with intervals, and the queries that say nothing."""

import pandas as pd

from earshot.analyse.queries import named
from earshot.core import clock
from earshot.enrich.queries import step as queries


def make_posts() -> pd.DataFrame:
    """Ten posts about two brands; three of Acme's six ask for a refund, two of them by one author."""
    texts = ["refund", "refund now", "voucher", "hello", "hello", "hello"] + ["hello"] * 4
    created = pd.Series([pd.Timestamp("2026-03-02T08:00Z")] * 10)
    return pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in range(10)],
            "platform": "x",
            "brand": ["Acme"] * 6 + ["Bolt"] * 4,
            "author": ["p_1", "p_1", *(f"p_{row}" for row in range(2, 10))],
            "text": texts,
            "created_at": created,
            "collected_at": created,
            "kind": "post",
            "source": "test",
            "week": clock.week(created),
            "content_hash": [f"{row:032x}" for row in range(10)],
        }
    )


def test_each_query_has_its_posts_share_and_clauses_and_the_silent_and_broad_are_named(workspace):
    rest = {"purpose": "p", "owner": "Head of Care", "version": 1}
    acme = workspace(
        brands=["Acme", "Bolt"],
        queries={
            "queries": {
                "money": {"text": "refund* OR voucher*", "brand": "Acme"} | rest,
                "zebra": {"text": "zebra"} | rest,
                "most": {"text": "hello"} | rest,
            }
        },
    )
    posts = make_posts()
    acme.store.merge("posts", posts)
    queries.update(acme)
    found = named.read(acme, acme.store, posts)
    rows = found.queries.set_index("query")
    assert (rows.at["money", "posts"], rows.at["money", "share"], rows.at["money", "authors"]) == (3, 0.5, 2)
    assert 0 < rows.at["money", "low"] < 0.5 < rows.at["money", "high"] < 1
    assert found.clauses.to_dict("records")[1:] == [
        {"query": "money", "clause": "voucher*", "posts": 1},
        {"query": "most", "clause": "hello", "posts": 7},
    ]
    claims = {claim.id: claim.sentence for claim in found.claims}
    assert claims["collect.query.money"].startswith(
        "The query money finds 3 posts, 50% of posts about Acme ("
    )
    assert claims["collect.query.silent"].startswith("The query zebra found no post: ")
    assert claims["collect.query.broad"].startswith("The query most found more than 50% of the posts")


def test_a_workspace_without_queries_or_posts_has_empty_tables(workspace):
    acme = workspace()
    found = named.read(acme, acme.store, make_posts())
    assert found.queries.empty
    assert found.clauses.empty
    assert found.claims == []

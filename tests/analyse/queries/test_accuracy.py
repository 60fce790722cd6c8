"""How right the named queries are on labelled posts, and what is said where nobody labelled any."""

import pandas as pd
import pytest
from tests.analyse.queries.test_named import make_posts

from earshot.analyse.queries import accuracy
from earshot.core.params import ParamError

REST = {"purpose": "p", "owner": "Head of Care", "version": 1}


@pytest.fixture
def acme(workspace):
    """Thirty posts: ten ask for a refund, ten offer a free one, ten want their money back."""
    space = workspace(
        brands=["Acme", "Bolt"],
        queries={
            "queries": {
                "money": {"text": 'refund OR "free refund" OR voucher', "brand": "Acme"} | REST,
                "one": {"text": "refund"} | REST,
            }
        },
    )
    rows = pd.concat([make_posts()] * 3, ignore_index=True)
    texts = ["refund please"] * 10 + ["free refund offer"] * 10 + ["money back"] * 10
    space.store.merge(
        "posts",
        rows.assign(
            text=texts,
            post_id=[f"x:{row}" for row in range(30)],
            content_hash=[f"{row:032x}" for row in range(30)],
        ),
    )
    return space


def label(space, **columns):
    labels = ["relevant"] * 10 + ["irrelevant"] * 10 + ["relevant"] * 10
    pd.DataFrame(
        {"query": "money", "post_id": [f"x:{row}" for row in range(30)], "label": labels} | columns
    ).to_csv(space.folder / accuracy.FILE, index=False)


def test_precision_and_recall_of_the_query_and_of_each_clause_that_decides(acme):
    label(acme, drawn="posts that speak of money")
    found = accuracy.measure(acme)
    whole = found.clauses.iloc[0]
    assert (whole["found"], whole["precision"], whole["recall"]) == (20, 0.5, 0.5)
    assert found.shown[["clause", "found", "precision"]].values.tolist() == [
        ["money, the whole query", 20, "50% (30 to 70%)"],
        ["refund", 20, "50% (30 to 70%)"],
    ]
    assert [claim.sentence for claim in found.claims] == [
        "On 30 labelled posts that speak of money the query money is right in 50% (30 to 70%) of what it "
        "finds, and finds 50% (30 to 70%) of what it should."
    ]


def test_a_query_of_one_clause_is_the_whole(acme):
    label(acme, query="one")
    assert accuracy.measure(acme).shown["clause"].tolist() == ["one, the whole query"]


def test_without_labels_or_with_few_nothing_is_said(acme):
    assert accuracy.measure(acme).shown.empty
    label(acme, post_id=[f"y:{row}" for row in range(30)])  # of posts that are not stored
    assert accuracy.measure(acme).claims == []


def test_labels_of_a_query_that_does_not_exist_are_refused(acme):
    label(acme, query="mony")
    said = "query_labels.csv has labels for the query 'mony'; queries.yml has money, one. "
    with pytest.raises(
        ParamError,
        match=rf"^{said}"
        r'Did you mean "money"\?$',
    ):
        accuracy.measure(acme)

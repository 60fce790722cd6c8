"""The evaluation of the query engine: the figures, the page's tables, and input that cannot be used."""

import json

import pandas as pd
import pytest

from earshot.analyse.queries import evaluation as evaluation_queries
from earshot.core.params import ParamError

TEXTS = ["late flight to Paris #fail", "@united thanks ❤️ don't", "I want a refund now", "best crew ever 退款"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "posts.csv"
    pd.DataFrame(
        {"text": TEXTS * 5, "label": ["irrelevant", "irrelevant", "relevant", "irrelevant"] * 5}
    ).to_csv(path)
    return evaluation_queries.evaluate(str(path), queries=20, posts=300, pairs=200, query="refund* OR crew")


def test_metrics_are_plain_numbers_under_the_agreed_names(measured, tmp_path):
    measured.write(str(tmp_path))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert list(metrics) == [
        "n",
        "queries",
        "pairs",
        "agreement",
        "posts_per_second",
        "compile_seconds",
        "found",
        "pairs_found",
    ]
    assert (metrics["n"], metrics["queries"], metrics["pairs"], metrics["agreement"]) == (300, 20, 200, 1.0)
    assert metrics["posts_per_second"] > 0
    assert 0 < metrics["pairs_found"] < 200


def test_the_tables_of_the_page_hold_together(measured):
    assert measured.agreement["pairs"].sum() == 200
    assert measured.agreement["agree"].tolist() == [1.0, 1.0]
    assert measured.disagreements.empty
    assert measured.peers["method"].tolist()[:2] == [
        "re, all words as alternatives",
        "one query and post at a time",
    ]
    clauses = measured.shown_clauses.set_index("clause")
    assert (clauses.at["refund*", "precision"], clauses.at["crew", "precision"]) == (1.0, 0.0)
    assert clauses.at["crew", "advice"].startswith("brings only false positives (5 posts")
    assert "200 pairs" in measured.caption("agreement")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"train": "x.csv"}, "The query engine learns nothing; leave train empty."),
        ({"queries": 0}, "queries, posts and pairs are at least 1; got 0, 100 and 10."),
        ({"query": "a"}, "To judge a query, the data needs a column label"),
    ],
)
def test_input_that_cannot_be_used_is_one_sentence(tmp_path, change, sentence):
    path = tmp_path / "posts.csv"
    pd.DataFrame({"text": TEXTS}).to_csv(path)
    with pytest.raises(ParamError) as error:
        evaluation_queries.evaluate(str(path), **{"queries": 5, "posts": 100, "pairs": 10} | change)
    assert str(error.value).startswith(sentence)
    with pytest.raises(
        ValueError, match=r"^There is no file 'nowhere.csv'; give a CSV, JSONL or Parquet file"
    ):
        evaluation_queries.evaluate("nowhere.csv")

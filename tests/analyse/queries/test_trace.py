import pandas as pd
import pytest

from earshot.analyse.queries.trace import trace
from earshot.core.params import ParamError

AT = pd.Timestamp("2026-03-02T10:00Z")


@pytest.fixture
def space(workspace):
    late = {"text": "late AND bus", "purpose": "p", "owner": "o", "version": 1}
    space = workspace(
        brands=["Acme"],
        min_posts=2,
        languages=["en"],
        start="2026-03-01",
        end="2026-03-07",
        queries={"queries": {"late": late}},
    )
    texts = {
        "x:1001": "the bus was late again this morning",
        "x:1002": "nice weather over the harbour today",
        "x:1003": "le bus est encore en retard ce matin",
    }
    rows = pd.DataFrame(
        {
            "post_id": list(texts),
            "text": list(texts.values()),
            "platform": "x",
            "brand": "Acme",
            "author": "p_0123456789ab",
            "created_at": AT,
            "collected_at": AT,
            "kind": "post",
            "source": "x_feed",
            "week": "2026-W10",
            "content_hash": list(texts),
            "lang": ["en", "en", "fr"],
            "url": [f"https://x.com/i/status/{post[2:]}" for post in texts],
        }
    )
    space.store.append("posts", rows)
    return space


def put(space, table: str, **values) -> None:
    space.store.merge(table, pd.DataFrame([values]))


def test_a_post_that_is_there_is_said_to_be_there(space):
    for wanted in ("x:1001", "1001", "https://x.com/i/status/1001", "The bus was late again this morning!"):
        found = trace(space, wanted)
        assert (found.post_id, found.culprit) == ("x:1001", "")
        assert found.sentence == "x:1001 is in the report: nothing stopped it."


def test_the_culprit_is_the_first_station_that_stopped_it(space):
    put(
        space,
        "relevance",
        post_id="x:1002",
        week="2026-W10",
        content_hash="h",
        brand="Acme",
        p_relevant=0.02,
        verdict="irrelevant",
        reason="weather",
        step_version="1",
    )
    found = trace(space, "x:1002")
    assert found.culprit == "relevance"
    assert found.sentence == "x:1002 was lost at the relevance: judged irrelevant for Acme: weather."
    put(
        space,
        "set_aside",
        post_id="x:1002",
        filter="dull",
        reason="nobody reads it",
        at=AT,
        restored_at=pd.NaT,
    )
    assert trace(space, "x:1002").culprit == "filter"
    assert trace(space, "x:1003").sentence == "x:1003 was lost at the language: read as fr; kept are en."


def test_what_was_never_fetched_is_looked_up_in_the_gap_ledger(space):
    put(
        space,
        "gaps",
        source="x_feed",
        query="acme",
        start=AT,
        end=AT + pd.Timedelta("6h"),
        kind="down",
        reason="HTTP 503",
        missed=None,
    )
    found = trace(space, "where is my late bus to town", when="2026-03-02T12:00")
    assert found.culprit == "source"
    assert "x_feed was down then: HTTP 503" in found.sentence
    assert found.steps.set_index("station").at["query", "why"] == "would be found by late"
    lost = trace(space, "an unrelated remark of somebody", when="2026-03-05T12:00")
    assert lost.culprit == "query"
    assert "none of the 1 queries finds these words" in lost.sentence


def test_refused_and_deleted_rows_are_named(space):
    put(
        space,
        "quarantine",
        payload_ref="r",
        source="x_feed",
        payload='{"id": "777123", "text": "hello"}',
        reason="created_at is missing",
        seen_at=AT,
    )
    assert "lost at the quarantine: created_at is missing" in trace(space, "x:777123").sentence
    put(space, "deletions", platform="x", id="888", deleted_at=AT)
    assert "the platform deleted it on 2026-03-02" in trace(space, "x:888").sentence


def test_bad_requests_are_answered_in_one_sentence(space):
    with pytest.raises(ParamError, match="Say which mention"):
        trace(space, " ")
    with pytest.raises(ParamError, match="--when soon: write an ISO time"):
        trace(space, "x:1", when="soon")

import pandas as pd
import pytest

from earshot.analyse.posts import loading
from earshot.core import clock
from earshot.core.params import Brief
from earshot.core.store import Store


@pytest.fixture
def store(tmp_path):
    """Four posts around midnight in New York, one private, one a copy, one not yet enriched."""
    store = Store(tmp_path / "store")
    times = pd.to_datetime(
        ["2015-02-17T04:59Z", "2015-02-17T05:01Z", "2015-02-18T05:01Z", "2015-02-18T12:00Z"]
    )
    frame = pd.DataFrame(
        {"post_id": ["x:1", "x:2", "x:3", "x:4"], "text": ["a", "b", "c", "d"], "created_at": times}
    )
    frame = frame.assign(
        platform="x",
        brand="Acme",
        kind="post",
        source="s",
        content_hash=frame["text"],
        lang="en",
        collected_at=clock.now(),
        week=clock.week(frame["created_at"]),
    )
    frame["is_public"] = pd.array([None, True, True, False], dtype="boolean")
    store.merge("posts", frame)
    step = frame[["post_id", "week", "content_hash"]].iloc[:2].assign(step_version="1")
    store.merge("language", step.assign(lang=["es", "en"], confidence=0.9))
    store.merge(
        "duplicates",
        step.assign(group="x:1", role=["original", "near"], similarity=1.0, fingerprint="f", sketch="s"),
    )
    return store


def test_a_day_begins_in_the_workspaces_zone(store):
    found = loading.load(store, Brief(timezone="America/New_York"))
    assert found["day"].dt.strftime("%m-%d").tolist() == ["02-16", "02-17", "02-18"]
    window = loading.load(store, Brief(timezone="America/New_York", start="2015-02-17", end="2015-02-17"))
    assert window["post_id"].tolist() == ["x:2"]


def test_private_posts_never_enter(store):
    assert "x:4" not in set(loading.load(store, Brief())["post_id"])


def test_enrichment_is_joined_and_missing_where_it_has_not_run(store):
    found = loading.load(store, Brief()).set_index("post_id")
    assert found["lang"].tolist() == ["es", "en", "en"]  # detected, detected, declared
    assert found["is_repeat"].tolist() == [False, True, False]
    assert found["sentiment"].isna().all()
    assert loading.load(store, Brief(languages=["es"]))["post_id"].tolist() == ["x:1"]


def test_an_empty_store_gives_an_empty_frame_with_its_columns(tmp_path):
    found = loading.load(Store(tmp_path / "none"), Brief())
    assert found.empty
    assert {"day", "is_repeat", "topic_name", "p_negative"} <= set(found.columns)


def test_a_post_in_a_language_the_model_was_not_tested_in_has_no_sentiment_unless_a_phrase_decides(store):
    read = (
        store.read("posts")[["post_id", "week", "content_hash"]]
        .head(3)
        .assign(
            label="positive",
            p_negative=0.1,
            p_neutral=0.2,
            p_positive=0.7,
            model="earshot-2",
            step_version="1",
            possible="positive",
            tier=["model", "model", "phrase"],
        )
    )
    store.merge("sentiment", read)
    store.merge(
        "language",
        read[["post_id", "week", "content_hash"]].assign(
            lang=["ja", "und", "ja"], confidence=0.9, step_version="1"
        ),
    )
    found = loading.load(store, Brief())
    assert found["untested"].tolist() == [True, False, False]
    assert found["sentiment"].notna().tolist() == [False, True, True]
    assert found["p_positive"].notna().tolist() == [False, True, True]
    assert loading.load(store, Brief(sentiment_languages=["ja"]))["sentiment"].notna().all()

"""The store: what was written is what is read, at every version; a repeated delivery changes nothing."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.rows import posts

from earshot.core import merging
from earshot.core.guard import StoreError
from earshot.core.store import Merged, Store


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def test_a_table_never_written_is_empty_and_typed(store):
    frame = store.read("posts")
    assert frame.empty
    assert str(frame["created_at"].dtype) == "datetime64[us, UTC]"
    assert store.version("posts") is None
    assert store.sql("SELECT count(*) AS n FROM posts WHERE likes > 3")["n"].iloc[0] == 0


def test_what_was_appended_is_read_sorted_by_key(store):
    store.append("posts", posts([3, 1, 2], likes=[5, None, 0]))
    frame = store.read("posts")
    assert frame["post_id"].tolist() == ["x:1", "x:2", "x:3"]
    assert frame["likes"].fillna(-1).tolist() == [-1, 0, 5]


def test_merge_says_what_it_added_and_changed(store):
    assert store.merge("posts", posts([1, 2])) == Merged(2, 0)
    assert store.merge("posts", posts([2, 3], text=["corrected", "text 3"])) == Merged(1, 1)
    assert store.read("posts")["text"].tolist() == ["text 1", "corrected", "text 3"]


def test_a_repeated_delivery_writes_not_even_a_version(store):
    store.merge("posts", posts([1, 2]))
    before = store.version("posts")
    later = posts([1, 2]).assign(collected_at=pd.Timestamp("2030-01-01", tz="UTC"), payload_ref="other")
    assert store.merge("posts", later) == Merged(0, 0)
    assert store.version("posts") == before


def test_a_count_that_became_known_is_a_change(store):
    store.merge("posts", posts([1]))
    assert store.merge("posts", posts([1], likes=0)) == Merged(0, 1)
    assert store.merge("posts", posts([1], likes=0)) == Merged(0, 0)


def test_a_corrected_date_moves_a_post_to_its_week(store):
    store.merge("posts", posts([1, 2]))
    assert store.merge("posts", posts([1], day="2015-03-02")) == Merged(0, 1)
    frame = store.read("posts")
    assert frame["post_id"].tolist() == ["x:1", "x:2"]
    assert frame["week"].tolist() == ["2015-W10", "2015-W08"]
    assert store.read("posts", weeks=["2015-W08"])["post_id"].tolist() == ["x:2"]


def test_vectors_come_back_as_they_went(store):
    vectors = [np.arange(4, dtype="float32"), np.ones(4, dtype="float32") / 3]
    frame = pd.DataFrame({"content_hash": ["a", "b"], "vector": vectors, "model": "m"})
    assert store.merge("embeddings", frame) == Merged(2, 0)
    assert store.merge("embeddings", frame) == Merged(0, 0)
    for stored, given_vector in zip(store.read("embeddings")["vector"], vectors):
        np.testing.assert_array_equal(stored, given_vector)


def test_read_picks_columns_rows_and_weeks(store):
    store.append("posts", posts([1, 2]))
    store.append("posts", posts([3], day="2015-03-02", brand="Bolt"))
    assert store.read("posts", columns=["brand"], where={"brand": "Bolt"})["brand"].tolist() == ["Bolt"]
    assert store.read("posts", where={"post_id": ["x:1", "x:3"]}, weeks=["2015-W08"])["post_id"].tolist() == [
        "x:1"
    ]
    assert store.read("posts", weeks=[]).empty


def test_a_pinned_store_stays_where_it_is_and_cannot_be_written(store):
    store.append("posts", posts([1]))
    pinned = store.at(store.versions())
    store.append("posts", posts([2]))
    assert pinned.read("posts")["post_id"].tolist() == ["x:1"]
    assert pinned.sql("SELECT count(*) AS n FROM posts")["n"].iloc[0] == 1
    assert pinned.read("sentiment").empty
    for write in (
        lambda: pinned.merge("posts", posts([3])),
        lambda: pinned.append("posts", posts([3])),
        lambda: pinned.delete("posts", "true"),
        lambda: pinned.vacuum("posts"),
    ):
        with pytest.raises(ValueError) as raised:
            write()
        assert str(raised.value) == (
            "This store is pinned to past versions and cannot change posts; open the workspace anew."
        )


def test_erased_is_nowhere_on_disk(store, tmp_path):
    store.merge("posts", posts(range(6), text=[f"unmistakable{number}" for number in range(6)]))
    (tmp_path / "store" / "posts" / "week=2015-W08" / "part-of-a-killed-writer.parquet").write_bytes(
        b"unmistakable1"
    )
    assert store.delete("posts", "author = 'p_1'") == 2
    assert store.delete("posts", "author = 'p_1'") == 0
    store.vacuum("posts")
    assert store.read("posts")["author"].unique().tolist() == ["p_0", "p_2"]
    everything = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    assert b"unmistakable0" in everything, "the search would find a text that is there"
    assert b"unmistakable1" not in everything
    assert b"unmistakable4" not in everything


def test_the_log_counts_no_texts_and_no_authors(store, tmp_path):
    store.append("posts", posts([1]))
    for file in (tmp_path / "store" / "posts" / "_delta_log").glob("*.json"):
        for line in file.read_text().splitlines():
            counted = json.loads(json.loads(line).get("add", {}).get("stats", "{}")).get("minValues", {})
            assert set(counted) <= {"created_at"}


def test_a_version_whose_files_were_erased_says_so(store):
    store.append("posts", posts([1, 2]))
    past = store.at(store.versions())
    store.delete("posts", "post_id = 'x:1'")
    store.vacuum("posts")
    with pytest.raises(
        StoreError,
        match=r"can no longer be read at version 1: its files were removed when rows were "
        r"erased\. Read the current version\.$",
    ):
        past.read("posts")
    with pytest.raises(StoreError, match="could not be queried"):
        past.sql("SELECT * FROM posts")


def test_many_small_deliveries_do_not_leave_many_small_files(store, tmp_path, monkeypatch):
    monkeypatch.setattr(merging, "FILES", 4)
    for number in range(7):
        store.merge("posts", posts([number]))
    store.vacuum("posts")
    assert len(store.read("posts")) == 7
    assert len(list((tmp_path / "store" / "posts").rglob("*.parquet"))) <= 4


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (
            lambda store: store.merge("posts", posts([1, 1])),
            "Table posts: the key {'post_id': 'x:1'} comes twice in one merge; keep one row per post_id.",
        ),
        (
            lambda store: store.append("posts", posts([1, 2], likes=[-1, 2])),
            "Table posts: 1 of 2 rows do not fit, the first because likes is '-1', which is below 0.",
        ),
        (
            lambda store: store.read("post"),
            "There is no table 'post'; there are raw, posts, quarantine, imports, clean,",
        ),
    ],
)
def test_a_wrong_write_is_one_sentence(store, write, sentence):
    with pytest.raises((ValueError, KeyError)) as raised:
        write(store)
    assert sentence in str(raised.value)
    assert store.read("posts").empty


def test_quarantine_keeps_each_refused_row_once(store):
    refused = pd.DataFrame(
        {
            "payload_ref": ["a", "b", "b"],
            "file": "f.csv",
            "row": [1, 2, 2],
            "payload": "{}",
            "reason": "text is missing",
        }
    )
    assert store.quarantine(refused, "csv") == 2
    assert store.quarantine(refused, "csv") == 0
    assert store.read("quarantine")["reason"].tolist() == ["text is missing"] * 2


def test_a_folder_with_a_quote_and_a_space_in_its_name(tmp_path):
    store = Store(tmp_path / "Anna's store")
    store.merge("posts", posts([1]))
    store.merge("posts", posts([1], likes=3))
    assert store.sql("SELECT likes FROM posts")["likes"].tolist() == [3]


DELIVERY = st.dictionaries(st.integers(0, 6), st.integers(0, 2), max_size=5)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DELIVERY, min_size=1, max_size=2))
def test_merging_again_changes_nothing_and_the_last_word_holds(tmp_path_factory, deliveries):
    store, expected = Store(tmp_path_factory.mktemp("merge")), {}
    for delivery in deliveries * 2:
        frame = posts(list(delivery), likes=list(delivery.values()))
        store.merge("posts", frame)
        expected |= {f"x:{number}": likes for number, likes in delivery.items()}
        assert store.merge("posts", frame) == Merged(0, 0)
    assert store.read("posts").set_index("post_id")["likes"].to_dict() == expected


@settings(max_examples=3, deadline=None)
@given(st.permutations(range(6)))
def test_new_posts_give_the_same_table_in_any_order(tmp_path_factory, order):
    store = Store(tmp_path_factory.mktemp("order"))
    for start in range(0, 6, 2):
        store.merge("posts", posts(order[start : start + 2]))
    at_once = Store(tmp_path_factory.mktemp("at_once"))
    at_once.merge("posts", posts(range(6)))
    pd.testing.assert_frame_equal(
        *(each.read("posts").drop(columns="collected_at") for each in (store, at_once))
    )

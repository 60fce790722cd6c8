import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from earshot.core import schema
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.enrich.topics import lineage
from earshot.enrich.topics import model as topic_model
from earshot.enrich.topics import step as topics

BRIEF = Brief(
    workspace="acme", brand="Acme", brands=["Acme", "Bolt"], handles=["AcmeHelp"], topics_min_posts=10
)
SAYS = {
    "signal": "no signal {} at home since the mast broke",
    "bill": "my bill {} was wrong and I paid twice",
    "shop": "the shop {} staff were kind and fast",
    "roaming": "roaming {} abroad costs far too much money",
}
FILL = ["today", "again", "really", "now", "sadly", "please", "honestly", "still"]


def vectors(labels: list[str], seed: int = 0, spread: float = 0.25) -> np.ndarray:
    """Unit vectors of 384 numbers around one direction per label."""
    rng = np.random.default_rng(seed)
    centres = {name: np.random.default_rng(sum(map(ord, name))).normal(size=384) for name in set(labels)}
    rows = np.array([centres[name] / np.linalg.norm(centres[name]) for name in labels])
    rows = rows + spread * rng.normal(size=rows.shape) / np.sqrt(384)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def many(*names: str, each: int = 60) -> list[str]:
    return [name for name in names for _ in range(each)]


def alone(count: int) -> list[tuple[str, ...]]:
    return [("brand:Acme", "lang:en")] * count


def test_planted_topics_are_found_and_their_number_comes_from_the_data():
    labels = many("signal", "bill", "shop", "roaming")
    model = topic_model.fit(vectors(labels), alone(len(labels)), 10, seed=1)
    found, _ = model.assign(vectors(labels), alone(len(labels)))
    assert len(model.ids) == 4
    kept = found >= 0
    assert adjusted_rand_score(np.array(labels)[kept], found[kept]) == 1
    assert (~kept).mean() <= 2 * topic_model.FAR


def test_the_same_seed_gives_the_same_model_to_the_last_bit():
    labels = many("signal", "bill", "shop")
    one, other = (topic_model.fit(vectors(labels), alone(len(labels)), 10, seed=5) for _ in range(2))
    assert np.array_equal(one.centres, other.centres)
    assert np.array_equal(one.axes, other.axes)


def test_topics_are_not_brands_or_languages_once_more():
    labels = many("signal", "bill", each=200)
    brands = ["Acme", "Bolt"] * 200
    named = vectors(labels) + 1.5 * vectors(brands)
    named /= np.linalg.norm(named, axis=1, keepdims=True)
    groups = [(f"brand:{brand}", "lang:en") for brand in brands]
    found, _ = topic_model.fit(named, groups, 10, seed=1).assign(named, groups)
    assert adjusted_rand_score(labels, found) > 0.9
    without, _ = topic_model.fit(named, alone(400), 10, seed=1).assign(named, alone(400))
    assert adjusted_rand_score(brands, without) > adjusted_rand_score(brands, found) + 0.3


def test_a_post_far_from_every_topic_has_none():
    labels = many("signal", "bill", "shop")
    model = topic_model.fit(vectors(labels), alone(len(labels)), 10, seed=1)
    found, alike = model.assign(-vectors(["signal"]) - vectors(["bill"]) - vectors(["shop"]), alone(1))
    assert found.tolist() == [-1]
    assert alike[0] < model.floor


def test_too_few_posts_give_no_topics():
    model = topic_model.fit(vectors(["signal"] * 12), alone(12), 10, seed=1)
    assert model.ids == ()
    assert model.assign(vectors(["signal"]), alone(1))[0].tolist() == [-1]


def test_a_refit_starts_from_the_topics_before_and_adds_what_is_new():
    labels = many("signal", "bill", "shop")
    before = np.array([{"signal": 7, "bill": 8, "shop": 9}[name] for name in labels] + [-1] * 60)
    labels += ["roaming"] * 60
    model = topic_model.fit(vectors(labels), alone(len(labels)), 10, seed=1, before=before)
    found, _ = model.assign(vectors(labels), alone(len(labels)))
    assert len(model.ids) == 4
    assert adjusted_rand_score(np.array(labels)[found >= 0], found[found >= 0]) == 1


def stored(tmp_path, labels: list[str], store: Store | None = None, first: int = 0) -> Store:
    """A store with posts, hour by hour, that say what their labels stand for, and their embeddings."""
    store = store or Store(tmp_path)
    count = len(labels)
    at = pd.Timestamp("2026-03-02T00:00Z").as_unit("us") + pd.to_timedelta(
        range(first, first + count), unit="h"
    )
    frame = pd.DataFrame(
        {
            "post_id": [f"x:{first + place:05}" for place in range(count)],
            "platform": "x",
            "brand": "Acme",
            "author": "p_1",
            "text": [SAYS[name].format(FILL[place % 8]) for place, name in enumerate(labels)],
            "created_at": at,
            "collected_at": at,
            "lang": "en",
            "kind": "post",
            "source": "test",
            "week": "2026-W10",
        }
    )
    frame["content_hash"] = [f"{place * 2654435761 % 2**32:08x}" for place in range(first, first + count)]
    store.merge("posts", frame)
    rows = vectors(labels, seed=first)
    store.merge(
        "embeddings",
        pd.DataFrame({"content_hash": frame["content_hash"], "vector": list(rows), "model": "m"}),
    )
    return store


def names_of(store: Store) -> dict[int, str]:
    return store.read("topic_names").set_index("topic")["name"].to_dict()


def test_update_names_topics_in_words_and_then_only_places_what_is_new(tmp_path, monkeypatch):
    store = stored(tmp_path, many("signal", "bill", "shop"))
    assert topics.update(store, BRIEF) == 180
    assert topics.update(store, BRIEF) == 0
    names = names_of(store)
    assert len(names) == 3
    assert any("signal" in name or "mast" in name for name in names.values())
    assert not any("acme" in name.lower() or "_" in name for name in names.values())
    assert all(json.loads(terms) for terms in store.read("topic_names")["terms"])
    monkeypatch.setattr(
        topics, "_refit", lambda *_: pytest.fail("twenty more posts must not fit the model anew")
    )
    stored(tmp_path, ["bill"] * 20, store, first=180)
    assert topics.update(store, BRIEF) == 20
    placed = store.read("topics").set_index("post_id")["topic"]
    bill = placed.iloc[60:120].mode()[0]
    assert (placed.iloc[180:] == bill).mean() > 0.8
    assert store.read("topic_names").set_index("topic").loc[bill, "posts"] == (placed == bill).sum()


def test_topics_keep_number_and_name_when_the_posts_grow_and_the_ledger_tells_births(tmp_path):
    store = stored(tmp_path, many("signal", "bill", "shop"))
    topics.update(store, BRIEF)
    before = names_of(store)
    stored(tmp_path, many("signal", "bill", "shop", "roaming", each=30), store, first=180)
    assert topics.update(store, BRIEF) == 120
    after = names_of(store)
    assert {topic: after[topic] for topic in before} == before
    assert len(after) == 4
    events = store.read("topic_ledger").groupby("model")["event"].agg(sorted).tolist()
    assert sorted(map(len, events)) == [3, 4]
    assert ["born", "kept", "kept", "kept"] in events


def test_a_new_topic_is_seen_before_the_posts_have_grown_by_a_fifth(tmp_path):
    store = stored(tmp_path, many("signal", "bill", "shop", each=100))
    topics.update(store, BRIEF)
    stored(tmp_path, ["roaming"] * 40, store, first=300)
    topics.update(store, BRIEF)
    placed = store.read("topics").set_index("post_id")["topic"]
    assert len(names_of(store)) == 4
    assert placed.iloc[300:].mode()[0] not in set(placed.iloc[:300].value_counts().head(3).index)


def test_repeats_do_not_shape_topics_but_get_one(tmp_path):
    store = stored(tmp_path, many("signal", "bill") + ["shop"] * 60)
    posts = store.read("posts")
    repeats = posts["post_id"] >= "x:00120"
    store.merge(
        "duplicates",
        pd.DataFrame(
            {
                "post_id": posts["post_id"],
                "week": posts["week"],
                "content_hash": posts["content_hash"],
                "group": "x:00120",
                "role": ["near" if repeat else "original" for repeat in repeats],
                "similarity": 1.0,
                "fingerprint": "f",
                "sketch": "",
                "step_version": "1",
            }
        ),
    )
    assert topics.update(store, BRIEF) == 180
    assert len(names_of(store)) == 2


def test_nothing_stored_is_nothing_done(tmp_path):
    assert topics.update(Store(tmp_path), BRIEF) == 0


def told(before: list[tuple[int, int]], new: list[tuple[int, int]], count: int, free: int = 10):
    """The lasting numbers, and (event, overlap, other) by topic, of posts given as (topic, how many) runs."""
    olds, places = (np.repeat(*map(list, zip(*runs, strict=True))) for runs in (before, new))
    lasting, table = lineage.compare(olds, places, count, free)
    rows = table.astype({"other": object}).itertuples(index=False)
    return lasting, {
        row.topic: (row.event, row.overlap, None if pd.isna(row.other) else row.other) for row in rows
    }


def test_the_ledger_tells_a_merge_and_into_which_topic():
    lasting, rows = told([(3, 100), (5, 40), (5, 10)], [(0, 100), (0, 40), (-1, 10)], 1)
    assert lasting == (3,)
    assert rows == {3: ("kept", pytest.approx(100 / 140), None), 5: ("merged", 0.8, 3)}


def test_the_ledger_tells_a_split_and_from_which_topic():
    lasting, rows = told([(3, 60), (3, 30), (-1, 10)], [(0, 60), (1, 30), (1, 10)], 2)
    assert lasting == (3, 10)
    assert rows == {3: ("kept", pytest.approx(60 / 90), None), 10: ("split", 0.75, 3)}


def test_two_old_topics_can_merge_into_one_that_is_new():
    lasting, rows = told([(1, 30), (2, 30), (4, 30), (-1, 30)], [(0, 30), (0, 30), (0, 30), (0, 30)], 1)
    assert lasting == (10,)
    assert rows == {10: ("born", 0, None), 1: ("merged", 1, 10), 2: ("merged", 1, 10), 4: ("merged", 1, 10)}


def test_half_of_the_posts_are_not_most_of_them():
    _, rows = told([(3, 100), (5, 20), (5, 20), (-1, 20)], [(0, 100), (0, 20), (-1, 20), (-1, 20)], 1)
    assert rows[5] == ("ended", 0, None)
    _, rows = told([(3, 80), (3, 20), (-1, 20)], [(0, 80), (1, 20), (1, 20)], 2)
    assert rows[10] == ("born", 0, None)


def test_a_topic_keeps_its_number_whatever_other_pairs_share_too_little():
    """Old 1 and new 0 share 31%; old 1 with new 1, and old 2 with new 0, share 29% each:
    together more, but no pair.
    """
    before = [(1, 52), (1, 45), (1, 3), (2, 50), (2, 50), (-1, 20), (-1, 55)]
    new = [(0, 52), (1, 45), (-1, 3), (0, 50), (-1, 50), (0, 20), (1, 55)]
    lasting, rows = told(before, new, 2)
    assert lasting == (1, 10)
    assert rows == {1: ("kept", pytest.approx(52 / 170), None), 10: ("born", 0, None), 2: ("ended", 0, None)}


def test_a_first_fit_and_a_fit_without_topics_have_their_ledger():
    assert told([(-1, 50)], [(0, 50)], 1) == ((10,), {10: ("born", 0, None)})
    assert told([(2, 50)], [(-1, 50)], 0) == ((), {2: ("ended", 0, None)})
    assert lineage.compare(np.full(5, -1), np.full(5, -1), 0, 0)[1].empty


def test_no_posts_make_a_topic_both_merged_and_split():
    chance = np.random.default_rng(3)
    for _ in range(200):
        before, new = chance.integers(-1, 4, 60), chance.integers(-1, 4, 60) // chance.integers(1, 3)
        lasting, table = lineage.compare(before, new, 4, 10)
        rows = table.set_index("topic")
        merged, split = (rows.loc[rows["event"] == event, "other"].to_dict() for event in ("merged", "split"))
        assert not [one for one, other in merged.items() if split.get(other) == one]
        assert len(set(lasting)) == 4


def test_a_ledger_stored_before_merges_were_told_can_be_read_and_goes_on(tmp_path, monkeypatch):
    from earshot.core import tables

    now, older = tables.TABLES["topic_ledger"], dict(tables.TABLES["topic_ledger"].columns)
    del older["other"], older["name"]
    monkeypatch.setitem(
        tables.TABLES, "topic_ledger", schema.Table(now.name, now.key, None, older, now.volatile)
    )
    row = {
        "model": "topics-1",
        "topic": 4,
        "event": "born",
        "overlap": 0.0,
        "posts": 30,
        "at": pd.Timestamp("2026-03-02T00:00Z"),
    }
    Store(tmp_path).merge("topic_ledger", pd.DataFrame([row]))
    monkeypatch.setitem(tables.TABLES, "topic_ledger", now)
    assert Store(tmp_path).read("topic_ledger")["other"].isna().all()
    topics.update(stored(tmp_path, many("signal", "bill", "shop")), BRIEF)
    ledger = Store(tmp_path).read("topic_ledger")
    assert sorted(ledger["topic"]) == [4, 5, 6, 7]
    assert ledger.set_index("topic")["name"].notna().to_dict() == {4: False, 5: True, 6: True, 7: True}


def test_a_merged_topic_keeps_its_name_in_the_ledger_and_loses_it_elsewhere(tmp_path, monkeypatch):
    store = stored(tmp_path, many("signal", "bill", "shop"))
    topics.update(store, BRIEF)
    placed = store.read("topics").set_index("post_id", drop=False)
    bill = placed["topic"].iloc[60:120].mode()[0]
    moved = placed.iloc[60:120].query("topic == @bill").head(20)
    store.merge("topics", moved.assign(topic=99, model="topics-0"))
    store.merge(
        "topic_names", store.read("topic_names").head(1).assign(topic=99, name="old news", model="topics-0")
    )
    monkeypatch.setattr(topics, "AFRESH", 0)
    topics.update(store, BRIEF, refit=True)
    last = store.read("topic_ledger").set_index("topic").loc[99]
    assert (last["event"], last["overlap"], last["posts"], last["other"], last["name"]) == (
        "merged",
        1,
        0,
        bill,
        "old news",
    )
    assert 99 not in names_of(store)


def test_a_fit_that_finds_the_same_model_again_changes_nothing(tmp_path, monkeypatch):
    store = stored(tmp_path, many("signal", "bill", "shop"))
    topics.update(store, BRIEF)
    before = store.read("topic_names"), store.read("topics")
    monkeypatch.setattr(topics, "AFRESH", 0)
    assert topics.update(store, BRIEF, refit=True) == 0
    pd.testing.assert_frame_equal(store.read("topic_names"), before[0])
    pd.testing.assert_frame_equal(store.read("topics"), before[1])


def test_the_share_without_a_topic_is_the_briefs_and_moves_with_it_without_a_new_fit(tmp_path, monkeypatch):
    store = stored(tmp_path, many("signal", "bill", "shop"))
    topics.update(store, BRIEF)
    names, centres = names_of(store), topics.load(store)[1].centres
    monkeypatch.setattr(topics, "_refit", lambda *_: pytest.fail("the key must not fit the model anew"))
    for percent, lost in ((10, 18), (0, 0)):
        topics.update(store, BRIEF.model_copy(update={"topics_far": percent}))
        assert lost <= (store.read("topics")["topic"] == -1).sum() <= lost + (percent > 0)
        assert topics.load(store)[1].far == percent / 100
    assert names_of(store) == names
    assert np.array_equal(topics.load(store)[1].centres, centres)


def test_a_model_stored_before_the_share_could_be_set_has_the_usual_one(tmp_path):
    store = stored(tmp_path, many("signal", "bill", "shop"))
    topics.update(store, BRIEF)
    facts = store.read("topic_model").query("part == 'facts'")
    store.merge("topic_model", facts.assign(vector=[vector[:4] for vector in facts["vector"]]))
    assert topics.load(store)[1].far == topic_model.FAR

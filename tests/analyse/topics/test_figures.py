import json

import numpy as np
import pandas as pd
import pytest

from earshot.analyse import topics
from earshot.analyse.posts import period
from earshot.analyse.topics import coherence, emergence
from earshot.core.params import Brief

DAYS = pd.date_range("2026-03-01", periods=28)
BRIEF = Brief(brand="Acme", brands=["Acme", "Bolt"], min_posts=10, topics_min_posts=10)
TOPICS = {0: "signal · mast", 1: "bill · twice", 2: "roaming · abroad", -1: None}
TEXTS = {
    0: "no signal at all since the mast broke",
    1: "my bill is wrong and I paid it twice",
    2: "roaming abroad costs far too much money",
    -1: "what a lovely sunny day it was here",
}
NAMES = pd.DataFrame(
    {
        "topic": [0, 1, 2],
        "name": [TOPICS[topic] for topic in range(3)],
        "model": "bertopic-1",
        "terms": [json.dumps(TOPICS[topic].split(" · ")) for topic in range(3)],
    }
)


def say(topic: int, day, brand: str = "Acme", sentiment: str = "negative", **other) -> dict:
    name = TOPICS[topic] or float("nan")
    return {
        "brand": brand,
        "day": day,
        "sentiment": sentiment,
        "topic": topic,
        "topic_name": name,
        "text": TEXTS[topic],
        "topic_similarity": 0.7,
    } | other


def month(posts, *extra) -> pd.DataFrame:
    """Four weeks in which signal and bill take five and three posts a day, and two belong to no topic."""
    rows = [
        say(topic, day, sentiment=mood)
        for day in DAYS
        for topic, mood in [(0, "negative")] * 5 + [(1, "positive")] * 3 + [(-1, "neutral")] * 2
    ]
    return posts([*rows, *extra]).astype({"topic": "Int64"})


def test_sizes_are_shares_of_all_posts_with_their_feeling(posts):
    found = topics.find(month(posts), NAMES, BRIEF)
    sizes = found.sizes.set_index("topic name")
    assert sizes["share"].to_dict() == {"signal · mast": 0.5, "bill · twice": 0.3}
    assert sizes["posts"].tolist() == [140, 84]
    assert sizes["net"].to_dict() == {"signal · mast": -1, "bill · twice": 1}
    assert (sizes["low"] < sizes["share"]).all()
    assert (sizes["high"] > sizes["share"]).all()


def test_a_topic_planted_in_the_last_week_is_new_and_nothing_else_is(posts):
    extra = [say(2, DAYS[place]) for place in (22, 23, 24, 25, 26) for _ in range(6)]
    found = topics.find(month(posts, *extra), NAMES, BRIEF)
    new = [claim for claim in found.claims if claim.id.startswith("topics.new.")]
    assert [claim.about["topic"] for claim in new] == ["roaming · abroad"]
    assert new[0].sentence == (
        "New in 22–28 Mar 2026: “roaming · abroad”, 30 posts or 30% of the talk; "
        "in 1–21 Mar 2026 it was not a single post."
    )
    assert (new[0].kind, new[0].verdict, new[0].n) == ("new", "real", 310)
    assert new[0].low < new[0].value < new[0].high
    assert set(found.new["topic"]) == {2}
    assert found.new_caption == "New: “roaming · abroad”"


def test_where_nothing_moved_that_is_what_is_said(posts):
    found = topics.find(month(posts), NAMES, BRIEF)
    changes = [claim for claim in found.claims if claim.kind == "change"]
    assert len(changes) == 1
    assert changes[0].verdict == "noise"
    assert changes[0].sentence.startswith("No topic's share of the talk moved more than chance allows")
    assert not [claim for claim in found.claims if claim.kind == "new"]


def test_new_words_count_people_so_one_person_cannot_make_one(posts):
    late = [DAYS[place % 6 + 22] for place in range(30)]
    crowd = [
        say(1, day, text="the eclipse never came to me", author=f"p_e{place}")
        for place, day in enumerate(late)
    ]
    shouter = [say(1, day, text="visit my zebrashop for cheap sims", author="p_z") for day in late]
    found = topics.find(month(posts, *crowd, *shouter), NAMES, BRIEF)
    assert "eclipse" in " ".join(found.words["term"])
    assert not found.words["term"].str.contains("zebrashop").any()
    assert (found.words["p"] < emergence.RATE).all()


def test_random_words_are_seldom_called_new():
    chance = np.random.default_rng(4)
    vocabulary = ["".join(chance.choice(list("bcdfghjklmnpqrst"), 6)) for _ in range(400)]
    days = pd.to_datetime(chance.choice(DAYS, 1500)).astype("datetime64[us]")
    frame = pd.DataFrame(
        {
            "text": [" ".join(chance.choice(vocabulary, 8)) for _ in days],
            "day": days,
            "author": [f"p_{place}" for place in range(1500)],
        }
    )
    assert len(emergence.new_words(frame, period.split(frame["day"]), frozenset())) <= 1


def test_where_no_topic_changed_one_is_called_real_in_no_more_of_the_windows_than_promised():
    """Twenty topics of steady size in 60 windows, of which 3 err by chance:
    more than 8 would be bad luck indeed.
    """
    chance, wrong = np.random.default_rng(8), 0
    for _ in range(60):
        topic = chance.choice(20, 900, p=np.linspace(1, 4, 20) / 50)
        frame = pd.DataFrame(
            {
                "topic": topic,
                "topic_name": [f"topic {one}" for one in topic],
                "day": pd.to_datetime(chance.choice(DAYS, 900)),
                "author": [f"p_{one}" for one in chance.choice(600, 900)],
            }
        )
        wrong += emergence.moves(frame, period.split(frame["day"]), 10)["verdict"].eq("real").any()
    assert wrong <= 8


@pytest.mark.parametrize(("corners", "least", "most"), [(True, 0.95, 1.0), (False, -0.1, 0.9)])
def test_topics_are_stable_over_seeds_where_there_are_any_and_not_on_a_ring(workspace, corners, least, most):
    chance, space = np.random.default_rng(5), workspace()
    turn = np.linspace(0, 2 * np.pi, 360)
    ring = np.outer(np.cos(turn), np.eye(384)[0]) + np.outer(np.sin(turn), np.eye(384)[1])
    rows = np.repeat(np.eye(384)[:6], 60, axis=0) if corners else ring
    rows = rows + 0.3 * chance.normal(size=(360, 384)) / np.sqrt(384)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    frame = pd.DataFrame(
        {"content_hash": [f"h{row:03}" for row in range(360)], "brand": "Acme", "lang": "en"}
    )
    space.store.merge("embeddings", frame[["content_hash"]].assign(vector=list(rows), model="m"))
    brief = BRIEF.model_copy(update={"topics_min_posts": 20})
    assert least <= coherence.stability(space.store, frame, brief) <= most
    assert np.isnan(coherence.stability(space.store, frame.head(70), brief))


def test_log_odds_by_hand():
    now, before = np.array([10.0, 90.0]), np.array([10.0, 190.0])
    prior = emergence.PRIOR * np.array([20 / 300, 280 / 300])
    one = np.log((10 + prior[0]) / (100 + 500 - 10 - prior[0]))
    other = np.log((10 + prior[0]) / (200 + 500 - 10 - prior[0]))
    z = (one - other) / np.sqrt(1 / (10 + prior[0]) + 1 / (10 + prior[0]))
    assert emergence._log_odds(now, before)["z"][0] == pytest.approx(z)


def test_npmi_by_hand():
    texts = pd.Series(["red apple", "red apple", "red car", "blue car"])
    both, red, apple = 2 / 4, 3 / 4, 2 / 4
    expected = np.log(both / (red * apple)) / -np.log(both)
    found = coherence.npmi(texts, {5: ["red", "apple"], 6: ["apple", "car"]})
    assert found[5] == pytest.approx(expected)
    assert found[6] == -1
    assert coherence.diversity({1: ["a", "b"], 2: ["b", "c"]}) == 0.75


def test_a_brands_own_topic_stands_out_from_the_others(posts):
    bolt = [say(1 if place % 4 else 0, DAYS[place % 28], brand="Bolt") for place in range(80)]
    found = topics.find(month(posts, *bolt), NAMES, BRIEF)
    assert found.brands[["brand", "topic"]].to_numpy().tolist() == [
        ["Acme", "signal · mast"],
        ["Bolt", "bill · twice"],
    ]
    assert found.brands.set_index("brand").loc["Bolt", "share here"] == 0.75


def test_repeats_are_one_opinion(posts):
    copies = [say(2, DAYS[25], is_repeat=True)] * 300
    found = topics.find(month(posts, *copies), NAMES, BRIEF)
    pd.testing.assert_frame_equal(found.sizes, topics.find(month(posts), NAMES, BRIEF).sizes)
    assert found.trust["repeats left out"] == 300


def test_quotes_are_the_nearest_posts_one_per_author_and_claims_name_them_only_by_id(posts):
    text = "the most typical roaming post of all of them"
    near = [say(2, DAYS[3], topic_similarity=0.99, author="p_near", text=text)] * 3
    found = topics.find(month(posts, *near, *[say(2, DAYS[4])] * 20), NAMES, BRIEF)
    assert found.typical(3)["topic"].unique().tolist() == [2]
    assert (found.quotes["author"] == "p_near").sum() == 1
    assert not any("typical" in claim.sentence for claim in found.claims)


def test_every_number_has_an_interval_or_is_a_count(posts):
    found = topics.find(month(posts), NAMES, BRIEF)
    assert len({claim.id for claim in found.claims}) == len(found.claims)
    for claim in found.claims:
        assert claim.n > 0
        assert claim.id == "topics.words" or claim.low <= claim.value <= claim.high
    last = found.claims[-1]
    assert last.sentence == "80% of 280 posts have one of 2 topics; 20% are far from every topic."


def test_a_window_without_topics_says_what_to_do(posts):
    frame = month(posts).assign(topic=pd.array([None] * 280, dtype="Int64"))
    with pytest.raises(ValueError, match="No post in this window has a topic yet; run 'earshot report'"):
        topics.find(frame, NAMES, BRIEF)


def test_no_topic_large_enough_leaves_tables_empty_but_whole(posts):
    found = topics.find(month(posts), NAMES, Brief(brand="Acme", topics_min_posts=500))
    assert not found.any
    assert found.name(1) == "no further topic"
    assert found.typical(1).empty
    assert found.course.empty
    assert [claim.id for claim in found.claims] == ["topics.none"]


def test_tables_for_readers_have_columns_of_their_own(posts):
    found = topics.find(month(posts), NAMES, BRIEF)
    shown = [found.moves_shown, found.words_shown, found.largest_shown, found.felt_shown, found.brands_shown]
    for table in [*shown, found.quality_shown]:
        assert table.columns.is_unique
    assert "topic name" in found.largest_shown


def test_what_a_lower_share_without_a_topic_would_cost_is_said(posts):
    frame = month(posts)
    frame["topic_similarity"] = np.where(frame["topic"] < 0, 0.1, 0.7)
    assert topics.find(frame, NAMES, BRIEF).far == (
        "topics_far in brief.yml is 2 percent: so many of the posts that shape topics get none. A lower one "
        "gives them the nearest topic, at 0 all with words have one, and topics get less pure: the 56 posts "
        "without a topic are 0.10 (0.10 to 0.10) like the middle of the nearest, the 224 others 0.70 (0.70 "
        "to 0.70) (cosine)."
    )


def test_topics_are_shown_with_the_number_by_which_a_person_can_name_them(posts):
    found = topics.find(month(posts), NAMES, BRIEF)
    assert found.largest_shown["number"].tolist() == [0, 1]
    assert sorted(found.quality_shown["number"]) == [0, 1]

"""The crosswalk: posts counted by hand in each category,
topics placed, sums that hold, the same sample every time.
"""

import numpy as np
import pandas as pd
import pytest

from earshot.analyse.topics import categories, crosswalk
from earshot.analyse.topics import changes as topic_changes
from earshot.core.params import ParamError
from earshot.core.store import Store
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.topics import taxonomy
from earshot.statistics.proportion import wilson

NAMES = {0: "signal · mast", 1: "bill · twice", 2: "tulips · garden", 3: "app · bill"}
FILE = {
    "categories": {
        "network": {},
        "coverage": {"parent": "network", "words": ["signal", "mast*"]},
        "speed": {"parent": "network", "words": ["slow", "mbps"]},
        "money": {"words": ["money"]},
        "bills": {"parent": "money", "words": ["bill", "bills"]},
        "app": {"words": ["app"]},
    }
}


def say(topic: int, text: str, times: int = 1, **other) -> list[dict]:
    name = NAMES.get(topic, float("nan"))
    row = {"brand": "Acme", "day": "2026-03-02", "sentiment": "neutral", "topic": topic, "topic_name": name}
    return [row | {"text": text} | other] * times


ROWS = [
    *say(0, "no signal here", 27),
    *say(0, "the masts fell", 8),
    *say(0, "so slow", 2),
    *say(0, "hello there", 3),
    *say(1, "my bill is wrong", 20),
    *say(1, "what a bill, all that money", 10),
    *say(2, "tulips in bloom", 18),
    *say(2, "an app for tulips", 2),
    *say(3, "the app shows my bill", 15),
    *say(3, "the app again", 3),
    *say(3, "that bill again", 2),
    *say(-1, "signal", 4),
    *say(-1, "nothing to say", 6),
]


@pytest.fixture
def acme(workspace):
    """A workspace with FILE as its taxonomy, or another."""
    return lambda file=FILE: workspace(
        brands=["Acme"], min_posts=5, topics_min_posts=10, **({"taxonomy": file} if file else {})
    )


@pytest.fixture
def fit(acme, posts):
    """The crosswalk of ROWS and FILE."""
    return crosswalk.survey(acme(), posts(ROWS).astype({"topic": "Int64"}))


def test_each_topic_is_placed_where_most_of_its_posts_are(fit):
    rows = fit.topics.set_index("topic")
    assert rows["verdict"].to_dict() == {0: "mapped", 1: "mapped", 2: "unmapped", 3: "ambiguous"}
    assert rows["category"].to_dict() == {0: "coverage", 1: "bills", 2: "app", 3: "app"}
    assert rows["share"].to_dict() == {0: 35 / 40, 1: 1, 2: 0.1, 3: 0.9}
    assert rows.loc[3, ["rival", "rival share"]].tolist() == ["money", 0.85]
    assert rows["no category"].round(9).to_dict() == {0: 0.075, 1: 0, 2: 0.9, 3: 0}
    assert fit.said == (
        "Of 4 topics, 2 mapped, 1 ambiguous and 1 unmapped by params/acme/taxonomy.yml. For a random "
        "sample of all posts in none: earshot sheet acme --of unmapped --count 100 --out sheet.csv"
    )


def test_shares_have_wilsons_interval(fit):
    low, high = fit.topics.set_index("topic").loc[2, ["low", "high"]]
    effective = (
        0.1 * 0.9 / (0.1 * 0.9 / 20 * 20 / 19)
    )  # one post per author: the variance of a mean, unbiased
    assert (low, high) == pytest.approx(wilson(0.1 * effective, effective))
    assert low < 0.1 < high


def test_a_share_that_chance_could_have_made_is_no_mapping(acme, posts):
    for held, verdict in ((7, "unmapped"), (9, "unmapped"), (10, "mapped")):
        rows = [*say(0, "signal", held), *say(0, "hello", 12 - held)]
        fit = crosswalk.survey(acme(), posts(rows).astype({"topic": "Int64"}))
        assert (fit.topics["verdict"].item(), fit.topics["share"].item()) == (verdict, held / 12)


def test_a_topic_between_two_children_is_their_parents(acme, posts):
    rows = [*say(0, "no signal", 20), *say(0, "so slow", 18)]
    fit = crosswalk.survey(acme(), posts(rows).astype({"topic": "Int64"}))
    assert fit.topics[["category", "verdict", "share"]].to_numpy().tolist() == [["network", "mapped", 1.0]]


def test_two_categories_that_hold_little_together_are_no_ambiguity(acme, posts):
    rows = [*say(0, "signal", 5), *say(0, "app", 4), *say(0, "hello", 31)]
    fit = crosswalk.survey(acme(), posts(rows).astype({"topic": "Int64"}))
    assert fit.topics[["verdict", "rival"]].to_numpy().tolist() == [["unmapped", "app"]]


def test_children_sum_to_parents_and_categories_to_all_posts_in_one(fit):
    sizes = fit.categories.set_index("category")
    assert sizes["posts"].to_dict() == {
        "network": 41,
        "coverage": 39,
        "speed": 2,
        "money": 47,
        "bills": 47,
        "app": 20,
    }
    below = sizes.groupby("parent")["split posts"].sum()
    for name in sizes.index:
        assert sizes.loc[name, "split posts"] == pytest.approx(
            sizes.loc[name, "own split posts"] + below.get(name, 0)
        )
    assert sizes.loc[["money", "app"], "split posts"].tolist() == [39.5, 12.5]  # fifteen posts are in both
    covered = fit.coverage.iloc[0]
    assert below[""] == pytest.approx(covered["share"] * covered["posts"]) == 93


def test_children_sum_to_parents_in_any_taxonomy():
    chance = np.random.default_rng(5)
    found = [
        taxonomy.Category(f"c{place}", f"c{chance.integers(place)}" if place % 4 else "", ("x",))
        for place in range(12)
    ]
    inside = chance.random((300, 12)) < 0.1
    for place in reversed(range(12)):
        for other in (one for one in range(12) if found[one].parent == found[place].name):
            inside[:, place] |= inside[:, other]
    lowest, split = categories.split_votes(found, inside)
    alone = lowest / np.maximum(lowest.sum(axis=1, keepdims=True), 1)
    for place, category in enumerate(found):
        children = [one for one in range(12) if found[one].parent == category.name]
        np.testing.assert_allclose(split[:, place], alone[:, place] + split[:, children].sum(axis=1))
    tops = [place for place in range(12) if not found[place].parent]
    np.testing.assert_allclose(split[:, tops].sum(axis=1), inside.any(axis=1))


def test_a_category_says_which_topics_make_it_up_and_all_of_it_is_accounted_for(fit):
    made = fit.categories_shown.set_index("category")["made of"]
    assert made["coverage"] == "signal · mast 90%; no topic 10%"
    assert made["bills"] == "bill · twice 64%; app · bill 36%"
    assert fit.caption("categories").endswith("; 120 posts without repeats")
    whole = fit.cells.groupby("category")[["posts", "share of category"]].sum()
    assert whole["posts"].to_dict() == fit.categories.set_index("category")["posts"].to_dict()
    assert whole["share of category"].tolist() == pytest.approx([1] * 6)


def test_coverage_and_ambiguity_are_claimed_with_their_intervals(fit):
    coverage, unmapped = fit.claims
    assert coverage.sentence.startswith(
        "78% of 120 posts (69 to 84%) are in one of our 6 categories; 16% of these"
    )
    assert (coverage.value, coverage.n, coverage.kind) == (93 / 120, 120, "quality")
    assert fit.several["value"] == 15 / 93
    assert unmapped.sentence.startswith(
        "The largest topic that no category of ours clearly holds is “tulips · "
        "garden”: of its 20 posts, only 10% ("
    )
    assert unmapped.about == {"topic": "tulips · garden", "number": 2, "nearest": "app"}
    assert unmapped.low < unmapped.value < unmapped.high


def test_where_every_topic_is_held_that_claim_is_not_made(acme, posts):
    fit = crosswalk.survey(acme(), posts(say(0, "no signal", 30)).astype({"topic": "Int64"}))
    assert [claim.id for claim in fit.claims] == ["categories.coverage"]
    assert fit.claims[0].sentence == (
        "100% of 30 posts (89 to 100%) are in one of our 6 categories; 0% of these are in several."
    )
    assert fit.rest(1).empty
    assert fit.rest_caption(1) == "In none of our categories"


def test_no_post_in_any_category_is_said_so(acme, posts):
    fit = crosswalk.survey(acme(), posts(say(2, "tulips", 30)).astype({"topic": "Int64"}))
    assert fit.claims[1].sentence == (
        "The largest topic that no category of ours clearly holds is “tulips · "
        "garden”: of its 30 posts, not one is in any of them."
    )
    assert fit.claims[0].sentence == "0% of 30 posts (0 to 11%) are in one of our 6 categories."
    assert fit.cells.empty


def test_repeats_and_posts_without_text_are_not_counted(acme, posts):
    more = [*ROWS, *say(0, "signal", 50, is_repeat=True), *say(0, "", 50)]
    fit = crosswalk.survey(acme(), posts(more).astype({"topic": "Int64"}))
    assert fit.claims[0].n == 120


def test_where_no_text_is_kept_that_is_what_is_said(acme, posts):
    fit = crosswalk.survey(acme(), posts(say(0, "", 30)).astype({"topic": "Int64"}))
    assert (fit.any, fit.said) == (
        False,
        "No post in this window still has its text, so none can be compared with params/acme/taxonomy.yml.",
    )


def test_the_rest_is_a_random_sample_by_topic_that_does_not_depend_on_order(acme, posts):
    rows = [row | {"text": f"tulip {place}"} for place, row in enumerate(say(2, "", 40))] + say(
        0, "hello", 10
    )
    frame = posts(rows).astype({"topic": "Int64"})
    one, other = (crosswalk.survey(acme(), some) for some in (frame, frame.sample(frac=1, random_state=3)))
    assert one.rest(1)["post_id"].tolist() == other.rest(1)["post_id"].tolist()
    assert (set(one.rest(1)["topic"]), len(one.rest(1)), set(one.rest(2)["topic"])) == ({2}, 3, {0})
    assert one.rest(1)["post_id"].tolist() != frame["post_id"].head(3).tolist()
    assert one.rest_caption(1) == (
        "In none of our categories, drawn at random from 40 posts of “tulips · garden”"
    )
    barred = crosswalk.survey(acme(), frame.assign(may_quote=False))
    assert barred.rest(1).empty


def test_a_workspace_without_the_file_is_told_how_to_add_one(acme, posts):
    fit = crosswalk.survey(acme(None), posts(ROWS).astype({"topic": "Int64"}))
    assert fit.said == (
        "This workspace lists no categories of its own; write them in params/acme/taxonomy.yml, as "
        "README.md says how, and they are compared with the topics here."
    )
    assert (fit.any, fit.claims, len(fit.cells), len(fit.topics_shown), len(fit.categories_shown)) == (
        False,
        [],
        0,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"category": {}}, "params/acme/taxonomy.yml has no part 'category'; there are categories."),
        ({"categories": ["a", "b"]}, "params/acme/taxonomy.yml: categories holds a list; write one"),
        ({"categories": {"a": ["x"]}}, "params/acme/taxonomy.yml: a holds a list; give it words, such as"),
        (
            {"categories": {"a": {"word": ["x"]}}},
            "params/acme/taxonomy.yml: a has no field 'word'; there are parent, "
            'words, examples. Did you mean "words"?',
        ),
        (
            {"categories": {"a": {}}},
            "params/acme/taxonomy.yml: a has neither words nor examples nor children; give it",
        ),
        (
            {"categories": {"a": {"words": "bill"}}},
            "params/acme/taxonomy.yml: words of a is 'bill'; give a list of texts",
        ),
        (
            {"categories": {"a": {"words": ["*"]}}},
            "params/acme/taxonomy.yml: words of a is \"['*']\"; give a list of texts",
        ),
        (
            {"categories": {"network": {}, "a": {"parent": "netwrok", "words": ["x"]}}},
            "params/acme/taxonomy.yml: the parent of a is 'netwrok', which is no category there. Did you "
            'mean "network"?',
        ),
        (
            {"categories": {"a": {"parent": "b", "words": ["x"]}, "b": {"parent": "a", "words": ["x"]}}},
            "params/acme/taxonomy.yml: a is under b is under a; let one of them have no parent.",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence(acme, file, said):
    with pytest.raises(ParamError) as problem:
        taxonomy.read(acme(file))
    assert str(problem.value).startswith(said)


def test_the_files_that_are_here_can_be_read(home):
    from earshot import open as open_workspace

    for name in ("demo", "airline"):
        assert len(taxonomy.read(open_workspace(name))) >= 10


def test_words_are_found_whole_and_lift_the_post_to_all_above(acme):
    found = taxonomy.read(acme())
    inside = taxonomy.match(["MASTS everywhere", "a billboard", "my bill's slow"], found)
    names = np.array([category.name for category in found])
    assert [set(names[row]) for row in inside] == [
        {"network", "coverage"},
        set(),
        {"network", "speed", "money", "bills"},
    ]


def test_examples_find_posts_that_say_nearly_the_same(acme, posts):
    space = acme(
        {"categories": {"lost bags": {"examples": ["you lost my bag and nobody knows where it is"]}}}
    )
    texts = [
        "My suitcase is lost and no one can tell me where it is",
        "lovely weather today",
        "no vector for this one",
    ]
    frame = posts([row for text in texts for row in say(0, text)]).astype({"topic": "Int64"})
    frame = frame.assign(content_hash=["a", "b", "c"])
    vectors = pd.DataFrame(
        {"content_hash": ["a", "b"], "vector": list(embeddings.encode(texts[:2])), "model": "m"}
    )
    space.store.merge("embeddings", vectors)
    assert crosswalk.survey(space, frame).coverage["share"].tolist() == [pytest.approx(1 / 3)]


def ledger(tmp_path, rows: list[tuple]) -> Store:
    """A store whose last fit has these rows of the ledger, after a fit long ago that must not be told."""
    store, columns = Store(tmp_path), ["topic", "event", "overlap", "posts", "other", "name"]
    frame = pd.DataFrame(rows, columns=columns).assign(model="now", at=pd.Timestamp("2026-03-03T10:00Z"))
    store.merge("topic_ledger", frame)
    store.merge(
        "topic_ledger",
        pd.DataFrame([(8, "ended", 0.0, 0, None, "old")], columns=columns).assign(
            model="then", at=pd.Timestamp("2026-02-01T10:00Z")
        ),
    )
    live = frame[~frame["event"].isin(("merged", "ended"))]
    store.merge(
        "topic_names", live[["topic", "name", "posts"]].assign(terms="[]", first_week="", model="now")
    )
    return store


def test_the_last_fit_is_told_in_words(tmp_path):
    changes = topic_changes.last(
        ledger(
            tmp_path,
            [
                (1, "kept", 0.9, 50, None, "bags"),
                (2, "merged", 0.81, 0, 1, "lost bags"),
                (3, "split", 0.7, 30, 1, "claims"),
                (4, "ended", 0.0, 0, None, "snow"),
                (5, "born", 0.0, 20, None, "strike"),
            ],
        )
    )
    assert changes.said == (
        "The model was last fitted on 3 Mar 2026: 1 kept, 1 new, 1 split off another, 1 merged "
        "into another and 1 ended."
    )
    assert changes.table.to_numpy().tolist() == [
        ["lost bags", "went into “bags”, with 81% of its posts", 0],
        ["claims", "came out of “bags”, with 70% of its posts", 30],
        ["snow", "ended; no one topic took most of its posts", 0],
        ["strike", "is new", 20],
    ]


def test_a_first_fit_and_one_that_kept_all_have_nothing_to_list(tmp_path):
    born = [(1, "born", 0.0, 50, None, "bags"), (2, "born", 0.0, 40, None, "snow")]
    first = topic_changes.last(ledger(tmp_path / "a", born))
    assert (first.any, first.said) == (
        False,
        "The model was last fitted on 3 Mar 2026: 2 topics, all of them new.",
    )
    assert not topic_changes.last(ledger(tmp_path / "b", [(1, "kept", 1.0, 50, None, "bags")])).any
    assert topic_changes.last(Store(tmp_path / "c")).said == "The topic model has not been fitted yet."


def test_every_fit_is_counted_the_latest_first(tmp_path):
    store = ledger(
        tmp_path,
        [
            (1, "kept", 0.9, 50, None, "bags"),
            (2, "merged", 0.81, 0, 1, "lost bags"),
            (3, "split", 0.7, 30, 1, "claims"),
            (5, "born", 0.0, 20, None, "strike"),
        ],
    )
    fits = topic_changes.last(store).fits
    assert fits.to_dict("records") == [
        {
            "fitted": "3 Mar 2026",
            "topics": 3,
            "kept": 1,
            "new": 1,
            "split off another": 1,
            "merged into another": 1,
            "ended": 0,
        },
        {
            "fitted": "1 Feb 2026",
            "topics": 0,
            "kept": 0,
            "new": 0,
            "split off another": 0,
            "merged into another": 0,
            "ended": 1,
        },
    ]
    assert topic_changes.last(Store(tmp_path / "none")).fits.empty


def test_topics_that_a_person_named_are_told_by_that_name(tmp_path):
    rows = [(1, "kept", 0.9, 50, None, "bags"), (2, "merged", 0.8, 0, 1, "old")]
    changes = topic_changes.last(ledger(tmp_path, rows), {1: "Lost luggage", 2: "Suitcases"})
    assert changes.table.iloc[0].tolist() == [
        "Suitcases",
        "went into “Lost luggage”, with 80% of its posts",
        0,
    ]


def test_an_old_ledger_without_names_still_says_which_number(tmp_path):
    store = ledger(tmp_path, [(1, "kept", 0.9, 50, None, "bags"), (4, "ended", 0.0, 0, None, None)])
    assert topic_changes.last(store).table["topic"].tolist() == ["topic 4"]


THEMES = {
    "coverage": "coverage",
    "speed": "speed",
    "wi-fi calling": "wificalling",
    "roaming": "roaming",
    "bills": "billing",
    "price": "price",
    "refunds": "refund",
    "allowance": "allowance",
    "number transfer": "transfer",
    "cancellation": "cancellation",
    "support": "support",
    "shops": "store",
    "app": "app",
    "orders": "delivery",
    "Meadow": "meadow",
    "eSIM": "esim",
    "outage": "outage",
}


def test_the_demo_brands_categories_find_the_planted_themes_and_not_the_flower(home, tmp_path):
    from earshot import demo
    from earshot import open as open_workspace

    planted = demo.simulate(tmp_path / "demo", posts=2000).posts
    found = taxonomy.read(open_workspace("demo"))
    inside = pd.DataFrame(
        taxonomy.match(planted["text"].tolist(), found), columns=[one.name for one in found]
    )
    shares = inside.groupby(planted["theme"].to_numpy())[list(THEMES)].mean()
    assert shares.idxmax(axis=1).drop(["offtopic", "smear"]).to_dict() == {
        theme: category for category, theme in THEMES.items()
    }
    assert inside.any(axis=1).mean() > 0.6
    assert inside.any(axis=1)[planted["theme"].isin(("offtopic", "smear"))].mean() < 0.3

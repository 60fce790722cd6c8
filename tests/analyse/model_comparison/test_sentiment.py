"""Another model on the same posts: labels counted by hand, nothing stored."""

import pandas as pd
import pytest

from earshot.analyse.health.behaviour import Case
from earshot.analyse.model_comparison import classes
from earshot.analyse.model_comparison import report as comparison
from earshot.analyse.model_comparison import sentiment as second_reading
from earshot.analyse.posts import opinions
from earshot.core import clock
from earshot.core.params import ParamError
from earshot.enrich.pipeline import steps
from earshot.enrich.sentiment import step as sentiment

FEELINGS = [
    "I love how quick they were",
    "nobody helps and I am angry",
    "is it open today",
    "not bad at all, thanks",
]


@pytest.fixture
def space(workspace):
    """A workspace with sixty enriched posts about two brands."""
    made, rows = workspace(brands=["Acme", "Bolt"], min_posts=10), range(60)
    created = pd.Series([pd.Timestamp("2026-03-02T08:00Z") + pd.Timedelta(hours=5 * row) for row in rows])
    made.store.merge(
        "posts",
        pd.DataFrame(
            {
                "post_id": [f"x:{row}" for row in rows],
                "platform": "x",
                "brand": [("Acme", "Bolt")[row % 2] for row in rows],
                "author": [f"p_{row}" for row in rows],
                "created_at": created,
                "collected_at": created,
                "kind": "post",
                "text": [
                    f"{FEELINGS[row % 4]}, note {row} {chr(97 + row % 26) * 2}{row * 7}" for row in rows
                ],
                "source": "test",
                "week": clock.week(created),
                "content_hash": [f"{row:032x}" for row in rows],
            }
        ),
    )
    steps.update(made, until="sentiment")
    return made


def test_the_other_model_is_what_it_says_and_nothing_is_stored(space):
    before = space.store.versions()
    found = second_reading.compare(space, "earshot-2-fast")
    stored = space.store.sql(
        "SELECT s.post_id, s.label, c.clean_text, d.role FROM sentiment s "
        "JOIN clean c USING (post_id) JOIN duplicates d USING (post_id) ORDER BY post_id"
    )
    stored = stored[~stored["role"].isin(["exact", "near", "repost"])]
    other = sentiment.read(stored["clean_text"].tolist(), ["en"] * len(stored), "earshot-2-fast")["label"]
    changed = int((other.to_numpy() != stored["label"].to_numpy()).sum())
    assert found.changed == changed
    assert found.labels.to_numpy().sum() == len(stored)
    assert found.labels.to_numpy().sum() - found.labels.to_numpy().trace() == changed
    assert found.brands["brand"].tolist() == ["Acme", "Bolt", "all brands"]
    assert found.brands["posts"].iloc[:2].sum() == found.brands["posts"].iloc[2]
    assert space.store.versions() == before


def test_the_difference_is_taken_post_by_post_with_its_interval(space):
    found = second_reading.compare(space, "earshot-1")
    row = found.brands.set_index("brand").loc["all brands"]
    assert row["gap"] == pytest.approx(row["other"] - row["now"])
    assert row["gap_low"] <= row["gap"] <= row["gap_high"]
    assert row["gap_high"] - row["gap_low"] < row["now_high"] - row["now_low"]
    shares = found.shares[found.shares["brand"] == "all brands"].set_index("class")
    assert shares["now"].sum() == pytest.approx(1)
    assert shares["other"].sum() == pytest.approx(1)
    assert row["other"] == pytest.approx(shares.loc["positive", "other"] - shares.loc["negative", "other"])


def test_left_out_it_is_the_model_before_and_the_posts_that_move_are_shown(space):
    found = second_reading.compare(space)
    assert (found.now, found.other) == ("earshot-2", "earshot-1")
    for move, posts in found.moved(most=9).items():
        was, would = (part.split()[0] for part in move.split(", "))
        assert set(posts["sentiment"]) == {was}
        assert set(posts["other"]) == {would} != {was}
    assert sum(map(len, found.moved(most=9).values())) <= found.changed


def test_the_comparison_states_labels_net_kpis_and_the_gate_of_each(space, monkeypatch):
    cases = [
        Case("names", "", "put_in", ("Emily is here.", "Mohammed is here.")),
        Case("words", "", "put_in", ("I love it.", "I hate it.")),
    ]
    monkeypatch.setattr(comparison.behaviour, "read_cases", lambda workspace: cases)
    (space.folder / "kpis.yml").write_text(
        "kpis:\n- {id: mood, name: Mood, formula: (positive - negative) / posts, "
        "owner: Ann, unit: net share, min_n: 5, refresh: weekly}\n"
    )
    before = space.store.versions()
    found = comparison.examine(space, "earshot-2-fast")
    said = {claim.id: claim for claim in found.claims}
    counted = len(opinions.counted(found.reading.was))
    assert said["compare.labels"].value == pytest.approx(found.reading.changed / counted)
    assert said["compare.labels"].n == said["compare.net.all-brands"].n == counted
    assert said["compare.net.all-brands"].low <= said["compare.net.all-brands"].value
    assert {"compare.net.acme", "compare.net.bolt", "compare.kpis"} <= set(said)
    assert found.kpis["KPI"].tolist() == ["Mood"] * len(found.kpis)
    assert len(found.kpis)
    assert list(found.gates["gate"]) == ["closed", "closed"]
    assert said["compare.gate.earshot-2-fast"].sentence.startswith(
        "earshot-2-fast does not pass the bias gate: of "
    )
    assert "of 2 swaps of a name or group change the reading; no post is labelled" in found.gates["why"][0]
    assert found.classes.changed["classifier"].tolist() == ["earshot:intents"]
    assert said["compare.intents"].n == counted
    assert space.store.versions() == before


def test_intents_under_the_champion_are_those_that_are_stored(space):
    steps.update(space, until="classes")
    found = classes.with_intents(classes.nothing(), second_reading.compare(space, "earshot-1"), space)
    stored = space.store.sql(
        "SELECT label FROM classes JOIN duplicates USING (post_id) WHERE label <> '' "
        "AND role NOT IN ('exact', 'near', 'repost')"
    )["label"].value_counts()
    shown = found.table.set_index("class")
    assert len(shown)
    assert (shown["now"] * shown["posts"]).round().astype(int).to_dict() == {
        name: count for name, count in stored.items() if name in shown.index
    }


def test_a_model_with_which_a_phrase_fails_its_tests_is_refused_as_the_next_report_would(workspace):
    from earshot import open as open_workspace

    workspace()
    made = open_workspace(
        "acme",
        phrases={
            "sick beats": {
                "says": "positive",
                "sick beats": "positive",
                "I love how quick they were": "negative",
            }
        },
    )
    said = (
        "brief.yml: phrases: with 'sick beats', 'I love how quick they were' is positive under earshot-1 "
        "and has to be negative; make the phrase longer, or correct its test."
    )
    for refuse in (second_reading.check, second_reading.compare):
        with pytest.raises(ParamError) as problem:
            refuse(made, "earshot-1")
        assert str(problem.value) == said


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("earshot-2", "earshot-2 is the champion of acme already; name another model to compare with it."),
        (
            "earshot-3",
            "sentiment_model: there is no model 'earshot-3'; use earshot-2, earshot-2-fast, "
            "earshot-2-cascade, "
            'earshot-1, the folder of a Hugging Face model, or its owner/name. Did you mean "earshot-2"?',
        ),
        (
            "",
            "Before earshot-1 there is no sentiment model; name one with --model (earshot-2, earshot-2-fast, "
            "earshot-2-cascade, earshot-1).",
        ),
    ],
)
def test_a_wrong_model_is_one_sentence(workspace, model, sentence):
    with pytest.raises(ParamError) as error:
        second_reading.compare(workspace(sentiment_model="earshot-2" if model else "earshot-1"), model)
    assert str(error.value) == sentence

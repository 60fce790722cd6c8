"""Relevance: rules in a window, what they say for it, and a model that learns from labels and abstains."""

import numpy as np
import pandas as pd
import pytest

from earshot.core.params import ParamError
from earshot.enrich.relevance import model as relevance_model
from earshot.enrich.relevance import step as relevance

APPLE = {
    "Apple": {
        "positive": ["iphone", "app store"],
        "negative": ["pie", "juice"],
        "within": 4,
        "handles": ["apple"],
        "links_against": ["recipes."],
    }
}


def rules(workspace, given=APPLE):
    return relevance.read_rules(workspace(brands=["Apple"], relevance=given))["Apple"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("my apple iphone died again", "relevant"),
        ("@apple please help", "relevant"),
        ("apple pie and juice", "irrelevant"),
        ("fresh fruit today", "unsure"),
        ("apple cake: http://recipes.example/cake", "irrelevant"),
        ("apple opens a shop, and much later somebody somewhere ate one pie", "relevant"),
    ],
)
def test_what_stands_near_the_name_decides(workspace, text, verdict):
    rule = rules(workspace)
    posts = pd.DataFrame(
        {"post_id": ["x:1"], "content_hash": ["a"], "brand": ["Apple"], "author": [None], "text": [text]}
    )
    row = relevance.judge(posts, {"Apple": rule}).iloc[0]
    assert row["verdict"] == verdict
    assert 0 <= row["p_relevant"] <= 1


def test_the_reason_says_what_was_found(workspace):
    assert rules(workspace).weigh("apple pie")[1] == ["names the brand", "against: pie near it"]


def test_a_wrong_setting_is_one_sentence(workspace):
    with pytest.raises(ParamError, match=r"Apple has no setting 'positve'; .*Did you mean \"positive\"\?"):
        rules(workspace, {"Apple": {"positve": ["x"]}})
    with pytest.raises(
        ParamError, match=r"there is no brand 'Aple' in brief.yml; .*Did you mean \"Apple\"\?"
    ):
        rules(workspace, {"Aple": {}})


def test_labels_are_not_named_and_the_switch_is_yes_or_no(workspace):
    with pytest.raises(
        ParamError, match=r"labels are not named here; 'earshot relevance acme --labels SHEET' keeps"
    ):
        rules(workspace, {"labels": "relevance.csv"})
    with pytest.raises(ParamError, match=r"relevance.yml: set_aside must be yes or no\.$"):
        rules(workspace, {"set_aside": "maybe"})
    assert rules(workspace, APPLE | {"set_aside": "no"}).lists["negative"] == ["pie", "juice"]


def test_the_step_judges_what_is_new_and_what_other_rules_would_judge(workspace):
    space = workspace(brands=["Acme"])
    at = pd.Timestamp("2026-03-02", tz="UTC")
    space.store.merge(
        "posts",
        pd.DataFrame(
            {
                "post_id": [f"x:{number}" for number in range(12)],
                "platform": "x",
                "brand": "Acme",
                "author": None,
                "text": "acme and a pie",
                "created_at": at,
                "collected_at": at,
                "kind": "post",
                "source": "csv",
                "week": "2026-W10",
                "content_hash": [f"h{number}" for number in range(12)],
            }
        ),
    )
    assert relevance.update(space) == 12
    assert relevance.update(space) == 0
    other = workspace(brands=["Acme"], relevance={"Acme": {"negative": ["pie"]}})
    assert relevance.update(other) == 12
    assert len(space.store.read("relevance")) == 12


@pytest.fixture(scope="module")
def taught():
    chance = np.random.default_rng(0)
    for_it, against = (
        ["phone broke", "store queue", "update failed", "screen cracked"],
        ["pie baked", "juice pressed", "tree planted", "orchard walk"],
    )
    texts = [
        f"apple {(for_it if row % 2 else against)[chance.integers(4)]} number {row} {chance.integers(9999)}"
        for row in range(160)
    ]
    vectors = np.zeros((160, 384), np.float32)
    return relevance_model.fit(texts, ["Apple"] * 160, np.arange(160) % 2 == 1, vectors=vectors), vectors


def test_a_model_learns_saves_and_comes_back_the_same(taught, tmp_path):
    model, vectors = taught
    texts = ["apple phone broke today", "apple pie baked today"]
    p = model.score(texts, ["Apple"] * 2, vectors[:2])
    assert p[0] > 0.8 > 0.2 > p[1]
    relevance_model.save(model, tmp_path)
    assert relevance_model.load(tmp_path).score(texts, ["Apple"] * 2, vectors[:2]) == pytest.approx(p)
    assert relevance_model.load(tmp_path / "nowhere") is None


def test_inside_the_band_the_model_abstains(taught):
    from dataclasses import replace

    assert replace(taught[0], band=0.2).verdict(np.array([0.1, 0.45, 0.9])).tolist() == [
        "irrelevant",
        "unsure",
        "relevant",
    ]


def test_too_few_labels_are_refused_in_one_sentence():
    with pytest.raises(
        ValueError, match=r"^There are 1 labelled posts of the rarer kind; label at least 40 relevant"
    ):
        relevance_model.fit(["a", "b", "c"], ["x"] * 3, np.array([True, False, True]))


def test_near_copies_share_a_group():
    found = relevance_model.groups(
        pd.Series(["RT @a: New phone http://t.co/1", "new phone http://t.co/2", "other"])
    )
    assert found.tolist() == [0, 0, 1]

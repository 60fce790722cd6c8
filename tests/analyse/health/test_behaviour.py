"""Behavioural tests: every form passes what is right and fails what is wrong,
and the rates are counted by hand.
"""

import time
from collections import Counter

import pandas as pd
import pytest

from earshot.analyse.health import behaviour
from earshot.analyse.health.behaviour import Case
from earshot.core.params import ParamError
from earshot.core.workspace import open_workspace
from earshot.statistics.proportion import wilson

P = {"negative": (0.8, 0.1, 0.1), "neutral": (0.1, 0.8, 0.1), "positive": (0.1, 0.1, 0.8)}
COLUMNS = ["p_negative", "p_neutral", "p_positive"]


def reading(*labels, **changed):
    """What a model read: a row of P per label; a column may be given in its place."""
    return pd.DataFrame([P[label] for label in labels], columns=COLUMNS).assign(label=labels, **changed)


def case(form, *labels):
    """A case of two texts."""
    return Case("kind", "about", form, ("one", "two"), labels)


@pytest.mark.parametrize(
    ("form", "labels", "read", "passed"),
    [
        ("pairs", ("positive", "negative"), reading("positive", "negative"), True),
        ("pairs", ("positive", "negative"), reading("positive", "positive"), False),
        ("labels", ("neutral", "neutral"), reading("neutral", "neutral"), True),
        ("stronger", ("negative",), reading("neutral", "negative"), True),
        ("stronger", ("negative",), reading("negative", "neutral"), False),
        ("stronger", ("negative",), reading("negative", "negative", p_negative=[0.991, 0.985]), True),
        ("same", (), reading("neutral", "neutral", p_neutral=[0.4, 0.9]), True),
        ("same", (), reading("neutral", "negative"), False),
        ("put_in", (), reading("neutral", "neutral"), True),
        ("put_in", (), reading("neutral", "neutral", p_neutral=[0.80, 0.82]), False),
        ("put_in", (), reading("neutral", "positive"), False),
    ],
)
def test_a_case_passes_only_when_all_of_it_holds(form, labels, read, passed):
    assert behaviour.judge(case(form, *labels), read["label"].tolist(), read[COLUMNS].to_numpy()) is passed


def test_our_cases_are_many_distinct_and_of_every_kind_promised():
    cases = behaviour.read_cases()
    sizes = Counter(case.kind for case in cases)
    assert len(cases) >= 120
    assert {"negation", "intensifiers", "emoji", "irony", "names", "groups", "punctuation and case"} <= set(
        sizes
    )
    assert min(sizes.values()) >= 8
    assert len({case.texts for case in cases}) == len(cases)
    assert all(len(set(case.texts)) == len(case.texts) for case in cases)
    assert [case.texts[0] for case in cases if any("{}" in text for text in case.texts)] == []


def test_rates_are_counted_with_their_interval_and_failures_are_listed(monkeypatch):
    cases = [Case("a", "x", "labels", (text,), ("negative",)) for text in ("bad", "worse", "fine")]
    cases.append(Case("b", "y", "put_in", ("{} of Anna", "of Ali", "of Wei")))
    read = reading("negative", "negative", "positive", "neutral", "negative", "neutral")
    monkeypatch.setattr(behaviour.sentiment, "read", lambda texts, langs, model, phrases: read)
    found = behaviour.examine(cases, "m-1")
    rates = found.rates.set_index("kind")
    assert rates.loc["a", ["passed", "n"]].tolist() == [2, 3]
    assert rates.loc["a", ["low", "high"]].tolist() == pytest.approx(wilson(2, 3))
    assert found.failures["case"].tolist() == ["fine", "{} of Anna / of Ali"], "the two that differ most"
    claims = {claim.id: claim for claim in found.claims}
    overall = claims["health.behaviour"]
    assert (overall.value, overall.n) == (0.5, 4)
    assert (overall.low, overall.high) == pytest.approx(wilson(2, 4))
    assert (
        overall.sentence == "m-1 passes 50% of 4 behavioural tests (15 to 85%); it is weakest at b: 0 of 1."
    )
    assert claims["health.swaps"].sentence == (
        "Where only a name or group is swapped, the label changes in 1 of 1 "
        "tests (21 to 100%); the widest move of a probability is 70 points."
    )


def test_a_swap_counts_when_the_label_or_a_probability_moves_further_than_is_allowed():
    swaps = pd.DataFrame({"kind": "names", "moved": [0.005, 0.08, 0.12, 0.02], "labels": [1, 1, 1, 2]})
    found = behaviour.Behaviour(swaps, swaps, swaps, "m-1", [])
    assert (found.swayed(10), found.swayed(5), found.swayed(1)) == ((2, 4), (3, 4), (3, 4))


def test_the_champion_is_examined_within_five_seconds_and_does_not_pass_all():
    behaviour.sentiment.warm()
    begun = time.perf_counter()
    found = behaviour.examine(behaviour.read_cases())
    assert time.perf_counter() - begun < 5
    assert 0.5 < found.claims[0].value < 0.95
    assert len(found.failures) == (found.rates["n"] - found.rates["passed"]).sum()
    assert "irony" in set(found.failures["kind"])


def test_a_workspace_adds_cases_of_its_own(workspace):
    space = workspace(
        behaviour={"our phrases": {"about": "slang", "labels": {"That line is sick.": "positive"}}}
    )
    own = [case for case in behaviour.read_cases(space) if case.kind == "our phrases"]
    assert own == [Case("our phrases", "slang", "labels", ("That line is sick.",), ("positive",))]
    assert len(behaviour.read_cases(space)) == len(behaviour.read_cases()) + 1


def test_the_tests_of_our_phrases_are_cases_read_with_the_phrases(home, workspace):
    workspace()
    (home / "params" / "acme" / "brief.yml").write_text(
        "title: Acme\nphrases:\n  sick beats:\n    says: positive\n    sick beats: positive\n    so sick: "
        "negative\n"
    )
    space = open_workspace("acme")
    cases = [case for case in behaviour.read_cases(space) if case.kind == "phrases of brief.yml"]
    assert [(case.texts, case.labels) for case in cases] == [
        (("sick beats",), ("positive",)),
        (("so sick",), ("negative",)),
    ]
    with_them = behaviour.examine(cases, "earshot-2-fast", space.params.phrases).failures["case"]
    assert "sick beats" not in set(with_them)
    assert "sick beats" in set(behaviour.examine(cases, "earshot-2-fast").failures["case"])


def test_own_cases_of_a_kind_that_we_have_are_counted_with_ours(workspace):
    space = workspace(behaviour={"emoji": {"about": "ours", "labels": {"🦄": "positive"}}})
    found = behaviour.examine(
        [case for case in behaviour.read_cases(space) if case.kind == "emoji"], "earshot-2-fast"
    )
    assert found.rates["n"].tolist() == [18]
    assert len({claim.id for claim in found.claims}) == len(found.claims)


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        (
            {"labels": {"Sick.": "postive"}},
            "params/acme/behaviour.yml: slang expects 'postive'; use negative, neutral, "
            'positive. Did you mean "positive"?',
        ),
        (
            {"label": {"Sick.": "positive"}},
            "params/acme/behaviour.yml: slang has 'label'; use about, labels, pairs, "
            'stronger, put_in, same. Did you mean "labels"?',
        ),
        (
            {"pairs": [{"from": "Sick.", "label": ["positive"]}]},
            "params/acme/behaviour.yml: slang holds a case that lacks a part; the head of "
            "lib/earshot/analyse/health/behaviour.yml shows how each form is written.",
        ),
        (
            ["Sick."],
            "params/acme/behaviour.yml: 'slang' must be a name of at most 40 characters with about and cases "
            "(labels, pairs, stronger, put_in, same) below it.",
        ),
    ],
)
def test_a_wrong_case_is_one_sentence(workspace, listed, sentence):
    with pytest.raises(ParamError) as error:
        behaviour.read_cases(workspace(behaviour={"slang": listed}))
    assert str(error.value) == sentence

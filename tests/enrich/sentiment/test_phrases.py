"""Phrases of your own: they overrule the model where they stand whole,
and no phrase is used whose tests fail.
"""

import pytest
from tests.enrich.pipeline.test_steps import make_posts

from earshot.core.params import ParamError
from earshot.enrich.pipeline import steps
from earshot.enrich.sentiment import phrase_tests, phrases
from earshot.enrich.sentiment import step as sentiment

SICK = {
    "sick beats": {
        "says": "positive",
        "those sick beats again": "positive",
        "I feel sick and awful": "negative",
    }
}
UNTESTED = (
    "has no test that holds it, with no denial before it; write a text with the phrase and the sentiment it "
    "must get."
)


def test_a_phrase_decides_where_it_stands_whole():
    texts = ["these SICK  beats", "seasick beats", "I hate it, sick beatsy"]
    plain, own = sentiment.read(texts), sentiment.read(texts, phrases=SICK)
    assert own.loc[0, ["label", "tier", "possible"]].tolist() == ["positive", "phrase", "positive"]
    assert own.loc[0, "p_positive"] == phrases.SURE
    assert own.loc[0, sentiment.COLUMNS].sum() == pytest.approx(1)
    assert own.loc[1:].equals(plain.loc[1:])


def test_of_two_phrases_the_longer_counts():
    two = SICK | {"no sick beats": {"says": "negative", "there were no sick beats": "negative"}}
    phrase_tests.check(two, sentiment.MODEL, sentiment.read, sentiment.CLASSES)
    assert sentiment.read(["no sick beats tonight"], phrases=two)["label"].tolist() == ["negative"]


@pytest.mark.parametrize(
    "text",
    ["not sick beats at all, horrible night", "We didn’t get any SICK BEATS", "never heard such sick beats"],
)
def test_a_denial_before_a_phrase_leaves_the_text_to_the_model(text):
    plain, own = sentiment.read([text]), sentiment.read([text], phrases=SICK)
    assert own.equals(plain)
    assert own["tier"].tolist() != ["phrase"]


@pytest.mark.parametrize(
    "text",
    [
        "no idea who they were, sick beats",
        "not sick beats. Then at last sick beats",
        "İİİ nobody came but sick beats",
        "sick beats, not bad at all",
    ],
)
def test_a_denial_in_another_clause_or_after_a_phrase_does_not_take_it_back(text):
    assert sentiment.read([text], phrases=SICK)["tier"].tolist() == ["phrase"]


def test_a_phrase_that_holds_a_denial_decides_whatever_stands_before_it():
    half = {"not half bad": {"says": "positive", "they were not half bad": "positive"}}
    texts = ["not half bad", "I can't say they are not half bad"]
    assert sentiment.read(texts, phrases=half)["tier"].tolist() == ["phrase"] * 2


def test_phrases_that_are_read_in_another_way_have_another_name(monkeypatch):
    before = phrases.identify(SICK)
    monkeypatch.setattr(phrases, "VERSION", "another")
    assert phrases.identify(SICK) != before
    assert phrases.identify({}) == ""


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"says": "good"},
            "brief.yml: phrases: sick beats says 'good'; write says: negative, neutral or positive.",
        ),
        ({"says": "positive", "sick": "negative"}, f"brief.yml: phrases: sick beats {UNTESTED}"),
        ({"says": "positive", "no sick beats here": "neutral"}, f"brief.yml: phrases: sick beats {UNTESTED}"),
        (
            {"says": "positive", "sick beats": "fine"},
            "brief.yml: phrases: sick beats has a test that must get 'fine'; use "
            "negative, neutral, positive.",
        ),
        (
            {"says": "positive", "sick beats": "positive", "I love it so much, thank you": "negative"},
            "brief.yml: phrases: with 'sick beats', 'I love it so much, thank you' is positive under "
            "earshot-2 and has to be negative; make the phrase longer, or correct its test.",
        ),
    ],
)
def test_a_phrase_that_fails_is_not_used_and_the_reason_is_one_sentence(entry, said):
    with pytest.raises(ParamError) as problem:
        phrase_tests.check({"sick beats": entry}, sentiment.MODEL, sentiment.read, sentiment.CLASSES)
    assert str(problem.value) == said


def test_a_new_phrase_reads_all_posts_again(home, workspace):
    from earshot import open as open_workspace

    space = workspace()
    space.store.merge("posts", make_posts(4).assign(text=["sick beats", "sick", "I love it", "I hate it"]))
    steps.update(space, until="sentiment")
    assert "phrase" not in set(space.store.read("sentiment")["tier"])
    space = open_workspace("acme", phrases=SICK)
    assert {report.step: report.new for report in steps.update(space, until="sentiment")}["sentiment"] == 4
    rows = space.store.read("sentiment").set_index("post_id")
    assert rows.loc["x:0", ["label", "tier"]].tolist() == ["positive", "phrase"]
    assert steps.run("sentiment", space) == 0

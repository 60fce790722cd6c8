"""Phrases of your own: they overrule the model where they stand whole, and no phrase is used whose tests fail."""

import pytest
from tests.enrich.test_steps import make_posts

from earshot.core.params import ParamError
from earshot.enrich import phrases, sentiment, steps

SICK = {"sick beats": {"says": "positive", "those sick beats again": "positive", "I feel sick and awful": "negative"}}


def test_a_phrase_decides_where_it_stands_whole():
    texts = ["these SICK  beats", "seasick beats", "I hate it, sick beatsy"]
    plain, own = sentiment.read(texts), sentiment.read(texts, phrases=SICK)
    assert own.loc[0, ["label", "tier", "possible"]].tolist() == ["positive", "phrase", "positive"]
    assert own.loc[0, "p_positive"] == phrases.SURE
    assert own.loc[0, sentiment.COLUMNS].sum() == pytest.approx(1)
    assert own.loc[1:].equals(plain.loc[1:])


def test_of_two_phrases_the_longer_counts():
    two = SICK | {"no sick beats": {"says": "negative", "there were no sick beats": "negative"}}
    phrases.check(two, sentiment.MODEL)
    assert sentiment.read(["no sick beats tonight"], phrases=two)["label"].tolist() == ["negative"]


@pytest.mark.parametrize(("entry", "said"), [
    ({"says": "good"}, "brief.yml: phrases: sick beats says 'good'; write says: negative, neutral or positive."),
    ({"says": "positive", "sick": "negative"}, "brief.yml: phrases: sick beats has no test that holds it; write a text "
                                               "with the phrase and the sentiment it must get."),
    ({"says": "positive", "sick beats": "fine"}, "brief.yml: phrases: sick beats has a test that must get 'fine'; use "
                                                 "negative, neutral, positive."),
    ({"says": "positive", "sick beats": "positive", "I love it so much, thank you": "negative"},
     "brief.yml: phrases: with 'sick beats', 'I love it so much, thank you' is positive and has to be negative; make "
     "the phrase longer, or correct its test."),
])
def test_a_phrase_that_fails_is_not_used_and_the_reason_is_one_sentence(entry, said):
    with pytest.raises(ParamError) as problem:
        phrases.check({"sick beats": entry}, sentiment.MODEL)
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

"""Wordings: read by anybody, found in any case, taken back by a denial, and quick on hostile texts."""

import time

import pytest

from earshot.enrich.text.patterns import Wordings, find, own, problem, ready


def found(wording: str, *texts: str, **rest) -> list[bool]:
    """Which of the texts hold the wording."""
    return find(Wordings((wording,), **rest), ready(list(texts))).tolist()


def test_a_star_stands_for_any_ending_and_words_are_whole():
    assert found("cancel* my", "CANCELLING my order", "cancel, my way", "uncancel my", "cancel mystery") == [
        True,
        True,
        False,
        False,
    ]


def test_brackets_dots_and_apostrophes():
    assert found("can't .. (open|close)", "cant open", "can’t ever get it open", "can't. open") == [
        True,
        True,
        False,
    ]
    assert found("can't [even] open", "cant open", "can't even open", "can't ever open") == [
        True,
        True,
        False,
    ]
    assert found(
        "how (do|can) ... ?", "How do I turn the whole thing off?", "how do I. really?", "how can ?"
    ) == [True, False, True]
    assert found("any ideas ?", "any ideas?", "any ideas ?", "any ideas") == [True, True, False]


def test_a_denial_in_the_same_clause_takes_it_back():
    texts = [
        "I will cancel my plan",
        "I will not cancel my plan",
        "I'm not happy, I will cancel my plan",
        "I don't think I will cancel my plan",
    ]
    assert found("cancel* my plan", *texts) == [True, False, True, False]
    assert found("cancel* my plan", *texts, denied=False) == [True] * 4


def test_where_it_means_something_else_it_does_not_count():
    texts = ["thanks a lot", "thanks for nothing", "thanks for nothing, and thanks to Bo"]
    assert found("thanks", *texts, unless=("thanks for nothing",)) == [True, False, True]


def test_what_others_said_is_left_out():
    texts = [
        "so true RT @user: I want my money back",
        "she said “I want my money back” twice",
        'my 15" screen',
    ]
    assert own(ready(texts)) == ["so true  … ", "she said  …  twice", 'my 15" screen']


def test_letters_outside_ascii_are_letters():
    assert found("ärger mit", "Ärger mit euch", "nur Bärger mit") == [True, False]


def test_no_text_is_slow():
    hostile = ["why " * 20_000, "how do i " * 20_000, "-" * 50_000, "cancel " * 20_000, '"' * 50_000]
    wordings = Wordings(("why ... ?", "how (do|can) ... really ?", "cancel* .. my .. order"), ("why .. not",))
    begun = time.process_time()
    assert not find(wordings, own(ready(hostile))).any()
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("wording", "wrong"),
    [
        ("ok", 'is too short; a wording needs three letters, such as "buy"'),
        ("cancel [my]", "ends with what may be missing; leave that out"),
        ("cancel [my] .. order", "has dots after a word that may be missing; the dots stand for it already"),
        (
            "cancel (my|our order",
            "has a bracket that is not closed or not opened; write (a|b) for a or b and [a] for a or nothing",
        ),
        ("cancel* .. my order", ""),
    ],
)
def test_what_is_wrong_with_a_wording_is_said(wording, wrong):
    assert problem(wording) == wrong

"""The intents that ship: what they find and leave,
several at once, only in English, and figures that are theirs.
"""

import time

import pandas as pd
import pytest

from earshot.enrich.classes import intent_settings, intents
from earshot.enrich.classes.intents import Intent, Measure
from earshot.enrich.text.patterns import Wordings

SHIPPED = list(intent_settings.shipped())
NAMES = [intent.name for intent in SHIPPED]


def said(text: str, feeling: str = "") -> list[str]:
    """The intents of one clean text."""
    return [name for name, has in zip(NAMES, intents.read([text], SHIPPED, [feeling])[0], strict=True) if has]


def test_seven_intents_ship():
    assert NAMES == ["complaint", "question", "request", "praise", "purchase", "cancel", "crisis"]


@pytest.mark.parametrize(
    ("text", "feeling", "has"),
    [
        ("@user worst customer service ever", "negative", ["complaint"]),
        ("@user my order has never come", "negative", ["complaint"]),
        ("@user where is the nearest store?", "neutral", ["question"]),
        ("@user please call me back", "neutral", ["request"]),
        ("@user great service today", "positive", ["praise"]),
        ("I just ordered the new tablet", "neutral", ["purchase"]),
        ("I am going to cancel my subscription", "neutral", ["cancel"]),
        ("the factory caught fire, two workers injured", "negative", ["crisis"]),
        ("the sun sets at nine in June", "neutral", []),
    ],
)
def test_each_intent_is_found(text, feeling, has):
    assert said(text, feeling) == has


def test_several_intents_at_once():
    text = "@user terrible service, please call me. How do I cancel my contract?"
    assert said(text, "negative") == ["complaint", "question", "request", "cancel"]


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("I will not cancel my subscription", "neutral"),
        ("they cancelled my flight", "neutral"),
        ("thanks for nothing", "negative"),
        ("this is not great service", "neutral"),
        ("no problem, they are not useless", "neutral"),
        ("people have just bought phones", "neutral"),
    ],
)
def test_denied_or_meant_otherwise_it_is_left(text, feeling):
    assert said(text, feeling) == []


def test_the_feeling_decides_where_words_alone_do_not():
    assert said("@user my order came at noon", "negative") == ["complaint"]
    assert said("@user my order came at noon", "neutral") == []
    assert said("orders came in at noon", "negative") == []  # spoken to nobody, and not of oneself
    assert said("the worst customer service", "positive") == []


def test_only_english_posts_are_read():
    posts = pd.DataFrame(
        {
            "post_id": ["x:0", "x:1", "x:2"],
            "week": "2026-W10",
            "content_hash": "h",
            "clean_text": ["please call me back", "please call me back", "good morning"],
            "lang": ["en", "de", "en"],
            "feeling": [None] * 3,
        }
    )
    rows = intents.add(posts, SHIPPED).set_index("post_id")
    assert rows["label"].to_dict() == {"x:0": "request", "x:1": "", "x:2": ""}
    assert rows["open"].to_dict() == {"x:0": 1, "x:1": 7, "x:2": 0}
    assert not rows["routes"].any()


def test_a_text_is_read_once_however_often_it_stands_there():
    found = intents.read(["please call me"] * 3 + [""], SHIPPED, ["neutral", "negative", None, None])
    assert found[:, NAMES.index("request")].tolist() == [True, True, True, False]


def test_the_figures_are_those_of_these_wordings():
    """After a change of intents.yml, measure again (intents.md) and write the new figures and names."""
    assert {intent.name: intent.measured_as for intent in SHIPPED} == {
        intent.name: intent.identity for intent in SHIPPED
    }
    assert all(intent.precision.n >= 25 and not intent.held_back for intent in SHIPPED)


def test_what_was_wrong_too_often_is_held_back():
    words = Wordings(("buy it",))
    bare = Intent("buy", "", words)
    weak = Intent(
        "buy", "", words, measures=(Measure("a", 9, 10), Measure("b", 8, 20)), measured_as=bare.identity
    )
    assert weak.precision == intents.Figure(0.65, 0.4, 0.9, 30)
    assert weak.held_back
    assert not bare.held_back  # nobody knows
    assert not Intent("buy", "", words, measures=weak.measures, measured_as="other").known


def test_five_thousand_posts_a_second():
    texts = [
        f"@user my parcel {row} has not arrived, how do I get a refund? I will cancel my order"
        if row % 5 == 0
        else f"@user on the way to gate {row} with my sister, it is snowing again"
        for row in range(1_500)
    ]
    intents.read(texts[:1], SHIPPED)
    begun = time.process_time()
    intents.read(texts, SHIPPED, ["negative"] * len(texts))
    assert len(texts) / (time.process_time() - begun) > 5_000

"""The organisation's own intents: added, changed, tried before use, and refused in one sentence."""

import pytest

from earshot.core.params import ParamError
from earshot.enrich.classes import intent_settings, intents

PORT = {
    "words": ["port* my number out"],
    "match": ["I'm porting my number out"],
    "no match": ["I will not port my number out"],
}


def read(text: str, known: list) -> list[str]:
    """The intents of one text."""
    return [intent.name for intent, has in zip(known, intents.read([text], known)[0], strict=True) if has]


def test_words_are_added_to_an_intent_that_ships(workspace):
    known = intent_settings.of(workspace(intents={"cancel": PORT}))
    assert read("porting my number out today", known) == ["cancel"]
    assert read("I want to cancel my subscription", known) == ["cancel"]
    cancel = next(intent for intent in known if intent.name == "cancel")
    assert cancel.measures
    assert not cancel.known  # other wordings than those that were measured


def test_instead_puts_words_in_place_and_a_new_name_is_a_new_intent(workspace):
    known = intent_settings.of(
        workspace(
            intents={
                "cancel": PORT | {"instead": True},
                "safety": {
                    "means": "somebody was hurt",
                    "words": ["burned my hand"],
                    "match": ["It burned my hand!"],
                },
            }
        )
    )
    assert read("I want to cancel my subscription", known) == []
    assert read("it burned my hand", known) == ["crisis", "safety"]


def test_without_a_file_those_that_ship_are_read(workspace):
    assert intent_settings.of(workspace()) == list(intent_settings.shipped())


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            "port my number",
            'cancel holds a str; give it words and a match, such as {words: ["cancel* my order"], match: '
            '["please cancel my order"]}.',
        ),
        (
            PORT | {"word": ["x"]},
            "cancel has no field 'word'; there are means, instead, denied, words, unless, match, no "
            'match. Did you mean "words"?',
        ),
        (
            PORT | {"words": "port out"},
            "words of cancel is 'port out'; give a list of texts in quotes, such as [\"cancel* "
            'my (order|contract)"].',
        ),
        (PORT | {"instead": "x"}, "instead of cancel is 'x'; write true or false."),
        (
            PORT | {"words": ["port (my"]},
            "'port (my' of cancel has a bracket that is not closed or not opened; write (a|b) "
            "for a or b and [a] for a or nothing.",
        ),
        (
            {"words": ["port out"]},
            'cancel has no match; write a post that must have it, such as match: ["please cancel my order"].',
        ),
        (
            PORT | {"match": ["I leave"]},
            "'I leave' does not match cancel and has to; change its words, or correct the example.",
        ),
        (
            PORT | {"no match": ["cancel my contract"]},
            "'cancel my contract' matches cancel and must not; change its words, or correct the example.",
        ),
        (
            {"instead": True, "match": ["x"]},
            'cancel has no words; give a list of texts in quotes, such as ["cancel* my (order|contract)"].',
        ),
    ],
)
def test_bad_input_gets_one_sentence(workspace, entry, said):
    with pytest.raises(ParamError) as error:
        intent_settings.of(workspace(intents={"cancel": entry}))
    where = "params/acme/intents.yml: "
    assert str(error.value) == where + said

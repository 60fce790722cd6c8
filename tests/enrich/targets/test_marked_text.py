"""A text with its target: mentions are found, marked and kept, whatever the text."""

from hypothesis import given
from hypothesis import strategies as st

from earshot.enrich.embeddings import minilm
from earshot.enrich.targets import marked_text


def test_a_mention_is_found_in_any_case_with_any_blanks_and_marks():
    assert marked_text.locate("Call-Centre, CALL CENTRE and callcentre", "call centre") == [
        (0, 11),
        (13, 24),
        (29, 39),
    ]
    assert marked_text.locate("the bag's zip", "bag") == [(4, 9)]
    assert marked_text.locate("#dunkindonuts rule", "dunkin donuts") == [(1, 13)]
    assert marked_text.locate("baggage", "bag") == [(0, 3)]  # only where it stands nowhere as a word
    assert marked_text.locate("anything", "?!") == []


def test_the_place_of_a_target_is_filled():
    assert marked_text.placed("the $T$ is slow", "wifi") == ("the wifi is slow", [(4, 8)])
    assert marked_text.placed("the wifi is slow", "wifi") == ("the wifi is slow", [(4, 8)])
    assert marked_text.placed("no such thing", "wifi") == ("no such thing", [])


def test_every_mention_is_marked_and_what_is_around_is_clean():
    text = "@acme the bag   came late, my bag!"
    spans = marked_text.locate(text, "bag")
    assert (
        marked_text.marked(text, spans, "bag")
        == "@user the [MASK] bag [MASK] came late, my [MASK] bag [MASK] !"
    )
    assert marked_text.marked("nothing here", [], "bag") == "nothing here"
    assert marked_text.starred("the bag came late", [(4, 7)], "bag") == "the * bag * came late : bag"


def test_the_target_is_said_again_at_the_end_and_never_cut_off():
    short, long = marked_text.tokenise(["the bag", "word " * 400], [[(4, 7)], []], ["bag", "bag"])
    end = minilm.tokenise(["bag"])[0][1:]
    assert short[-len(end) :] == end == long[-len(end) :]
    assert len(long) <= minilm.LONGEST


@given(st.text(max_size=60), st.text(max_size=12))
def test_spans_are_in_order_and_hold_the_letters_of_the_target(text, target):
    spans = marked_text.locate(text, target)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert len(marked_text.windows(text, spans)) == len(spans) + 1

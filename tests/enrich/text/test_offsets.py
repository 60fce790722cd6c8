"""Spans survive one edit, two edits in a row, and edits that meet."""

from hypothesis import given
from hypothesis import strategies as st

from earshot.enrich.text.offsets import compose, to_original


def test_without_edits_a_span_is_itself():
    assert to_original([], 3, 9) == (3, 9)


def test_a_span_that_cuts_into_an_edit_gives_the_whole_of_it():
    edits = [[4, 9, 4, 6]]  # two letters became five
    assert to_original(edits, 5, 7) == (4, 6)
    assert to_original(edits, 0, 4) == (0, 4)
    assert to_original(edits, 9, 11) == (6, 8)


def test_a_deleted_stretch_belongs_to_neither_neighbour():
    edits = [[3, 3, 3, 8]]
    assert to_original(edits, 0, 3) == (0, 3)
    assert to_original(edits, 3, 5) == (8, 10)
    assert to_original(edits, 2, 4) == (2, 9)


def replace(text: str, cuts: list[tuple[int, int, str]]) -> tuple[str, list]:
    pieces, edits, done, length = [], [], 0, 0
    for start, size, new in sorted(cuts):
        if start < done + bool(edits) or start + size > len(text):
            continue
        length += start - done
        pieces += [text[done:start], new]
        edits.append([length, length + len(new), start, start + size])
        length, done = length + len(new), start + size
    return "".join(pieces) + text[done:], edits


CUTS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4), st.text("xyz", max_size=3)), max_size=5)


@given(st.text("abcdef", max_size=30), CUTS, CUTS)
def test_two_rounds_of_edits_make_one(text, first_cuts, second_cuts):
    middle, first = replace(text, first_cuts)
    final, second = replace(middle, second_cuts)
    clean = original = 0
    for start_clean, end_clean, start, end in compose(first, second):
        assert final[clean:start_clean] == text[original:start]
        clean, original = end_clean, end
    assert final[clean:] == text[original:]

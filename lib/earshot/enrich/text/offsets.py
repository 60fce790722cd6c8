"""Spans: which stretch of the original a stretch of cleaned text came from.

An edit is ``[start_clean, end_clean, start_original, end_original]``: that stretch of the clean text replaced
that stretch of the original. Edits are sorted and do not overlap; between them both texts are the same.
"""

from bisect import bisect_left, bisect_right
from operator import itemgetter

Edits = list[list[int]]
START, END = itemgetter(0), itemgetter(1)


def to_original(edits: Edits, start: int, end: int) -> tuple[int, int]:
    """Return the (start, end) in the original of the span ``start:end`` of the clean text.

    A span that cuts into an edit maps to the whole stretch that the edit replaced.
    """
    first = _before(edits, start)
    if end <= start:
        return first, first
    return first, max(first, _after(edits, end))


def _before(edits: Edits, position: int) -> int:
    at = bisect_right(edits, position, key=START) - 1
    if at < 0:
        return position
    _, end, original_start, original_end = edits[at]
    return original_start if position < end else original_end + position - end


def _after(edits: Edits, position: int) -> int:
    at = bisect_left(edits, position, key=START) - 1
    if at < 0:
        return position
    _, end, _, original_end = edits[at]
    return original_end + max(0, position - end)


def compose(first: Edits, second: Edits) -> Edits:
    """Return the edits of doing ``first`` and then ``second`` to its result."""
    if not first or not second:
        return first or second
    changed = sorted([(edit[0], edit[1]) for edit in first] + [(edit[2], edit[3]) for edit in second])
    merged, empty = [list(changed[0])], -1
    for start, end in changed:
        # Stretches that only touch stay apart, unless something was added or lost exactly between them.
        if start < merged[-1][1] or (
            start == merged[-1][1] and (start in (end, empty) or merged[-1][0] == start)
        ):
            merged[-1][1] = max(merged[-1][1], end)
        elif start > merged[-1][0]:
            merged.append([start, end])
        empty = start if start == end else empty
    forward = [[edit[2], edit[3], edit[0], edit[1]] for edit in second]
    # The edges of a merged stretch lie inside no edit of either kind, so both directions are exact there.
    return [
        [_left(forward, start), _right(forward, end), _left(first, start), _right(first, end)]
        for start, end in merged
    ]


def _left(edits: Edits, position: int) -> int:
    """Map the left edge of a stretch: all edits before it count, none that begins at it."""
    at = bisect_left(edits, position, key=START) - 1
    return position if at < 0 else edits[at][3] + position - edits[at][1]


def _right(edits: Edits, position: int) -> int:
    """Map the right edge of a stretch: all edits that end at it or before it count."""
    at = bisect_right(edits, position, key=END) - 1
    return position if at < 0 else edits[at][3] + position - edits[at][1]

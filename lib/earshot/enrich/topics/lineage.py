"""The topic ledger: what became of each topic when the model was fitted anew, told by the posts that moved.

A topic keeps its number when it shares enough of its posts with one from before, and is born when none does.
One from before that nobody took over has ended: merged, when most of its posts went to one topic. A born one
is a split, when most of its posts were in one topic before. ``other`` is the number of that one topic.
``overlap`` is the posts shared among all posts of both for ``kept``, and for ``merged`` and ``split`` the
share of its posts that moved together.
"""

import numpy as np
import pandas as pd

KEPT = 0.3  # a topic keeps its number when it shares this much (Jaccard) of its posts with the old one
MOST = 0.5  # a topic is merged or split when more than this share of its posts moved together
COLUMNS = ["topic", "event", "overlap", "posts", "other"]


def compare(
    before: np.ndarray, new: np.ndarray, count: int, free: int
) -> tuple[tuple[int, ...], pd.DataFrame]:
    """Return (the lasting number of each of ``count`` new topics, the ledger's rows).

    ``before`` and ``new`` hold the old number and the new place of each post, -1 for none; ``free`` is the
    first number that was never used.
    """
    olds = np.unique(before[before >= 0])
    pairs = _pairs(before, new, olds, count)
    born = iter(range(free, free + count))
    lasting = tuple(pairs[place][0] if place in pairs else next(born) for place in range(count))
    after = np.array([*lasting, -1])[new]
    rows = [
        (topic, "kept", pairs[place][1], int((new == place).sum()), None)
        if place in pairs
        else _moved(topic, after, before, ("split", "born"))
        for place, topic in enumerate(lasting)
    ]
    rows += [_moved(int(one), before, after, ("merged", "ended")) for one in olds if one not in lasting]
    table = pd.DataFrame(rows, columns=COLUMNS)
    ended = table["event"].isin(("merged", "ended"))
    return lasting, table.assign(posts=table["posts"].mask(ended, 0), other=table["other"].astype("Int64"))


def _pairs(before: np.ndarray, new: np.ndarray, olds: np.ndarray, count: int) -> dict[int, tuple[int, float]]:
    """Return the old topic that each new one continues, with their overlap:
    the pairs that share most in all.
    """
    from scipy.optimize import linear_sum_assignment

    shared = np.array([[_overlap(before == one, new == place) for place in range(count)] for one in olds])
    # Pairs that share too little count nothing, so that none of them can cost another topic its number.
    shared = np.where(shared < KEPT, 0.0, shared).reshape(len(olds), count)
    return {
        int(place): (int(olds[one]), float(shared[one, place]))
        for one, place in zip(*linear_sum_assignment(-shared), strict=True)
        if shared[one, place] >= KEPT
    }


def _moved(topic: int, here: np.ndarray, there: np.ndarray, events: tuple[str, str]) -> tuple:
    """Return a topic's row: the first event when most
    of its posts ``here`` are in one topic ``there``, or the other.

    The two cannot contradict each other: where most of both topics' posts are shared, they are a pair and one
    is kept.
    """
    found = there[here == topic]
    numbers, counts = np.unique(found[found >= 0], return_counts=True)
    if len(counts) and counts.max() > MOST * len(found):
        return topic, events[0], float(counts.max() / len(found)), len(found), int(numbers[counts.argmax()])
    return topic, events[1], 0.0, len(found), None


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    both = (one & other).sum()
    return float(both / max((one | other).sum(), 1))

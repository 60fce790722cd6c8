"""The gap ledger as a reader meets it: exact minutes, what it cost, stretches to shade, sentences."""

import pandas as pd
import pytest

from earshot.analyse.collect.gaps import marks, measure
from earshot.collect.feeds.gaps import Ledger, read
from earshot.collect.sources.pacing import Timepiece

START = pd.Timestamp("2026-03-03T10:00:00Z")


class Stepped(Timepiece):
    """A clock that is set by hand."""

    def __init__(self):
        self.time = START

    def now(self) -> pd.Timestamp:
        return self.time


def ledger(space, clock, source="mentions", platform="x") -> Ledger:
    return Ledger(space.store, source, "acme", clock, platform)


def interrupt(book, clock, kind: str, minutes: float) -> dict:
    """Open a gap, let minutes pass, close it."""
    book.open(kind, "why")
    clock.time += pd.Timedelta(minutes=minutes)
    book.close()
    return book.closed[-1]


def test_a_gap_has_exact_minutes_and_its_cost(workspace):
    space, clock = workspace("acme"), Stepped()
    book = ledger(space, clock)
    book.count(interrupt(book, clock, "throttled", 38), 120)
    found = measure(space.store, space.params)
    assert found.table[["source", "kind", "minutes", "missed", "running"]].values.tolist() == [
        ["mentions", "throttled", 38.0, 120, False]
    ]
    assert [claim.sentence for claim in found.claims] == [
        "Collection was interrupted once, for 38 minutes in all, in 1 source.",
        "X (mentions) was throttled for 38 minutes on 3 Mar 2026; some 120 posts may be missing.",
    ]
    assert found.claims[1].value == 38


def test_one_trouble_that_goes_on_is_one_gap_and_another_kind_is_another(workspace):
    space, clock = workspace("acme"), Stepped()
    book = ledger(space, clock)
    book.open("down", "why")
    clock.time += pd.Timedelta(minutes=5)
    book.open("down", "why")
    clock.time += pd.Timedelta(minutes=5)
    book.open("throttled", "why")
    clock.time += pd.Timedelta(minutes=2)
    again = ledger(space, clock)
    assert len(again.running) == 1
    again.close()
    assert read(space.store)[["kind", "minutes"]].values.tolist() == [["down", 10.0], ["throttled", 2.0]]


def test_two_troubles_in_one_instant_are_two_rows(workspace):
    space, clock = workspace("acme"), Stepped()
    book = ledger(space, clock)
    for kind in ("down", "throttled", "down"):
        interrupt(book, clock, kind, 0)
    assert len(read(space.store)) == 3


def test_minutes_that_gaps_of_a_source_share_count_once(workspace):
    space, clock = workspace("acme"), Stepped()
    book = ledger(space, clock)
    book.note("truncated", "why", START, START + pd.Timedelta(minutes=60))
    book.note("truncated", "why", START + pd.Timedelta(minutes=30), START + pd.Timedelta(minutes=90))
    found = measure(space.store, space.params)
    assert found.by_source["minutes"].tolist() == [90.0]
    assert found.by_source["missed"].isna().all()
    assert found.claims[1].sentence.endswith(
        "gaps that make 1 hour 30 minutes; how many posts that cost is not known."
    )


def test_a_gap_that_runs_counts_up_to_the_last_time_it_was_tried(workspace):
    space, clock = workspace("acme"), Stepped()
    ledger(space, clock).open("down", "why")
    assert measure(space.store, space.params).table["minutes"].tolist() == [0.0]
    space.store.merge(
        "cursors",
        pd.DataFrame([{"source": "mentions", "query": "acme", "at": START + pd.Timedelta(hours=2)}]),
    )
    found = measure(space.store, space.params)
    assert found.table["minutes"].tolist() == [120.0]
    assert found.claims[0].sentence.endswith("; 1 of them had not ended when last tried.")


def test_stretches_to_shade_are_in_the_workspaces_own_zone(workspace):
    space, clock = workspace("acme", timezone="America/New_York"), Stepped()
    interrupt(ledger(space, clock), clock, "down", 30)
    assert marks(space.store, space.params).values.tolist() == [
        [pd.Timestamp("2026-03-03 05:00"), pd.Timestamp("2026-03-03 05:30"), "X down"]
    ]


@pytest.mark.parametrize(("start", "rows"), [("2026-03-03", 1), ("2026-03-04", 0)])
def test_only_gaps_of_the_days_that_are_reported_count(workspace, start, rows):
    space, clock = workspace("acme", start=start), Stepped()
    interrupt(ledger(space, clock), clock, "down", 30)
    assert len(measure(space.store, space.params).table) == rows


def test_an_empty_ledger_says_what_that_means(workspace):
    space = workspace("acme")
    found = measure(space.store, space.params)
    assert found.claims[0].sentence.startswith("No feed is collected here: the posts came as files")
    assert found.table.empty
    assert found.marks.empty
    space.store.merge("cursors", pd.DataFrame([{"source": "mentions", "query": "acme", "at": START}]))
    assert measure(space.store, space.params).claims[0].sentence == (
        "No interruption was written down while 1 feed was collected."
    )

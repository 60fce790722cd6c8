"""Minutes in which nobody received or listened stand in the gap ledger:
after an end, a kill, or in trouble.
"""

import pandas as pd
import pytest

from earshot.collect.feeds.heartbeat import ENDED, KILLED, Heartbeat
from earshot.collect.sources.pacing import Timepiece

START = pd.Timestamp("2026-03-02T08:00Z").as_unit("us")


class Clock(Timepiece):
    """A clock that a test moves on."""

    def __init__(self):
        self.at = START

    def now(self):
        return self.at

    def on(self, minutes):
        """Let some minutes pass."""
        self.at += pd.Timedelta(minutes=minutes)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hear(workspace, clock):
    """A builder: somebody who hears the same source, as after a restart."""
    store = workspace("acme").store
    return lambda: Heartbeat(store, "reviews", "all", clock)


def gaps(presence):
    """Return kind, reason, minutes and missed of each gap; no minutes while it runs."""
    rows = presence.store.read("gaps")
    return [
        (
            row["kind"],
            row["reason"],
            None if pd.isna(row["end"]) else (row["end"] - row["start"]).seconds / 60,
            None if pd.isna(row["missed"]) else row["missed"],
        )
        for row in rows.to_dict("records")
    ]


def test_the_first_run_of_all_leaves_no_gap(hear, clock):
    first = hear()
    first.begin()
    clock.on(600)
    assert first.due()
    first.beat()
    assert not first.due()
    assert gaps(first) == []


def test_the_time_after_an_orderly_end_is_a_gap_until_the_next_run(hear, clock):
    first = hear()
    first.begin()
    clock.on(5)
    first.end()
    assert gaps(first) == [("stopped", ENDED, None, None)]
    clock.on(30)
    hear().begin(missed=4)
    assert gaps(first) == [("stopped", ENDED, 30.0, 4)]


def test_the_time_after_a_kill_counts_from_the_last_sign_of_life(hear, clock):
    first = hear()
    first.begin()
    clock.on(5)
    first.beat()
    clock.on(90)  # killed, and started again by hand
    hear().begin()
    assert gaps(first) == [("stopped", KILLED, 90.0, None)]
    clock.on(0.5)  # killed, and started again at once
    hear().begin()
    assert len(gaps(first)) == 1


def test_trouble_is_a_gap_until_something_is_heard(hear, clock):
    one, other = hear(), hear()
    one.begin()
    one.trouble("down", "No broker answers.")
    one.trouble("down", "No broker answers.")
    clock.on(7)
    other.well()  # another listener of the group
    assert gaps(one) == [("down", "No broker answers.", 7.0, None)]


def test_trouble_that_cannot_be_written_down_stops_nobody(hear, monkeypatch):
    one = hear()
    with monkeypatch.context() as full:
        full.setattr(type(one.store), "merge", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        one.trouble("down", "No broker answers.")
    assert gaps(one) == []

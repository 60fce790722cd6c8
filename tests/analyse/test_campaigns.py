"""Windows of campaigns: whole ones are said to be fair, one with missing days or a gap is not."""

import pandas as pd

from earshot.analyse import campaigns

SPRING = {"campaigns": [{"id": "spring", "name": "Spring sale", "start": "2026-03-11", "end": "2026-03-20"}]}


def posts(first, last):
    days = pd.date_range(first, last)
    at = (days + pd.Timedelta(hours=12)).tz_localize("UTC").repeat(5)
    return pd.DataFrame({"created_at": at, "day": days.repeat(5), "brand": "Acme", "campaign": None})


def test_windows_that_were_collected_are_fair_to_compare(workspace):
    found = campaigns.measure(posts("2026-02-20", "2026-04-05"), workspace(campaigns=SPRING))
    assert found.table["whole"].all()
    assert found.table["days"].tolist() == [10, 10, 10]
    assert found.table["posts"].tolist() == [50, 50, 50]
    assert found.claims[0].sentence.endswith("comparing the two is fair.")


def test_a_window_with_missing_days_or_a_gap_is_not(workspace):
    space = workspace(campaigns=SPRING)
    late = campaigns.measure(posts("2026-03-09", "2026-04-05"), space)
    assert late.table["collected"].tolist() == [0.2, 1.0, 1.0]
    assert [claim.id for claim in late.claims] == ["collect.campaigns.spring.before"]
    space.store.merge("gaps", pd.DataFrame({
        "source": ["x"], "query": [""], "start": [pd.Timestamp("2026-03-22", tz="UTC")],
        "end": [pd.Timestamp("2026-03-26", tz="UTC")], "kind": ["down"], "reason": ["test"], "missed": [None]}))
    gap = campaigns.measure(posts("2026-02-20", "2026-04-05"), space)
    assert gap.table["collected"].tolist() == [1.0, 1.0, 0.6]
    assert "says nothing about the campaign" in gap.claims[0].sentence


def test_without_campaigns_there_is_nothing_to_say(workspace):
    assert campaigns.measure(posts("2026-02-20", "2026-03-05"), workspace()).claims == []

"""Windows of campaigns: whole ones are said to be fair, one with missing days or a gap is not."""

import pandas as pd

from earshot.analyse.collect import campaigns

SPRING = {"campaigns": [{"id": "spring", "name": "Spring sale", "start": "2026-03-11", "end": "2026-03-20"}]}


def posts(first, last):
    days = pd.date_range(first, last)
    at = (days + pd.Timedelta(hours=12)).tz_localize("UTC").repeat(5)
    ids = [f"x:{row}" for row in range(len(at))]
    return pd.DataFrame(
        {"post_id": ids, "created_at": at, "day": days.repeat(5), "brand": "Acme", "campaign": None}
    )


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
    space.store.merge(
        "gaps",
        pd.DataFrame(
            {
                "source": ["x"],
                "query": [""],
                "start": [pd.Timestamp("2026-03-22", tz="UTC")],
                "end": [pd.Timestamp("2026-03-26", tz="UTC")],
                "kind": ["down"],
                "reason": ["test"],
                "missed": [None],
            }
        ),
    )
    gap = campaigns.measure(posts("2026-02-20", "2026-04-05"), space)
    assert gap.table["collected"].tolist() == [1.0, 1.0, 0.6]
    assert "says nothing about the campaign" in gap.claims[0].sentence


def test_without_campaigns_there_is_nothing_to_say(workspace):
    assert campaigns.measure(posts("2026-02-20", "2026-03-05"), workspace()).claims == []


def test_source_and_medium_of_links_are_counted_by_campaign(workspace):
    space = workspace(campaigns=SPRING)
    space.store.append(
        "utm",
        pd.DataFrame(
            {
                "post_id": ["x:0", "x:1", "x:2", "x:3", "x:gone"],
                "week": "2026-W10",
                "content_hash": "h",
                "step_version": "1",
                "utm_source": ["x", "x", "newsletter", None, "x"],
                "utm_medium": ["social", "social", "email", "cpc", "social"],
                "utm_campaign": ["spring26", "spring26", "spring26", "rivals", "spring26"],
            }
        ),
    )
    frame = posts("2026-03-09", "2026-03-25")
    frame["campaign"] = ["spring"] * 3 + [None] * (len(frame) - 3)
    found = campaigns.measure(frame, space).links
    assert found.to_numpy().tolist() == [
        ["Spring sale", "x", "social", 2],
        ["Spring sale", "newsletter", "email", 1],
        ["rivals", "", "cpc", 1],
    ]

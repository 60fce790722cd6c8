"""What is overdue by the terms of a source is counted, said, and gone once it is done."""

import pandas as pd
import pytest

from earshot.analyse.posts import loading
from earshot.analyse.sources import terms as source_terms
from earshot.collect.retention import expiry
from earshot.collect.retention import rules as retention

NOW = pd.Timestamp("2026-04-01T12:00Z")
TERMS = {
    "old": {"keep_days": 30},
    "card": {"keep_days": 30},
    "swift": {"deletion_within_hours": 24},
    "file": {"deletion_within_hours": 24},
}
FEEDS = {
    "named": {"platform": "mastodon", "query": "#a", "terms": "card"},
    "swift": {"platform": "reddit", "query": "a", "credentials": {"bearer": "env:A"}},
    "news": {"platform": "rss", "query": "https://news.example/f.xml"},
}


@pytest.fixture
def space(workspace, monkeypatch):
    """Forty days of posts, one a day, of five sources."""
    monkeypatch.setenv("EARSHOT_NOW", NOW.isoformat())
    acme = workspace(brands=["Acme"], terms=TERMS, feeds=FEEDS)
    at = pd.date_range(end=NOW, periods=40, freq="D")
    rows = [
        pd.DataFrame({"post_id": [f"x:{source}{n}" for n in range(40)], "created_at": at, "source": source})
        for source in ("old", "named", "swift", "file", "news")
    ]
    frame = pd.concat(rows, ignore_index=True).assign(
        platform="x",
        brand="Acme",
        author="p_000000000001",
        text="Acme was late",
        collected_at=NOW,
        kind="post",
        week="2026-W10",
        content_hash="h",
    )
    acme.store.append("posts", frame)
    return acme


def measured(space) -> tuple[pd.DataFrame, dict[str, str]]:
    """The card table by source, and the sentences by claim."""
    sources = pd.Series(["old", "named", "swift", "file", "news"])
    card = source_terms.table(space, space.store, sources, loading.load(space.store, space.params))
    return card.set_index("source"), {claim.id: claim.sentence for claim in source_terms.state(card, "acme")}


def test_posts_kept_longer_than_the_terms_allow_are_counted_until_retention_is_carried_out(space):
    card, said = measured(space)
    assert card["kept too long"].to_dict() == {"old": 9, "named": 9, "swift": 0, "file": 0, "news": 0}
    assert said["collect.overdue"] == (
        "18 posts of named and old are kept longer than the rules allow: earshot retain "
        "acme --apply removes them."
    )
    assert {str(rule) for rule in retention.read_rules(space)} >= {
        "posts, source named: delete after 30 days"
    }
    expiry.carry_out(space)
    card, said = measured(space)
    assert card["kept too long"].sum() == 0
    assert "collect.overdue" not in said


def test_deletions_late_waiting_and_not_asked_for_are_said(space):
    space.store.append(
        "deletions",
        pd.DataFrame(
            {
                "platform": "x",
                "id": ["t_1", "t_2", "x:swift3", "x:swift4"],
                "kind": "deleted",
                "source": "swift",
                "deleted_at": [NOW - pd.Timedelta(hours=hours) for hours in (60, 60, 30, 3)],
                "followed_at": [NOW - pd.Timedelta(hours=50), NOW - pd.Timedelta(hours=10), pd.NaT, pd.NaT],
            }
        ),
    )
    card, said = measured(space)
    assert card.loc["swift", ["deletions", "followed late", "not followed"]].tolist() == [4, 1, 1]
    assert said["collect.deletions"] == "1 deletion was followed later than agreed."
    assert said["collect.deletions_waiting"] == (
        "1 deletion of swift is known for longer than the terms allow and not "
        "yet followed: run earshot collect acme --deletions."
    )
    assert said["collect.deletions_unasked"] == (
        "The terms of file and swift want deletions followed within hours, and for longer than that nothing "
        "was heard of them: earshot collect acme --deletions asks swift; earshot comply acme lists what to "
        "ask for file."
    )
    assert card["deletions are"].tolist() == [
        "on a list that the platform answers (earshot comply)",
        "asked by id (earshot collect --deletions)",
        "asked by id (earshot collect --deletions)",
        "on a list that the platform answers (earshot comply)",
        "cannot be followed: nobody tells what is gone",
    ]


@pytest.mark.parametrize(("hours", "over"), [(20, ["file"]), (30, ["file", "swift"])])
def test_a_source_that_was_asked_in_time_is_not_named(space, hours, over):
    at = NOW - pd.Timedelta(hours=hours)
    space.store.append("rechecks", pd.DataFrame({"source": ["swift"], "began": at, "whole": at, "at": at}))
    card, said = measured(space)
    assert sorted(source_terms.unasked(card.reset_index())["source"]) == over
    assert said["collect.deletions_unasked"].startswith(f"The terms of {' and '.join(over)} want")


def test_the_answer_to_a_list_of_ids_counts_as_asked(space, tmp_path):
    from earshot.collect.deletions.compliance import follow_answer

    answer = tmp_path / "answer.txt"
    answer.write_text("file3\n")
    follow_answer(space, "file", answer)
    card, said = measured(space)
    assert card.loc["file", "looked"] == NOW
    assert said["collect.deletions_unasked"].startswith("The terms of swift want")

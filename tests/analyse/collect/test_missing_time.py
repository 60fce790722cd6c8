"""Ledger, known losses and silences are shaded alike, each stretch once, in the words of its platform."""

import pandas as pd
import pytest

from earshot.analyse.collect.missing_time import marks
from earshot.collect.feeds.gaps import Ledger
from earshot.core.params import ParamError

LOST = {"id": "hole", "kind": "gap", "platform": "x", "start": "2026-03-06T09:00", "end": "2026-03-06T19:00"}


def hourly(*without):
    """Four posts an hour on X and in a forum for eight days, but for these stretches on X."""
    hours = pd.date_range("2026-03-01", periods=8 * 24, freq="h", tz="UTC").repeat(4)
    silent = pd.Series(False, index=hours)
    for start, end in without:
        silent |= (hours >= pd.Timestamp(start, tz="UTC")) & (hours < pd.Timestamp(end, tz="UTC"))
    times = {"x": hours[~silent], "forum": hours}
    return pd.concat(
        [
            pd.DataFrame({"created_at": at, "source": f"{name}_feed", "platform": name})
            for name, at in times.items()
        ],
        ignore_index=True,
    )


def shaded(posts, space, *events):
    return [
        (row["label"], f"{row['start']:%d %H}", f"{row['end']:%d %H}")
        for row in marks(posts, space.store, space.params, list(events)).to_dict("records")
    ]


def test_a_silence_and_a_known_loss_are_shaded_though_no_ledger_tells_of_them(workspace):
    space = workspace("acme")
    posts = hourly(("2026-03-04T10:00", "2026-03-04T16:00"))
    assert shaded(posts, space) == [("X silent", "04 10", "04 16")]
    assert shaded(posts, space, LOST) == [("X lost", "06 09", "06 19"), ("X silent", "04 10", "04 16")]
    assert shaded(hourly(), space) == []


def test_what_the_ledger_or_campaigns_tell_is_not_shaded_twice(workspace):
    space = workspace("acme")
    posts = hourly(("2026-03-04T10:00", "2026-03-04T16:00"), ("2026-03-06T09:00", "2026-03-06T19:00"))
    book = Ledger(space.store, "x_feed", "acme", platform="x")
    book.note("down", "why", pd.Timestamp("2026-03-04T10:00Z"), pd.Timestamp("2026-03-04T15:50Z"))
    assert shaded(posts, space, LOST) == [("X down", "04 10", "04 15"), ("X lost", "06 09", "06 19")]


def test_a_loss_of_another_platform_hides_no_silence_and_news_are_no_losses(workspace):
    posts = hourly(("2026-03-06T09:00", "2026-03-06T19:00"))
    launch = LOST | {"id": "launch", "kind": "launch"}
    assert shaded(posts, workspace("acme"), LOST | {"platform": "forum"}, launch) == [
        ("Forum lost", "06 09", "06 19"),
        ("X silent", "06 09", "06 19"),
    ]


def test_a_loss_without_a_time_is_one_sentence(workspace):
    space = workspace("acme")
    with pytest.raises(ParamError, match="campaigns.yml, event hole: start 'soon' is no time"):
        marks(hourly(), space.store, space.params, [LOST | {"start": "soon"}])

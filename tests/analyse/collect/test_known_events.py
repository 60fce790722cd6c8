import pandas as pd
import pytest

from earshot.analyse.collect import known_events
from earshot.core.params import ParamError

START = pd.Timestamp("2026-03-01T00:00Z")


def stream(extra: dict[str, int], per_hour: int = 3, days: int = 12, silent: str = "") -> pd.DataFrame:
    """Posts of Acme at an even pace, with ``extra`` posts on some days and none on the ``silent`` day."""
    hours = pd.date_range(START, periods=24 * days, freq="h").repeat(per_hour)
    more = [
        pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=number % 24)
        for day, number_of in extra.items()
        for number in range(number_of)
    ]
    times = pd.Series([*hours, *more])
    times = times[times.dt.strftime("%Y-%m-%d") != silent]
    return pd.DataFrame({"created_at": times.to_numpy(), "brand": "Acme", "platform": "x"}).assign(
        created_at=lambda frame: pd.to_datetime(frame["created_at"], utc=True)
    )


def space(workspace, *events):
    return workspace(campaigns={"events": list(events)})


def test_a_launch_that_shows_is_found_and_one_that_does_not_is_missed(workspace):
    loud = {"id": "loud", "kind": "launch", "brand": "Acme", "start": "2026-03-08T00:00"}
    quiet = {"id": "quiet", "kind": "launch", "brand": "Acme", "start": "2026-03-10T00:00"}
    found = known_events.measure(stream({"2026-03-08": 60}), space(workspace, loud, quiet))
    assert found.probes["verdict"].tolist() == ["found", "missed"]
    assert found.probes["came"].tolist() == [132, 72]
    assert found.probes["ratio"].iloc[0] == pytest.approx(132 / 72)
    assert found.probes["low"].iloc[0] < 132 / 72 < found.probes["high"].iloc[0]
    assert found.claims[0].value == 0.5
    assert "quiet does not show: 72 posts about Acme" in found.claims[1].sentence


def test_days_that_were_not_collected_are_not_blamed(workspace):
    later = {"id": "later", "kind": "launch", "brand": "Acme", "start": "2026-05-01T00:00"}
    first = {"id": "first", "kind": "crisis", "brand": "Acme", "start": "2026-03-01T00:00"}
    found = known_events.measure(stream({}), space(workspace, later, first))
    assert found.probes["verdict"].tolist() == ["not collected", "not collected"]


def test_a_brand_that_begins_late_is_not_held_against_days_before(workspace):
    posts = stream({}, days=12)
    posts = posts[posts["created_at"] >= "2026-03-07"]
    stray = posts.head(2).assign(created_at=pd.Timestamp("2026-03-02T08:00Z"))
    rival = stream({}, days=12).assign(brand="Bolt")
    event = {"id": "storm", "kind": "crisis", "brand": "Acme", "start": "2026-03-09T00:00"}
    found = known_events.measure(pd.concat([stray, posts, rival]), space(workspace, event))
    assert found.probes[["came", "expected", "verdict"]].values.tolist() == [[72, 72.0, "missed"]]
    assert (
        found.claims[0].sentence
        == "The one known event whose days were collected does not show in the volume."
    )


def test_a_known_loss_is_found_where_posts_are_lacking(workspace):
    loss = {
        "id": "loss",
        "kind": "gap",
        "platform": "x",
        "start": "2026-03-09T00:00",
        "end": "2026-03-10T00:00",
    }
    opened = space(workspace, loss)
    opened.store.append(
        "gaps",
        pd.DataFrame(
            [
                {
                    "source": "x",
                    "query": "q",
                    "start": pd.Timestamp("2026-03-09T00:00Z"),
                    "end": pd.Timestamp("2026-03-09T06:00Z"),
                    "kind": "down",
                    "reason": "503",
                    "missed": None,
                }
            ]
        ),
    )
    assert known_events.measure(stream({}), opened).probes["verdict"].tolist() == ["missed"]
    found = known_events.measure(stream({}, silent="2026-03-09"), opened).probes
    assert found["verdict"].tolist() == ["found"]
    assert found["gap_minutes"].tolist() == [360.0]


def test_no_events_and_wrong_events_are_said_in_one_sentence(workspace):
    assert "cannot be judged" in known_events.measure(stream({}), space(workspace)).claims[0].sentence
    with pytest.raises(ParamError, match="needs id, kind and start"):
        known_events.measure(stream({}), space(workspace, {"id": "a"}))
    with pytest.raises(ParamError, match="is no time"):
        known_events.measure(stream({}), space(workspace, {"id": "a", "kind": "launch", "start": "soon"}))

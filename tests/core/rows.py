"""What tests of core share with the processes they start: posts to write, and work to spread."""

import os

import pandas as pd

from earshot.core import clock


def posts(numbers, day: str = "2015-02-16", turn: int | None = None, **columns) -> pd.DataFrame:
    """Return one post per number, over three weeks from ``day``
    when ``turn`` (kept as likes) is given, else on it.
    """
    numbers = list(numbers)
    days = pd.to_timedelta([number % 21 if turn is not None else 0 for number in numbers], unit="D")
    frame = pd.DataFrame(
        {
            "post_id": [f"x:{number}" for number in numbers],
            "platform": "x",
            "brand": "Acme",
            "author": [f"p_{number % 3}" for number in numbers],
            "text": [f"text {number}" for number in numbers],
            "kind": "post",
            "source": "csv",
            "created_at": pd.Timestamp(day, tz="UTC") + days,
            "collected_at": clock.now(),
            "likes": turn,
            "content_hash": [f"h{number}" for number in numbers],
        }
    ).assign(**columns)
    return frame.assign(week=clock.week(frame["created_at"]) if len(frame) else "")


def double(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its number doubled and the process that did it."""
    return frame.assign(number=frame["number"] * 2, process=os.getpid())


def fail(part: int) -> int:
    """Fail on the third part."""
    if part == 2:
        raise ValueError("part 2 cannot be done")
    return part

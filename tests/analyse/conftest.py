"""Posts as analyse.posts.load gives them, small enough to count by hand."""

import pandas as pd
import pytest

EMPTY = ("likes", "reposts", "replies", "views")


@pytest.fixture
def posts():
    """A builder: rows of (brand, day, sentiment) or dicts;
    every post has an author of its own unless one is given.
    """

    def build(rows) -> pd.DataFrame:
        rows = [
            row if isinstance(row, dict) else dict(zip(("brand", "day", "sentiment"), row, strict=True))
            for row in rows
        ]
        base = {
            "platform": "x",
            "lang": "en",
            "is_repeat": False,
            "words": 12,
            "kind": "post",
            "sentiment_model": "earshot-1",
            "topic": 0,
            "topic_name": "delays",
            "text": "a post of more than six words in all",
        }
        frame = pd.DataFrame(
            [
                base | {"post_id": f"x:{place:04}", "author": f"p_{place:012x}"} | row
                for place, row in enumerate(rows)
            ]
        )
        frame["day"] = pd.to_datetime(frame["day"]).astype("datetime64[us]")
        frame["created_at"] = (
            frame["day"] + pd.to_timedelta(frame.index * 11 % 24, unit="h")
        ).dt.tz_localize("UTC")
        for name in ("negative", "neutral", "positive"):
            frame[f"p_{name}"] = frame["sentiment"].eq(name) * 0.998 + 0.001 * frame["sentiment"].ne(name)
        for name in EMPTY:
            frame[name] = (
                frame[name].astype("Int64") if name in frame else pd.array([None] * len(frame), dtype="Int64")
            )
        return frame

    return build

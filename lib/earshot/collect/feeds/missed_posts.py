"""What a gap cost: the posts that the platform counts in it, less those that were collected afterwards."""

import pandas as pd

from earshot.collect.feeds.gaps import Ledger
from earshot.collect.sources.client import Client, Failed
from earshot.collect.sources.protocol import Platform, Query
from earshot.core.store import Store

SHORTEST = pd.Timedelta(minutes=1)  # platforms count by the minute
FRESH = pd.Timedelta(seconds=15)  # and not what was written a moment ago


def count_missed(client: Client, platform: Platform, query: Query, ledger: Ledger, store: Store) -> None:
    """Write into each gap that this run closed how many posts it cost, where the platform can count.

    A platform can when it has ``count`` (the request) and ``counted`` (the number in the answer). What it
    refuses to count stays unknown: unknown is not zero.
    """
    if not hasattr(platform, "count"):
        return
    for gap in list(ledger.closed):
        start, end = gap["start"], min(gap["end"], ledger.timepiece.now() - FRESH)
        if end - start < SHORTEST or not pd.isna(gap["missed"]) or gap["query"] != query.text:
            continue
        try:
            counted = platform.counted(client.ask(platform.count(query, start, end), quietly=True).body)
        except Failed:
            continue
        if counted is not None:
            ledger.count(gap, max(0, counted - _collected(store, ledger.source, start, end)))


def _collected(store: Store, source: str, start: pd.Timestamp, end: pd.Timestamp) -> int:
    first, last = (when.tz_convert("UTC").strftime("%Y-%m-%d %H:%M:%S.%f+00") for when in (start, end))
    return int(
        store.sql(
            f"SELECT count(*) AS n FROM posts WHERE source = '{source.replace(chr(39), chr(39) * 2)}' "
            f"AND created_at >= TIMESTAMPTZ '{first}' AND created_at < TIMESTAMPTZ '{last}'"
        )["n"].iloc[0]
    )

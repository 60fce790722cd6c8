"""Stretches in which posts are missing:
what the ledger wrote down, losses that are known, silences that stand out.

Every chart over time shades these, in the same words, so that no dip is read as news that is a hole in the
data.
"""

import pandas as pd

from earshot.analyse.collect import gaps as gap_ledger
from earshot.analyse.collect import known_events
from earshot.core import wording
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.statistics import expected_counts

COLUMNS = ["start", "end", "label"]
SAME = 0.5  # a stretch of which this share is already shaded for its platform is not shaded again


def marks(posts: pd.DataFrame, store: Store, params: Brief, events: list | None = None) -> pd.DataFrame:
    """Return start, end (in the workspace's zone) and label of every stretch in which posts are missing.

    Labels say who and how: ``X throttled`` (or down, truncated, refused, stopped) from the gap ledger, ``X
    lost`` from ``events`` of campaigns.yml of the kind gap, ``X silent`` where a source that should have
    written has not. Of stretches that tell the same the first of these counts. Raises ParamError when an
    event cannot be read.
    """
    parts = [gap_ledger.marks(store, params), _known(events or []), _silent(posts, params)]
    shaded = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    kept: list[dict] = []
    for row in shaded.to_dict("records"):
        if not any(_same(row, other) for other in kept):
            kept.append(row)
    return pd.DataFrame(kept, columns=COLUMNS).astype(shaded.dtypes.to_dict())


def _known(events: list) -> pd.DataFrame:
    rows = [known_events.read_event(entry) for entry in events]
    gaps = [row for row in rows if row["kind"] == "gap"]
    about = [row.get("platform") or row.get("brand") or "" for row in gaps]
    return pd.DataFrame(
        {
            "start": [row["start"] for row in gaps],
            "end": [row["end"] for row in gaps],
            "label": [f"{wording.spoken(name) if name else 'all'} lost" for name in about],
        }
    )


def _silent(posts: pd.DataFrame, params: Brief) -> pd.DataFrame:
    if posts.empty:
        return pd.DataFrame(columns=COLUMNS)
    found = expected_counts.gaps(posts["created_at"], posts["source"], params.timezone)
    platform = posts.drop_duplicates("source").set_index("source")["platform"]
    label = found["source"].map(platform).astype("str").map(wording.spoken) + " silent"
    return found[["start", "end"]].assign(label=label.astype("str"))


def _same(row: dict, other: dict) -> bool:
    """Say whether most of a stretch lies within another of the same platform."""
    if row["label"].rsplit(" ", 1)[0] != other["label"].rsplit(" ", 1)[0]:
        return False
    shared = min(row["end"], other["end"]) - max(row["start"], other["start"])
    return shared >= SAME * (row["end"] - row["start"]) and shared > pd.Timedelta(0)

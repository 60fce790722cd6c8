"""The gate of freshness: a report on stale data does not go out,
even when only one of its sources has fallen silent.

Otherwise a notebook runs on yesterday's data and nobody notices that the collection has stopped. In
brief.yml::

    fresh_hours: 48                              # the newest post of each source may be so old; 0: any age
    fresh_sources: {forum: 168, survey_2025: 0}  # other hours for single sources; 0: this one is not waited
    for

Waited for are the sources that sources.yml and feeds.yml name, or those in the store where no file names any.
The clock of a report is the end of its period: a report on August that is made in October asks whether August
is whole.
"""

import pandas as pd

from earshot.analyse.posts import residency
from earshot.core import clock
from earshot.core.params import Brief, check_names
from earshot.core.workspace import Workspace

COLUMNS = ["source", "newest", "hours", "allowed", "fresh"]


def measure(workspace: Workspace) -> pd.DataFrame:
    """Return one row per source that is waited for:
    its newest post, how old it is and may be in hours, and fresh.

    Posts later than the report's clock count for nothing: a source whose clock is wrong is not fresh by that.
    A source all of whose posts lie in regions that this run may not read is not waited for.
    """
    params, until = workspace.params, moment(workspace.params)
    newest, hidden = _newest(workspace, until)
    allowed = {
        name: params.fresh_sources.get(name, params.fresh_hours)
        for name in _awaited(workspace, [*newest, *hidden])
        if name not in hidden
    }
    rows = [(name, newest.get(name), hours) for name, hours in sorted(allowed.items()) if hours]
    found = pd.DataFrame(rows, columns=["source", "newest", "allowed"])
    found["newest"] = pd.to_datetime(found["newest"], utc=True)
    found["hours"] = (until - found["newest"]).dt.total_seconds() / 3600
    return found.assign(fresh=found["hours"] <= found["allowed"])[COLUMNS]


def stale(workspace: Workspace) -> str:
    """Say in one sentence which sources are older than the brief allows, the worst first, or return ""."""
    params = workspace.params
    if not params.fresh_hours and not any(params.fresh_sources.values()):
        return ""
    found = measure(workspace)
    if found.empty and workspace.store.version("posts") is None:
        hours = params.fresh_hours or max(params.fresh_sources.values())
        return f"There is no post yet, and fresh_hours allows none older than {_hours(hours)}"
    late = found[~found["fresh"]].sort_values("hours", ascending=False, na_position="first", kind="stable")
    if late.empty:
        return ""
    first, *others = late.to_dict("records")
    also = f"; nor are {_listed([one['source'] for one in others])} fresh" if others else ""
    return (
        f"{_told(first)} and {_hours(first['allowed'])} are allowed{also}; see whether the sources still "
        "deliver, or set fresh_hours or fresh_sources in brief.yml"
    )


def moment(params: Brief) -> pd.Timestamp:
    """Return the clock of a report: now, or the end of its period where that is past."""
    _, after = clock.window(params.start, params.end, params.timezone)
    return clock.now() if after is None else min(clock.now(), after)


def _newest(workspace: Workspace, until: pd.Timestamp) -> tuple[dict[str, pd.Timestamp], set[str]]:
    """Return the newest post of each source that this run can read,
    and the sources of which it can read nothing.
    """
    every = set(workspace.store.sql("SELECT DISTINCT source FROM posts")["source"])
    seen = residency.bounded(workspace.store, workspace.params).sql(
        f"SELECT source, max(created_at) FILTER (created_at <= TIMESTAMPTZ '{until.isoformat()}') AS newest "
        "FROM posts GROUP BY source ORDER BY source"
    )
    newest = dict(zip(seen["source"], pd.to_datetime(seen["newest"], utc=True)))
    return newest, every - set(newest)


def _awaited(workspace: Workspace, stored: list[str]) -> list[str]:
    """Return the sources a report waits for; raises ParamError when fresh_sources names one that is none."""
    named = [*workspace.settings("sources"), *workspace.settings("feeds")]
    stream = workspace.settings("streams")
    known = list(dict.fromkeys([*named, *stored, *([stream.get("topic", "posts")] if stream else [])]))
    check_names(
        workspace.params.fresh_sources, known, f"params/{workspace.name}/brief.yml: fresh_sources", "source"
    )
    return list(dict.fromkeys([*(named or stored), *workspace.params.fresh_sources]))


def _told(row: dict) -> str:
    if pd.isna(row["newest"]):
        return f"{row['source']} has no post yet"
    return (
        f"The newest post of {row['source']} is {_hours(row['hours'])} old "
        f"({row['newest']:%Y-%m-%d %H:%M} UTC)"
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def _hours(hours: float) -> str:
    count = int(hours)
    return f"{count:,} hour{'' if count == 1 else 's'}"

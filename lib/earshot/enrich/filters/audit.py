"""An audit of filters: people look at a random sample of what each hid, and say how much of it was good."""

from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core.clock import now
from earshot.core.params import ParamError, nearest
from earshot.core.spreadsheet import as_written, csv_safe
from earshot.core.workspace import Workspace
from earshot.statistics import sampling
from earshot.statistics.proportion import wilson

SIZE = 50  # posts drawn per filter
COLUMNS = ["filter", "post_id", "reason", "text", "verdict"]
VERDICTS = ("good", "bad")


def draw(workspace: Workspace, size: int = SIZE) -> pd.DataFrame:
    """Return a random sample of ``size`` posts
    of each filter (a stratum) that nobody has judged yet, in COLUMNS.

    The order is random but fixed by the seed of the brief, so that a second audit goes on where the first
    ended.
    """
    posts = workspace.readable().store.sql("""
        SELECT s.filter, s.post_id, s.reason, p.text FROM set_aside s JOIN posts p USING (post_id)
        LEFT JOIN audits a ON a.filter = s.filter AND a.post_id = s.post_id
        WHERE s.restored_at IS NULL AND a.post_id IS NULL ORDER BY s.filter, s.post_id""")
    placed = posts.assign(_place=sampling.order(posts["post_id"], workspace.params.seed))
    drawn = placed.sort_values(["filter", "_place"]).groupby("filter").head(size)
    return drawn.assign(verdict="")[COLUMNS].reset_index(drop=True)


def write(workspace: Workspace, path: Path, size: int = SIZE) -> int:
    """Write a sample as CSV for people to fill in ``verdict`` (good or bad),
    and return how many posts it holds.
    """
    sample = draw(workspace, size)
    csv_safe(sample).to_csv(path, index=False, lineterminator="\n")
    return len(sample)


def take(workspace: Workspace, path: Path, by: str = "") -> int:
    """Read the filled sample back into the table ``audits`` and return how many verdicts it holds.

    Rows without a verdict are left for later. Raises ParamError when a column is missing, a verdict is
    neither good nor bad, or a post was never hidden by that filter.
    """
    rows = pd.read_csv(path, dtype="str", keep_default_na=False)
    for name in ("filter", "post_id", "verdict"):
        if name not in rows:
            raise ParamError(
                f"{path.name} has no column {name!r}; it has {', '.join(rows.columns)}."
                f"{nearest(name, rows.columns)}"
            )
    rows = rows.map(as_written).assign(verdict=rows["verdict"].str.strip().str.lower())
    rows = rows[rows["verdict"] != ""]
    wrong = rows[~rows["verdict"].isin(VERDICTS)]
    if len(wrong):
        raise ParamError(
            f"{path.name}: the verdict {wrong['verdict'].iloc[0]!r} on {wrong['post_id'].iloc[0]} is "
            "neither good (the filter should not have hidden it) nor bad."
        )
    known = workspace.readable().store.read("set_aside", ["filter", "post_id"])
    strange = rows.merge(known, "left", ["filter", "post_id"], indicator=True).query("_merge == 'left_only'")
    if len(strange):
        raise ParamError(
            f"{path.name}: the filter {strange['filter'].iloc[0]!r} does not hide the post "
            f"{strange['post_id'].iloc[0]}; draw a new sample."
        )
    rows = rows.drop_duplicates(["filter", "post_id"], keep="last")[["filter", "post_id", "verdict"]]
    if len(rows):
        workspace.store.merge("audits", rows.assign(by=by, at=now()))
    return len(rows)


def estimate(workspace: Workspace) -> pd.DataFrame:
    """Return per filter hidden, restored, n (judged), good,
    share, low, high, and good posts killed with low and high.

    Wilson's interval (1927) of the share with the correction for a finite number, times the posts that the
    filter hid; what was judged is certain. Without a verdict nothing is known: 0 to all.
    """
    table = workspace.readable().store.sql("""
        SELECT s.filter, any_value(s.reason) AS reason, count(*) AS hidden, count(s.restored_at) AS restored,
               count(a.verdict) AS n, count(*) FILTER (a.verdict = 'good') AS good
        FROM set_aside s LEFT JOIN audits a ON a.filter = s.filter AND a.post_id = s.post_id
        GROUP BY 1 ORDER BY hidden DESC, 1""")
    shares = [_share(*row) for row in table[["good", "n", "hidden"]].itertuples(index=False, name=None)]
    ends = pd.DataFrame(shares, columns=["share", "low", "high"], index=table.index, dtype="float64")
    killed = {
        "killed": (ends["share"] * table["hidden"]).round(),
        "killed_low": np.maximum(np.floor(ends["low"] * table["hidden"]), table["good"]),
        "killed_high": np.minimum(
            np.ceil(ends["high"] * table["hidden"]), table["hidden"] - (table["n"] - table["good"])
        ),
    }
    return pd.concat([table, ends], axis=1).assign(**killed)


def _share(good: int, n: int, size: int) -> tuple[float, float, float]:
    """Return share, low and high of ``good`` among ``n`` drawn without replacement from ``size``."""
    if n == 0:
        return float("nan"), 0.0, 1.0
    share = good / n
    if n >= size:
        return share, share, share
    # A sample that is a large part of the whole says more than its number (finite population correction).
    effective = n * (size - 1) / (size - n)
    return share, *wilson(share * effective, effective)

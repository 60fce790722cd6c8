"""Which regions' rows a run read, which of them crossed a border, and by whose approval."""

from dataclasses import dataclass

import pandas as pd

from earshot.core import clock, wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.regions import Bounds, read_regions
from earshot.core.store import Store
from earshot.core.workspace import Workspace, home


@dataclass(frozen=True)
class Residency:
    """What 01_collect says of regions: posts by region, crossed rows with their approval, and the claims."""

    regions: pd.DataFrame
    crossed: pd.DataFrame
    claims: list[Claim]


def bounds_of(params: Brief) -> Bounds | None:
    """Return what a run with these parameters may read today, or None for everything; raises ParamError."""
    folder = home() / "params" / params.workspace
    return read_regions(folder).bounds(params.region, clock.now().date())


def bounded(store: Store, params: Brief) -> Store:
    """Return the store as a run with these parameters may see it;
    the same store when it is held in already.
    """
    return store if store.bounds is not None else store.within(bounds_of(params))


def record(workspace: Workspace) -> int:
    """Write down every post that a run with these parameters reads
    by approval only; return how many are new.
    """
    bounds = bounds_of(workspace.params)
    if bounds is None or not bounds.crossed or workspace.store.version("posts") is None:
        return 0
    approvals = {one.origin: one for one in bounds.crossed}
    rows = workspace.store.within(bounds).sql("SELECT post_id, region FROM posts")
    rows = rows.assign(from_region=rows["region"].fillna("").replace("", bounds.home))
    rows = rows[rows["from_region"].isin(approvals)]
    given = [approvals[name] for name in rows["from_region"]]
    noted = rows[["post_id", "from_region"]].assign(
        to_region=[one.to for one in given],
        why=[one.why for one in given],
        approved_by=[one.approved_by for one in given],
        at=clock.now(),
    )
    return workspace.store.merge("crossings", noted).inserted if len(noted) else 0


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Residency:
    """Return the regions of ``posts`` (as analyse.posts gives them) and which of them crossed into this run.

    The rows of other regions are counted, not read.
    """
    bounds = bounds_of(params)
    region = posts["region"].fillna("").replace("", bounds.home if bounds else "").replace("", "not said")
    table = region.value_counts().rename_axis("region").rename("posts").reset_index()
    approvals = {one.origin: one for one in bounds.crossed} if bounds else {}
    crossed = table[table["region"].isin(approvals)]
    crossed = crossed.assign(
        to=[approvals[name].to for name in crossed["region"]],
        why=[approvals[name].why for name in crossed["region"]],
        approved_by=[approvals[name].approved_by for name in crossed["region"]],
        until=[f"{approvals[name].until:%Y-%m-%d}" for name in crossed["region"]],
    ).reset_index(drop=True)
    table = table.assign(read=["by approval" if name in approvals else "its own" for name in table["region"]])
    hidden = _hidden(store, bounds)
    table = pd.concat([table, hidden.assign(read="not read")], ignore_index=True)
    return Residency(table, crossed, _claims(posts, crossed, hidden, bounds))


def _hidden(store: Store, bounds: Bounds | None) -> pd.DataFrame:
    """Return the number of stored posts of each region that the run cannot see."""
    if bounds is None:
        return pd.DataFrame({"region": pd.Series(dtype="str"), "posts": pd.Series(dtype="int64")})
    counts = Store(store.root, store.pinned).sql(
        f"SELECT coalesce(nullif(region, ''), 'not said') AS region, count(*) AS posts FROM posts "
        f"WHERE NOT ({bounds.condition}) GROUP BY 1 ORDER BY 2 DESC"
    )
    return counts


def _claims(
    posts: pd.DataFrame, crossed: pd.DataFrame, hidden: pd.DataFrame, bounds: Bounds | None
) -> list[Claim]:
    if bounds is None:
        return []
    number, away = int(crossed["posts"].sum()), int(hidden["posts"].sum())
    own = ", ".join(sorted(bounds.regions - {one.origin for one in bounds.crossed}))
    said = f"This run reads the rows of {own}"
    said += (
        "; no row crossed a border"
        if not number
        else "".join(
            f"; {_posts(row.posts)} of {row.region} crossed to {row.to} ({row.why}; approved by "
            f"{row.approved_by} until {row.until})"
            for row in crossed.itertuples(index=False)
        )
    )
    said += f"; {_posts(away)} of other regions {'was' if away == 1 else 'were'} not read." if away else "."
    return [
        Claim(
            "collect.residency",
            said,
            number,
            "posts",
            n=len(posts),
            method="region of each row against regions.yml",
            inputs=("posts", "crossings"),
            kind="quality",
            weight=0.5 if number or away else 0.1,
        )
    ]


def _posts(number: int) -> str:
    return f"{wording.count(number)} {'post' if number == 1 else 'posts'}"

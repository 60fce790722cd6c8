"""Whether the data arrived and is whole: volume against expectation, gaps, late starts, completeness,
refusals,
lag.
"""

from dataclasses import dataclass, field, replace

import pandas as pd

from earshot.analyse.posts.loading import may_be_quoted
from earshot.collect.landing.visibility import PRIVATE
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.statistics import expected_counts, surges

FIELDS = ("author", "brand", "place", "reply_to", "url", "likes", "reposts", "replies", "views", "followers")
EXAMPLES = 70


@dataclass(frozen=True)
class Arrival:
    """What 01_collect found: tables of days, gaps, late starts, sources, fields, refusals, and the claims."""

    days: pd.DataFrame
    gaps: pd.DataFrame
    late: pd.DataFrame
    sources: pd.DataFrame
    fields: pd.DataFrame
    refused: pd.DataFrame
    imports: pd.DataFrame
    scope: str
    trust: dict
    unfinished: float
    claims: list[Claim] = field(default_factory=list)

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts and their days."""
        return f"{said}; {self.scope}"

    @property
    def expected(self) -> pd.DataFrame:
        """Posts of all brands by day as two lines: what came, and what was to be expected with its range."""
        total = self.days[self.days["brand"] == "All brands"]
        came = total[["day", "count"]].rename(columns={"count": "posts"})
        usual = total[["day", "expected", "low", "high"]].rename(columns={"expected": "posts"}).dropna()
        parts = [
            came.assign(low=came["posts"], high=came["posts"], what="came"),
            usual.assign(what="expected"),
        ]
        return pd.concat(parts, ignore_index=True)

    @property
    def by_brand(self) -> pd.DataFrame:
        """Posts by brand and day."""
        return self.days.loc[self.days["brand"] != "All brands", ["brand", "day", "count"]]

    @property
    def filled(self) -> pd.DataFrame:
        """The share of all posts for which each field is known, fullest first."""
        weights = self.fields["source"].map(self.sources.set_index("source")["posts"])
        sums = (self.fields["filled"] * weights).groupby(self.fields["field"]).sum() / self.sources[
            "posts"
        ].sum()
        return sums.rename("filled").sort_values(ascending=False).reset_index()

    @property
    def odd(self) -> pd.DataFrame:
        """Days of a brand on which far fewer or far more posts came than expected."""
        columns = ["brand", "day", "count", "expected", "low", "high", "verdict"]
        return self.days.loc[self.days["verdict"].ne("") & self.days["brand"].ne("All brands"), columns]

    @property
    def marks(self) -> pd.DataFrame:
        """Late starts as stretches of time to shade in a figure, beside those of ``lost_time``."""
        return pd.DataFrame(
            {
                "start": self.days["day"].min(),
                "end": self.late["since"],
                "label": "no " + self.late["brand"].astype("str"),
            }
        )


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Arrival:
    """Return how whole ``posts`` (as analyse.posts gives them) are; raises ValueError when there is none."""
    if posts.empty:
        raise ValueError("There is no post in this window; widen start and end, or import posts first.")
    named = posts.assign(brand=posts["brand"].replace("", "no brand"))
    whole = surges.daily(posts.assign(brand="All brands"))
    counts = _from_the_start(surges.daily(named), whole)
    late = expected_counts.late(counts)
    since = pd.to_datetime(counts["brand"].map(late.set_index("brand")["since"]))
    active = counts[since.isna() | (counts["day"] >= since)]
    if (unfinished := expected_counts.unfinished(posts["created_at"], params.timezone)) > 0.1:
        active, whole = (table[table["day"] < posts["day"].max()] for table in (active, whole))
    arrival = Arrival(
        days=pd.concat([expected_counts.days(whole), expected_counts.days(active)], ignore_index=True),
        late=late,
        gaps=expected_counts.gaps(posts["created_at"], posts["source"], params.timezone),
        sources=_sources(posts),
        fields=_fields(posts),
        refused=_refused(store, params),
        imports=_imports(store),
        scope=f"{wording.count(len(posts))} posts, {wording.span(posts['day'].min(), posts['day'].max())}",
        trust={},
        unfinished=unfinished,
    )
    return replace(arrival, trust=_trust(posts, arrival))


def _from_the_start(counts: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Give every brand a row for each day since the first post of all, so that a late start shows."""
    index = pd.MultiIndex.from_product([counts["brand"].unique(), whole["day"]], names=["brand", "day"])
    return counts.set_index(["brand", "day"])["count"].reindex(index, fill_value=0).reset_index()


def _sources(posts: pd.DataFrame) -> pd.DataFrame:
    lag = (posts["collected_at"] - posts["created_at"]).dt.total_seconds() / 86_400
    table = (
        posts.assign(lag=lag)
        .groupby("source")
        .agg(
            posts=("post_id", "size"),
            authors=("author", "nunique"),
            first=("created_at", "min"),
            last=("created_at", "max"),
            days_to_collection=("lag", "median"),
        )
        .reset_index()
    )
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d %H:%M") for name in ("first", "last")})


def _fields(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the share of posts of each source in which each field is filled."""
    filled = pd.DataFrame({name: posts[name].notna() & posts[name].astype("str").ne("") for name in FIELDS})
    shares = filled.groupby(posts["source"]).mean().rename_axis(index="source", columns="field").stack()
    return shares.rename("filled").reset_index().sort_values(["source", "filled"], ascending=[True, False])


def _refused(store: Store, params: Brief) -> pd.DataFrame:
    """Return how many rows were refused for which reason,
    with an example that is masked and may be quoted.
    """
    rows = store.read("quarantine")
    hidden = ~may_be_quoted(rows["source"], params) | rows["reason"].eq(PRIVATE)
    rows["payload"] = rows["payload"].mask(hidden, "(not to be quoted)")
    rows = rows.assign(reason=rows["reason"].str.replace(r"(?s) \(.*\)$", "", regex=True).astype("str"))
    grouped = rows.groupby(["source", "reason"])["payload"].agg(rows="size", example="first").reset_index()
    return grouped.assign(example=grouped["example"].astype("str").str[:EXAMPLES]).sort_values(
        "rows", ascending=False
    )


def _imports(store: Store) -> pd.DataFrame:
    table = store.read("imports", columns=["file", "source", "rows", "added", "repeated", "refused", "at"])
    return (
        table.sort_values("at", ascending=False).assign(at=table["at"].dt.strftime("%Y-%m-%d %H:%M")).head(20)
    )


def _trust(posts: pd.DataFrame, arrival: Arrival) -> dict:
    empty = sorted(set(arrival.fields.loc[arrival.fields["filled"] == 0, "field"]))
    return {
        "first post": f"{posts['created_at'].min():%Y-%m-%d %H:%M} UTC",
        "last post": f"{posts['created_at'].max():%Y-%m-%d %H:%M} UTC",
        "posts": wording.count(len(posts)),
        "files": wording.count(len(arrival.imports)),
        "days looked at": wording.count(len(arrival.days)),
        "of a usual day, missing on the last": wording.percent(arrival.unfinished),
        "posts that name no brand": wording.count((posts["brand"] == "").sum()),
        "never filled": ", ".join(empty) or "none",
    }

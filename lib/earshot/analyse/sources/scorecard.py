"""Sources side by side: what each brings, leaves out,
how late it comes, and what one usable mention of it costs.

A usable mention repeats no other and is not judged irrelevant. Shares have Wilson's interval, clustered by
author; quantiles of the lag have the order-statistic interval (Conover 1999, Practical Nonparametric
Statistics, 3.2).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from earshot.analyse.sources import terms as source_terms
from earshot.collect.files import lost_fields as vanished
from earshot.collect.mapping import mapping
from earshot.collect.shapes import exports
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.core.workspace import Workspace, home
from earshot.statistics import estimate

FIELDS = ("author", "brand", "lang", "place", "url", "likes", "reposts", "replies", "views", "followers")
PRICES = ("price per usable mention", "price, low", "price, high")
SHOWN = {
    "source": "source", "posts": "posts", "authors": "authors", "missing": "fields missing",
    "repeats": "repeats",
    "irrelevant": "off topic", "usable": "usable", "usable_low": "usable, low", "usable_high": "usable, high",
    "lag": "median days to arrival", "lag_p90": "slowest tenth, days", "price": PRICES[0],
    "price_low": PRICES[1],
    "price_high": PRICES[2],
}  # fmt: skip
MONTH = 365.25 / 12  # days


@dataclass(frozen=True)
class SourceScorecard:
    """Sources compared: measures with intervals, fields missing,
    what vendors strip, terms, vanished fields, claims.

    ``sources`` has one row per source: posts, missing, lag and lag_p90 (hours), repeats, irrelevant, usable,
    price (per usable mention), each with _low and _high; a measure nobody took is missing.
    """

    sources: pd.DataFrame
    missing: pd.DataFrame
    strips: pd.DataFrame
    terms: pd.DataFrame
    vanished: pd.DataFrame
    claims: list[Claim] = field(default_factory=list)

    @property
    def shown(self) -> pd.DataFrame:
        """The measures under headings for readers, the lag in days;
        what was not measured for any source is left out.
        """
        table = self.sources.assign(lag=self.sources["lag"] / 24, lag_p90=self.sources["lag_p90"] / 24)
        return table.rename(columns=SHOWN)[list(SHOWN.values())].dropna(axis="columns", how="all")

    @property
    def allowed(self) -> pd.DataFrame:
        """What the terms of each source allow, and how many posts are kept longer than that."""
        return self.terms[list(source_terms.ALLOWED)]

    @property
    def followed(self) -> pd.DataFrame:
        """How one learns what is deleted at each source,
        how soon the terms want it followed, and what came of it.
        """
        looked = self.terms["looked"].dt.strftime("%Y-%m-%d %H:%M").fillna("")
        return self.terms.assign(looked=looked).rename(columns=source_terms.FOLLOWED)[
            ["source", *source_terms.FOLLOWED.values()]
        ]

    @property
    def formats(self) -> dict[str, str]:
        """The unit of each column of ``shown`` that is not a count."""
        shares = ("fields missing", "repeats", "off topic", "usable", "usable, low", "usable, high")
        rest = {
            "median days to arrival": ",.2f",
            "slowest tenth, days": ",.2f",
            **dict.fromkeys(PRICES, ",.3f"),
        }
        return {
            name: unit for name, unit in (dict.fromkeys(shares, "share") | rest).items() if name in self.shown
        }


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> SourceScorecard:
    """Compare the sources of ``posts`` (as analyse.posts gives them);
    raises ValueError when there is none.
    """
    if posts.empty:
        raise ValueError("There is no post in this window; widen start and end, or import posts first.")
    workspace = Workspace(params.workspace, params, home())
    rows = _judged(posts, store)
    table = rows.groupby("source").agg(posts=("post_id", "size"), authors=("author", "nunique")).reset_index()
    for name in ("missing", "repeats", "irrelevant", "usable"):
        share = estimate.means(rows, name, ["source"], share=name != "missing")
        share = share.rename(columns={"value": name, "low": f"{name}_low", "high": f"{name}_high"})
        table = table.merge(share[["source", name, f"{name}_low", f"{name}_high"]], "left", "source")
    table = table.merge(_lags(rows), "left", "source").merge(
        _prices(table, rows, workspace), "left", "source"
    )
    return SourceScorecard(
        sources=table.sort_values("posts", ascending=False, ignore_index=True),
        missing=_missing(rows),
        strips=_strips(workspace, store, table["source"]),
        terms=source_terms.table(workspace, store, table["source"], posts),
        vanished=vanished.table(store.read("imports")),
    )


def quantile(values: pd.Series, share: float) -> tuple[float, float, float]:
    """Return a quantile with the 95% interval between two of the sorted values;
    not a number where there are none.
    """
    ordered = np.sort(values.dropna().to_numpy(dtype="float64"))
    if not len(ordered):
        return (np.nan,) * 3
    low, high = stats.binom.ppf([0.025, 0.975], len(ordered), share).astype(int)
    return (
        float(np.quantile(ordered, share)),
        float(ordered[min(max(low - 1, 0), len(ordered) - 1)]),
        float(ordered[min(high, len(ordered) - 1)]),
    )


def _judged(posts: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Return the posts with what each lacks and whether it repeats,
    is irrelevant and can be used, as 0 or 1.
    """
    known = store.read("relevance", columns=["post_id", "verdict"]).drop_duplicates("post_id")
    verdict = posts["post_id"].map(known.set_index("post_id")["verdict"])
    irrelevant = verdict.eq("irrelevant").astype("float64").where(verdict.notna())
    repeats = posts["is_repeat"].astype("float64").where(posts["duplicate_role"].notna())
    empty = pd.DataFrame({name: posts[name].isna() | posts[name].astype("str").eq("") for name in FIELDS})
    usable = ((repeats.fillna(0) == 0) & (irrelevant.fillna(0) == 0) & posts["text"].ne("")).astype("float64")
    lag = (posts["collected_at"] - posts["created_at"]).dt.total_seconds() / 3600
    return posts.assign(
        missing=empty.mean(axis=1), repeats=repeats, irrelevant=irrelevant, usable=usable, lag=lag
    )


def _missing(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each source's posts that lack each field, with its interval."""
    parts = []
    for name in FIELDS:
        lacks = (rows[name].isna() | rows[name].astype("str").eq("")).astype("float64")
        part = estimate.means(rows.assign(_lacks=lacks), "_lacks", ["source"], share=True)
        parts.append(part.assign(field=name)[["source", "field", "value", "low", "high", "n"]])
    return pd.concat(parts, ignore_index=True).rename(columns={"value": "missing"})


def _lags(rows: pd.DataFrame) -> pd.DataFrame:
    found = []
    for source, lag in rows.groupby("source")["lag"]:
        middle, late = quantile(lag, 0.5), quantile(lag, 0.9)
        found.append((source, *middle, *late))
    return pd.DataFrame(
        found, columns=["source", "lag", "lag_low", "lag_high", "lag_p90", "lag_p90_low", "lag_p90_high"]
    )


def _prices(table: pd.DataFrame, rows: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    """Return the price of one usable mention; its interval is that of the usable share."""
    entries = workspace.settings("sources") | workspace.settings("feeds")
    days = max((rows["day"].max() - rows["day"].min()).days + 1, 1)
    found = []
    for row in table.itertuples(index=False):
        entry = entries.get(row.source)
        price = (entry.get("price") or {}) if isinstance(entry, dict) else {}
        one = (
            float(price.get("per_thousand", 0)) / 1000
            + float(price.get("month", 0)) * days / MONTH / row.posts
        )
        if one:
            shares = (row.usable, row.usable_high, row.usable_low)
            found.append((row.source, *(one / share if share else np.inf for share in shares)))
    return pd.DataFrame(found, columns=["source", "price", "price_low", "price_high"])


def _strips(workspace: Workspace, store: Store, sources: pd.Series) -> pd.DataFrame:
    """Return what the vendors of these sources leave out of their exports,
    and the posts that wait for their text.
    """
    refused = store.read("quarantine", columns=["source", "reason"])
    waiting = refused.loc[refused["reason"] == exports.STRIPPED, "source"].value_counts()
    entries = {source.name: source for source in mapping.read_sources(workspace)}
    named = sorted({*sources, *waiting.index} & {*entries})
    vendors = {name: exports.export(entries[name].vendor) for name in named}
    found = [
        (name, vendor.title, what, int(waiting.get(name, 0)))
        for name, vendor in vendors.items()
        if vendor
        for what in vendor.strips
    ]
    return pd.DataFrame(found, columns=["source", "vendor", "left out", "posts without text"])

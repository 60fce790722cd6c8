"""KPIs as agreed: each with interval, baseline and smallest visible change, or refused with the reason."""

import numpy as np
import pandas as pd
from scipy import stats

from earshot.analyse.kpis import contracts, formula, imputed_counts, scorecard
from earshot.analyse.kpis.contracts import Contract
from earshot.analyse.kpis.estimates import FOLDS, value_by
from earshot.analyse.kpis.imputed_counts import Counts
from earshot.analyse.kpis.scorecard import Scorecard, written
from earshot.analyse.posts import opinions
from earshot.analyse.sentiment import prevalence
from earshot.core import wording
from earshot.core.params import Brief
from earshot.statistics import estimate

FEELINGS = {*opinions.CLASSES, "complaints"}
HISTORY = ["kpi", "level", "brand", "segment", "last_day", "value", "low", "high", "n"]
FEWEST_PERIODS = 4
WHOLE_DAY = pd.Timedelta(hours=20)  # a last day with posts over fewer hours is not over yet
COLUMNS = [
    "kpi",
    "name",
    "unit",
    "level",
    "brand",
    "segment",
    "first_day",
    "last_day",
    "value",
    "low",
    "high",
    "n",
    "imputed",
    "left_out",
    "target",
    "meets",
    "baseline",
    "change",
    "change_low",
    "change_high",
    "detectable",
    "verdict",
    "owner",
    "decision",
]


def measure(posts: pd.DataFrame, agreed: list[Contract], params: Brief) -> Scorecard:
    """Return every agreed KPI for the latest whole period, by brand and below, beside its own history.

    Intervals are a delete-a-group jackknife over authors (Kott 2001, J. Official Statistics 17); the baseline
    is the mean of earlier periods, and a change counts only when it leaves their prediction interval after
    correction. Likes and other counts that a platform did not tell are never zero: see ``unknown_counts``.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> from earshot.analyse.kpis.contracts import Contract
    >>> anger = Contract(id="anger", name="Anger", formula="negative / posts", owner="Care", decision="staff")
    >>> measure(posts, [anger], workspace.params).table[["name", "brand", "n"]].values.tolist()
    [['Anger', '', 30]]
    """
    counted = _counted(posts)
    counts = imputed_counts.drawn(
        posts, [name for one in agreed for name in formula.names(one.formula)], params.seed
    )
    rows, past, refused = [], [], []
    for contract in agreed:
        reason = contract.refusal()
        if reason:
            refused.append({"kpi": contract.name, "brand": "", "segment": "", "n": np.nan, "reason": reason})
            continue
        found, periods, few = _levels(counted, contract, counts)
        rows += found
        past += periods
        refused += few
    table = _judged(pd.concat(rows, ignore_index=True)) if rows else pd.DataFrame(columns=COLUMNS)
    history = pd.concat(past, ignore_index=True) if past else pd.DataFrame(columns=HISTORY)
    return Scorecard(
        table,
        history,
        pd.DataFrame(refused, columns=["kpi", "brand", "segment", "n", "reason"]),
        [contract.name for contract in agreed if not contract.decision.strip()],
        _sums(table, agreed),
        scorecard.claims(table, params),
    )


def _counted(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts with one column per count of a formula, and the jackknife fold of each author."""
    alone = pd.Series(posts["post_id"], index=posts.index)
    author = posts["author"].fillna(alone)
    original = ~posts["is_repeat"]
    felt = [*opinions.CLASSES, *(f"doubt_{name}" for name in opinions.CLASSES)]
    added = prevalence.with_class_shares(posts)[felt].reindex(posts.index, fill_value=0.0)
    spoken = posts["kind"].isin(["post", "reply"])
    counts = {
        "posts": 1.0,
        "originals": original,
        "repeats": posts["is_repeat"],
        "complaints": added["negative"].where(spoken, 0.0),
        "doubt_complaints": added["doubt_negative"].where(spoken, 0.0),
    }
    counts |= dict(added)
    counts |= {name: posts[name].astype("float64") for name in ("replies", "reposts", "likes", "views")}
    fold = pd.util.hash_pandas_object(author, index=False).to_numpy() % FOLDS
    return posts.assign(
        **{
            f"_{name}": pd.Series(value, index=posts.index).astype("float64")
            for name, value in counts.items()
        },
        _fold=fold,
        _author=author,
        _row=np.arange(len(posts)),
    )


def _levels(counted: pd.DataFrame, contract: Contract, counts: Counts) -> tuple[list, list, list[dict]]:
    """Return the KPI at each level of its drill-down,
    its history by brand, and the cells with too few posts.
    """
    dated = _fit(_periods(counted, contracts.REFRESH[contract.refresh]), contract)
    found, periods, few = [], [], []
    for depth in range(len(contract.by) + 1):
        by = contract.by[:depth]
        frame = dated[dated["brand"] != ""] if "brand" in by else dated
        values = value_by(frame, contract, by, counts)
        small = values[(values["period"] == 0) & (values["n"] < contract.min_n)]
        few += [
            {
                "kpi": contract.name,
                "brand": row.get("brand", ""),
                "segment": _segment(row, by),
                "n": row["n"],
                "reason": _few(row, contract),
            }
            for row in small.to_dict("records")
        ]
        values = values[values["n"] >= contract.min_n]
        if len(values):
            found.append(_current(values, contract, by))
            segments = [_segment(row, by) for row in values.to_dict("records")]
            brands = values["brand"] if "brand" in by else ""
            periods.append(
                values.assign(kpi=contract.id, level=depth, brand=brands, segment=segments)[HISTORY]
            )
    return found, periods, few


def _fit(dated: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the posts that a KPI is about: where it counts feelings, those whose feeling is known."""
    felt = FEELINGS.intersection(formula.names(contract.formula))
    return dated[dated["sentiment"].notna()] if felt else dated


def _few(row: dict, contract: Contract) -> str:
    if row["left_out"] == 1:
        return "nobody tells the counts that it uses, for any post of the period"
    known = (
        f", {wording.percent(row['left_out'])} left out since nobody tells their counts"
        if row["left_out"]
        else ""
    )
    return f"{wording.count(row['n'])} posts in the period{known}, fewer than the {contract.min_n} agreed"


def _segment(row: dict, by: list[str]) -> str:
    return " / ".join(str(row[name]) for name in by if name != "brand")


def _periods(counted: pd.DataFrame, length: int) -> pd.DataFrame:
    """Return the posts of whole periods, counted back from the last whole day:
    0 is the latest, 1 the one before.
    """
    last = counted["day"].max()
    on_last = counted.loc[counted["day"] == last, "created_at"]
    if on_last.max() - on_last.min() < WHOLE_DAY and counted["day"].nunique() > length:
        last -= pd.Timedelta(days=1)
    behind = (last - counted["day"]).dt.days
    whole = int((last - counted["day"].min()).days + 1) // length
    ends = last - pd.to_timedelta(behind // length * length, unit="D")
    dated = counted.assign(period=behind // length, last_day=ends)
    return dated[(behind >= 0) & (dated["period"] < whole)]


def _current(values: pd.DataFrame, contract: Contract, by: list[str]) -> pd.DataFrame:
    """Return the latest period of each group beside what its earlier periods predict."""
    rows = []
    for _, group in values.groupby(by or (lambda _: 0), observed=True):
        now = group[group["period"] == 0]
        if now.empty:
            continue
        now = now.iloc[0]
        length = contracts.REFRESH[contract.refresh]
        aim = contract.aim(lambda goal: written(goal, contract.unit)) if contract.target else ""
        rows.append(
            {
                "kpi": contract.id,
                "name": contract.name,
                "unit": contract.unit,
                "level": len(by),
                "brand": now.get("brand", ""),
                "segment": _segment(now, by),
                "first_day": now["last_day"] - pd.Timedelta(days=length - 1),
                "last_day": now["last_day"],
                "value": now["value"],
                "low": now["low"],
                "high": now["high"],
                "n": now["n"],
                "target": aim,
                "imputed": now["imputed"],
                "left_out": now["left_out"],
                "meets": contract.meets(now["low"], now["high"]),
                "owner": contract.owner,
                "decision": contract.decision,
            }
            | _against(now, group[group["period"] > 0])
        )
    return pd.DataFrame(rows)


def _against(now: pd.Series, past: pd.DataFrame) -> dict:
    """Return baseline, change with interval, p,
    and the smallest change that four periods or more would reveal.
    """
    nothing = dict.fromkeys(("baseline", "change", "change_low", "change_high", "detectable", "p"), np.nan)
    earlier = past["value"].dropna().to_numpy()
    if len(earlier) < FEWEST_PERIODS or not np.isfinite(now["value"]):
        return nothing
    # Periods differ by more than sampling; the larger of both spreads is what a new period must beat.
    sampling = max(float(now["se"]), float(past["se"].mean()))
    spread = max(earlier.std(ddof=1), sampling) * np.sqrt(1 + 1 / len(earlier))
    change, degrees = now["value"] - earlier.mean(), len(earlier) - 1
    half = stats.t.ppf(0.5 + estimate.LEVEL / 2, degrees) * spread
    p = float(2 * stats.t.sf(abs(change) / spread, degrees)) if spread > 0 else 1.0
    return {
        "baseline": earlier.mean(),
        "change": change,
        "change_low": change - half,
        "change_high": change + half,
        "detectable": half + stats.norm.ppf(0.8) * spread,
        "p": p,
    }


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    judged = table["p"].notna()
    verdict = pd.Series("too little history", index=table.index)
    real = estimate.adjusted(table.loc[judged, "p"].astype("float64")) < 0.05
    verdict[judged] = real.map({True: "real", False: "noise"})
    return table.assign(verdict=verdict)[COLUMNS]


def _sums(table: pd.DataFrame, agreed: list[Contract]) -> pd.DataFrame:
    """Return, for KPIs that add up (sums of counts), the whole beside the sum of its published brands."""
    additive = [contract.id for contract in agreed if contract.unit == "posts"]
    whole = table[table["kpi"].isin(additive) & (table["level"] == 0)].set_index("name")["value"]
    parts = table[table["kpi"].isin(additive) & (table["level"] == 1)].groupby("name")["value"].sum()
    return (
        pd.DataFrame({"whole": whole, "sum_of_brands": parts})
        .dropna()
        .assign(elsewhere=lambda frame: frame["whole"] - frame["sum_of_brands"])
        .reset_index()
    )

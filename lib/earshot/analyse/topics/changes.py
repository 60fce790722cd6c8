"""What the last fit of the topic model changed, in words:
which topics were kept, born, split, merged or ended.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.posts import topic_names
from earshot.core import wording
from earshot.core.store import Store

TOLD = {
    "merged": "went into “{other}”, with {share} of its posts",
    "split": "came out of “{other}”, with {share} of its posts",
    "ended": "ended; no one topic took most of its posts",
    "born": "is new",
}
COUNTED = {
    "kept": "kept",
    "born": "new",
    "split": "split off another",
    "merged": "merged into another",
    "ended": "ended",
}
COLUMNS = ["topic", "what became of it", "posts now"]
SHOWN = 15


@dataclass(frozen=True)
class Changes:
    """The last fit in one line, what became of each topic that it did not simply keep,
    and all ``fits`` in counts.
    """

    said: str
    table: pd.DataFrame
    fits: pd.DataFrame

    @property
    def any(self) -> bool:
        """Say whether the fit had topics before it, and did more than keep them."""
        return len(self.table) > 0


def last(store: Store, names: dict[int, str] | None = None) -> Changes:
    """Return what the fit of the present topics changed; a first fit, whose topics are all new, has no table.

    ``names`` are those that a person gave, by topic number.
    """
    whole, current = store.read("topic_ledger"), store.read("topic_names", columns=["topic", "name", "model"])
    whole, current = (topic_names.call(frame, names or {}) for frame in (whole, current))
    ledger, fits = whole[whole["model"].isin(current["model"])], _fits(whole)
    if ledger.empty:
        return Changes("The topic model has not been fitted yet.", pd.DataFrame(columns=COLUMNS), fits)
    counts = ledger["event"].value_counts()
    first = set(counts.index) == {"born"}
    told = [
        f"{wording.count(counts[event])} {called}" for event, called in COUNTED.items() if event in counts
    ]
    said = (
        f"The model was last fitted on {wording.day(ledger['at'].max())}: "
        f"{f'{wording.count(len(ledger))} topics, all of them new' if first else wording.listed(told)}."
    )
    return Changes(said, pd.DataFrame(columns=COLUMNS) if first else _told(ledger, current), fits)


def _fits(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return for each fit its day, how many topics it left,
    and how many it kept, bore, split, merged and ended.
    """
    fits = ledger.groupby("model")["at"].max().sort_values(ascending=False, kind="stable")
    counts = pd.crosstab(ledger["model"], ledger["event"]).reindex(fits.index)
    counts = counts.reindex(columns=list(COUNTED), fill_value=0)
    table = pd.DataFrame(
        {
            "fitted": fits.map(wording.day).astype("str"),
            "topics": counts[["kept", "born", "split"]].sum(axis=1),
        }
    )
    return pd.concat([table, counts.rename(columns=COUNTED)], axis=1).reset_index(drop=True)


def _told(ledger: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """Return a row per topic that was not simply kept: merges first, then splits, ends and births."""
    names = (
        ledger.set_index("topic")["name"].dropna().to_dict() | current.set_index("topic")["name"].to_dict()
    )
    moved = ledger[ledger["event"].isin(TOLD)].sort_values(
        ["event", "overlap", "topic"],
        ascending=[True, False, True],
        kind="stable",
        key=lambda by: by.map(list(TOLD).index) if by.name == "event" else by,
    )
    rows = [
        (
            _called(names, row["topic"]),
            TOLD[row["event"]].format(
                other=_called(names, row["other"]), share=wording.percent(row["overlap"])
            ),
            row["posts"],
        )
        for row in moved.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=COLUMNS).head(SHOWN)


def _called(names: dict, topic: object) -> str:
    return "" if pd.isna(topic) else str(names.get(topic) or f"topic {topic}")

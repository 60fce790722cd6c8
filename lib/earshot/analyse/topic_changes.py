"""What the last fit of the topic model changed, in words: which topics were kept, born, split, merged or ended."""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse import words
from earshot.core.store import Store

TOLD = {"merged": "went into “{other}”, with {share} of its posts",
        "split": "came out of “{other}”, with {share} of its posts",
        "ended": "ended; no one topic took most of its posts", "born": "is new"}
COUNTED = {"kept": "kept", "born": "new", "split": "split off another", "merged": "merged into another",
           "ended": "ended"}
COLUMNS = ["topic", "what became of it", "posts now"]
SHOWN = 15


@dataclass(frozen=True)
class Changes:
    """The last fit: one line that counts what happened, and what became of each topic that was not simply kept."""

    said: str
    table: pd.DataFrame

    @property
    def any(self) -> bool:
        """Say whether the fit had topics before it, and did more than keep them."""
        return len(self.table) > 0


def last(store: Store) -> Changes:
    """Return what the fit of the present topics changed; a first fit, whose topics are all new, has no table."""
    ledger, current = store.read("topic_ledger"), store.read("topic_names", columns=["topic", "name", "model"])
    ledger = ledger[ledger["model"].isin(current["model"])]
    if ledger.empty:
        return Changes("The topic model has not been fitted yet.", pd.DataFrame(columns=COLUMNS))
    counts = ledger["event"].value_counts()
    first = set(counts.index) == {"born"}
    told = [f"{words.count(counts[event])} {called}" for event, called in COUNTED.items() if event in counts]
    said = (f"The model was last fitted on {words.day(ledger['at'].max())}: "
            f"{f'{words.count(len(ledger))} topics, all of them new' if first else words.listed(told)}.")
    return Changes(said, pd.DataFrame(columns=COLUMNS) if first else _told(ledger, current))


def _told(ledger: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """Return a row per topic that was not simply kept: merges first, then splits, ends and births."""
    names = ledger.set_index("topic")["name"].dropna().to_dict() | current.set_index("topic")["name"].to_dict()
    moved = ledger[ledger["event"].isin(TOLD)].sort_values(
        ["event", "overlap", "topic"], ascending=[True, False, True], kind="stable",
        key=lambda by: by.map(list(TOLD).index) if by.name == "event" else by)
    rows = [(_called(names, row["topic"]), TOLD[row["event"]].format(
        other=_called(names, row["other"]), share=words.percent(row["overlap"])), row["posts"])
        for row in moved.to_dict("records")]
    return pd.DataFrame(rows, columns=COLUMNS).head(SHOWN)


def _called(names: dict, topic: object) -> str:
    return "" if pd.isna(topic) else str(names.get(topic) or f"topic {topic}")

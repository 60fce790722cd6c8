"""How often the model is right here: its labels beside those of a person, stretch by stretch."""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.posts import human_labels, opinions, period
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.workspace import Workspace
from earshot.statistics import estimate

METHOD = (
    "share of a person's labels that the model has too, each post weighed by how many it stands for; "
    "clustered by author"
)
COLUMNS = ["posts", "first", "last", "value", "low", "high", "n"]
ALL, OPEN = "the whole window", "left to a person, the most pressing first"


@dataclass(frozen=True)
class Accuracy:
    """The share of labels that are right:
    ``table`` by stretch, the claim, and one line on what to do next.
    """

    table: pd.DataFrame
    claims: list[Claim]
    said: str

    @property
    def any(self) -> bool:
        """Say whether enough posts are labelled to tell anything."""
        return len(self.table) > 0

    @property
    def shown(self) -> pd.DataFrame:
        """The shares as a reader wants them."""
        table = self.table
        spans = zip(table["low"], table["high"], strict=True)
        return pd.DataFrame(
            {
                "posts": table["posts"],
                "labelled": table["n"].astype("int64"),
                "read rightly": table["value"].map(wording.percent),
                "95% interval": [wording.between(low, high) for low, high in spans],
            }
        )


def measure(posts: pd.DataFrame, workspace: Workspace) -> Accuracy:
    """Return how often the model is right on ``posts`` (as human_labels.score_model gives them); repeats are
    left out.
    """
    counted = opinions.counted(posts)
    parts = period.split(counted["day"])
    rows = [
        _row(counted[counted["day"].between(*span)], wording.span(*span), span) for span in parts.stretches()
    ]
    whole = _row(counted, ALL, (parts.first, parts.end))
    table = pd.DataFrame(
        [*rows, whole, _row(counted, OPEN, (parts.first, parts.end), "settled")], columns=COLUMNS
    )
    table = table[table["n"] >= workspace.params.min_posts].reset_index(drop=True)
    return Accuracy(table, _claims(table, rows[0]["posts"]), _said(table, whole["n"], rows[0], workspace))


def _row(posts: pd.DataFrame, called: str, span: tuple, value: str = "right") -> dict:
    found = estimate.means(posts, value, share=True, weight="weight")
    row = found.iloc[0].to_dict() if len(found) else {"value": None, "low": None, "high": None, "n": 0}
    return row | {"posts": called, "first": span[0], "last": span[1], "n": int(row["n"])}


def _said(table: pd.DataFrame, labelled: int, recent: dict, workspace: Workspace) -> str:
    """Say how many more labels are wanted and where they come from, or that there are enough."""
    if (table["posts"] == recent["posts"]).any():
        return f"{wording.count(recent['n'])} posts of {recent['posts']} are labelled."
    name, wanted = workspace.name, workspace.params.min_posts
    return (
        f"{wording.count(labelled)} posts of this window that count are labelled, "
        f"{wording.count(recent['n'])} of them in {recent['posts']}; a figure needs {wanted}. Draw some with "
        f"{human_labels.command(name, human_labels.SAMPLE)}, fill in label, and give it back with "
        f"{human_labels.returned(name)}."
    )


def _claims(table: pd.DataFrame, recent: str) -> list[Claim]:
    """State the accuracy of the recent stretch, else of the whole window, where enough posts are labelled."""
    told = table[table["posts"].isin((recent, ALL))].head(1)
    return [
        Claim.of(
            "health.accuracy",
            (
                f"Of {wording.count(row['n'])} posts that a person labelled in {row['posts']}, the model "
                f"reads {wording.percent(row['value'])} rightly ({wording.between(row['low'], row['high'])})."
            ),
            row,
            method=METHOD,
            inputs=("posts", "sentiment", human_labels.FILE),
            kind="quality",
            weight=0.35,
        )
        for row in told.to_dict("records")
    ]

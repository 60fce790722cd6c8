"""Classes under the models before: which labels posts would lose or gain by a rollback.

Your own classifiers are read in the version before; intents lean on the feeling of a post, so that they are
read again with what the other sentiment model says of it.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.model_comparison import sentiment
from earshot.analyse.model_comparison.sentiment import SecondReading
from earshot.analyse.posts import opinions
from earshot.core import wording
from earshot.core.literals import quoted
from earshot.core.workspace import Workspace
from earshot.enrich.classes import intent_settings, intents, training
from earshot.enrich.classes import step as classes
from earshot.enrich.classes.intents import READS, SHIPPED
from earshot.enrich.embeddings.model_files import WeightsError
from earshot.enrich.embeddings.step import MODEL
from earshot.enrich.registry import in_use

COLUMNS = [
    "classifier",
    "class",
    "posts",
    "now",
    "now_low",
    "now_high",
    "other",
    "other_low",
    "other_high",
    "gap",
    "gap_low",
    "gap_high",
]
CHANGED = ["classifier", "before", "posts", "changed"]
NO_ENGLISH = "No post that was compared is in English, so that there are no intents to compare."
NONE = "No classifier of classifiers.yml has a version before it."


@dataclass(frozen=True)
class SecondClasses:
    """Each class with its share under both versions (``table``), how many posts of each classifier would get
    other classes (``changed``: classifier, before, posts, changed), and what could not be compared
    (``remarks``).

    Intents have the name ``SHIPPED`` as their classifier, and the other sentiment model as what they were
    before.
    """

    table: pd.DataFrame
    changed: pd.DataFrame
    remarks: list[str]

    @property
    def shown(self) -> pd.DataFrame:
        """The shares as a reader wants them."""
        rows = self.table.to_dict("records")
        parts = {
            "now": ("now", wording.percent),
            "under the other": ("other", wording.percent),
            "difference": ("gap", wording.points),
        }
        return self.table[["classifier", "class", "posts"]].assign(
            **{
                title: [sentiment.told(row, side, how) for row in rows]
                for title, (side, how) in parts.items()
            }
        )


def nothing() -> SecondClasses:
    """Return no classes, of which nothing is to be said."""
    return SecondClasses(pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=CHANGED), [])


def compare(posts: pd.DataFrame, workspace: Workspace) -> SecondClasses:
    """Return what the version before of each classifier says of ``posts`` (as analyse.posts gives them).

    Repeats are left out, and nothing is stored.
    """
    counted, parts, changed, remarks = opinions.counted(posts), [], [], []
    for name, version in in_use.previous(workspace).items():
        now = _stored(workspace, name)
        if now.empty:
            remarks.append(f"{name} has not read these posts yet; earshot report {workspace.name} lets it.")
        elif not in_use.file_of(workspace, name, version).is_file():
            remarks.append(
                f"{name} {version}, the version before, is no longer in data/{workspace.name}/models."
            )
        else:
            try:
                would = _read(counted, workspace, name, version)
            except WeightsError as error:  # a rollback to it would be refused in the same words
                remarks.append(str(error))
                continue
            both = _labels(counted, now), _labels(counted, would)
            parts += _shares(counted, name, both, workspace.params.min_posts)
            changed.append(_moved(name, version, both))
    return SecondClasses(
        pd.DataFrame(parts, columns=COLUMNS),
        pd.DataFrame(changed, columns=CHANGED),
        remarks or ([] if changed else [NONE]),
    )


def with_intents(found: SecondClasses, reading: SecondReading, workspace: Workspace) -> SecondClasses:
    """Return the classes with the intents of the English posts added,
    as the report tells them, under both models.
    """
    told = [intent for intent in intent_settings.of(workspace) if not intent.held_back]
    heard = opinions.counted(reading.was)
    heard = heard[heard["lang"].eq(READS)]
    if heard.empty:
        return SecondClasses(found.table, found.changed, [*found.remarks, NO_ENGLISH])
    feelings = [posts.loc[heard.index, "sentiment"] for posts in (reading.was, reading.would)]
    now, would = (_labels(heard, intents.add(heard.assign(feeling=feeling), told)) for feeling in feelings)
    rows = _shares(heard, SHIPPED, (now, would), workspace.params.min_posts)
    table = pd.DataFrame([*found.table.to_dict("records"), *rows], columns=COLUMNS)
    moved = [*found.changed.to_dict("records"), _moved(SHIPPED, reading.other, (now, would))]
    return SecondClasses(table, pd.DataFrame(moved, columns=CHANGED), found.remarks)


def _moved(name: str, before: str, both: tuple[pd.Series, pd.Series]) -> dict:
    """Return how many posts one classifier says something else of."""
    return {
        "classifier": name,
        "before": before,
        "posts": len(both[0]),
        "changed": int(both[0].ne(both[1]).sum()),
    }


def _stored(workspace: Workspace, name: str) -> pd.DataFrame:
    if workspace.store.version("classes") is None:
        return pd.DataFrame(columns=["post_id", "label"])
    return workspace.store.sql(f"SELECT post_id, label FROM classes WHERE classifier = {quoted(name)}")


def _read(posts: pd.DataFrame, workspace: Workspace, name: str, version: str) -> pd.DataFrame:
    """Return post_id and label of what one version says of the posts, with the vectors that are stored."""
    vectors = workspace.store.sql(
        f"SELECT content_hash, vector FROM embeddings WHERE model = {quoted(MODEL)}"
    )
    wanted = posts[["post_id", "week", "content_hash", "text"]].merge(vectors, on="content_hash", how="left")
    return classes.add(wanted, name, training.load(workspace, name, version))[["post_id", "label"]]


def _labels(posts: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Return the labels of each post, sorted and parted by semicolons."""
    said = rows[rows["label"] != ""].sort_values("label").groupby("post_id")["label"].agg("; ".join)
    return posts["post_id"].map(said).fillna("").astype(object)


def _shares(posts: pd.DataFrame, name: str, both: tuple[pd.Series, pd.Series], least: int) -> list[dict]:
    """Return one row per class that enough posts have under one version or the other."""
    sets = [labels.str.split("; ") for labels in both]
    rows = []
    for label in sorted({label for each in sets for found in each for label in found} - {""}):
        inside = [each.map(lambda found, label=label: float(label in found)) for each in sets]
        frame = pd.DataFrame({"author": posts["author"], "in": inside[0], "in_other": inside[1]})
        if max(frame["in"].sum(), frame["in_other"].sum()) >= least:
            rows.append(
                {
                    "classifier": name,
                    "class": label,
                    "posts": len(posts),
                    **sentiment.paired(frame, "in", share=True),
                }
            )
    return rows

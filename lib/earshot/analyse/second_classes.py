"""Classes of your own under the version before: which labels posts would lose or gain by a rollback."""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse import opinions, second_reading, words
from earshot.core.literals import quoted
from earshot.core.workspace import Workspace
from earshot.enrich import champions, classes, training
from earshot.enrich.embeddings import MODEL

COLUMNS = ["classifier", "class", "posts", "now", "now_low", "now_high", "other", "other_low", "other_high", "gap",
           "gap_low", "gap_high"]
NONE = "No classifier of classifiers.yml has a version before it."


@dataclass(frozen=True)
class SecondClasses:
    """Each class with its share under both versions (``table``), how many posts of each classifier would get other
    classes (``changed``: classifier, before, posts, changed), and what could not be compared (``remarks``)."""

    table: pd.DataFrame
    changed: pd.DataFrame
    remarks: list[str]

    @property
    def shown(self) -> pd.DataFrame:
        """The shares as a reader wants them."""
        rows = self.table.to_dict("records")
        parts = {"now": ("now", words.percent), "under the version before": ("other", words.percent),
                 "difference": ("gap", words.points)}
        return self.table[["classifier", "class", "posts"]].assign(
            **{title: [second_reading.told(row, side, how) for row in rows] for title, (side, how) in parts.items()})


def compare(posts: pd.DataFrame, workspace: Workspace) -> SecondClasses:
    """Return what the version before of each classifier says of ``posts`` (as analyse.posts gives them).

    Repeats are left out, and nothing is stored.
    """
    counted, parts, changed, remarks = opinions.counted(posts), [], [], []
    for name, version in champions.previous(workspace).items():
        now = _stored(workspace, name)
        if now.empty:
            remarks.append(f"{name} has not read these posts yet; earshot report {workspace.name} lets it.")
        elif not champions.file_of(workspace, name, version).is_file():
            remarks.append(f"{name} {version}, the version before, is no longer in data/{workspace.name}/models.")
        else:
            would = _read(counted, workspace, name, version)
            both = _labels(counted, now), _labels(counted, would)
            parts += _shares(counted, name, both, workspace.params.min_posts)
            changed.append({"classifier": name, "before": version, "posts": len(counted),
                            "changed": int(both[0].ne(both[1]).sum())})
    return SecondClasses(pd.DataFrame(parts, columns=COLUMNS), pd.DataFrame(changed, columns=[
        "classifier", "before", "posts", "changed"]), remarks or ([] if changed else [NONE]))


def _stored(workspace: Workspace, name: str) -> pd.DataFrame:
    if workspace.store.version("classes") is None:
        return pd.DataFrame(columns=["post_id", "label"])
    return workspace.store.sql(f"SELECT post_id, label FROM classes WHERE classifier = {quoted(name)}")


def _read(posts: pd.DataFrame, workspace: Workspace, name: str, version: str) -> pd.DataFrame:
    """Return post_id and label of what one version says of the posts, with the vectors that are stored."""
    vectors = workspace.store.sql(f"SELECT content_hash, vector FROM embeddings WHERE model = {quoted(MODEL)}")
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
            rows.append({"classifier": name, "class": label, "posts": len(posts),
                         **second_reading.paired(frame, "in", share=True)})
    return rows

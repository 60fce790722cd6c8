"""Posts whose sentiment a person has labelled: params/<workspace>/labels.csv, with post_id or text, and label."""

import pandas as pd

from earshot.analyse import labelled
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace
from earshot.enrich.sentiment import CLASSES

FILE = "labels.csv"


def mark(posts: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    """Return the posts with ``right``: 1 where the model's label is the person's, 0 where not, missing where none is.

    Labels are matched by post_id, else by the whole text. A file whose labels are not about sentiment at all belongs to
    somebody's own classes and is left alone; raises ParamError where some are and others are not.
    """
    given = _given(workspace)
    truth = pd.Series(None, index=posts.index, dtype=object)
    for name in ("post_id", "text"):
        if name in given:
            known = given.dropna(subset=[name]).drop_duplicates(name, keep="last").set_index(name)["label"]
            truth = truth.where(truth.notna(), posts[name].map(_bare).map(known))
    right = posts["sentiment"].eq(truth).astype("float64").where(truth.notna() & posts["sentiment"].notna())
    return posts.assign(right=right)


def _given(workspace: Workspace) -> pd.DataFrame:
    """Return the labels of the workspace with post_id or text, as far as they are about sentiment."""
    path, where = workspace.folder / FILE, f"params/{workspace.name}/{FILE}"
    if not path.exists():
        return pd.DataFrame(columns=["label"])
    given = labelled.read(str(path), ("label",))
    keys = [name for name in ("post_id", "text") if name in given]
    if not keys:
        raise ParamError(f"{where} has the columns {', '.join(map(str, given.columns))}; it needs post_id or text "
                         "beside label, to say which post is meant.")
    given = given[[*keys, "label"]].map(_bare)
    given = given[given["label"].fillna("") != ""].assign(label=lambda rows: rows["label"].str.lower())
    wrong = given.loc[~given["label"].isin(CLASSES), "label"]
    if len(wrong) == len(given):
        return given.head(0)
    if len(wrong):
        raise ParamError(f"{where}: under label stands {wrong.iloc[0]!r}; use {', '.join(CLASSES)}."
                         f"{nearest(wrong.iloc[0], CLASSES)}")
    return given


def _bare(value: object) -> object:
    """Return text without blanks around it and with single ones in it."""
    return " ".join(str(value).split()) if pd.notna(value) else None

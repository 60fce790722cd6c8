"""Posts whose sentiment a person has labelled:
params/<workspace>/labels.csv, with post_id or text, and label.

A sheet of `earshot sheet` has two columns more: ``drawn`` says how a post got onto it, ``weight`` how many
posts one that was drawn at random stands for.
"""

import pandas as pd

from earshot.analyse.posts import label_files, opinions
from earshot.core.params import ParamError, nearest
from earshot.core.spreadsheet import as_written
from earshot.core.workspace import Workspace
from earshot.enrich.sentiment.phrases import SURE
from earshot.enrich.sentiment.step import CLASSES, COLUMNS

FILE = "labels.csv"
UNSURE, SAMPLE, UNMAPPED = "unsure", "sample", "unmapped"
KEYS, MORE = ("post_id", "text"), ("drawn", "weight")
COUNT = 100  # posts on a sheet


def score_model(posts: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    """Return the posts with ``right``: 1 where the model's label is the person's,
    0 where not, missing where none is.

    Labels are matched by post_id, else by the whole text. Once some were drawn at random only these count,
    each with its ``weight``, since others would bend the figure. ``settled`` is what ``right`` is, for posts
    handed out because the model was unsure. A file whose labels are not about sentiment at all belongs to
    somebody's own classes and is left alone; raises ParamError where some are and others are not.
    """
    given = _given(workspace)
    truth, drawn, weight = (_matched(posts, given, name) for name in ("label", *MORE))
    right = posts["sentiment"].eq(truth).astype("float64").where(truth.notna() & posts["sentiment"].notna())
    sampled = drawn.eq(SAMPLE)
    counts = sampled if sampled.any() else ~drawn.isin((UNSURE, UNMAPPED))
    return posts.assign(
        right=right.where(counts),
        settled=right.where(drawn.eq(UNSURE)),
        weight=weight.astype("float64").where(sampled, 1.0),
    )


def apply_labels(posts: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    """Return the posts as figures count them:
    where a person labelled one, in place of what the model read.
    """
    told = labels(posts, workspace).dropna()
    if told.empty:
        return posts
    chances = [told.eq(name).map({True: SURE, False: (1 - SURE) / (len(CLASSES) - 1)}) for name in CLASSES]
    settled = {
        "sentiment": told,
        "possible": told,
        "tier": opinions.PERSON,
        "untested": False,
        **dict(zip(COLUMNS, chances, strict=True)),
    }
    found = posts.copy()
    for name, values in settled.items():
        found.loc[told.index, name] = values
    return found


def labels(posts: pd.DataFrame, workspace: Workspace) -> pd.Series:
    """Return what a person called each post, missing where nobody did."""
    return _matched(posts, _given(workspace), "label")


def import_sheet(workspace: Workspace, sheet: str) -> int:
    """Add the labels of a filled-in sheet to labels.csv, without the texts, and return how many they are.

    Rows without a label are left for later; raises ParamError, and keeps nothing, at a label that is no
    sentiment.
    """
    rows = _filled(label_files.read(sheet, ("post_id", "label")), sheet)
    rows = rows.assign(post_id=rows["post_id"].map(as_written, na_action="ignore")).dropna(subset=["post_id"])
    if rows.empty:
        raise ParamError(f"{sheet}: under label stands nothing yet; write {', '.join(CLASSES)}.")
    _refuse(rows, sheet)
    _weighed(rows, sheet)
    path, where = workspace.folder / FILE, _where(workspace)
    before = _filled(label_files.read(str(path), ("label",)), where) if path.exists() else rows.head(0)
    if len(before) and _given(workspace).empty:
        raise ParamError(
            f"{where} holds labels of other classes, such as {before['label'].iloc[0]!r}; give that file "
            "another name, then take this sheet again."
        )
    label_files.keep(path, rows[["post_id", "label", *(name for name in MORE if name in rows)]])
    return len(rows)


def command(workspace: str, of: str) -> str:
    """Return the command that draws a sheet of posts to label."""
    return f"earshot sheet {workspace} --of {of} --count {COUNT} --out sheet.csv"


def returned(workspace: str) -> str:
    """Return the command that takes a filled-in sheet back."""
    return f"earshot sheet {workspace} --labels sheet.csv"


def _matched(posts: pd.DataFrame, given: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of the labels given, at each post; missing where it has none."""
    found = pd.Series(None, index=posts.index, dtype=object)
    for name in KEYS:
        if name in given and column in given:
            told = given.dropna(subset=[name]).drop_duplicates(name, keep="last").set_index(name)[column]
            found = found.where(found.notna(), posts[name].map(_bare).map(told))
    return found


def _given(workspace: Workspace) -> pd.DataFrame:
    """Return the labels of the workspace with post_id or text, as far as they are about sentiment."""
    path = workspace.folder / FILE
    if not path.exists():
        return pd.DataFrame(columns=["label"])
    given = _filled(label_files.read(str(path), ("label",)), _where(workspace))
    if not given["label"].isin(CLASSES).any():
        return given.head(0)
    _refuse(given, _where(workspace))
    return _weighed(given, _where(workspace))


def _where(workspace: Workspace) -> str:
    return f"params/{workspace.name}/{FILE}"


def _filled(given: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the rows that have a label, in small letters, with what says which post is meant."""
    keys = [name for name in KEYS if name in given]
    if not keys:
        raise ParamError(
            f"{where} has the columns {', '.join(map(str, given.columns))}; it needs post_id or text "
            "beside label, to say which post is meant."
        )
    given = given[[*keys, "label", *(name for name in MORE if name in given)]].map(_bare)
    return given[given["label"].fillna("") != ""].assign(label=lambda rows: rows["label"].str.lower())


def _refuse(given: pd.DataFrame, where: str) -> None:
    wrong = given.loc[~given["label"].isin(CLASSES), "label"]
    if len(wrong):
        raise ParamError(
            f"{where}: under label stands {wrong.iloc[0]!r}; use {', '.join(CLASSES)}."
            f"{nearest(wrong.iloc[0], CLASSES)}"
        )


def _weighed(given: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the labels with weights as numbers; raises ParamError where a post drawn at random has none."""
    given = given.assign(**{name: given.get(name) for name in MORE})
    weight = pd.to_numeric(given["weight"], errors="coerce")
    wrong = given.loc[given["drawn"].eq(SAMPLE) & ~(weight > 0), "weight"]
    if len(wrong):
        raise ParamError(
            f"{where}: under weight stands {wrong.iloc[0] or 'nothing'!r} at a post drawn at random; "
            "leave the weights as the sheet has them."
        )
    return given.assign(weight=weight)


def _bare(value: object) -> object:
    """Return text without blanks around it and with single ones in it."""
    return " ".join(str(value).split()) if pd.notna(value) else None

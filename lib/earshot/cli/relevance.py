"""`earshot relevance`: a sheet of posts worth labelling, and the model that the labels teach."""

from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core.params import ParamError
from earshot.core.spreadsheet import as_written, csv_safe
from earshot.core.workspace import Workspace

SHEET, AT_RANDOM = 100, 0.3


def write_sheet(workspace: Workspace, file: Path) -> str:
    """Write posts for an analyst to label:
    those the rules or the model doubt most, and some at random; say so.

    The part drawn at random (column ``drawn``) keeps an estimate from the labels honest.
    """
    from earshot.core import wording
    from earshot.enrich.relevance import step as relevance

    relevance.update(workspace)
    table = workspace.readable().store.sql(
        "SELECT r.post_id, r.brand, p.text, r.p_relevant, r.verdict, r.reason FROM relevance r "
        "JOIN posts p USING (post_id) WHERE r.brand <> '' ORDER BY r.post_id"
    )
    if table.empty:
        raise ParamError(f"{workspace.name} has no post of a brand yet; import posts first.")
    chance = np.random.default_rng(workspace.params.seed)
    drawn = table.iloc[np.sort(chance.permutation(len(table))[: round(SHEET * AT_RANDOM)])]
    rest = table.drop(drawn.index).drop_duplicates("text")
    doubtful = rest.iloc[(rest["p_relevant"] - 0.5).abs().argsort(kind="stable")].head(SHEET - len(drawn))
    sheet = pd.concat([doubtful.assign(drawn="doubtful"), drawn.assign(drawn="random")])
    csv_safe(sheet.assign(label="")).to_csv(file, index=False)
    return (
        f"{file} holds {wording.count(len(doubtful))} doubtful posts and {wording.count(len(drawn))} drawn "
        "at random; write relevant or irrelevant under label, then give it back with --labels."
    )


def learn(workspace: Workspace, file: Path) -> str:
    """Keep the labels of a sheet in params, train the model on all labels so far, and say how good it is."""
    from earshot.analyse.posts import label_files
    from earshot.enrich.relevance import model as relevance_model

    given = label_files.read(str(file), ("post_id", "label"))
    given = given.assign(label=given["label"].fillna("").astype("str").str.strip().str.lower())
    given = given[given["label"] != ""]
    wrong = given.loc[~given["label"].isin(["relevant", "irrelevant"]), "label"]
    if given.empty or len(wrong):
        found = f"{wrong.iloc[0]!r}" if len(wrong) else "nothing"
        raise ParamError(f"{file}: under label stands {found}; write relevant or irrelevant.")
    given = given.assign(post_id=given["post_id"].map(as_written), drawn=given.get("drawn", "doubtful"))
    kept = label_files.keep(workspace.folder / "relevance.csv", given[["post_id", "label", "drawn"]])
    posts = workspace.readable().store.read("posts", columns=["post_id", "brand", "text"])
    known = kept.merge(posts, on="post_id").query("brand != ''")
    try:
        model = relevance_model.fit(
            known["text"].tolist(),
            known["brand"].tolist(),
            known["label"].eq("relevant").to_numpy(),
            workspace.params.seed,
        )
    except ValueError as error:
        return f"{len(kept):,} labels are kept; no model yet: {error}"
    relevance_model.save(model, workspace.data / "models")
    figures = model.figures
    return (
        f"Learned from {len(known):,} labelled posts: {figures['accuracy']:.1%} right when held out; it "
        f"decides {figures['coverage']:.0%} of posts and is right in {figures['accuracy_when_sure']:.1%} of "
        "these."
    )

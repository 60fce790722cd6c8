"""Labels of the workspace: matched by id or text,
refused in one sentence, left alone when of other classes.
"""

import pandas as pd
import pytest

from earshot.analyse.posts import human_labels
from earshot.core.params import ParamError
from earshot.enrich.sentiment.step import COLUMNS
from earshot.publish.report.reuse import hash_settings


def marked(posts, space, **columns):
    """Three posts (negative, positive, neutral), marked by labels.csv with these columns."""
    frame = posts([("Acme", "2026-03-02", mood) for mood in ("negative", "positive", "neutral")])
    frame["text"] = ["bad bad", "good", "so so"]
    pd.DataFrame(columns).to_csv(space.folder / "labels.csv", index=False)
    return human_labels.score_model(frame, space)["right"].tolist()


def test_labels_are_matched_by_id_and_else_by_text(posts, workspace):
    found = marked(
        posts,
        workspace(),
        post_id=["x:0000", "", ""],
        text=["", " good ", "elsewhere"],
        label=["Negative", "neutral", "positive"],
    )
    assert found[:2] == [1, 0]
    assert pd.isna(found[2])


def test_without_a_file_or_with_other_classes_nothing_is_marked(posts, workspace):
    assert (
        human_labels.score_model(posts([("Acme", "2026-03-02", "negative")]), workspace())["right"]
        .isna()
        .all()
    )
    assert pd.isna(marked(posts, workspace(), text=["good", "so so"], label=["refund", "delay"])).all()


def test_new_labels_are_settings_that_a_report_notices(workspace):
    space = workspace()
    before = hash_settings(space)
    (space.folder / "labels.csv").write_text("post_id,label\nx:0,negative\n")
    first = hash_settings(space)
    (space.folder / "labels.csv").write_text("post_id,label\nx:0,positive\n")
    assert before != first != hash_settings(space)
    (space.folder / "schemas").mkdir()
    for name in ("relevance.csv", "schemas/post.avsc", ".swap"):
        (space.folder / name).write_text("any")
    assert hash_settings(space).keys() == {"labels.csv", "relevance.csv", "schemas/post.avsc"}


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (
            {"text": ["good", "so so"], "label": ["postive", "neutral"]},
            "params/acme/labels.csv: under label stands 'postive'; use negative, neutral, positive. Did you "
            "mean "
            '"positive"?',
        ),
        (
            {"tweet": ["good"], "label": ["positive"]},
            "params/acme/labels.csv has the columns tweet, label; it needs post_id or text beside label, to "
            "say which post is meant.",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence(posts, workspace, columns, sentence):
    with pytest.raises(ParamError) as error:
        marked(posts, workspace(), **columns)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("columns", "before", "sentence"),
    [
        (
            {"post_id": ["x:0000"], "label": [""]},
            "",
            "{file}: under label stands nothing yet; write negative, neutral, positive.",
        ),
        (
            {"post_id": ["x:0000"], "label": ["god"]},
            "",
            "{file}: under label stands 'god'; use negative, neutral, positive.",
        ),
        (
            {"post_id": ["x:0000"], "label": ["neutral"], "drawn": ["sample"], "weight": ["heavy"]},
            "",
            "{file}: under weight stands 'heavy' at a post drawn at random; leave the weights as the sheet "
            "has them.",
        ),
        (
            {"post_id": ["x:0000"], "label": ["neutral"]},
            "text,label\nwhere is it,delay\n",
            "params/acme/labels.csv holds labels of other classes, such as 'delay'; give that file another "
            "name, then take this sheet again.",
        ),
    ],
)
def test_a_sheet_that_cannot_be_taken_back_is_one_sentence_and_changes_nothing(
    workspace, tmp_path, columns, before, sentence
):
    space, file = workspace(), tmp_path / "sheet.csv"
    pd.DataFrame(columns).to_csv(file, index=False)
    if before:
        (space.folder / "labels.csv").write_text(before)
    with pytest.raises(ParamError) as error:
        human_labels.import_sheet(space, str(file))
    assert str(error.value) == sentence.format(file=file)
    assert ((space.folder / "labels.csv").read_text() if before else "") == before


def test_a_sheet_taken_back_adds_to_the_labels_and_replaces_older_ones(posts, workspace, tmp_path):
    space, file = workspace(), tmp_path / "sheet.csv"
    (space.folder / "labels.csv").write_text("text,label\ngood,positive\n")
    for first in ("neutral", "Negative "):
        sheet = pd.DataFrame({"post_id": ["x:0000", "'=1"], "text": "t", "label": [first, "positive"]})
        sheet.to_csv(file, index=False)
        assert human_labels.import_sheet(space, str(file)) == 2
    kept = pd.read_csv(space.folder / "labels.csv")
    assert kept["label"].tolist() == ["positive", "negative", "positive"]
    assert kept["post_id"].tolist()[1:] == ["x:0000", "=1"]
    frame = posts([("Acme", "2026-03-02", mood) for mood in ("negative", "positive")]).assign(
        text=["bad", "good"]
    )
    assert human_labels.score_model(frame, space)["right"].tolist() == [1, 1]


def test_what_a_person_said_counts_in_place_of_what_the_model_read(posts, workspace):
    space, read = (
        workspace(),
        posts([("Acme", "2026-03-02", mood) for mood in ("negative", "positive", "neutral")]),
    )
    read = read.assign(tier="model", possible="negative neutral", untested=[False, False, True])
    read.loc[2, ["sentiment", *COLUMNS]] = None
    pd.DataFrame({"post_id": ["x:0000", "x:0002"], "label": ["neutral", "positive"]}).to_csv(
        space.folder / "labels.csv", index=False
    )
    found = human_labels.apply_labels(read, space)
    assert found["sentiment"].tolist() == ["neutral", "positive", "positive"]
    assert found["tier"].tolist() == ["person", "model", "person"]
    assert found["possible"].tolist() == ["neutral", "negative neutral", "positive"]
    assert found["p_neutral"].iloc[0] == pytest.approx(0.98)
    assert found.loc[[0, 2], COLUMNS].sum(axis=1).tolist() == pytest.approx([1, 1])
    assert not found["untested"].any()
    assert read["sentiment"].iloc[0] == "negative"
    assert human_labels.score_model(read, space)["right"].tolist()[0] == 0


def test_without_labels_the_posts_are_as_they_were_read(posts, workspace):
    read = posts([("Acme", "2026-03-02", "negative")])
    assert human_labels.apply_labels(read, workspace()) is read

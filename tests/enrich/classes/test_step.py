"""The step that lets trained classifiers read the posts:
only what is new, again after an edit, and gone with them.
"""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.enrich.classes.test_training import BAGS, BOTH, GREETINGS, LABELS, LATE, TEXTS
from tests.enrich.pipeline.test_steps import make_posts

from earshot.collect.landing import tombstones
from earshot.enrich.classes import step as classes
from earshot.enrich.classes import training
from earshot.enrich.classes.classifier import ClassPredictions
from earshot.enrich.pipeline import steps
from earshot.publish.report.enrichment import bring_up_to_date


@pytest.fixture(scope="module")
def trained():
    texts, labels = TEXTS + BOTH + GREETINGS, [*LABELS, *["late; bag"] * 20, *["none"] * 20]
    return training.train("reasons", texts, labels, promised=0.8)


@pytest.fixture
def space(workspace, trained):
    made = workspace()
    training.keep(made, trained)
    made.store.merge("posts", make_posts(3).assign(text=[LATE[3], BOTH[5], GREETINGS[7]]))
    return made


def labels(space):
    rows = space.store.read("classes").sort_values(["post_id", "label"])
    return list(zip(rows["post_id"], rows["label"], strict=True))


def test_each_post_has_a_row_per_label_or_an_empty_one(space):
    assert classes.update(space) == 3
    assert classes.update(space) == 0
    assert labels(space) == [("x:0", "late"), ("x:1", "bag"), ("x:1", "late"), ("x:2", "")]
    rows = space.store.read("classes")
    assert rows.loc[rows["label"] == "", "routes"].eq(False).all()


class Doubtful:
    """A classifier of one label that says no of every text, as sure as its p-values of no and yes allow."""

    classes = ("no", "yes")

    def __init__(self, *p_values):
        self.p_values = np.array(p_values)

    def read(self, texts, seen):
        said = np.tile([0.9, 0.1], (len(texts), 1))
        return ClassPredictions(self.classes, said, np.zeros(len(texts), int), self.p_values, said)


def test_where_nothing_is_said_open_counts_the_labels_whose_yes_cannot_be_ruled_out(trained, monkeypatch):
    monkeypatch.setattr(classes, "look_for", lambda models, texts, vectors: None)
    late = Doubtful((0.9, 0.05), (0.9, 0.3), (0.9, 0.3), (0.02, 0.3))
    bag = Doubtful((0.9, 0.02), (0.9, 0.04), (0.9, 0.5), (0.90, 0.05))
    doubtful = replace(trained, models={"late": late, "bag": bag})
    rows = classes.add(make_posts(4), "reasons", doubtful)
    assert rows["label"].tolist() == [""] * 4
    assert rows["open"].tolist() == [0, 1, 2, 1]


def test_an_edit_is_read_again_and_what_was_said_before_goes(space):
    classes.update(space)
    edited = make_posts(3).iloc[[1]].assign(text=BAGS[4], content_hash="f" * 32)
    space.store.merge("posts", edited)
    assert classes.update(space) == 1
    assert ("x:1", "late") not in labels(space)
    assert ("x:1", "bag") in labels(space)


def test_another_champion_reads_all_posts_and_one_that_is_gone_leaves_nothing(space):
    classes.update(space)
    training.keep(space, training.train("reasons", TEXTS, LABELS))
    assert classes.update(space) == 3
    assert len(labels(space)) == 3
    (space.folder / "classifiers.yml").unlink()
    assert classes.update(space) == 0
    assert labels(space) == []


def test_a_deleted_post_leaves_no_class_behind(space):
    classes.update(space)
    space.store.merge(
        "deletions",
        pd.DataFrame(
            {
                "platform": ["x"],
                "id": ["x:1"],
                "kind": ["deleted"],
                "deleted_at": [pd.Timestamp("2026-03-09T08:00Z")],
            }
        ),
    )
    removed = tombstones.follow(space)
    assert removed["classes"] == 2


def test_without_classifiers_there_is_nothing_to_do(workspace):
    space = workspace()
    space.store.merge("posts", make_posts(2))
    assert classes.update(space) == 0
    assert space.store.version("classes") is None


def test_a_report_reads_the_same_posts_again_after_another_champion_and_after_edited_targets(
    space, monkeypatch
):
    monkeypatch.setattr(steps, "names", lambda: ("clean", "language", "embeddings", "targets", "classes"))
    said = []
    assert bring_up_to_date(space, said.append) != []
    assert bring_up_to_date(space, said.append) == []

    models, champion = space.data / "models" / "reasons", training.champions(space)["reasons"]
    shutil.copytree(models / champion, models / "before")
    assert bring_up_to_date(space, said.append) != []  # a model file is new
    (space.folder / "classifiers.yml").write_text(yaml.safe_dump({"reasons": {"champion": "before"}}))
    assert {report.step: report.new for report in bring_up_to_date(space, said.append)}["classes"] == 3
    read = space.store.read("classes").query("classifier == 'reasons'")
    assert set(read["step_version"].map(classes.trained_version)) == {"before"}

    (space.folder / "targets.yml").write_text(yaml.safe_dump({"aspects": {"bags": ["bag"]}}))
    assert {report.step: report.new for report in bring_up_to_date(space, said.append)}["targets"] == 3
    assert bring_up_to_date(space, said.append) == []


def read_posts(space, texts):
    """Write posts with these texts as import, cleaning, language and sentiment leave them."""
    posts = make_posts(len(texts)).assign(
        text=texts, content_hash=[f"{hash(text) % 16**8:032x}" for text in texts]
    )
    space.store.merge("posts", posts)
    key = posts[["post_id", "week", "content_hash"]].assign(step_version="1")
    lists = dict.fromkeys(("edits", "hashtags", "mentions", "urls", "emoji"), "[]")
    space.store.merge("clean", key.assign(clean_text=texts, words=5, **lists))
    space.store.merge("language", key.assign(lang="en", confidence=0.9))


def test_intents_ship_and_are_read_again_after_an_edit_or_a_change_of_their_words(workspace):
    space = workspace()
    read_posts(space, ["please call me back", "the sun is out"])
    assert classes.update(space) == 2
    assert classes.update(space) == 0
    assert labels(space) == [("x:0", "request"), ("x:1", "")]
    read_posts(space, ["please call me back", "I want to cancel my contract"])
    assert classes.update(space) == 1
    assert labels(space) == [("x:0", "request"), ("x:1", "cancel")]
    own = {
        "request": {
            "words": ["call me"],
            "match": ["do call me"],
            "instead": True,
            "unless": ["call me back"],
        }
    }
    assert classes.update(workspace(intents=own)) == 2
    assert labels(space) == [("x:0", ""), ("x:1", "cancel")]

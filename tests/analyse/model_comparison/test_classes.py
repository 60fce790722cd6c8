"""Classes and intents under the models before:
counted by hand, nothing stored, what cannot be compared is said.
"""

import pandas as pd
import pytest
from tests.enrich.classes.test_training import BAGS, GREETINGS, LABELS, LATE, TEXTS
from tests.enrich.pipeline.test_steps import make_posts

from earshot.analyse.model_comparison import classes as second_classes
from earshot.analyse.model_comparison import report as comparison
from earshot.analyse.model_comparison.sentiment import SecondReading
from earshot.analyse.posts import loading
from earshot.enrich.classes import step as classes
from earshot.enrich.classes import training
from earshot.enrich.embeddings.model_files import WeightsError
from earshot.enrich.pipeline import steps

SAID = ["late", "late", "bag", ""]  # what the champion says, in turn
WOULD = [["late"], ["late", "bag"], ["bag"], []]  # what the version before says


@pytest.fixture
def space(workspace, posts, monkeypatch):
    """A workspace with forty posts read by intents, whose version before is there, and the posts."""
    made = workspace(min_posts=5, classifiers={"intents": {"champion": "new0", "before": "old0"}})
    frame = posts([{"brand": "Acme", "day": "2026-03-02", "sentiment": "neutral"}] * 40)
    frame = frame.assign(week="2026-W10", content_hash=[f"{row:032x}" for row in range(40)])
    made.store.merge(
        "classes",
        frame[["post_id", "week", "content_hash"]].assign(
            classifier="intents",
            label=SAID * 10,
            probability=0.9,
            routes=False,
            open=1,
            step_version="1:new0",
        ),
    )
    file = made.data / "models" / "intents" / "old0" / "model.skops"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    both = zip(frame["post_id"], WOULD * 10, strict=True)
    rows = [(post, label) for post, labels in both for label in labels or [""]]
    monkeypatch.setattr(second_classes.training, "load", lambda space, name, version: f"{name} {version}")
    monkeypatch.setattr(
        second_classes.classes,
        "add",
        lambda wanted, name, trained: pd.DataFrame(
            rows if trained == "intents old0" else [], columns=["post_id", "label"]
        ),
    )
    return made, frame


def test_shares_and_changes_are_counted_by_hand(space):
    made, frame = space
    before = made.store.versions()
    found = second_classes.compare(frame, made)
    assert found.changed.to_dict("records") == [
        {"classifier": "intents", "before": "old0", "posts": 40, "changed": 10}
    ]
    rows = found.table.set_index("class")
    assert (rows.loc["bag", "now"], rows.loc["bag", "other"]) == pytest.approx((0.25, 0.5))
    assert rows.loc["bag", "gap_low"] < 0.25 < rows.loc["bag", "gap_high"]
    assert (rows.loc["late", "now"], rows.loc["late", "gap"]) == pytest.approx((0.5, 0))
    assert found.shown["difference"].str.startswith("+25 (").tolist() == [True, False]
    assert found.remarks == []
    assert made.store.versions() == before


def test_a_class_in_too_few_posts_has_no_row(space):
    made, frame = space
    few = second_classes.compare(frame.head(8), made)
    assert few.table.empty
    assert few.changed["changed"].tolist() == [2]


def test_what_cannot_be_compared_is_said(space, workspace):
    made, frame = space
    (made.data / "models" / "intents" / "old0" / "model.skops").unlink()
    assert second_classes.compare(frame, made).remarks == [
        "intents old0, the version before, is no longer in data/acme/models."
    ]
    made.store.delete("classes", "true")
    assert second_classes.compare(frame, made).remarks == [
        "intents has not read these posts yet; earshot report acme lets it."
    ]
    assert second_classes.compare(frame, workspace("bolt")).remarks == [second_classes.NONE]


def test_a_version_that_is_not_used_any_more_is_said_in_the_words_of_the_refusal(space, monkeypatch):
    made, frame = space

    def refuse(space, name, version):
        raise WeightsError("The classifier intents old0 was trained with another Earshot.")

    monkeypatch.setattr(second_classes.training, "load", refuse)
    found = second_classes.compare(frame, made)
    assert found.remarks == ["The classifier intents old0 was trained with another Earshot."]
    assert found.changed.empty


MEANT = {
    "complaint": {"words": ["no parcel here"], "match": ["no parcel here"]},
    "praise": {"words": ["so quick"], "match": ["they are so quick"]},
}


def read_twice(posts, lang="en"):
    """Forty posts that both models read: ten a complaint under one of them alone, ten praise under both."""
    texts = ["no parcel here", "they are so quick", "the sun is out", "no parcel here"]
    was = posts(
        [
            {"brand": "Acme", "day": "2026-03-02", "sentiment": mood}
            for mood in ["negative", "positive", "neutral", "neutral"] * 10
        ]
    )
    was = was.assign(clean_text=texts * 10, lang=lang, week="2026-W10", content_hash="0")
    would = was.assign(sentiment=["positive", "positive", "negative", "neutral"] * 10)
    return SecondReading(None, None, None, was, would, "earshot-2", "earshot-1")


def test_intents_go_with_the_label_of_the_other_model(posts, workspace):
    made = workspace(min_posts=5, intents=MEANT)
    found = second_classes.with_intents(second_classes.nothing(), read_twice(posts), made)
    assert found.changed.to_dict("records") == [
        {"classifier": "earshot:intents", "before": "earshot-1", "posts": 40, "changed": 10}
    ]
    rows = found.table.set_index("class")
    assert (rows.loc["complaint", "now"], rows.loc["complaint", "other"]) == pytest.approx((0.5, 0.25))
    assert (rows.loc["praise", "now"], rows.loc["praise", "gap"]) == pytest.approx((0.25, 0))
    assert found.remarks == []


def test_the_claim_says_why_intents_change(posts, workspace):
    made = workspace(min_posts=5, intents=MEANT)
    reading = read_twice(posts)
    found = second_classes.with_intents(second_classes.nothing(), reading, made)
    (claim,) = comparison._classes(comparison.Comparison(reading, None, found, None, []))
    assert (claim.id, claim.value, claim.n) == ("compare.intents", 10, 40)
    assert claim.sentence == (
        "Under earshot-1, 10 of 40 English posts would have other intents, since some intents go "
        "with a feeling."
    )


def test_intents_are_added_to_classes_and_other_languages_have_none(space, posts):
    made, frame = space
    own = second_classes.compare(frame, made)
    both = second_classes.with_intents(own, read_twice(posts), made)
    assert both.changed["classifier"].tolist() == ["intents", "earshot:intents"]
    assert len(both.table) > len(own.table)
    french = second_classes.with_intents(own, read_twice(posts, "fr"), made)
    assert french.table.equals(own.table)
    assert french.remarks == [
        "No post that was compared is in English, so that there are no intents to compare."
    ]


@pytest.mark.slow
def test_two_trained_versions_are_read_as_they_are(workspace):
    made = workspace(min_posts=1)
    training.keep(made, training.train("reasons", TEXTS, LABELS))
    swapped = ["bag" if label == "late" else "late" if label == "bag" else label for label in LABELS]
    training.keep(made, training.train("reasons", TEXTS, swapped))
    made.store.merge("posts", make_posts(3).assign(text=[LATE[3], BAGS[5], GREETINGS[7]], brand="Acme"))
    steps.update(made, until="classes")
    found = second_classes.compare(loading.load(made.store, made.params), made)
    assert found.remarks == []
    rows = found.table.set_index("class")
    assert found.changed["changed"].item() >= 2  # each says the opposite of what the other says
    assert rows.loc["late", "now"] + rows.loc["bag", "now"] == pytest.approx(
        rows.loc["late", "other"] + rows.loc["bag", "other"]
    )
    assert classes.update(made) == 0

"""Sheets for a person: the most pressing first,
a sample whose weights give unbiased shares, the unmapped at random.
"""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from earshot.analyse.labels import sheet
from earshot.analyse.posts import human_labels, loading
from earshot.core.params import ParamError
from earshot.statistics import estimate

DAYS = pd.date_range("2026-03-01", periods=28)


@pytest.fixture
def filled(posts, workspace, monkeypatch):
    """A builder of (workspace, posts): the posts are what the workspace has, with what enrichment adds."""

    def build(rows, **params):
        frame = posts(rows).assign(content_hash="h").astype({"topic": "Int64"})
        frame = frame.assign(possible=frame.get("possible", frame["sentiment"]))
        monkeypatch.setattr(loading, "load", lambda store, brief: frame)
        return workspace(brands=["Acme", "Bolt"], **params), frame

    return build


def test_what_is_left_open_is_ordered_by_doubt_times_reach(filled):
    rows = [
        {"brand": "Acme", "day": DAYS[0], "sentiment": "neutral", "possible": "neutral positive"} | more
        for more in (
            {"views": 10},
            {"views": 1000},
            {"followers": 400},
            {"reposts": 3},
            {},
            {"followers": 9000, "author": "acmehelp"},  # as landing stores it
            {"possible": "neutral", "views": 5000},
        )
    ]
    space, frame = filled(rows, handles=["@AcmeHelp"])
    frame["p_neutral"] = [0.4, 0.9, 0.4, 0.4, 0.4, 0.4, 0.4]
    frame[["p_negative", "p_positive"]] = np.array([(1 - frame["p_neutral"]) / 2] * 2).T
    found = sheet.draw(space, "unsure", 9)
    assert found["post_id"].tolist() == [f"x:{number:04}" for number in (2, 1, 0, 3, 4, 5)]
    assert found["reach"].tolist() == [400, 1000, 10, 4, 1, 9000]
    assert list(found.columns) == [*sheet.COLUMNS, "reach"]
    assert (found["label"] == "").all()
    assert found["weight"].isna().all()


def test_views_that_are_not_known_are_those_of_posts_like_it(filled):
    space, frame = filled(
        [
            {
                "brand": "Acme",
                "day": DAYS[0],
                "sentiment": "neutral",
                "possible": "neutral positive",
                "followers": 9,
            }
        ]
    )
    space.store.merge(
        "engagement",
        pd.DataFrame(
            {
                "post_id": ["x:0000"],
                "week": "2026-W09",
                "content_hash": "h",
                "likes": 1.0,
                "reposts": 1.0,
                "replies": 1.0,
                "views": 77.4,
                "imputed": "[]",
                "tier": "nano",
                "step_version": "1",
            }
        ),
    )
    assert sheet.draw(space, "unsure")["reach"].tolist() == [77]
    assert sheet.waiting(frame, space) == (
        "1 of 1 posts (100%; 21 to 100%) wait for a person, since more than one class is possible. Those "
        "that matter most, by doubt times reach: earshot sheet acme --of unsure --count 100 --out sheet.csv"
    )


def weeks(size=40):
    """Four weeks; in the last, Acme has many negative posts and Bolt a few positive ones."""
    return [{"brand": "Acme", "day": day, "sentiment": "negative"} for day in DAYS for _ in range(size)] + [
        {"brand": "Bolt", "day": day, "sentiment": "positive"} for day in DAYS for _ in range(3)
    ]


def test_a_sample_is_of_the_recent_days_and_its_weights_add_up_to_them(filled):
    space, _ = filled(weeks())
    found = sheet.draw(space, "sample", 31)
    assert set(found["day"]) <= {f"2026-03-{day}" for day in range(22, 29)}
    assert found["brand"].value_counts().to_dict() == {"Acme": 29, "Bolt": 2}
    assert found["weight"].sum() == pytest.approx(7 * 43, abs=0.01)
    assert found["post_id"].is_unique
    pd.testing.assert_frame_equal(found, sheet.draw(space, "sample", 31))
    assert set(sheet.draw(space, "sample", 3)["weight"]) == {round(7 * 43 / 3, 6)}


def test_the_share_read_rightly_is_found_without_bias_though_strata_are_drawn_unevenly(filled):
    """Acme is read rightly in 4 of 5 posts, Bolt in none: the truth is 0.8 * 10 / 13."""
    space, frame = filled(weeks(10))
    truth = np.where(
        frame["brand"].eq("Bolt"), "neutral", np.where(np.arange(len(frame)) % 5 == 0, "neutral", "negative")
    )
    right = pd.Series(truth, frame["post_id"]).eq(frame.set_index("post_id")["sentiment"])
    true = right[frame["day"].ge(DAYS[21]).to_numpy()].mean()
    means, inside = [], 0
    for seed in range(15):
        brief = space.params.model_copy(update={"seed": seed})
        drawn = sheet.draw(dataclasses.replace(space, params=brief), "sample", 30)
        drawn = drawn.assign(right=right[drawn["post_id"]].astype(float).to_numpy(), author=drawn["post_id"])
        row = estimate.means(drawn, "right", share=True, weight="weight").iloc[0]
        means.append(row["value"])
        inside += row["low"] <= true <= row["high"]
    assert np.mean(means) == pytest.approx(true, abs=0.04)
    assert inside >= 12


def test_a_second_sheet_goes_on_where_the_first_ended(filled, tmp_path):
    space, _ = filled(weeks(3))
    first = sheet.draw(space, "sample", 10)
    first.assign(label=["negative"] * 9 + [""]).to_csv(tmp_path / "sheet.csv", index=False)
    assert human_labels.import_sheet(space, str(tmp_path / "sheet.csv")) == 9
    assert "text" not in pd.read_csv(space.folder / "labels.csv")
    second = sheet.draw(space, "sample", 100)
    assert not set(second["post_id"]) & set(first["post_id"][:9])
    assert len(second) == 7 * 6 - 9
    second.assign(label="neutral").to_csv(tmp_path / "second.csv", index=False)
    human_labels.import_sheet(space, str(tmp_path / "second.csv"))
    with pytest.raises(ParamError, match="Every post of acme in 22–28 Mar 2026 is labelled already"):
        sheet.draw(space, "sample")


def test_what_no_category_holds_is_drawn_whether_it_has_a_topic_or_not(filled):
    rows = [
        {
            "brand": "Acme",
            "day": DAYS[0],
            "sentiment": "neutral",
            "topic": topic,
            "text": text,
            "is_repeat": again,
        }
        for topic, text, again in (
            (0, "no signal", False),
            (0, "a lovely day", False),
            (-1, "hm well", False),
            (None, "nobody looked", False),
            (0, "a lovely day", True),
            (0, "", False),
        )
    ]
    space, _ = filled(rows, taxonomy={"categories": {"network": {"words": ["signal"]}}})
    found = sheet.draw(space, "unmapped")
    assert sorted(found["text"]) == ["a lovely day", "hm well", "nobody looked"]
    assert sheet.draw(space, "unmapped", 2)["weight"].tolist() == [1.5, 1.5]


@pytest.mark.parametrize(
    ("of", "count", "params", "sentence"),
    [
        ("unsur", 5, {}, "--of is 'unsur'; use unsure, sample, unmapped. Did you mean \"unsure\"?"),
        ("", 5, {}, "--of is ''; use unsure, sample, unmapped."),
        ("sample", 0, {}, "--count is 0; a sheet holds one post or more."),
        (
            "unsure",
            5,
            {},
            "No post of acme waits for a person: for each, one class is possible or a label is there "
            "already.",
        ),
        (
            "unmapped",
            5,
            {},
            "acme has no categories; write them in params/acme/taxonomy.yml, as README.md says how.",
        ),
        (
            "unmapped",
            5,
            {"taxonomy": {"categories": {"all": {"words": ["post"]}}}},
            "Every post of acme with a text is in a category of taxonomy.yml.",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(filled, of, count, params, sentence):
    space, _ = filled([("Acme", DAYS[0], "neutral")], **params)
    with pytest.raises(ParamError) as error:
        sheet.draw(space, of, count)
    assert str(error.value) == sentence


def test_strata_get_their_share_and_the_small_ones_enough():
    def allot(*sizes, count):
        return sheet.allot(pd.Series(sizes), count).tolist()

    assert allot(100, 50, 1, 3, count=20) == [11, 6, 1, 2]
    assert allot(1000, 10, 10, count=9) == [5, 2, 2]
    assert allot(7, 7, 7, count=10) == [4, 3, 3]
    assert allot(3, count=10) == [3]


def test_what_classes_of_your_own_leave_open_is_handed_out_the_most_pressing_first(filled, monkeypatch):
    space, frame = filled(
        [
            {"brand": "Acme", "day": DAYS[0], "sentiment": "neutral", "views": views, "followers": 1}
            for views in (10, 1000, 1000, 20, 500)
        ]
    )
    monkeypatch.setattr(sheet.training, "champions", lambda workspace: {"reasons": "1"})
    space.store.merge(
        "classes",
        pd.DataFrame(
            {
                "post_id": frame["post_id"],
                "week": "2026-W09",
                "content_hash": "h",
                "classifier": "reasons",
                "label": ["late", "late", "bag", "", ""],
                "probability": [0.6, 0.6, 0.99, 0.0, 0.0],
                "routes": False,
                "open": [2, 0, 1, 1, 0],
                "step_version": "1:1",
            }
        ),
    )
    found = sheet.draw(space, "reasons")
    assert found["post_id"].tolist() == ["x:0001", "x:0003", "x:0000"]
    assert found["drawn"].eq("reasons").all()
    assert (found["label"] == "").all()
    with pytest.raises(
        ParamError, match="^--of is 'reason'; use unsure, sample, unmapped, reasons. Did you mean"
    ):
        sheet.draw(space, "reason")
    space.store.delete("classes", "open <> 1 OR label = ''")
    with pytest.raises(ParamError, match="^No post of acme waits for a person: reasons leaves none open.$"):
        sheet.draw(space, "reasons")

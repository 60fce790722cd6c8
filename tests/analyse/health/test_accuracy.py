"""Accuracy by stretch: enough labels or a word on how to get them,
weights of a random sheet, hard posts apart.
"""

import pandas as pd
import pytest

from earshot.analyse.health import accuracy
from earshot.analyse.posts import human_labels

DAYS = pd.date_range("2026-03-01", periods=21)


def marked(posts, space, labels: list[dict]) -> pd.DataFrame:
    """Three weeks of ten negative posts a day, with the labels that are given by number."""
    frame = posts([("Acme", day, "negative") for day in DAYS for _ in range(10)])
    if labels:
        table = pd.DataFrame(labels)
        table.assign(post_id=[f"x:{number:04}" for number in table.pop("number")]).to_csv(
            space.folder / "labels.csv", index=False
        )
    return human_labels.score_model(frame, space)


def test_each_week_has_its_share_and_interval(posts, workspace):
    space = workspace(min_posts=10)
    given = [
        {"number": number, "label": "negative" if number % 4 else "neutral"} for number in range(140, 180)
    ]
    given += [{"number": number, "label": "negative"} for number in range(20)]
    found = accuracy.measure(marked(posts, space, given), space)
    assert found.shown.to_numpy().tolist() == [
        ["15–21 Mar 2026", 40, "75%", "60 to 86%"],
        ["1–7 Mar 2026", 20, "100%", "84 to 100%"],
        ["the whole window", 60, "83%", "72 to 91%"],
    ]
    (claim,) = found.claims
    assert claim.sentence == (
        "Of 40 posts that a person labelled in 15–21 Mar 2026, the model reads 75% rightly (60 to 86%)."
    )
    assert (claim.value, claim.n) == (0.75, 40)
    assert found.said == "40 posts of 15–21 Mar 2026 are labelled."


def test_weights_count_and_once_there_is_a_sample_what_was_picked_by_hand_does_not(posts, workspace):
    space = workspace(min_posts=4)
    given = [
        {"number": 200 + number, "label": label, "drawn": "sample", "weight": weight}
        for number, (label, weight) in enumerate(
            [("negative", 30), ("negative", 30), ("neutral", 10), ("neutral", 10)]
        )
    ]
    given += [{"number": number, "label": "positive"} for number in range(150, 160)]
    given += [
        {"number": number, "label": label, "drawn": "unsure"}
        for number, label in enumerate(["negative", "positive", "positive", "positive"])
    ]
    found = accuracy.measure(marked(posts, space, given), space).table.set_index("posts")
    assert found["n"].to_dict() == {"15–21 Mar 2026": 4, accuracy.ALL: 4, accuracy.OPEN: 4}
    assert found["value"].tolist() == pytest.approx([0.75, 0.75, 0.25])


def test_with_too_few_labels_the_way_to_more_is_told(posts, workspace):
    space = workspace(min_posts=30)
    given = [{"number": number, "label": "negative"} for number in (0, 1, 209)]
    found = accuracy.measure(marked(posts, space, given), space)
    assert not found.any
    assert found.claims == []
    assert found.said == (
        "3 posts of this window that count are labelled, 1 of them in 15–21 Mar 2026; a figure needs 30. "
        "Draw some with earshot sheet acme --of sample --count 100 --out sheet.csv, fill in label, and give "
        "it back with earshot sheet acme --labels sheet.csv."
    )
    assert not accuracy.measure(marked(posts, workspace("bolt", min_posts=30), []), space).any

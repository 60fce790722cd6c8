"""The share that is really ours: by rules, and corrected by an analyst's random labels."""

import pandas as pd
import pytest

from earshot.analyse import relevance


def posts(count=200):
    return pd.DataFrame(
        {
            "post_id": [f"x:{row:03}" for row in range(count)],
            "brand": ["Acme", "Bolt"] * (count // 2),
            "author": [f"p{row}" for row in range(count)],
        }
    )


def judged(frame):
    verdict = ["relevant", "relevant", "relevant", "irrelevant"] * (len(frame) // 4)
    return frame[["post_id", "brand"]].assign(
        week="2026-W10",
        content_hash="h",
        verdict=verdict,
        reason="test",
        step_version="1",
        p_relevant=[0.9 if one == "relevant" else 0.1 for one in verdict],
    )


def test_without_labels_the_rules_share_is_given_as_unchecked(workspace):
    space, frame = workspace(), posts()
    with pytest.raises(ValueError, match=r"^No post of this window was judged"):
        relevance.measure(frame, space)
    space.store.merge("relevance", judged(frame))
    found = relevance.measure(frame, space)
    assert found.shares.set_index("brand")["value"].to_dict() == {
        "All brands": 0.75,
        "Acme": 1.0,
        "Bolt": 0.5,
    }
    assert "nobody has checked" in found.claims[0].sentence
    assert found.verdicts.set_index("brand").loc["Bolt"].tolist() == [50, 0, 50]


def test_posts_hidden_as_irrelevant_count_in_the_share_and_those_of_other_filters_do_not(workspace):
    space, frame = workspace(relevance={"Acme": {"negative": ["pie"]}}, brands=["Acme", "Bolt"]), posts()
    space.store.merge("relevance", judged(frame))
    verdict = judged(frame)["verdict"]
    hidden = verdict.map({"irrelevant": "irrelevant"}).fillna("")
    found = relevance.measure(frame.assign(hidden_by=hidden), space)
    assert found.shares["value"].iloc[0] == 0.75
    spam = hidden.mask(frame["brand"].eq("Acme"), "spam")
    assert relevance.measure(frame.assign(hidden_by=spam), space).shares["brand"].tolist() == [
        "All brands",
        "Bolt",
    ]


def test_random_labels_correct_the_share(workspace):
    space, frame = workspace(), posts()
    space.store.merge("relevance", judged(frame))
    # The analyst finds that a third of what the rules call relevant is not.
    ids = frame["post_id"][:100]
    labels = ["relevant", "relevant", "irrelevant", "irrelevant"] * 25
    sheet = pd.DataFrame({"post_id": ids, "label": labels, "drawn": "random"})
    sheet.to_csv(space.folder / "relevance.csv", index=False)
    total = relevance.measure(frame, space).shares.iloc[0]
    assert total["value"] == pytest.approx(0.5)
    assert total["low"] < 0.5 < total["high"]
    assert total["method"] == "labels"
    assert "corrected by 100 labelled posts" in relevance.measure(frame, space).claims[0].sentence

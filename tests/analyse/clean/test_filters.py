"""What filters cost is said from what people judged, and not otherwise."""

import pandas as pd
import pytest

from earshot.analyse.clean import filters
from earshot.core import clock
from earshot.core.params import Brief


@pytest.fixture
def measure(posts):
    """Measure filters over posts of two brands, the first ``number`` of which are hidden."""

    def run(space, number: int = 0):
        rows = [{"brand": "Acme", "day": "2026-03-02", "sentiment": "negative"} for _ in range(30)]
        rows += [
            {"brand": brand, "day": "2026-03-02", "sentiment": "positive"} for brand in ["Acme", "Bolt"] * 40
        ]
        frame = posts(rows)
        frame["hidden_by"] = ["leak"] * number + [""] * (len(frame) - number)
        return filters.measure(space, frame, Brief(brand="Acme"))

    return run


def test_what_hiding_does_is_told_with_and_without(workspace, measure):
    space = workspace()
    hide(space, {})
    found = measure(space, 30)
    shown = found.effect_shown.set_index(["figure", "brand"])
    assert shown.loc[("posts", "Acme")].tolist() == ["70", "40"]
    assert found.claims[-1].id == "clean.filters.flips"
    assert found.claims[-1].sentence.startswith(
        "30 of 110 posts of the window are hidden by filters; with them "
    )
    assert found.claims[-1].value == len(found.flips) > 0


def hide(space, verdicts: dict[str, str]):
    ids = [f"x:{number}" for number in range(40)]
    at = clock.now()
    space.store.append(
        "set_aside", pd.DataFrame({"post_id": ids, "filter": "leak", "reason": "pushed by bots", "at": at})
    )
    if verdicts:
        space.store.append(
            "audits",
            pd.DataFrame(
                [
                    {"filter": "leak", "post_id": name, "verdict": verdict, "at": at}
                    for name, verdict in verdicts.items()
                ]
            ),
        )


def test_without_filters_all_that_was_stored_is_counted(workspace, measure):
    found = measure(workspace())
    assert found.table.empty
    assert found.claims[0].sentence == "No filter hides any post: all that was stored is counted."


def test_without_an_audit_the_cost_is_not_known(workspace, measure):
    space = workspace()
    hide(space, {})
    (claim,) = measure(space).claims
    assert claim.sentence.startswith("The filter leak hides 40 posts; nobody has judged a sample of them yet")
    assert claim.value is None


def test_a_judged_sample_gives_the_good_posts_hidden_with_an_interval(workspace, measure):
    space = workspace()
    hide(space, {f"x:{number}": "good" if number < 2 else "bad" for number in range(20)})
    found = measure(space)
    (claim,) = found.claims
    assert claim.value == 4
    assert 2 <= claim.low <= 4 <= claim.high <= 22
    assert "of 20 that people judged 2 were good" in claim.sentence
    assert found.table["judged"].tolist() == [20]

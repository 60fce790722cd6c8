"""What filters cost is said from what people judged, and not otherwise."""

import pandas as pd

from earshot.analyse import filters
from earshot.core import clock


def hide(space, verdicts: dict[str, str]):
    ids = [f"x:{number}" for number in range(40)]
    at = clock.now()
    space.store.append("set_aside", pd.DataFrame({"post_id": ids, "filter": "leak", "reason": "pushed by bots",
                                                  "at": at}))
    if verdicts:
        space.store.append("audits", pd.DataFrame([{"filter": "leak", "post_id": name, "verdict": verdict, "at": at}
                                                   for name, verdict in verdicts.items()]))


def test_without_filters_all_that_was_stored_is_counted(workspace):
    found = filters.measure(workspace())
    assert found.table.empty
    assert found.claims[0].sentence == "No filter hides any post: all that was stored is counted."


def test_without_an_audit_the_cost_is_not_known(workspace):
    space = workspace()
    hide(space, {})
    claim, = filters.measure(space).claims
    assert claim.sentence.startswith("The filter leak hides 40 posts; nobody has judged a sample of them yet")
    assert claim.value is None


def test_a_judged_sample_gives_the_good_posts_hidden_with_an_interval(workspace):
    space = workspace()
    hide(space, {f"x:{number}": "good" if number < 2 else "bad" for number in range(20)})
    found = filters.measure(space)
    claim, = found.claims
    assert claim.value == 4
    assert 2 <= claim.low <= 4 <= claim.high <= 22
    assert "of 20 that people judged 2 were good" in claim.sentence
    assert found.table["judged"].tolist() == [20]

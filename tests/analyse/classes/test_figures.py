"""What people want: shares of classes with intervals,
what may route, and a remark where nothing was learned.
"""

import pandas as pd
import pytest
from tests.enrich.classes.test_training import LABELS, TEXTS

from earshot.analyse import classes
from earshot.enrich.classes import training


@pytest.fixture(scope="module")
def trained():
    return training.train("reasons", TEXTS, LABELS, promised=0.8)


def counted(posts, workspace, trained, strange=0):
    """A hundred posts, forty of them late and angry, sixty about bags and pleased;
    ten of the late ones route.

    The first ``strange`` are in a language in which the sentiment model was not tested.
    """
    space = workspace(min_posts=10)
    training.keep(space, trained)
    frame = posts(
        [
            {"brand": "Acme", "day": "2026-03-02", "sentiment": "negative" if row < 40 else "positive"}
            for row in range(100)
        ]
    )
    frame["untested"] = frame.index < strange
    frame.loc[frame["untested"], "sentiment"] = None
    space.store.merge(
        "classes",
        pd.DataFrame(
            {
                "post_id": frame["post_id"],
                "week": "2026-W10",
                "content_hash": "h",
                "classifier": "reasons",
                "label": ["late"] * 40 + ["bag"] * 60,
                "probability": 0.9,
                "routes": [row < 10 for row in range(100)],
                "open": [2 if row < 20 else 1 for row in range(100)],
                "step_version": f"1:{trained.card['version']}",
            }
        ),
    )
    return classes.measure(frame, space)


def test_shares_feeling_and_routing_are_counted(posts, workspace, trained):
    found = counted(posts, workspace, trained)
    table = found.table.set_index("label")
    assert list(table.index) == ["bag", "late"]
    assert table.loc["late", ["value", "posts", "routes", "unsure"]].tolist() == [0.4, 40, 10, 0.5]
    assert table.loc["late", "low"] < 0.4 < table.loc["late", "high"]
    assert table.loc["late", "net"] == pytest.approx(-1, abs=0.02)
    assert found.trust == {
        "reasons: version, texts it learned from": f"{trained.card['version']}, 60",
        "reasons: posts left to a person": "20; those that matter most: earshot sheet acme --of reasons "
        "--count 100 --out sheet.csv",
    }
    assert found.shown["when routed, right"].tolist() == ["80% or more"] * 2


def test_a_class_is_counted_in_every_language_and_its_feeling_where_the_sentiment_model_was_tested(
    posts, workspace, trained
):
    some, all_late = (
        counted(posts, workspace, trained, strange).table.set_index("label") for strange in (30, 40)
    )
    assert some.loc["late", ["value", "posts"]].tolist() == [0.4, 40]
    assert some.loc["late", "net"] == pytest.approx(-1, abs=0.02)
    assert pd.isna(all_late.loc["late", "net"])


def test_a_claim_says_how_many_posts_may_route(posts, workspace, trained):
    claim = counted(posts, workspace, trained).claims[1]
    assert claim.id == "sentiment.class.reasons.late"
    assert claim.sentence.startswith("“late” is said of 40% of posts (")
    assert claim.sentence.endswith("; 10 of its posts may route work.")


def test_where_nothing_was_learned_the_page_says_how_to(posts, workspace):
    found = classes.measure(posts([("Acme", "2026-03-02", "negative")]), workspace())
    assert not found.any
    assert found.claims == []
    assert "earshot train acme labels.csv" in found.remark

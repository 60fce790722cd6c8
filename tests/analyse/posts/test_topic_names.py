"""Names that a person gave to topics: used wherever topics are named, refused in one sentence where they
cannot
be.
"""

import pandas as pd
import pytest
from tests import tiny

from earshot.analyse.posts import loading, topic_names
from earshot.core.params import ParamError
from earshot.publish.report.reuse import hash_settings


def test_a_name_is_used_for_its_topic_and_the_others_keep_theirs(home):
    space = tiny.workspace(home, posts=60, hostile=False)
    before = hash_settings(space)
    (space.folder / "topic_names.yml").write_text("3: '  Parcels that   never came '\n")
    named = loading.load(space.store, space.params).drop_duplicates("topic").set_index("topic")["topic_name"]
    assert {topic: name for topic, name in named.items() if topic >= 0} == tiny.TOPICS | {
        3: "Parcels that never came"
    }
    assert pd.isna(named[-1])
    assert hash_settings(space) != before


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            "late: Late parcels",
            "params/tiny/topic_names.yml: 'late' is no topic number; write one 'number: name' per line, "
            "as 04_topics shows the numbers.",
        ),
        (
            "2: ''",
            "params/tiny/topic_names.yml: topic 2 is called ''; give it a name of up to 60 letters on one "
            "line.",
        ),
        (
            "2: [a]",
            "params/tiny/topic_names.yml: topic 2 is called ['a']; give it a name of up to 60 letters on "
            "one line.",
        ),
        (
            f"2: {'a' * 61}",
            f"params/tiny/topic_names.yml: topic 2 is called '{'a' * 61}'; give it a name of up to 60 "
            "letters on one line.",
        ),
        (
            "1: Staff\n2: Staff",
            "params/tiny/topic_names.yml: topics 1 and 2 are both called 'Staff'; tell them apart.",
        ),
        (
            "95: Snow",
            "params/tiny/topic_names.yml: there is no topic 95; the nearest numbers are 1, 2, 3, and "
            "04_topics shows them all.",
        ),
        (
            "1: prices",
            "params/tiny/topic_names.yml: topic 1 is called 'prices', as topic 2 is already; tell them "
            "apart.",
        ),
    ],
)
def test_a_name_that_cannot_be_used_is_one_sentence(home, lines, sentence):
    space = tiny.workspace(home, posts=30, hostile=False)
    (space.folder / "topic_names.yml").write_text(lines)
    with pytest.raises(ParamError) as error:
        topic_names.check(topic_names.read(space.params), space.store, space.params)
    assert str(error.value) == sentence


def test_two_topics_may_swap_names_and_one_that_ended_may_keep_its_own(home):
    space = tiny.workspace(home, posts=30, hostile=False)
    (space.folder / "topic_names.yml").write_text("1: prices\n2: friendly service\n9: gone\n")
    space.store.append(
        "topic_ledger",
        pd.DataFrame(
            {
                "model": ["m"],
                "topic": [9],
                "event": ["ended"],
                "overlap": [0.0],
                "posts": [0],
                "name": ["old"],
                "other": pd.array([None], dtype="Int64"),
                "at": pd.Timestamp("2026-03-02T00:00Z"),
            }
        ),
    )
    names = topic_names.read(space.params)
    topic_names.check(names, space.store, space.params)
    assert names == {1: "prices", 2: "friendly service", 9: "gone"}

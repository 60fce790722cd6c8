"""Tables: every row either fits or is refused with its reason; none is lost."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.core.schema import TYPES
from earshot.core.tables import TABLES, conform

ROW = {
    "post_id": "x:1",
    "platform": "x",
    "brand": "Acme",
    "text": "late again",
    "kind": "post",
    "source": "csv",
    "created_at": "2015-02-16T10:00:00Z",
    "collected_at": "2015-02-17T00:00:00Z",
    "week": "2015-W08",
    "content_hash": "a1",
}


def refusal(**changes) -> str:
    """Return the reason for which a post with these changes is refused."""
    good, refused = conform("posts", pd.DataFrame([ROW | changes]))
    assert good.empty
    return refused["reason"].iloc[0]


def test_a_good_row_gets_the_types_of_the_table():
    good, refused = conform("posts", pd.DataFrame([ROW | {"likes": "3", "is_public": "true"}]))
    assert refused.empty
    assert {name: str(kind) for name, kind in good.dtypes.items()} == {
        name: TYPES[column.type] for name, column in TABLES["posts"].columns.items()
    }
    assert good["likes"].iloc[0] == 3
    assert good["is_public"].iloc[0] is True or bool(good["is_public"].iloc[0]) is True
    assert good["views"].isna().all(), "what nobody counted is unknown, not zero"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": None}, "text is missing"),
        ({"likes": "many"}, "likes is 'many', not a whole number"),
        ({"likes": 2.5}, "likes is '2.5', not a whole number"),
        ({"likes": 1e300}, "likes is '1e+300', not a whole number"),
        ({"likes": -1}, "likes is '-1', which is below 0"),
        ({"kind": "story"}, "kind is 'story', which is not one of post, reply, repost, quote"),
        ({"is_public": "perhaps"}, "is_public is 'perhaps', not true or false"),
        ({"created_at": "16/02/2015"}, "created_at is '16/02/2015', not an ISO time"),
        ({"created_at": 1424080800}, "created_at is '1424080800', not an ISO time"),
        ({"created_at": "1424080800.5"}, "created_at is '1424080800.5', not an ISO time"),
    ],
)
def test_a_row_that_does_not_fit_says_why(changes, reason):
    assert refusal(**changes) == reason


def test_a_row_is_told_the_first_thing_wrong_with_it_whatever_else_is_in_the_batch():
    rows = [
        {"customer_id": "1", "birth_year": 12, "fee": -1.5},
        {"customer_id": None, "birth_year": 12},
        {"customer_id": "3", "birth_year": 1980, "fee": 0},
        {"customer_id": "4", "birth_year": None, "fee": -1.5},
    ]
    good, refused = conform("customers", pd.DataFrame(rows))
    assert good["customer_id"].tolist() == ["3"]
    assert refused["reason"].tolist() == [
        "birth_year is '12', which is below 1900",
        "customer_id is missing",
        "fee is '-1.5', which is below 0",
    ]


def test_a_whole_number_is_quoted_as_one_whatever_else_is_refused():
    rows = pd.DataFrame({"customer_id": ["1", "2"], "birth_year": [12, 1980], "fee": [0.0, -1.5]})
    _, refused = conform("customers", rows)
    assert refused["reason"].tolist() == [
        "birth_year is '12', which is below 1900",
        "fee is '-1.5', which is below 0",
    ]


def test_a_share_above_one_is_refused():
    row = {"post_id": "x:1", "week": "2015-W08", "content_hash": "a1", "lang": "en", "step_version": "1"}
    good, refused = conform("language", pd.DataFrame([row | {"confidence": 1.0}, row | {"confidence": 1.25}]))
    assert len(good) == 1
    assert refused["reason"].tolist() == ["confidence is '1.25', which is above 1"]


@pytest.mark.parametrize(
    "stamp",
    [
        "2015-02-16",
        "2015-02-16 10:00:00.25+02:00",
        "2015-02-16T10:00:00Z",
        pd.Timestamp("2015-02-16T10:00:00Z"),
        pd.Timestamp("2015-02-16").to_pydatetime(),
    ],
)
def test_times_of_several_forms_stand_side_by_side(stamp):
    good, refused = conform("posts", pd.DataFrame([ROW, ROW | {"created_at": stamp}], dtype=object))
    assert (len(good), len(refused)) == (2, 0)


def test_half_a_surrogate_pair_does_not_lose_its_row():
    good, refused = conform("posts", pd.DataFrame([ROW | {"text": "broken \ud83d emoji"}], dtype=object))
    assert refused.empty
    assert good["text"].iloc[0] == "broken � emoji"


def test_rows_with_the_same_label_are_told_apart():
    frame = pd.concat([pd.DataFrame([ROW]), pd.DataFrame([ROW | {"text": None}])])
    good, refused = conform("posts", frame)
    assert (len(good), len(refused)) == (1, 1)
    assert good["text"].tolist() == ["late again"]


def test_a_column_that_no_table_knows_is_never_dropped_in_silence():
    with pytest.raises(
        ValueError, match=r"^Table posts has no column 'likez'; it has post_id, platform, brand"
    ):
        conform("posts", pd.DataFrame([ROW | {"likez": 3}]))


def test_the_frame_that_is_given_stays_as_it_was():
    frame = pd.DataFrame([ROW | {"likes": "3"}])
    before = frame.copy(deep=True)
    conform("posts", frame)
    pd.testing.assert_frame_equal(frame, before)


ANYTHING = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.characters(categories=["Cs"]),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(TABLES["posts"].columns, ANYTHING)), max_size=5)
)
def test_whatever_comes_good_and_refused_are_all_rows(rows):
    frame = pd.DataFrame([ROW | row for row in rows], columns=list(TABLES["posts"].columns), dtype=object)
    frame.index = [label % 2 for label in range(len(frame))]
    good, refused = conform("posts", frame)
    assert len(good) + len(refused) == len(frame)
    assert refused["reason"].map(bool).all()
    again, none = conform("posts", good)
    assert none.empty
    pd.testing.assert_frame_equal(again, good)


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_is_declared_whole(name):
    table = TABLES[name]
    assert {*table.key, *table.volatile} <= set(table.columns)
    assert all(table.columns[column].required for column in table.key)
    assert table.partition is None or table.columns[table.partition].required
    assert list(table.empty().columns) == table.arrow.names

"""What may be kept: terms cards, private spaces, deletions that are followed and do not come back."""

import json

import pandas as pd
import pytest

from earshot.collect.files import lost_fields
from earshot.collect.files.importing import import_files, remap
from earshot.collect.landing import terms, tombstones, visibility
from earshot.collect.landing.tombstones import GONE
from earshot.core.params import ParamError
from earshot.core.tables import TABLES
from earshot.govern.pseudonyms import keys
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

SOURCE = {
    "posts": {
        "match": {"columns": ["id", "text"]},
        "constants": {"platform": "x"},
        "columns": {"id": "id", "author": "user", "text": "text", "created_at": "at", "likes": "likes"},
    }
}
ROWS = [
    {
        "id": "1001",
        "user": "jane",
        "text": "Acme one, a text of its own",
        "at": "2026-03-02T08:00Z",
        "likes": 1,
        "visibility": "public",
        "city": "Leeds",
    },
    {
        "id": "1002",
        "user": "bob",
        "text": "Acme two, another text",
        "at": "2026-03-02T09:00Z",
        "likes": 2,
        "visibility": "direct",
        "city": "York",
    },
    {
        "id": "1003",
        "user": "ann",
        "text": "Acme three, see 1001",
        "at": "2026-03-09T09:00Z",
        "likes": 3,
        "visibility": "public",
        "city": "Bath",
    },
]
REVIEW = {"private": {"legal_review": "Jane Example", "on": "2026-01-05"}}


@pytest.fixture
def bring(tmp_path):
    def write(space, rows=ROWS, name="posts.jsonl"):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
        return import_files(space, [tmp_path / name]).files[0]

    return write


def test_private_messages_are_refused_until_a_review_is_recorded(workspace, bring):
    acme = workspace(brands=["Acme"], sources=SOURCE)
    report = bring(acme)
    assert (report.added, report.refused) == (2, 1)
    assert acme.store.read("quarantine")["reason"].tolist() == [visibility.PRIVATE]
    assert report.warning == (
        "posts has no terms card; until one stands in params/acme/terms.yml it is assumed that "
        "text is stored and may be quoted, ids are not shared, nothing expires, private messages "
        "are refused."
    )
    acme = workspace(brands=["Acme"], sources=SOURCE, terms={"posts": REVIEW})
    remap(acme, "posts")
    posts = acme.store.read("posts").set_index("post_id")
    assert posts["is_public"].to_dict() == {"x:1001": True, "x:1002": False, "x:1003": True}
    from earshot.analyse.posts.loading import load

    assert load(acme.store, acme.params)["post_id"].tolist() == ["x:1001", "x:1003"]


@pytest.mark.parametrize(
    ("column", "value", "closed"),
    [
        ("visibility", "direct", True),
        ("visibility", "unlisted", False),
        ("status.visibility", "private", True),
        ("isPrivate", "true", True),
        ("user.protected", "false", False),
        ("is_direct_message", "1", True),
        ("message_type", "Direct Message", True),
        ("SNType", "TWITTER_DIRECT_MESSAGE", True),
        ("type", "post", False),
        ("groupPrivacy", "CLOSED", True),
        ("text", "private", False),
    ],
)
def test_a_private_space_is_known_by_what_the_payload_says(column, value, closed):
    rows = pd.DataFrame({column: [value]})
    assert visibility.private(rows, pd.Series([True], dtype="boolean")).tolist() == [closed]


def test_where_text_may_not_be_stored_only_ids_and_measures_are(workspace, bring):
    acme = workspace(brands=["Acme"], sources=SOURCE, terms={"posts": {"may_store_text": False} | REVIEW})
    bring(acme)
    posts, raw = acme.store.read("posts"), acme.store.read("raw")
    assert posts["text"].tolist() == ["", "", ""]
    assert posts["likes"].tolist() == [1, 2, 3]
    assert posts["brand"].tolist() == ["Acme"] * 3
    assert posts["content_hash"].nunique() == 3
    from earshot.analyse.posts.loading import load

    assert load(acme.store, acme.params)["sentiment"].isna().all()
    assert not raw["payload"].str.contains("Acme|Leeds").any()
    remap(acme, "posts")
    assert len(acme.store.read("posts")) == 3


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"may_qoute": True},
            "the card of 'x' has no term 'may_qoute'; there are may_store_text, may_quote, "
            "may_share_ids, keep_days, deletion_within_hours, owner, reviewed, licence, private. Did you "
            'mean "may_quote"?',
        ),
        ({"may_quote": "no"}, "'x' has may_quote 'no'; use true or false."),
        ({"keep_days": 0}, "'x' has keep_days 0; use a whole number from 1 up."),
        (
            {"private": True},
            "'x' has private True; say who reviewed it and on which day: "
            'private: {legal_review: Jane Example, on: "2026-09-01"}.',
        ),
        ([], "the card of 'x' is []; write, for example, may_quote: false."),
    ],
)
def test_a_wrong_card_is_answered_in_one_sentence(entry, said):
    with pytest.raises(ParamError) as error:
        terms.parse("x", entry)
    assert str(error.value) == f"terms.yml: {said}"


def deletions(*names, **more):
    return pd.DataFrame(
        [
            {
                "platform": "x",
                "id": name,
                "deleted_at": pd.Timestamp("2026-03-10", tz="UTC"),
                "kind": "deleted",
                "source": "feed",
            }
            | more
            for name in names
        ]
    )


def test_a_deletion_reaches_every_table_and_the_post_does_not_come_back(workspace, bring):
    acme = workspace(brands=["Acme"], sources=SOURCE, terms={"posts": REVIEW})
    bring(acme)
    edited = ROWS[0] | {"text": "Acme one, said otherwise"}
    bring(acme, [edited], "edited.jsonl")
    from earshot.enrich.pipeline import steps

    steps.update(acme, until="duplicates")
    store = acme.store
    assert len(store.read("raw")) == 4
    store.merge("deletions", deletions("x:1001"))
    removed = tombstones.follow(acme, vacuum=True)
    least = {"duplicates": 1, "embeddings": 1, "clean": 1, "language": 1, "raw": 2, "posts": 1}
    assert removed | least == removed  # and one row of every further step
    assert set(removed.values()) == {1, 2}
    for table in TABLES:
        if store.version(table) is not None:
            stored = store.read(table).to_csv()
            assert "said otherwise" not in stored, table
            assert "x:1001" not in stored, table
    assert tombstones.follow(acme) == {}
    tomb = store.read("deletions").iloc[0]
    assert tomb["id"].startswith("t_")
    assert pd.notna(tomb["followed_at"])
    report = bring(acme, [edited | {"likes": 9}], "again.jsonl")
    assert (report.added, dict(report.reasons)) == (0, {GONE: 1})
    assert store.read("quarantine")["payload"].fillna("").tolist() == [""]
    steps.update(acme, until="duplicates")
    assert store.read("duplicates")["post_id"].tolist() == ["x:1002", "x:1003"]


def test_a_deleted_account_takes_its_posts_along(workspace, bring):
    acme = workspace(brands=["Acme"], sources=SOURCE, terms={"posts": REVIEW})
    bring(acme)
    acme.store.merge(
        "deletions",
        pd.concat([deletions("jane", kind="account"), deletions(Pseudonyms().name("bob"), kind="suspended")]),
    )
    assert tombstones.follow(acme)["posts"] == 2
    assert acme.store.read("posts")["post_id"].tolist() == ["x:1003"]
    report = bring(acme, [ROWS[0] | {"id": "1009"}], "later.jsonl")
    assert dict(report.reasons) == {GONE: 1}


def test_a_deleted_account_is_found_under_every_key_it_was_stored_under(
    workspace, bring, tmp_path, monkeypatch
):
    monkeypatch.delenv("EARSHOT_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "keys"))
    acme = workspace(brands=["Acme"], sources=SOURCE, terms={"posts": REVIEW})
    bring(acme)
    keys.rotate()
    bring(acme, [ROWS[0] | {"id": "1009"}], "later.jsonl")
    names = acme.store.read("posts").set_index("post_id")["author"]
    assert names["x:1009"].startswith("p1_")
    acme.store.merge("deletions", deletions("jane", kind="account"))
    tombstones.follow(acme)
    assert not set(acme.store.read("posts")["author"]) & {names["x:1001"], names["x:1009"]}
    assert len(acme.store.read("deletions")) == 2


def test_a_field_that_was_filled_and_is_empty_now_is_told_on_the_first_file(workspace, bring):
    acme = workspace(brands=["Acme"], sources=SOURCE, terms={"posts": REVIEW})
    many = [ROWS[0] | {"id": str(number)} for number in range(2000, 2030)]
    assert bring(acme, many, "one.jsonl").vanished == []
    later = [row | {"id": f"{row['id']}1", "likes": None} for row in many]
    assert bring(acme, later, "two.jsonl").vanished == ["likes"]
    assert bring(acme, [row | {"id": f"{row['id']}2"} for row in later[:2]], "few.jsonl").vanished == []
    table = lost_fields.table(acme.store.read("imports"))
    assert table[["source", "file", "field"]].to_numpy().tolist() == [["posts", "two.jsonl", "likes"]]

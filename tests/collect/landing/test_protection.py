from collections import Counter

import pandas as pd
import pytest

from earshot.collect.landing.protection import protect, protect_broken
from earshot.collect.mapping.mapping import Source
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

names = Pseudonyms("0" * 64)
SOURCE = Source("feed", {"id": "id", "text": "text", "created_at": "when", "author": "poster"})


def protected(column: str, value, keep=("@Acme",)):
    rows = pd.DataFrame({column: pd.Series([value])})
    return protect(rows, SOURCE, names, keep)[column].iloc[0]


@pytest.mark.parametrize(
    "column",
    [
        "poster",
        "user",
        "name",
        "screen_name",
        "userName",
        "user.screen_name",
        "author_id",
        "user.id_str",
        "from_user",
        "account.acct",
    ],
)
def test_people_become_pseudonyms(column):
    assert protected(column, "Jane") == names.name("jane")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("user_timezone", "Eastern Time"),
        ("brand_name", "Acme"),
        ("user.followers", "12"),
        ("user.created_at", "2009"),
        ("id", "4111111111111111"),
        ("conversation_id", "4111111111111111"),
        ("when", "2015-02-24 11:35:52 -0800"),
        ("airline", "US Airways"),
        ("topic.name", "delays"),
    ],
)
def test_what_names_nobody_stays(column, value):
    assert protected(column, value) == value


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("email", "jane at home", "[email]"),
        ("user_phone", "12345", "[phone]"),
        ("home_address", "1 High St", "[address]"),
        ("user.description", "Jane, Leeds", "[profile]"),
        ("customer_id", "jane@example.com", "[email]"),
        ("note", "ring 914-329-0185", "ring [phone]"),
        ("text", "card 4111\x001111\x001111\x001111", "card [card]"),
    ],
)
def test_details_are_hidden_wherever_they_stand(column, value, kept):
    assert protected(column, value) == kept


def test_a_number_that_a_name_made_look_harmless_is_seen():
    assert "[phone]" in protected("text", "@bookings 0494 92 82 32")


def test_a_brands_own_account_stays_readable():
    assert protected("poster", "@ACME") == "acme"
    assert protected("text", "thanks @Acme and @Jane") == f"thanks @Acme and @{names.name('jane')}"


def test_whole_numbers_are_the_same_person_as_text():
    assert protected("author_id", 12.0) == protected("author_id", "12") == names.name("12")


def test_twice_is_once_and_nothing_given_is_changed():
    rows = pd.DataFrame(
        {"poster": ["Jane"], "text": ["mail jane@example.com, @Bob"], "email": ["x"], "n": [1.5]}
    )
    before, counts = rows.copy(deep=True), Counter()
    once = protect(rows, SOURCE, names, [], counts)
    pd.testing.assert_frame_equal(protect(once, SOURCE, names, []), once)
    pd.testing.assert_frame_equal(rows, before)
    assert counts["email"] == 1


def test_missing_stays_missing():
    rows = pd.DataFrame({"poster": ["Jane", None], "text": [None, "x"], "email": [None, "y"]}, dtype="str")
    assert protect(rows, SOURCE, names, []).isna().to_numpy().tolist() == [
        [False, True, True],
        [True, False, False],
    ]


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://forum.example/jane/12", "https://forum.example/{}/12"),
        ("urn:plc:JANE", "urn:plc:{}"),
        ("https://forum.example/janet", "https://forum.example/janet"),
        ("https://forum.example/?by=jane", None),
        ("https://bsky.app/profile/Jane.bsky.social/1", None),
    ],
)
def test_a_link_does_not_tell_who_wrote_the_post(link, kept):
    rows = pd.DataFrame({"poster": ["@Jane"], "permalink": [link], "text": [f"jane is my name, see {link}"]})
    safe = protect(rows, SOURCE, names, [])
    if kept:
        assert safe["permalink"].iloc[0] == kept.format(names.name("jane"))
    else:
        assert "jane" not in safe["permalink"].iloc[0].lower()
    assert safe["text"].iloc[0] == f"jane is my name, see {safe['permalink'].iloc[0]}"


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("did", "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "{}"),
        ("repo.did", "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "{}"),
        (
            "id",
            "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k1",
            "at://{}/app.bsky.feed.post/3k1",
        ),
        ("text", "see did%3Aplc%3Aewvi7nxzyoun6zhxrhs64oiz.", "see {}."),
        (
            "uri",
            "https://bsky.app/profile/did:plc:ewvi7nxzyoun6zhxrhs64oiz/post/3k1",
            "https://bsky.app/profile/{}/post/3k1",
        ),
        ("list", '["dId:PLC:ewvi7nxzyoun6zhxrhs64oiz"]', '["{}"]'),
        ("text", "plc:ewvi7nxzyoun6zhxrhs64oiz", "{}"),
    ],
)
def test_a_did_is_the_same_person_wherever_it_stands(column, value, kept):
    assert protected(column, value) == kept.format(names.name("did:plc:ewvi7nxzyoun6zhxrhs64oiz"))


def test_a_handle_in_an_at_address_is_a_person_and_a_brands_own_stays():
    assert protected("uri", "at://Jane.example/x/1") == f"at://{names.name('jane.example')}/x/1"
    assert protected("uri", "at://acme/x/1") == "at://acme/x/1"
    assert protected("uri", "at://[did]/x/1") == "at://[did]/x/1"


@pytest.mark.parametrize(
    "text",
    [
        '{"author": "Jane Roe",\n "mail": "jane@example.com", "did": "did:web:jane.example"}',
        r'{"a": ["Jane\u0040example.com", "did\u003aweb\u003ajane.example"], "user": "Jane"}',
        r'{"text": "jane\u0040example.com", "note": "did\u003aweb:jane.example", "author": "jane',
        "at:\\/\\/did:web:jane.example\\/x",
        "\xff\xfe did:web:jane\ufffd.example",
    ],
)
def test_broken_payloads_name_nobody(text):
    safe = protect_broken(pd.Series([text]), names, []).iloc[0].lower()
    assert "jane" not in safe
    assert "did:" not in safe

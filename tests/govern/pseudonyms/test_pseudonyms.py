import os
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.govern.pseudonyms import pseudonyms
from earshot.govern.pseudonyms.pseudonyms import KeyRefused, Pseudonyms

KEY = "0" * 64
names = Pseudonyms(KEY)


@pytest.mark.parametrize(
    ("key", "message", "answer"),
    [  # RFC 4231, cases 1, 2, 3 and 6
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_the_primitive_gives_the_published_answers(key, message, answer):
    assert pseudonyms.hmac_sha256(key, message).hex() == answer


def test_one_person_has_one_name_under_one_key():
    assert names.name("@Jane") == names.name("jane") == names.name(" JANE ")
    assert re.fullmatch(r"p_[0-9a-f]{12}", names.name("jane"))
    assert names.name("jane") != names.name("june")
    assert names.name("jane") != Pseudonyms("1" * 64).name("jane")


def test_a_pseudonym_keeps_its_name():
    assert names.name(names.name("jane")) == names.name("jane")


def test_missing_handles_stay_missing():
    assert names.names(pd.Series(["jane", None, " "], dtype="str")).isna().tolist() == [False, True, True]


def test_a_handle_in_the_brief_is_the_one_that_is_stored():
    """Whatever its case, with or without "@", and in full-width letters too."""
    brief = ["@AmericanAir", "ＵＮＩＴＥＤ", " LarkspurHelp "]
    stored = names.names(pd.Series(["americanair", "@United", "LARKSPURHELP", "jane", None]), brief)
    assert stored[:3].tolist() == ["americanair", "united", "larkspurhelp"]
    assert pseudonyms.among(stored, brief).tolist() == [True, True, True, False, False]
    assert pseudonyms.among(pd.Series(["AmericanAir", "p_0123456789ab"]), brief).tolist() == [True, False]
    assert not pseudonyms.among(stored, []).any()


def said(text: str, keep=("@Acme",)) -> str:
    return names.mentions(pd.Series([text], dtype="str"), keep).iloc[0]


def test_a_mention_gets_the_authors_name_and_the_brand_keeps_its_own():
    assert said("@acme why, @Jane? .@ACME") == f"@acme why, @{names.name('jane')}? .@ACME"
    assert said("@acme.Thanks") == "@acme.Thanks"


@pytest.mark.parametrize(
    ("text", "handle", "shape"),
    [
        ("hi @jane.bsky.social!", "jane.bsky.social", "hi @{}!"),
        ("hi @jane@mastodon.social", "jane@mastodon.social", "hi @{}"),
        ("hi @jane-doe", "jane-doe", "hi @{}"),
        ("by /u/jane_d and", "jane_d", "by /u/{} and"),
        ("https://x.com/Jane/with_replies", "jane", "https://x.com/{}/with_replies"),
        ("hi ＠jane", "jane", "hi @{}"),
    ],
)
def test_every_network_writes_handles_its_own_way(text, handle, shape):
    assert said(text) == shape.format(names.name(handle))


def test_an_address_of_a_post_works_without_the_name_in_it():
    assert said("https://twitter.com/Jane/status/12") == "https://x.com/i/status/12"


PIECES = st.sampled_from(["@jane", "@", "acme", ".", "-", "@x@y.z", " ", "u/bob", "x.com/joe", "é"])


@given(st.lists(PIECES).map("".join))
def test_naming_twice_is_naming_once(text):
    assert said(said(text)) == said(text)


def test_the_key_is_made_once_for_its_owner_only(tmp_path, monkeypatch):
    monkeypatch.delenv("EARSHOT_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    key = pseudonyms.read_key()
    assert pseudonyms.read_key() == key
    assert len(key) == 64
    assert os.stat(pseudonyms.key_place()).st_mode & 0o777 == 0o600
    assert Pseudonyms().name("jane") == Pseudonyms(key).name("jane")


def test_a_key_that_others_can_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("EARSHOT_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    pseudonyms.read_key()
    place = pseudonyms.key_place()
    place.chmod(0o644)
    with pytest.raises(KeyRefused) as error:
        Pseudonyms()
    assert str(error.value) == (
        f"The pseudonym key {place} can be read by others; run 'chmod 600 {place}' and try again."
    )


def test_a_short_key_is_refused(monkeypatch):
    monkeypatch.setenv("EARSHOT_KEY", "secret")
    with pytest.raises(
        KeyRefused,
        match=r"^The pseudonym key in \$EARSHOT_KEY has 6 characters; use at least 32, for "
        r"example the output of 'openssl rand -hex 32'\.$",
    ):
        Pseudonyms()

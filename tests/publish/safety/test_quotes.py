"""Text of strangers: cleaned, capped, nobody named, set apart."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.publish.safety.quotes import clean, isolate, link, plain, quote


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\x00b\x07c\x9bd", "abcd"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x", "red x"),
        ("safe \u202egpj.exe\u202c", "safe gpj.exe"),
        ("in\u200bvis\u2060\ufeffible", "in·vis·ible"),
        ("so\u00adft", "so·ft"),
        ("one\r\ntwo\u2028three\x85four", "one\ntwo\nthree\nfour"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("half \ud83d pair", "half � pair"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("❤️\u200d\U0001f525", "❤️\u200d\U0001f525"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("pass\u200dword", "pass·word"),
        (
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ),
        ("hidden\U000e0041\U000e0042words", "hidden·words"),
        ("e" + "\u0301" * 30, "e\u0301\u0301\u0301"),
    ],
)
def test_text_is_cleaned(given_text, shown):
    assert clean(given_text) == shown


@given(st.text())
def test_cleaned_text_holds_nothing_that_acts_and_is_stable(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cleaned)
    assert not any(unicodedata.category(character) == "Cs" for character in cleaned)


@given(st.text())
def test_quoted_text_is_always_escaped_and_never_longer_than_the_cap_allows(text):
    quoted = quote(text, cap=50)
    assert not re.search(r"<(?!span class=\"mask\">|/span>)", quoted)
    assert len(plain(text, cap=50)) <= 50 + len("… (1,000,000 characters in all)")


def test_long_text_is_capped_and_says_how_long_it_was():
    assert quote("x" * 100_000).endswith("xxx… (100,000 characters in all)")
    assert len(quote("x" * 100_000)) < 700


def test_nobody_is_named():
    assert quote("thanks @p_0123456789ab and p_ffffffffffff") == "thanks @someone and @someone"
    assert plain("@p_0123456789ab\nsaid") == "@someone said"


def test_a_mask_becomes_a_chip():
    assert quote("mail [email] <b>") == 'mail <span class="mask">email removed</span> &lt;b&gt;'
    assert quote("[not a mask]") == "[not a mask]"


def test_secrets_in_posts_are_hidden_so_that_they_cannot_stop_a_page():
    shown = quote("AKIAABCDEFGHIJKLMNOP /home/alice/x https://a:bcd@h.example")
    assert shown.count('<span class="mask">secret removed</span>') == 3
    assert "AKIA" not in shown
    assert "alice" not in shown


def test_a_quote_stands_in_its_own_direction():
    assert isolate("שלום <i>") == '<bdi class="quoted">שלום &lt;i&gt;</bdi>'


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example/x",
        "/etc/passwd",
        "https://good.example@evil.example/",
        "https://",
        "http://[::1",
        "https:\\\\evil.example",
        "ftp://x.example",
        "mailto:x@y.example",
        "",
    ],
)
def test_anything_but_a_plain_web_address_stays_text(address):
    assert "<a" not in link(address)


def test_a_link_says_where_it_leads_and_leaves_no_trace():
    assert link("https://news.example/a?b=1&c=2", "The story") == (
        '<a href="https://news.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">'
        "<bdi>The story (news.example)</bdi></a>"
    )
    assert 'onmouseover="' not in link('https://x.example/" onmouseover="y')

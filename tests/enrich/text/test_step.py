"""Clean text: known cases, and the way back to the original for any text at all."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.enrich.text.step import add, clean, parse, to_original

CASES = {
    "hello world": "hello world",
    "Fish &amp; chips &lt;3": "Fish & chips <3",
    "&amp;lt;b&amp;gt;": "<b>",
    "cafÃ© naÃ¯ve âœ”": "café naïve check mark",
    "sooooo good!!!!!!": "soo good!!!",
    r"I\u2019m \ud83d\ude02 C:\users \u12": r"I’m face with tears of joy C:\users \u12",
    "2000 feet": "2000 feet",
    "@united thanks @someone_else": "@user thanks @user",
    "mail me@example.com": "mail me@example.com",
    "see https://t.co/a1b2, ok": "see , ok",
    "http http": "",
    "#ILoveFlying #worstairlineever #größtes_kino #iphone6": "I Love Flying worst airline ever größtes kino "
    "iphone 6",
    "we are #1 in 2015 #2015": "we are #1 in 2015 #2015",
    "great😂day": "great face with tears of joy day",
    "👨\u200d👩\u200d👧 🇩🇪": "family man woman girl Germany",
    "🙂\ufe0f": "slightly smiling face",
    "  a\t\n b  ": "a b",
    "pa\u200bss\u202eword\u00ad": "password",
    "𝐅𝐫𝐞𝐞 ｗｏｗ": "Free wow",
    "cafe\u0301": "café",
    "क्\u200dष": "क्\u200dष",
    "": "",
    " \u200b ": "",
}


@pytest.mark.parametrize("text", CASES)
def test_text_is_cleaned_as_expected(text):
    assert clean(text)[0] == CASES[text]


def test_what_was_found_is_kept_as_it_was_written():
    found = parse("@united #EpicFail 😂 see https://t.co/x1 ok http")
    assert (found.mentions, found.hashtags, found.emoji, found.urls) == (
        ["united"],
        ["EpicFail"],
        ["😂"],
        ["https://t.co/x1"],
    )


def test_a_span_of_the_clean_text_leads_back_to_the_stretch_it_came_from():
    text = "@united  why is #CustomerService sooooo bad 😡 &amp; slow"
    cleaned, edits = clean(text)
    for word, origin in {
        "@user": "@united",
        "Customer Service": "#CustomerService",
        "Service": "#CustomerService",
        "soo": "sooooo",
        "enraged face": "😡",
        "&": "&amp;",
        "slow": "slow",
        "bad": "bad",
    }.items():
        start = cleaned.index(word)
        first, last = to_original(edits, start, start + len(word))
        assert text[first:last] == origin


PIECES = st.sampled_from(
    [
        "&amp;",
        "&lt;",
        "http://t.co/x",
        "@you",
        "#OhNo",
        "😂",
        "👍🏽",
        "Ã©",
        "soooo",
        "!!!!!",
        " ",
        "  ",
        "\u200b",
        "\u202e",
        "\n",
        "word",
        "e\u0301",
        "𝐖",
        "🇩🇪",
        "\u200d",
        "\ufe0f",
        "&",
        "#",
        "@",
        "é",
        "हिन्दी",
        "http",
        ".",
        "\x00",
        "0\ufe0f\u20e3",
    ]
)
HOSTILE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))


@given(HOSTILE)
@settings(max_examples=400, deadline=None)
def test_every_clean_span_lies_inside_the_original_and_unchanged_text_is_itself(text):
    cleaned, edits = clean(text)
    last = [0, 0]
    for start_clean, end_clean, start, end in edits:
        assert last[0] <= start_clean <= end_clean <= len(cleaned)
        assert last[1] <= start <= end <= len(text)
        assert cleaned[last[0] : start_clean] == text[last[1] : start]
        last = [end_clean, end]
    assert cleaned[last[0] :] == text[last[1] :]
    for start in range(len(cleaned)):
        first, end = to_original(edits, start, start + 1)
        assert 0 <= first <= end <= len(text)


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_clean_text_has_single_blanks_and_nothing_invisible(text):
    cleaned = clean(text)[0]
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert not set(cleaned) & set("\x00\x07\u200b\u202e\u2066\ufeff\n\t")


def test_a_very_long_post_is_no_trouble():
    text = "#" * 20_000 + "a" * 30_000 + "&amp;" * 10_000 + "http://" * 5_000 + " \u200b" * 10_000
    assert len(clean(text)[0]) < len(text)


def test_the_step_gives_the_columns_of_its_table():
    posts = pd.DataFrame(
        {"post_id": ["x:1", "x:2"], "content_hash": ["a", "b"], "text": ["Hi @you, it's me", None]}
    )
    rows = add(posts)
    assert rows["clean_text"].tolist() == ["Hi @user, it's me", ""]
    assert rows["words"].tolist() == [4, 0]
    assert json.loads(rows["mentions"].iloc[0]) == ["you"]
    assert json.loads(rows["edits"].iloc[0]) == [[3, 8, 3, 7]]


def test_what_a_picture_shows_is_read_after_the_text_and_leads_to_its_end():
    posts = pd.DataFrame(
        {
            "post_id": ["x:1", "x:2", "x:3"],
            "content_hash": ["a", "b", "c"],
            "text": ["Look @you", "", "plain"],
            "media_text": ["A  queue at the #gate", "Only a picture", None],
        }
    )
    rows = add(posts)
    assert rows["clean_text"].tolist() == [
        "Look @user [image: A queue at the gate]",
        "[image: Only a picture]",
        "plain",
    ]
    edits = json.loads(rows["edits"].iloc[0])
    start = rows["clean_text"].iloc[0].index("queue")
    assert to_original(edits, start, start + 5) == (9, 9)
    assert to_original(edits, 5, 10) == (5, 9)
    assert json.loads(rows["hashtags"].iloc[0]) == []

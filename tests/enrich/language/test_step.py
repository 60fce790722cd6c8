"""Languages: plain cases, doubtful ones, and what is left out before reading."""

import json

import pandas as pd
import pytest

from earshot.enrich.language.step import UNKNOWN, add, detect

KNOWN = {
    "My flight was cancelled and nobody told us anything about it": "en",
    "Mein Zug hatte schon wieder eine Stunde Verspätung, danke für nichts": "de",
    "Je suis très content de ce nouveau téléphone, merci beaucoup": "fr",
    "Llevo tres horas esperando y nadie me contesta el teléfono": "es",
    "Questa mattina la connessione non funziona in tutta la città": "it",
    "O aplicativo não abre desde ontem, alguém mais está com esse problema?": "pt",
    "الخدمة سيئة جدا ولا أحد يرد على رسائلي": "ar",
    "मेरा फोन दो दिन से काम नहीं कर रहा है": "hi",
    "yeh network kab theek hoga bhai, do din se call nahi lag raha hai": "hi",
    "電話がつながりません。どうなっていますか": "ja",
}


@pytest.mark.parametrize("text", KNOWN)
def test_a_plain_sentence_is_told(text):
    lang, sure = detect([text])[0]
    assert lang == KNOWN[text]
    assert 0.5 < sure <= 1


@pytest.mark.parametrize("text", ["", "   ", "@united", "https://t.co/abc #wow", "😂😂😂", "12:30", "!!!"])
def test_what_has_no_words_has_no_language(text):
    assert detect([text]) == [(UNKNOWN, 0.0)]


def test_links_mentions_and_hashtags_do_not_count():
    bare = "nadie contesta el teléfono desde ayer"
    assert detect([f"@SouthwestAir #CustomerService {bare} http://www.airlines.com/help"]) == detect([bare])


def test_a_text_reads_the_same_alone_and_among_others():
    texts = [*KNOWN, "ok", "thanks", "nein"]
    assert detect(texts) == [detect([text])[0] for text in texts]


def test_the_step_gives_the_columns_of_its_table():
    rows = add(pd.DataFrame({"post_id": ["x:1"], "content_hash": ["a"], "text": [None]}))
    assert rows.to_dict("records") == [
        {
            "post_id": "x:1",
            "content_hash": "a",
            "lang": UNKNOWN,
            "confidence": 0.0,
            "mixed": False,
            "spans": "[]",
        }
    ]


def test_a_very_short_post_is_read_by_its_hashtags_but_not_by_one_short_word():
    assert detect(["#wegaanhetallemaalmerken ja"])[0][0] == "nl"
    assert detect(["#immobilier #appartement"])[0][0] == "fr"


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("I have been waiting for two hours y nadie me contesta el teléfono", "en", "es"),
        ("yaar kya bakwas hai yeh, the whole network is down again and nobody answers", "hi", "en"),
    ],
)
def test_a_mixed_post_is_mapped_stretch_by_stretch(text, first, second):
    row = add(pd.DataFrame({"post_id": ["x:1"], "content_hash": ["a"], "text": [text]})).iloc[0]
    spans = json.loads(row["spans"])
    assert row["mixed"]
    assert [spans[0][2], spans[-1][2]] == [first, second]
    assert text[spans[-1][0] : spans[-1][1]] in text
    assert [start for start, _, _ in spans] == sorted(start for start, _, _ in spans)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Я жду уже three hours", [("Я жду уже", "ru"), ("three hours", "en")]),
        (
            "我在等了三个小时 and nobody answers me",
            [("我在等了三个小时", "zh"), ("and nobody answers me", "en")],
        ),
        (
            "Билайн опять не работает, why is it always like this",
            [("Билайн опять не работает", "ru"), ("why is it always like this", "en")],
        ),
        (
            "ich warte seit drei stunden @Telco الشبكة لا تعمل منذ الصباح",
            [("ich warte seit drei stunden", "de"), ("الشبكة لا تعمل منذ الصباح", "ar")],
        ),
        (
            "συγγνώμη but I am waiting περιμένω δύο ώρες",
            [("συγγνώμη", "el"), ("but I am waiting", "en"), ("περιμένω δύο ώρες", "el")],
        ),
    ],
)
def test_a_post_in_two_scripts_is_read_script_by_script(text, wanted):
    row = add(pd.DataFrame({"post_id": ["x:1"], "content_hash": ["a"], "text": [text]})).iloc[0]
    assert [(text[start:end], code) for start, end, code in json.loads(row["spans"])] == wanted
    assert row["mixed"]


@pytest.mark.parametrize(
    "text",
    [
        "iPhone сломался опять, App Store не работает",
        "my friend said спасибо",
        "मेरा फोन दो दिन से काम नहीं कर रहा है OK",
        "電話がつながりません。SIM カードは届きましたか",
    ],
)
def test_names_and_single_words_in_other_letters_do_not_make_a_post_mixed(text):
    assert not add(pd.DataFrame({"post_id": ["x:1"], "content_hash": ["a"], "text": [text]}))["mixed"].iloc[0]


def test_one_borrowed_word_does_not_make_a_post_mixed():
    rows = add(
        pd.DataFrame(
            {
                "post_id": ["x:1"],
                "content_hash": ["a"],
                "text": ["Die neue App ist leider sehr langsam und der Support hilft mir nicht"],
            }
        )
    )
    assert not rows["mixed"].iloc[0]
    assert [code for _, _, code in json.loads(rows["spans"].iloc[0])] == ["de"]


def test_what_the_brief_listens_for_gets_the_benefit_of_the_doubt():
    doubtful = "super idea"
    plain, dutch = detect([doubtful])[0], detect([doubtful], ("nl",))[0]
    assert dutch[0] == "nl" or dutch[1] < plain[1]
    assert detect(["My flight was cancelled and nobody told us"], ("nl",))[0][0] == "en"

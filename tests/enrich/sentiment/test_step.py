"""Sentiment: plain sentences, probabilities,
the published weights only, and pairs that differ in one word.
"""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from tests.tracked import tracked

from earshot.core.params import ParamError
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.embeddings.model_files import WeightsError
from earshot.enrich.sentiment import earshot2, huggingface
from earshot.enrich.sentiment import step as sentiment

PLAIN = {
    "I love this airline, the crew was wonderful": "positive",
    "Thank you so much for the quick help!": "positive",
    "Worst service ever, I am so angry": "negative",
    "My flight was cancelled and nobody cares": "negative",
    "The shop opens at nine on Monday": "neutral",
    "Das ist eine Katastrophe, nie wieder": "negative",
    "Merci beaucoup, c'est génial": "positive",
    "Estoy muy feliz con el servicio": "positive",
}
ABROAD = {
    "No me gusta nada este producto": "negative",
    "Ottimo lavoro, grazie mille!": "positive",
    "Che schifo di servizio, mai più": "negative",
    "O atendimento foi péssimo": "negative",
    "Adorei o produto, recomendo": "positive",
    "شكرا جزيلا، خدمة رائعة": "positive",
    "الخدمة سيئة جدا ولن أعود": "negative",
    "Le magasin ouvre à neuf heures": "neutral",
    "Der Laden öffnet um neun Uhr": "neutral",
    "Je ne suis pas content du tout": "negative",
    "Ich bin nicht zufrieden": "negative",
    "Muchas gracias, todo perfecto": "positive",
}


def test_plain_sentences_are_read_right():
    read = sentiment.read(list(PLAIN))
    wrong = [text for text, said in zip(PLAIN, read["label"], strict=True) if said != PLAIN[text]]
    assert len(wrong) <= 1, wrong


def test_plain_sentences_in_other_languages_are_read_right():
    read = sentiment.read(list(ABROAD))
    wrong = [text for text, said in zip(ABROAD, read["label"], strict=True) if said != ABROAD[text]]
    assert len(wrong) <= 1, wrong


def test_letters_that_english_does_not_have_go_to_the_tower_for_other_languages():
    _, group = earshot2.say_words(["this is fine", "the यह बहुत", "the 字 is", "😡 the"], sentiment.load())
    assert group.tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("model", list(sentiment.NAMES))
def test_every_shipped_model_and_tier_reads_plain_sentences(model):
    read = sentiment.read(list(PLAIN), ["en"] * 5 + ["de", "fr", "es"], model)
    wrong = [text for text, said in zip(PLAIN, read["label"], strict=True) if said != PLAIN[text]]
    assert len(wrong) <= 2, wrong


def test_the_cascade_asks_the_tower_only_where_the_fast_tier_is_not_sure():
    texts = [*PLAIN, "it is what it is", "hm, not sure what to make of that"]
    fast, model, both = (
        sentiment.read(texts, model=f"earshot-2{tier}") for tier in ("-fast", "", "-cascade")
    )
    asked = both["tier"] == "model"
    assert 0 < asked.sum() < len(texts)
    pd.testing.assert_frame_equal(both[asked], model[asked])
    pd.testing.assert_frame_equal(both[~asked], fast[~asked])
    assert fast.loc[~asked, sentiment.COLUMNS].max(axis=1).min() >= sentiment.load()["fast.sure"].min()


def test_the_likeliest_class_is_among_the_possible_and_a_plain_post_has_one():
    read = sentiment.read([*PLAIN, "it is what it is"])
    assert all(
        label in possible.split() for label, possible in zip(read["label"], read["possible"], strict=True)
    )
    assert read["possible"].iloc[:3].tolist() == ["positive", "positive", "negative"]


@pytest.mark.parametrize("model", ["earshot-2-fast", "earshot-1"])
def test_in_an_untested_language_nothing_is_ruled_out(model):
    known, unknown, none = sentiment.read(["I love it"] * 3, ["en", "fi", "und"], model)["possible"]
    assert known == none == "positive"
    assert unknown == "negative neutral positive"


def test_probabilities_add_up_and_the_label_is_the_likeliest():
    read = sentiment.read([*PLAIN, "", "😂😂", "http://t.co/x"])
    chances = read[sentiment.COLUMNS].to_numpy()
    assert ((chances >= 0) & (chances <= 1)).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=2e-6)
    assert read["label"].tolist() == [sentiment.CLASSES[at] for at in chances.argmax(axis=1)]


# Each pair differs in what should move the sentiment: the second must be read as more negative than the
# first.
PAIRS = {
    "negation": [
        ("the staff is helpful", "the staff is not helpful"),
        ("I am happy with it", "I am not happy with it"),
        ("this works", "this doesn't work"),
        ("I would fly with them again", "I would never fly with them again"),
        ("a good idea", "hardly a good idea"),
        ("they care about us", "nobody cares about us"),
    ],
    "degree": [
        ("the wait was long", "the wait was unbearably long"),
        ("it was late", "it was late yet again"),
        ("I liked it", "I liked it less than before"),
        ("the queue was slow", "the queue was terribly slow"),
        ("the price is high", "the price is outrageously high"),
        ("it broke", "it broke again and again"),
        ("the app is confusing", "the app is really confusing"),
        ("they were rude", "they were incredibly rude"),
        ("I am tired of this", "I am so tired of this"),
    ],
    "turn": [
        ("late but they were lovely", "lovely but they were late"),
        ("bad start, great finish", "great start, bad finish"),
    ],
    "emoji": [("we land at nine 😍", "we land at nine 😡"), ("ok 👍", "ok 👎"), ("see you :)", "see you :(")],
}


@pytest.mark.parametrize("kind", PAIRS)
def test_one_word_can_turn_a_sentence(kind, record_property):
    texts = [text for pair in PAIRS[kind] for text in pair]
    read = sentiment.read(texts, ["en"] * len(texts))
    net = (read["p_positive"] - read["p_negative"]).to_numpy()
    passed = float(np.mean(net[1::2] < net[::2]))
    record_property("pass_rate", passed)
    assert passed >= {"negation": 0.8, "degree": 0.6, "turn": 0.5, "emoji": 0.6}[kind]


def test_a_name_does_not_change_the_reading_much():
    names = ["Emily", "Mohammed", "Lakisha", "Wei", "José", "Olga"]
    read = sentiment.read([f"{name} waited at gate 12 for two hours" for name in names], ["en"] * len(names))
    assert np.ptp(read["p_negative"]) < 0.01


def test_a_post_is_read_the_same_alone_and_among_others():
    together = sentiment.read(list(PLAIN), ["en"] * len(PLAIN))
    alone = pd.concat([sentiment.read([text], ["en"]) for text in PLAIN], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)


def test_the_step_gives_the_columns_of_its_table_with_and_without_stored_vectors():
    posts = pd.DataFrame(
        {
            "post_id": ["x:1", "x:2"],
            "content_hash": ["a", "b"],
            "clean_text": ["so good", "so bad"],
            "lang": ["en", None],
        }
    )
    stored = posts.assign(
        vector=list(embeddings.encode(["so good", "so bad"])), embedding_model=embeddings.MODEL
    )
    foreign = posts.assign(vector=[np.ones(3, np.float32)] * 2, embedding_model="other")
    rows = sentiment.add(stored)
    assert list(rows) == ["post_id", "content_hash", *sentiment.COLUMNS, "label", "possible", "tier", "model"]
    assert rows["label"].iloc[0] == "positive"
    for model in (sentiment.MODEL, sentiment.BEFORE):
        rows = sentiment.add(stored, model)
        pd.testing.assert_frame_equal(rows, sentiment.add(posts, model))
        pd.testing.assert_frame_equal(rows, sentiment.add(foreign, model))
    assert sentiment.add(stored.head(0)).empty


def test_changed_weights_are_refused(tmp_path, monkeypatch):
    shutil.copytree(sentiment.FOLDER, tmp_path / "sentiment")
    monkeypatch.setattr(sentiment, "FOLDER", tmp_path / "sentiment")
    sentiment.load()
    path = tmp_path / "sentiment" / "earshot-2.safetensors"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        WeightsError, match=r"^The model file earshot-2.safetensors has SHA-256 .* is not used\."
    ):
        sentiment.load()


def test_an_unknown_model_is_one_sentence():
    sentence = (
        r"^sentiment_model: there is no model 'earshot-9'; use earshot-2, earshot-2-fast, "
        r"earshot-2-cascade, earshot-1, the folder of a Hugging Face model, or its owner/name\. Did you mean "
        r"\"earshot-2\"\?$"
    )
    with pytest.raises(ParamError, match=sentence):
        sentiment.identify("earshot-9")


def test_what_ships_is_small_and_has_a_card():
    assert sum(path.stat().st_size for path in tracked("lib/earshot/models/**/*.safetensors")) < 30e6
    card = (sentiment.FOLDER / "earshot-2.md").read_text(encoding="utf-8")
    figures = json.loads((sentiment.FOLDER / "earshot-2.json").read_text(encoding="utf-8"))
    for tier in ("fast", "model", "cascade"):
        assert f"{figures[tier]['val_recall']:.3f}" in card
        assert f"{figures[tier]['umsab_mean_f1']:.3f}" in card
    assert figures["model"]["val_recall"] > 0.70
    assert figures["model"]["umsab_mean_f1"] > 0.60


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ({0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, [0, 1, 2]),
        ({0: "Positive", 1: "Negative", 2: "Neutral"}, [1, 2, 0]),
    ],
)
def test_classes_of_other_models_are_recognised(names, order):
    assert huggingface._order(names, "some/model") == order


def test_a_model_with_other_classes_is_refused():
    sentence = (
        r"^sentiment_model: 'some/model' has the classes joy, fear; a model with negative, neutral "
        r"and positive is needed\.$"
    )
    with pytest.raises(ParamError, match=sentence):
        huggingface._order({0: "joy", 1: "fear"}, "some/model")


def test_where_a_model_was_tested_is_your_word_else_its_cards_and_nobodys_for_another_model():
    langs = ["en", "ja", "und", None]
    assert sentiment.untested(langs, "earshot-1").tolist() == [False, True, False, False]
    assert sentiment.untested(langs, "earshot-2", ["ja"]).tolist() == [True, False, False, False]
    assert not sentiment.untested(langs, "owner/model").any()
    assert sentiment.untested(langs, "owner/model", ["en"]).tolist() == [False, True, False, False]
    models = ("earshot-2-fast", "earshot-1", "owner/model")
    assert [sentiment.has_sets(model) for model in models] == [True, False, False]

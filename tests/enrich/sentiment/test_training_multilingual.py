"""The tower for other languages: which pieces stay,
which posts teach, and that what is learned can be read.
"""

import numpy as np
import pandas as pd
import pytest

from earshot.enrich.embeddings import e5, encoder, minilm, tokeniser
from earshot.enrich.embeddings.fine_tuning import Plan
from earshot.enrich.embeddings.int8 import Weights
from earshot.enrich.embeddings.model_files import remember
from earshot.enrich.sentiment import earshot2, training_multilingual

NAMES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "▁muy",
    "▁bien",
    "▁mal",
    "▁good",
    "▁rare",
    "m",
    "ñ",
    "字",
    "ab",
]
GOOD, BAD = ["muy bien", "bien bien"], ["muy mal", "mal mal"]


@pytest.fixture(scope="module")
def small():
    weights = {name: np.asarray(values) for name, values in minilm.published().items()}
    vectors = weights["embeddings.word_embeddings.weight"]
    return e5.Model(
        weights | {"embeddings.word_embeddings.weight": vectors[1000 : 1000 + len(NAMES)]},
        NAMES,
        np.array([0, 0, 0, 0, -3, -2, -2, -2, -2, -2, -8, -8, -8, -8], np.float32),
    )


def frame(texts, languages, labels, part="train"):
    return pd.DataFrame({"clean": texts, "language": languages, "label": labels, "part": part})


def test_pieces_that_the_posts_need_stay_and_so_do_letters_of_their_alphabets(small):
    posts = frame(
        ["muy bien", "muy mal", "good"] + ["good"] * 4 + ["rare"], ["spanish"] * 2 + ["english"] * 6, 0
    )
    kept = [NAMES[row] for row in training_multilingual.choose(small, posts)]
    assert kept == ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁muy", "▁good", "m", "ñ"]


def test_all_posts_in_other_languages_teach_and_some_english_ones(monkeypatch):
    monkeypatch.setattr(training_multilingual, "ENGLISH", 2)
    posts = frame([f"post {at}" for at in range(9)], ["hindi"] * 4 + ["english"] * 5, [0] * 9)
    drawn = training_multilingual.draw(posts)
    assert drawn["language"].value_counts().to_dict() == {"hindi": 4, "english": 2}
    assert drawn.index.tolist() != sorted(drawn.index)
    pd.testing.assert_frame_equal(drawn, training_multilingual.draw(posts))


def test_each_class_of_a_language_counts_the_same():
    posts = frame([""] * 8, ["german"] * 5 + ["french"] * 3, [0, 0, 0, 1, 2, 0, 1, 2])
    totals = (
        pd.Series(training_multilingual.balance(posts))
        .groupby([posts["language"], posts["label"]])
        .sum()
        .unstack()
    )
    np.testing.assert_allclose(totals.loc["german"], 5 / 3, rtol=1e-6)
    np.testing.assert_allclose(totals.loc["french"], 1, rtol=1e-6)


def test_what_is_learned_is_read_with_a_vocabulary_of_its_own_and_kept(small, tmp_path, monkeypatch):
    monkeypatch.setattr(
        training_multilingual, "PLAN", Plan(layers=2, epochs=30, step=5e-4, batch=4, memory=0.5)
    )
    posts = frame([*GOOD, *BAD], "spanish", [2, 2, 0, 0])
    learned = remember(tmp_path / "other.safetensors", lambda: training_multilingual.learn(posts, small))
    own = earshot2.other(Weights(learned))
    said = encoder.scores(own, tokeniser.tokenise(own, [*GOOD, *BAD])).argmax(axis=1)
    assert said.tolist() == [2, 2, 0, 0]
    assert len(own["embeddings.word_embeddings.weight"]) == len(own["scores"]) / 4 < len(NAMES)
    again = remember(tmp_path / "other.safetensors", lambda: pytest.fail("learned again"))
    assert all((again[name] == values).all() for name, values in learned.items())

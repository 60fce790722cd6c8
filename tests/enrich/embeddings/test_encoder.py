"""Towers: tuned in seconds on a plain task, the same twice, read the same in any company."""

import numpy as np
import pytest

from earshot.enrich.embeddings import encoder, fine_tuning, minilm
from earshot.enrich.embeddings.fine_tuning import Plan, tune
from earshot.enrich.embeddings.int8 import Weights

GOOD = [
    "what a lovely day",
    "thanks so much",
    "I love this phone",
    "great help today",
    "best service ever",
    "so happy",
]
BAD = [
    "this is awful",
    "I hate waiting",
    "worst service ever",
    "my phone is broken",
    "so angry",
    "useless app",
]
SMALL = Plan(layers=2, epochs=12, step=5e-4, batch=4, memory=0.5)


@pytest.fixture(scope="module")
def learnt():
    texts, targets = minilm.tokenise(GOOD + BAD), np.repeat(np.eye(2), [len(GOOD), len(BAD)], axis=0)
    return tune(texts, targets, SMALL)


def test_a_tower_learns_what_the_labels_say(learnt):
    said = encoder.scores(learnt, minilm.tokenise([*GOOD, *BAD, "a lovely phone", "an awful day"])).argmax(
        axis=1
    )
    assert said.tolist() == [0] * 6 + [1] * 6 + [0, 1]


@pytest.fixture(scope="module")
def asking():
    texts, targets = minilm.tokenise(GOOD + BAD), np.repeat(np.eye(2), [len(GOOD), len(BAD)], axis=0)
    return tune(texts, targets, Plan(layers=2, epochs=12, step=2e-4, batch=4, memory=0.5, asks=True, head=10))


def test_a_head_that_asks_the_tokens_learns_and_reads_the_same_in_any_company(asking):
    texts = minilm.tokenise([*GOOD, *BAD, "a lovely phone", "an awful day"])
    together = encoder.scores(asking, texts)
    assert together.argmax(axis=1).tolist() == [0] * 6 + [1] * 6 + [0, 1]
    alone = np.vstack([encoder.scores(asking, [text]) for text in texts])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_each_class_asks_a_question_of_its_own(asking):
    assert asking["head.asks"].shape == asking["head.weight"].shape == (384, 2)
    silent = asking | {"head.asks": np.zeros_like(asking["head.asks"])}
    texts = minilm.tokenise(BAD)
    assert np.abs(encoder.scores(asking, texts) - encoder.scores(silent, texts)).max() > 0.01


def test_only_layers_and_head_are_kept(learnt):
    assert encoder.depth(learnt) == 2
    assert not [name for name in learnt if name.startswith("embeddings")]
    assert learnt["head.weight"].shape == (384, 2)


def test_the_same_seed_gives_the_same_weights_and_another_gives_others():
    texts, targets = minilm.tokenise(GOOD[:2] + BAD[:2]), np.repeat(np.eye(2), 2, axis=0)
    one, same, other = (tune(texts, targets, Plan(layers=1, epochs=2, seed=seed)) for seed in (1, 1, 2))
    assert all((one[name] == same[name]).all() for name in one)
    assert (one["head.weight"] != other["head.weight"]).any()


def test_a_text_is_read_the_same_in_any_company(learnt):
    texts = minilm.tokenise([*GOOD, *BAD, "", "a b c d e f g " * 12])
    together = encoder.scores(learnt, texts * 2)
    for at, text in enumerate(texts):
        np.testing.assert_allclose(encoder.scores(learnt, [text])[0], together[at], atol=1e-5)


def test_padding_changes_nothing(learnt):
    import torch

    short, long = minilm.tokenise(["so happy", "the worst service that I ever had anywhere"])
    ids = torch.tensor([short + [0] * (len(long) - len(short)), long])
    mask = torch.tensor([[at < len(text) for at in range(len(long))] for text in (short, long)])[
        :, None, None
    ]
    with torch.inference_mode():
        padded = encoder.forward(ids, encoder.complete(learnt), mask).numpy()
    alone = minilm.in_batches([short, long], lambda ids: encoder.forward(ids, encoder.complete(learnt)))
    np.testing.assert_allclose(padded, alone, atol=1e-5)


def test_frozen_layers_stay_as_they_are():
    texts, targets = minilm.tokenise(["good", "bad"]), np.eye(2)
    weights = tune(texts, targets, Plan(layers=2, epochs=3, frozen=1))
    name = "intermediate.dense.weight"
    kept, changed = (
        weights[f"encoder.layer.{at}.{name}"] - minilm.published()[f"encoder.layer.{at}.{name}"].numpy()
        for at in (0, 1)
    )
    assert not kept.any()
    assert changed.any()


def test_a_batch_holds_texts_of_like_length_and_every_text_comes_once():
    tokens = [[1] * (1 + at % 17) for at in range(300)]
    batches = list(fine_tuning._shuffled(tokens, 32, np.random.default_rng(1)))
    assert sorted(np.concatenate(batches)) == list(range(300))
    assert max(np.ptp([len(tokens[row]) for row in batch]) for batch in batches) <= 3


def test_a_tower_of_another_origin_brings_its_word_vectors():
    vectors = {name: np.asarray(values) for name, values in minilm.published().items()}
    name = "embeddings.word_embeddings.weight"
    known = [minilm.tokenise([word])[0] for word in ("good", "great", "bad", "awful")]
    few = vectors | {
        name: vectors[name][[101, 102, *(text[1] for text in known)]]
    }  # other numbers for the same words
    texts, targets = [[0, 2, 1], [0, 3, 1], [0, 4, 1], [0, 5, 1]], np.repeat(np.eye(2), 2, axis=0)
    learned = tune(texts * 4, np.tile(targets, (4, 1)), SMALL, start=few)
    assert not [part for part in learned if part.startswith("embeddings")]
    own = learned | {part: values for part, values in few.items() if part.startswith("embeddings.")}
    assert encoder.scores(own, texts).argmax(axis=1).tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(encoder.scores(learned, known), encoder.scores(own, texts), atol=1e-5)


def test_weights_that_do_not_change_are_laid_out_once(learnt, monkeypatch):
    texts, kept = minilm.tokenise(GOOD), Weights(learnt)
    first = encoder.scores(kept, texts)
    monkeypatch.setattr(encoder, "quantise", lambda weights: pytest.fail("laid out again"))
    assert (encoder.scores(kept, texts) == first).all()

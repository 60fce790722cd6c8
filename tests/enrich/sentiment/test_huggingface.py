"""A sentiment model of Hugging Face, made here at random:
read as it is, whatever its order, and again on change.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earshot.core import clock
from earshot.core.params import ParamError
from earshot.enrich.pipeline import steps
from earshot.enrich.sentiment import huggingface
from earshot.enrich.sentiment import step as sentiment
from earshot.publish.report import enrichment

WORDS = [
    "i",
    "love",
    "hate",
    "it",
    "is",
    "open",
    "the",
    "crew",
    "was",
    "lovely",
    "lost",
    "my",
    "bag",
    "again",
]
TEXTS = ["i love it", "i hate it", "it is open", "the crew was lovely"]


@pytest.fixture
def tiny(tmp_path):
    """A builder: ``tiny(7)`` writes a BERT of two layers,
    sixteen wide, with random weights, and returns its folder.
    """

    def build(seed: int, labels: tuple = ("positive", "negative", "neutral"), name: str = "bert") -> str:
        import torch
        from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

        torch.manual_seed(seed)
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
        config = BertConfig(
            vocab_size=5 + len(WORDS),
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            initializer_range=1.0,
            id2label=dict(enumerate(labels)),
        )
        BertForSequenceClassification(config).save_pretrained(folder)
        BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
        return str(folder)

    return build


def by_hand(folder: str, texts: list[str]) -> np.ndarray:
    """What the network says of each text alone, in the order of its own classes."""
    import torch
    from transformers import BertForSequenceClassification, BertTokenizerFast

    network = BertForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    with torch.no_grad():
        return np.stack(
            [network(**tokenizer(text, return_tensors="pt")).logits.softmax(1)[0].numpy() for text in texts]
        )


@pytest.mark.slow  # it loads transformers, which takes seconds
def test_a_folder_is_read_as_its_network_says_whatever_the_order_of_its_classes(tiny):
    folder = tiny(7)
    read = sentiment.read(TEXTS, model=folder)
    theirs = by_hand(folder, TEXTS)
    assert theirs.std(axis=0).max() > 0.02  # the texts are told apart, so that a mixed-up order would be seen
    np.testing.assert_allclose(read[sentiment.COLUMNS].to_numpy(), theirs[:, [1, 2, 0]], atol=2e-5)
    assert read["label"].tolist() == [("positive", "negative", "neutral")[at] for at in theirs.argmax(axis=1)]


@pytest.mark.slow  # it loads transformers, which takes seconds
def test_a_model_without_the_three_classes_is_refused(tiny):
    folder = tiny(7, ("joy", "anger"), "emotions")
    with pytest.raises(
        ParamError, match="has the classes joy, anger; a model with negative, neutral and positive is "
    ):
        sentiment.read(TEXTS, model=folder)


@pytest.mark.slow  # it loads transformers, which takes seconds
def test_a_folder_that_changed_has_another_name_and_its_posts_are_read_again(tiny, workspace):
    folder = tiny(7)
    space = workspace(brands=["Acme"], sentiment_model=folder)
    write(space)
    before, name = stored(space), sentiment.identify(folder)
    assert name.startswith(f"{folder}@")
    assert steps.run("sentiment", space) == 0
    tiny(8)
    assert sentiment.identify(folder) != name
    assert steps.run("sentiment", space) == len(TEXTS)
    after = stored(space)
    assert not np.allclose(before[sentiment.COLUMNS], after[sentiment.COLUMNS], atol=0.01)
    np.testing.assert_allclose(after[sentiment.COLUMNS], by_hand(folder, TEXTS)[:, [1, 2, 0]], atol=2e-5)


def test_what_is_not_loaded_changes_no_name_and_what_is_not_here_has_none(tmp_path):
    (tmp_path / "config.json").write_text('{"id2label": {"0": "negative"}}')
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = sentiment.identify(str(tmp_path))
    assert before.startswith(f"{tmp_path}@")
    (tmp_path / "README.md").write_text("A card.")
    assert sentiment.identify(str(tmp_path)) == before
    (tmp_path / "config.json").write_text('{"id2label": {"0": "positive"}}')
    assert sentiment.identify(str(tmp_path)) != before
    assert huggingface.identify("nobody/has-this-model-here") == huggingface.identify("a/b/c") == ""
    assert sentiment.identify("nobody/has-this-model-here") == "nobody/has-this-model-here"


def test_the_next_report_notices_a_folder_that_changed(workspace, tmp_path):
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text("{}")
    space = workspace(sentiment_model=str(tmp_path / "bert"))
    before = enrichment._state(space)
    assert enrichment._state(space) == before
    (tmp_path / "bert" / "model.safetensors").write_bytes(b"weights")
    assert enrichment._state(space) != before


def write(space) -> None:
    """Store the texts as posts and bring them up to their sentiment."""
    created = pd.Series([pd.Timestamp("2026-03-02T08:00Z")] * len(TEXTS))
    space.store.merge(
        "posts",
        pd.DataFrame(
            {
                "post_id": [f"x:{row}" for row in range(len(TEXTS))],
                "platform": "x",
                "brand": "Acme",
                "author": "p",
                "created_at": created,
                "collected_at": created,
                "kind": "post",
                "text": TEXTS,
                "source": "test",
                "week": clock.week(created),
                "content_hash": [f"{row:032x}" for row in range(len(TEXTS))],
            }
        ),
    )
    for step in ("clean", "language", "sentiment"):
        steps.run(step, space)


def stored(space) -> pd.DataFrame:
    """The stored sentiment, in the order of the texts."""
    return space.store.read("sentiment").sort_values("post_id", ignore_index=True)


@pytest.mark.slow  # it starts a Python that loads transformers
def test_a_model_by_its_name_is_read_from_the_cache_of_hugging_face_without_a_network(tiny, tmp_path):
    folder = Path(tiny(7))
    kept = tmp_path / "cache" / "hub" / "models--acme--tiny"
    shutil.copytree(folder, kept / "snapshots" / "abc")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    code = (
        f"from earshot.enrich.sentiment import step as sentiment\nread = sentiment.read({TEXTS!r}, "
        f"model='acme/tiny')\n"
        "print(sentiment.identify('acme/tiny'), read[sentiment.COLUMNS].to_numpy().round(4).tolist())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"HF_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    name, found = told.splitlines()[-1].split(" ", 1)
    assert name == f"acme/tiny@{huggingface.identify(str(folder))[:8]}"
    np.testing.assert_allclose(json.loads(found), by_hand(str(folder), TEXTS)[:, [1, 2, 0]], atol=1e-4)

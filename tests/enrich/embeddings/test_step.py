"""Embeddings: the published weights and no others, the known values, and the same vector in any company."""

import numpy as np
import pandas as pd
import pytest

from earshot.core.params import ParamError
from earshot.enrich.embeddings import minilm
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.embeddings.model_files import WeightsError, verify

TEXTS = [
    "my flight is late",
    "the plane was delayed again",
    "what a lovely dinner",
    "ok",
    "",
    "a b c d e f g " * 12,
    "Verspätung schon wieder",
    "thanks so much for the quick help yesterday",
    "no",
    "yes please",
]


def test_each_text_has_one_unit_vector_and_likeness_means_likeness():
    vectors = embeddings.encode(TEXTS)
    assert vectors.shape == (10, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.5 > 0.2 > vectors[0] @ vectors[2]


@pytest.mark.slow
def test_the_vectors_are_those_of_sentence_transformers():
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(minilm.folder()), device="cpu").encode(
        TEXTS, normalize_embeddings=True
    )
    np.testing.assert_allclose(embeddings.encode(TEXTS), reference, atol=2e-6)


def test_a_vector_does_not_depend_on_the_other_texts():
    together = embeddings.encode(TEXTS * 2)
    for at, text in enumerate(TEXTS):
        assert (embeddings.encode([text])[0] == together[at]).all()
    assert (embeddings.encode(TEXTS[::-1]) == together[:10][::-1]).all()


def test_no_text_gives_no_vector():
    assert embeddings.encode([]).shape == (0, 384)


def test_changed_weights_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"not the weights")
    sentence = (
        r"^The model file model.safetensors has SHA-256 [0-9a-f]{12}… where 53aa51172d14… is expected; it "
        r"was "
        r"changed or damaged and is not used\."
    )
    with pytest.raises(WeightsError, match=sentence):
        verify(path, minilm.SHA256)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(
        WeightsError, match=r"^The model file model.safetensors is not in .*; install the environment"
    ):
        verify(tmp_path / "model.safetensors", minilm.SHA256)


def test_a_file_that_changes_within_the_process_is_read_again(tmp_path):
    from hashlib import sha256

    path = tmp_path / "weights"
    path.write_bytes(b"one")
    verify(path, sha256(b"one").hexdigest())
    path.write_bytes(b"three")
    with pytest.raises(WeightsError):
        verify(path, sha256(b"one").hexdigest())


def test_the_installed_weights_are_the_published_ones():
    verify(minilm.folder() / "model.safetensors", minilm.SHA256)


def test_an_unknown_model_is_one_sentence():
    sentence = (
        r"^embedding_model: 'no/such-model' is neither all-MiniLM-L6-v2 nor a model on this machine; give its"
    )
    with pytest.raises(ParamError, match=sentence):
        embeddings.encode(["x"], "no/such-model")


def test_a_matrix_of_stored_vectors():
    stored = pd.Series([np.array([1, 2], np.float32), np.array([3, 4], np.float32)])
    assert embeddings.matrix(stored).tolist() == [[1, 2], [3, 4]]

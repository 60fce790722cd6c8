"""Whole numbers: exact where they can be, near where they cannot,
the same on every processor and in any company.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from earshot.enrich.embeddings import int8, minilm
from earshot.enrich.embeddings.int8 import Quantised, quantise


def matrices(seed: int, rows: int = 40, out: int = 24, width: int = 384):
    chance = torch.Generator().manual_seed(seed)
    return (
        torch.randn(rows, width, generator=chance) * 10 ** torch.randn(rows, 1, generator=chance),
        torch.randn(out, width, generator=chance) * 0.05,
        torch.randn(out, generator=chance),
    )


@pytest.fixture
def slowly(monkeypatch):
    """On a processor that multiplies no whole numbers."""
    monkeypatch.setattr(int8, "in_integers", lambda: False)


def test_whole_numbers_are_multiplied_exactly():
    chance = np.random.default_rng(1)
    tokens, matrix = chance.integers(-127, 128, (50, 384)), chance.integers(-63, 64, (7, 384))
    tokens[:, 0], matrix[:, 0] = 127, 63
    found = Quantised.of(torch.tensor(matrix).float()).linear(torch.tensor(tokens).float(), torch.zeros(7))
    assert (found.numpy().round() == tokens @ matrix.T).all()


def test_the_largest_sum_does_not_overflow():
    for sign in (1, -1):
        matrix, tokens = torch.full((2, 1536), 63.0), torch.full((3, 1536), 127.0 * sign)
        assert Quantised.of(matrix).linear(tokens, torch.zeros(2)).unique().tolist() == [
            63 * 127 * 1536 * sign
        ]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_it_is_near_what_float32_gives(seed):
    values, matrix, bias = matrices(seed)
    found, true = Quantised.of(matrix).linear(values, bias), F.linear(values, matrix, bias)
    apart = (found - true).norm(dim=1) / (true - bias).norm(dim=1)
    assert apart.max() < 0.06  # the worst of 40 tokens, with spread values: mostly below 0.02


def test_a_processor_without_whole_numbers_gives_the_same(slowly):
    values, matrix, bias = matrices(3)
    slow = Quantised.of(matrix)
    assert not slow.packed
    int8.in_integers = lambda: True  # undone by ``slowly``
    assert (Quantised.of(matrix).linear(values, bias) == slow.linear(values, bias)).all()


def test_a_token_does_not_depend_on_its_company():
    values, matrix, bias = matrices(4)
    whole = Quantised.of(matrix)
    together = whole.linear(values.view(4, 10, 384), bias).view(40, -1)
    assert all((whole.linear(values[at : at + 1], bias)[0] == together[at]).all() for at in range(40))


def test_a_token_of_noughts_gives_the_bias():
    _, matrix, bias = matrices(5)
    assert (Quantised.of(matrix).linear(torch.zeros(2, 384), bias) == bias).all()


def test_only_the_matrices_of_layers_become_whole_numbers():
    weights = minilm.published()
    changed = {name for name, values in quantise(weights).items() if isinstance(values, Quantised)}
    assert len(changed) == 6 * minilm.LAYERS
    assert all(name.startswith("encoder.layer.") and name.endswith(".weight") for name in changed)


def test_minilm_in_whole_numbers_means_the_same():
    tokens = minilm.tokenise(
        ["The parcel came two days late.", "I love this phone", "no", "¿Dónde está mi pedido? 😡"]
    )
    true = minilm.in_batches(tokens, lambda ids: minilm._mean_vectors(ids, minilm.published()))
    weights = quantise(minilm.published())
    near = minilm.in_batches(tokens, lambda ids: minilm._mean_vectors(ids, weights))
    assert (true * near).sum(axis=1).min() > 0.96


def test_what_is_kept_is_read_as_what_was_learned():
    _, matrix, bias = matrices(6, out=384)
    learned = {
        "encoder.layer.0.output.dense.weight": matrix.numpy(),
        "encoder.layer.0.output.dense.bias": bias.numpy(),
        "lexical": np.linspace(-1, 1, 3_000, dtype=np.float32),
        "floors": np.array([0.25, 0.5]),
    }
    kept = int8.narrow(learned)
    assert {name: values.dtype.name for name, values in kept.items()} == {
        "encoder.layer.0.output.dense.weight": "int8",
        "encoder.layer.0.output.dense.weight.scale": "float32",
        "encoder.layer.0.output.dense.bias": "float32",
        "lexical": "float16",
        "floors": "float32",
    }
    found = int8.widen(kept)
    assert found.keys() == learned.keys()
    values, _, bias = matrices(7, out=384)
    one, same = (
        Quantised.of(torch.tensor(weights["encoder.layer.0.output.dense.weight"])).linear(values, bias)
        for weights in (learned, found)
    )
    np.testing.assert_allclose(one, same, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found["lexical"], learned["lexical"], atol=1e-3)


def test_tables_are_kept_in_four_bits_by_rows_or_by_columns_and_bytes_as_they_are():
    chance = np.random.default_rng(8)
    learned = {
        "encoder.layer.0.output.dense.weight": chance.normal(size=(384, 1536)).astype(np.float32),
        "lexical": chance.normal(size=(3_200, 7)).astype(np.float32),
        "pieces": np.arange(9, dtype=np.uint8),
        "floors": np.array([0.25, 0.5]),
    }
    kept = int8.narrow(learned, in_blocks={"encoder.": 7, "lexical": 8, "floors": 8})
    assert {name: values.shape for name, values in kept.items()} == {
        "encoder.layer.0.output.dense.weight.blocks": (384, 1536 // 32 * 18),
        "lexical.turned": (7, 1_800),
        "pieces": (9,),
        "floors": (2,),
    }
    found = int8.widen(kept)
    assert found.keys() == learned.keys()
    assert found["pieces"].dtype == np.uint8
    for name in ("lexical", "encoder.layer.0.output.dense.weight"):
        assert found[name].flags.c_contiguous
        assert np.corrcoef(found[name].ravel(), learned[name].ravel())[0, 1] > 0.99
        again = int8.widen(int8.narrow(found, in_blocks={name: 7 if "encoder" in name else 8}))
        assert (again[name] == found[name]).all()

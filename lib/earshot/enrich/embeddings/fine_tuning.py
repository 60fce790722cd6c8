"""Tuning a tower: the first layers of MiniLM learn a task from labelled texts, on a few cores.

AdamW with a warm-up and a linear descent (Devlin et al. 2019); word vectors stay as they are. What is
returned is the running mean of the weights (Polyak & Juditsky 1992), which is steadier than the last step.
The same seed, data, number of threads and machine give the same weights.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from earshot.enrich.embeddings import encoder, minilm


@dataclass(frozen=True)
class Plan:
    """How a tower is tuned: its depth, passes over the data,
    size of a step and of a batch, and what is left to chance.

    ``frozen`` lowest layers stay as they are; ``memory`` is how much of the running mean each step keeps.
    Where the head ``asks``, each class looks for tokens of its own; ``head`` is how many times as far it goes
    at each step. ``half`` reckons in bfloat16, a third to two thirds faster on processors that have it and
    slower on others.
    """

    layers: int = 4
    epochs: int = 3
    step: float = 1e-4
    batch: int = 32
    dropped: float = 0.1
    decay: float = 0.01
    warming: float = 0.06
    frozen: int = 0
    memory: float = 0.998
    asks: bool = False
    head: float = 1.0
    half: bool = False
    seed: int = 1


def tune(
    tokens: list[list[int]],
    targets: np.ndarray,
    plan: Plan,
    importance: np.ndarray | None = None,
    start: dict | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, np.ndarray]:
    """Return the weights of a tower that tells the classes of texts, as float32 arrays by name.

    ``tokens`` are the texts' token ids, ``targets`` (n, classes) each text's share of each class, which add
    up to one, ``importance`` (n) a weight per text. Training begins at ``start``, or at MiniLM's layers.
    """
    import torch

    torch.manual_seed(plan.seed)
    net, steps = _begin(plan, targets.shape[1], start), plan.epochs * -(-len(tokens) // plan.batch)
    learning = [weight for weight in net.values() if weight.requires_grad]
    optimiser = torch.optim.AdamW(_grouped(net, plan), plan.step)
    pace = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda at: _pace(at / steps, plan.warming))
    mean, words, taken = {name: weight.detach().clone() for name, weight in net.items()}, _words(start), 0
    importance = np.asarray(np.ones(len(tokens)) if importance is None else importance, np.float32)
    for epoch in range(plan.epochs):
        losses, chance = [], np.random.default_rng((plan.seed, epoch))
        for rows in _shuffled(tokens, plan.batch, chance):
            part = [tokens[row] for row in rows], targets[rows], importance[rows]
            with torch.autocast("cpu", torch.bfloat16, enabled=plan.half):
                loss = _loss(net | words, *part, plan.dropped)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimiser.step()
            pace.step()
            taken += 1
            _remember(mean, net, min(plan.memory, taken / (taken + 9)))
            losses.append(loss.item())
            if taken % 200 == 0:
                say(f"step {taken} of {steps}: loss {np.mean(losses[-200:]):.4f}")
        say(f"round {epoch + 1} of {plan.epochs}: loss {np.mean(losses):.4f}")
    return {name: weight.numpy() for name, weight in mean.items()}


def _begin(plan: Plan, classes: int, start: dict | None) -> dict:
    """Return the weights to tune, as tensors that learn, those of the frozen layers excepted."""
    import torch

    layers = tuple(f"encoder.layer.{number}." for number in range(plan.layers))
    given = start or minilm.published()
    net = {
        name: torch.as_tensor(values).float().clone()
        for name, values in given.items()
        if name.startswith(layers)
    }
    net["head.weight"] = torch.randn(minilm.WIDTH, classes) * 0.02
    net["head.bias"] = torch.zeros(classes)
    if plan.asks:
        net["head.asks"] = torch.randn(minilm.WIDTH, classes) * 0.02
    for name, weight in net.items():
        weight.requires_grad_(not name.startswith(layers[: plan.frozen]) if plan.frozen else True)
    return net


def _words(start: dict | None) -> dict:
    """Return what turns token ids into vectors, as tensors that do not learn."""
    return encoder.complete(
        {name: values for name, values in (start or {}).items() if name.startswith("embeddings.")}
    )


def _grouped(net: dict, plan: Plan) -> list[dict]:
    """Return the optimiser's groups: matrices shrink, biases and norms do not;
    the head has a step of its own.
    """
    groups = []
    for own, step in ((False, plan.step), (True, plan.step * plan.head)):
        part = [
            values for name, values in net.items() if values.requires_grad and name.startswith("head.") == own
        ]
        groups += [
            {
                "params": [values for values in part if values.dim() > 1],
                "weight_decay": plan.decay,
                "lr": step,
            },
            {"params": [values for values in part if values.dim() == 1], "weight_decay": 0.0, "lr": step},
        ]
    return groups


def _pace(done: float, warming: float) -> float:
    """Return the share of the full step: it rises to one while warming, then falls to a fiftieth."""
    return done / warming if done < warming else max(0.02, (1 - done) / (1 - warming))


def _shuffled(tokens: list[list[int]], size: int, chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield all rows in batches of texts of about the same length, in random order."""
    order = chance.permutation(len(tokens))
    lengths = np.array([len(text) for text in tokens])
    batches = []
    for start in range(0, len(order), size * 64):
        pool = order[start : start + size * 64]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[at : at + size] for at in range(0, len(pool), size)]
    for at in chance.permutation(len(batches)):
        yield batches[at]


def _loss(weights: dict, texts: list[list[int]], targets: np.ndarray, importance: np.ndarray, dropped: float):
    import torch
    from torch.nn import functional as F

    longest = max(map(len, texts))
    ids = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
    mask = torch.tensor([[True] * len(text) + [False] * (longest - len(text)) for text in texts])[
        :, None, None
    ]
    mask = None if mask.all() else mask
    found, shares = encoder.logits(ids, weights, mask, dropped), torch.from_numpy(targets.astype(np.float32))
    losses = F.cross_entropy(found, shares, reduction="none")
    return (losses * torch.from_numpy(importance)).mean()


def _remember(mean: dict, net: dict, memory: float) -> None:
    for name, weight in net.items():
        mean[name].lerp_(weight.detach(), 1 - memory)

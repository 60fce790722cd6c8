"""Attention by class: which tokens of a text speak for each class,
over a transformer's tokens, which stay as they are.

A mean over all tokens drowns the one word that names the reason. Here every class asks the tokens a question
of its own and judges what the answering tokens say (Mullenbach et al. 2018, label-wise attention); since no
layer is tuned, learning takes seconds where tuning a tower takes minutes. Several members, which began by
different chances and learn side by side, answer together: steadier than one (Lakshminarayanan et al. 2017)
and as fast.
"""

import numpy as np

MEMBERS = 3  # that answer together
ROUNDS, BATCH = 8, 64
STEP, DECAY, DROPPED = 2e-3, 0.05, 0.3
BALANCE = 0.5  # how far rare classes are raised: 0 not at all, 1 until all count the same
READ = 256  # texts that are scored together


def learn(states: list[np.ndarray], labels: np.ndarray, classes: int, seed: int) -> dict[str, np.ndarray]:
    """Return what each class asks and how it judges the answers, both (width, members · classes), and a bias.

    ``states`` holds one (tokens, width) array per text. The same seed, data and number of threads give the
    same.
    """
    import torch
    from torch.nn import functional as F

    torch.manual_seed(seed)
    chance, width = np.random.default_rng(seed), states[0].shape[1]
    wide = MEMBERS * classes
    net = {
        "asks": torch.randn(width, wide) * 0.02,
        "judges": torch.randn(width, wide) * 0.01,
        "bias": torch.zeros(wide),
    }
    for part in net.values():
        part.requires_grad_(True)
    optimiser = torch.optim.AdamW(
        [
            {"params": [net["asks"], net["judges"]], "weight_decay": DECAY},
            {"params": [net["bias"]], "weight_decay": 0.0},
        ],
        STEP,
    )
    steps = ROUNDS * -(-len(states) // BATCH)
    pace = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda at: max(0.02, 1 - at / steps))
    importance = torch.from_numpy(raised(labels, classes))
    for rows in _shuffled(states, chance):
        tokens, real = _padded([states[row] for row in rows])
        found = score(F.dropout(tokens, DROPPED), real, **net).view(-1, classes)  # a row per text and member
        truth = torch.from_numpy(np.repeat(labels[rows], MEMBERS))
        loss = F.cross_entropy(found, truth, weight=importance)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        pace.step()
    return {name: part.detach().numpy() for name, part in net.items()}


def raised(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return (classes,) float32: how much a text of each class counts, rare ones more."""
    counts = np.maximum(1, np.bincount(labels, minlength=classes))
    return ((len(labels) / counts / classes) ** BALANCE).astype(np.float32)


def scores(net: dict[str, np.ndarray], states: list[np.ndarray]) -> np.ndarray:
    """Return (n, classes) float64 scores, before any softmax: the mean of all members'."""
    import torch

    parts = {name: torch.from_numpy(np.asarray(part, np.float32)) for name, part in net.items()}
    with torch.inference_mode():
        found = [
            score(*_padded(states[start : start + READ]), **parts).numpy()
            for start in range(0, len(states), READ)
        ]
    scored = np.concatenate(found or [np.empty((0, len(net["bias"])))]).astype(np.float64)
    return scored.reshape(len(scored), MEMBERS, len(net["bias"]) // MEMBERS).mean(axis=1)


def score(tokens, real, asks, judges, bias):
    """Return (texts, classes): what each class makes of the tokens that answer it,
    weighted by how well they do.

    ``tokens`` are (texts, tokens, width), ``real`` is true where a text has one; ``asks`` and ``judges`` are
    (width, classes).
    """
    answers = (tokens @ asks).masked_fill(~real[:, :, None], -1e4).softmax(1)
    return (answers * (tokens @ judges)).sum(1) + bias


def _shuffled(states: list[np.ndarray], chance: np.random.Generator):
    """Yield the rows of all rounds in batches of texts of about the same length, in random order."""
    lengths = np.array([len(state) for state in states])
    for _ in range(ROUNDS):
        order = np.argsort(lengths + 8 * chance.random(len(states)))
        parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        yield from (parts[at] for at in chance.permutation(len(parts)))


def _padded(states: list[np.ndarray]):
    """Return (texts, tokens, width) float32 and (texts, tokens) true where a token is real."""
    import torch

    longest = max(map(len, states))
    tokens = torch.zeros(len(states), longest, states[0].shape[1])
    real = torch.zeros(len(states), longest, dtype=torch.bool)
    for row, state in enumerate(states):
        tokens[row, : len(state)] = torch.from_numpy(state).float()
        real[row, : len(state)] = True
    return tokens, real

"""Matrices of a transformer as whole numbers: about twice as fast as float32, and the same in any company.

Each row of a matrix has a scale of its own, and so has each token when it is read (vector-wise quantisation: Dettmers
et al. 2022). A token's values, of which a few are large, are rounded to eight bits, a matrix's to seven: so the sum of
two products fits sixteen bits on processors without instructions for this (VNNI), and every sum stays below 2**24, so
that float32 gives it exactly where there are no fast integers.
"""

from dataclasses import dataclass
from functools import cache

TOKEN, WEIGHT = 127, 63  # the greatest whole number of a token and of a matrix
ZERO = TOKEN + 1  # stands for nought in a token, whose numbers are never negative
LEAST = 1e-9  # a token of noughts stays one


@dataclass(frozen=True)
class Quantised:
    """A matrix (out, in) as whole numbers, and what each row of it was divided by."""

    numbers: object
    scale: object
    packed: bool

    @classmethod
    def of(cls, matrix) -> "Quantised":
        """Return a float32 tensor (out, in) as whole numbers, laid out for this processor."""
        import torch
        scale = matrix.abs().amax(1).clamp_min(LEAST) / WEIGHT
        numbers = (matrix / scale[:, None]).round()
        if not in_integers():
            return cls(numbers, scale, False)
        return cls(torch.ops.onednn.qlinear_prepack(numbers.to(torch.int8), None), scale, True)

    def linear(self, values, bias):
        """Return what ``torch.nn.functional.linear`` does with the matrix, for a (..., in) tensor: (..., out)."""
        import torch
        rows = values.reshape(-1, values.shape[-1])
        top = rows.abs().amax(1, keepdim=True).clamp_min_(LEAST)
        found = self._products((rows * (TOKEN / top)).add_(ZERO + 0.5).to(torch.uint8))
        return torch.addcmul(bias, found, top / TOKEN).view(*values.shape[:-1], -1)

    def _products(self, tokens):
        """Return the (tokens, out) products of rows of whole numbers, times the scale of each row of the matrix."""
        import torch
        if not self.packed:
            return (tokens.float() - ZERO) @ self.numbers.T * self.scale
        return torch.ops.onednn.qlinear_pointwise(
            tokens, 1.0, ZERO, self.numbers, self.scale, torch.zeros(len(self.scale), dtype=torch.int32), None,
            1.0, 0, torch.float32, "none", [], "")


def quantise(weights: dict) -> dict:
    """Return weights by name with the matrices of all layers as ``Quantised``; tables of words stay as they are."""
    return {name: Quantised.of(values) if name.startswith("encoder.") and values.dim() == 2 else values
            for name, values in weights.items()}


def linear(values, matrix, bias):
    """Return ``values`` times a matrix, plus a bias; the matrix may be a tensor or ``Quantised``."""
    from torch.nn import functional as F
    return matrix.linear(values, bias) if isinstance(matrix, Quantised) else F.linear(values, matrix, bias)


@cache
def in_integers() -> bool:
    """Say whether torch multiplies whole numbers on this processor, by trying."""
    import torch
    try:
        matrix = torch.ops.onednn.qlinear_prepack(torch.full((1, 2), WEIGHT, dtype=torch.int8), None)
        found = torch.ops.onednn.qlinear_pointwise(
            torch.full((1, 2), ZERO + TOKEN, dtype=torch.uint8), 1.0, ZERO, matrix, torch.ones(1),
            torch.zeros(1, dtype=torch.int32), None, 1.0, 0, torch.float32, "none", [], "")
    except (AttributeError, RuntimeError):
        return False
    return found.item() == 2 * WEIGHT * TOKEN

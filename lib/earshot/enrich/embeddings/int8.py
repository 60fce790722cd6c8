"""Matrices of a transformer as whole numbers: about twice as fast as float32, and the same in any company.

Each row of a matrix has a scale of its own, and so has each token when it is read (vector-wise quantisation:
Dettmers et al. 2022). A token's values, of which a few are large, are rounded to eight bits, a matrix's to
seven: so the sum of two products fits sixteen bits on processors without instructions for this (VNNI), and
every sum stays below 2**24, so that float32 gives it exactly where there are no fast integers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from earshot.enrich.embeddings import int4

TOKEN, WEIGHT = 127, 63  # the greatest whole number of a token and of a matrix
ZERO = TOKEN + 1  # stands for nought in a token, whose numbers are never negative
LEAST = 1e-9  # a token of noughts stays one
LARGE = 2_000  # values from which a table is kept in half precision
SCALE = ".scale"  # ends the name under which a narrow matrix keeps what its rows were divided by
BLOCKS, TURNED = (
    ".blocks",
    ".turned",
)  # end the names of what is kept in blocks of four bits: by rows, by columns


class Weights(dict):
    """Arrays by name that nobody changes any more, so that what is made of them for reading can be kept."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__


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

        numbers, scale = map(torch.from_numpy, _rounded(matrix.numpy()))
        if not in_integers():
            return cls(numbers.float(), scale, False)
        return cls(torch.ops.onednn.qlinear_prepack(numbers, None), scale, True)

    def linear(self, values, bias):
        """Return what ``torch.nn.functional.linear`` does with the matrix,
        for a (..., in) tensor: (..., out).
        """
        import torch

        rows = values.reshape(-1, values.shape[-1])
        top = rows.abs().amax(1, keepdim=True).clamp_min_(LEAST)
        tokens = (rows * (TOKEN / top)).add_(ZERO + 0.5).to(torch.uint8)
        found = (
            _multiply(tokens, self.numbers, self.scale)
            if self.packed
            else (tokens.float() - ZERO) @ self.numbers.T * self.scale
        )
        return torch.addcmul(bias, found, top / TOKEN).view(*values.shape[:-1], -1)


def narrow(weights: Mapping[str, np.ndarray], in_blocks: Mapping[str, int] = MappingProxyType({})) -> Weights:
    """Return weights as they are kept: the matrices of layers
    as int8 with a scale per row, large tables as float16.

    What is read with these is what is read with the weights themselves, of which ``quantise`` makes the same
    numbers. Tables whose names begin as one of ``in_blocks`` are kept in four bits, which does change them:
    ``int4.pack`` says what the number behind each beginning means.
    """
    found = Weights()
    for name, values in weights.items():
        reach = next(
            (reach for begins, reach in in_blocks.items() if name.startswith(begins) and values.ndim == 2), 0
        )
        if values.dtype == np.uint8:
            found[name] = values
        elif reach:
            whole = values.shape[1] % int4.SIZE == 0
            found[name + (BLOCKS if whole else TURNED)] = int4.pack(values if whole else values.T, reach)
        elif _is_matrix(name, values):
            found[name], found[name + SCALE] = _rounded(np.asarray(values, np.float32))
        else:
            found[name] = np.ascontiguousarray(values, np.float16 if values.size > LARGE else np.float32)
    return found


def widen(weights: Mapping[str, np.ndarray]) -> Weights:
    """Return weights that were kept ``narrow``, or in half precision, as float32;
    other kinds stay as they are.
    """
    found = Weights()
    for name, values in weights.items():
        if name.endswith(BLOCKS):
            found[name.removesuffix(BLOCKS)] = int4.unpack(values)
        elif name.endswith(TURNED):
            found[name.removesuffix(TURNED)] = np.ascontiguousarray(int4.unpack(values).T)
        elif name + SCALE in weights:
            found[name] = values * weights[name + SCALE][:, None]
        elif not name.endswith(SCALE):
            found[name] = values.astype(np.float32) if values.dtype == np.float16 else values
    return found


def quantise(weights: dict) -> dict:
    """Return weights by name with the matrices of all layers as ``Quantised``;
    tables of words stay as they are.
    """
    return {
        name: Quantised.of(values) if _is_matrix(name, values) else values for name, values in weights.items()
    }


def linear(values, matrix, bias):
    """Return ``values`` times a matrix, plus a bias; the matrix may be a tensor or ``Quantised``."""
    from torch.nn import functional as F

    return matrix.linear(values, bias) if isinstance(matrix, Quantised) else F.linear(values, matrix, bias)


def _is_matrix(name: str, values) -> bool:
    return name.startswith("encoder.") and values.ndim == 2


def _rounded(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a float32 matrix as int8 and the scale (float32) of each row."""
    scale = np.maximum(np.abs(matrix).max(axis=1), np.float32(LEAST)) / np.float32(WEIGHT)
    return np.round(matrix / scale[:, None]).astype(np.int8), scale


def _multiply(tokens, packed, scale):
    """Return (tokens, out) float32: whole numbers times a packed matrix,
    times the scale of each row of that.
    """
    import torch

    noughts = torch.zeros_like(scale, dtype=torch.int32)
    return torch.ops.onednn.qlinear_pointwise(
        tokens, 1.0, ZERO, packed, scale, noughts, None, 1.0, 0, torch.float32, "none", [], ""
    )


@cache
def in_integers() -> bool:
    """Say whether torch multiplies whole numbers on this processor, by trying."""
    import torch

    try:
        matrix = torch.ops.onednn.qlinear_prepack(torch.full((1, 2), WEIGHT, dtype=torch.int8), None)
        found = _multiply(torch.full((1, 2), ZERO + TOKEN, dtype=torch.uint8), matrix, torch.ones(1))
    except (AttributeError, RuntimeError):
        return False
    return found.item() == 2 * WEIGHT * TOKEN

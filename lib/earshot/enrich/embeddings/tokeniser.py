"""Texts of many languages cut into pieces of words, by a vocabulary that travels with a model's weights.

A text is cut into the pieces that are together the likeliest (a unigram language model: Kudo 2018). A word of
which no piece is known is cut into letters, so a vocabulary may be cut down to the languages that a model has
learned.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

LONGEST = 128  # tokens
FIRST, LAST, STRANGE = (
    "<s>",
    "</s>",
    "<unk>",
)  # the pieces that begin a text, end it, and stand for unknown letters


def tokenise(weights: dict[str, np.ndarray], texts: Sequence[str]) -> list[list[int]]:
    """Return the token ids of clean texts, at most ``LONGEST``, under the vocabulary in these weights.

    That is ``pieces``, the UTF-8 of all pieces with a line each, and ``scores``, the float32 logarithms of
    how likely each is, both as bytes.
    """
    found = _tokenizer(weights["pieces"].tobytes(), weights["scores"].tobytes()).encode_batch(list(texts))
    return [text.ids for text in found]


def vocabulary(pieces: list[str], scores: np.ndarray) -> dict[str, np.ndarray]:
    """Return a vocabulary as the weights that ``tokenise`` takes."""
    content = {"pieces": "\n".join(pieces).encode(), "scores": np.asarray(scores, np.float32).tobytes()}
    return {name: np.frombuffer(values, np.uint8) for name, values in content.items()}


@cache
def _tokenizer(pieces: bytes, scores: bytes):
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    names = pieces.decode().split("\n")
    likely = np.frombuffer(scores, np.float32).astype(float).tolist()
    tokenizer = Tokenizer(models.Unigram(list(zip(names, likely, strict=True)), unk_id=names.index(STRANGE)))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{FIRST} $A {LAST}", special_tokens=[(name, names.index(name)) for name in (FIRST, LAST)]
    )
    tokenizer.enable_truncation(LONGEST)
    return tokenizer

"""How alike two texts are: what of them is compared, and how the alike are found among millions (MinHash)."""

import re
import unicodedata
from array import array
from base64 import b64decode, b64encode
from functools import lru_cache
from itertools import chain

import numpy as np
import pandas as pd

ALIKE = 0.75
# for texts with other numbers in them: two people with other sums on their bills did not copy each
# other
SURE = 0.9
SHINGLE = 5
WORDS, LETTERS = 6, 30  # a text with fewer of either is short
# MinHash bands: pairs that are 70% alike meet in some band 99 times in 100. PARTS x ROWS must divide by
# three, or sketches as text would have padding in between when they are read together.
PARTS, ROWS = 18, 4
CUT = 0.65  # a text that breaks off is a copy of the whole when so much of it is left
LOOK = 0.52  # sketches less alike than this are not looked into: CUT less two to three standard errors
NEARBY = 5  # how many texts of the same band each is compared with, beside the first
CHUNK = 20_000

LINK = re.compile(r"https?://\S+|\bwww\.\S+")
HANDLE = re.compile(r"@\w+")
LEADER = re.compile(r"^\W*(?:rt|mt)\b:?\s*@\w+[:\s]*", re.I)
PUNCTUATION = dict.fromkeys(
    [
        *range(0x20, 0x30),
        *range(0x3A, 0x41),
        *range(0x5B, 0x61),
        *range(0x7B, 0x7F),
        *range(0xA1, 0xC0),
        *range(0x2000, 0x2070),
        *range(0x3000, 0x3040),
    ],
    " ",
)
PLAIN = bytes(
    ord(PUNCTUATION.get(code, chr(code))) if code < 0x80 else code for code in range(256)
)  # the same, faster
NUMBER = re.compile(r"\d+")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def normalise(text: str) -> str:
    """Return what is compared: lower case, no repost marker,
    handles, links, punctuation or cut-off last word.
    """
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    if "@" in text:
        text = HANDLE.sub(" ", LEADER.sub("", text))
    if "http" in text or "www." in text:
        text = LINK.sub(" ", text)
    text = text.rstrip()
    if text.endswith(("…", "...")):
        text = text.rstrip("….").rpartition(" ")[0]
    if text.isascii():
        return " ".join(text.encode().translate(PLAIN).decode().split())
    return " ".join(text.translate(PUNCTUATION).split())


def is_long(text: str) -> bool:
    """Say whether a normalised text is long enough that two people do not write it by chance."""
    if len(text) < LETTERS // 2:
        return False
    unspaced = len(UNSPACED.findall(text)) if not text.isascii() else 0
    return text.count(" ") + 1 + unspaced / 2 >= WORDS and len(text) + unspaced >= LETTERS


def are_alike(left: str, right: str) -> bool:
    """Say whether one normalised text is a near copy of the other."""
    short, whole = sorted((left, right), key=len)
    if whole.startswith(short) and len(short) >= CUT * len(whole):
        return True
    return jaccard(left, right) >= (ALIKE if NUMBER.findall(left) == NUMBER.findall(right) else SURE)


@lru_cache(200_000)  # a pair is asked about when it is joined, and again when the group is written
def jaccard(left: str, right: str) -> float:
    """Return the Jaccard similarity of the sets of 5-character shingles of two texts (1 for equal texts)."""
    if left == right:
        return 1.0
    mine, yours = _pieces(left), _pieces(right)
    return len(mine & yours) / len(mine | yours) if mine and yours else 0.0


@lru_cache(5_000)
def _pieces(text: str) -> frozenset[str]:
    return frozenset({text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)})


def minhash(texts: list[str]) -> np.ndarray:
    """Return the sketches of long texts: the lowest byte
    of each of PARTS x ROWS MinHash values, one row per text.
    """
    parts = [_minhash(texts[at : at + CHUNK]) for at in range(0, len(texts), CHUNK)]
    return np.vstack(parts) if parts else np.empty((0, PARTS * ROWS), np.uint8)


def _minhash(texts: list[str]) -> np.ndarray:
    from rensa import RMinHash

    matrix = RMinHash.digest_matrix_from_flat_token_hashes(*_shingles(texts), PARTS * ROWS, 7)
    values = array("I", chain.from_iterable(matrix.to_rows()))
    return (np.frombuffer(values, np.uint32) & 0xFF).astype(np.uint8).reshape(-1, PARTS * ROWS)


def _shingles(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (hashes of all shingles one text after another, where each text's hashes begin)."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    count = len(codes) - SHINGLE + 1
    hashes = np.zeros(count, np.uint64)
    for step in range(SHINGLE):
        hashes = hashes * np.uint64(1099511628211) + codes[step : count + step]
    hashes = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    ends = np.cumsum([len(text) for text in texts])
    within = np.ones(count, bool)
    for step in range(1, SHINGLE):
        within[ends[:-1] - step] = False  # a shingle that would reach into the next text
    begins = np.concatenate([[0], np.cumsum(within)])[np.minimum(np.concatenate([[0], ends]), count)]
    return hashes[within] ^ (hashes[within] >> np.uint64(32)), begins.astype(np.uint64)


def _bands(sketches: np.ndarray):
    """Yield for each band the key under which alike sketches are likely to meet."""
    for part in range(PARTS):
        keys = np.zeros(len(sketches), np.uint64)
        for row in range(part * ROWS, (part + 1) * ROWS):
            keys = (keys << np.uint64(8)) | sketches[:, row]
        yield keys


def pairs(sketches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (earlier, later) rows that meet in a band and look alike, each pair once, in row order."""
    found = np.empty(0, np.int64)
    for keys in _bands(sketches):
        left, right = _neighbours(keys)
        alike = _look_alike(sketches, left, sketches, right)
        found = np.unique(np.concatenate([found, left[alike] * len(sketches) + right[alike]]))
    return found // max(len(sketches), 1), found % max(len(sketches), 1)


def _neighbours(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of rows with one key: each with the first, and with the NEARBY before it.

    All pairs would be quadratic in a campaign of a thousand copies; these few tie it together as well.
    """
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    begins = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))[: len(keys)]
    first = np.repeat(begins, np.diff(np.concatenate([begins, [len(keys)]])))
    lags = (*range(1, NEARBY + 1), len(keys))
    pairs = [(np.maximum(np.arange(len(keys)) - lag, first), np.arange(len(keys))) for lag in lags]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return order[left[left < right]], order[right[left < right]]


def crossed(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Return the rows of ``old`` that look like a row of ``new``."""
    found = set()
    for mine, theirs in zip(_bands(new), _bands(old), strict=True):
        order = np.argsort(theirs, kind="stable")
        begin, end = (np.searchsorted(theirs[order], mine, side) for side in ("left", "right"))
        for lag in range(8):
            rows = np.flatnonzero(begin + lag < end)
            others = order[begin[rows] + lag]
            found.update(others[_look_alike(new, rows, old, others)].tolist())
    return np.array(sorted(found), np.int64)


def _look_alike(mine: np.ndarray, left: np.ndarray, yours: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Say for each pair whether the sketches leave it possible that the texts are alike."""
    parts = [
        (mine[left[at : at + CHUNK]] == yours[right[at : at + CHUNK]]).mean(axis=1) >= LOOK
        for at in range(0, len(left), CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0, bool)


def packed(sketches: np.ndarray) -> list[str]:
    """Return each sketch as text, to be stored."""
    return [b64encode(row.tobytes()).decode() for row in sketches]


def unpacked(sketches: pd.Series) -> np.ndarray:
    """Return the sketches that were stored as text."""
    return np.frombuffer(b64decode("".join(sketches)), np.uint8).reshape(-1, PARTS * ROWS)

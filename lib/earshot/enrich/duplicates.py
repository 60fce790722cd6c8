"""Copies: which posts repeat an earlier one, word for word, nearly, or as a repost.

Posts are joined into groups by three kinds of link: the same normalised text, a repost's pointer to its original, and
nearly the same text (Jaccard similarity of 5-character shingles of at least ``ALIKE``, found with MinHash bands, then
checked on the texts themselves). Each group has one original, its earliest post; the others are repeats of it.

Short texts are left alone: a thousand people may say "thank you so much" and none copied it. They only count as
copies when the same author posts them twice on one day, or when a repost names its original.
"""

import re
import unicodedata
from base64 import b64decode, b64encode
from hashlib import blake2b

import numpy as np
import pandas as pd

TABLE = "duplicates"
VERSION = "1"
COLUMNS = ["post_id", "week", "content_hash", "author", "text", "created_at", "kind", "reply_to", "root"]
ALIKE = 0.7
SHINGLE = 5
WORDS, LETTERS = 6, 30  # a text with fewer of either is short
PARTS, ROWS = 24, 5  # MinHash bands: pairs that are 70 % alike meet in some band 99 times in 100
CHUNK = 20_000

LINK = re.compile(r"https?://\S+|\bwww\.\S+")
HANDLE = re.compile(r"@\w+")
MARK = re.compile(r"^\W*(?:rt|mt)\b:?\s*@\w+|^\s*[\"“”'‘«]\s*@\w+\s*:|\bvia @\w+\s*$", re.I)
LEADER = re.compile(r"^\W*(?:rt|mt)\b:?\s*@\w+[:\s]*", re.I)
PUNCTUATION = dict.fromkeys([*range(0x20, 0x30), *range(0x3A, 0x41), *range(0x5B, 0x61), *range(0x7B, 0x7F),
                             *range(0xA1, 0xC0), *range(0x2000, 0x2070), *range(0x3000, 0x3040)], " ")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def update(store) -> int:
    """Group the posts that are new or edited with everything stored, and return how many those were.

    Only groups that a new post touches are worked out again; the rest of the table stays as it is.
    """
    new = store.sql(f"""SELECT p.post_id, d."group" FROM posts p LEFT JOIN duplicates d USING (post_id)
        WHERE d.post_id IS NULL OR d.content_hash <> p.content_hash OR d.step_version <> '{VERSION}'""")
    if new.empty:
        return 0
    posts = _posts(store, set(new["post_id"]) | _members(store, new["group"].dropna()))
    if store.version(TABLE) is not None and len(posts) < store.sql("SELECT count(*) AS n FROM posts")["n"].iloc[0]:
        posts = _posts(store, set(posts["post_id"]) | _members(store, _touched(store, posts)))
    store.merge(TABLE, group(posts))
    return len(new)


def group(posts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per post (the columns of the duplicates table) for posts with the columns in ``COLUMNS``.

    The order of the rows does not matter; a group's original is its earliest post, then its smallest id.
    """
    posts = posts.sort_values(["created_at", "post_id"], ignore_index=True)
    texts = [normalise(text) for text in posts["text"]]
    prints = _fingerprints(posts, texts)
    sketches, sketched = _sketches(texts, prints)
    forest = _Forest(len(posts))
    for earlier, later in _known_links(posts, prints):
        forest.join(earlier, later)
    _join_near(forest, sketches, sketched, texts)
    return _rows(posts, texts, prints, forest.roots(), dict(zip(sketched.tolist(), _packed(sketches), strict=True)))


def normalise(text: str) -> str:
    """Return what is compared: lower case, no repost marker, handles, links, punctuation or cut-off last word."""
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    if "@" in text:
        text = HANDLE.sub(" ", LEADER.sub("", text))
    if "http" in text or "www." in text:
        text = LINK.sub(" ", text)
    text = text.rstrip()
    if text.endswith(("…", "...")):
        text = text.rstrip("….").rpartition(" ")[0]
    return " ".join(text.translate(PUNCTUATION).split())


def is_long(text: str) -> bool:
    """Say whether a normalised text is long enough that two people do not write it by chance."""
    if len(text) < LETTERS // 2:
        return False
    unspaced = len(UNSPACED.findall(text)) if not text.isascii() else 0
    return text.count(" ") + 1 + unspaced / 2 >= WORDS and len(text) + unspaced >= LETTERS


def jaccard(left: str, right: str) -> float:
    """Return the Jaccard similarity of the sets of 5-character shingles of two texts (1 for equal texts)."""
    if left == right:
        return 1.0
    mine, yours = _pieces(left), _pieces(right)
    return len(mine & yours) / len(mine | yours) if mine and yours else 0.0


def _pieces(text: str) -> set[str]:
    return {text[at:at + SHINGLE] for at in range(len(text) - SHINGLE + 1)}


def _posts(store, ids: set) -> pd.DataFrame:
    return store.read("posts", COLUMNS, where={"post_id": sorted(ids)})


def _members(store, groups) -> set:
    """Return the ids of all stored posts of these groups."""
    found = set(groups)
    return set(store.read(TABLE, where={"group": sorted(found)})["post_id"]) if found else set()


def _touched(store, posts: pd.DataFrame) -> set:
    """Return the stored groups that ``posts`` may belong to: by fingerprint, by original, or by a shared band."""
    texts = [normalise(text) for text in posts["text"]]
    prints = _fingerprints(posts, texts)
    named = {value for value in [*posts["root"], *posts["reply_to"]] if isinstance(value, str)}
    # Reposts may have come before the post they repeat.
    awaited = {_digest("repost of", post) for post in posts["post_id"]}
    stored = store.sql(f"""SELECT post_id, "group", fingerprint, sketch FROM {TABLE}""")
    sure = stored["fingerprint"].isin({*prints, *awaited}) | stored["post_id"].isin(named)
    kept = stored[stored["sketch"] != ""]
    alike = _crossed(_sketches(texts, prints)[0], _unpacked(kept["sketch"]))
    return {*stored.loc[sure, "group"], *kept["group"].iloc[alike]}


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _fingerprints(posts: pd.DataFrame, texts: list[str]) -> list[str]:
    """Return for each post the hash under which exact repeats meet."""
    days = posts["created_at"].dt.strftime("%Y-%m-%d")
    columns = [texts, posts["text"], posts["author"], days, posts["kind"], _pointers(posts), posts["post_id"]]
    return [_fingerprint(*values) for values in zip(*columns, strict=True)]


def _fingerprint(text: str, raw: str, author: str, day: str, kind: str, pointer: str, post: str) -> str:
    if is_long(text):
        return _digest(text)
    if kind == "repost" and pointer:
        return _digest("repost of", pointer)
    return _digest(raw.casefold(), author if isinstance(author, str) else post, day)


def _pointers(posts: pd.DataFrame) -> list[str]:
    """Return the id of the post that each repost repeats, or an empty string."""
    return posts["root"].fillna(posts["reply_to"]).where(posts["kind"].eq("repost")).fillna("").tolist()


def _known_links(posts: pd.DataFrame, prints: list[str]):
    """Yield pairs of rows that share a fingerprint, or of which one is the repost of the other or of the same post."""
    first: dict[str, int] = {}
    place = {post: row for row, post in enumerate(posts["post_id"])}
    for row, (key, pointer) in enumerate(zip(prints, _pointers(posts), strict=True)):
        keys = [key, _digest("repost of", pointer)] if pointer else [key]
        for name in keys:
            if first.setdefault(name, row) != row:
                yield first[name], row
        if pointer in place:
            yield place[pointer], row


def _sketches(texts: list[str], prints: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (MinHash sketches, their row numbers), one for each different text that is long."""
    first: dict[str, int] = {}
    for row, (text, key) in enumerate(zip(texts, prints, strict=True)):
        if key not in first and is_long(text):
            first[key] = row
    rows = np.fromiter(first.values(), np.int64, len(first))
    chunks = [_minhash([texts[row] for row in rows[at:at + CHUNK]]) for at in range(0, len(rows), CHUNK)]
    return np.vstack(chunks) if chunks else np.empty((0, PARTS * ROWS), np.uint8), rows


def _minhash(texts: list[str]) -> np.ndarray:
    """Return the lowest byte of each of PARTS x ROWS MinHash values, one row per text."""
    from rensa import RMinHash
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(*_shingles(texts), PARTS * ROWS, 7)
    return (np.array(matrix.to_rows(), np.uint32) & 0xFF).astype(np.uint8)


def _shingles(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (hashes of all shingles one text after another, where each text's hashes begin)."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    count = len(codes) - SHINGLE + 1
    hashes = np.zeros(count, np.uint64)
    for step in range(SHINGLE):
        hashes = hashes * np.uint64(1099511628211) + codes[step:count + step]
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


def _pairs(sketches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (earlier, later) rows that meet in a band and look alike, each pair once, in row order."""
    found = np.empty(0, np.int64)
    for keys in _bands(sketches):
        left, right = _neighbours(keys)
        alike = _look_alike(sketches, left, sketches, right)
        found = np.unique(np.concatenate([found, left[alike] * len(sketches) + right[alike]]))
    return found // max(len(sketches), 1), found % max(len(sketches), 1)


def _neighbours(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of rows with one key: each with the first, and with the three before it.

    All pairs would be quadratic in a campaign of a thousand copies; these few tie it together as well.
    """
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    begins = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))[: len(keys)]
    first = np.repeat(begins, np.diff(np.concatenate([begins, [len(keys)]])))
    pairs = [(np.maximum(np.arange(len(keys)) - lag, first), np.arange(len(keys))) for lag in (1, 2, 3, len(keys))]
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return order[left[left < right]], order[right[left < right]]


def _crossed(new: np.ndarray, old: np.ndarray) -> np.ndarray:
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
    """Say for each pair whether the sketches leave it possible that the texts are alike (three standard errors)."""
    parts = [(mine[left[at:at + CHUNK]] == yours[right[at:at + CHUNK]]).mean(axis=1) >= ALIKE - 0.13
             for at in range(0, len(left), CHUNK)]
    return np.concatenate(parts) if parts else np.empty(0, bool)


def _join_near(forest: "_Forest", sketches: np.ndarray, rows: np.ndarray, texts: list[str]) -> None:
    """Join the rows whose texts really are alike."""
    for left, right in zip(*_pairs(sketches), strict=True):
        earlier, later = int(rows[left]), int(rows[right])
        if forest.find(earlier) != forest.find(later) and jaccard(texts[earlier], texts[later]) >= ALIKE:
            forest.join(earlier, later)


class _Forest:
    """Groups of rows that grow by joining two; a group's root is its smallest row, which is its earliest post."""

    def __init__(self, size: int):
        self.above = list(range(size))

    def find(self, row: int) -> int:
        while self.above[row] != row:
            self.above[row] = self.above[self.above[row]]
            row = self.above[row]
        return row

    def join(self, one: int, other: int) -> None:
        one, other = sorted((self.find(one), self.find(other)))
        self.above[other] = one

    def roots(self) -> np.ndarray:
        return np.fromiter(map(self.find, range(len(self.above))), np.int64, len(self.above))


def _rows(posts: pd.DataFrame, texts: list[str], prints: list[str], original: np.ndarray, kept: dict) -> pd.DataFrame:
    """Return the table's rows, given the row number of each post's original and the sketches by row number."""
    ids = posts["post_id"].to_numpy()
    named = [_role(row, first, raw, kind, prints) for row, (first, raw, kind)
             in enumerate(zip(original, posts["text"], posts["kind"], strict=True))]
    alike = [1.0 if prints[row] == prints[first] else jaccard(texts[row], texts[first])
             for row, first in enumerate(original)]
    return posts[["post_id", "week", "content_hash"]].assign(
        group=ids[original], role=named, similarity=alike, fingerprint=prints,
        sketch=[kept.get(row, "") for row in range(len(posts))], step_version=VERSION)


def _role(row: int, original: int, raw: str, kind: str, prints: list[str]) -> str:
    if row == original:
        return "original"
    if kind == "repost" or "@" in raw and MARK.search(raw):
        return "repost"
    return "exact" if prints[row] == prints[original] else "near"


def _packed(sketches: np.ndarray) -> list[str]:
    return [b64encode(row.tobytes()).decode() for row in sketches]


def _unpacked(sketches: pd.Series) -> np.ndarray:
    return np.frombuffer(b64decode("".join(sketches)), np.uint8).reshape(-1, PARTS * ROWS)

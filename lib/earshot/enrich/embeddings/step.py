"""Embeddings: one vector per distinct text, made once and kept by content hash."""

import os
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from earshot.core.literals import quoted
from earshot.core.store import Store
from earshot.enrich.pipeline.declaration import Step

TABLE = "embeddings"
VERSION = "1"
MODEL = "all-MiniLM-L6-v2"
# Read by the libraries when they are imported, so it has to stand before that.
OFFLINE = os.environ.setdefault("HF_HUB_OFFLINE", "1") not in ("0", "")
CHUNK = 2_000  # texts per commit; a run that is killed loses at most these


def encode(texts: list[str], model: str = MODEL) -> np.ndarray:
    """Return one unit vector per text, (n, dimensions) float32.

    ``model`` is all-MiniLM-L6-v2, whose weights come with the environment, or the name or folder of any
    sentence-transformers model on this machine. Raises WeightsError when the weights are not the published
    ones.
    """
    if model == MODEL:
        from earshot.enrich.embeddings import minilm

        return minilm.encode(texts)
    return (
        _other(model)
        .encode(
            texts, batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        .astype(np.float32, copy=False)
    )


@cache
def _other(model: str):
    """Load a model by name or folder; nothing is fetched unless HF_HUB_OFFLINE=0 says that there is a
    network.
    """
    from sentence_transformers import SentenceTransformer

    from earshot.core.params import ParamError

    try:
        return SentenceTransformer(model, device="cpu", local_files_only=OFFLINE)
    except (OSError, ValueError) as error:
        raise ParamError(
            f"embedding_model: {model!r} is neither {MODEL} nor a model on this machine; give its folder, "
            "or set HF_HUB_OFFLINE=0 once to fetch it."
        ) from error


def add(frame: pd.DataFrame, model: str = MODEL) -> pd.DataFrame:
    """Return the embeddings table's rows for distinct ``content_hash`` with their ``clean_text``."""
    vectors = encode(frame["clean_text"].tolist(), model)
    return pd.DataFrame(
        {"content_hash": frame["content_hash"].to_numpy(), "vector": list(vectors), "model": model}
    )


def update(store: Store, model: str = MODEL, progress: Callable[[int, int], None] | None = None) -> int:
    """Embed every clean text that has no vector of this model yet, and return how many there were."""
    pending = store.sql(f"""SELECT DISTINCT c.content_hash FROM clean c LEFT JOIN embeddings e
        ON e.content_hash = c.content_hash AND e.model = {quoted(model)}
        WHERE e.content_hash IS NULL ORDER BY c.content_hash""")
    for start in range(0, len(pending), CHUNK):
        part = pending.iloc[start : start + CHUNK]
        store.merge(TABLE, add(_texts(store, part), model))
        if progress:
            progress(min(start + CHUNK, len(pending)), len(pending))
    return len(pending)


def _texts(store: Store, part: pd.DataFrame) -> pd.DataFrame:
    """Read the clean texts of these hashes, one row per hash, in their order; ``part`` is sorted by hash."""
    first, last = part["content_hash"].iloc[0], part["content_hash"].iloc[-1]
    found = store.sql(f"""SELECT content_hash, min(clean_text) AS clean_text FROM clean
        WHERE content_hash BETWEEN '{first}' AND '{last}' GROUP BY content_hash ORDER BY content_hash""")
    return found[found["content_hash"].isin(part["content_hash"])].reset_index(drop=True)


def matrix(vectors: pd.Series) -> np.ndarray:
    """Return a column of vectors as one (n, dimensions) float32 array."""
    return (
        np.stack(vectors.to_numpy()).astype(np.float32, copy=False)
        if len(vectors)
        else np.empty((0, 0), np.float32)
    )


STEP = Step(
    name="embeddings",
    needs=("clean",),
    version=lambda _: VERSION,
    update=lambda workspace, progress: update(workspace.store, workspace.params.embedding_model, progress),
)

"""A made-up workspace and its posts as ``loading.load`` gives them, for the examples in docstrings."""

import tempfile
from pathlib import Path

import pandas as pd

from earshot.core.params import Brief
from earshot.core.workspace import Workspace

CLASSES = ("negative", "neutral", "positive")
COUNTS = ("likes", "reposts", "replies", "views", "followers")
ALIKE = {
    "platform": "x",
    "source": "posts",
    "kind": "post",
    "lang": "en",
    "lang_confidence": 0.99,
    "words": 9,
    "sentiment_model": "earshot-2",
    "tier": "model",
    "duplicate_role": "original",
    "is_repeat": False,
    "is_public": True,
    "place": None,
    "url": None,
    "reply_to": None,
}


def example_posts(count: int = 120) -> pd.DataFrame:
    """Return ``count`` posts of four weeks about Acme and Bolt, one author each; Acme's are mostly glad.

    Columns: post_id, author, brand, platform, lang, day, created_at, kind, text, words, sentiment with p_…
    per class, topic and topic_name, is_repeat and its role, and counts that nobody told.

    >>> example_posts(4)[["brand", "sentiment", "topic_name"]].values.tolist()[:2]
    [['Acme', 'positive', 'signal'], ['Bolt', 'negative', 'billing']]
    """
    rows = range(count)
    feelings = ["negative" if row % 2 else ("positive", "positive", "neutral")[row // 2 % 3] for row in rows]
    hours = [28 * 24 * row // count for row in rows]
    created = pd.Timestamp("2026-03-02T08:00Z") + pd.to_timedelta(hours, "h")
    texts = [f"note {row} on what {('Acme', 'Bolt')[row % 2]} did for me today" for row in rows]
    names = {
        "post_id": [f"x:{row:04}" for row in rows],
        "author": [f"p_{row:012x}" for row in rows],
        "brand": [("Acme", "Bolt")[row % 2] for row in rows],
        "content_hash": [f"{row:032x}" for row in rows],
        "duplicate_group": [str(row) for row in rows],
        "topic": [row % 2 for row in rows],
        "topic_name": [("signal", "billing")[row % 2] for row in rows],
    }
    times = {
        "created_at": created,
        "collected_at": created + pd.Timedelta(hours=6),
        "week": created.strftime("%G-W%V"),
        "day": created.tz_localize(None).normalize(),
    }
    read = {"text": texts, "clean_text": texts, "sentiment": feelings, "possible": feelings}
    sure = {f"p_{name}": [0.9 if one == name else 0.05 for one in feelings] for name in CLASSES}
    return pd.DataFrame(names | times | read | sure).assign(**ALIKE, **dict.fromkeys(COUNTS, _unknown(count)))


def _unknown(count: int) -> pd.api.extensions.ExtensionArray:
    return pd.array([None] * count, "Int64")


def example_workspace() -> Workspace:
    """Return the workspace of ``example_posts``, with their languages and relevance, in a temporary folder.

    >>> example_workspace().params.brands
    ['Acme', 'Bolt']
    """
    brief = Brief(workspace="acme", brand="Acme", brands=["Acme", "Bolt"])
    workspace = Workspace("acme", brief, Path(tempfile.mkdtemp(prefix="earshot-example-")))
    posts = example_posts()
    known = posts[["post_id", "week", "content_hash"]].assign(step_version="1")
    language = {"lang": "en", "confidence": 0.99, "mixed": False, "spans": None}
    workspace.store.merge("language", known.assign(**language))
    about = {"p_relevant": 0.95, "verdict": "relevant", "reason": "named"}
    workspace.store.merge("relevance", known.assign(brand=posts["brand"], **about))
    return workspace

"""How good the topics are: whether their words belong together,
differ between topics, and would be found again.
"""

import json

import numpy as np
import pandas as pd

from earshot.core.literals import listed
from earshot.enrich.embeddings.step import matrix
from earshot.enrich.topics import model as topic_model
from earshot.enrich.topics import words

SAMPLE = 3_000
TOP = 10


def npmi(texts: pd.Series, terms: dict[int, list[str]], ignore: frozenset[str] = frozenset()) -> pd.Series:
    """Return each topic's coherence: the mean normalised pointwise mutual information
    of its terms within posts.

    1 is words that only come together, 0 words that meet by chance, -1 words that never meet (Bouma 2009).
    """
    from sklearn.feature_extraction.text import CountVectorizer

    vocabulary = sorted({term for listed in terms.values() for term in listed})
    if not vocabulary or texts.empty:
        return pd.Series(dtype="float64")
    counter = CountVectorizer(
        ngram_range=(1, 2),
        token_pattern=words.WORD,
        vocabulary=vocabulary,
        stop_words=sorted(ignore) or None,
        binary=True,
    )
    used = counter.transform(texts)
    together = np.asarray((used.T @ used).todense(), dtype=float) / len(texts)
    place = {term: row for row, term in enumerate(vocabulary)}
    return pd.Series(
        {
            topic: _mean_npmi(together, [place[term] for term in listed[:TOP]])
            for topic, listed in terms.items()
        },
        dtype="float64",
    )


def diversity(terms: dict[int, list[str]]) -> float:
    """Return the share of different terms among the terms of all topics: 1 when no two topics share one."""
    listed = [term for found in terms.values() for term in found[:TOP]]
    return len(set(listed)) / len(listed) if listed else float("nan")


def stability(store, posts: pd.DataFrame, params) -> float:
    """Return how alike (adjusted Rand index,
    1 is the same) topics from two other seeds are, on up to 3,000 posts.
    """
    from sklearn.metrics import adjusted_rand_score

    sample = posts.sort_values("content_hash").drop_duplicates("content_hash").head(SAMPLE)
    stored = store.sql(
        "SELECT content_hash, vector FROM embeddings WHERE content_hash IN "
        f"{listed(sample['content_hash'])} ORDER BY content_hash"
    )
    sample = sample.set_index("content_hash").loc[stored["content_hash"]]
    if len(sample) < 4 * params.topics_min_posts:
        return float("nan")
    vectors = matrix(stored["vector"])
    groups = list(
        zip("brand:" + sample["brand"].fillna(""), "lang:" + sample["lang"].fillna(""), strict=True)
    )
    models = [
        topic_model.fit(
            vectors, groups, params.topics_min_posts, params.seed + turn, far=params.topics_far / 100
        )
        for turn in (1, 2)
    ]
    return float(adjusted_rand_score(*(model.assign(vectors, groups)[0] for model in models)))


def terms_of(names: pd.DataFrame) -> dict[int, list[str]]:
    """Return the terms of each topic from the table topic_names."""
    return {
        int(topic): json.loads(terms) for topic, terms in zip(names["topic"], names["terms"], strict=True)
    }


def bare(posts: pd.DataFrame) -> pd.Series:
    """Return the words of each post as topics count them."""
    return posts["text"].map(words.bare)


def _mean_npmi(together: np.ndarray, rows: list[int]) -> float:
    values = [
        _npmi(together[one, other], together[one, one], together[other, other])
        for at, one in enumerate(rows)
        for other in rows[at + 1 :]
    ]
    return float(np.mean(values)) if values else float("nan")


def _npmi(both: float, one: float, other: float) -> float:
    if both <= 0:
        return -1.0
    return 1.0 if both >= 1 else float(np.log(both / (one * other)) / -np.log(both))

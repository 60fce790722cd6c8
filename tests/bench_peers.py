"""Ours beside a peer on the same texts in the same process:
seconds of each, and how many times faster ours is.

Run by `make bench` after the report's own times; prints one JSON object per case.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20150224


def main() -> int:
    """Time each pair on the posts named on the command line, or on simulated ones."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--posts", type=Path)
    words.add_argument("--size", type=int, default=5000)
    given = words.parse_args()
    texts = read(given.posts, given.size)
    embeddings(texts[:1000])
    topics(texts)
    languages(texts)
    copies(texts)
    feelings(texts[:2000])
    queries(texts)
    return 0


def read(file: Path | None, size: int) -> list[str]:
    """Return that many texts of a file (column text), or of the simulated brand."""
    if file:
        from earshot.analyse.posts import label_files

        found = label_files.read(str(file), ("text",))["text"]
    else:
        from earshot.demo.simulation import simulate

        with tempfile.TemporaryDirectory() as folder:
            simulate(Path(folder), posts=size)
            found = pd.concat(
                pd.read_csv(path, sep=None, engine="python")["Full Text"]
                for path in Path(folder).rglob("x_export*.csv")
            )
    return found.dropna().astype("str").drop_duplicates().head(size).tolist()


def race(case: str, peer: str, texts: list[str], ours: Callable, theirs: Callable) -> tuple:
    """Run both on these texts, ours first, print what they took, and return what they gave."""
    found, seconds = [], []
    for run in (ours, theirs):
        begun = time.perf_counter()
        found.append(run())
        seconds.append(time.perf_counter() - begun)
    print(
        json.dumps(
            {
                "case": case,
                "peer": peer,
                "n": len(texts),
                "ours_s": round(seconds[0], 2),
                "peer_s": round(seconds[1], 2),
                "times_faster": round(seconds[1] / seconds[0], 2),
            }
        ),
        flush=True,
    )
    return tuple(found)


def embeddings(texts: list[str]) -> None:
    """The same weights by our forward pass without padding, and by sentence-transformers."""
    from sentence_transformers import SentenceTransformer

    from earshot.enrich.embeddings import minilm

    model = SentenceTransformer(str(minilm.folder()), device="cpu")
    minilm.encode(texts[:8]), model.encode(texts[:8])
    ours, theirs = race(
        "embeddings",
        "sentence-transformers",
        texts,
        lambda: minilm.encode(texts),
        lambda: model.encode(texts, normalize_embeddings=True, show_progress_bar=False),
    )
    assert np.abs(ours - theirs).max() < 1e-4


def topics(texts: list[str]) -> None:
    """Our topics and BERTopic's defaults, both from ready vectors, in a process that compiled nothing yet."""
    from earshot.enrich.embeddings import step as embeddings
    from earshot.enrich.topics import model as topic_model
    from earshot.enrich.topics import words as topic_words

    vectors = embeddings.encode(texts)

    def ours() -> np.ndarray:
        model = topic_model.fit(vectors, [("", "")] * len(texts), 20, SEED)
        found = model.assign(vectors, [("", "")] * len(texts))[0]
        topic_words.weigh(texts, found)
        return found

    def theirs() -> np.ndarray:
        from bertopic import BERTopic

        return np.array(BERTopic(min_topic_size=20).fit_transform(texts, vectors)[0])

    found = race("topics", "BERTopic's defaults", texts, ours, theirs)
    print(
        json.dumps(
            {
                "case": "topics",
                "without_topic_ours": round(float((found[0] < 0).mean()), 3),
                "without_topic_peer": round(float((found[1] < 0).mean()), 3),
            }
        ),
        flush=True,
    )


def languages(texts: list[str]) -> None:
    """Our language step and lingua with all its languages."""
    from lingua import LanguageDetectorBuilder

    from earshot.enrich.language import step as language

    language.detect(["so warm up first"])
    peer = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()
    race(
        "language",
        "lingua",
        texts,
        lambda: language.detect(texts),
        lambda: peer.detect_languages_in_parallel_of(texts),
    )


def copies(texts: list[str]) -> None:
    """Our near-duplicate step and pairwise comparison by rapidfuzz, the usual recipe."""
    from rapidfuzz import fuzz, process

    from earshot.enrich.duplicates import step as duplicates

    few = texts[:2000]
    posts = pd.DataFrame(
        {
            "post_id": [f"x:{place:06}" for place in range(len(few))],
            "text": few,
            "author": "someone",
            "created_at": pd.Timestamp("2026-01-01", tz="UTC"),
            "kind": "post",
            "reply_to": None,
            "root": None,
            "url": None,
            "week": "2026-W01",
            "content_hash": few,
            "clean_text": few,
        }
    )
    race(
        "near duplicates",
        "rapidfuzz, all pairs",
        few,
        lambda: duplicates.group(posts),
        lambda: process.cdist(few, few, scorer=fuzz.token_set_ratio, score_cutoff=80, workers=1),
    )


def feelings(texts: list[str]) -> None:
    """Our sentiment with everything it needs (language,
    embedding), and VADER, whose accuracy is far lower.
    """
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from earshot.enrich.sentiment import step as sentiment

    sentiment.warm()
    peer = SentimentIntensityAnalyzer()
    race(
        "sentiment",
        "VADER",
        texts,
        lambda: sentiment.read(texts),
        lambda: [peer.polarity_scores(text)["compound"] for text in texts],
    )


def queries(texts: list[str]) -> None:
    """A thousand queries in one pass, and simpler ways to look for their words."""
    from earshot.analyse.queries import evaluation as evaluation_queries
    from earshot.collect.query import sampling
    from earshot.collect.query.engine import Engine

    asked = sampling.draw_queries(texts, 1000, 1, pointed=True)
    posts = pd.DataFrame({"text": sampling.grown(texts, 20 * len(texts), 1), "lang": "en", "platform": "x"})
    begun = time.perf_counter()
    Engine(asked).match(posts)
    ours = len(posts) / (time.perf_counter() - begun)
    for row in evaluation_queries.peers(texts).to_dict("records"):
        print(
            json.dumps(
                {
                    "case": "queries",
                    "peer": row["method"],
                    "n": len(posts),
                    "ours_per_s": round(ours),
                    "peer_per_s": round(row["posts_per_second"]),
                    "times_faster": round(ours / row["posts_per_second"], 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())

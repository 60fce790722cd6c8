"""How fast the query engine reads posts, and whether it always says what the reference says."""

import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.report import EvaluationReport
from earshot.analyse.posts import label_files
from earshot.collect.query import sampling
from earshot.collect.query.accuracy import by_clause, truth
from earshot.collect.query.engine import Engine
from earshot.collect.query.match import matches
from earshot.collect.query.nodes import Field, Node, Not, walk
from earshot.collect.query.parser import parse
from earshot.collect.query.pretty import pretty
from earshot.core.params import ParamError
from earshot.statistics.proportion import wilson

KNOWN = (
    "platform",
    "lang",
    "kind",
    "author",
    "place",
    "created_at",
    "followers",
    "likes",
    "media_text",
    "brand",
)
PAIRS_PER_QUERY = 10


@dataclass(frozen=True)
class Evaluation(EvaluationReport):
    """What was measured: the engine's pace, and pairs of query and post judged by it and by the reference."""

    posts: int
    queries: int
    found: pd.Series
    compile_seconds: float
    match_seconds: float
    pairs: pd.DataFrame
    peers: pd.DataFrame
    clauses: pd.DataFrame

    @property
    def metrics(self) -> dict:
        """The figures as plain numbers: n, queries, pairs,
        agreement, posts_per_second, compile_seconds, found.
        """
        return {
            "n": self.posts,
            "queries": self.queries,
            "pairs": len(self.pairs),
            "agreement": float(self.pairs["agree"].mean()),
            "posts_per_second": self.pace,
            "compile_seconds": round(self.compile_seconds, 3),
            "found": int(self.found.sum()),
            "pairs_found": int(self.pairs["reference"].sum()),
        }

    @property
    def pace(self) -> float:
        """Posts read by all queries in a second of one core's time."""
        return round(self.posts / self.match_seconds, 1)

    @property
    def agreement(self) -> pd.DataFrame:
        """By what the reference says: pairs, pairs on which the engine agrees,
        and the share with its interval.
        """
        rows = []
        for said, group in self.pairs.groupby("reference"):
            low, high = wilson(group["agree"].sum(), len(group))
            rows.append(
                {
                    "the reference says": "found" if said else "not found",
                    "pairs": len(group),
                    "agree": group["agree"].mean(),
                    "low": low,
                    "high": high,
                }
            )
        return pd.DataFrame(rows)

    @property
    def disagreements(self) -> pd.DataFrame:
        """The pairs on which they differ, if any: query and what each says."""
        return self.pairs.loc[~self.pairs["agree"], ["query", "reference", "engine"]].head(10)

    @property
    def facts(self) -> dict:
        """What was measured, in a few names and values."""
        return {
            "posts": self.posts,
            "queries": self.queries,
            "posts per second": self.pace,
            "seconds to make the queries ready": round(self.compile_seconds, 3),
            "pairs of query and post found": int(self.found.sum()),
        }

    @property
    def shown_clauses(self) -> pd.DataFrame:
        """Precision and recall of each clause where a query and labels were given; otherwise empty."""
        columns = [
            "clause",
            "found",
            "precision",
            "precision_low",
            "precision_high",
            "recall",
            "recall_low",
            "recall_high",
            "advice",
        ]
        return self.clauses[columns] if len(self.clauses) else pd.DataFrame(columns=columns)

    def caption(self, what: str) -> str:
        """Return the caption of a table."""
        return {
            "agreement": f"{len(self.pairs):,} pairs of a random query and a changed post, judged by both",
            "peers": "Posts per second of simpler methods on the same words, which answer a simpler question",
            "disagreements": "Pairs on which the engine and the reference differ",
            "clauses": "Each clause alone, with 95 % intervals",
        }[what]


def evaluate(
    data: str,
    train: str = "",
    queries: int = 1000,
    posts: int = 1_000_000,
    pairs: int = 10_000,
    query: str = "",
    seed: int = 1,
) -> Evaluation:
    """Return the pace of ``queries`` random queries on ``posts`` posts grown from the texts of ``data``, and
    how often the engine and the reference agree on ``pairs`` random pairs of another query and a changed
    post.

    With a ``query`` and a column ``label``, each of its clauses is judged too. Raises ParamError for bad
    input.
    """
    if train:
        raise ParamError("The query engine learns nothing; leave train empty.")
    if min(queries, posts, pairs) < 1:
        raise ParamError(f"queries, posts and pairs are at least 1; got {queries}, {posts} and {pairs}.")
    frame = label_files.read(data, ("text",)).dropna(subset=["text"]).reset_index(drop=True)
    texts = frame["text"].astype("str").tolist()
    if not any(text.strip() for text in texts):
        raise ParamError("The data has no row with a text.")
    found, ready, seconds = _pace(texts, queries, posts, seed)
    judged = agree(texts, pairs, seed)
    return Evaluation(
        posts,
        queries,
        found,
        ready,
        seconds,
        judged,
        peers(texts, queries, seed=seed),
        _clauses(frame, query),
    )


def agree(texts: Sequence[str], pairs: int, seed: int = 1) -> pd.DataFrame:
    """Return query (its text), reference,
    engine and agree for random pairs of a query and a changed, hostile post.

    About a third of the pairs are drawn where the engine says "found", the others at random, so that the
    share does not come from pairs in which nothing could be found.
    """
    rng = random.Random(seed)
    asked = sampling.draw_queries(texts, -(-pairs // PAIRS_PER_QUERY), seed + 1)
    asked = {name: parse(pretty(node)) for name, node in asked.items()}  # as a person would have typed them
    posts = pd.DataFrame(sampling.attired(sampling.spiced(texts, 4_000, seed + 2), seed + 3))
    hits, records = Engine(asked).match(posts), posts.to_dict("records")
    rows = []
    for name, node in asked.items():
        found = hits.rows(name)
        some = rng.sample(found.tolist(), min(PAIRS_PER_QUERY // 3, len(found)))
        some += rng.sample(range(len(records)), PAIRS_PER_QUERY - len(some))
        said = np.isin(some, found)
        rows += [
            (pretty(node), matches(node, records[row]), bool(engine))
            for row, engine in zip(some, said, strict=True)
        ]
    judged = pd.DataFrame(rows[:pairs], columns=["query", "reference", "engine"])
    return judged.assign(agree=judged["reference"] == judged["engine"])


def peers(texts: Sequence[str], queries: int = 1000, posts: int = 400, seed: int = 1) -> pd.DataFrame:
    """Return method and posts_per_second of simpler ways to look for the words of the same random queries.

    One pattern of all words as alternatives (Python's re); one post after the other with the reference;
    tantivy where it is installed. None of them answers NEAR or fields for many queries, so a ratio to them is
    a lower bound.
    """
    nodes = list(sampling.draw_queries(texts, queries, seed, pointed=True).values())
    sample = sampling.grown(texts, posts, seed)
    wanted = sorted(
        {leaf.text for node in nodes for leaf in walk(node) if hasattr(leaf, "cased") and not leaf.wild}
    )
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, wanted)) + r")(?!\w)", re.IGNORECASE)
    rows = [
        {"method": "re, all words as alternatives", "posts_per_second": _timed(sample, pattern.findall)},
        {
            "method": "one query and post at a time",
            "posts_per_second": _timed(
                sample[:20], lambda text: [matches(node, {"text": text}) for node in nodes]
            ),
        },
    ]
    if find_spec("tantivy"):
        rows.append({"method": "tantivy, words only", "posts_per_second": _tantivy(sample, nodes)})
    return pd.DataFrame(rows)


def _pace(texts: list[str], queries: int, posts: int, seed: int) -> tuple[pd.Series, float, float]:
    asked = sampling.draw_queries(texts, queries, seed, pointed=True)
    frame = pd.DataFrame({"text": sampling.grown(texts, posts, seed), "lang": "en", "platform": "x"})
    begun = time.process_time()
    engine = Engine(asked)
    ready = time.process_time()
    found = engine.match(frame).counts()
    return found, ready - begun, time.process_time() - ready


def _clauses(frame: pd.DataFrame, query: str) -> pd.DataFrame:
    if not query:
        return pd.DataFrame()
    if "label" not in frame:
        raise ParamError("To judge a query, the data needs a column label (relevant or irrelevant).")
    kept = frame.dropna(subset=["label"]).reset_index(drop=True)
    known = kept[[name for name in ("text", *KNOWN) if name in kept]]
    return by_clause(parse(query), known, truth(kept["label"]))


def _timed(sample: Sequence[str], work) -> float:
    begun = time.process_time()
    for text in sample:
        work(text)
    return round(len(sample) / (time.process_time() - begun), 1)


def _tantivy(sample: list[str], nodes: list[Node]) -> float:
    """Return posts per second of indexing the posts and asking each query's words;
    wall-clock, since it has threads.
    """
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False)
    begun = time.perf_counter()
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for text in sample:
        writer.add_document(tantivy.Document(text=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    for node in nodes:
        said = " ".join(leaf.text for leaf in walk(node) if hasattr(leaf, "cased") and leaf.text.isalnum())
        if said and not isinstance(node, Field | Not):
            searcher.search(index.parse_query(said.lower(), ["text"]), 1)
    return round(len(sample) / (time.perf_counter() - begun), 1)

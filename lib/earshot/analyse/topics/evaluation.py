"""How good the topics are beside BERTopic's defaults in the same run:
known groups, coherence, posts left over, seeds.

Both get the same vectors and the same smallest topic, and the words of both are chosen alike, so that what is
compared is how posts were put together. Posts without topic count as one group of their own.
"""

import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.report import EvaluationReport
from earshot.analyse.posts import label_files
from earshot.analyse.topics import coherence
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.text.step import clean
from earshot.enrich.topics import model as topic_model
from earshot.enrich.topics import words as topic_words

SMALLEST = 10  # BERTopic's own default
TRUTHS = ("cluster", "label", "topic")
OURS, THEIRS = "Earshot", "BERTopic's defaults"
DRAWS = 200
FIGURES = {
    "nmi": "NMI with the known groups",
    "purity": "purity of the topics",
    "npmi": "coherence of words (NPMI)",
    "diversity": "different words",
    "outliers": "posts without topic",
    "stability": "agreement of two seeds",
}


@dataclass(frozen=True)
class Found:
    """What one method found: a topic per post (-1 for none) from two seeds,
    the words of the first, and seconds.

    ``seconds`` are of the first run in this process, compilation included, and of the second.
    """

    topics: tuple[np.ndarray, np.ndarray]
    words: dict[int, list[str]]
    seconds: tuple[float, float]


@dataclass(frozen=True)
class Evaluation(EvaluationReport):
    """Texts with their known group (or none), and what each method found in them."""

    texts: pd.Series
    truth: pd.Series | None
    found: dict[str, Found]

    @property
    def metrics(self) -> dict:
        """The figures as plain numbers: ours,
        BERTopic's under ``bertopic``, and how many times faster ours is.
        """
        rows = {
            name: {key: round(value, 4) for key, value in row.items()} for name, row in self._scores.items()
        }
        ours, theirs = self.found[OURS].seconds, self.found[THEIRS].seconds
        return {
            "n": len(self.texts),
            **rows[OURS],
            "bertopic": rows[THEIRS],
            "times_faster": round(theirs[0] / ours[0], 1),
            "times_faster_again": round(theirs[1] / ours[1], 1),
        }

    @property
    def summary(self) -> pd.DataFrame:
        """Each figure of both methods; the lead in NMI
        and purity with a 95 % interval (posts drawn again).
        """
        scores, leads = self._scores, self._leads
        rows = [
            {
                "figure": said,
                "ours": scores[OURS][key],
                "BERTopic's defaults": scores[THEIRS][key],
                "lead": scores[OURS][key] - scores[THEIRS][key],
                **leads.get(key, {"low": None, "high": None}),
            }
            for key, said in FIGURES.items()
            if key in scores[OURS]
        ]
        return pd.DataFrame(rows)

    @property
    def speed(self) -> pd.DataFrame:
        """Seconds and topics of each method: first in a fresh process, and once everything is compiled."""
        return pd.DataFrame(
            [
                {
                    "method": name,
                    "topics": self._scores[name]["topics"],
                    "first run": one.seconds[0],
                    "again": one.seconds[1],
                }
                for name, one in self.found.items()
            ]
        )

    @property
    def groups(self) -> pd.DataFrame:
        """For each known group its posts, the topics that hold most of it, and the share they hold."""
        if self.truth is None:
            return pd.DataFrame(columns=["known group", "posts", "largest topic", "share in it"])
        topics, words, rows = self.found[OURS].topics[0], self.found[OURS].words, []
        for group, places in self.truth.groupby(self.truth).groups.items():
            sizes = pd.Series(topics[places]).value_counts()
            first = int(sizes.index[0])
            rows.append(
                {
                    "known group": str(group),
                    "posts": len(places),
                    "share in it": sizes.iloc[0] / len(places),
                    "largest topic": " · ".join(words.get(first, [])[:3]) or "no topic",
                }
            )
        table = pd.DataFrame(rows)[["known group", "posts", "largest topic", "share in it"]]
        return table.sort_values(["posts", "known group"], ascending=[False, True], ignore_index=True).head(
            20
        )

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        known = "none given" if self.truth is None else f"{self.truth.nunique():,}, their number not told"
        return {"posts": len(self.texts), "known groups": known, "smallest topic": SMALLEST}

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts."""
        return f"{said}; {len(self.texts):,} posts"

    @cached_property
    def _scores(self) -> dict[str, dict[str, float]]:
        return {name: self._score(one) for name, one in self.found.items()}

    def _score(self, one: Found) -> dict[str, float]:
        from sklearn.metrics import adjusted_rand_score

        topics, known = one.topics[0], {}
        if self.truth is not None:
            known = agreement(self.truth.to_numpy(), topics)
        return known | {
            "npmi": float(coherence.npmi(self.texts, one.words).mean()),
            "diversity": coherence.diversity(one.words),
            "outliers": float((topics < 0).mean()),
            "stability": float(adjusted_rand_score(*one.topics)),
            "topics": len(one.words),
            "seconds": one.seconds[0],
            "seconds_again": one.seconds[1],
        }

    @cached_property
    def _leads(self) -> dict[str, dict[str, float]]:
        if self.truth is None:
            return {}
        truth, chance = self.truth.to_numpy(), np.random.default_rng(1)
        drawn = []
        for _ in range(DRAWS):
            rows = chance.integers(0, len(truth), len(truth))
            ours, theirs = (
                agreement(truth[rows], self.found[name].topics[0][rows]) for name in (OURS, THEIRS)
            )
            drawn.append({key: ours[key] - theirs[key] for key in ours})
        table = pd.DataFrame(drawn)
        return {key: {"low": table[key].quantile(0.025), "high": table[key].quantile(0.975)} for key in table}


def evaluate(data: str, train: str = "", seed: int = 1) -> Evaluation:
    """Return how our topics and BERTopic's of the texts in ``data`` compare (text;
    cluster, label or topic if known).

    Raises ValueError when there is no column text, too few texts, or when ``train`` is given: nothing is
    learnt.
    """
    if train:
        raise ValueError("Topics are found without labels; leave train empty.")
    frame = label_files.read(data, ("text",)).dropna(subset=["text"]).reset_index(drop=True)
    if len(frame) < 4 * SMALLEST:
        raise ValueError(f"The data has {len(frame)} texts; topics need at least {4 * SMALLEST}.")
    named = next((name for name in TRUTHS if name in frame), None)
    texts = [clean(text)[0] for text in frame["text"].astype("str")]
    vectors, bare = embeddings.encode(texts), pd.Series([topic_words.bare(text) for text in texts])
    found = {OURS: ours(bare, vectors, seed), THEIRS: theirs(bare, vectors, seed)}
    return Evaluation(bare, frame[named].astype("str") if named else None, found)


def ours(texts: pd.Series, vectors: np.ndarray, seed: int) -> Found:
    """Return what our topics step finds, its words chosen included in the time."""

    def run(chance: int) -> np.ndarray:
        groups = [("brand:", "lang:")] * len(texts)
        found = topic_model.fit(vectors, groups, SMALLEST, chance).assign(vectors, groups)[0]
        topic_words.weigh(texts.tolist(), found)
        return found

    return _twice(texts, run, seed)


def theirs(texts: pd.Series, vectors: np.ndarray, seed: int) -> Found:
    """Return what BERTopic finds as it comes, but for the seed of its UMAP, without which no run repeats."""

    def run(chance: int) -> np.ndarray:
        from bertopic import BERTopic
        from umap import UMAP

        reduced = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=chance)
        return np.array(
            BERTopic(umap_model=reduced, min_topic_size=SMALLEST).fit_transform(texts.tolist(), vectors)[0]
        )

    return _twice(texts, run, seed)


def _twice(texts: pd.Series, run, seed: int) -> Found:
    topics, seconds = [], []
    for chance in (seed, seed + 1):
        begun = time.perf_counter()
        topics.append(run(chance))
        seconds.append(time.perf_counter() - begun)
    return Found(tuple(topics), plain_words(texts, topics[0]), tuple(seconds))


def plain_words(texts: pd.Series, topics: np.ndarray) -> dict[int, list[str]]:
    """Return the ten single words with the greatest class-based TF-IDF of each topic but -1, as BERTopic
    lists
    them.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(token_pattern=topic_words.WORD)
    names, place = np.unique(topics, return_inverse=True)
    weights = topic_words.ctfidf(topic_words.summed(counter.fit_transform(texts), place)).toarray()
    vocabulary = counter.get_feature_names_out()
    return {
        int(topic): [
            str(vocabulary[term]) for term in np.argsort(-weights[row], kind="stable")[: coherence.TOP]
        ]
        for row, topic in enumerate(names)
        if topic >= 0
    }


def agreement(truth: np.ndarray, topics: np.ndarray) -> dict[str, float]:
    """Return NMI (Strehl & Ghosh 2002) and purity of topics against known groups."""
    from sklearn.metrics import normalized_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(truth, topics, sparse=True)
    return {
        "nmi": float(normalized_mutual_info_score(truth, topics)),
        "purity": float(table.max(axis=0).toarray().sum() / len(truth)),
    }

"""How well it is told whether a post is about the brand:
figures, intervals, calibration, and the abstain band.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.scored_labels import ScoredLabels
from earshot.analyse.posts import label_files
from earshot.core.params import nearest
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.relevance import model as relevance_model
from earshot.enrich.text import step as text
from earshot.statistics import agreement

CLASSES = ("irrelevant", "relevant")


@dataclass(frozen=True)
class Evaluation(ScoredLabels):
    """Labelled posts (text, topic, label, p, said, verdict) and the seconds it took to judge them."""

    posts: pd.DataFrame
    seconds: float
    band_width: float
    classes = CLASSES

    @property
    def metrics(self) -> dict:
        """The figures as plain numbers: n, macro_f1, accuracy,
        f1_irrelevant, ece, coverage and more, by_topic.
        """
        table = self.confusion
        scores, sure = agreement.scores(table), self.posts["verdict"] != "unsure"
        right = self.right
        return {
            "n": len(self.posts),
            "macro_f1": round(scores["macro_f1"], 4),
            "accuracy": round(scores["accuracy"], 4),
            "f1_irrelevant": round(_f1(table), 4),
            "ece": round(self.calibration_error, 4),
            "coverage": round(float(sure.mean()), 4),
            "accuracy_when_sure": round(float(right[sure].mean()), 4) if sure.any() else None,
            "posts_per_second": self.pace,
            "by_topic": {
                row.topic: {
                    "n": int(row.n),
                    "macro_f1": round(row.macro_f1, 4),
                    "accuracy": round(row.accuracy, 4),
                }
                for row in self.by_topic.itertuples()
            },
        }

    @property
    def confidence(self) -> pd.Series:
        """The probability of the class that was said."""
        return self.posts["p"].clip(lower=1 - self.posts["p"])

    @property
    def by_topic(self) -> pd.DataFrame:
        """The figures of each topic."""
        rows = []
        for topic, posts in self.posts.groupby("topic"):
            table = agreement.confusion(posts["label"], posts["said"], CLASSES)
            rows.append(
                {"topic": topic, "n": len(posts), **agreement.scores(table), "f1_irrelevant": _f1(table)}
            )
        return pd.DataFrame(rows)

    @property
    def band(self) -> pd.DataFrame:
        """The share of posts, and of these the share right,
        where the model decides and where it would ask.
        """
        right = self.right
        rows = [
            {
                "where": name,
                "posts": int(rows.sum()),
                "share of posts": float(rows.mean()),
                "share right": float(right[rows].mean()) if rows.any() else np.nan,
            }
            for name, rows in (
                ("decided", self.posts["verdict"] != "unsure"),
                ("left to a person", self.posts["verdict"] == "unsure"),
            )
        ]
        return pd.DataFrame(rows)

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        return {
            "posts": len(self.posts),
            "half width of the band": self.band_width,
            "calibration error": round(self.calibration_error, 3),
            "posts per second": round(len(self.posts) / self.seconds),
        }


def evaluate(data: str, train: str = "") -> Evaluation:
    """Return what is said of the posts in ``data`` after learning from ``train``,
    or by folds of ``data`` without it.

    Columns of both: text, topic, label. Raises ValueError in one sentence when they cannot be used. With
    ``train`` the speed is that of the whole model; by folds it is that of one pass of learning and judging.
    """
    posts = check(label_files.read(data, ("text", "topic", "label")))
    if not train:
        return _by_folds(posts)
    seen = check(label_files.read(train, ("text", "topic", "label")))
    model = relevance_model.fit(
        seen["text"].tolist(), seen["topic"].tolist(), seen["label"].eq("relevant").to_numpy()
    )
    begun = time.perf_counter()
    p = model.score(posts["text"].tolist(), posts["topic"].tolist())
    seconds = time.perf_counter() - begun
    return _judged(posts, p, model.verdict(p), seconds, model.band)


def _by_folds(posts: pd.DataFrame) -> Evaluation:
    """Each fold is judged by a model that saw only the other folds;
    the curve's two numbers are fitted on them all.
    """
    texts, topics, relevant = (
        posts["text"].tolist(),
        posts["topic"].tolist(),
        posts["label"].eq("relevant").to_numpy(),
    )
    begun = time.perf_counter()
    vectors = embeddings.encode([text.clean(one)[0] for one in texts])
    margins = relevance_model.held_out(texts, topics, relevant, 1, vectors)
    model = relevance_model.curved({}, margins, relevant)
    p = model.probability(margins)
    return _judged(posts, p, model.verdict(p), time.perf_counter() - begun, model.band)


def _judged(
    posts: pd.DataFrame, p: np.ndarray, verdict: np.ndarray, seconds: float, band: float
) -> Evaluation:
    said = np.where(p >= 0.5, "relevant", "irrelevant")
    return Evaluation(posts.assign(p=p, said=said, verdict=verdict), seconds, band)


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return text, topic and label; raises ValueError
    when a label is not relevant or irrelevant, or none is there.
    """
    kept = frame[["text", "topic", "label"]].dropna().astype("str")
    kept["label"] = kept["label"].str.strip().str.lower()
    unknown = kept.loc[~kept["label"].isin(CLASSES), "label"]
    if len(unknown):
        raise ValueError(
            f"The label {unknown.iloc[0]!r} is not relevant or irrelevant; {len(unknown):,} of "
            f"{len(kept):,} rows have such labels.{nearest(unknown.iloc[0], CLASSES)}"
        )
    if kept.empty:
        raise ValueError("The data has no row with text, topic and label.")
    return kept.reset_index(drop=True)


def _f1(table: np.ndarray) -> float:
    """Return F1 of the first class."""
    return float(2 * table[0, 0] / max(1, table[0].sum() + table[:, 0].sum()))

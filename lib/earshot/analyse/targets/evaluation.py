"""How well it is told how a post sounds towards something named in it:
figures, intervals, calibration, and sets.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.scored_labels import ScoredLabels
from earshot.analyse.posts import label_files
from earshot.core.params import nearest
from earshot.enrich.targets import learning as towards_model
from earshot.enrich.targets import marked_text
from earshot.enrich.targets import model as target_model
from earshot.enrich.targets.model import CLASSES, COLUMNS
from earshot.govern.masking.masking import mask_text
from earshot.statistics import agreement
from earshot.statistics.proportion import wilson

MISTAKES = 8
NEEDED = "text (with $T$ for the target, or naming it), target, and polarity (-1, 0, 1) or label"


@dataclass(frozen=True)
class Evaluation(ScoredLabels):
    """Labelled targets with what was said of each and the classes in its set;
    the seconds to read and to learn.
    """

    posts: pd.DataFrame
    sets: np.ndarray
    seconds: float
    learning: float
    model: str
    figures: dict
    classes = CLASSES
    ITEMS = "targets"

    @property
    def metrics(self) -> dict:
        """The figures as plain numbers: n, accuracy, macro_f1,
        ece, coverage, set_size, posts_per_second, by_class.
        """
        scores = agreement.scores(self.confusion)
        return {
            "n": len(self.posts),
            **{name: round(value, 4) for name, value in scores.items()},
            "ece": round(self.calibration_error, 4),
            "coverage": round(float(self._covered.mean()), 4),
            "set_size": round(float(self.sets.sum(axis=1).mean()), 3),
            "posts_per_second": self.pace,
            "by_class": {
                row["class"]: {name: round(row[name], 4) for name in ("precision", "recall", "f1")}
                | {"n": int(row["n"])}
                for row in self.by_class.to_dict("records")
            },
        }

    @property
    def confidence(self) -> pd.Series:
        """The probability of the class that was said."""
        return self.posts[COLUMNS].max(axis=1)

    @property
    def by_class(self) -> pd.DataFrame:
        """Precision, recall and F1 of each class, and how many targets truly are of it."""
        return super().by_class[["class", "n", "precision", "recall", "f1"]]

    @property
    def set_sizes(self) -> pd.DataFrame:
        """Targets by how many classes stand in their set, with the share of sets that hold the true class."""
        rows = pd.DataFrame({"classes in the set": self.sets.sum(axis=1), "held": self._covered})
        table = rows.groupby("classes in the set")["held"].agg(["size", "sum"]).reset_index()
        low, high = wilson(table["sum"], table["size"])
        return pd.DataFrame(
            {
                "classes in the set": table["classes in the set"],
                "targets": table["size"],
                "hold the true class": table["sum"] / table["size"],
                "low": low,
                "high": high,
            }
        )

    @property
    def divided(self) -> pd.DataFrame:
        """Accuracy on sentences whose targets differ in label, and on all others:
        there a post is not enough.
        """
        differ = self.posts.groupby("full")["label"].transform("nunique") > 1
        rows = []
        for name, chosen in (("targets that differ", differ), ("all others", ~differ)):
            low, high = wilson(self.right[chosen].sum(), max(1, chosen.sum()))
            rows.append(
                {
                    "sentences with": name,
                    "targets": int(chosen.sum()),
                    "accuracy": float(self.right[chosen].mean()) if chosen.any() else np.nan,
                    "low": low,
                    "high": high,
                }
            )
        return pd.DataFrame(rows)

    @property
    def mistakes(self) -> pd.DataFrame:
        """The targets of which the model was surest and wrong, masked:
        text, target, sentiment (its own), label.
        """
        wrong = self.posts.assign(confidence=self.confidence, sentiment=self.posts["said"])
        worst = wrong[~self.right].sort_values("confidence", ascending=False).head(MISTAKES).copy()
        worst["text"] = [mask_text(text) for text in worst["full"]]
        return worst[["text", "target", "sentiment", "label", "confidence"]]

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        return {
            "targets": len(self.posts),
            "model": self.model,
            "calibration error": round(self.calibration_error, 3),
            "sets that hold the true class": f"{self._covered.mean():.1%} (meant: "
            f"{towards_model.COVERED:.0%})",
            "posts per second": round(len(self.posts) / self.seconds),
            "seconds to learn": round(self.learning),
        } | self.figures

    @property
    def _covered(self) -> np.ndarray:
        return self.sets[np.arange(len(self.posts)), self.posts["label"].map(CLASSES.index).to_numpy(int)]


def evaluate(data: str, train: str = "") -> Evaluation:
    """Return what is said of the targets in ``data``, after learning from ``train``;
    without it, by the shipped model.

    Columns of both: text, target, and polarity or label. Raises ValueError in one sentence when they cannot
    be used.
    """
    posts = check(label_files.read(data, ("text", "target")))
    given = posts["full"].tolist(), posts["spans"].tolist(), posts["target"].tolist()
    if not train:
        target_model.score(["I love the bag"], [[(11, 14)]], ["bag"])
        (p, sets), seconds = _timed(_by_shipped, *given)
        return Evaluation(_judged(posts, p), sets, seconds, 0.0, target_model.MODEL, {})
    seen = check(label_files.read(train, ("text", "target")))
    labels = seen["label"].map(CLASSES.index).to_numpy(int)
    model, learning = _timed(
        towards_model.fit, seen["full"].tolist(), seen["spans"].tolist(), seen["target"].tolist(), labels
    )
    p, seconds = _timed(model.score, *given)
    figures = {
        f"{name}, on training sentences held out": f"{model.figures[key]:.1%} right"
        for name, key in (
            ("all readers", "accuracy"),
            ("words", "words"),
            ("tower", "tower"),
            ("tokens of the text", "text"),
            ("tokens of the clause", "clause"),
        )
    }
    return Evaluation(_judged(posts, p), model.sets(p), seconds, learning, "learned here", figures)


def _by_shipped(texts: list[str], spans: list, targets: list[str]) -> tuple[np.ndarray, np.ndarray]:
    p = target_model.score(texts, spans, targets)
    return p, p >= target_model.load()["cut"][0]


def _timed(work, *given) -> tuple:
    begun = time.perf_counter()
    return work(*given), time.perf_counter() - begun


def _judged(posts: pd.DataFrame, p: np.ndarray) -> pd.DataFrame:
    said = np.array(CLASSES)[p.argmax(axis=1)]
    return pd.concat([posts, pd.DataFrame(p, columns=COLUMNS)], axis=1).assign(said=said)


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return full (the text), spans, target and label; raises ValueError when the rows cannot be used."""
    column = next((name for name in ("label", "polarity") if name in frame), None)
    if column is None:
        raise ValueError(
            f"The data has no column 'polarity' or 'label'; it has {', '.join(map(str, frame.columns))}."
            f"{nearest('polarity', frame.columns)} Columns needed: {NEEDED}."
        )
    kept = frame[["text", "target", column]].dropna().astype("str").reset_index(drop=True)
    if kept.empty:
        raise ValueError("The data has no row with text, target and label.")
    located = [
        marked_text.placed(text, target) for text, target in zip(kept["text"], kept["target"], strict=True)
    ]
    return pd.DataFrame(
        {
            "full": [text for text, _ in located],
            "spans": [spans for _, spans in located],
            "target": kept["target"],
            "label": _named(kept[column]),
        }
    )


def _named(labels: pd.Series) -> pd.Series:
    """Return the labels by name: as they are, or from -1,
    0 and 1, or from 0, 1 and 2 where a 2 is among them.
    """
    small = labels.str.strip().str.lower()
    numbers = pd.to_numeric(small, errors="coerce")
    if numbers.notna().all() and numbers.isin([-1, 0, 1, 2]).all():
        small = (numbers + (0 if numbers.max() == 2 else 1)).map(dict(enumerate(CLASSES)))
    unknown = labels[~small.isin(CLASSES)]
    if len(unknown):
        raise ValueError(
            f"The label {unknown.iloc[0]!r} is not one of {', '.join(CLASSES)} (or -1, 0, 1 in that "
            f"order); {len(unknown):,} of {len(labels):,} rows have such labels."
        )
    return small

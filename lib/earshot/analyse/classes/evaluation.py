"""How well classes of your own are told apart after learning from labels:
figures, intervals, calibration, costs.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.scored_labels import ScoredLabels, ranked
from earshot.analyse.posts import label_files
from earshot.enrich.classes import classifier
from earshot.statistics import agreement, stacking

SHOWN = 15


@dataclass(frozen=True)
class Evaluation(ScoredLabels):
    """Labelled texts (text, label, said, confidence, options,
    covered), the classifier, and the seconds it took.

    ``positive`` is the class whose F1 is asked for, or "".
    """

    posts: pd.DataFrame
    model: classifier.Classifier
    seconds: float
    learning: float
    positive: str = ""
    ITEMS = "texts"

    @property
    def classes(self) -> list[str]:
        """All classes that were learned or that the data holds."""
        return sorted({*self.model.classes, *self.posts["label"]})

    @property
    def metrics(self) -> dict:
        """The figures as plain numbers: n, accuracy, macro_f1, ece, coverage and more, by_label."""
        scores = agreement.scores(self.confusion)
        found = {
            "n": len(self.posts),
            **{name: round(value, 4) for name, value in scores.items()},
            "micro_f1": round(scores["accuracy"], 4),
            "ece": round(self.calibration_error, 4),
            "coverage": round(float(self.posts["covered"].mean()), 4),
            "nominal": classifier.LEVEL,
            "mean_set_size": round(float(self.posts["options"].mean()), 3),
            "abstained": round(float(self.posts["options"].ne(1).mean()), 4),
            "posts_per_second": self.pace,
            "train_seconds": round(self.learning, 1),
            "winner": self.model.figures.set_index("view")["accuracy"].idxmax(),
        }
        if self.positive:
            found["f1"] = round(float(self.by_label.set_index("label").at[self.positive, "f1"]), 4)
        if stacking.OUTSIDE in self.classes:
            inside = self.posts["label"] != stacking.OUTSIDE
            right = self.right
            found |= {
                "in_scope_accuracy": round(float(right[inside].mean()), 4),
                "oos_recall": round(float(right[~inside].mean()), 4),
            }
        rows = self.by_label.set_index("label")
        return found | {
            "by_label": {
                name: {"n": int(row["n"]), "f1": round(row["f1"], 4)}
                for name, row in rows.to_dict("index").items()
            }
        }

    @property
    def views(self) -> pd.DataFrame:
        """What each view reached on texts that it did not learn from,
        how far all together lead it, and its seconds.
        """
        return self.model.figures

    @property
    def by_label(self) -> pd.DataFrame:
        """Recall, precision and F1 of each class, the most frequent first."""
        return ranked(self.by_class, "label")

    @property
    def taken_for(self) -> pd.DataFrame:
        """The pairs of classes that are most often taken for each other:
        label, said, posts, share of the label.
        """
        wrong = self.posts[self.posts["label"] != self.posts["said"]].groupby(["label", "said"]).size()
        rows = wrong.rename("posts").reset_index()
        rows = rows.sort_values(["posts", "label", "said"], ascending=[False, True, True])
        sizes = self.posts["label"].value_counts()
        return rows.head(SHOWN).assign(
            share=lambda table: table["posts"] / table["label"].map(sizes).astype("float64")
        )

    @property
    def sets(self) -> pd.DataFrame:
        """Texts by the number of classes that cannot be ruled out, and how often the label is among these."""
        names = ["none fits", "one: decided", "two", "more"]
        sizes = pd.Categorical.from_codes(self.posts["options"].clip(upper=3), names, ordered=True)
        counted = self.posts.groupby(sizes, observed=True)["covered"].agg(texts="size", covered="mean")
        return counted.rename_axis("classes possible").reset_index()

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        return {
            "texts": len(self.posts),
            "classes": len(self.model.classes),
            "calibration error": round(self.calibration_error, 3),
            "seconds to learn": round(self.learning),
            "texts per second": round(len(self.posts) / self.seconds),
        }

    @property
    def metrics_shown(self) -> dict:
        """The metrics as they were written, without the classes."""
        return {name: value for name, value in self.metrics.items() if name != "by_label"}


def evaluate(data: str, train: str) -> Evaluation:
    """Return what a classifier that learned from ``train`` says of the texts in ``data`` (both: text, label).

    Raises ValueError in one sentence when a file cannot be used.
    """
    if not train:
        raise ValueError("A classifier has to learn first: name a file with text and label in --train.")
    seen, posts = (
        check(label_files.read(train, ("text", "label"))),
        check(label_files.read(data, ("text", "label"))),
    )
    begun = time.perf_counter()
    model = classifier.fit(seen["text"].tolist(), seen["label"].tolist())
    learned = time.perf_counter()
    found = model.read(posts["text"].tolist())
    return judged(posts, found, model, time.perf_counter() - learned, learned - begun)


def judged(
    posts: pd.DataFrame,
    found: classifier.ClassPredictions,
    model: classifier.Classifier,
    seconds: float,
    learning: float,
    positive: str = "",
) -> Evaluation:
    """Return the evaluation of what was ``found`` of the posts."""
    possible = found.possible()
    place = pd.Index(model.classes).get_indexer(posts["label"])
    covered = possible[np.arange(len(posts)), place] & (place >= 0)
    return Evaluation(
        posts.assign(
            said=found.labels, confidence=found.confidence, options=possible.sum(axis=1), covered=covered
        ),
        model,
        seconds,
        learning,
        positive,
    )


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return text and label as text, without rows that lack one; raises ValueError when none is left."""
    kept = frame[["text", "label"]].dropna()
    whole = pd.api.types.is_float_dtype(kept["label"]) and (kept["label"] % 1 == 0).all()
    labels = (kept["label"].astype(int) if whole else kept["label"]).astype("str").str.strip()
    kept = kept.assign(text=kept["text"].astype("str"), label=labels)
    kept = kept[kept["label"] != ""].reset_index(drop=True)
    if kept.empty:
        raise ValueError("The data has no row with both text and label.")
    return kept

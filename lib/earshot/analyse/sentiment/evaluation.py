"""How good the sentiment model is on labelled posts:
figures, intervals, baselines, and its clearest mistakes.
"""

import re
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.scored_labels import ScoredLabels
from earshot.analyse.posts import label_files
from earshot.core.params import nearest
from earshot.enrich.sentiment import step as sentiment
from earshot.enrich.sentiment.step import CLASSES, COLUMNS
from earshot.govern.masking.masking import mask_text
from earshot.statistics import agreement

NUMBERED = {
    "0": "negative",
    "1": "neutral",
    "2": "positive",
    "0.0": "negative",
    "1.0": "neutral",
    "2.0": "positive",
}
NOMINAL = 0.9  # what the sets of classes are made for
TIER_FIGURES = ("accuracy", "macro_f1", "macro_recall", "posts_per_second", "asked_the_tower")
MISTAKES = 8
HANDLE = re.compile(r"(?<!\w)@\w+")


@dataclass(frozen=True)
class Evaluation(ScoredLabels):
    """Labelled posts with what the model said, the seconds it took,
    and the same figures for each of its tiers.
    """

    posts: pd.DataFrame
    seconds: float
    model: str
    tiers: pd.DataFrame
    classes = CLASSES

    @property
    def metrics(self) -> dict:
        """The figures as plain numbers: n, accuracy, macro_f1, macro_recall, ece, posts_per_second,
        coverage and decided of the sets, tiers, by_lang."""
        scores = agreement.scores(self.confusion)
        found = {
            "n": len(self.posts),
            **{name: round(value, 4) for name, value in scores.items()},
            "ece": round(self.calibration_error, 4),
            "posts_per_second": self.pace,
            "coverage": round(float(self._covered.mean()), 4),
            "nominal": NOMINAL,
            "decided": round(float(self._decided.mean()), 4),
        }
        if len(self.tiers):
            found["tiers"] = {
                row["tier"]: {name: round(row[name], 4) for name in TIER_FIGURES}
                for row in self.tiers.to_dict("records")
            }
        if "lang" in self.posts:
            rows = self.by_language.set_index("lang")[["n", "macro_f1", "macro_recall", "accuracy"]]
            found["by_lang"] = {
                lang: {"n": int(row.pop("n"))} | {name: round(value, 4) for name, value in row.items()}
                for lang, row in rows.to_dict("index").items()
            }
        return found

    @property
    def sets(self) -> pd.DataFrame:
        """By true class: posts, the share whose class is
        in the set the model cannot rule out, the share decided.
        """
        rows = [
            {
                "label": f"truly {name}",
                "posts": int(here.sum()),
                "class in the set": self._covered[here].mean(),
                "decided": self._decided[here].mean(),
                "right when decided": self.right[here & self._decided].mean(),
            }
            for name in CLASSES
            for here in [self.posts["label"].eq(name)]
            if here.any()
        ]
        return pd.DataFrame(rows)

    @property
    def mistaken(self) -> pd.DataFrame:
        """Of the posts of each true class (label), the share that the model put in each class."""
        shares = self.confusion / np.maximum(1, self.confusion.sum(axis=1, keepdims=True))
        table = pd.DataFrame(shares, columns=list(CLASSES))
        truth = pd.DataFrame(
            {"label": [f"truly {name}" for name in CLASSES], "posts": self.confusion.sum(axis=1)}
        )
        return pd.concat([truth, table], axis=1)

    @property
    def by_language(self) -> pd.DataFrame:
        """The figures of each language, the most frequent first."""
        rows = []
        for lang, posts in self.posts.groupby("lang"):
            table = agreement.confusion(posts["label"], posts["said"], CLASSES)
            spans = agreement.intervals(table).set_index("figure")
            rows.append(
                {
                    "lang": lang,
                    "n": len(posts),
                    **agreement.scores(table),
                    "low": spans.at["macro_f1", "low"],
                    "high": spans.at["macro_f1", "high"],
                }
            )
        return pd.DataFrame(rows).sort_values(["n", "lang"], ascending=[False, True], ignore_index=True)

    @property
    def baselines(self) -> pd.DataFrame:
        """The model beside always saying the commonest class, and beside VADER where it is installed."""
        said = {
            self.model: self.posts["said"],
            "always the commonest class": pd.Series(self.posts["label"].mode()[0], index=self.posts.index),
        }
        vader = _ask_vader(self.posts["text"])
        said |= {} if vader is None else {"VADER (word list and rules)": vader}
        tables = {
            name: agreement.confusion(self.posts["label"], found, CLASSES) for name, found in said.items()
        }
        return pd.DataFrame([{"method": name} | agreement.scores(table) for name, table in tables.items()])

    @property
    def mistakes(self) -> pd.DataFrame:
        """The posts the model was surest of and got wrong, masked:
        text, sentiment (its own), label, confidence.
        """
        wrong = self.posts.assign(confidence=self.confidence, sentiment=self.posts["said"])[~self.right]
        worst = wrong.sort_values("confidence", ascending=False).drop_duplicates("text").head(MISTAKES).copy()
        worst["text"] = [mask_text(HANDLE.sub("@user", text)) for text in worst["text"]]
        return worst[["text", "sentiment", "label", "confidence"]]

    def mistakes_of(self, label: str) -> pd.DataFrame:
        """The same for the posts of one true class."""
        return replace(self, posts=self.posts[self.posts["label"] == label]).mistakes

    @property
    def confidence(self) -> pd.Series:
        """The probability of the class that was said."""
        return self.posts[COLUMNS].max(axis=1)

    @property
    def _covered(self) -> pd.Series:
        return pd.Series(
            [
                label in possible.split()
                for label, possible in zip(self.posts["label"], self.posts["possible"], strict=True)
            ],
            self.posts.index,
        )

    @property
    def _decided(self) -> pd.Series:
        return ~self.posts["possible"].str.contains(" ")

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        return {
            "posts": len(self.posts),
            "model": self.model,
            "calibration error": round(self.calibration_error, 3),
            "posts per second": round(len(self.posts) / self.seconds),
        }

    @property
    def metrics_shown(self) -> dict:
        """The metrics as they were written, without the languages and tiers."""
        return {name: value for name, value in self.metrics.items() if name not in ("by_lang", "tiers")}

    @property
    def languages_shown(self) -> pd.DataFrame:
        """The figures by language; empty when the file names no languages."""
        columns = ["lang", "n", "macro_f1", "low", "high", "macro_recall", "accuracy"]
        return self.by_language[columns] if "lang" in self.posts else pd.DataFrame(columns=columns)

    def caption(self, what: str) -> str:
        """Return the caption of a table or figure."""
        about = {
            "summary": "Each figure with its 95 % interval",
            "baselines": "The model beside simple methods",
            "mistaken": "Shares of the posts of each true class",
            "languages": "By language; the interval is macro-F1's",
            "tiers": "The tiers of the model on the same posts",
            "calibration": "Share read right by stated confidence, 95 % interval",
        }[what]
        return super().caption(about)

    def alt(self, what: str) -> str:
        """Return what a figure shows, in words and numbers."""
        if what == "mistaken":
            rights = [f"{self.mistaken.at[at, name]:.0%} of {name}" for at, name in enumerate(CLASSES)]
            return f"Of the posts of each true class the model read right {', '.join(rights)}."
        return super().alt


def evaluate(data: str, train: str = "", model: str = sentiment.MODEL) -> Evaluation:
    """Return what the model says of the labelled posts in the file ``data`` (CSV, JSONL or Parquet).

    Columns: text, label (negative, neutral, positive; or 0, 1, 2) and, if wanted, lang. Raises ValueError in
    one sentence when a column or label is missing or unknown, or when ``train`` is given: this model is
    ready-made.
    """
    if train:
        raise ValueError("The sentiment model is ready-made and learns nothing here; leave train empty.")
    posts = check(label_files.read(data))
    said, seconds = _timed(posts["text"].tolist(), model)
    tiers = [
        _tier(posts, name)
        for name, tier in sentiment.NAMES.items()
        if model == sentiment.MODEL != name and name.startswith(model)
    ]
    first = [_figures(posts, said, seconds, model)] if tiers else []
    return Evaluation(
        pd.concat([posts, said.rename(columns={"label": "said"})], axis=1),
        seconds,
        model,
        pd.DataFrame([*first, *tiers]),
    )


def _timed(texts: list[str], model: str) -> tuple[pd.DataFrame, float]:
    sentiment.warm(model)
    begun = time.perf_counter()
    return sentiment.read(texts, model=model), time.perf_counter() - begun


def _tier(posts: pd.DataFrame, name: str) -> dict:
    return _figures(posts, *_timed(posts["text"].tolist(), name), name)


def _figures(posts: pd.DataFrame, said: pd.DataFrame, seconds: float, name: str) -> dict:
    """Return a tier's name and ``TIER_FIGURES``."""
    scores = agreement.scores(agreement.confusion(posts["label"], said["label"], CLASSES))
    return {
        "tier": name,
        **scores,
        "posts_per_second": len(posts) / seconds,
        "asked_the_tower": float(said["tier"].eq("model").mean()),
    }


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return text, label and, where there is one, lang; raises ValueError when the posts cannot be used."""
    frame = frame.rename(columns={"language": "lang"}) if "lang" not in frame else frame
    for name in ("text", "label"):
        if name not in frame:
            raise ValueError(
                f"The data has no column {name!r}; it has {', '.join(map(str, frame.columns))}."
                f"{nearest(name, frame.columns)} Columns needed: text, label, and lang if known."
            )
    kept = frame[["text", "label", *(["lang"] if "lang" in frame else [])]].dropna(subset=["text", "label"])
    labels = kept["label"].astype("str").str.strip().str.lower()
    labels = labels.map(NUMBERED) if labels.isin(list(NUMBERED)).all() else labels
    unknown = labels[~labels.isin(CLASSES)]
    if len(unknown):
        raise ValueError(
            f"The label {unknown.iloc[0]!r} is not one of {', '.join(CLASSES)} (or 0, 1, 2 in that "
            f"order); {len(unknown):,} of {len(labels):,} rows have such labels."
        )
    if kept.empty:
        raise ValueError("The data has no row with both text and label.")
    return kept.assign(text=kept["text"].astype("str"), label=labels).reset_index(drop=True)


def _ask_vader(texts: pd.Series) -> pd.Series | None:
    """Return VADER's labels at its authors' thresholds (Hutto & Gilbert 2014),
    or None where it is not installed.
    """
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    analyser = SentimentIntensityAnalyzer()
    compound = np.array([analyser.polarity_scores(text)["compound"] for text in texts])
    return pd.Series(
        np.select([compound >= 0.05, compound <= -0.05], ["positive", "negative"], "neutral"), texts.index
    )

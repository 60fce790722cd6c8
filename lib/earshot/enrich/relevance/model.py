"""A model of what is about a brand and what is not, learned from posts that an analyst labelled.

Words, letter groups, words joined with the brand's name, the sentence embedding and how English a post looks
feed a linear support vector machine; its margin becomes a probability by a logistic curve (Platt 1999) fitted
on posts that were held out in folds, near copies together. Between two probabilities the model abstains: the
band is the narrowest whose outside reached ``WANTED`` accuracy on the held-out posts.
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.language import step as language
from earshot.enrich.text import step as text

WANTED = 0.97
FOLDS = 5
WIDEST = 0.45
LEAST = 40  # labelled posts of each kind that the model asks for
TOKEN = re.compile(r"[#@]?\w+")
COPY = re.compile(r"https?\S+|\W*@\w+|\brt\b|\W+")
FILE = "relevance.skops"


@dataclass(frozen=True)
class Model:
    """A fitted model: vectorizers, margin, the curve (slope, shift), the half width of the band, figures."""

    parts: dict
    slope: float
    shift: float
    band: float
    figures: dict

    def score(self, texts: list[str], topics: list[str], vectors: np.ndarray | None = None) -> np.ndarray:
        """Return the probability that each post is relevant to its topic (the brand)."""
        return self.probability(
            self.parts["margin"].decision_function(_seen(self.parts, texts, topics, vectors))
        )

    def probability(self, margins: np.ndarray) -> np.ndarray:
        """Return the probability of relevance that each margin stands for."""
        return 1 / (1 + np.exp(-np.clip(self.slope * margins + self.shift, -30, 30)))

    def verdict(self, p: np.ndarray) -> np.ndarray:
        """Return relevant, irrelevant, or unsure inside the band, for each probability."""
        sure = np.where(p >= 0.5, "relevant", "irrelevant").astype(object)
        return np.where(np.abs(p - 0.5) < self.band, "unsure", sure)


def groups(texts: pd.Series) -> np.ndarray:
    """Return a number per post that near copies share: the same words, but for links, names and the end."""
    bare = texts.astype("str").str.lower().str.replace(COPY, " ", regex=True)
    bare = bare.str.replace(r"\s+", " ", regex=True).str.strip().str[:60]
    return pd.factorize(bare)[0]


def fit(
    texts: list[str],
    topics: list[str],
    relevant: np.ndarray,
    seed: int = 0,
    vectors: np.ndarray | None = None,
) -> Model:
    """Return the model that these labels teach; raises ValueError when there are too few of a kind."""
    relevant = np.asarray(relevant, bool)
    fewest = int(min(relevant.sum(), (~relevant).sum()))
    if fewest < LEAST:
        raise ValueError(
            f"There are {fewest} labelled posts of the rarer kind; label at least {LEAST} relevant and "
            f"{LEAST} irrelevant ones, then try again."
        )
    vectors = _vectors(texts) if vectors is None else vectors
    margins = held_out(texts, topics, relevant, seed, vectors)
    return curved(_learn(texts, topics, relevant, vectors), margins, relevant)


def curved(parts: dict, margins: np.ndarray, relevant: np.ndarray) -> Model:
    """Return the model of these parts with the curve and the band that margins of held-out posts teach."""
    slope, shift = _curve(margins, relevant)
    bare = Model(parts, slope, shift, 0.0, {})
    band, figures = _band(bare.probability(margins), relevant)
    return replace(bare, band=band, figures=figures | {"n": len(margins)})


def held_out(
    texts: list[str], topics: list[str], relevant: np.ndarray, seed: int, vectors: np.ndarray
) -> np.ndarray:
    """Return the margin of each post by a model that saw neither it nor its near copies."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    margins = np.zeros(len(texts))
    for train, test in folds.split(texts, relevant, groups(pd.Series(texts))):
        parts = _learn(
            [texts[at] for at in train], [topics[at] for at in train], relevant[train], vectors[train]
        )
        seen = _seen(parts, [texts[at] for at in test], [topics[at] for at in test], vectors[test])
        margins[test] = parts["margin"].decision_function(seen)
    return margins


def _learn(texts: list[str], topics: list[str], relevant: np.ndarray, vectors: np.ndarray) -> dict:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    parts = {
        "words": TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"[#@]?\w+|[^\w\s]"),
        "letters": TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5), min_df=2),
        "joined": TfidfVectorizer(sublinear_tf=True, token_pattern=r"\S+", min_df=2),
        "topics": sorted(set(topics)),
    }
    small = [one.lower() for one in texts]
    for name, shown in (("words", small), ("letters", small), ("joined", _joined(small, topics))):
        parts[name].fit(shown)
    parts["margin"] = LinearSVC(C=0.5, random_state=0)
    parts["margin"].fit(_seen(parts, texts, topics, vectors), relevant)
    return parts


def _seen(parts: dict, texts: list[str], topics: list[str], vectors: np.ndarray | None):
    """Return the (n, features) sparse matrix that the margin is taken of."""
    from scipy import sparse

    vectors = _vectors(texts) if vectors is None else vectors
    small = [one.lower() for one in texts]
    english = _english(texts)[:, None]
    foreign = np.array([sum(letter > "\x7f" for letter in one) / max(1, len(one)) for one in texts])[:, None]
    topic = np.array([[name == one for name in parts["topics"]] for one in topics], float)
    dense = np.hstack([1.5 * vectors, english, 3 * foreign, 0.5 * topic, topic * english * 2 / 3])
    return sparse.hstack(
        [
            parts["words"].transform(small),
            parts["letters"].transform(small),
            0.7 * parts["joined"].transform(_joined(small, topics)),
            sparse.csr_matrix(dense),
        ]
    ).tocsr()


def _joined(small: list[str], topics: list[str]) -> list[str]:
    return [
        " ".join(f"{topic}|{word}" for word in TOKEN.findall(one))
        for one, topic in zip(small, topics, strict=True)
    ]


def _english(texts: list[str]) -> np.ndarray:
    """Return how much surer the language step is of English than of all else: -1 to 1."""
    return np.array([(1 if code == "en" else -1) * sure for code, sure in language.detect(texts)])


def _vectors(texts: list[str]) -> np.ndarray:
    return embeddings.encode([text.clean(one)[0] for one in texts])


def _curve(margins: np.ndarray, relevant: np.ndarray) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1e4).fit(margins[:, None], relevant)
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])


def _band(p: np.ndarray, relevant: np.ndarray) -> tuple[float, dict]:
    """Return the half width of the narrowest band whose outside is right often enough, and its figures."""
    right = (p >= 0.5) == relevant
    for width in np.arange(0, WIDEST + 0.01, 0.01):
        sure = np.abs(p - 0.5) >= width
        if sure.any() and right[sure].mean() >= WANTED:
            break
    return float(round(width, 2)), {
        "accuracy": float(right.mean()),
        "coverage": float(sure.mean()),
        "accuracy_when_sure": float(right[sure].mean()),
    }


def save(model: Model, folder: Path) -> Path:
    """Write the model and its figures into ``folder`` and return the file;
    nothing in it can run when it is read.
    """
    from skops import io

    folder.mkdir(parents=True, exist_ok=True)
    held = {
        "parts": model.parts,
        "slope": model.slope,
        "shift": model.shift,
        "band": model.band,
        "figures": model.figures,
    }
    draft = folder / f".{FILE}.tmp"
    io.dump(held, draft)
    draft.replace(folder / FILE)
    (folder / "relevance.json").write_text(
        json.dumps(model.figures | {"band": model.band}, indent=1) + "\n", encoding="utf-8"
    )
    return folder / FILE


def load(folder: Path) -> Model | None:
    """Return the model that ``save`` wrote into ``folder``, or None where there is none."""
    from skops import io

    path = folder / FILE
    return Model(**io.load(path, trusted=[])) if path.exists() else None

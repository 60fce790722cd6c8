"""How a classifier looks at texts: their words, their meaning,
their neighbours, token by token, through a tuned tower.

A view learns from clean texts and class numbers, and then gives each text one score per class. How closely it
follows the labels is its strength, of which several are tried. Every random choice has a seed, so that the
same labels give the same view. Its parts are arrays and scikit-learn's own objects, so that a view
can be written to a file in which nothing can run.
"""

from dataclasses import dataclass, field

import numpy as np

from earshot.enrich.embeddings import class_attention, encoder, fine_tuning, minilm, tokeniser
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.embeddings.int8 import Weights, narrow
from earshot.enrich.sentiment import earshot2
from earshot.enrich.sentiment import step as sentiment

LONGEST = 96  # tokens of a text that a tower reads while it learns, and that are looked at one by one
MOST = 600_000  # tokens that are looked at one by one: 1.8 GB of memory
# from so many classes on they are about subjects, not feelings, and each is learned as often as it
# occurs
MANY = 20
NEAR, SHARP = 12, 0.05  # neighbours that are asked, and how fast their say falls with distance
FAR = 1e-4  # the say of a text that is near nothing
SIZES = {"words": 150_000}
STRENGTHS = {
    "words": ((0.05, 0.15, 0.5), (0.5,)),
    "meaning": ((0.001, 0.003, 0.01), (0.02, 0.05, 0.15)),
}  # few, many


@dataclass(frozen=True)
class Texts:
    """Clean texts with what the views need of them: MiniLM's vectors, those of both sentiment towers, token
    ids, how MiniLM and the English tower see each token, and how the tower for other languages does (none
    where not asked for).
    """

    clean: np.ndarray
    vectors: np.ndarray
    feeling: np.ndarray
    tokens: list[list[int]]
    states: list[np.ndarray] = field(default_factory=list)
    abroad: list[np.ndarray] = field(default_factory=list)

    def at(self, rows: np.ndarray) -> "Texts":
        """Return some of the texts."""
        return Texts(
            self.clean[rows],
            self.vectors[rows],
            self.feeling[rows],
            [self.tokens[row] for row in rows],
            *([part[row] for row in rows] if part else [] for part in (self.states, self.abroad)),
        )


def look_at(
    texts: list[str],
    with_sentiment_vectors: bool = True,
    vectors: np.ndarray | None = None,
    with_token_states: bool = False,
) -> Texts:
    """Return raw texts as the views see them.

    The sentiment model's encoders read them only ``with_sentiment_vectors``, and each token is kept only
    ``with_token_states`` and where there are ``MOST`` at most. ``vectors`` are MiniLM's, one per text, where
    they are known.
    """
    from earshot.enrich.text.step import clean

    cleaned = [clean(text)[0] for text in texts]
    tokens, states = minilm.tokenise(cleaned), []
    with_token_states = with_token_states and sum(min(LONGEST, len(text)) for text in tokens) <= MOST
    if with_token_states:
        seen, states = minilm.token_states(tokens, LONGEST)
        vectors = seen if vectors is None else vectors
    feeling, abroad = np.empty((len(texts), 0), np.float32), []
    if with_sentiment_vectors and texts:
        english, others = sentiment.load(), earshot2.other(sentiment.load())
        own, more = _feel(english, tokens, with_token_states)
        other, abroad = _feel(others, tokeniser.tokenise(others, cleaned), with_token_states)
        feeling, states = (
            np.hstack([own, other]),
            [np.hstack(both) for both in zip(states, more, strict=True)],
        )
    vectors = embeddings.encode(cleaned) if vectors is None else vectors
    return Texts(np.array(cleaned, dtype=object), vectors, feeling, tokens, states, abroad)


def _feel(
    weights: Weights, tokens: list[list[int]], with_token_states: bool
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return unit vectors (n, 384) of a tower of the sentiment model,
    and its view of each token where ``with_token_states``.
    """
    found, states = (
        encoder.token_states(weights, tokens, LONGEST)
        if with_token_states
        else (encoder.vectors(weights, tokens), [])
    )
    return found / np.maximum(1e-9, np.linalg.norm(found, axis=1, keepdims=True)), states


@dataclass(frozen=True)
class Words:
    """Words, word pairs and letter groups,
    weighted by how rare they are, and a linear margin for each class.
    """

    vectorizer: object
    margin: object

    @classmethod
    def learn(
        cls, texts: Texts, labels: np.ndarray, classes: int, seed: int, strength: float = 0.5
    ) -> "Words":
        """Learn from texts and their class numbers;
        the smaller the ``strength``, the more all words count alike.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_union
        from sklearn.svm import LinearSVC

        plain = {"sublinear_tf": True, "min_df": 2, "dtype": np.float32, "max_features": SIZES["words"]}
        vectorizer = make_union(
            TfidfVectorizer(ngram_range=(1, 2), **plain),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **plain),
        )
        margin = LinearSVC(C=strength, class_weight=_weight(classes), random_state=seed)
        margin.fit(vectorizer.fit_transform(texts.clean), labels)
        margin.coef_ = margin.coef_.astype(np.float32)
        return cls(vectorizer, margin)

    def scores(self, texts: Texts, classes: int) -> np.ndarray:
        """Return one score per text and class."""
        return _spread(self.margin, self.vectorizer.transform(texts.clean), classes)


@dataclass(frozen=True)
class Meaning:
    """What MiniLM, and for few classes both sentiment towers,
    make of a text, and a logistic regression on it.
    """

    scale: object
    regression: object

    @classmethod
    def learn(
        cls, texts: Texts, labels: np.ndarray, classes: int, seed: int, strength: float = 0.003
    ) -> "Meaning":
        """Learn from texts and their class numbers;
        a small ``strength`` holds all coefficients near nought.
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        seen = _meaning(texts)
        scale = StandardScaler().fit(seen)
        regression = LogisticRegression(
            C=strength, max_iter=300, class_weight=_weight(classes), random_state=seed
        )
        return cls(scale, regression.fit(scale.transform(seen), labels))

    def scores(self, texts: Texts, classes: int) -> np.ndarray:
        """Return one score per text and class."""
        return _spread(self.regression, self.scale.transform(_meaning(texts)), classes)


@dataclass(frozen=True)
class Neighbours:
    """The labelled texts themselves: the classes of the nearest ones, the nearer the more they count."""

    vectors: np.ndarray
    labels: np.ndarray

    @classmethod
    def learn(cls, texts: Texts, labels: np.ndarray, classes: int, seed: int) -> "Neighbours":
        """Keep the texts' vectors and their class numbers."""
        return cls(texts.vectors.astype(np.float16), labels.astype(np.int32))

    def scores(self, texts: Texts, classes: int) -> np.ndarray:
        """Return one score per text and class."""
        known, near = self.vectors.astype(np.float32), min(NEAR, len(self.labels))
        votes = np.zeros((len(texts.vectors), classes))
        for start in range(0, len(votes), 1000):
            alike = texts.vectors[start : start + 1000] @ known.T
            nearest = np.argpartition(-alike, near - 1, axis=1)[:, :near]
            rows = np.arange(len(alike))[:, None]
            say = np.exp((alike[rows, nearest] - 1) / SHARP)
            np.add.at(
                votes[start : start + 1000], (np.broadcast_to(rows, nearest.shape), self.labels[nearest]), say
            )
        return np.log(votes + FAR)


@dataclass(frozen=True)
class Attention:
    """What each class asks the tokens of a text, and how it judges the answers (``attention``)."""

    net: dict

    @classmethod
    def learn(cls, texts: Texts, labels: np.ndarray, classes: int, seed: int) -> "Attention":
        """Learn from texts and their class numbers."""
        found = class_attention.learn(cls.tokens_of(texts), labels, classes, seed)
        return cls({name: np.asarray(part, np.float16) for name, part in found.items()})

    def scores(self, texts: Texts, classes: int) -> np.ndarray:
        """Return one score per text and class."""
        return class_attention.scores(self.net, self.tokens_of(texts))

    @staticmethod
    def tokens_of(texts: Texts) -> list[np.ndarray]:
        """Return the tokens that are looked at."""
        return texts.states


@dataclass(frozen=True)
class Multilingual(Attention):
    """The same of the tokens as the sentiment model's tower for other languages sees them."""

    @staticmethod
    def tokens_of(texts: Texts) -> list[np.ndarray]:
        """Return the tokens that are looked at."""
        return texts.abroad


@dataclass(frozen=True)
class Tower:
    """MiniLM tuned whole on the labels, each class looking for tokens of its own."""

    weights: dict

    @classmethod
    def learn(cls, texts: Texts, labels: np.ndarray, classes: int, seed: int) -> "Tower":
        """Learn from texts and their class numbers."""
        plan = fine_tuning.Plan(layers=minilm.LAYERS, epochs=3, asks=True, head=10, seed=seed)
        tokens, targets = [text[:LONGEST] for text in texts.tokens], np.eye(classes, dtype=np.float32)[labels]
        return cls(
            narrow(fine_tuning.tune(tokens, targets, plan, class_attention.raised(labels, classes)[labels]))
        )

    def scores(self, texts: Texts, classes: int) -> np.ndarray:
        """Return one score per text and class."""
        return encoder.scores(self.weights, texts.tokens).astype(np.float64)


def _meaning(texts: Texts) -> np.ndarray:
    return np.hstack([texts.vectors, texts.feeling])


def _weight(classes: int) -> str | None:
    return "balanced" if classes < MANY else None


def _spread(linear: object, rows: object, classes: int) -> np.ndarray:
    """Return a linear model's margins as one column per class; a class that it never saw scores lowest."""
    margins = np.asarray(linear.decision_function(rows), np.float64)
    margins = np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
    whole = np.full((len(margins), classes), margins.min() - 1.0 if margins.size else 0.0)
    whole[:, linear.classes_] = margins
    return whole


def strengths(view: str, classes: int) -> list[dict]:
    """Return the ways in which a view is worth trying, as keywords of its ``learn``."""
    if view not in STRENGTHS:
        return [{}]
    return [{"strength": strength} for strength in STRENGTHS[view][classes >= MANY]]


VIEWS = {
    "words": Words,
    "meaning": Meaning,
    "neighbours": Neighbours,
    "attention": Attention,
    "multilingual": Multilingual,
    "tower": Tower,
}

"""A model of sentiment towards a target, learned from labelled texts:
readers that are trusted as they deserve.

One reader is a tower that starts from the shipped model; one is a logistic regression on what stands around
the target and on sentence embeddings; two look for the tokens that speak for each class, in the text with its
target marked and in the target's clause, as the sentiment model's multilingual tower sees them
(``attention``). All learn on four fifths of the sentences and read the last fifth, five times over, so that
every label meets a model that never saw its sentence. On those readings a small regression learns how far to
trust each reader (stacking, Wolpert 1992), which also makes the probabilities honest, and the sets are cut at
the probability that nine in ten of the true classes reach, as split conformal prediction does on texts held
out. New texts get the mean of the five of each kind, for which that cut was not made: what their sets hold is
measured (models/aspect/card.md), not guaranteed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from earshot.enrich.embeddings import class_attention, fine_tuning, minilm, tokeniser
from earshot.enrich.embeddings import encoder as tower
from earshot.enrich.sentiment import earshot2
from earshot.enrich.sentiment import step as sentiment
from earshot.enrich.targets import context, marked_text
from earshot.enrich.targets import model as target_model
from earshot.enrich.targets.marked_text import Spans

FOLDS = 5
READERS = ("words", "tower", "text", "clause")
LONGEST = 96  # tokens of a text that are looked at one by one
STEPS = 300  # about this many steps of a batch in each fold, within two to six rounds
PLAN = fine_tuning.Plan(layers=6, step=1e-4, frozen=2, memory=0.99)
LEAST = 60  # labelled targets that are asked for
STRENGTH, TRUST = (
    3.0,
    0.3,
)  # inverse weights of the penalties: of the regression, and of the trust in the readers
LEAST_SCORE = -10.0  # of a class by the words: a probability of nought has no logarithm
LEAST_TOLD = 1e-4  # keeps the logarithm of a probability finite
COVERED = 0.9


@dataclass(frozen=True)
class Examples:
    """Texts with a target as the readers see them: words around it, dense numbers (n, k), the tower's token
    ids, and the tokens one by one of the text and of the clause.
    """

    words: list[list[str]]
    dense: np.ndarray
    tokens: list[list[int]]
    token_states: dict[str, list[np.ndarray]]

    @classmethod
    def of(cls, texts: list[str], spans: list[Spans], targets: list[str]) -> "Examples":
        """Return examples; the dense numbers are embeddings of text and clause,
        signals, and what the shipped model says of the text and of the clause.
        """
        whole, where = np.unique([marked_text.marked(text, [], "") for text in texts], return_inverse=True)
        clauses = [context.clause(*example) for example in zip(texts, spans, targets, strict=True)]
        signals = np.stack([context.signals(text, found) for text, found in zip(texts, spans, strict=True)])
        within = [
            marked_text.locate(clause, target)[:1] for clause, target in zip(clauses, targets, strict=True)
        ]
        told = [
            np.log(target_model.score(*read, targets) + LEAST_TOLD)
            for read in ((texts, spans), (clauses, within))
        ]
        dense = np.hstack(
            [
                1.5 * minilm.encode(whole.tolist())[where],
                1.5 * minilm.encode(clauses),
                signals / 2,
                0.3 * np.hstack(told),
            ]
        )
        marked = [marked_text.starred(*example) for example in zip(texts, spans, targets, strict=True)]
        return cls(
            [context.words(*example) for example in zip(texts, spans, targets, strict=True)],
            dense,
            marked_text.tokenise(texts, spans, targets),
            {"text": _look(marked), "clause": _look(clauses)},
        )

    def at(self, rows: np.ndarray) -> "Examples":
        """Return some of the examples."""
        return Examples(
            [self.words[row] for row in rows],
            self.dense[rows],
            [self.tokens[row] for row in rows],
            {name: [part[row] for row in rows] for name, part in self.token_states.items()},
        )


def _look(texts: list[str]) -> list[np.ndarray]:
    """Return what the sentiment model's multilingual tower makes of each token of clean texts."""
    others = earshot2.other(sentiment.load())
    return tower.token_states(others, tokeniser.tokenise(others, texts), LONGEST)[1]


@dataclass(frozen=True)
class Readers:
    """What one fold learned: the parts of the regression,
    the tower's weights, and what each class asks the tokens.
    """

    words: dict
    tower: dict
    token_states: dict[str, dict]

    @classmethod
    def learn(cls, seen: Examples, labels: np.ndarray, seed: int, say: Callable[[str], None]) -> "Readers":
        """Learn from examples and their labels (n, 0 to 2)."""
        asked = {
            name: class_attention.learn(part, labels, len(target_model.CLASSES), seed)
            for name, part in seen.token_states.items()
        }
        return cls(_learn_words(seen.words, seen.dense, labels), _tune(seen.tokens, labels, seed, say), asked)

    def read(self, seen: Examples) -> np.ndarray:
        """Return the scores (n, 3 of each reader) of examples."""
        return np.hstack(
            [
                _by_words(self.words, seen.words, seen.dense),
                tower.scores(self.tower, seen.tokens),
                *(
                    class_attention.scores(net, seen.token_states[name])
                    for name, net in self.token_states.items()
                ),
            ]
        )


@dataclass(frozen=True)
class Model:
    """What was learned: by fold the readers, how far each is trusted,
    the cut of the conformal sets, and figures.
    """

    folds: list[Readers]
    trust: object
    cut: float
    figures: dict

    def score(self, texts: list[str], spans: list[Spans], targets: list[str]) -> np.ndarray:
        """Return probabilities (n, 3) in the order of target_model.CLASSES."""
        seen = Examples.of(texts, spans, targets)
        read = np.mean([readers.read(seen) for readers in self.folds], axis=0)
        return _of_all(self.trust.predict_proba(read), self.trust.classes_)

    def sets(self, probabilities: np.ndarray) -> np.ndarray:
        """Return which classes (n, 3) stand in each text's set,
        which holds the true one nine times in ten.
        """
        return probabilities >= self.cut


def fit(
    texts: list[str],
    spans: list[Spans],
    targets: list[str],
    labels: np.ndarray,
    seed: int = 1,
    say: Callable[[str], None] = lambda line: None,
) -> Model:
    """Return the model that labels (n, 0 to 2) teach;
    raises ValueError when they are too few or of one class only.
    """
    if len(labels) < LEAST or len(set(labels.tolist())) < 2:
        raise ValueError(
            f"There are {len(labels)} labelled targets of {len(set(labels.tolist()))} classes; at least "
            f"{LEAST} of two classes are needed to learn from."
        )
    seen = Examples.of(texts, spans, targets)
    read, folds = np.zeros((len(labels), 3 * len(READERS))), []
    for train, test in split(texts, labels, seed):
        folds.append(Readers.learn(seen.at(train), labels[train], seed + len(folds), say))
        read[test] = folds[-1].read(seen.at(test))
    return _trusted(folds, read, labels)


def split(texts: list[str], labels: np.ndarray, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (train, test) positions of each fold; targets of one sentence are never on both sides."""
    from sklearn.model_selection import StratifiedGroupKFold

    sentence = np.unique(
        ["".join(marked_text.LETTERS.findall(text.lower())) for text in texts], return_inverse=True
    )[1]
    return list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(texts, labels, sentence))


def _trusted(folds: list, read: np.ndarray, labels: np.ndarray) -> Model:
    """Return the model whose trust in the readers, and cut,
    are learned from readings of sentences not seen.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    trust = LogisticRegression(C=TRUST, max_iter=1_000).fit(read, labels)
    p = _of_all(cross_val_predict(trust, read, labels, method="predict_proba"), trust.classes_)
    given = np.sort(p[np.arange(len(labels)), labels])
    cut = float(given[max(0, int(np.floor((1 - COVERED) * (len(labels) + 1))) - 1)])
    alone = {
        name: float((part.argmax(axis=1) == labels).mean())
        for name, part in zip(READERS, np.split(read, len(READERS), axis=1), strict=True)
    }
    return Model(
        folds, trust, cut, {"n": len(labels), "accuracy": float((p.argmax(axis=1) == labels).mean()), **alone}
    )


def _of_all(found: np.ndarray, classes: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Return what is said of the classes seen as (n, 3); one that no label has gets the ``least``."""
    whole = np.full((len(found), len(target_model.CLASSES)), least)
    whole[:, classes] = found
    return whole


def _tune(tokens: list[list[int]], labels: np.ndarray, seed: int, say: Callable[[str], None]) -> dict:
    epochs = int(np.clip(round(STEPS * PLAN.batch / len(tokens)), 2, 6))
    start = {name: values for name, values in target_model.load().items() if name.startswith("encoder.")}
    return fine_tuning.tune(
        tokens, np.eye(3)[labels], replace(PLAN, epochs=epochs, seed=seed), None, start, say
    )


def _learn_words(words: list[list[str]], dense: np.ndarray, labels: np.ndarray) -> dict:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    grams = TfidfVectorizer(analyzer=_as_is, sublinear_tf=True, min_df=2).fit(words)
    parts = {"grams": grams, "regression": LogisticRegression(C=STRENGTH, max_iter=500)}
    parts["regression"].fit(_joined(grams, words, dense), labels)
    return parts


def _by_words(parts: dict, words: list[list[str]], dense: np.ndarray) -> np.ndarray:
    """Return the scores (n, 3) of the regression; a class that it never saw gets the least."""
    found = parts["regression"].predict_log_proba(_joined(parts["grams"], words, dense))
    return _of_all(np.maximum(found, LEAST_SCORE), parts["regression"].classes_, LEAST_SCORE)


def _joined(grams, words: list[list[str]], dense: np.ndarray):
    from scipy import sparse

    return sparse.hstack([1.5 * grams.transform(words), sparse.csr_matrix(dense)]).tocsr()


def _as_is(words: list[str]) -> list[str]:
    return words

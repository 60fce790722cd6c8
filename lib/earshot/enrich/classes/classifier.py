"""A classifier for anybody's own classes, learned from texts with labels.

Several views (``classifier_views``) are learned and tried on texts that they did not see, near copies kept
together. A mixture of them by logistic regression turns their scores into probabilities, since each is right
where others are not (stacking: Wolpert 1992). The same held-out texts give the conformal sets, and the
figures that say which view won, by how much and at what cost. A text is read by the models of all folds, and
their scores are averaged.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from earshot.enrich.classes.views import MANY, VIEWS, Texts, look_at, strengths
from earshot.enrich.relevance.model import groups
from earshot.statistics.conformal import Calibration, choose, possible
from earshot.statistics.softmax import softmax
from earshot.statistics.stacking import (
    accuracy_plus_macro_f1,
    class_offsets,
    decide,
    fit_weights,
    out_of_fold,
)

FOLDS = 3
LEVEL = 0.9
FEWEST = 5  # texts of a class, or there is nothing to learn and to try it on
QUICK = ("words", "meaning", "neighbours")
CLOSELY = 300  # labelled texts from which their tokens are looked at one by one too
TOWER = (
    1_000,
    12_000,
)  # labelled texts between which a tower is tried for few classes: fewer teach it nothing
TOGETHER = 5_000  # texts that are read at once, all that is looked at kept in memory
Say = Callable[[str], None]


@dataclass(frozen=True)
class Classifier:
    """Fitted views by fold, how much each counts, a bias per class, how decisions lean, and the figures.

    ``lean`` is what each class's log probability gains before the greatest is taken: nothing takes the
    likeliest class, minus the log of its share the one that is the likeliest compared with how common it is
    (Menon et al. 2021).
    """

    classes: tuple[str, ...]
    views: dict[str, list]
    weight: dict[str, float]
    bias: np.ndarray
    lean: np.ndarray
    calibration: Calibration
    figures: pd.DataFrame

    @property
    def with_token_states(self) -> bool:
        """Say whether it looks at the tokens of a text one by one."""
        return not {"attention", "multilingual"}.isdisjoint(self.weight)

    def read(self, texts: list[str], seen: Texts | None = None) -> "ClassPredictions":
        """Return what is thought of raw texts;
        ``seen`` is what ``look_at`` made of them, where that is known.
        """
        if seen is None and len(texts) > TOGETHER:
            return _joined([self.read(texts[at : at + TOGETHER]) for at in range(0, len(texts), TOGETHER)])
        seen = seen or look_for([self], texts)
        by_fold = np.zeros((FOLDS, len(texts), len(self.classes)))
        for name, weight in self.weight.items():
            for fold, view in enumerate(self.views[name]):
                by_fold[fold] += weight * view.scores(seen, len(self.classes))
        together, alone = softmax(by_fold.mean(axis=0) + self.bias), softmax(by_fold + self.bias)
        chosen = choose(texts, FOLDS)
        return ClassPredictions(
            self.classes,
            together,
            decide(together, self.lean),
            self.calibration.p_values(alone, chosen),
            alone[chosen, np.arange(len(texts))],
        )


@dataclass(frozen=True)
class ClassPredictions:
    """What a classifier thinks of texts: probabilities (n, classes), the class said (n,), conformal p-values.

    ``tested`` (n, classes) are the probabilities of the one model, chosen by the text, whose like was tried
    on held-out texts: what was promised of those holds for these.
    """

    classes: tuple[str, ...]
    probabilities: np.ndarray
    said: np.ndarray
    p_values: np.ndarray
    tested: np.ndarray

    def possible(self, level: float = LEVEL) -> np.ndarray:
        """Return (n, classes): the classes that cannot be ruled out at this level."""
        return possible(self.p_values, level)

    def decided(self, level: float = LEVEL) -> np.ndarray:
        """Return for each text whether exactly one class is possible; the others are left to a person."""
        return self.possible(level).sum(axis=1) == 1

    @property
    def labels(self) -> np.ndarray:
        """The class said of each text, by name."""
        return np.array(self.classes, dtype=object)[self.said]

    @property
    def confidence(self) -> np.ndarray:
        """The probability of the class said."""
        return self.probabilities[np.arange(len(self.said)), self.said]


def look_for(models: Iterable[Classifier], texts: list[str], vectors: np.ndarray | None = None) -> Texts:
    """Return raw texts as all these classifiers want to see them;
    ``vectors`` are MiniLM's, where they are known.
    """
    models = list(models)
    return look_at(
        texts,
        any(len(model.classes) < MANY for model in models),
        vectors,
        any(model.with_token_states for model in models),
    )


def _joined(parts: list[ClassPredictions]) -> ClassPredictions:
    """Return readings of texts, one after the other, as one."""
    names = ("probabilities", "said", "p_values", "tested")
    return ClassPredictions(
        parts[0].classes, *(np.concatenate([getattr(part, name) for part in parts]) for name in names)
    )


def fit(
    texts: list[str],
    labels: list[str],
    seed: int = 1,
    views: tuple[str, ...] = (),
    aim: Callable[[np.ndarray, np.ndarray], float] | None = None,
    say: Say = lambda line: None,
    seen: Texts | None = None,
) -> Classifier:
    """Return the classifier that these labelled raw texts teach.

    ``aim`` (truth, said) is what decisions make greatest; without one, accuracy and macro-F1 count the same.
    ``seen`` is what ``look_at`` made of the texts, where that is known. Raises ValueError in one sentence
    when there are fewer than two classes or a class has fewer than five texts.
    """
    classes, truth = np.unique(np.array(labels, dtype=object).astype(str), return_inverse=True)
    check(classes, truth)
    begun = time.perf_counter()
    seen = seen or look_at(texts, len(classes) < MANY, with_token_states=len(texts) >= CLOSELY)
    folds = split(texts, truth, seed)
    looking = time.perf_counter() - begun
    fitted, held, seconds = {}, {}, {}
    for name in views or candidates(len(texts), len(classes), seen):
        begun = time.perf_counter()
        fitted[name], held[name] = _best(name, seen, truth, folds, len(classes), seed)
        seconds[name] = time.perf_counter() - begun + (0 if name in ("words", "tower") else looking)
        say(f"{name}: {np.mean(held[name].argmax(axis=1) == truth):.1%} right on texts it did not see")
    weight, bias = fit_weights(held, truth, len(classes))
    found = softmax(sum(weight[name] * held[name] for name in held) + bias)
    leaning = class_offsets(found, truth, list(classes), aim or accuracy_plus_macro_f1)
    honest, said = out_of_fold(held, truth, folds, list(classes), aim or accuracy_plus_macro_f1)
    return Classifier(
        tuple(map(str, classes)),
        fitted,
        weight,
        bias,
        leaning,
        Calibration(honest.astype(np.float32), folds, truth),
        compare(held, said, truth, seconds),
    )


def candidates(count: int, classes: int, seen: Texts) -> tuple[str, ...]:
    """Return the views worth trying with so many labelled texts and classes, as they were looked at.

    Many classes are about subjects, which the quick views tell as well as a tower that takes half an hour.
    """
    tuned = classes < MANY and TOWER[0] <= count <= TOWER[1]
    return untuned(seen) + (("tower",) if tuned else ())


def untuned(seen: Texts) -> tuple[str, ...]:
    """Return the views that tune no tower,
    with those that look at tokens one by one where these are at hand.
    """
    return QUICK + (("attention",) if seen.states else ()) + (("multilingual",) if seen.abroad else ())


def check(classes: np.ndarray, truth: np.ndarray) -> None:
    """Raise ValueError in one sentence when these labels cannot teach."""
    counts = np.bincount(truth)
    if len(classes) < 2:
        raise ValueError(
            f"There is one class, {str(classes[0])!r}; label texts of at least two."
            if len(classes)
            else "There is no labelled text to learn from."
        )
    if counts.min() < FEWEST:
        few = int(counts.min())
        raise ValueError(
            f"The class {str(classes[counts.argmin()])!r} has {few} {'text' if few == 1 else 'texts'}; "
            f"label at least {FEWEST} of each class, or leave the class out."
        )


def split(texts: list[str], truth: np.ndarray, seed: int) -> np.ndarray:
    """Return a fold number per text: classes spread evenly, near copies together."""
    from sklearn.model_selection import StratifiedGroupKFold

    found, folds = np.zeros(len(truth), int), StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for fold, (_, rows) in enumerate(folds.split(np.zeros(len(truth)), truth, groups(pd.Series(texts)))):
        found[rows] = fold
    return found


def _best(
    name: str, seen: Texts, truth: np.ndarray, folds: np.ndarray, classes: int, seed: int
) -> tuple[list, np.ndarray]:
    """Return a view with the strength that is most often right on texts not seen,
    accuracy and macro-F1 added.
    """
    found = [
        _cross_fit(partial(VIEWS[name].learn, **how), seen, truth, folds, classes, seed)
        for how in strengths(name, classes)
    ]
    return max(found, key=lambda pair: accuracy_plus_macro_f1(truth, pair[1].argmax(axis=1)))


def _cross_fit(
    learn: Callable, seen: Texts, truth: np.ndarray, folds: np.ndarray, classes: int, seed: int
) -> tuple[list, np.ndarray]:
    """Return a view fitted without each fold, and the scores (n,
    classes) of each text by the one that missed it.
    """
    fitted, held = [], np.zeros((len(truth), classes))
    for fold in range(FOLDS):
        rows, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        fitted.append(learn(seen.at(rest), truth[rest], classes, seed + fold))
        held[rows] = fitted[-1].scores(seen.at(rows), classes)
    return fitted, held


def compare(held: dict, said: np.ndarray, truth: np.ndarray, seconds: dict) -> pd.DataFrame:
    """Return, per view and for all together,
    accuracy and macro-F1 on texts not seen, and the seconds it cost.

    ``lead`` is by how much all together are more often right, with its 95 % interval from the paired
    differences.
    """
    from sklearn.metrics import f1_score

    ours, rows = said == truth, []
    for name, theirs in {
        **{name: scores.argmax(axis=1) for name, scores in held.items()},
        "together": said,
    }.items():
        lead = ours.astype(float) - (theirs == truth)
        half = 1.96 * lead.std() / np.sqrt(len(lead))
        rows.append(
            {
                "view": name,
                "accuracy": float((theirs == truth).mean()),
                "macro_f1": float(f1_score(truth, theirs, average="macro")),
                "lead": float(lead.mean()),
                "low": float(lead.mean() - half),
                "high": float(lead.mean() + half),
                "seconds": float(seconds.get(name, sum(seconds.values()))),
            }
        )
    return pd.DataFrame(rows)

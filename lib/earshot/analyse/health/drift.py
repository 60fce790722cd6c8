"""Whether posts still are what they were: each week (day, in a short window) against all that came before it.

Compared are the model's labels, how sure it is, and how many words it has no entry for. The distance is the
Jensen-Shannon divergence in bits; how much of it chance alone gives is told by moving authors, each with all
their posts of that time, between the two sides at random (a permutation test), corrected for all looks. A
distance says that posts differ, not what made them differ, and not that the model errs more: that takes
labels.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd

from earshot.analyse.posts import opinions, period
from earshot.analyse.topics import emergence
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.enrich.embeddings import minilm
from earshot.enrich.topics import words
from earshot.statistics import estimate
from earshot.statistics.proportion import LEVEL

SHORT = {"labels": "labels", "confidence": "confidence", "unknown": "unknown words"}
SURE = (0.5, 0.7, 0.9)  # confidence is told in four steps
MANY = ("none", "one", "two", "three or more")
RATE = 0.05  # looks that may call a difference where nothing moved
MOST = 13  # stretches that are looked at; older ones are only compared with
DRAWS, PER_LOOK = 1_000, 40  # more draws where more looks must be corrected for
COLUMNS = [
    "when",
    "stretch",
    "measure",
    "value",
    "chance",
    "psi",
    "p",
    "verdict",
    "most",
    "by",
    "n",
    "n_before",
]


@dataclass(frozen=True)
class Drift:
    """What moved: ``moves`` by stretch and measure,
    ``terms`` that are new, accuracy now and before, the claims.
    """

    moves: pd.DataFrame
    terms: pd.DataFrame
    accuracy: pd.DataFrame
    parts: period.Period
    counted: int
    claims: list[Claim] = field(default_factory=list)

    @property
    def shown(self) -> pd.DataFrame:
        """The latest stretches as a reader wants them."""
        table = self.moves
        return pd.DataFrame(
            {
                "when": table["stretch"],
                "what": table["measure"].map(SHORT),
                "distance": table["value"],
                "by chance at most (95%)": table["chance"],
                "stability index": table["psi"],
                "largest change": [
                    f"{most} {wording.points(by)}" for most, by in zip(table["most"], table["by"])
                ],
                "posts": table["n"],
                "verdict": table["verdict"],
            }
        )

    @property
    def terms_shown(self) -> pd.DataFrame:
        """The new terms, and which of their words the model has no entry for."""
        table = self.terms
        return pd.DataFrame(
            {
                "term": table["term"],
                "people now": table["now"].astype("int64"),
                "people before": table["before"].astype("int64"),
                "without an entry": table["unknown"],
            }
        )

    @property
    def terms_caption(self) -> str:
        """The caption of the new terms."""
        return f"People who used the term, {self.parts.now} against {self.parts.then}"

    @property
    def caption(self) -> str:
        """The caption of the moves."""
        return f"Distance from all earlier posts, in bits; {wording.span(self.parts.first, self.parts.end)}"


def measure(posts: pd.DataFrame, params: Brief) -> Drift:
    """Return how posts (as judged.mark gives them) moved;
    repeats are left out, and so are stretches too small.
    """
    voiced = opinions.counted(posts).copy()
    parts = period.split(voiced["day"])
    ignore = words.ignored([*params.brands, params.brand], params.handles)
    moves = _moves(_binned(voiced, ignore), parts, params)
    terms = emergence.new_words(voiced, parts, ignore)
    terms = terms.assign(unknown=[", ".join(filter(_unknown, term.split())) for term in terms["term"]])
    accuracy = estimate.difference(
        voiced, "right", parts.recent(voiced["day"]), voiced["day"] < parts.start, weight="weight"
    )
    accuracy = accuracy[
        (accuracy["n_before"] >= params.min_posts) & (accuracy["n_after"] >= params.min_posts)
    ]
    return Drift(moves, terms, accuracy, parts, len(voiced))


def divergence(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the Jensen-Shannon divergence in bits (0 to 1) of two counts (..., classes)."""
    p, q = (counts / np.maximum(1, counts.sum(axis=-1, keepdims=True)) for counts in (one, other))
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(share > 0, share * np.log2(share / middle), 0.0).sum(axis=-1) for share in (p, q)]
    return np.maximum(0, sum(parts) / 2)


def stability(one: np.ndarray, other: np.ndarray) -> float:
    """Return the population stability index of two counts (classes,), half a post added to each class."""
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (one, other))
    return float(((p - q) * np.log(p / q)).sum())


def permute(
    now: np.ndarray, before: np.ndarray, draws: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Return (distance, the most that chance gives in 95% of draws, p) of authors' counts (authors, classes).

    Authors with the same counts are alike, so that moving them at random is a draw from a multivariate
    hypergeometric distribution: exact, and quick for many authors.
    """
    rows, alike = np.unique(np.concatenate([now, before]), axis=0, return_counts=True)
    found = divergence(now.sum(axis=0), before.sum(axis=0))
    drawn = rng.multivariate_hypergeometric(alike, len(now), size=draws, method="marginals") @ rows
    chance = divergence(drawn, rows.T @ alike - drawn)
    p = (1 + (chance >= found - 1e-12).sum()) / (draws + 1)
    return float(found), float(np.quantile(chance, LEVEL)), float(p)


def _binned(voiced: pd.DataFrame, ignore: frozenset[str]) -> dict[str, pd.DataFrame]:
    """Return for each measure one row per post: day, voice, and the class it falls into."""
    sure = voiced[["p_negative", "p_neutral", "p_positive"]].max(axis=1)
    steps = pd.cut(sure, [0, *SURE, 1.01], right=False, labels=_steps())
    base = pd.DataFrame({"day": voiced["day"], "voice": emergence.speakers(voiced)})
    english = voiced["lang"].isin(["en", "und"])
    unknown = count_unknown(voiced.loc[english, "text"], ignore).clip(upper=3).map(dict(enumerate(MANY)))
    return {
        "labels": base.assign(kind=voiced["sentiment"]),
        "confidence": base.assign(kind=steps.astype("str")),
        "unknown": base[english].assign(kind=unknown),
    }


def _steps() -> list[str]:
    named = [f"under {wording.percent(SURE[0])}", *(wording.between(*pair) for pair in pairwise(SURE))]
    return [*named, f"over {wording.percent(SURE[-1])}"]


def count_unknown(texts: pd.Series, ignore: frozenset[str] = frozenset()) -> pd.Series:
    """Return how many different words of each text the model has no entry for, and spells from pieces."""
    found = texts.map(words.bare).map(lambda text: set(re.findall(words.WORD, text)) - ignore)
    return found.map(lambda said: sum(map(_unknown, said))).astype("int64")


@lru_cache(100_000)
def _unknown(word: str) -> bool:
    return not minilm.knows(word)


def _moves(binned: dict[str, pd.DataFrame], parts: period.Period, params: Brief) -> pd.DataFrame:
    """Return one row per stretch and measure, those of the last stretches, latest first."""
    starts = _starts(parts)
    rows, rng = [], np.random.default_rng(params.seed)
    draws = max(DRAWS, PER_LOOK * len(starts) * len(binned))
    for start, end in starts:
        for name, frame in binned.items():
            row = _move(frame, start, end, params.min_posts, draws, rng)
            rows += (
                [row | {"when": start, "stretch": wording.span(start, end), "measure": name}] if row else []
            )
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "verdict"])
    table["p"] = estimate.adjusted(table["p"].astype("float64"))
    table["verdict"] = (table["p"] < RATE).map({True: "moved", False: "within chance"})
    return table[COLUMNS].sort_values("when", ascending=False, kind="stable", ignore_index=True)


def _starts(parts: period.Period) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return first and last day of the stretches to look at, counted back from the last day."""
    length = period.WEEK if (parts.end - parts.first).days + 1 >= period.LONG else 1
    ends = [parts.end - pd.Timedelta(days=length * back) for back in range(MOST)]
    spans = [(end - pd.Timedelta(days=length - 1), end) for end in reversed(ends)]
    return [span for span in spans if span[0] > parts.first]


def _move(
    frame: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    least: int,
    draws: int,
    rng: np.random.Generator,
) -> dict | None:
    now, before = frame["day"].between(start, end), frame["day"] < start
    if min(now.sum(), before.sum()) < least:
        return None
    kinds = sorted(frame["kind"].unique())
    sides = [_by_author(frame[side], kinds) for side in (now, before)]
    value, chance, p = permute(*sides, draws, rng)
    totals = [side.sum(axis=0) for side in sides]
    change = totals[0] / totals[0].sum() - totals[1] / totals[1].sum()
    most = int(np.abs(change).argmax())
    return {
        "value": value,
        "chance": chance,
        "psi": stability(*totals),
        "p": p,
        "most": kinds[most],
        "by": float(change[most]),
        "n": int(now.sum()),
        "n_before": int(before.sum()),
    }


def _by_author(frame: pd.DataFrame, kinds: list[str]) -> np.ndarray:
    """Return how many posts of each kind each author has, (authors, kinds)."""
    place = pd.Categorical(frame["kind"], kinds).codes
    voice, names = pd.factorize(frame["voice"])
    found = np.zeros((len(names), len(kinds)), np.int64)
    np.add.at(found, (voice, place), 1)
    return found

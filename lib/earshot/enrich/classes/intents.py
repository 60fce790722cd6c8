"""What a post is for: complaint, question, request, praise, purchase, cancel, crisis;
several may hold, or none.

They ship as wordings in intents.yml and are written into the table ``classes`` under the classifier
``SHIPPED``. They are English: a post in another language has an empty label and all intents ``open``, so that
it is counted nowhere. ``probability`` is how often the intent was right where it was measured, a half where
nobody measured it; ``routes`` is never true, since a promise needs labels of your own (training).
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import pandas as pd

from earshot.enrich.text.patterns import Wordings, find, own, ready

SHIPPED = "earshot:intents"  # no trained classifier can have this name
VERSION = "1"
READS = "en"
LEAST = 0.7  # an intent that was right less often where it was measured is no finding
OPPOSITE = {"negative": "positive", "positive": "negative"}
NO_WORDINGS = Wordings(())
SPEAKS = re.compile(r"@user|\b(?:i|i'm|i've|we|we've|my|me|our|us)\b")  # to somebody, or of oneself


@dataclass(frozen=True)
class Measure:
    """On some labelled posts: how many of those where it was said are right,
    how many of those there were found.
    """

    on: str
    right: int
    said: int
    found: int = 0
    there: int = 0


@dataclass(frozen=True)
class Figure:
    """A share over several kinds of posts:
    their mean, the lowest and highest kind, and how many posts; n may be 0.
    """

    share: float
    lowest: float
    highest: float
    n: int

    @classmethod
    def over(cls, counts: list[tuple[int, int]]) -> "Figure":
        """Return the figure of (count, of) pairs;
        those of nothing are left out, and of no pair is a half known.
        """
        shares = [count / of for count, of in counts if of] or [0.5]
        return cls(sum(shares) / len(shares), min(shares), max(shares), sum(of for _, of in counts))


@dataclass(frozen=True)
class Intent:
    """An intent: its wordings, the feeling it goes with,
    wordings that count only with that feeling, and its measures.

    ``quoted`` says whether what a post quotes or reposts counts too. ``measured_as`` names the wordings that
    the measures are of; with other wordings they say nothing.
    """

    name: str
    means: str
    words: Wordings
    feels: str = ""
    felt: Wordings = NO_WORDINGS
    quoted: bool = False
    measures: tuple[Measure, ...] = ()
    measured_as: str = ""

    @cached_property
    def identity(self) -> str:
        """A name for exactly these wordings."""
        held = [
            self.words.words,
            self.words.unless,
            self.words.denied,
            self.feels,
            self.felt.words,
            self.quoted,
        ]
        return blake2b(json.dumps(held).encode(), digest_size=4).hexdigest()

    @property
    def known(self) -> tuple[Measure, ...]:
        """The measures that hold for these wordings."""
        return self.measures if self.measured_as == self.identity else ()

    @property
    def precision(self) -> Figure:
        """How often it was right when said, each kind of post counting the same."""
        return Figure.over([(one.right, one.said) for one in self.known])

    @property
    def recall(self) -> Figure:
        """How often it was found when there, each kind of post counting the same."""
        return Figure.over([(one.found, one.there) for one in self.known])

    @property
    def held_back(self) -> bool:
        """Say whether it was wrong too often to be told as a finding."""
        return self.precision.n > 0 and self.precision.share < LEAST


def identify(intents: list[Intent]) -> str:
    """Return a name for exactly these intents."""
    held = json.dumps([[intent.name, intent.identity, intent.precision.share] for intent in intents])
    return blake2b(held.encode(), digest_size=4).hexdigest()


def read(texts: list[str], intents: list[Intent], feelings: list[str | None] | None = None) -> np.ndarray:
    """Return which clean English text (row) has which intent (column); each distinct text is read once.

    ``feelings`` are the labels of the sentiment model; without them only the wordings that suffice are looked
    for.
    """
    felt = [feeling if isinstance(feeling, str) else "" for feeling in feelings or [""] * len(texts)]
    known = pd.DataFrame({"text": texts, "feeling": felt})
    code, _ = pd.factorize(pd.MultiIndex.from_frame(known))
    single = known.iloc[np.unique(code, return_index=True)[1]]
    whole, feeling = ready(single["text"].tolist()), single["feeling"].to_numpy(object)
    said = own(whole)
    found = [_read(intent, whole if intent.quoted else said, feeling) for intent in intents]
    return np.stack(found, axis=1)[code] if found else np.zeros((len(texts), 0), bool)


def _read(intent: Intent, texts: list[str], feelings: np.ndarray) -> np.ndarray:
    """Return which texts, made ready, have one intent."""
    said = find(intent.words, texts)
    if intent.feels:
        said &= feelings != OPPOSITE[intent.feels]
        open_ = np.flatnonzero(~said & (feelings == intent.feels))
        open_ = open_[[SPEAKS.search(texts[place]) is not None for place in open_]] if len(open_) else open_
        said[open_] = find(intent.felt, [texts[place] for place in open_])
    return said


def add(posts: pd.DataFrame, intents: list[Intent]) -> pd.DataFrame:
    """Return the columns of ``classes`` for posts with post_id,
    week, content_hash, clean_text, lang and feeling.
    """
    english = posts["lang"].eq(READS).to_numpy(bool)
    said = np.zeros((len(posts), len(intents)), bool)
    heard = posts[english]
    said[english] = read(heard["clean_text"].fillna("").tolist(), intents, heard["feeling"].tolist())
    place, which = np.nonzero(said)
    sure = np.array([intent.precision.share for intent in intents])
    rows = pd.DataFrame(
        {"place": place, "label": [intents[at].name for at in which], "probability": sure[which], "open": 1}
    )
    silent = np.flatnonzero(~said.any(axis=1))
    none = pd.DataFrame(
        {"place": silent, "label": "", "probability": 0.0, "open": np.where(english[silent], 0, len(intents))}
    )
    rows = pd.concat([rows, none], ignore_index=True)
    found = posts[["post_id", "week", "content_hash"]].iloc[rows["place"].to_numpy()].reset_index(drop=True)
    return pd.concat([found, rows.drop(columns="place")], axis=1).assign(classifier=SHIPPED, routes=False)

"""How much personal data the masker finds in labelled texts:
recall, precision and F2 by type, leaks, and speed.

A label counts as found when a find of the same type overlaps it (the rule of Presidio's research evaluator
before its overlap threshold); `exact` also asks for the same beginning and end. Nothing is learnt from the
file. Intervals draw whole templates again, since sentences of one template stand or fall together.
"""

import json
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.analyse.evaluation.report import EvaluationReport
from earshot.analyse.posts import label_files
from earshot.govern.masking import masking

NAMES = {
    "EMAIL_ADDRESS": "email", "EMAIL": "email", "PHONE_NUMBER": "phone", "PHONE": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban", "IBAN": "iban", "IP_ADDRESS": "ip", "US_SSN": "ssn", "US_DRIVER_LICENSE": "idnumber",
    "US_PASSPORT": "idnumber", "US_ITIN": "idnumber", "UK_NHS": "idnumber", "UK_NINO": "idnumber",
    "NATIONAL_ID": "idnumber", "STREET_ADDRESS": "address", "ADDRESS": "address", "ZIP_CODE": "address",
    "PERSON": "name",
}  # fmt: skip
STRICT = ("email", "card", "iban", "ip", "ssn")
CLAIMED = (*STRICT, "idnumber", "phone", "address")
PARTLY = ("name",)  # masked only where something gives the person away, so its recall is low by design
COUNTS = ("labels", "found", "exact", "finds", "right")
DRAWS, TIMED = 400, 20_000


@dataclass(frozen=True)
class Evaluation(EvaluationReport):
    """Counts by template and type, the labels that leak, and how many posts one core masks in a second."""

    counts: pd.DataFrame
    leaks: pd.DataFrame
    posts: int
    rate: float
    unknown: tuple[str, ...]

    @property
    def metrics(self) -> dict:
        """n, recall, precision and f2 of the claimed types,
        the same by type, for strict ones and for all masked.
        """
        claimed = [type_ for type_ in CLAIMED if type_ in self._types]
        strict = [type_ for type_ in STRICT if type_ in self._types]
        leaked = self.leaks[self.leaks["type"].isin(claimed)]
        return {
            "n": self.posts, **self._scores(claimed),
            "by_type": {type_: self._scores([type_]) for type_ in self._types},
            "strict": self._scores(strict), "with_names": self._scores(self._types), "claimed": list(CLAIMED),
            "partly": list(PARTLY), "unclaimed": list(self.unknown), "posts_per_second": round(self.rate, 1),
            "residual_leak_rate": round(float(leaked["leaked"].mean()), 4) if len(leaked) else None,
        }  # fmt: skip

    @property
    def by_type(self) -> pd.DataFrame:
        """Recall, precision and F2 of each type, with the interval of F2."""
        groups = [("all claimed", list(CLAIMED)), *((type_, [type_]) for type_ in self._types)]
        rows = []
        for name, types in groups:
            low, high = self._interval(types)
            rows.append(
                {
                    "kind": name,
                    **self._scores(types),
                    "low": low,
                    "high": high,
                    "claim": "partly" if name in PARTLY else "claimed",
                }
            )
        columns = ["kind", "claim", "labels", "recall", "precision", "f2", "low", "high", "exact_recall"]
        return pd.DataFrame(rows)[columns]

    @property
    def drawn(self) -> pd.DataFrame:
        """The same for a figure: kind, f2, low, high, labels."""
        return self.by_type[["kind", "f2", "low", "high", "labels"]]

    @property
    def leaking(self) -> pd.DataFrame:
        """By type: labels, those of which a letter
        or digit is still readable after masking, and the share.
        """
        table = self.leaks.groupby("type")["leaked"].agg(labels="size", still_readable="sum", share="mean")
        return (
            table.rename_axis("kind").reset_index().sort_values("share", ascending=False, ignore_index=True)
        )

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        found = self.metrics
        return {
            "posts": self.posts,
            "F2 on the claimed types": found["f2"],
            "left readable": found["residual_leak_rate"],
            "posts per second": round(self.rate),
            "not looked for": ", ".join(self.unknown).lower() or "nothing",
        }

    @property
    def metrics_shown(self) -> dict:
        """The metrics that are single numbers, as they were written."""
        return {name: value for name, value in self.metrics.items() if isinstance(value, int | float)}

    @staticmethod
    def caption(what: str) -> str:
        """Return the caption of a table or figure."""
        return {
            "by_type": "By type: a label is found when a find of its type overlaps it",
            "drawn": "F2 by type; the whisker is the 95 % interval over templates",
            "leaking": "Labels of which some letter or digit can still be read after masking",
        }[what]

    @property
    def _types(self) -> list[str]:
        seen = set(self.counts.loc[self.counts["labels"] > 0, "type"])
        return [type_ for type_ in (*CLAIMED, *PARTLY) if type_ in seen]

    def _scores(self, types: list[str]) -> dict:
        sums = self.counts[self.counts["type"].isin(types)][list(COUNTS)].sum()
        recall, precision, f2 = _f2(sums.to_numpy("float64"))
        exact = sums["exact"] / sums["labels"] if sums["labels"] else 0.0
        return {
            "labels": int(sums["labels"]),
            "recall": round(recall, 4),
            "precision": round(precision, 4),
            "f2": round(f2, 4),
            "exact_recall": round(float(exact), 4),
        }

    def _interval(self, types: list[str]) -> tuple[float, float]:
        """Return the 95 % interval of F2 when templates are drawn again with replacement (fixed seed)."""
        rows = (
            self.counts[self.counts["type"].isin(types)]
            .groupby("template")[list(COUNTS)]
            .sum()
            .to_numpy("float64")
        )
        if not len(rows):
            return 0.0, 0.0
        chosen = np.random.default_rng(1).integers(0, len(rows), (DRAWS, len(rows)))
        low, high = np.quantile([_f2(rows[draw].sum(axis=0))[2] for draw in chosen], [0.025, 0.975])
        return float(low), float(high)


def evaluate(data: str, train: str = "") -> Evaluation:
    """Return how the masker does on the file ``data``: columns text and spans (a list of type, start, end).

    ``template_id`` says which rows are of one template; ``train`` must be empty. Raises ValueError in one
    sentence.
    """
    if train:
        raise ValueError("The masker is made of rules and learns nothing here; leave train empty.")
    return score(label_files.read(data, ("text", "spans")))


def score(rows: pd.DataFrame) -> Evaluation:
    """Return the evaluation of rows with text, spans and, if known, template_id."""
    rows = rows.dropna(subset=["text"]).reset_index(drop=True)
    if rows.empty:
        raise ValueError("The data has no row with text.")
    templates = rows["template_id"] if "template_id" in rows else pd.Series(rows.index)
    counts, leaks, unknown = [], [], set()
    for text, said, template in zip(
        rows["text"].astype("str"), rows["spans"].map(_spans), templates, strict=True
    ):
        truth = [(NAMES[span["type"]], span["start"], span["end"]) for span in said if span["type"] in NAMES]
        unknown |= {span["type"] for span in said} - set(NAMES)
        found = [(item.type, item.start, item.end) for item in masking.spans(text)]
        counts += _count(truth, found, template)
        leaks += [{"type": label[0], "leaked": _readable(text, label, found)} for label in truth]
    table = pd.DataFrame(counts, columns=["template", "type", *COUNTS])
    rate = speed(rows["text"].astype("str"))
    return Evaluation(
        table, pd.DataFrame(leaks, columns=["type", "leaked"]), len(rows), rate, tuple(sorted(unknown))
    )


def speed(texts: pd.Series) -> float:
    """Return the posts that one core masks in a second of its time, the best of three.

    Each text is taken many times, told apart by letters at its end, so that no answer is remembered.
    """
    times = max(1, -(-TIMED // max(1, len(texts))))
    many = pd.concat([texts + f" {_letters(place)}" for place in range(times)], ignore_index=True).head(TIMED)
    seconds = []
    for _ in range(3):
        begun = time.process_time()
        masking.mask(many)
        seconds.append(time.process_time() - begun)
    return len(many) / max(min(seconds), 1e-9)


def _letters(number: int) -> str:
    return "".join(chr(ord("q") + int(digit)) for digit in f"{number:o}")


def _spans(value: object) -> list[dict]:
    """Return the labels of one text, given as a list or as JSON."""
    try:
        labels = json.loads(value) if isinstance(value, str) else [] if value is None else list(value)
        return [
            {"type": str(one["type"]), "start": int(one["start"]), "end": int(one["end"])} for one in labels
        ]
    except (ValueError, TypeError, KeyError):
        raise ValueError(
            f"The spans {str(value)[:60]!r} cannot be read; write a list of objects with type, start and "
            "end, or the same as JSON."
        ) from None


def _count(truth: list[tuple], found: list[tuple], template: object) -> list[tuple]:
    return [
        (template, type_, len(labels), sum(any(_overlap(one, find) for find in finds) for one in labels),
         len(set(labels) & set(finds)), len(finds), sum(any(_overlap(find,
             one) for one in labels) for find in finds))
        for type_ in {item[0] for item in (*truth, *found)}
        for labels in [[item for item in truth if item[0] == type_]]
        for finds in [[item for item in found if item[0] == type_]]
    ]  # fmt: skip


def _overlap(one: tuple, other: tuple) -> bool:
    return one[1] < other[2] and other[1] < one[2]


def _readable(text: str, label: tuple, found: list[tuple]) -> bool:
    """Say whether a letter or digit of a label lies outside all that was masked, of whatever type."""
    covered = {place for _, start, end in found for place in range(start, end)}
    return any(text[place].isalnum() and place not in covered for place in range(label[1], label[2]))


def _f2(sums: np.ndarray) -> tuple[float, float, float]:
    """Return recall, precision and F2 (recall counts four times as much) of summed COUNTS."""
    labels, found, _, finds, right = sums
    recall, precision = (found / labels if labels else 0.0), (right / finds if finds else 0.0)
    return float(recall), float(precision), float(5 * precision * recall / max(4 * precision + recall, 1e-12))

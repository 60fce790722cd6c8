"""What the sentiment model can do: small tests of behaviour,
after CheckList, with a pass rate for each ability.

Ribeiro, Wu, Guestrin & Singh (2020), "Beyond accuracy: behavioral testing of NLP models with CheckList", ACL.
The cases stand in behaviour.yml beside this file. They are chosen to be telling, not drawn from any stream,
so a rate says how much of what we ask a model can do; it is no accuracy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import ParamError, nearest, read_yaml
from earshot.core.workspace import Workspace
from earshot.enrich.sentiment import step as sentiment
from earshot.enrich.sentiment.phrases import SAYS, Phrases
from earshot.statistics.proportion import wilson

CASES = Path(__file__).with_suffix(".yml")
LONGEST = 40  # characters of a kind's name, which stands in a chart
STILL = 0.01  # a probability that moves by less has not moved
FORMS = ("labels", "pairs", "stronger", "put_in", "same")
METHOD = "cases written for the purpose (CheckList, Ribeiro et al. 2020); Wilson interval over cases"


@dataclass(frozen=True)
class Case:
    """One thing a model must do: the texts,
    how they are judged (one of FORMS), and the labels that are expected.
    """

    kind: str
    about: str
    form: str
    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()
    lang: str = "en"

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        told = {
            "stronger": f"the second no less {self.labels[0] if self.labels else ''}",
            "put_in": "nothing moves",
            "same": "one label",
        }
        return told.get(self.form, " / ".join(self.labels))


@dataclass(frozen=True)
class Behaviour:
    """How a model behaved: ``rates`` by kind, ``failures`` and ``swaps`` case by case, and the claims.

    ``swaps`` are the cases in which only a name or group changes: how far a probability moves, how many
    labels.
    """

    rates: pd.DataFrame
    failures: pd.DataFrame
    swaps: pd.DataFrame
    model: str
    claims: list[Claim]

    def swayed(self, allowed: int) -> tuple[int, int]:
        """Return how many swaps change the label,
        or a probability by more than ``allowed`` points, and of how many.
        """
        moved = self.swaps["labels"].gt(1) | self.swaps["moved"].gt(allowed / 100)
        return int(moved.sum()), len(moved)

    @property
    def shown(self) -> pd.DataFrame:
        """The pass rates as a reader wants them, the weakest first."""
        table = self.rates.sort_values(["value", "kind"])
        spans = zip(table["low"], table["high"], strict=True)
        return pd.DataFrame(
            {
                "kind": table["kind"],
                "what it asks": table["about"],
                "passed": table["value"].map(wording.percent),
                "95% interval": [wording.between(low, high) for low, high in spans],
                "cases": table["n"],
            }
        )

    @property
    def charted(self) -> pd.DataFrame:
        """The pass rates as a chart wants them, in the order of the cases."""
        return self.rates[["kind", "value", "low", "high"]].rename(columns={"value": "share passed"})

    @property
    def caption(self) -> str:
        """The caption of the pass rates."""
        return (
            f"Behavioural tests of {self.model}: share of cases passed; "
            f"{wording.count(self.rates['n'].sum())} cases"
        )


def read_cases(workspace: Workspace | None = None) -> list[Case]:
    """Return our cases, those of the workspace (behaviour.yml,
    in the same form), and the tests of its phrases.

    Raises ParamError on a form or a label that does not exist.
    """
    cases = [case for kind, listed in read_yaml(CASES).items() for case in _cases(kind, listed, CASES.name)]
    own = workspace.settings("behaviour") if workspace else {}
    where = f"params/{workspace.name}/behaviour.yml" if workspace else ""
    cases += [case for kind, listed in own.items() for case in _cases(kind, listed, where)]
    phrases = workspace.params.phrases if workspace else {}
    return cases + [
        Case("phrases of brief.yml", "a phrase of ours says what we agreed", "labels", (text,), (label,))
        for entry in phrases.values()
        for text, label in entry.items()
        if text != SAYS
    ]


def examine(cases: list[Case], model: str = sentiment.MODEL, phrases: Phrases | None = None) -> Behaviour:
    """Return how a sentiment model, with the workspace's own phrases, behaves on the cases."""
    texts = [text for case in cases for text in case.texts]
    langs = [case.lang for case in cases for _ in case.texts]
    found = sentiment.read(texts, langs, model, phrases)
    labels, shares = found["label"].tolist(), found[sentiment.COLUMNS].to_numpy("float64")
    ends = np.cumsum([len(case.texts) for case in cases])
    parts = [slice(end - len(case.texts), end) for case, end in zip(cases, ends, strict=True)]
    rows = pd.DataFrame(
        [_judged(case, labels[part], shares[part]) for case, part in zip(cases, parts, strict=True)]
    )
    rates = _rates(rows)
    failures = rows.loc[~rows["passed"], ["kind", "case", "expected", "found"]].reset_index(drop=True)
    swaps = rows.loc[rows["moved"].notna(), ["kind", "moved", "labels"]].reset_index(drop=True)
    return Behaviour(rates, failures, swaps, model, [*_claims(rates, model), *_swaps(swaps)])


def judge(case: Case, labels: list[str], shares: np.ndarray) -> bool:
    """Say whether a model passes a case, given the label and the probabilities (texts,
    3) that it gave each text.
    """
    if case.form in ("labels", "pairs"):
        return labels == list(case.labels)
    if case.form == "stronger":
        weak, strong = shares[:, sentiment.CLASSES.index(case.labels[0])]
        return bool(strong >= weak - STILL)
    return len(set(labels)) == 1 and (case.form == "same" or _moved(shares) <= STILL)


def _moved(shares: np.ndarray) -> float:
    """Return by how much the probability that moves most does."""
    return float(np.ptp(shares, axis=0).max())


def _judged(case: Case, labels: list[str], shares: np.ndarray) -> dict:
    """Return the row of a case; where many texts must be alike, it shows the two that differ most."""
    at, told = list(range(len(labels))), shares.max(axis=1)
    if case.form in ("put_in", "same"):
        at = [int(shares[:, 0].argmin()), int(shares[:, 0].argmax())]
    names = labels
    if case.form == "stronger":
        names, told = [case.labels[0]] * len(labels), shares[:, sentiment.CLASSES.index(case.labels[0])]
    return {
        "kind": case.kind,
        "about": case.about,
        "case": " / ".join(case.texts[place] for place in at),
        "passed": judge(case, labels, shares),
        "expected": case.expected,
        "moved": _moved(shares) if case.form == "put_in" else float("nan"),
        "labels": len(set(labels)),
        "found": " / ".join(f"{names[place]} ({wording.percent(told[place])})" for place in at),
    }


def _rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many cases of each kind were passed, with Wilson's interval, in the order of the cases."""
    kinds = rows.groupby("kind", sort=False)
    table = kinds.agg(about=("about", "first"), passed=("passed", "sum"), n=("passed", "size")).reset_index()
    low, high = wilson(table["passed"].to_numpy("float64"), table["n"].to_numpy("float64"))
    return table.assign(value=table["passed"] / table["n"], low=low, high=high)


def _claims(rates: pd.DataFrame, model: str) -> list[Claim]:
    """Return the claim on all cases together, which names the weakest kind, and one for each kind."""
    n, passed = int(rates["n"].sum()), int(rates["passed"].sum())
    low, high = wilson(passed, n)
    weak = rates.sort_values("value").iloc[0]
    said = (
        f"{model} passes {wording.percent(passed / n)} of {wording.count(n)} behavioural tests "
        f"({wording.between(low, high)}); it is weakest at {weak['kind']}: {weak['passed']} of {weak['n']}."
    )
    overall = _claim("health.behaviour", said, {"value": passed / n, "low": low, "high": high, "n": n}, 0.3)
    return [
        overall,
        *(
            _claim(f"health.behaviour.{wording.slug(row['kind'])}", _kind_sentence(row), row, 0.1)
            for row in rates.to_dict("records")
        ),
    ]


def _kind_sentence(row: dict) -> str:
    return (
        f"{row['kind'].capitalize()}: {row['passed']} of {row['n']} tests passed "
        f"({wording.between(row['low'], row['high'])})."
    )


def _swaps(swapped: pd.DataFrame) -> list[Claim]:
    """Return what happens to the reading when only who somebody is changes."""
    if swapped.empty:
        return []
    changed, n, widest = int((swapped["labels"] > 1).sum()), len(swapped), swapped["moved"].max()
    low, high = wilson(changed, n)
    said = (
        f"Where only a name or group is swapped, the label changes in {changed} of {n} tests "
        f"({wording.between(low, high)}); the widest move of a probability is "
        f"{wording.points(widest, False)} points."
    )
    return [_claim("health.swaps", said, {"value": changed / n, "low": low, "high": high, "n": n}, 0.25)]


def _claim(name: str, said: str, row: dict, weight: float) -> Claim:
    return Claim.quality(
        name,
        said,
        row["value"],
        "share",
        row["n"],
        METHOD,
        weight,
        ("behaviour.yml",),
        low=row["low"],
        high=row["high"],
    )


def _cases(kind: str, listed: dict, where: str) -> Iterator[Case]:
    """Yield the cases of one kind; raises ParamError on what none can have."""
    if len(kind) > LONGEST or not isinstance(listed, dict):
        raise ParamError(
            f"{where}: {kind[:LONGEST]!r} must be a name of at most {LONGEST} characters with about and "
            f"cases ({', '.join(FORMS)}) below it."
        )
    for form in listed:
        if form not in (*FORMS, "about"):
            raise ParamError(
                f"{where}: {kind} has {form!r}; use about, {', '.join(FORMS)}.{nearest(form, FORMS)}"
            )
    try:
        cases = [
            case
            for form in FORMS
            for case in _of_form(kind, listed.get("about", ""), form, listed.get(form) or [])
        ]
    except (KeyError, TypeError, AttributeError):
        raise ParamError(
            f"{where}: {kind} holds a case that lacks a part; the head of lib/earshot/analyse/health/"
            "behaviour.yml shows how each form is written."
        ) from None
    for case in cases:
        for label in case.labels:
            if label not in sentiment.CLASSES:
                raise ParamError(
                    f"{where}: {kind} expects {label!r}; use {', '.join(sentiment.CLASSES)}."
                    f"{nearest(label, sentiment.CLASSES)}"
                )
    yield from cases


def _of_form(kind: str, about: str, form: str, listed: list | dict) -> Iterator[Case]:
    """Yield what one form lists as cases."""
    for entry in listed:
        if form == "labels":
            given = listed[entry]
            given = given if isinstance(given, dict) else {"label": given}
            yield Case(kind, about, form, (entry,), (given["label"],), given.get("lang", "en"))
        elif form == "pairs":
            yield Case(kind, about, form, (entry["from"], entry["to"]), tuple(entry["label"]))
        elif form == "stronger":
            yield Case(kind, about, form, (entry["weak"], entry["strong"]), (entry["more"],))
        elif form == "put_in":
            yield Case(kind, about, form, tuple(entry["text"].replace("{}", name) for name in entry["put"]))
        else:
            yield Case(kind, about, form, tuple(entry))

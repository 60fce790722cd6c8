"""A run under the models before: headline figures, KPIs,
labels and classes of both, and what the bias gate says.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse import kpis
from earshot.analyse.health import behaviour, bias
from earshot.analyse.kpis import contracts, sensitivity
from earshot.analyse.model_comparison import classes as second_classes
from earshot.analyse.model_comparison import sentiment
from earshot.analyse.model_comparison.classes import SecondClasses
from earshot.analyse.model_comparison.sentiment import EVERYWHERE, SecondReading
from earshot.analyse.posts import human_labels
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.workspace import Workspace
from earshot.enrich.classes.intents import SHIPPED
from earshot.statistics import estimate

METHOD = (
    "the same posts read by both models, the difference taken post by post, clustered by author, 95% interval"
)
INPUTS = ("posts", "duplicates", "sentiment")


@dataclass(frozen=True)
class Comparison:
    """Both models side by side: readings, KPIs, classes and intents,
    the gate of each and why, and the claims.
    """

    reading: SecondReading
    kpis: pd.DataFrame
    classes: SecondClasses
    gates: pd.DataFrame
    claims: list[Claim]

    @property
    def counted(self) -> int:
        """How many posts were compared."""
        return int(self.reading.labels.to_numpy().sum())

    @property
    def trust(self) -> dict:
        """What was compared."""
        reading = self.reading
        return {
            "now": reading.now,
            "compared with": reading.other,
            "posts read by both": wording.count(self.counted),
            "other label": wording.count(reading.changed),
            **{
                f"classes of {row['classifier']}": f"compared with {row['before']}"
                for row in self.classes.changed.to_dict("records")
                if row["classifier"] != SHIPPED
            },
        }


def examine(workspace: Workspace, model: str = "") -> Comparison:
    """Return what the report would say under ``model``;
    left out, under the sentiment model and classifiers before.

    Nothing is stored. Raises ParamError for a model that cannot be compared, ValueError when no post has a
    sentiment.
    """
    reading = sentiment.compare(workspace, model)
    classes = second_classes.nothing() if model else second_classes.compare(reading.was, workspace)
    classes = second_classes.with_intents(classes, reading, workspace)
    agreed = contracts.read(workspace.settings("kpis"))
    cards = [kpis.measure(posts, agreed, workspace.params).table for posts in (reading.was, reading.would)]
    names = (f"under {reading.now}", f"under {reading.other}")
    table = sensitivity.side_by_side(*cards).rename(
        columns=dict(zip(("with", "without"), names, strict=True))
    )
    found = Comparison(reading, table, classes, _gates(reading, workspace), [])
    found.claims.extend(_claims(found))
    return found


def _gates(reading: SecondReading, workspace: Workspace) -> pd.DataFrame:
    """Return the gate of the champion and of the other:
    its state, what it counts, and why in one sentence.
    """
    params, cases, rows = workspace.params, behaviour.read_cases(workspace), []
    for model, posts in ((reading.now, reading.was), (reading.other, reading.would)):
        swayed = behaviour.examine(cases, model, params.phrases).swayed(params.allowed_gap)
        audit = bias.measure(human_labels.score_model(posts, workspace), params, swayed)
        rows.append(
            {
                "model": model,
                "gate": audit.gate,
                "groups read worse": int(audit.groups["over"].sum()),
                "comparisons": len(audit.groups),
                "swaps that change the reading": swayed[0],
                "swaps": swayed[1],
                "posts labelled": audit.labelled,
                "why": audit.why,
            }
        )
    return pd.DataFrame(rows)


def _claims(found: Comparison) -> list[Claim]:
    """State how net sentiment, labels, KPIs and classes would change,
    and what the gate says of each model.
    """
    rows = found.reading.brands.to_dict("records")
    whole = next(row for row in rows if row["brand"] == EVERYWHERE)
    return [
        _net(whole, found, 0.6),
        _labels(found),
        *(_net(row, found, 0.3) for row in rows if row is not whole),
        *_kpis(found),
        *_classes(found),
        *map(_gate, found.gates.to_dict("records")),
    ]


def _net(row: dict, found: Comparison, weight: float) -> Claim:
    now, other, gap = (sentiment.told(row, side) for side in ("now", "other", "gap"))
    real = row["gap_low"] > 0 or row["gap_high"] < 0
    said = (
        f"Net sentiment of {row['brand']} is {now} under {found.reading.now} and would be {other} under "
        f"{found.reading.other}: a difference of {gap} points."
    )
    return Claim(
        f"compare.net.{wording.slug(row['brand'])}",
        said,
        row["gap"],
        "net share change",
        row["gap_low"],
        row["gap_high"],
        row["posts"],
        METHOD,
        INPUTS,
        "change",
        weight,
        "real" if real else "noise",
    )


def _labels(found: Comparison) -> Claim:
    reading = found.reading
    moved = reading.was["sentiment"].ne(reading.would["sentiment"])[reading.would["sentiment"].notna()]
    frame = pd.DataFrame({"author": reading.was["author"].loc[moved.index], "moved": moved.astype("float64")})
    row = estimate.means(frame, "moved", share=True).iloc[0]
    said = (
        f"Under {reading.other}, {wording.count(reading.changed)} of {wording.count(found.counted)} posts "
        f"would have another label ({wording.percent(row['value'])}, "
        f"{wording.between(row['low'], row['high'])})."
    )
    return Claim.of("compare.labels", said, row, method=METHOD, inputs=INPUTS, kind="change", weight=0.5)


def _kpis(found: Comparison) -> list[Claim]:
    """State how many KPIs would meet their target, or change, otherwise."""
    if found.kpis.empty:
        return []
    turned = int(found.kpis["what turns round"].ne("").sum())
    said = (
        f"Under {found.reading.other}, {wording.count(turned)} of {len(found.kpis)} published KPI figures "
        "would say something else of their target or their change."
    )
    return [
        Claim(
            "compare.kpis",
            said,
            turned,
            "figures",
            n=found.counted,
            method="the scorecard computed twice",
            inputs=INPUTS,
            kind="change",
            weight=0.4,
        )
    ]


def _classes(found: Comparison) -> list[Claim]:
    """State for each classifier, and for the intents that ship, how many posts would get something else."""
    return [
        _intents(row)
        if row["classifier"] == SHIPPED
        else _moved(
            row,
            f"compare.classes.{wording.slug(row['classifier'])}",
            ("posts", "classes"),
            f", the version of {row['classifier']} before,",
            "posts would have other classes",
        )
        for row in found.classes.changed.to_dict("records")
    ]


def _intents(row: dict) -> Claim:
    return _moved(
        row,
        "compare.intents",
        INPUTS,
        ",",
        "English posts would have other intents, since some intents go with a feeling",
    )


def _moved(row: dict, name: str, inputs: tuple[str, ...], what: str, end: str) -> Claim:
    said = (
        f"Under {row['before']}{what} {wording.count(row['changed'])} of {wording.count(row['posts'])} {end}."
    )
    return Claim(
        name,
        said,
        row["changed"],
        "posts",
        n=row["posts"],
        method=METHOD,
        inputs=inputs,
        kind="change",
        weight=0.4,
    )


def _gate(row: dict) -> Claim:
    """State what the gate says of one model;
    nothing keeps a model behind a closed one from being the champion.
    """
    why = row["why"].partition(": ")[2]
    said = {
        "closed": f"{row['model']} does not pass the bias gate: {why}",
        "open": f"The bias gate is open for {row['model']}: {why}",
    }.get(row["gate"], f"The bias gate is not judged for {row['model']}: {why}")
    return Claim.quality(
        f"compare.gate.{wording.slug(row['model'])}",
        said,
        None,
        "",
        0,
        bias.METHOD,
        0.35,
        INPUTS,
        about={"gate": row["gate"]},
    )

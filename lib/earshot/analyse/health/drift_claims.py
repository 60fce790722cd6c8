"""What 15_health states about drift: how many looks moved,
what the latest stretch shows, new words, accuracy.
"""

import pandas as pd

from earshot.analyse.health.drift import RATE, Drift
from earshot.analyse.posts import period
from earshot.core import wording
from earshot.core.claim import Claim

MEASURES = {
    "labels": "mix of labels",
    "confidence": "confidence",
    "unknown": "number of words without an entry",
}
METHOD = (
    "Jensen-Shannon divergence from all earlier posts; permutation of authors, corrected for all looks "
    "(Benjamini-Hochberg)"
)
ODDS = "log-odds with informative Dirichlet prior over people, corrected for all words (Benjamini-Hochberg)"


def state(drift: Drift) -> list[Claim]:
    """Return the claims on all looks together, on the latest stretch,
    on words without an entry, and on accuracy.
    """
    return [
        *_overall(drift.moves, drift.counted),
        *_latest(drift.moves),
        *_words(drift.terms, drift.parts, drift.counted),
        *_accuracy(drift.accuracy, drift.parts),
    ]


def _overall(moves: pd.DataFrame, counted: int) -> list[Claim]:
    if moves.empty:
        return []
    moved = moves[moves["verdict"] == "moved"]
    said = (
        f"Of {len(moves)} looks at {moves['when'].nunique()} stretches of time, {len(moved)} find posts "
        "moved from all that came before beyond chance"
    )
    if len(moved):
        widest = moved.loc[moved["value"].idxmax()]
        said += f"; most of all the {MEASURES[widest['measure']]} ({widest['stretch']}, {_change(widest)})"
    return [
        Claim.quality(
            "health.drift", f"{said}.", len(moved), "looks", counted, METHOD, 0.2, ("posts", "sentiment")
        )
    ]


def _latest(moves: pd.DataFrame) -> list[Claim]:
    """Say of each measure what the latest stretch shows."""
    claims = []
    for row in moves.drop_duplicates("measure").to_dict("records"):
        moved = row["verdict"] == "moved"
        said = (
            f"In {row['stretch']}, the {MEASURES[row['measure']]} "
            f"{'moved' if moved else 'is within chance'}: "
            f"distance {row['value']:.4f} bits, by chance at most {row['chance']:.4f}; {_change(row)}."
        )
        claims.append(
            Claim.quality(
                f"health.drift.{row['measure']}",
                said,
                row["value"],
                "bits",
                row["n"],
                METHOD,
                0.2 if moved else 0.1,
                ("posts", "sentiment"),
                verdict="real" if moved else "noise",
                about={"chance": row["chance"], "psi": row["psi"]},
            )
        )
    return claims


def _change(row) -> str:
    return f"“{row['most']}” {wording.points(row['by'])} points"


def _words(terms: pd.DataFrame, parts: period.Period, counted: int) -> list[Claim]:
    strange = terms[terms["unknown"] != ""]
    if strange.empty:
        return []
    listed = wording.listed([f"“{term}”" for term in strange["term"].head(6)])
    said = (
        f"New in {parts.now} against {parts.then}, and without an entry in the model's vocabulary: {listed}; "
        f"the first was used by {wording.count(strange['now'].iloc[0])} people."
    )
    return [
        Claim.quality(
            "health.drift.words", said, len(strange), "terms", counted, ODDS, 0.2, ("posts",), verdict="real"
        )
    ]


def _accuracy(accuracy: pd.DataFrame, parts: period.Period) -> list[Claim]:
    """Say by how much accuracy on labelled posts changed, where there are enough."""
    if accuracy.empty:
        return []
    row = accuracy.iloc[0]
    real, n = row["p"] < RATE, row["n_before"] + row["n_after"]
    way = ("fell" if row["value"] < 0 else "rose") if real else "is within chance of what it was"
    said = (
        f"On labelled posts, accuracy {way}: {wording.percent(row['was'])} before, "
        f"{wording.percent(row['now'])} "
        f"in {parts.now} (a change of {wording.between(row['low'], row['high'], wording.points)} points)."
    )
    return [
        Claim.quality(
            "health.drift.accuracy",
            said,
            row["value"],
            "share change",
            n,
            "difference of shares clustered by author",
            0.5 if real and row["value"] < 0 else 0.2,
            ("posts", "sentiment", "labels.csv"),
            low=row["low"],
            high=row["high"],
            verdict="real" if real else "noise",
        )
    ]

"""Which way to learn won on texts it did not see, by how much, and what it costs to learn and to read.

``neighbours`` is the few-shot way: it fits nothing and asks the labelled texts nearest in meaning, which is
where a handful of labels per class gets farthest.
"""

import time

import pandas as pd

from earshot.enrich.classes.classifier import Classifier, look_for

SAMPLE = 200  # texts that are read to tell the speed
ALL = "together"
SPOKEN = {"neighbours": "neighbours (few-shot)"}


def speed(models: dict[str, Classifier], texts: list[str]) -> float:
    """Return how many raw texts a second these classifiers read together, embedding included."""
    sample, begun = texts[:SAMPLE], time.perf_counter()
    seen = look_for(models.values(), sample)
    for model in models.values():
        model.read(sample, seen)
    return len(sample) / (time.perf_counter() - begun)


def won(models: dict[str, Classifier], pace: float) -> str:
    """Return one sentence that says which view won, by how much and at what cost;
    ``pace`` is texts read a second.

    Where each label has a classifier of its own, figures are means over the labels, and the interval is the
    mean of theirs, which is no narrower than that of the mean.
    """
    rows = pd.concat([model.figures for model in models.values()]).groupby("view", sort=False).mean()
    best, whole = rows.drop(index=ALL)["accuracy"].idxmax(), rows.loc[ALL]
    seconds = pd.concat([model.figures for model in models.values()]).groupby("view")["seconds"].sum()
    name, lead = SPOKEN.get(best, best), rows.loc[best]
    apart = f"{_points(abs(lead['lead']))} points ({_points(lead['low'])} to {_points(lead['high'])})"
    right = (
        f"{whole['accuracy']:.1%} right on texts not "
        f"seen{' on average over the labels' if len(models) > 1 else ''}"
    )
    if lead["low"] > 0:
        said = f"All views together won: {right}, {apart} more often than {name}, the best alone"
    elif lead["high"] < 0:
        said = (
            f"{name} won: all views together, which read the posts, are {right}, {apart} less often than it"
        )
    else:
        said = (
            f"No view won: all together are {right}, and {name} alone is no different beyond chance, {apart}"
        )
    return (
        f"{said}; together they took {_seconds(seconds[ALL])} to learn, {name} {_seconds(seconds[best])}, "
        f"and read {pace:,.0f} texts a second."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def _seconds(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 1 else "under 1 s"

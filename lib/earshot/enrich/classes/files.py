"""Trained classifiers as files: one folder per version, with a card that says what it is and how good it is.

data/<workspace>/models/<name>/<version>/ holds model.skops, in which nothing can run when it is read,
card.json and card.md. The version is the beginning of the SHA-256 of all that decides what it says, so that
the same labels, costs and promise give the same version, and nothing that differs ever takes the place of
another. The card keeps what the classifier ``reads`` the posts with, and one that was trained on others than
are here is not used: its numbers would say anything of what it never saw.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.enrich.classes.classifier import Classifier
from earshot.enrich.classes.views import VIEWS
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.embeddings.int8 import Weights
from earshot.enrich.embeddings.model_files import WeightsError, fingerprint, verify
from earshot.enrich.sentiment import step as sentiment
from earshot.statistics.conformal import Calibration

FILE = "model.skops"
LEARNER = "6"  # to be raised whenever the same labels teach something else


def version_of(texts: Iterable[str], labels: Iterable[str], **how) -> str:
    """Return the version of what these labelled texts teach;
    ``how`` is all else that decides: seed, promise, costs.
    """
    pairs = sorted(zip(map(str, texts), map(str, labels), strict=True))
    known = json.dumps([present(), how, pairs], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(known.encode("utf-8")).hexdigest()[:12]


def present() -> list[str]:
    """Return what a classifier trained here and now reads posts with:
    the learner and the models below it, by name.
    """
    return [f"learner {LEARNER}", embeddings.MODEL, sentiment.identify(sentiment.MODEL)]


def save(models: dict[str, Classifier], folder: Path, card: dict) -> Path:
    """Write classifiers, one per name, into ``folder`` with their card;
    kind, file, sha256 and reads are added.
    """
    from skops import io

    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}.tmp"
    io.dump({name: _plain(model) for name, model in models.items()}, draft)
    draft.replace(folder / FILE)
    card = card | {
        "kind": "classifier",
        "file": FILE,
        "sha256": fingerprint(folder / FILE),
        "reads": present(),
    }
    (folder / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "card.md").write_text(_in_words(card), encoding="utf-8")
    return folder


def load(folder: Path, workspace: str = "WORKSPACE") -> tuple[dict[str, Classifier], dict]:
    """Return the classifiers in a folder and their card; ``workspace`` is named in what to do about an error.

    Raises WeightsError when the file is not the card's, or reads with other models than are here.
    """
    from skops import io

    card = read_card(folder)
    _check_reads(card, workspace)
    verify(folder / FILE, card["sha256"])
    return {name: _whole(parts) for name, parts in io.load(folder / FILE, trusted=[]).items()}, card


def read_card(folder: Path) -> dict:
    """Return the card of the classifiers in a folder."""
    return json.loads((folder / "card.json").read_text(encoding="utf-8"))


def _check_reads(card: dict, workspace: str) -> None:
    """Raise WeightsError, in one sentence, unless a classifier was trained with what is here."""
    reads, here = card.get("reads"), present()
    if reads != here:
        told = f"with {', '.join(reads)}" if reads else "by an earlier Earshot, which did not note with what"
        raise WeightsError(
            f"The classifier {card['name']} {card['version']} was trained {told}, and is not used with "
            f"{', '.join(here)}, which are here; train it again with 'earshot train {workspace} "
            f"labels.csv --name {card['name']}', or go back to the Earshot that trained it."
        )


def _plain(model: Classifier) -> dict:
    """Return a classifier as arrays, numbers and scikit-learn's own objects."""
    used = {
        name: [_unchanged(view) for view in each]
        for name, each in model.views.items()
        if model.weight[name] > 0
    }
    return {
        "classes": list(model.classes),
        "views": used,
        "weight": {name: model.weight[name] for name in used},
        "bias": model.bias,
        "lean": model.lean,
        "calibration": vars(model.calibration),
        "figures": model.figures.to_dict("list"),
    }


def _whole(parts: dict) -> Classifier:
    views = {name: [VIEWS[name](**_for_good(view)) for view in each] for name, each in parts["views"].items()}
    calibration = Calibration(**{name: np.asarray(values) for name, values in parts["calibration"].items()})
    return Classifier(
        tuple(parts["classes"]),
        views,
        parts["weight"],
        parts["bias"],
        parts["lean"],
        calibration,
        pd.DataFrame(parts["figures"]),
    )


def _unchanged(view: object) -> dict:
    """Return the parts of a view, weights as a plain dict, which skops knows."""
    return {
        part: dict(values) if isinstance(values, Weights) else values for part, values in vars(view).items()
    }


def _for_good(view: dict) -> dict:
    return {part: Weights(values) if isinstance(values, dict) else values for part, values in view.items()}


def _in_words(card: dict) -> str:
    """Return the card as a page of Markdown."""
    rows = "\n".join(
        f"| {key} | {value} |" for key, value in card.items() if not isinstance(value, dict | list)
    )
    labels = "\n".join(
        f"| {name} | " + " | ".join(str(value) for value in row.values()) + " |"
        for name, row in card.get("labels", {}).items()
    )
    heads = next(iter(card.get("labels", {}).values()), {})
    table = f"\n| label | {' | '.join(heads)} |\n|---|{'---|' * len(heads)}\n{labels}\n" if heads else ""
    return f"# {card['name']} {card['version']}\n\n| | |\n|---|---|\n{rows}\n{table}"

"""Classes of your own: learned from labelled texts,
each with its threshold by cost and its promise before it routes.

Where a text has several labels (``complaint; cancel``), each is asked alone, yes or no, so that labels may
overlap, and ``none`` marks texts that have none; where every text has one, the classes exclude each other.
What wins on texts not seen, by how much and at what cost, stands in the card of what was trained
(``classifier_files``); which version reads the posts stands in classifiers.yml, where one line brings the
version before back::

    reasons: {champion: 0a1b2c3d4e5f, before: f5e4d3c2b1a0}
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from earshot.core.clock import now
from earshot.core.params import ParamError, check_names, nearest
from earshot.core.workspace import Workspace
from earshot.enrich.classes import classifier, view_comparison
from earshot.enrich.classes import files as classifier_files
from earshot.enrich.classes.classifier import Classifier
from earshot.enrich.classes.views import look_at
from earshot.statistics import risk_control, stacking
from earshot.statistics.risk_control import Rule

SETTINGS = "classifiers"
YES, NO, NONE = "yes", "no", "none"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """Classifiers (one named "", or one per label),
    the rule of each label, and the card that describes them.
    """

    models: dict[str, Classifier]
    rules: dict[str, Rule]
    card: dict

    @property
    def overlap(self) -> bool:
        """Say whether a text may have several labels."""
        return "" not in self.models


def split(label: str) -> tuple[str, ...]:
    """Return the labels in one cell, parted by semicolons."""
    return tuple(dict.fromkeys(part.strip() for part in label.split(";") if part.strip()))


def train(
    name: str,
    texts: list[str],
    labels: list[str],
    promised: float = 0.9,
    missed: Mapping[str, float] | None = None,
    seed: int = 1,
    say: Say = lambda line: None,
) -> Trained:
    """Return what these labelled texts teach; a cell may hold several labels, parted by semicolons.

    ``promised`` is how often a label has to be right before it may route work, ``missed`` what a missed text
    costs beside a false alarm: by label, under "" for all others. Raises ValueError in one sentence when a
    label has too few texts, or costs can change nothing.
    """
    given = [split(label) for label in labels]
    alone = all(len(found) == 1 for found in given)
    given = given if alone else [tuple(label for label in found if label != NONE) for found in given]
    known = sorted({label for found in given for label in found})
    costs = _costs(missed or {}, known, alone)
    if alone:
        models = {"": _lean(classifier.fit(texts, [found[0] for found in given], seed, say=say), costs)}
    else:
        models = _each(texts, given, known, seed, say)
    rules = {label: _rule(models, label, promised, len(known), costs[label]) for label in known}
    version = classifier_files.version_of(texts, labels, seed=seed, promised=promised, missed=costs)
    card = {
        "name": name,
        "version": version,
        "trained": now().isoformat(),
        "texts": len(texts),
        "promised": promised,
        "seed": seed,
        "won": view_comparison.won(models, view_comparison.speed(models, texts)),
    }
    return Trained(models, rules, card | _figures(models, rules, costs))


def _costs(missed: Mapping[str, float], known: list[str], alone: bool) -> dict[str, float]:
    """Return what a missed text of each label costs; raises ValueError where that can change nothing."""
    check_names([label for label in missed if label], known, "The file", "label")
    costs = {label: float(missed.get(label, missed.get("", 1))) for label in known}
    if alone and len(set(costs.values())) == 1 and 1 not in costs.values():
        raise ValueError(
            "Every text has one label, so that each mistake is a miss and a false alarm, and one cost for "
            f"all labels changes nothing; name the labels that cost more, such as --missed {known[0]}=5."
        )
    return costs


def _lean(model: Classifier, costs: dict[str, float]) -> Classifier:
    """Return a classifier of one label a text as it is, or saying what costs least where costs differ."""
    if len(set(costs.values())) == 1:
        return model
    return replace(model, lean=risk_control.lean(np.array([costs[label] for label in model.classes])))


def _each(
    texts: list[str], given: list[tuple], known: list[str], seed: int, say: Say
) -> dict[str, Classifier]:
    """Return one classifier per label, which says yes or no; what they look at is worked out once."""
    answers = {label: [YES if label in labels else NO for labels in given] for label in known}
    for label, said in answers.items():
        if min(said.count(YES), said.count(NO)) < classifier.FEWEST:
            raise ValueError(
                f"The label {label!r} has {said.count(YES)} texts and {said.count(NO)} lack it; at least "
                f"{classifier.FEWEST} of each are needed, or leave the label out."
            )
    seen, found = look_at(texts, with_token_states=len(texts) >= classifier.CLOSELY), {}
    for label, said in answers.items():
        say(label)
        found[label] = classifier.fit(texts, said, seed, classifier.untuned(seen), say=say, seen=seen)
    return found


def _of(models: dict[str, Classifier], label: str) -> tuple[Classifier, int]:
    """Return the classifier that tells a label, and the place of the label among its classes."""
    model, own = (models[""], label) if "" in models else (models[label], YES)
    return model, model.classes.index(own)


def _rule(models: dict[str, Classifier], label: str, promised: float, labels: int, missed: float) -> Rule:
    model, place = _of(models, label)
    held = model.calibration.held[:, place]
    return risk_control.rule(held, model.calibration.classes == place, promised, labels, missed)


def _figures(models: dict[str, Classifier], rules: dict[str, Rule], costs: dict[str, float]) -> dict:
    """Return the part of the card with each label's figures,
    costs and rule, and what each way to learn reached.
    """
    return {
        "labels": {
            label: _held_out(models, label, rule) | {"missed": costs[label]} | asdict(rule)
            for label, rule in rules.items()
        },
        "tried": {label: model.figures.round(4).to_dict("records") for label, model in models.items()},
    }


def _held_out(models: dict[str, Classifier], label: str, rule: Rule) -> dict:
    """Return how many texts have the label
    and how often it was rightly said and found among those held out.
    """
    model, place = _of(models, label)
    held, true = model.calibration.held, model.calibration.classes == place
    said = held[:, place] >= rule.threshold if label in models else stacking.decide(held, model.lean) == place
    hits = int((true & said).sum())
    return {
        "texts": int(true.sum()),
        "right when said": round(hits / max(1, int(said.sum())), 3),
        "found": round(hits / max(1, int(true.sum())), 3),
    }


def keep(workspace: Workspace, trained: Trained) -> Path:
    """Write a trained classifier into its folder,
    make it the champion in classifiers.yml, and return the folder.
    """
    name, version = trained.card["name"], trained.card["version"]
    folder = classifier_files.save(trained.models, _folder(workspace, name, version), trained.card)
    settings = workspace.settings(SETTINGS)
    past = settings.get(name) or {}
    before = past.get("champion") if past.get("champion") != version else past.get("before")
    settings[name] = {"champion": version} | ({"before": before} if before else {})
    text = (
        "# Which version of each trained classifier reads the posts; to go back, write the one before "
        "as champion.\n"
    )
    file = workspace.folder / f"{SETTINGS}.yml"
    draft = file.with_suffix(".tmp")
    draft.write_text(text + yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    draft.replace(file)
    return folder


def champions(workspace: Workspace) -> dict[str, str]:
    """Return the version that reads the posts, by classifier;
    raises ParamError where classifiers.yml is wrong.
    """
    found, where = {}, f"params/{workspace.name}/{SETTINGS}.yml"
    for name, entry in workspace.settings(SETTINGS).items():
        if not isinstance(entry, dict) or "champion" not in entry:
            raise ParamError(f"{where}: {name} needs a champion, such as {{champion: 0a1b2c3d4e5f}}.")
        check_names(entry, ("champion", "before"), where, f"setting of {name}")
        there = sorted(path.parent.name for path in (workspace.data / "models" / name).glob("*/card.json"))
        if str(entry["champion"]) not in there:
            wrong = f"{name} has no version {entry['champion']!r} (there: {', '.join(there) or 'none'})."
            raise ParamError(
                f"{where}: {wrong}{nearest(str(entry['champion']), there)} Train it with: "
                f"earshot train {workspace.name} labels.csv --name {name}"
            )
        found[name] = str(entry["champion"])
    return found


def load(workspace: Workspace, name: str, version: str) -> Trained:
    """Return a trained classifier; raises WeightsError
    when its file is not the card's or reads with other models.
    """
    models, card = classifier_files.load(_folder(workspace, name, version), workspace.name)
    fields = Rule.__dataclass_fields__
    rules = {label: Rule(**{field: row[field] for field in fields}) for label, row in card["labels"].items()}
    return Trained(models, rules, card)


def read_card(workspace: Workspace, name: str, version: str) -> dict:
    """Return the card of a trained classifier, without loading it."""
    return classifier_files.read_card(_folder(workspace, name, version))


def _folder(workspace: Workspace, name: str, version: str) -> Path:
    return workspace.data / "models" / name / version

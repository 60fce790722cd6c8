"""Every model that a workspace uses: what it is, its fingerprint,
and the one line that brings the one before back.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.enrich.classes.files import FILE
from earshot.enrich.classes.training import SETTINGS
from earshot.enrich.embeddings import minilm
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.embeddings.model_files import fingerprint
from earshot.enrich.registry import shipped
from earshot.enrich.relevance import model as relevance_model
from earshot.enrich.sentiment import huggingface
from earshot.enrich.sentiment import step as sentiment
from earshot.enrich.targets import model as target_model
from earshot.enrich.topics import step as topics

NONE = "there is none before it"


@dataclass(frozen=True)
class ModelInUse:
    """One model in use: ``before`` names the one it followed ("" for none),
    ``back`` says how to return to it.

    ``sha256`` is empty where the model is not on this machine; ``card`` is where a classifier of your own has
    one.
    """

    use: str
    name: str
    sha256: str
    before: str
    back: str
    card: Path | None = None


def listed(workspace: Workspace) -> list[ModelInUse]:
    """Return the models that the workspace uses, as they stand;
    one that is wrong is listed without a fingerprint.
    """
    return [
        _sentiment(workspace),
        _towards(workspace),
        _embedding(workspace),
        *_shipped(),
        *_own(workspace),
        *_learned(workspace),
    ]


def fingerprints(workspace: Workspace) -> dict[str, str]:
    """Return the SHA-256 of each model in use, by use and name: what a run keeps."""
    return {f"{model.use}: {model.name}": model.sha256 for model in listed(workspace)}


def shown(workspace: Workspace) -> pd.DataFrame:
    """Return the models in use as a reader wants them."""
    return pd.DataFrame(
        [
            {
                "use": model.use,
                "model": model.name,
                "SHA-256": shorten(model.sha256),
                "to go back": model.back,
            }
            for model in listed(workspace)
        ]
    )


def shorten(sha256: str) -> str:
    """Return the beginning of a fingerprint, or that the model is not here."""
    return f"{sha256[:16]}…" if sha256 else "not on this machine"


def before(model: str) -> str:
    """Return the sentiment model that came before one, "" where there is none; any other one follows ours."""
    if model not in sentiment.NAMES:
        return sentiment.MODEL
    return "" if model == sentiment.BEFORE else sentiment.BEFORE


def previous(workspace: Workspace) -> dict[str, str]:
    """Return the version before of each classifier of classifiers.yml that has one, by name."""
    entries = workspace.settings(SETTINGS).items()
    return {
        name: str(entry["before"])
        for name, entry in entries
        if isinstance(entry, dict) and entry.get("before")
    }


def file_of(workspace: Workspace, name: str, version: str) -> Path:
    """Return where a version of a classifier lies, be it there or not."""
    return workspace.data / "models" / name / version / FILE


def _sentiment(workspace: Workspace) -> ModelInUse:
    name = workspace.params.sentiment_model
    try:
        sha256 = sentiment.fingerprint(name)
    except ParamError:
        sha256 = ""
    other = before(name)
    back = _line(workspace, "brief", f"sentiment_model: {other or sentiment.MODEL}")
    back = back if other else f"{NONE}; to use the newest, {back.removeprefix('to go back, ')}"
    return ModelInUse("sentiment", name, sha256, other, back)


def _towards(workspace: Workspace) -> ModelInUse:
    name = workspace.params.target_model
    return ModelInUse("aspect", name, target_model.shipped().get(name, ""), "", NONE)


def _embedding(workspace: Workspace) -> ModelInUse:
    name = workspace.params.embedding_model
    if name == embeddings.MODEL:
        return ModelInUse("embedding", name, minilm.SHA256, "", NONE)
    return ModelInUse(
        "embedding",
        name,
        huggingface.identify(name),
        embeddings.MODEL,
        _line(workspace, "brief", f"embedding_model: {embeddings.MODEL}"),
    )


def _shipped() -> list[ModelInUse]:
    """Return the models that ship and that nobody chooses."""
    return [
        ModelInUse(model.use, model.name, model.sha256, "", NONE)
        for model in shipped.shipped()
        if model.use not in shipped.CHAMPIONS
    ]


def _own(workspace: Workspace) -> list[ModelInUse]:
    """Return the classifiers of classifiers.yml."""
    earlier, found = previous(workspace), []
    for name, entry in workspace.settings(SETTINGS).items():
        version = str(entry.get("champion", "")) if isinstance(entry, dict) else ""
        file = file_of(workspace, name, version)
        card = file.with_name("card.md")
        line = f"{name}: {{champion: {earlier.get(name)}}}"
        found.append(
            ModelInUse(
                "classes",
                f"{name} {version}".strip(),
                fingerprint(file) if file.is_file() else "",
                earlier.get(name, ""),
                _line(workspace, SETTINGS, line) if name in earlier else NONE,
                card if card.is_file() else None,
            )
        )
    return found


def _learned(workspace: Workspace) -> list[ModelInUse]:
    """Return what is learned from the posts or from labels and kept once:
    topics, and relevance where it is taught.
    """
    name, model = topics.load(workspace.store)
    found = (
        [
            ModelInUse(
                "topics",
                name,
                hashlib.sha256(model.centres.tobytes()).hexdigest(),
                "",
                f"{NONE}: each fit replaces the last",
            )
        ]
        if model
        else []
    )
    file = workspace.data / "models" / relevance_model.FILE
    if file.is_file():
        found.append(
            ModelInUse(
                "relevance",
                file.stem,
                fingerprint(file),
                "",
                f"{NONE}: learn again from the sheet of labels before, earshot relevance "
                f"{workspace.name} --labels",
            )
        )
    return found


def _line(workspace: Workspace, file: str, line: str) -> str:
    return f"to go back, write one line in params/{workspace.name}/{file}.yml: {line}"

"""The models that ship with Earshot: version, size,
fingerprint, card, and which of them the workspace uses.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from earshot.core.params import Brief
from earshot.enrich.embeddings import model_files
from earshot.enrich.sentiment import step as sentiment

FOLDER = Path(__file__).resolve().parents[2] / "models"
CHAMPIONS = {"sentiment": "sentiment_model", "aspect": "target_model"}  # which field of brief.yml chooses
TIERS = ("-fast", "-cascade")  # ways to run a model's file, not files of their own


@dataclass(frozen=True)
class Model:
    """One model file; ``use`` says what it is for,
    ``whole`` whether the file is the one that was published.
    """

    use: str
    name: str
    megabytes: float
    sha256: str
    card: Path
    whole: bool


def shipped() -> list[Model]:
    """Return the models that ship, by use and name, as their SHA256SUMS list them."""
    return [
        _model(sums.parent, *line.split(maxsplit=1))
        for sums in sorted(FOLDER.glob("*/SHA256SUMS"))
        for line in sorted(sums.read_text(encoding="utf-8").splitlines(), key=lambda line: line.split()[1])
    ]


def is_champion(model: Model, params: Brief) -> bool:
    """Say whether the workspace uses a model; where nothing can be chosen, it uses the one there is."""
    field = CHAMPIONS.get(model.use)
    return field is None or base(getattr(params, field)) == model.name


def base(name: str) -> str:
    """Return the name of the file that a model or a tier of it is read from: earshot-2 for earshot-2-fast."""
    tier = next((tier for tier in TIERS if name.endswith(tier)), "")
    return name.removesuffix(tier) if name in sentiment.NAMES else name


def shown(params: Brief) -> pd.DataFrame:
    """Return the models as a reader wants them."""
    return pd.DataFrame(
        [
            {
                "use": model.use,
                "model": model.name,
                "in use": "yes" if is_champion(model, params) else "",
                "MB": round(model.megabytes, 1),
                "SHA-256": f"{model.sha256[:16]}…",
                "file": "as published" if model.whole else "changed or missing",
                "card": within(model.card),
            }
            for model in shipped()
        ]
    )


def within(card: Path) -> str:
    """Return the path of a card as seen from the checkout."""
    return card.relative_to(FOLDER.parents[2]).as_posix()


def _model(folder: Path, sha256: str, file: str) -> Model:
    path = folder / file.strip()
    own = folder / f"{path.stem}.md"
    there = path.is_file()
    return Model(
        folder.name,
        path.stem,
        path.stat().st_size / 1e6 if there else 0.0,
        sha256,
        own if own.exists() else folder / "card.md",
        there and model_files.fingerprint(path) == sha256,
    )

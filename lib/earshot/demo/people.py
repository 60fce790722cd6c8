"""Who is behind the posts: accounts with a language, a home, an audience and things they like."""

from random import Random

import numpy as np
import pandas as pd

from earshot.demo.world import PLACES

TASTES = ("guides", "offers", "network", "devices", "travel", "community")
CARE = {"Larkspur": "LarkspurHelp", "Fernwave": "FernwaveCare", "Quillnet": "AskQuillnet"}
FIRST = {
    "en": [
        "amy",
        "ben",
        "carl",
        "dee",
        "ed",
        "fay",
        "gus",
        "hal",
        "ivy",
        "jack",
        "kim",
        "lee",
        "max",
        "nell",
        "otis",
        "pam",
        "quin",
        "ray",
        "sue",
        "ted",
        "una",
        "vic",
        "wes",
        "yas",
        "zoe",
    ],
    "es": [
        "ana",
        "luis",
        "marta",
        "pablo",
        "lucia",
        "javi",
        "carmen",
        "diego",
        "elena",
        "hugo",
        "ines",
        "mario",
        "nuria",
        "oscar",
        "pilar",
        "raul",
        "sara",
        "teo",
    ],
    "fr": [
        "luc",
        "chloe",
        "hugo",
        "lea",
        "paul",
        "manon",
        "jules",
        "emma",
        "noe",
        "ines",
        "axel",
        "zoe",
        "theo",
        "alice",
        "remi",
        "lina",
        "yann",
        "maud",
    ],
    "de": [
        "jan",
        "lena",
        "kai",
        "mia",
        "uwe",
        "ute",
        "finn",
        "ida",
        "max",
        "lotte",
        "timo",
        "anke",
        "nils",
        "jule",
        "olaf",
        "rita",
        "sven",
        "heike",
    ],
    "pt": [
        "rui",
        "ines",
        "joao",
        "marta",
        "nuno",
        "sofia",
        "tiago",
        "rita",
        "hugo",
        "ana",
        "pedro",
        "carla",
        "luis",
        "vera",
        "dinis",
        "clara",
    ],
}
TAILS = [
    "fox",
    "oak",
    "moss",
    "kite",
    "wren",
    "pike",
    "reed",
    "dawn",
    "lane",
    "hill",
    "brook",
    "fern",
    "crow",
    "mint",
    "rain",
    "salt",
    "loom",
    "dusk",
    "peak",
    "wave",
    "bolt",
    "rust",
]
SURNAMES = [
    "Adams", "Baker", "Clarke", "Davies", "Evans", "Foster", "Graham", "Hughes", "Iqbal", "Jones", "Kaur",
    "Lewis",
    "Morgan", "Novak", "Osei", "Patel", "Quinn", "Roberts", "Shah", "Taylor", "Umar", "Vaughan", "Walker",
    "Young",
    "Ahmed", "Brown", "Cole", "Dixon", "Ellis", "Ford", "Green", "Hall",
]  # fmt: skip


def accounts(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the accounts of every pool (platform, lang, brand) in ``frame``, about one for two posts."""
    pools = frame.groupby(["platform", "lang", "brand"]).size()
    rows = [(*key, i) for key, n in pools.items() for i in range(max(2, int(0.55 * n)))]
    people = pd.DataFrame(rows, columns=["platform", "lang", "brand", "rank"])
    random = Random(int(rng.integers(1 << 31)))
    people["author"] = _handles(people, random)
    people["region"], people["town"] = zip(*(_home(lang, random) for lang in people["lang"]), strict=True)
    people["followers"] = np.minimum(np.exp(rng.normal(5.0, 1.5, len(people))), 400_000).astype(int)
    people["tastes"] = list(rng.dirichlet(np.full(len(TASTES), 0.4), len(people)).round(3))
    people["is_bot"] = False
    return people


def _handles(people: pd.DataFrame, random: Random) -> list[str]:
    seen, handles = set(), []
    for lang in people["lang"]:
        handle = ""
        while not handle or handle in seen:
            join, number = random.choice(("", "_", "")), random.choice(("", random.randint(1, 9999)))
            handle = f"{random.choice(FIRST[lang])}{join}{random.choice(TAILS)}{number}"
        seen.add(handle)
        handles.append(handle)
    return handles


def _home(lang: str, random: Random) -> tuple[str, str]:
    region = random.choice(list(PLACES[lang]))
    return region, random.choice(PLACES[lang][region])


def assign(frame: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ``frame`` with author, region, town and followers;
    within a pool, activity falls off with rank.
    """
    pools = people.groupby(["platform", "lang", "brand"]).indices
    chosen = np.empty(len(frame), int)
    for key, rows in frame.groupby(["platform", "lang", "brand"]).indices.items():
        pool = pools[key]
        weight = 1 / (np.arange(len(pool)) + 12.0) ** 0.7
        chosen[rows] = pool[rng.choice(len(pool), len(rows), p=weight / weight.sum())]
    traits = people.iloc[chosen][["author", "region", "town", "followers"]].reset_index(drop=True)
    return pd.concat([frame.reset_index(drop=True), traits], axis=1)

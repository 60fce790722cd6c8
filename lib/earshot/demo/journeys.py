"""What happens after a complaint: replies of the brand,
answers of the customer, an end that is good, bad or silent.
"""

from random import Random

import numpy as np
import pandas as pd

from earshot.demo.grammar import grammar
from earshot.demo.people import CARE
from earshot.demo.plan import after_gap
from earshot.demo.world import ZONE

PATHS = {
    "resolved": (0.26, ("acknowledge", "supply", "inform", "resolve", "thank")),
    "quick": (0.18, ("acknowledge", "supply", "resolve", "thank")),
    "unconfirmed": (0.12, ("acknowledge", "supply", "inform", "resolve")),
    "abandoned": (0.14, ("acknowledge",)),
    "failed": (0.12, ("acknowledge", "supply", "inform", "angry")),
    "lost": (0.08, ("acknowledge", "supply", "angry", "leave")),
    "ignored": (0.10, ("angry", "leave")),
}
OURS = ("acknowledge", "inform", "resolve")
FEEL = {"supply": "neutral", "thank": "positive", "angry": "negative", "leave": "negative"}
# Median minutes to each step; the brand's own depend on the brand.
PACE = {"supply": 25, "thank": 90, "angry": 1500, "leave": 900, "inform": 240, "resolve": 1300}
FIRST_REPLY = {"Larkspur": 50, "Fernwave": 140, "Quillnet": 320}


def plan_paths(n: int, rng: np.random.Generator) -> list[str]:
    """Return the names of ``n`` journeys, drawn from the planted shares."""
    shares = np.array([share for share, _ in PATHS.values()])
    return list(rng.choice(list(PATHS), n, p=shares / shares.sum()))


def steps(paths: list[str]) -> int:
    """Return how many replies these journeys add."""
    return sum(len(PATHS[path][1]) for path in paths)


def follow(
    base: pd.DataFrame, paths: list[str], rng: np.random.Generator, end
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (replies, journeys) that grow from complaints in ``base``;
    one row per journey with its times and end.
    """
    able = base[
        (base["role"] == "post")
        & (base["sentiment"] == "negative")
        & ~base["sarcasm"]
        & base["platform"].isin(("x", "bluesky", "mastodon", "forum"))
        & (base["at"] < end - pd.Timedelta(days=6))
    ]
    weight = able["brand"].map({"Larkspur": 1.0, "Fernwave": 0.7, "Quillnet": 0.5}).to_numpy()
    roots = able.iloc[rng.choice(len(able), len(paths), replace=False, p=weight / weight.sum())].sort_values(
        "uid"
    )
    random, replies, journeys = Random(int(rng.integers(1 << 31))), [], []
    for number, (root, path) in enumerate(zip(roots.itertuples(index=False), paths, strict=True)):
        thread = _thread(root, path, number, random, end)
        replies += thread
        journeys.append(_summary(root, path, number, thread))
    return pd.DataFrame(replies), pd.DataFrame(journeys)


AGENTS = ("Priya", "Tom", "Megan", "Stefan", "Rory", "Sian", "Jo", "Dev")


def _thread(root, path: str, number: int, random: Random, end) -> list[dict]:
    """Return the replies of one journey; ``parent`` is the place
    of the reply before it (-1 is the complaint).
    """
    agent, at, rows = random.choice(AGENTS), root.at, []
    for place, step in enumerate(PATHS[path][1]):
        ours = step in OURS
        median = FIRST_REPLY[root.brand] if step == "acknowledge" else PACE[step]
        if root.event == "outage" and ours:
            median *= 4
        at = at + pd.Timedelta(seconds=int(60 * median * np.exp(random.gauss(0, 0.7))))
        at = min(
            after_gap(root.platform, _office(at) if ours else at), end - pd.Timedelta(minutes=40 - 5 * place)
        )
        rows.append(
            {
                "at": at,
                "brand": root.brand,
                "theme": root.theme,
                "sentiment": FEEL.get(step, "neutral"),
                "platform": root.platform,
                "lang": root.lang,
                "event": root.event,
                "role": "care" if ours else "follow_up",
                "step": step,
                "author": CARE[root.brand] if ours else root.author,
                "region": "" if ours else root.region,
                "town": "" if ours else root.town,
                "followers": 48_000 if ours else root.followers,
                "kind": "reply",
                "root": root.uid,
                "place": place,
                "journey": number,
                "template": f"{root.lang}/care/{step}",
                "text": _words(root, step, agent, random),
            }
        )
    return rows


def _office(at: pd.Timestamp) -> pd.Timestamp:
    """Return ``at``, or the next morning when the care team (8 to 20 h local) is at home."""
    local = at.tz_convert(ZONE)
    if 8 <= local.hour < 20:
        return at
    opening = (
        local.normalize()
        + pd.Timedelta(hours=8, minutes=at.minute / 2)
        + pd.Timedelta(days=int(local.hour >= 20))
    )
    return opening.floor("s").tz_convert("UTC")


def _words(root, step: str, agent: str, random: Random) -> str:
    book = grammar(root.lang)
    rival = random.choice([brand for brand in CARE if brand != root.brand])
    fills = {"brand": root.brand, "rival": rival, "place": root.town, "name": agent}
    text = book.expand(random.choice(book.lines("care", step)), random, fills)
    tail = book.lines("parts", "closer", FEEL.get(step, "neutral"))
    if step in ("angry", "leave", "thank") and random.random() < 0.7:
        text += " " + book.expand(random.choice(tail), random, fills)
    to = root.author if step in OURS else CARE[root.brand]
    return f"@{to} {text}" if root.platform != "forum" else text


def _summary(root, path: str, number: int, thread: list[dict]) -> dict:
    times = {row["step"]: row["at"] for row in thread}
    return {
        "journey": number,
        "path": path,
        "brand": root.brand,
        "root": root.uid,
        "author": root.author,
        "theme": root.theme,
        "opened_at": root.at,
        "first_reply_at": times.get("acknowledge"),
        "resolved_at": times.get("resolve"),
        "ended_at": thread[-1]["at"],
        "left": "leave" in times,
        "thanked": "thank" in times,
    }

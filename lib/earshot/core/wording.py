"""Numbers and dates as a careful writer puts them into a sentence."""

import re
from collections.abc import Sequence

import pandas as pd

MINUS = "\u2212"
CHANNELS = {
    "x": "X",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "forum": "Forum",
    "reviews": "Reviews",
}


def count(number: float) -> str:
    """Return a whole number with thousands separated: 10,107."""
    return f"{round(number):,}".replace("-", MINUS)


def percent(share: float) -> str:
    """Return a share as a percentage: 61%, 0.4% below one."""
    figure = 100 * share
    return f"{figure:.1f}%" if 0 < abs(figure) < 0.95 else f"{figure:.0f}%"


def points(share: float, sign: bool = True) -> str:
    """Return a share or net share as points of a hundred: −57, +4."""
    figure = round(100 * share)
    if figure == 0:
        return "0"
    return (("+" if figure > 0 else MINUS) if sign or figure < 0 else "") + f"{abs(figure)}"


def between(low: float, high: float, write=percent) -> str:
    """Return an interval in brackets' words: 60 to 62%."""
    first, last = write(low), write(high)
    return f"{first.removesuffix('%')} to {last}" if last.endswith("%") else f"{first} to {last}"


def times(ratio: float) -> str:
    """Return how many times: 2.1 times, twice."""
    return "twice" if 1.95 <= ratio < 2.05 else f"{ratio:.1f} times"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: a, b and c."""
    names = [str(name) for name in names]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def day(when: pd.Timestamp) -> str:
    """Return a day: 22 Feb 2015."""
    return f"{when.day} {when:%b %Y}"


def span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Return a period with nothing said twice: 22–24 Feb 2015."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}\u2013{day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%b} \u2013 {day(last)}"
    return f"{day(first)} \u2013 {day(last)}"


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def spoken(code: str) -> str:
    """Return the name of a language code or channel as a reader says it:
    German for de, X for x; others as they are.
    """
    if code in ("und", ""):
        return "undetermined"
    if len(code) == 2 and code.islower():
        from babel import Locale

        return Locale("en").languages.get(code, code)
    return CHANNELS.get(code, code)


def slug(name: str) -> str:
    """Return a name as part of a claim's id: us-airways."""
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-") or "none"

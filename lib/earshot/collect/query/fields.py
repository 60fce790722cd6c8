"""Conditions on what is known of a post beside its words:
author, language, platform, place, links, numbers, days.

Texts are compared as a whole, in any capitals, with wildcards; ``place`` holds the words anywhere,
``lang:pt`` holds for pt-BR too, and ``link`` holds when a link in the text contains the value. A number that
is unknown satisfies no comparison. ``since`` and ``until`` are days in UTC, both included. ``has:alt`` holds
where pictures have an alt text or caption, whose words every query reads too; ``has:image`` where they have
one or the text links to a picture.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from earshot.collect.query.nodes import Field
from earshot.collect.query.tokens import fold, kind, words
from earshot.core.params import nearest

TEXTS = ("author", "brand", "campaign", "kind", "lang", "place", "platform", "region", "source")
NUMBERS = ("followers", "likes", "replies", "reposts", "views")
DAYS = ("since", "until")
NAMES = (*TEXTS, "has", "link", *NUMBERS, *DAYS)
ALIASES = {
    "from": "author",
    "language": "lang",
    "is": "kind",
    "url": "link",
    "links": "link",
    "retweets": "reposts",
    "location": "place",
}
TOKENS = ("cashtag", "emoji", "hashtag", "link", "mention")
COLUMNS = {"alt": "media_text", "image": "media_text", "place": "place"}  # has: that a column answers
HAS = (*TOKENS, *COLUMNS)
KINDS = {"retweet": "repost", "tweet": "post"}
SIGNS = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
}
PICTURE = re.compile(r"pic\.twitter\.com/|\.(?:jpe?g|png|gif|webp)(?:$|\?)", re.I)


def made(name: str, value: str, at: tuple[int, int] | None = None) -> Field:
    """Return the field condition ``name:value``; raises ValueError when there is no such field or value."""
    name = ALIASES.get(name, name)
    if name not in NAMES:
        raise ValueError(
            f"there is no field {name}:.{nearest(name, NAMES)} The fields are {', '.join(NAMES)}."
        )
    value = value.strip()
    if not value:
        raise ValueError(f"{name}: needs a value, such as {name}:{EXAMPLES.get(name, 'x')}.")
    if name == "has":
        found = (
            value.lower()
            if value.lower() in HAS
            else value.lower().removesuffix("s").replace("media", "image")
        )
        if found not in HAS:
            raise ValueError(f"has: knows no {value}.{nearest(value, HAS)} Use one of {', '.join(HAS)}.")
        return Field(name, found, at=at)
    if name in NUMBERS:
        asked = re.fullmatch(r"(>=|<=|>|<|=)\s*(\d{1,15})", value)
        if not asked:
            raise ValueError(
                f"{name}: compares a whole number, such as {name}:>1000 or {name}:<=50; got {value}."
            )
        return Field(name, str(int(asked[2])), asked[1], at)
    if name in DAYS:
        return Field(name, _day(name, value), at=at)
    return Field(name, KINDS.get(value.lower(), value) if name == "kind" else value, at=at)


MANY, ONE = "\u02bd", "\u02ee"  # letters that stand for * and ? while a text is cut into tokens
EXAMPLES = {"has": "link", "followers": ">1000", "since": "2026-03-01", "until": "2026-03-31", "lang": "en"}


def holds(asked: Field, post: Mapping) -> bool:
    """Return whether a post (text, and the columns of the posts table that are known) meets a condition."""
    if asked.name in ("has", "link"):
        return bool(on_tokens(asked, words(text(post, "text")))) or on_columns(asked, post)
    return on_value(asked, post.get(column(asked)))


def column(asked: Field) -> str:
    """Return the column of the posts table that a condition is about."""
    return "created_at" if asked.name in DAYS else asked.name


def on_value(asked: Field, value: object) -> bool:
    """Return whether one value of the column meets the condition; an unknown value never does."""
    if value is None or value != value or str(value) in ("", "<NA>", "NaT"):
        return False
    if asked.name in NUMBERS:
        return SIGNS[asked.sign](float(value), float(asked.value))
    if asked.name in DAYS:
        day = _utc_day(value)
        return day >= asked.value if asked.name == "since" else day <= asked.value
    given, wanted = fold(str(value)), fold(asked.value)
    if asked.name == "place":
        given, wanted = (f" {' '.join(map(fold, words(text)))} " for text in (str(value), _bare(asked.value)))
        return bool(glob(wanted.replace(MANY, "*").replace(ONE, "?")).search(given))
    if asked.name == "author":
        given, wanted = given.lstrip("@"), wanted.lstrip("@")
    if asked.name == "lang" and given.split("-")[0] == wanted:
        return True
    return bool(glob(wanted).fullmatch(given))


def on_tokens(asked: Field, tokens: list[str]) -> list[int]:
    """Return which tokens meet has: (of a kind of token) or link:."""
    if asked.name == "has" and asked.value in TOKENS:
        return [place for place, token in enumerate(tokens) if kind(token) == asked.value]
    if asked.name == "has" and asked.value == "image":
        return [
            place for place, token in enumerate(tokens) if kind(token) == "link" and PICTURE.search(token)
        ]
    if asked.name == "link":
        wanted = glob(fold(asked.value))
        return [
            place
            for place, token in enumerate(tokens)
            if kind(token) == "link" and wanted.search(fold(token))
        ]
    return []


def on_columns(asked: Field, post: Mapping) -> bool:
    """Return whether has: is met by a column rather than by the text."""
    name = COLUMNS.get(asked.value) if asked.name == "has" else None
    return bool(name and text(post, name).strip())


def glob(text: str, one: str = r"[^\s]") -> re.Pattern:
    """Return the pattern of a folded text in which * is any run of ``one`` and ? a single one.

    What stands between two * is taken where it first comes and never given back (an atomic group), so that no
    text can make a pattern with many * run for ever.
    """
    first, *others = (re.escape(piece).replace(r"\?", one) for piece in re.split(r"\*+", text))
    if not others:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>{one}*?{piece})" for piece in others[:-1])
    return re.compile(f"{first}{between}{one}*{others[-1]}", re.DOTALL)


def _bare(value: str) -> str:
    return value.replace("*", MANY).replace("?", ONE)


def text(post: Mapping, name: str) -> str:
    """Return a column of a post that holds a text; empty where it is not known."""
    value = post.get(name)
    return value if isinstance(value, str) else ""


def _day(name: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{name}: takes an ISO day such as 2026-03-01; got {value}.") from None


def _utc_day(value: object) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return (value.astimezone(UTC) if value.tzinfo else value).date().isoformat()

"""What each vendor's query language can say and its limits,
as its documentation states them, and warnings by them.

Read in November 2026: docs.x.com (search operators, build a query); developer.talkwalker.com (search API) and
talkwalker.com/syntax-alerts; sprinklr.com help (supported operators, wildcards); help.meltwater.com (Boolean,
search performance); Brandwatch's operator guide. Where a vendor states no limit, none is assumed; what it
does not document, we treat as missing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Phrase, Term, walk
from earshot.core.params import ParamError, nearest


@dataclass(frozen=True)
class Vendor:
    """A dialect: how it writes the operators, and its limits (None: none stated).

    ``near`` and ``ordered`` are patterns with {n}, empty where there is no such operator; ``wild`` are the
    wildcards it knows and ``wild_at`` where: "end", "inside" (and at the end), or "" for none. ``fields``
    maps one of our conditions (``lang``, or ``has:link``) to its text with {value}; ``settings`` names those
    that are set beside the query.
    """

    name: str
    title: str
    characters: tuple[tuple[str, int], ...] = ()
    operands: int | None = None
    wild: str = ""
    wild_at: str = ""
    wild_longest: int | None = None
    near: str = ""
    ordered: str = ""
    near_most: int | None = None
    near_advised: int | None = None
    case: str = ""
    negation: str = "NOT "
    conjunction: str = " AND "
    groups_denied: bool = True
    lone_fields: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


_DAYS = {"since": "its start date", "until": "its end date"}

VENDORS = {
    vendor.name: vendor
    for vendor in (
        Vendor(
            "x",
            "X API v2",
            (("recent search", 512), ("full-archive search", 1024), ("an Enterprise contract", 4096)),
            negation="-",
            conjunction=" ",
            groups_denied=False,
            lone_fields=False,
            fields={
                "author": "from:{value}",
                "lang": "lang:{value}",
                "link": 'url:"{value}"',
                "place": 'place:"{value}"',
                "has:link": "has:links",
                "has:hashtag": "has:hashtags",
                "has:mention": "has:mentions",
                "has:cashtag": "has:cashtags",
                "has:image": "has:images",
                "has:place": "has:geo",
                "kind:reply": "is:reply",
                "kind:repost": "is:retweet",
                "kind:quote": "is:quote",
                "kind:post": "-is:reply -is:retweet -is:quote",
            },
            settings={"since": "start_time", "until": "end_time"},
        ),
        Vendor(
            "brandwatch",
            "Brandwatch",
            wild="*",
            wild_at="inside",
            near="NEAR/{n}",
            ordered="NEAR/{n}f",
            case="{{{text}}}",
            fields={"author": "author:{value}", "link": "links:{value}", "place": 'city:"{value}"'},
            settings={"lang": "its languages", **_DAYS},
        ),
        Vendor(
            "talkwalker",
            "Talkwalker",
            operands=50,
            wild="*?",
            wild_at="end",
            near="NEAR/{n}",
            ordered="ONEAR/{n}",
            negation="NOT ",
            fields={"lang": "lang:{value}", "author": 'author:"{value}"'},
            settings={"since": "its time range", "until": "its time range"},
        ),
        Vendor(
            "sprinklr",
            "Sprinklr",
            wild="*?",
            wild_at="inside",
            near="NEAR/{n}",
            ordered="ONEAR/{n}",
            case='exactMessage:"{text}"',
            fields={
                "author": 'author:"{value}"',
                "lang": "language:{value}",
                "place": 'country:"{value}"',
                "link": 'url:"{value}"',
            },
            settings=_DAYS,
        ),
        Vendor(
            "meltwater",
            "Meltwater",
            wild="*?",
            wild_at="inside",
            wild_longest=9,
            near="NEAR/{n}",
            ordered="ONEAR/{n}",
            near_advised=10,
            settings={"lang": "its languages", **_DAYS},
        ),
    )
}


def find(name: str) -> Vendor:
    """Return a vendor by name; raises ParamError for one we know nothing of."""
    if name not in VENDORS:
        raise ParamError(
            f"There is no dialect {name!r}; there are {', '.join(VENDORS)}.{nearest(name, VENDORS)}"
        )
    return VENDORS[name]


def lint(node: Node, vendor: Vendor, translated: str = "") -> list[str]:
    """Return a sentence for each limit of a vendor that a query breaks, or its ``translated`` text does."""
    said = _length(translated, vendor)
    operands = sum(isinstance(found, Term | Field) for found in _countable(node))
    if vendor.operands and operands > vendor.operands:
        said.append(
            f"{vendor.title} takes at most {vendor.operands} operands in one query; this one has {operands}."
        )
    for found in walk(node):
        if isinstance(found, Near):
            said += _nearness(found, vendor)
        elif isinstance(found, Term) and found.wild:
            said += _wildcard(found, vendor)
    words = [word for word in re.split(r"[\s()]+", translated) if word and word != "OR"]
    lone = (
        all(word.startswith(("-", "has:", "lang:", "is:")) for word in words)
        if translated
        else not _stands(node)
    )
    if not vendor.lone_fields and lone:
        said.append(
            f"{vendor.title} refuses a query of only excluded words, lang:, has: and is: conditions; "
            "add a word that must be there."
        )
    return list(dict.fromkeys(said))


def advice(node: Node, text: str) -> list[str]:
    """Return a sentence for each habit in a query that often finds something else than was meant."""
    said = []
    bare = re.sub(r"[\"“”„][^\"“”„]*[\"“”„]|/\*.*?\*/|<<<.*?>>>|#\s[^\n]*", " ", text, flags=re.DOTALL)
    for word in re.findall(r"(?<![\w:*-])(?:and|or|not|near)(?![\w:*-])", bare):
        said.append(f'"{word}" in small letters is a word to look for; the operator is {word.upper()}.')
    mixed = [
        found
        for found in walk(node)
        if isinstance(found, Or) and any(isinstance(p, And) for p in found.parts)
    ]
    if mixed and "(" not in bare:
        said.append(
            "AND (also the AND between two words side by side) binds tighter than OR; use parentheses where "
            "something else is meant."
        )
    if not _stands(node) and isinstance(node, Not | And):
        said.append("Nothing has to be there, so that most posts are found; add a word that must be there.")
    for found in walk(node):
        if (
            isinstance(found, Term)
            and found.wild
            and found.text.strip("*?") != found.text
            and len(found.text.strip("*?")) < 4
        ):
            said.append(f"{found.text} stands for very many words; look at what it finds, or name the words.")
    return list(dict.fromkeys(said))


def _countable(node: Node):
    return (found for found in walk(node) if isinstance(found, Term | Field))


def _length(text: str, vendor: Vendor) -> list[str]:
    broken = [(where, limit) for where, limit in vendor.characters if len(text) > limit]
    if not broken:
        return []
    limits = ", ".join(f"{limit:,} for {where}" for where, limit in vendor.characters)
    return [
        f"{vendor.title} takes {limits}; this text has {len(text):,} characters, too many for "
        f"{' and '.join(where for where, _ in broken)}. Split it at an OR."
    ]


def _nearness(found: Near, vendor: Vendor) -> list[str]:
    if vendor.near and vendor.near_advised and found.n > vendor.near_advised:
        return [
            f"{vendor.title} advises at most {vendor.near_advised} words between the sides of a NEAR; this "
            f"one has {found.n}."
        ]
    return []


def _wildcard(found: Term, vendor: Vendor) -> list[str]:
    before = re.split(r"[*?]", found.text)[0]
    if vendor.wild_longest and len(before) > vendor.wild_longest:
        return [
            f"{vendor.title} advises at most {vendor.wild_longest} letters before a wildcard; {found.text} "
            f"has {len(before)}."
        ]
    return []


def _stands(node: Node) -> bool:
    """Return whether something that can stand alone (a word, an account, a link) has to be in every post."""
    if isinstance(node, And):
        return any(map(_stands, node.parts))
    if isinstance(node, Or):
        return all(map(_stands, node.parts))
    if isinstance(node, Field):
        return node.name in ("author", "link", "place")
    return isinstance(node, Term | Phrase | Near)

"""Random queries and hostile variants of posts:
what the engine is measured and held to the reference with.
"""

import random
from collections.abc import Sequence

from earshot.collect.query import parser
from earshot.collect.query.nodes import And, Near, Node, Not, Or, Phrase, Term, joined
from earshot.collect.query.tokens import kind, words

SPICE = (
    "❤️",
    "👍🏽",
    "👩‍👩‍👧",
    "🇩🇪",
    "退款了",
    "환불해 주세요",
    "सेवा",
    "ﬁne",
    "Ｒｅｆｕｎｄ",
    "cafe\u0301",
    "STRASSE straße",
    "İstanbul",
    "re\u200bfund",
    "\u202egnirts",
    "\x00",
    "&amp;amp;",
    "#",
    "##a",
    "@@b",
    "$$",
    "http://",
    "https://t.co/a?b=*&c",
    "((()))",
    '"',
    "NEAR/3",
    "AND",
    "a" * 300,
    "don’t don't",
    "…",
    "½ ① ™",
    "1,000.50",
    "#Fail_2",
    "#тег",
    "ก็ดี",
)
FIELDS = (
    "has:link",
    "has:hashtag",
    "has:mention",
    "has:emoji",
    "has:cashtag",
    "has:image",
    "has:alt",
    "link:t.co",
    "lang:en",
    "platform:x",
    "kind:reply",
    "followers:>100",
    "likes:<=3",
    "place:london",
    "since:2015-02-20",
    "until:2015-02-22",
    "author:p*",
)


def draw_queries(texts: Sequence[str], n: int, seed: int = 1, pointed: bool = False) -> dict[str, Node]:
    """Return ``n`` random queries, named q0 …, of words that the texts really use, frequent and rare alike.

    A ``pointed`` query asks for a word, phrase or NEAR with whatever else, as people's queries do: none of
    them finds most posts, as ``NOT a`` does.
    """
    rng = random.Random(seed)
    pool = [text for text in rng.sample(list(texts), min(len(texts), 3_000)) if words(text)]
    drawn = [draw_query(rng, pool) for _ in range(n)]
    if pointed:
        drawn = [joined(And, [rng.choice((_span, _side))(rng, pool), node]) for node in drawn]
    return {f"q{number}": node for number, node in enumerate(drawn)}


def draw_query(rng: random.Random, texts: Sequence[str], depth: int = 3) -> Node:
    """Return one random query: operators down to ``depth``,
    then words, phrases, NEAR, wildcards, emoji, fields.
    """
    choice = rng.random() if depth else 0.0
    if choice < 0.45:
        return _leaf(rng, texts)
    if choice < 0.6:
        return _near(rng, texts, 2)
    if choice < 0.68:
        return Not(draw_query(rng, texts, depth - 1))
    parts = [draw_query(rng, texts, depth - 1) for _ in range(rng.randint(2, 4))]
    return joined(And if choice < 0.85 else Or, parts)


def spiced(texts: Sequence[str], n: int, seed: int = 1) -> list[str]:
    """Return ``n`` texts drawn from these and changed:
    words swapped, dropped, shouted, glued, with hostile pieces.
    """
    rng = random.Random(seed)
    return [_spice(rng, rng.choice(texts)) for _ in range(n)]


def grown(texts: Sequence[str], n: int, seed: int = 1) -> list[str]:
    """Return ``n`` texts, each a real one in which one word was replaced
    by a word of another and a number was added.

    No two are likely to be equal, as in a real stream, and the words keep their frequencies.
    """
    rng = random.Random(seed)
    lines = [text.split(" ") for text in texts]
    made = []
    for number in range(n):
        line = list(rng.choice(lines))
        line[rng.randrange(len(line))] = rng.choice(rng.choice(lines))
        made.append(f"{' '.join(line)} {number}")
    return made


def _spice(rng: random.Random, text: str) -> str:
    pieces = text.split(" ")
    for _ in range(rng.randint(0, 4)):
        place, change = rng.randrange(len(pieces)), rng.random()
        if change < 0.5:
            pieces.insert(place, rng.choice(SPICE))
        elif change < 0.7:
            pieces[place] = pieces[place].upper()
        elif change < 0.85:
            other = rng.randrange(len(pieces))
            pieces[place], pieces[other] = pieces[other], pieces[place]
        else:
            pieces[place] += rng.choice(SPICE)
    return rng.choice((" ", " ", " ", "\n", "", ", ")).join(pieces)


def _leaf(rng: random.Random, texts: Sequence[str]) -> Node:
    choice = rng.random()
    if choice < 0.12:
        return parser.parse(rng.choice(FIELDS))
    if choice < 0.17:
        return parser.parse(
            rng.choice(("❤", "👍", "退款", "환불", "#fail", "re?und", "*und*", "strasse", "सेवा"))
        )
    return _span(rng, texts)


def _near(rng: random.Random, texts: Sequence[str], depth: int) -> Node:
    left, right = (
        _near(rng, texts, depth - 1) if depth > 1 and rng.random() < 0.2 else _side(rng, texts)
        for _ in range(2)
    )
    return Near(left, right, rng.choice((0, 1, 2, 4, 8, 20)), rng.random() < 0.4)


def _side(rng: random.Random, texts: Sequence[str]) -> Node:
    return joined(Or, [_span(rng, texts) for _ in range(rng.choice((1, 1, 2, 3)))])


def _span(rng: random.Random, texts: Sequence[str]) -> Term | Phrase:
    tokens = [
        token for token in words(rng.choice(texts)) if kind(token) != "link" and not set("*?") & set(token)
    ]
    if not tokens:
        return Term("flight")
    place, cased = rng.randrange(len(tokens)), rng.random() < 0.1
    if rng.random() < 0.25:
        return _phrase(tuple(Term(token, cased) for token in tokens[place : place + rng.randint(2, 4)]))
    token = tokens[place]
    if rng.random() < 0.15 and len(token) > 4 and token.isascii() and token.isalnum():
        first, last = token[:3], token[-4:]
        token = rng.choice(
            (f"{first}*", f"*{last}", f"{token[:2]}?{token[3:]}", f"{first}*{last[-1]}", f"*{first}*")
        )
    return Term(token, cased)


def _phrase(terms: tuple[Term, ...]) -> Term | Phrase:
    return terms[0] if len(terms) == 1 else Phrase(terms)


def attired(texts: Sequence[str], seed: int = 1) -> list[dict]:
    """Return posts with these texts and random values,
    often missing, in the columns that fields are about.
    """
    rng = random.Random(seed)
    choices = {
        "lang": ("en", "de", "pt-BR", None),
        "platform": ("x", "reddit", "X"),
        "kind": ("post", "reply", None),
        "followers": (None, 0, 100, 101, 5_000),
        "likes": (None, 3, 4),
        "place": (None, "", "London, UK", "londonderry"),
        "author": ("p_0123456789ab", "united", None),
        "media_text": (None, "", " ", "a red bag", *texts[:2]),
        "created_at": (
            None,
            "2015-02-19T23:59:59+00:00",
            "2015-02-22T23:30:00+00:00",
            "2015-02-23T01:00:00+02:00",
        ),
    }
    return [{"text": text} | {name: rng.choice(values) for name, values in choices.items()} for text in texts]

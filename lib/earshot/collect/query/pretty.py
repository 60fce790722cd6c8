"""A query printed in one agreed form: ``parse(pretty(node)) == node``."""

import re

from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Part, Phrase, Term

BARE = re.compile(r"[^\s()\"“”„{}<>\-][^\s()\"“”„{}<>]*")
TAKEN = re.compile(r"(?:AND|OR|NOT|O?NEAR(?:/.*)?)|[A-Za-z_]+:(?!/).*|/\*.*|#", re.DOTALL)
RANK = {Or: 0, And: 1, Near: 2, Not: 3}


def pretty(node: Node) -> str:
    """Return the text of a query, with no more parentheses than it needs.

    >>> from earshot.collect.query import parse
    >>> pretty(parse("((late)) (lang:en)"))
    'late AND lang:en'
    """
    if isinstance(node, Or | And):
        word = " OR " if isinstance(node, Or) else " AND "
        return word.join(_inside(part, RANK[type(node)] + 1) for part in node.parts)
    if isinstance(node, Not):
        return f"NOT {_inside(node.part, RANK[Not])}"
    if isinstance(node, Near):
        return (
            f"{_inside(node.left, RANK[Near])} NEAR/{node.n}{'f' * node.ordered} "
            f"{_inside(node.right, RANK[Not])}"
        )
    return leaf(node)


def leaf(node: Node) -> str:
    """Return the text of a term, phrase, field or named part."""
    if isinstance(node, Part):
        return f"<{node.name}>"
    if isinstance(node, Field):
        return f"{node.name}:{node.sign}{_value(node.value)}"
    terms = node.terms if isinstance(node, Phrase) else (node,)
    text = " ".join(term.text for term in terms)
    if terms[0].cased:
        return "{" + text + "}"
    return (
        text if isinstance(node, Term) and BARE.fullmatch(text) and not TAKEN.fullmatch(text) else f'"{text}"'
    )


def _inside(node: Node, least: int) -> str:
    text = pretty(node)
    return f"({text})" if RANK.get(type(node), 9) < least else text


def _value(value: str) -> str:
    return (
        value
        if re.fullmatch(r"[^\s()\"“”„]+", value) and not value.startswith(("/", "<<<"))
        else f'"{value}"'
    )

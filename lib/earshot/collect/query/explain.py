"""Why a query finds a post, or does not: which clauses hold, and where in the text as it was written."""

from collections.abc import Mapping
from dataclasses import dataclass

from earshot.collect.query import fields
from earshot.collect.query.clauses import clauses
from earshot.collect.query.match import matches, spans
from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Phrase, Term
from earshot.collect.query.tokens import tokenise

Place = tuple[int, int]


@dataclass(frozen=True)
class Reason:
    """One clause, whether the post holds it, and the places of it:
    text[start:end], and those in its alt text.
    """

    clause: str
    role: str
    holds: bool
    places: tuple[Place, ...]
    media_places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Whether a query finds a post, why, and the places
    in text and alt text that made it so (none overlap).
    """

    found: bool
    reasons: list[Reason]
    places: tuple[Place, ...]
    media_places: tuple[Place, ...] = ()


def explain(node: Node, post: Mapping) -> Explanation:
    """Return why a query finds a post (its text and known columns) or does not, clause by clause."""
    texts = tokenise(post["text"]), tokenise(fields.text(post, "media_text"))
    reasons = [
        Reason(clause.text, clause.role, matches(clause.node, post), *_both(clause.node, post, texts))
        for clause in clauses(node)
    ]
    found = matches(node, post)
    return Explanation(found, reasons, *(_both(node, post, texts) if found else ((), ())))


def marked(text: str, places: tuple[Place, ...], before: str = "[", after: str = "]") -> str:
    """Return the text with each place between two marks."""
    for start, end in sorted(places, reverse=True):
        text = f"{text[:start]}{before}{text[start:end]}{after}{text[end:]}"
    return text


def _both(node: Node, post: Mapping, texts: tuple[list, list]) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return where the words of a node stand in the text, and where in the alt text."""
    return _merged(_places(node, post, texts[0], True)), _merged(_places(node, post, texts[1], False))


def _places(node: Node, post: Mapping, tokens: list, of_fields: bool) -> list[Place]:
    """Return where the words of a node stand in these tokens, as far as they speak for it."""
    if isinstance(node, And | Or):
        return [
            place
            for part in node.parts
            if matches(part, post)
            for place in _places(part, post, tokens, of_fields)
        ]
    if isinstance(node, Not):
        return []
    written = [token.text for token in tokens]
    if isinstance(node, Field):
        held = fields.on_tokens(node, written) if of_fields else []
        return [(tokens[place].start, tokens[place].end) for place in held]
    found = _leaves(node, spans(node, written), written) if isinstance(node, Near | Phrase | Term) else set()
    return [(tokens[first].start, tokens[last - 1].end) for first, last in found]


def _leaves(node: Node, within: set, written: list[str]) -> set:
    """Return the spans of the words inside the spans where a NEAR holds,
    so that not all between them is marked.
    """
    if isinstance(node, Term | Phrase):
        return {
            span for span in spans(node, written) if any(a <= span[0] and span[1] <= b for a, b in within)
        }
    sides = node.parts if isinstance(node, Or) else (node.left, node.right)
    if isinstance(node, Near):
        within = {
            span for span in spans(node, written) if any(a <= span[0] and span[1] <= b for a, b in within)
        }
    return set().union(*(_leaves(side, within, written) for side in sides))


def _merged(places: list[Place]) -> tuple[Place, ...]:
    merged: list[list[int]] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return tuple((start, end) for start, end in merged)

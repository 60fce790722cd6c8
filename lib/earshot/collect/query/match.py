"""What a query means, said as simply as can be:
one query, one post. The bulk engine must always agree with this.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from earshot.collect.query import fields
from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Part, Phrase, Term
from earshot.collect.query.tokens import fold, forms, kind, plain, words

Span = tuple[int, int]  # from the first token to the one after the last


def matches(node: Node, post: Mapping) -> bool:
    """Return whether a post (its text, and the columns
    of the posts table that are known) is found by a query.

    Words may stand in the text or in what its pictures say (``media_text``: alt text, captions); a phrase or
    NEAR must hold within one of the two.
    """
    return _holds(node, post, [words(post["text"]), words(fields.text(post, "media_text"))])


def _holds(node: Node, post: Mapping, texts: list[list[str]]) -> bool:
    if isinstance(node, And):
        return all(_holds(part, post, texts) for part in node.parts)
    if isinstance(node, Or):
        return any(_holds(part, post, texts) for part in node.parts)
    if isinstance(node, Not):
        return not _holds(node.part, post, texts)
    if isinstance(node, Field):
        return fields.holds(node, post)
    return any(spans(node, tokens) for tokens in texts)


def spans(node: Node, tokens: list[str]) -> set[Span]:
    """Return where in the tokens a term, phrase, NEAR, or a list of them with OR, is found."""
    if isinstance(node, Term):
        return {(place, place + 1) for place, token in enumerate(tokens) if says(node, token)}
    if isinstance(node, Phrase):
        length = len(node.terms)
        return {
            (start, start + length)
            for start in range(len(tokens) - length + 1)
            if all(
                says(term, token)
                for term, token in zip(node.terms, tokens[start : start + length], strict=True)
            )
        }
    if isinstance(node, Or):
        return set().union(*(spans(part, tokens) for part in node.parts))
    if isinstance(node, Near):
        sides = [(a, b) for a in spans(node.left, tokens) for b in spans(node.right, tokens)]
        return {
            (min(a[0], b[0]), max(a[1], b[1]))
            for a, b in sides
            if 0 <= b[0] - a[1] <= node.n or (not node.ordered and 0 <= a[0] - b[1] <= node.n)
        }
    if isinstance(node, Part):
        raise ValueError(f"The named part <{node.name}> was not put in; use parser.filled first.")
    return set()


def says(term: Term, token: str) -> bool:
    """Return whether a term finds a token."""
    wanted = plain(term.text) if term.cased else fold(term.text)
    if not term.wild:
        return wanted in forms(token, term.cased)
    if wanted[0] in "*?" and kind(token) in ("link", "mention"):
        return False  # an account or address that merely contains the letters does not say the word
    pattern = wanted.replace("[", "[[]")
    return any(fnmatchcase(form, pattern) for form in forms(token, term.cased))

"""From the text of a query to its nodes, or to the place that cannot be read and what was expected."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from earshot.collect.query import fields, nodes
from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Part, Phrase, Term, joined, walk
from earshot.collect.query.tokens import EMOJI, tokenise
from earshot.core.params import ParamError, nearest

LONGEST, DEEPEST, FARTHEST, CHAIN = 50_000, 60, 100, 2
WORDS = {
    "WORD": "a word",
    "QUOTED": "a phrase in quotes",
    "LPAR": '"("',
    "RPAR": '")"',
    "NOT": "NOT",
    "OR": "OR",
    "AND": "AND",
    "VALUE": "a value",
    "$END": "the end of the query",
    "NEAR": "NEAR/n",
}
SHOWN = ("WORD", "QUOTED", "VALUE", "LPAR", "RPAR", "AND", "OR", "$END")


class QueryError(ParamError):
    """A query that cannot be read: ``line`` and ``column`` (from 1), and a ``picture`` of the place."""

    def __init__(self, problem: str, text: str, at: int):
        at = min(max(at, 0), len(text))
        self.line = text.count("\n", 0, at) + 1
        self.column = at - (text.rfind("\n", 0, at) + 1) + 1
        shown = text.split("\n")[self.line - 1].replace("\t", " ")
        first = max(0, self.column - 61)
        self.picture = f"{shown[first : first + 100]}\n{' ' * (self.column - 1 - first)}^"
        super().__init__(f"The query cannot be read at line {self.line}, column {self.column}: {problem}")


def parse(text: str) -> Node:
    """Return the nodes of a query; raises QueryError at the first character that cannot be right.

    >>> from earshot.collect.query import pretty
    >>> pretty(parse("(late OR refund*) NOT fixed"))
    '(late OR refund*) AND NOT fixed'
    """
    from lark import UnexpectedInput
    from lark.exceptions import VisitError

    if len(text) > LONGEST:
        raise QueryError(
            f"it has {len(text):,} characters and at most {LONGEST:,} are allowed; split it.", text, 0
        )
    _closed(text)
    try:
        tree = _grammar().parse(text)
        node = _Builder(text).build(tree)
    except UnexpectedInput as error:
        raise _unexpected(error, text) from None
    except VisitError as error:
        raise error.orig_exc from None
    except RecursionError:
        raise QueryError(f"it is nested more than {DEEPEST} levels deep; use named parts.", text, 0) from None
    _shallow(node, text)
    return node


def filled(node: Node, parts: Mapping[str, Node], text: str = "") -> Node:
    """Return the query with its named parts put in; QueryError for one unknown or within itself."""
    return _filled(node, parts, text, ())


def _filled(node: Node, parts: Mapping[str, Node], text: str, inside: tuple[str, ...]) -> Node:
    def put(found: Node) -> Node:
        if not isinstance(found, Part):
            return found
        place = found.at[0] if found.at else 0
        if found.name not in parts:
            raise QueryError(
                f"there is no named part <{found.name}> under `parts` in queries.yml."
                f"{nearest(found.name, parts)}",
                text,
                place,
            )
        if found.name in inside:
            raise QueryError(
                f"the named part <{found.name}> holds itself: {' > '.join((*inside, found.name))}.",
                text,
                place,
            )
        return _filled(parts[found.name], parts, text, (*inside, found.name))

    whole = nodes.rebuilt(node, put)
    for near in (found for found in walk(whole) if isinstance(found, Near)):
        for side in (near.left, near.right):
            _joinable(side, text, near.at)
    return whole


@cache
def _grammar():
    from lark import Lark

    path = Path(__file__).with_name("grammar.lark")
    return Lark(path.read_text(encoding="utf-8"), parser="lalr", propagate_positions=True)


class _Builder:
    """Makes nodes of Lark's tree, from the leaves up."""

    def __init__(self, text: str):
        self.text = text

    def build(self, tree) -> Node:
        at = (tree.meta.start_pos, tree.meta.end_pos)
        return getattr(self, f"_{tree.data}")(tree.children, at)

    def _start(self, found, at) -> Node:
        return self.build(found[0])

    def _group(self, found, at) -> Node:
        return self.build(found[1])

    def _any(self, found, at) -> Node:
        return joined(Or, [self.build(tree) for tree in found if not _is_word(tree)], at)

    def _all(self, found, at) -> Node:
        return joined(And, [self.build(tree) for tree in found if not _is_word(tree)], at)

    def _deny(self, found, at) -> Node:
        return Not(self.build(found[1]), at)

    def _close(self, found, at) -> Node:
        node = self.build(found[0])
        for operator, right in zip(found[1::2], found[2::2]):
            n, ordered = self._distance(operator)
            right = self.build(right)
            for side in (node, right):
                _joinable(side, self.text, (operator.start_pos, operator.end_pos))
            node = Near(node, right, n, ordered, (at[0], (right.at or at)[1]))
            if _chain(node) > CHAIN:
                raise QueryError(
                    f"at most {CHAIN} NEAR may follow each other or stand inside each other.",
                    self.text,
                    operator.start_pos,
                )
        return node

    def _distance(self, operator) -> tuple[int, bool]:
        found = re.fullmatch(r"(O?)NEAR/(\d+)(f?)", operator)
        if not found or int(found[2]) > FARTHEST:
            raise QueryError(
                f"{operator} should say how many words may lie between, from 0 to {FARTHEST}: NEAR/5, "
                "or NEAR/5f where the order counts.",
                self.text,
                operator.start_pos,
            )
        return int(found[2]), bool(found[1] or found[3])

    def _word(self, found, at) -> Node:
        return _terms(str(found[0]), False, self.text, at)

    def _quoted(self, found, at) -> Node:
        return _terms(found[0][1:-1], False, self.text, at)

    def _braced(self, found, at) -> Node:
        return _terms(found[0][1:-1], True, self.text, at)

    def _part(self, found, at) -> Node:
        return Part(found[0][1:-1], at)

    def _field(self, found, at) -> Node:
        name = found[0][:-1].lower()
        values = (
            [found[1]]
            if not hasattr(found[1], "children")
            else [token for token in found[1].children if token.type in ("VALUE", "QUOTED")]
        )
        try:
            made = [fields.made(name, value.strip('"“”„'), at) for value in values]
        except ValueError as error:
            raise QueryError(str(error), self.text, at[0]) from None
        return joined(Or, made, at)


def _terms(text: str, cased: bool, query: str, at: tuple[int, int]) -> Node:
    """Return the term, or the phrase of terms, that a word or quotation says."""
    keycaps = rf"[*]\ufe0f?\u20e3|{EMOJI}"
    stand = {"*": fields.MANY, "?": fields.ONE}
    hidden = re.sub(rf"(?:{keycaps})|[*?]", lambda found: stand.get(found[0], found[0]), text)
    found = [token.text.replace(fields.MANY, "*").replace(fields.ONE, "?") for token in tokenise(hidden)]
    terms = [Term(unicodedata.normalize("NFC", token), cased, at) for token in found]
    if not terms:
        raise QueryError(
            f"{text.strip() or 'this'} holds no word, hashtag, mention or emoji to look for.", query, at[0]
        )
    for term in terms:
        if term.wild and sum(letter.isalnum() for letter in term.text) < 2:
            why = "; scripts without blanks are searched by character and need none" if len(terms) > 1 else ""
            raise QueryError(
                f"the wildcard {term.text} needs at least two letters or digits beside it{why}.", query, at[0]
            )
    return terms[0] if len(terms) == 1 else Phrase(tuple(terms), at)


def _is_word(tree) -> bool:
    return not hasattr(tree, "children")


def _chain(node: Node) -> int:
    if isinstance(node, Or):
        return max(map(_chain, node.parts))
    return 1 + max(_chain(node.left), _chain(node.right)) if isinstance(node, Near) else 0


def _joinable(node: Node, text: str, at: tuple[int, int] | None) -> None:
    """Raise QueryError unless NEAR can join this: words, phrases, NEAR, and lists of them with OR."""
    for found in walk(node):
        if isinstance(found, And | Not | Field):
            what = {And: "AND", Not: "NOT", Field: f"{getattr(found, 'name', '')}:"}[type(found)]
            raise QueryError(
                f"NEAR joins words, phrases and lists of them with OR, and cannot hold {what}; put {what} "
                "outside its parentheses.",
                text,
                (found.at or at or (0, 0))[0],
            )


def _shallow(node: Node, text: str) -> None:
    level, depth = [node], 0
    while level:
        level, depth = [below for found in level for below in nodes.children(found)], depth + 1
        if depth > DEEPEST:
            raise QueryError(f"it is nested more than {DEEPEST} levels deep; use named parts.", text, 0)


def _closed(text: str) -> None:
    """Raise QueryError at a quote, brace or parenthesis that is never closed,
    or closed without being opened.
    """
    bare = re.sub(
        r"/\*.*?\*/|<<<.*?>>>|#(?=\s|$)[^\n]*|[\"“”„][^\"“”„]*[\"“”„]|\{[^{}]*\}",
        lambda found: " " * len(found[0]),
        text,
        flags=re.DOTALL,
    )
    if "/*" in bare:
        raise QueryError("this comment is never closed; close it with */.", text, bare.index("/*"))
    for opening, closing, name in (('["“”„]', '"', "quote"), (r"\{", "}", "brace")):
        if found := re.search(opening, bare):
            raise QueryError(f"this {name} is never closed; close it with {closing}", text, found.start())
    open_: list[int] = []
    for found in re.finditer("[()]", bare):
        if found[0] == "(":
            open_.append(found.start())
        elif not open_:
            raise QueryError(
                'this ")" closes nothing; take it out, or open it with "(" before.', text, found.start()
            )
        else:
            open_.pop()
    if open_:
        raise QueryError('this "(" is never closed; close it with ")".', text, open_[-1])
    if len(bare.strip()) == 0 and len(text.strip()) == 0:
        raise QueryError("it is empty; write at least one word.", text, 0)


def _unexpected(error, text: str) -> QueryError:
    from lark import UnexpectedEOF

    token = getattr(error, "token", None)
    ended = isinstance(error, UnexpectedEOF) or (token is not None and token.type == "$END")
    allowed = set(
        getattr(error, "accepts", None)
        or getattr(error, "expected", None)
        or getattr(error, "allowed", None)
        or ()
    )
    wanted = [
        WORDS[name] for name in SHOWN if name in allowed and not (name == "VALUE" and "WORD" in allowed)
    ]
    expected = (
        ", ".join(wanted[:-1]) + (" or " if len(wanted) > 1 else "") + (wanted[-1] if wanted else "a word")
    )
    if ended:
        return QueryError(f"it ends where {expected} was expected.", text, len(text.rstrip()))
    at = token.start_pos if token is not None else error.pos_in_stream
    found = str(token) if token is not None else text[at]
    return QueryError(f"expected {expected}, found {found}.", text, at)

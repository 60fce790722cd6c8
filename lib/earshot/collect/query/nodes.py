"""What a query is made of: words, phrases, nearness, fields, and the three operators between them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

Place = tuple[int, int]  # where in the query's text a node was written


@dataclass(frozen=True)
class Term:
    """One token as the asker wrote it; ``cased`` keeps capitals, and * and ? in it are wildcards."""

    text: str
    cased: bool = False
    at: Place | None = field(default=None, compare=False)

    @property
    def wild(self) -> bool:
        """Whether a wildcard stands in it."""
        return "*" in self.text or "?" in self.text


@dataclass(frozen=True)
class Phrase:
    """Tokens that follow each other directly; what lies between them is at most punctuation."""

    terms: tuple[Term, ...]
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Near:
    """Two sides with at most ``n`` tokens between them, in either order unless ``ordered``."""

    left: "Node"
    right: "Node"
    n: int
    ordered: bool = False
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Field:
    """A condition on what is known of a post, such as its language; ``sign`` compares numbers."""

    name: str
    value: str
    sign: str = ""
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Part:
    """A named part, kept in queries.yml and put in by ``filled``."""

    name: str
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class And:
    """All of them hold."""

    parts: tuple["Node", ...]
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Or:
    """At least one of them holds."""

    parts: tuple["Node", ...]
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Not:
    """It does not hold."""

    part: "Node"
    at: Place | None = field(default=None, compare=False)


Node = Term | Phrase | Near | Field | Part | And | Or | Not


def joined(kind: type, parts: Iterable[Node], at: Place | None = None) -> Node:
    """Return ``kind`` (And or Or) of the parts, flattened; of a single part, the part."""
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return flat[0] if len(flat) == 1 else kind(tuple(flat), at)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node."""
    if isinstance(node, And | Or):
        return node.parts
    if isinstance(node, Not):
        return (node.part,)
    if isinstance(node, Near):
        return (node.left, node.right)
    return node.terms if isinstance(node, Phrase) else ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, each before what is below it."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(children(found))


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the query with ``change`` applied to every node, from the leaves up; And and Or stay flat."""
    if isinstance(node, And | Or):
        return change(joined(type(node), [rebuilt(part, change) for part in node.parts], node.at))
    if isinstance(node, Not):
        return change(replace(node, part=rebuilt(node.part, change)))
    if isinstance(node, Near):
        return change(replace(node, left=rebuilt(node.left, change), right=rebuilt(node.right, change)))
    return change(node)

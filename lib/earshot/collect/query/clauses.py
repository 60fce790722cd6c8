"""The clauses of a query: what a person would take out
to see what it does. Each operand of AND, OR and NOT is one.
"""

from dataclasses import dataclass

from earshot.collect.query.nodes import And, Node, Not, Or, joined
from earshot.collect.query.pretty import pretty

ROLES = {
    "alternative": "finds more",
    "requirement": "keeps out what lacks it",
    "exclusion": "keeps out what has it",
    "whole": "the query itself",
}


@dataclass(frozen=True)
class Clause:
    """One clause: its nodes, what it is there for, the way to it from the top, and the query without it.

    ``rest`` is None where nothing is left. An ``exclusion`` is shown without its NOT.
    """

    node: Node
    role: str
    path: tuple[int, ...]
    rest: Node | None

    @property
    def text(self) -> str:
        """The clause as text, with NOT where it excludes."""
        return f"NOT {pretty(Not(self.node))[4:]}" if self.role == "exclusion" else pretty(self.node)


def clauses(node: Node) -> list[Clause]:
    """Return the clauses of a query, outer before inner; a query without operators is its own only clause."""
    found = _below(node, (), lambda replaced: replaced)
    return found or [Clause(node, "whole", (), None)]


def alternatives(node: Node) -> list[Node]:
    """Return the parts of which one suffices: those of an OR at the top, or else the query itself."""
    return list(node.parts) if isinstance(node, Or) else [node]


def _below(node: Node, path: tuple[int, ...], around) -> list[Clause]:
    """Return the clauses below a node; ``around`` gives the whole query
    with the node replaced (or dropped: None).
    """
    if isinstance(node, Not):
        return _below(node.part, (*path, 0), lambda new: around(Not(new) if new is not None else None))
    if not isinstance(node, And | Or):
        return []
    found = []
    for place, part in enumerate(node.parts):

        def put(new: Node | None, place: int = place) -> Node | None:
            parts = [*node.parts[:place], *([new] if new is not None else []), *node.parts[place + 1 :]]
            return around(joined(type(node), parts) if parts else None)

        here = (*path, place)
        excluded = isinstance(node, And) and isinstance(part, Not)
        role = "exclusion" if excluded else "requirement" if isinstance(node, And) else "alternative"
        found.append(Clause(part.part if excluded else part, role, here, put(None)))
        found += _below(part, here, put)
    return found

"""A query in a vendor's dialect, with a sentence for everything that could not be said there.

What a dialect lacks is left out or put weaker. Whether the vendor then finds more (broader) or less
(narrower) than we do depends on where it stood: left out of an AND it finds more, of an OR less, and below a
NOT the other way round.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from earshot.collect.query.nodes import And, Field, Near, Node, Not, Or, Part, Phrase, Term, joined, walk
from earshot.collect.query.pretty import leaf, pretty
from earshot.collect.query.vendors import Vendor, find, lint

EXPANSIONS = 12  # words written out for one wildcard


@dataclass(frozen=True)
class Note:
    """What was changed, and whether the vendor finds more ("broader"),
    less ("narrower") or is set up beside it.
    """

    sentence: str
    effect: str


@dataclass(frozen=True)
class Translation:
    """A query's text in a dialect ("" when nothing can be said there),
    what was changed, and the limits it breaks.
    """

    text: str
    notes: list[Note]
    warnings: list[str]


def translate(node: Node, vendor: str, expansions: Mapping[str, Sequence[str]] | None = None) -> Translation:
    """Return a query (its named parts put in) in the dialect of ``vendor``;
    raises ParamError for an unknown one.

    ``expansions`` gives the words that each wildcard stands for in the posts at hand, the commonest first.
    """
    dialect = find(vendor)
    work = _Work(dialect, expansions or {})
    kept = work.say(_distributed(node) if not dialect.groups_denied else node, 1)
    text = "" if kept is None else kept[0]
    notes = list({note.sentence: note for note in work.notes}.values())
    return Translation(text, notes, lint(node, dialect, text))


@dataclass
class _Work:
    """One translation under way. ``say`` returns (text, rank) or None;
    the sign is -1 below an odd number of NOTs.
    """

    vendor: Vendor
    expansions: Mapping[str, Sequence[str]]
    notes: list[Note] = field(default_factory=list)

    def note(self, what: str, sign: int, then: str) -> None:
        """Keep that ``then`` ("broader" or "narrower", where no NOT turns it round) follows from a change."""
        effect = then if sign > 0 else {"broader": "narrower", "narrower": "broader"}[then]
        more = {
            "broader": "more posts are found there than here",
            "narrower": "fewer posts are found there than here",
        }
        self.notes.append(Note(f"{what}; {more[effect]}.", effect))

    def say(self, node: Node, sign: int) -> tuple[str, int] | None:
        """Return the text of a node and how tightly it binds (0 OR,
        1 AND, 2 NEAR, 3 NOT, 4 a word), or None.
        """
        if isinstance(node, And | Or):
            return self._several(node, sign)
        if isinstance(node, Not):
            return self._denied(node, sign)
        if isinstance(node, Near):
            return self._near(node, sign)
        if isinstance(node, Field):
            return self._field(node)
        if isinstance(node, Part):
            raise ValueError(f"The named part <{node.name}> was not put in; use parser.filled first.")
        return self._words(node, sign)

    def _several(self, node: And | Or, sign: int) -> tuple[str, int] | None:
        rank = int(isinstance(node, And))
        said = [self.say(part, sign) for part in node.parts]
        if not rank and not self.vendor.groups_denied:  # X: what is excluded cannot be an alternative
            said = [None if found and found[0].startswith("-") else found for found in said]
        kept = [found for found in said if found is not None]
        for part, found in zip(node.parts, said, strict=True):
            if found is None and kept and not (rank and self._beside(part)):
                self.note(
                    f"{self.vendor.title} cannot say {pretty(part)}, which is left out",
                    sign,
                    "broader" if rank else "narrower",
                )
        if len(kept) < 2:
            return kept[0] if kept else None
        return (self.vendor.conjunction if rank else " OR ").join(
            _inside(found, rank) for found in kept
        ), rank

    def _beside(self, node: Node) -> bool:
        """Return whether a condition needs no words in the query:
        it is set elsewhere, or always holds there.
        """
        fields = [found for found in walk(node) if isinstance(found, Field)]
        return (
            bool(fields)
            and not any(isinstance(found, Term) for found in walk(node))
            and all(
                found.name in self.vendor.settings
                or (found.name == "platform" and found.value.lower() == self.vendor.name)
                for found in fields
            )
        )

    def _denied(self, node: Not, sign: int) -> tuple[str, int] | None:
        before = len(self.notes)
        found = self.say(node.part, -sign)
        if found is not None and (self.vendor.groups_denied or found[1] == 4):
            return f"{self.vendor.negation}{_inside(found, 4)}", 3
        if found is not None:  # a group that X cannot exclude: what was said of its parts no longer counts
            del self.notes[before:]
        return None

    def _near(self, node: Near, sign: int) -> tuple[str, int] | None:
        pattern = self.vendor.ordered if node.ordered else self.vendor.near
        left, right = self.say(node.left, sign), self.say(node.right, sign)
        if left is None or right is None:
            return None
        if pattern:
            return f"{_inside(left, 4)} {pattern.format(n=node.n)} {_inside(right, 4)}", 2
        if node.n == 0 and node.ordered and isinstance(node.left, Term) and isinstance(node.right, Term):
            return self._words(Phrase((node.left, node.right)), sign)
        self.note(
            f"{self.vendor.title} has no NEAR, so {pretty(node)} only asks for both sides", sign, "broader"
        )
        return f"{_inside(left, 2)}{self.vendor.conjunction}{_inside(right, 2)}", 1

    def _words(self, node: Term | Phrase, sign: int) -> tuple[str, int] | None:
        terms = node.terms if isinstance(node, Phrase) else (node,)
        if any(term.wild and not self._knows(term.text) for term in terms):
            return self._written_out(node, terms, sign)
        text = " ".join(term.text for term in terms)
        if terms[0].cased:
            if self.vendor.case:
                return self.vendor.case.format(text=text), 4
            self.note(
                f"{self.vendor.title} does not tell capitals apart, so {leaf(node)} finds any capitals",
                sign,
                "broader",
            )
        return leaf(Term(text)) if len(terms) == 1 else f'"{text}"', 4

    def _knows(self, text: str) -> bool:
        """Return whether the vendor takes the wildcards of a word where they stand."""
        if not set(re.findall(r"[*?]", text)) <= set(self.vendor.wild) or text[0] in "*?":
            return False
        return self.vendor.wild_at == "inside" or not re.search(r"[*?](?=[^*?])", text)

    def _written_out(self, node: Term | Phrase, terms: tuple[Term, ...], sign: int) -> tuple[str, int] | None:
        known = [word for word in self.expansions.get(terms[0].text, ()) if leaf(Term(word)) == word]
        if isinstance(node, Term) and known:
            words = known[:EXPANSIONS]
            self.note(
                f"{self.vendor.title} cannot take the wildcard {node.text}; its {len(words)} commonest words "
                "here are written out",
                sign,
                "narrower",
            )
            return (" OR ".join(words), 0) if len(words) > 1 else (words[0], 4)
        if any(re.search(r"[*?].*[^*?]", term.text) for term in terms if not self._knows(term.text)):
            return None  # without the wildcard, what is left would be no word at all
        text = " ".join(
            re.sub(r"[*?]+", "", term.text) if not self._knows(term.text) else term.text for term in terms
        )
        self.note(
            f"{self.vendor.title} cannot take the wildcard in {leaf(node)}, so only {text} is asked for",
            sign,
            "narrower",
        )
        return (f'"{text}"' if len(terms) > 1 else leaf(Term(text))), 4

    def _field(self, node: Field) -> tuple[str, int] | None:
        if setting := self.vendor.settings.get(node.name):
            self.notes.append(
                Note(
                    f"{leaf(node)} is no part of the query at {self.vendor.title}; set {setting} there.",
                    "beside",
                )
            )
            return None
        pattern = self.vendor.fields.get(f"{node.name}:{node.value}") or self.vendor.fields.get(node.name)
        if pattern is None or ("*" in node.value or "?" in node.value):
            return None
        text = pattern.format(value=node.value.lstrip("@"))
        return text, 1 if " -" in text else 3 if text.startswith("-") else 4


def _distributed(node: Node) -> Node:
    """Return the query with NOT only before single words: X excludes words one by one, never a group."""
    if isinstance(node, And | Or):
        return joined(type(node), map(_distributed, node.parts))
    if isinstance(node, Not):
        inner = node.part
        if isinstance(inner, Not):
            return _distributed(inner.part)
        if isinstance(inner, And | Or):
            return joined(
                Or if isinstance(inner, And) else And, [_distributed(Not(part)) for part in inner.parts]
            )
    return node


def _inside(found: tuple[str, int], least: int) -> str:
    return f"({found[0]})" if found[1] < least else found[0]

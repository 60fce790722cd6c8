"""The organisation's own categories, and which of them each post speaks of, as taxonomy.yml lists them.

params/<workspace>/taxonomy.yml::

    categories:
      network: {}                       # without words of its own it is what its children are
      signal:
        parent: network
        words: [signal, no bars, drop*]   # a star stands for any ending
      lost orders:
        examples: ["my parcel has not arrived"]   # posts that say nearly the same belong here

Words are found whole, in any case. An example finds what is spoken of, not how: "the best airline" finds the
worst one too, so that praise is better told by words. A post in a category is in the one above it too, and
may be in several.
"""

from dataclasses import dataclass

import numpy as np

from earshot.core.params import ParamError, check_names, nearest
from earshot.core.workspace import Workspace
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.targets.marked_text import LETTERS
from earshot.enrich.targets.step import Target
from earshot.enrich.text import step as text

FIELDS = ("parent", "words", "examples")
# Cosine; eleven sets of examples, tried on demo and airline, found 16% of the posts they meant, 62% of them
# rightly.
ALIKE = 0.5


@dataclass(frozen=True)
class Category:
    """A category: its name, the one above it ("" for none),
    and the words and sentences that tell its posts.
    """

    name: str
    parent: str = ""
    words: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def read(workspace: Workspace) -> list[Category]:
    """Return the categories of taxonomy.yml in its order, none where there is no such file.

    Raises ParamError in one sentence at an unknown part, field or parent, at a circle of parents, and at a
    category without children that says nothing about its posts.
    """
    settings, where = workspace.settings("taxonomy"), f"params/{workspace.name}/taxonomy.yml"
    check_names(settings, ["categories"], where, "part")
    given = settings.get("categories") or {}
    if not isinstance(given, dict):
        raise ParamError(
            f"{where}: categories holds a {type(given).__name__}; write one 'name: {{words: [...]}}' per "
            "line."
        )
    found = [_category(str(name), entry or {}, where) for name, entry in given.items()]
    _check_parents({category.name: category.parent for category in found}, where)
    for category in found:
        if not (category.words or category.examples or any(other.parent == category.name for other in found)):
            raise ParamError(
                f"{where}: {category.name} has neither words nor examples nor children; give it words, "
                "such as [refund, money back, charge*]."
            )
    return found


def _category(name: str, entry: dict, where: str) -> Category:
    if not isinstance(entry, dict):
        raise ParamError(
            f"{where}: {name} holds a {type(entry).__name__}; give it words, such as "
            "{words: [refund, money back, charge*]}."
        )
    check_names(entry, FIELDS, f"{where}: {name}", "field")
    for field in ("words", "examples"):
        listed = entry.get(field) or []
        if not isinstance(listed, list) or not all(
            isinstance(word, str) and LETTERS.search(word) for word in listed
        ):
            raise ParamError(
                f"{where}: {field} of {name} is {str(listed)!r}; give a list of texts that hold letters, "
                "such as [refund, money back, charge*]."
            )
    return Category(
        name, str(entry.get("parent") or ""), *(tuple(entry.get(field) or ()) for field in FIELDS[1:])
    )


def _check_parents(parents: dict[str, str], where: str) -> None:
    for name, parent in parents.items():
        if parent and parent not in parents:
            raise ParamError(
                f"{where}: the parent of {name} is {parent!r}, which is no category there."
                f"{nearest(parent, parents)}"
            )
    for name in parents:
        above = lineage(parents, name)
        if len(above) != len(set(above)):
            raise ParamError(f"{where}: {' is under '.join(above)}; let one of them have no parent.")


def lineage(parents: dict[str, str], name: str) -> list[str]:
    """Return a category and all above it, nearest first;
    a circle ends where it closes, with that name twice.
    """
    above = [name]
    while parents.get(above[-1]) and above[-1] not in above[:-1]:
        above.append(parents[above[-1]])
    return above


def match(
    texts: list[str],
    categories: list[Category],
    vectors: np.ndarray | None = None,
    model: str = embeddings.MODEL,
) -> np.ndarray:
    """Return which text (row) is in which category (column), those above the matched ones included.

    ``vectors`` are the texts' embeddings, with zeros for a text that has none; without them examples find
    nothing.
    """
    inside = np.zeros((len(texts), len(categories)), dtype=bool)
    for column, category in enumerate(categories):
        if category.words:
            pattern = Target(category.name, "category", category.words).pattern
            inside[:, column] = [pattern.search(said) is not None for said in texts]
        if category.examples and vectors is not None:
            inside[:, column] |= _like(vectors, category.examples, model)
    places = {category.name: column for column, category in enumerate(categories)}
    parents = {category.name: category.parent for category in categories}
    own = inside.copy()
    for name, column in places.items():
        for above in lineage(parents, name)[1:]:
            inside[:, places[above]] |= own[:, column]
    return inside


def _like(vectors: np.ndarray, examples: tuple[str, ...], model: str) -> np.ndarray:
    said = embeddings.encode([text.clean(example)[0] for example in examples], model)
    return (vectors @ said.T).max(axis=1) >= ALIKE

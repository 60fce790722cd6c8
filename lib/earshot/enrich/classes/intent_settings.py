"""The intents of a workspace: those that ship, with what the organisation adds or changes in intents.yml.

params/<workspace>/intents.yml::

    cancel:                                        # one that ships: these words are added to its own
      words: ["port* my number out"]
      match: ["I'm porting my number out tomorrow"]         # posts that must have it
      no match: ["I will not port my number out"]           # and that must not
    safety:                                        # one of your own
      means: somebody was hurt by the product
      words: ["(burned|cut) my (hand|finger)"]
      match: ["it burned my hand"]

``instead: true`` puts the words in place of those that ship, ``unless`` lists where they mean something else,
``denied: false`` lets them count after "not" too. How a wording reads stands in wordings.py. Examples are
tried before any post is read.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

from earshot.core.params import ParamError, check_names, read_yaml
from earshot.core.workspace import Workspace
from earshot.enrich.classes.intents import Intent, Measure, read
from earshot.enrich.text.patterns import Wordings, problem
from earshot.enrich.text.step import clean

SETTINGS = "intents"
LISTS = ("words", "unless", "match", "no match")
FIELDS = ("means", "instead", "denied", *LISTS)
SHAPE = 'give a list of texts in quotes, such as ["cancel* my (order|contract)"].'


@cache
def shipped() -> tuple[Intent, ...]:
    """Return the intents that come with Earshot, in their order."""
    entries = read_yaml(Path(__file__).with_name("intents.yml"))
    return tuple(_shipped(name, entry) for name, entry in entries.items())


def _shipped(name: str, entry: dict) -> Intent:
    unless, measures = tuple(entry.get("unless") or ()), tuple(Measure(**row) for row in entry["measured"])
    return Intent(
        name,
        entry["means"],
        Wordings(tuple(entry["words"]), unless, entry.get("denied", True)),
        entry.get("feels", ""),
        Wordings(tuple(entry.get("felt") or ()), unless, False),
        bool(entry.get("quoted")),
        measures,
        entry["measured as"],
    )


def of(workspace: Workspace) -> list[Intent]:
    """Return the workspace's intents; raises ParamError
    in one sentence at bad input or an example that fails.
    """
    where, known = f"params/{workspace.name}/{SETTINGS}.yml", {intent.name: intent for intent in shipped()}
    examples = []
    for name, entry in workspace.settings(SETTINGS).items():
        _check(str(name), entry, where)
        known[str(name)] = _changed(str(name), entry, known.get(str(name)), where)
        examples += [
            (str(name), text, field == "match") for field in LISTS[2:] for text in entry.get(field) or ()
        ]
    _try(list(known.values()), examples, where)
    return list(known.values())


def _check(name: str, entry: dict, where: str) -> None:
    if not isinstance(entry, dict):
        raise ParamError(
            f"{where}: {name} holds a {type(entry).__name__}; give it words and a match, such as "
            '{words: ["cancel* my order"], match: ["please cancel my order"]}.'
        )
    check_names(entry, FIELDS, f"{where}: {name}", "field")
    for field in LISTS:
        given = entry.get(field) or []
        if not isinstance(given, list) or not all(isinstance(text, str) and text.strip() for text in given):
            raise ParamError(f"{where}: {field} of {name} is {str(given)!r}; {SHAPE}")
    for field in ("instead", "denied"):
        if not isinstance(entry.get(field, True), bool):
            raise ParamError(f"{where}: {field} of {name} is {entry[field]!r}; write true or false.")
    for wording in [*(entry.get("words") or []), *(entry.get("unless") or [])]:
        if wrong := problem(wording):
            raise ParamError(f"{where}: {wording!r} of {name} {wrong}.")
    if not entry.get("match"):
        raise ParamError(
            f'{where}: {name} has no match; write a post that must have it, such as match: ["please '
            'cancel my order"].'
        )


def _changed(name: str, entry: dict, before: Intent | None, where: str) -> Intent:
    """Return an intent with what the organisation says of it."""
    words, unless = (tuple(entry.get(field) or ()) for field in LISTS[:2])
    if before is None or entry.get("instead"):
        if not words:
            raise ParamError(f"{where}: {name} has no words; {SHAPE}")
        means = entry.get("means") or (before.means if before else name)
        return Intent(name, str(means), Wordings(words, unless, entry.get("denied", True)))
    unless = (*before.words.unless, *unless)
    own = Wordings((*before.words.words, *words), unless, entry.get("denied", before.words.denied))
    return replace(
        before,
        means=str(entry.get("means") or before.means),
        words=own,
        felt=replace(before.felt, unless=unless),
    )


def _try(intents: list[Intent], examples: list[tuple[str, str, bool]], where: str) -> None:
    """Read the examples; raises ParamError at the first that is not as it must be."""
    found = read([clean(text)[0] for _, text, _ in examples], intents)
    names = [intent.name for intent in intents]
    for (name, text, must), row in zip(examples, found, strict=True):
        if row[names.index(name)] != must:
            said, has = ("does not match", "has to") if must else ("matches", "must not")
            raise ParamError(
                f"{where}: {text!r} {said} {name} and {has}; change its words, or correct the example."
            )

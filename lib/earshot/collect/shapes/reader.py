"""One file of this folder as the export that it describes; a wrong one is told in one sentence."""

from dataclasses import fields
from pathlib import Path

from earshot.collect.mapping.mapping import CONSTANTS, FIELDS, JOINED, check_zone
from earshot.collect.shapes.export import Export
from earshot.core.params import ParamError, check_names, read_yaml

SETTINGS = (*(one.name for one in fields(Export) if one.name != "name"), "within")
REQUIRED = ("title", "needs", "fields", "checked")


def read_export(path: Path) -> Export:
    """Return the export that a file of ``collect/shapes`` describes; its name is the file's.

    Columns stand as they are, or once for each beginning in ``within``: ``[data., ""]`` reads data.url, then
    url. Raises ParamError, naming the file, at a name that is not known, a wrong value, or what is lacking.
    """
    values, owner = read_yaml(path), f"collect/shapes/{path.name}"
    check_names(values, SETTINGS, owner, "setting")
    given = [name for name in values if values[name]]
    for name in REQUIRED:
        if name not in given:
            raise ParamError(f"{owner} lacks {name}; it has {', '.join(given) or 'nothing'}.")
    if values.get("day_first") not in (None, True, False):
        raise ParamError(f"{owner} has day_first {values['day_first']!r}; use true or false.")
    within = _texts(values.get("within", [""]), "within", owner)
    columns = _columns(values["fields"], "fields", FIELDS, owner)
    return Export(
        path.stem,
        title=_text(values["title"], "title", owner),
        needs=_alternatives(values["needs"], owner),
        fields={name: tuple(start + one for start in within for one in columns[name]) for name in columns},
        strips=_texts(values.get("strips", []), "strips", owner),
        withholds=_texts(values.get("withholds", []), "withholds", owner),
        constants=_constants(values.get("constants", {}), owner),
        time_zone=check_zone(_text(values.get("time_zone", "UTC"), "time_zone", owner), owner),
        day_first=values.get("day_first"),
        checked=_text(values["checked"], "checked", owner),
        joined=_columns(values.get("joined", {}), "joined", JOINED, owner),
    )


def _text(value: object, name: str, owner: str) -> str:
    if not isinstance(value, str):
        raise ParamError(f"{owner} has {name} {value!r}; write text.")
    return value


def _texts(values: object, name: str, owner: str) -> tuple[str, ...]:
    # A text is a sequence as well: unchecked, ``Url`` would be the columns U, r and l.
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ParamError(f"{owner} has {name} {values!r}; write a list of texts, such as [Url, Date].")
    return tuple(values)


def _alternatives(values: object, owner: str) -> tuple[tuple[str, ...], ...]:
    # An empty alternative would take the files of everybody.
    if not isinstance(values, list) or not all(isinstance(one, list) and one for one in values):
        raise ParamError(f"{owner} has needs {values!r}; write lists of columns, such as [[Url, Date]].")
    return tuple(_texts(one, "needs", owner) for one in values)


def _mapping(values: object, name: str, allowed: tuple[str, ...], owner: str) -> dict:
    if not isinstance(values, dict):
        raise ParamError(f"{owner} has {name} {values!r}; write one 'name: value' per line.")
    check_names(values, allowed, f"{owner}: {name}", "field")
    return values


def _columns(values: object, name: str, allowed: tuple[str, ...], owner: str) -> dict[str, tuple[str, ...]]:
    given = _mapping(values, name, allowed, owner)
    return {field: _texts(columns, f"{name}.{field}", owner) for field, columns in given.items()}


def _constants(values: object, owner: str) -> dict[str, str]:
    given = _mapping(values, "constants", CONSTANTS, owner)
    return {field: _text(value, f"constants.{field}", owner) for field, value in given.items()}

"""The schemas of what travels on a stream:
one Avro file per version, and only versions that can read what was written.

params/<workspace>/schemas/<id>-<subject>.avsc; the id is the one in the first five bytes of each Avro
message, as in Confluent's wire format, so that files of a schema registry can be laid there under their own
ids. The highest id of a subject is the version we read and write. A new version must be able to read all
earlier ones (BACKWARD): fields may go, and fields with a default may come.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from earshot.core.params import ParamError, nearest

NAME = re.compile(r"(\d+)-([\w.-]+)\.avsc")
WIDER = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}


@dataclass(frozen=True)
class Schema:
    """One version of a subject: its id and its Avro schema."""

    id: int
    subject: str
    schema: dict

    @cached_property
    def parsed(self) -> dict:
        """The schema as fastavro uses it."""
        from fastavro import parse_schema

        return parse_schema(json.loads(json.dumps(self.schema)))


class Registry:
    """The schemas in one folder; reading it checks that each version reads those before it."""

    def __init__(self, folder: Path):
        self._folder = folder
        files = sorted(
            (int(found[1]), found[2], path)
            for path in folder.glob("*.avsc")
            if (found := NAME.fullmatch(path.name))
        )
        self._known: dict[int, Schema] = {}
        for number, subject, path in files:
            self._admit(Schema(number, subject, _read(path)))

    def get(self, number: int) -> Schema | None:
        """Return the schema with this id, or None."""
        return self._known.get(number)

    def latest(self, subject: str) -> Schema:
        """Return the newest version of a subject; raises ParamError when there is none."""
        versions = self._versions(subject)
        if not versions:
            subjects = sorted({schema.subject for schema in self._known.values()})
            raise ParamError(
                f"There is no schema {subject!r} in {self._folder.parent.name}/{self._folder.name} "
                f"(there: {', '.join(subjects) or 'none'}).{nearest(subject, subjects)}"
            )
        return versions[-1]

    def add(self, subject: str, schema: dict) -> Schema:
        """Keep a new version as a file and return it; one that is there already is returned as it is.

        Raises ParamError when it cannot read what earlier versions wrote.
        """
        same = [known for known in self._versions(subject) if known.schema == schema]
        if same:
            return same[-1]
        new = self._admit(Schema(max(self._known, default=0) + 1, subject, schema))
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{new.id}-{subject}.avsc"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return new

    def _admit(self, new: Schema) -> Schema:
        from fastavro.schema import SchemaParseException, UnknownType

        try:
            assert new.parsed
        except (SchemaParseException, UnknownType, KeyError, TypeError) as error:
            raise ParamError(f"Schema {new.subject} (id {new.id}) is not an Avro schema: {error}.") from None
        for old in self._versions(new.subject):
            if why := unreadable(new.schema, old.schema):
                raise ParamError(
                    f"Schema {new.subject} (id {new.id}) cannot read what id {old.id} wrote: {why}."
                )
        self._known[new.id] = new
        return new

    def _versions(self, subject: str) -> list[Schema]:
        return [schema for _, schema in sorted(self._known.items()) if schema.subject == subject]


def unreadable(reader, writer, where: str = "") -> str:
    """Say in words why the ``reader`` schema cannot read data of the ``writer`` schema, or "" when it can.

    The rules are those of the Avro 1.11 specification, "Schema Resolution".
    """
    if isinstance(writer, list):
        return next(filter(None, (unreadable(reader, option, where) for option in writer)), "")
    if isinstance(reader, list):
        if any(not unreadable(option, writer, where) for option in reader):
            return ""
        return (
            f"{where or 'the schema'} was {kind(writer)} and may now only be {' or '.join(map(kind, reader))}"
        )
    old, new = kind(writer), kind(reader)
    if old != new:
        return "" if new in WIDER.get(old, ()) else f"{where or 'the schema'} was {old} and is now {new}"
    if old == "record":
        return _unreadable_fields(reader, writer, where)
    if old in ("array", "map"):
        part = "items" if old == "array" else "values"
        return unreadable(reader[part], writer[part], f"what {where or 'the schema'} holds")
    if old == "enum" and not reader.get("default"):
        gone = [symbol for symbol in writer["symbols"] if symbol not in reader["symbols"]]
        return f"{where or 'the schema'} may no longer be {gone[0]}, and has no default" if gone else ""
    if old == "fixed" and reader["size"] != writer["size"]:
        return f"{where or 'the schema'} had {writer['size']} bytes and has now {reader['size']}"
    return ""


def kind(schema) -> str:
    """Return the name of a schema's type; of a type that is named elsewhere, that name."""
    if isinstance(schema, list):
        return " or ".join(map(kind, schema))
    return schema if isinstance(schema, str) else kind(schema["type"])


def _unreadable_fields(reader: dict, writer: dict, where: str) -> str:
    before = {field["name"]: field for field in writer["fields"]}
    for field in reader["fields"]:
        name = f"field {where.removeprefix('field ') + '.' if where else ''}{field['name']}"
        old = next(
            (before[alias] for alias in (field["name"], *field.get("aliases", ())) if alias in before), None
        )
        if old is None and "default" not in field:
            return f"{name} is new and has no default; give it one"
        if old is not None and (why := unreadable(field["type"], old["type"], name)):
            return why
    return ""


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ParamError(f"{path.name} is not JSON: {error}.") from None

"""Rows as the bytes of a message and back:
JSON, or Avro in Confluent's wire format, under the schema of a subject.

JSON under a schema is held to it too: a field that is missing takes its default, one that the schema does not
have is kept, and a value of another type is refused.
"""

import io
import json
import struct
from dataclasses import dataclass

from earshot.collect.stream.schemas import Registry, Schema, kind
from earshot.core.params import ParamError

WIRE = struct.Struct(">bI")  # 0, and the id of the schema
PYTHON = {
    "null": type(None),
    "boolean": bool,
    "int": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "string": str,
    "bytes": str,
    "array": list,
    "map": dict,
    "record": dict,
    "enum": str,
    "fixed": str,
}


class Undecodable(ValueError):
    """A message is not a row; the sentence says why."""


@dataclass(frozen=True)
class Codec:
    """How rows travel: ``format`` json or avro, and the schema they follow (always for Avro)."""

    format: str = "json"
    schema: Schema | None = None
    registry: Registry | None = None

    def encode(self, row: dict) -> bytes:
        """Return a row as the value of a message; raises ParamError when it does not fit the schema."""
        if self.format == "json":
            self._hold(row, ParamError)
            return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
        from fastavro import schemaless_writer

        out = io.BytesIO()
        out.write(WIRE.pack(0, self.schema.id))
        try:
            schemaless_writer(out, self.schema.parsed, row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ParamError(
                f"A row does not fit schema {self.schema.subject} (id {self.schema.id}): "
                f"{_first_line(error)}."
            ) from None
        return out.getvalue()

    def decode(self, value: bytes) -> dict:
        """Return the row in a message, in the newest version of its schema; raises Undecodable."""
        if self.format == "avro":
            return self._from_avro(value)
        try:
            row = json.loads(value)
        except UnicodeDecodeError:
            raise Undecodable("the message is not UTF-8") from None
        except (ValueError, RecursionError) as error:
            raise Undecodable(f"the message is not JSON: {_first_line(error).lower()}") from None
        if not isinstance(row, dict):
            raise Undecodable("the message is not a JSON object")
        self._hold(row, Undecodable)
        return row

    def _hold(self, row: dict, error: type[ValueError]) -> None:
        """Check a JSON row against the schema and fill in defaults."""
        for field in self.schema.schema["fields"] if self.schema else ():
            name, type_ = field["name"], field["type"]
            if name not in row:
                if "default" not in field:
                    raise error(f"the field {name} is missing")
                row[name] = field["default"]
            elif not _fits(row[name], type_):
                raise error(f"the field {name} is {json.dumps(row[name])[:40]}, not {kind(type_)}")

    def _from_avro(self, value: bytes) -> dict:
        from fastavro import schemaless_reader

        if len(value) < WIRE.size or value[0] != 0:
            raise Undecodable("the message has no schema id in front, as Confluent's wire format wants")
        number = WIRE.unpack(value[: WIRE.size])[1]
        written = self.registry.get(number)
        if written is None:
            raise Undecodable(
                f"the message was written with schema id {number}, which is not among the schemas"
            )
        if written.subject != self.schema.subject:
            raise Undecodable(f"the message follows the schema {written.subject}, not {self.schema.subject}")
        try:
            row = schemaless_reader(io.BytesIO(value[WIRE.size :]), written.parsed, self.schema.parsed)
        except (
            Exception
        ) as error:  # fastavro raises whatever its bytes led it to: all of it is a broken message
            raise Undecodable(f"the message does not fit schema id {number}: {_first_line(error)}") from None
        return {name: _plain(inner) for name, inner in row.items()}


def open_codec(format_: str, subject: str, registry: Registry) -> Codec:
    """Return the codec of a stream; Avro needs a subject, JSON may do without."""
    return Codec(format_, registry.latest(subject) if subject else None, registry)


def _fits(value: object, type_: object) -> bool:
    if isinstance(type_, list):
        return any(_fits(value, option) for option in type_)
    wanted = PYTHON.get(kind(type_), object)
    return isinstance(value, wanted) and not (
        isinstance(value, bool) and wanted is not bool and wanted is not object
    )


def _plain(value: object) -> object:
    """Return a value of Avro as JSON knows it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")

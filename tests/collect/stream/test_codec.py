"""Rows as messages and back: JSON and Avro,
and schemas that evolve without losing what was written before.
"""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.collect.stream.codec import Codec, Undecodable, open_codec
from earshot.collect.stream.schemas import Registry, unreadable
from earshot.core.params import ParamError


def schema(*fields):
    """A record of named fields; a field without a type is text."""
    return {
        "type": "record",
        "name": "Post",
        "fields": [
            field if isinstance(field, dict) else {"name": field, "type": "string"} for field in fields
        ],
    }


LIKES = {"name": "likes", "type": ["null", "long"], "default": None}
LANG = {"name": "lang", "type": "string", "default": "und"}


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "acme" / "schemas")


def test_avro_is_confluents_wire_format(registry):
    registry.add("posts", schema("id", "text"))
    data = open_codec("avro", "posts", registry).encode({"id": "1", "text": "grüß"})
    assert data[:5] == b"\x00\x00\x00\x00\x01"
    assert data[5:] == b"\x021" + b"\x0cgr\xc3\xbc\xc3\x9f"  # each text after its length as a zigzag varint
    assert open_codec("avro", "posts", registry).decode(data) == {"id": "1", "text": "grüß"}


@pytest.mark.parametrize("format_", ["avro", "json"])
def test_an_added_field_takes_its_default_in_old_messages(registry, format_):
    registry.add("posts", schema("id", "text"))
    old = open_codec(format_, "posts", registry).encode({"id": "1", "text": "a"})
    registry.add("posts", schema("id", "text", LANG, LIKES))
    codec = open_codec(format_, "posts", registry)
    assert codec.decode(old) == {"id": "1", "text": "a", "lang": "und", "likes": None}
    new = {"id": "2", "text": "b", "lang": "de", "likes": 5}
    assert codec.decode(codec.encode(new)) == new


def test_a_removed_field_is_passed_over(registry):
    registry.add("posts", schema("id", "text", "place"))
    old = open_codec("avro", "posts", registry).encode({"id": "1", "text": "a", "place": "Rome"})
    registry.add("posts", schema("id", "text"))
    assert open_codec("avro", "posts", registry).decode(old) == {"id": "1", "text": "a"}


def test_the_registry_is_a_folder_of_files_and_keeps_ids(registry, tmp_path):
    first = registry.add("posts", schema("id", "text"))
    assert registry.add("posts", schema("id", "text")) == first
    registry.add("people", schema("name"))
    registry.add("posts", schema("id", "text", LANG))
    folder = tmp_path / "acme" / "schemas"
    assert sorted(path.name for path in folder.iterdir()) == ["1-posts.avsc", "2-people.avsc", "3-posts.avsc"]
    assert Registry(folder).latest("posts").id == 3
    (folder / "100-posts.avsc").write_text(
        '{"type": "record", "name": "Post", "fields": []}'
    )  # from a real registry
    assert Registry(folder).latest("posts").id == 100


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (schema("id", "text", "lang"), "field lang is new and has no default; give it one"),
        (schema("id", {"name": "text", "type": "long"}), "field text was string and is now long"),
        (
            schema("id", {"name": "text", "type": ["null", "long"]}),
            "field text was string and may now only be null or long",
        ),
        (
            schema("id", {"name": "text", "type": {"type": "array", "items": "string"}}),
            "field text was string and is now array",
        ),
    ],
)
def test_an_incompatible_schema_is_refused_in_one_sentence(registry, tmp_path, new, why):
    registry.add("posts", schema("id", "text"))
    with pytest.raises(ParamError) as error:
        registry.add("posts", new)
    assert str(error.value) == f"Schema posts (id 2) cannot read what id 1 wrote: {why}."
    assert len(list((tmp_path / "acme" / "schemas").iterdir())) == 1


@pytest.mark.parametrize(
    ("reader", "writer", "readable"),
    [
        ("long", "int", True),
        ("int", "long", False),
        ("double", "float", True),
        ("bytes", "string", True),
        (["null", "string"], "string", True),
        ("string", ["null", "string"], False),
        (["null", "long"], ["null", "int"], True),
        ({"type": "array", "items": "long"}, {"type": "array", "items": "int"}, True),
        ({"type": "map", "values": "int"}, {"type": "map", "values": "string"}, False),
        (
            {"type": "enum", "name": "e", "symbols": ["a"]},
            {"type": "enum", "name": "e", "symbols": ["a", "b"]},
            False,
        ),
        (
            {"type": "enum", "name": "e", "symbols": ["a", "b"]},
            {"type": "enum", "name": "e", "symbols": ["a"]},
            True,
        ),
        ({"type": "fixed", "name": "f", "size": 4}, {"type": "fixed", "name": "f", "size": 8}, False),
        (schema({"name": "body", "type": "string", "aliases": ["text"]}), schema("text"), True),
    ],
)
def test_what_can_be_read_is_what_the_avro_specification_says(reader, writer, readable):
    assert (unreadable(reader, writer) == "") is readable


def test_a_row_that_does_not_fit_is_not_put_on_the_stream(registry):
    registry.add("posts", schema("id", "text", LIKES))
    with pytest.raises(ParamError, match=r"A row does not fit schema posts \(id 1\)"):
        open_codec("avro", "posts", registry).encode({"id": "1", "text": 5})
    with pytest.raises(ParamError, match='the field likes is "many", not null or long'):
        open_codec("json", "posts", registry).encode({"id": "1", "text": "a", "likes": "many"})
    with pytest.raises(
        ParamError, match=r"There is no schema 'post' in acme/schemas \(there: posts\). Did you mean"
    ):
        open_codec("avro", "post", registry)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (
            b"{",
            "the message is not JSON: expecting property name enclosed in double quotes: line 1 column 2 "
            "(char 1)",
        ),
        (b"[1]", "the message is not a JSON object"),
        (b"\xff\xfe\x00", "the message is not UTF-8"),
        (b"", "the message is not JSON: expecting value: line 1 column 1 (char 0)"),
        (b"[" * 100_000, "the message is not JSON: maximum recursion depth exceeded"),
    ],
)
def test_what_is_no_json_is_said(message, why):
    with pytest.raises(Undecodable) as error:
        Codec().decode(message)
    assert str(error.value).startswith(why)


def test_what_is_no_avro_is_said(registry):
    registry.add("posts", schema("id", "text"))
    registry.add("people", schema("name"))
    codec = open_codec("avro", "posts", registry)
    for message, why in (
        (b"{}", "no schema id in front"),
        (b"\x00\x00\x00\x00\x09x", "schema id 9, which is not among"),
        (b"\x00\x00\x00\x00\x02\x02a", "follows the schema people, not posts"),
        (b"\x00\x00\x00\x00\x01\xff", "does not fit schema id 1"),
    ):
        with pytest.raises(Undecodable, match=why):
            codec.decode(message)


@given(st.binary(max_size=60))
def test_no_message_brings_the_reader_down(data):
    with suppress(Undecodable):
        assert isinstance(Codec().decode(data), dict)

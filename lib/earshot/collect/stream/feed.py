"""The rows of a file on a stream: protected first, since a log on disk is storage too."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from earshot.collect.files.readers import read
from earshot.collect.landing.landing import payload
from earshot.collect.landing.protection import packs_of, protect
from earshot.collect.mapping.mapping import FIELDS, Source, find_source, read_sources
from earshot.collect.stream.codec import Codec
from earshot.collect.stream.message import Record
from earshot.collect.stream.settings import Stream
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

ORIGIN = "_source"  # the member of a row that names the source in sources.yml by which it is mapped
SIZE = 10_000


def feed(
    workspace: Workspace,
    stream: Stream,
    path: Path,
    wait: float = 600.0,
    progress: Callable[[str, float], None] = lambda name, done: None,
) -> tuple[int, list[tuple[int, str, str]]]:
    """Put the rows of a file on the stream, keyed by post id;
    return how many, and the rows that could not be read.

    Waits up to ``wait`` seconds for slow readers. Raises ParamError when no source fits the file, Full when
    the readers stay too far behind.
    """
    producer, codec, pseudonyms = stream.producer(), stream.codec(workspace), Pseudonyms()
    count, broken = 0, []
    try:
        for batch in read(path, SIZE):
            broken += batch.broken
            if len(batch.rows):
                source = source_of(workspace, stream, path.name, [str(name) for name in batch.rows])
                with packs_of(workspace):
                    safe = protect(batch.rows, source, pseudonyms, workspace.params.handles)
                count += producer.put(records(safe, source, codec, source.name != stream.topic), wait)
            progress(path.name, batch.done)
    finally:
        producer.close()
    return count, broken


def records(rows: pd.DataFrame, source: Source, codec: Codec, named: bool) -> Iterator[Record]:
    """Yield key and value of each row; ``named`` rows say by which source they are mapped."""
    ids = rows[source.columns["id"]].astype("str").tolist() if "id" in source.columns else [None] * len(rows)
    plain = codec.format == "json" and codec.schema is None
    tail = f", {json.dumps(ORIGIN)}: {json.dumps(source.name)}}}" if named else "}"
    for text, given in zip(payload(rows), ids):
        key = given.encode("utf-8", "replace") if isinstance(given, str) else None
        if plain:
            yield key, (text[:-1] + tail).encode("utf-8", "replace")
        else:
            row = {name: value for name, value in json.loads(text).items() if value is not None}
            yield key, codec.encode(row | ({ORIGIN: source.name} if named and codec.format == "json" else {}))


def source_of(workspace: Workspace, stream: Stream, file: str, columns: list[str]) -> Source:
    """Return how rows with these columns are mapped:
    as streams.yml or sources.yml says, else by their own names.
    """
    if stream.source:
        return named_source(workspace, stream.source)
    if found := find_source(read_sources(workspace), file, columns, f"params/{workspace.name}/sources.yml"):
        return found
    if not {"text", "created_at"} <= set(columns):
        raise ParamError(
            f"No source in params/{workspace.name}/sources.yml fits {file}, and its columns do not have "
            f"the names of a post (text, created_at, id, author …); write a source for it there."
        )
    return own_names(stream, columns)


def named_source(workspace: Workspace, name: str) -> Source:
    """Return a source of sources.yml; raises ParamError when there is none of that name."""
    sources = {source.name: source for source in read_sources(workspace)}
    if name not in sources:
        raise ParamError(
            f"params/{workspace.name}/sources.yml has no source {name!r} (there: "
            f"{', '.join(sources) or 'none'}).{nearest(name, sources)}"
        )
    return sources[name]


def own_names(stream: Stream, columns: list[str]) -> Source:
    """Return the source of rows whose columns have the names of a post's fields."""
    constants = {} if "platform" in columns else {"platform": stream.topic}
    needed = {"text": "text", "created_at": "created_at"}
    return Source(
        stream.topic, needed | {name: name for name in FIELDS if name in columns}, constants=constants
    )

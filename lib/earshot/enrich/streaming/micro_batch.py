"""One micro-batch from a stream into the tables: decoded, protected, landed, enriched in line, written down.

Everything is a merge by key, so a batch that is delivered again, after a crash at any point, changes nothing.
"""

import json
import time
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from earshot.collect.landing.landing import Landing, LandingReport
from earshot.collect.mapping.json_rows import from_dicts
from earshot.collect.mapping.mapping import Source
from earshot.collect.stream.codec import Codec, Undecodable
from earshot.collect.stream.feed import ORIGIN, named_source, own_names
from earshot.collect.stream.message import Message
from earshot.collect.stream.settings import Stream
from earshot.core import clock
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline import steps
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

NESTED = {dict, list}


@dataclass
class BatchReport:
    """What came of one micro-batch: see LandingReport;
    the newest post's time, the steps that failed, the dead letters.
    """

    landed: LandingReport
    newest: pd.Timestamp | None = None
    failed: dict[str, str] = field(default_factory=dict)
    dead: list[dict] = field(default_factory=list)


@dataclass
class Intake:
    """Takes micro-batches of one stream into the tables of its workspace."""

    workspace: Workspace
    stream: Stream
    codec: Codec
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)
    columns: dict[str, list[str]] = field(default_factory=dict)

    def take_in(self, messages: list[Message]) -> BatchReport:
        """Store a micro-batch and run the steps in line on its posts;
        a step that fails is left to the next report.
        """
        rows, dead = self._decode(messages)
        arrived, kept = BatchReport(LandingReport()), []
        for name, given in sorted(rows.items()):
            landing = self._landing(name, given)
            arrived.landed.add(self._land(landing, given))
            kept += landing.kept
        arrived.dead = self._lay_out(dead, arrived.landed)
        posts = pd.concat(kept) if kept else pd.DataFrame(columns=["post_id"])
        posts = posts.drop_duplicates("post_id", keep="last")
        if len(posts):
            arrived.newest = posts["created_at"].max()
            self._enrich(posts, arrived.failed)
        return arrived

    def write_down(self, messages: list[Message], seconds: float) -> None:
        """Note a batch in the table ``batches``:
        where it lay, how many, seconds it took, seconds from put to done.
        """
        parts = {
            part: list(group)
            for part, group in groupby(
                sorted(messages, key=lambda message: (message.partition, message.offset)),
                key=lambda message: message.partition,
            )
        }
        now = time.time()
        self.workspace.store.merge(
            "batches",
            pd.DataFrame(
                [
                    {
                        "stream": self.stream.full_topic,
                        "partition": part,
                        "first_offset": group[0].offset,
                        "last_offset": group[-1].offset,
                        "posts": len(group),
                        "seconds": seconds,
                        "lag_seconds": max(0.0, now - min(message.at for message in group) / 1000),
                        "at": clock.now(),
                    }
                    for part, group in parts.items()
                ]
            ),
        )

    def _decode(self, messages: list[Message]) -> tuple[dict[str, list], list[tuple[Message, str]]]:
        """Return (message, row) pairs by the source that maps them,
        and the messages that are no rows, with why.
        """
        rows: dict[str, list[tuple[Message, dict]]] = {}
        dead = []
        for message in messages:
            try:
                row = flat(self.codec.decode(message.value))
            except Undecodable as error:
                dead.append((message, str(error)))
                continue
            name = str(row.pop(ORIGIN, None) or "")
            rows.setdefault(self.stream.source or name, []).append((message, row))
        return rows, dead

    def _landing(self, name: str, given: list[tuple[Message, dict]]) -> Landing:
        try:
            source = named_source(self.workspace, name) if name else None
        except ParamError:
            if self.stream.source:
                raise
            source = None  # a stranger's name for a source: read the row by the names of its own columns
        source = source or own_names(self.stream, sorted({column for _, row in given for column in row}))
        return Landing(self.workspace, source, self.stream.full_topic, clock.now(), self.pseudonyms, kept=[])

    def _land(self, landing: Landing, given: list[tuple[Message, dict]]) -> LandingReport:
        frame = from_dicts(
            dict(enumerate(row for _, row in given)), self.columns.setdefault(landing.source.name, [])
        )
        messages = [message for message, _ in given]
        # The time a message was put is when it was collected; its offset keeps two of one millisecond in
        # order.
        times = [message.at * 1000 + message.offset % 1_000_000 for message in messages]
        at = pd.Series(pd.to_datetime(times, unit="us", utc=True), index=frame.index).astype(
            "datetime64[us, UTC]"
        )
        numbers = pd.Series([message.offset for message in messages], index=frame.index)
        return landing.land(frame, [], numbers, at)

    def _lay_out(self, dead: list[tuple[Message, str]], landed: LandingReport) -> list[dict]:
        """Put messages that are no rows in quarantine, masked,
        and return a dead letter for each that says where.
        """
        if dead:
            landing = Landing(
                self.workspace,
                Source(self.stream.topic, {}),
                self.stream.full_topic,
                clock.now(),
                self.pseudonyms,
            )
            broken = [
                (message.offset, message.value.decode("utf-8", "replace").replace("\x00", ""), why)
                for message, why in dead
            ]
            landed.add(landing.land(pd.DataFrame(columns=["text"], dtype="str"), broken))
        return [
            {"partition": message.partition, "offset": message.offset, "reason": why} for message, why in dead
        ]

    def _enrich(self, posts: pd.DataFrame, failed: dict[str, str]) -> None:
        for step in self.stream.steps:
            try:
                if steps.at_arrival(step):
                    steps.enrich_posts(steps.find(step), self.workspace.store, self.workspace.params, posts)
                else:
                    steps.run(step, self.workspace)
            except (ValueError, RuntimeError, KeyError) as error:
                failed[step] = str(error)


def flat(row: dict) -> dict:
    """Return a row with nested objects as dotted columns and lists as JSON."""
    if not NESTED.intersection(map(type, row.values())):
        return row
    found: dict = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": given for inner, given in flat(value).items()}
        else:
            found[name] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return found

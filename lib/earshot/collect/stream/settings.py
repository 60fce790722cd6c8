"""The stream of a workspace as params/<workspace>/streams.yml says, and that environments never mix.

Every line may be left out::

    kind: log                # log: on this disk; kafka: the brokers in servers
    environment: production  # dev, staging or production; part of the name of the topic and of the group
    topic: posts
    group: listen
    partitions: 4            # of a new topic on this disk
    servers: broker-1:9092   # Kafka alone
    options: {sasl.password: file:/run/secrets/kafka}   # librdkafka's; or env:NAME; a secret never stands
    here format: json             # or avro
    schema: posts            # subject of params/<workspace>/schemas
    source: tweets           # how rows are mapped: a source of sources.yml; left out, they have the names of
    a post batch: {posts: 20000, seconds: 5}
    retention: {hours: 168, megabytes: 4096, unread: keep}   # unread: drop lets go of what nobody has read,
    too max_lag: 1000000         # more unread messages than this are refused
    steps: [clean, language]               # enriched in line; the others when a report is made
    health: {lag: 100000, quiet_minutes: 0}   # above these `earshot listen --health` is not well; 0: never
    sync: true               # each batch of the log waits for the disk
    lease_seconds: 60        # a silent listener keeps its partitions so long (Kafka brokers want 6 to 1800)
"""

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from earshot.collect.stream.codec import Codec, open_codec
from earshot.collect.stream.message import Consumer, Producer, Watch
from earshot.collect.stream.schemas import Registry
from earshot.collect.stream.secrets import check_options
from earshot.core import environments
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace

WORDS = {
    "dev": "dev",
    "development": "dev",
    "staging": "staging",
    "stage": "staging",
    "stg": "staging",
    "production": "production",
    "prod": "production",
}
NAMES = r"^[\w.-]{1,200}$"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Batch(_Part):
    """The size of a micro-batch: it ends with so many posts or after so many seconds."""

    posts: int = Field(20_000, ge=1, le=1_000_000)
    seconds: float = Field(5.0, gt=0, le=3600, strict=False)


class Retention(_Part):
    """How long the embedded log keeps messages (0: for ever), and whether unread ones may go."""

    hours: float = Field(168.0, ge=0, strict=False)
    megabytes: int = Field(0, ge=0)
    unread: Literal["keep", "drop"] = "keep"


class Health(_Part):
    """Beyond these a stream is not well; 0 means no limit."""

    lag: int = Field(0, ge=0)
    quiet_minutes: float = Field(0, ge=0, strict=False)


class Stream(_Part):
    """The stream of one workspace; ``workspace`` and ``root`` are filled in, all else is streams.yml."""

    workspace: str = ""
    root: str = ""
    kind: Literal["log", "kafka"] = "log"
    environment: Literal["dev", "staging", "production"] = "dev"
    topic: str = Field("posts", pattern=NAMES)
    group: str = Field("listen", pattern=NAMES)
    partitions: int = Field(4, ge=1, le=256)
    servers: str = ""
    options: dict[str, str] = Field({}, strict=False)
    format: Literal["json", "avro"] = "json"
    schema_: str = Field("", alias="schema")
    source: str = ""
    batch: Batch = Batch()
    retention: Retention = Retention()
    max_lag: int = Field(1_000_000, ge=0)
    steps: list[str] = ["clean", "language"]
    health: Health = Health()
    sync: bool = True
    lease_seconds: float = Field(60.0, ge=1, strict=False)

    @property
    def full_topic(self) -> str:
        """The topic with its environment: one that names ours already is taken as it is."""
        return self.topic if self.environment in named(self.topic) else f"{self._prefix}.{self.topic}"

    @property
    def full_group(self) -> str:
        """The group with its environment and workspace, since offsets of two of them must never meet."""
        return f"{self._prefix}.{self.group}"

    @property
    def dead(self) -> str:
        """The topic of dead letters: messages that are no rows."""
        return f"{self.full_topic}.dead"

    @property
    def _prefix(self) -> str:
        return f"{self.environment}.{self.workspace}"

    def producer(self, dead: bool = False) -> Producer:
        """Return what puts messages on the topic,
        or on that of the dead letters (which knows no back-pressure).
        """
        topic, most = (self.dead, 0) if dead else (self.full_topic, self.max_lag)
        if self.kind == "kafka":
            from earshot.collect.stream.kafka import KafkaProducer

            return KafkaProducer(self._cluster(topic), self.full_group, most)
        from earshot.collect.stream.log import LogProducer

        return LogProducer(self._place(topic), most)

    def consumer(self) -> Consumer:
        """Return a new member of the group."""
        if self.kind == "kafka":
            from earshot.collect.stream.kafka import KafkaConsumer

            return KafkaConsumer(self._cluster(self.full_topic), self.full_group, self.lease_seconds)
        from earshot.collect.stream.log import LogConsumer

        return LogConsumer(self._place(self.full_topic), self.full_group)

    def watch(self, dead: bool = False) -> Watch:
        """Return what looks at the topic, or at the dead letters, without taking part."""
        topic = self.dead if dead else self.full_topic
        if self.kind == "kafka":
            from earshot.collect.stream.kafka import KafkaWatch

            return KafkaWatch(self._cluster(topic), self.full_group)
        from earshot.collect.stream.log import LogWatch

        return LogWatch(self._place(topic), self.full_group)

    def codec(self, workspace: Workspace) -> Codec:
        """Return how rows travel; raises ParamError
        when the schema is not there or cannot read earlier ones.
        """
        return open_codec(self.format, self.schema_, Registry(workspace.folder / "schemas"))

    def _place(self, topic: str):
        from earshot.collect.stream.log import Place

        kept = self.retention
        return Place(
            Path(self.root),
            topic,
            1 if topic == self.dead else self.partitions,
            self.sync,
            kept.hours,
            kept.megabytes << 20,
            kept.unread == "drop",
            self.lease_seconds,
        )

    def _cluster(self, topic: str):
        from earshot.collect.stream.kafka import Cluster

        return Cluster(self.servers, topic, self.options)


def read_stream(workspace: Workspace) -> Stream:
    """Return the stream of a workspace; raises ParamError on a wrong line and when environments would mix."""
    where = f"params/{workspace.name}/streams.yml"
    values = workspace.settings("streams")
    allowed = {
        field.alias or name: field
        for name, field in Stream.model_fields.items()
        if name not in ("workspace", "root")
    }
    for name in values:
        if name not in allowed:
            raise ParamError(
                f"{where}: there is no setting {name!r}; there are {', '.join(allowed)}."
                f"{nearest(name, allowed)}"
            )
    check_options(
        values.get("options"),
        where,
        (workspace.home / "params", workspace.home / "data", workspace.home / "outputs", workspace.data),
    )
    try:
        stream = Stream(workspace=workspace.name, root=str(workspace.data / "stream"), **values)
    except ValidationError as error:
        problem = error.errors()[0]
        given, said = repr(problem["input"]), problem["msg"].rstrip(".")
        given = "something else (not repeated here)" if problem["loc"][0] == "options" else given
        raise ParamError(
            f"{where}: {'.'.join(map(str, problem['loc']))}: got {given}; {said[0].lower()}{said[1:]}."
        ) from None
    if stream.kind == "kafka" and not stream.servers:
        raise ParamError(f"{where}: kind kafka needs servers; write, for example, servers: broker-1:9092.")
    if stream.format == "avro" and not stream.schema_:
        raise ParamError(f"{where}: format avro needs a schema; write, for example, schema: posts.")
    keep_apart(workspace, stream)
    return stream


def keep_apart(workspace: Workspace, stream: Stream) -> None:
    """Raise ParamError when the topic, or the tables on which it would land,
    belong to another environment.
    """
    where = f"params/{workspace.name}/streams.yml"
    others = named(stream.topic) - {stream.environment}
    if others:
        raise ParamError(
            f"{where}: the topic {stream.topic} belongs to {sorted(others)[0]} and this workspace is "
            f"{stream.environment}; name a topic of its own."
        )
    environments.keep_apart(workspace.folder, workspace.store.root, stream.environment)


def named(topic: str) -> set[str]:
    """Return the environments that the name of a topic speaks of."""
    return {WORDS[word] for word in re.split(r"[._-]", topic.lower()) if word in WORDS}

"""streams.yml: every wrong line is one sentence, and environments share neither topic nor table."""

import contextlib
import queue
import socket
import struct
import threading

import pytest

from earshot.collect.stream.settings import named, read_stream
from earshot.core.params import ParamError


def test_names_carry_environment_and_workspace(workspace):
    stream = read_stream(workspace("acme", streams={"environment": "staging"}))
    assert (stream.full_topic, stream.full_group) == ("staging.acme.posts", "staging.acme.listen")
    assert stream.dead == "staging.acme.posts.dead"
    assert read_stream(workspace("bolt")).full_topic == "dev.bolt.posts"


@pytest.mark.parametrize(
    ("topic", "environments"),
    [
        ("posts", set()),
        ("social.prod.mentions", {"production"}),
        ("stg-mentions", {"staging"}),
        ("developer_posts", set()),
        ("reproduction", set()),
        ("DEV_x", {"dev"}),
    ],
)
def test_the_environment_of_a_topic_is_read_from_its_name(topic, environments):
    assert named(topic) == environments


def test_a_topic_that_names_ours_is_taken_as_it_is_and_one_of_another_is_refused(workspace):
    given = {"kind": "kafka", "servers": "b:9092", "topic": "social.prod.mentions"}
    assert (
        read_stream(workspace("acme", streams=given | {"environment": "production"})).full_topic
        == given["topic"]
    )
    with pytest.raises(ParamError) as error:
        read_stream(workspace("bolt", streams=given))
    assert str(error.value) == (
        "params/bolt/streams.yml: the topic social.prod.mentions belongs to production and "
        "this workspace is dev; name a topic of its own."
    )


def test_a_stream_does_not_land_on_tables_of_another_environment(workspace, tmp_path):
    shared = str(tmp_path / "tables")
    read_stream(workspace("acme", store=shared, streams={"environment": "production"}))
    with pytest.raises(ParamError, match="which is production; give it a store of its own"):
        read_stream(workspace("acme_dev", store=shared))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"topics": "x"}, "there is no setting 'topics'; there are kind, environment, topic"),
        ({"kind": "rabbit"}, "kind: got 'rabbit'; input should be 'log' or 'kafka'."),
        ({"kind": "kafka"}, "kind kafka needs servers; write, for example, servers: broker-1:9092."),
        ({"format": "avro"}, "format avro needs a schema; write, for example, schema: posts."),
        ({"batch": {"posts": 0}}, "batch.posts: got 0; input should be greater than or equal to 1."),
        (
            {"environment": "prod"},
            "environment: got 'prod'; input should be 'dev', 'staging' or 'production'.",
        ),
        ({"topic": "a/../b"}, "topic: got 'a/../b'; string should match pattern"),
    ],
)
def test_a_wrong_line_is_one_sentence(workspace, values, said):
    with pytest.raises(ParamError) as error:
        read_stream(workspace("acme", streams=values))
    assert str(error.value).startswith(f"params/acme/streams.yml: {said}")


def test_a_secret_comes_from_the_environment(workspace, monkeypatch):
    from earshot.collect.stream.kafka import Cluster

    cluster = Cluster("b:9092", "posts", {"sasl.password": "$KAFKA_PASSWORD"})
    with pytest.raises(
        ParamError, match=r"the option sasl.password comes from the environment as \$KAFKA_PASSWORD"
    ):
        cluster.config()
    monkeypatch.setenv("KAFKA_PASSWORD", "hush")
    assert cluster.config()["sasl.password"] == "hush"


@pytest.mark.parametrize(
    "options",
    [
        {"sasl.password": "hush-hush"},
        {"sasl.password": ["hush-hush"]},
        {"ssl.key.password": "hush-hush"},
        {"ssl.key.pem": "hush-hush"},
        {"sasl.oauthbearer.client.secret": "hush-hush"},
        {"sasl.password": "${hush-hush}"},
    ],
)
def test_a_secret_that_is_written_out_is_refused_and_not_repeated(workspace, options):
    given = {"kind": "kafka", "servers": "b:9092", "options": options}
    with pytest.raises(ParamError) as error:
        read_stream(workspace("acme", streams=given))
    name = next(iter(options))
    assert str(error.value) == (
        f"params/acme/streams.yml: options: {name} must say where the secret lies, not what it is (it is not "
        f"repeated here); write, for example, {name}: env:X_BEARER_TOKEN or {name}: file:/run/secrets/x. If "
        "a real secret stood there, change it at the platform."
    )
    with pytest.raises(ParamError) as error:
        read_stream(workspace("acme", streams=given | {"options": ["hush-hush"]}))
    assert "hush" not in str(error.value)


def test_references_and_harmless_options_are_taken(workspace):
    options = {
        "sasl.username": "earshot",
        "sasl.password": "file:/run/secrets/kafka",
        "ssl.key.password": "$KEY_WORD",
        "security.protocol": "SASL_SSL",
        "client.id": "one",
    }
    assert read_stream(workspace("acme", streams={"options": options})).options == options
    with pytest.raises(ParamError, match="lies among the workspaces, where it could be published"):
        read_stream(
            workspace("acme", streams={"options": {"sasl.password": f"file:{workspace('acme').folder}/x"}})
        )


def frame(one) -> bytes:
    """Return the next message of Kafka's protocol: its length, then so many bytes."""
    return one.recv(int.from_bytes(one.recv(4), "big"))


def log_in(one) -> str:
    """Play a broker up to the login (version 0 of ApiVersions,
    SaslHandshake) and return the password that comes.
    """
    apis = b"".join(struct.pack(">hhh", key, 0, 0) for key in (17, 18))
    for _ in range(3):
        asked = frame(one)
        key, version = struct.unpack(">hh", asked[:4])
        if key == 18:
            said = struct.pack(">hi", 35 if version else 0, 2) + apis  # 35: ask for an older version
        elif key == 17:
            said = struct.pack(">hih", 0, 1, 5) + b"PLAIN"
        one.sendall(struct.pack(">i", len(said) + 4) + asked[4:8] + said)
        if key == 17:
            return frame(one).split(b"\0")[-1].decode()
    return ""


def broker(logins):
    """Return a listening socket behind which each client is heard up to its login and then dropped."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                with door.accept()[0] as one:
                    logins.put(log_in(one))

    threading.Thread(target=serve, daemon=True).start()
    return door


def test_a_changed_secret_is_used_by_the_next_connection_without_a_restart(tmp_path):
    from earshot.collect.stream.kafka import Cluster, KafkaConsumer

    given = queue.Queue()
    door, secret = broker(given), tmp_path / "kafka"
    secret.write_text("old\n")
    consumer = KafkaConsumer(
        Cluster(
            f"127.0.0.1:{door.getsockname()[1]}",
            "posts",
            {
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "PLAIN",
                "sasl.username": "earshot",
                "sasl.password": f"file:{secret}",
                "log_level": "0",
                "reconnect.backoff.ms": "50",
                "reconnect.backoff.max.ms": "100",
            },
        ),
        "readers",
    )
    consumer.take(1, 0.1)
    assert given.get(timeout=20) == "old"
    secret.unlink()  # as while it is replaced
    consumer.take(1, 0.1)
    secret.write_text("new\n")
    consumer.take(1, 0.1)
    assert any(given.get(timeout=20) == "new" for _ in range(500))
    consumer.close()
    door.close()

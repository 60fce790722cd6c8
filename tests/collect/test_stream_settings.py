"""streams.yml: every wrong line is one sentence, and environments share neither topic nor table."""

import pytest

from earshot.collect.stream.settings import named, read_stream
from earshot.core.params import ParamError


def test_names_carry_environment_and_workspace(workspace):
    stream = read_stream(workspace("acme", streams={"environment": "staging"}))
    assert (stream.full_topic, stream.full_group) == ("staging.acme.posts", "staging.acme.listen")
    assert stream.dead == "staging.acme.posts.dead"
    assert read_stream(workspace("bolt")).full_topic == "dev.bolt.posts"


@pytest.mark.parametrize(("topic", "environments"), [
    ("posts", set()), ("social.prod.mentions", {"production"}), ("stg-mentions", {"staging"}),
    ("developer_posts", set()), ("reproduction", set()), ("DEV_x", {"dev"})])
def test_the_environment_of_a_topic_is_read_from_its_name(topic, environments):
    assert named(topic) == environments


def test_a_topic_that_names_ours_is_taken_as_it_is_and_one_of_another_is_refused(workspace):
    given = {"kind": "kafka", "servers": "b:9092", "topic": "social.prod.mentions"}
    assert read_stream(workspace("acme", streams=given | {"environment": "production"})).full_topic == given["topic"]
    with pytest.raises(ParamError) as error:
        read_stream(workspace("bolt", streams=given))
    assert str(error.value) == ("params/bolt/streams.yml: the topic social.prod.mentions belongs to production and "
                                "this workspace is dev; name a topic of its own.")


def test_a_stream_does_not_land_on_tables_of_another_environment(workspace, tmp_path):
    shared = str(tmp_path / "tables")
    read_stream(workspace("acme", store=shared, streams={"environment": "production"}))
    with pytest.raises(ParamError, match="which is production; give it a store of its own"):
        read_stream(workspace("acme_dev", store=shared))


@pytest.mark.parametrize(("values", "said"), [
    ({"topics": "x"}, "there is no setting 'topics'; there are kind, environment, topic"),
    ({"kind": "rabbit"}, "kind: got 'rabbit'; input should be 'log' or 'kafka'."),
    ({"kind": "kafka"}, "kind kafka needs servers; write, for example, servers: broker-1:9092."),
    ({"format": "avro"}, "format avro needs a schema; write, for example, schema: posts."),
    ({"batch": {"posts": 0}}, "batch.posts: got 0; input should be greater than or equal to 1."),
    ({"environment": "prod"}, "environment: got 'prod'; input should be 'dev', 'staging' or 'production'."),
    ({"topic": "a/../b"}, "topic: got 'a/../b'; string should match pattern"),
])
def test_a_wrong_line_is_one_sentence(workspace, values, said):
    with pytest.raises(ParamError) as error:
        read_stream(workspace("acme", streams=values))
    assert str(error.value).startswith(f"params/acme/streams.yml: {said}")


def test_a_secret_comes_from_the_environment(workspace, monkeypatch):
    from earshot.collect.stream.kafka import Cluster
    cluster = Cluster("b:9092", "posts", {"sasl.password": "$KAFKA_PASSWORD"})
    with pytest.raises(ParamError, match=r"the option sasl.password comes from the environment as \$KAFKA_PASSWORD"):
        cluster.config()
    monkeypatch.setenv("KAFKA_PASSWORD", "hush")
    assert cluster.config()["sasl.password"] == "hush"

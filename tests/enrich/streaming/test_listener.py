"""Listening: posts arrive masked, once, enriched;
what is no post is kept apart; a second listener shares the work.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pandas as pd
import pytest

from earshot.collect.stream.feed import feed
from earshot.collect.stream.schemas import Registry
from earshot.collect.stream.settings import read_stream
from earshot.core.params import ParamError
from earshot.enrich.streaming.health_endpoint import condition_of, serve
from earshot.enrich.streaming.listener import listen
from earshot.enrich.streaming.micro_batch import Intake, flat

QUICK = {"steps": ["clean"], "sync": False, "batch": {"posts": 500, "seconds": 1}}


def post(number, **more):
    return {
        "id": f"{number}",
        "platform": "x",
        "author": f"jane{number % 7}",
        "text": f"@acme note {number}",
        "created_at": f"2026-03-{1 + number % 20:02d}T08:00:00Z",
    } | more


def put(space, rows):
    """Put rows, or bytes as they are, on a workspace's stream."""
    producer = read_stream(space).producer()
    producer.put(
        [
            (
                b"k" if isinstance(row, bytes) else row["id"].encode(),
                row if isinstance(row, bytes) else json.dumps(row).encode(),
            )
            for row in rows
        ]
    )
    producer.close()


@pytest.fixture
def space(workspace):
    return workspace("acme", brands=["Acme"], streams=QUICK)


def test_posts_arrive_protected_enriched_and_once(space):
    rows = [post(number, text=f"mail me at j{number}@mail.example, note {number}") for number in range(300)]
    put(space, rows)
    heard = listen(space, once=True)
    assert (heard.messages, heard.added, heard.refused, heard.dead) == (300, 300, 0, 0)
    posts = space.store.read("posts")
    assert len(posts) == 300
    assert posts["text"].str.contains(r"\[email\]").all()
    assert posts["author"].str.fullmatch("p_[0-9a-f]{12}").all()
    assert set(space.store.read("clean")["post_id"]) == set(posts["post_id"])
    assert not space.store.read("raw")["payload"].str.contains("jane|mail.example").any()
    put(space, rows)
    again = listen(space, once=True)
    assert (again.messages, again.added, again.repeated) == (300, 0, 300)
    assert len(space.store.read("posts")) == 300
    batches = space.store.read("batches")
    assert batches["posts"].sum() == 600
    assert (batches["seconds"] >= 0).all()
    assert (batches["last_offset"] - batches["first_offset"] + 1 == batches["posts"]).all()


def test_what_a_file_puts_on_the_stream_is_masked_by_the_workspaces_packs(workspace, tmp_path):
    space = workspace("acme", brands=["Acme"], streams=QUICK, privacy={"packs": ["es"]})
    path = tmp_path / "notes.csv"
    path.write_text("id,text,created_at\n1,CPF 529.982.247-25 and 12345678Z,2026-03-02T08:00:00Z\n")
    assert feed(space, read_stream(space), path)[0] == 1
    listen(space, once=True)
    assert space.store.read("posts")["text"].tolist() == ["CPF 529.982.247-25 and [idnumber]"]


def test_an_edit_replaces_its_post_even_within_one_batch(space):
    put(space, [post(1, text="first words"), post(2), post(1, text="second words")])
    listen(space, once=True)
    assert space.store.read("posts").set_index("post_id").loc["x:1", "text"] == "second words"
    put(space, [post(1, text="third words")])
    assert listen(space, once=True).updated == 1
    assert space.store.read("clean").set_index("post_id").loc["x:1", "clean_text"] == "third words"
    assert space.store.read("quarantine").empty


def test_what_is_no_post_goes_to_quarantine_and_dead_letters_and_holds_nothing_up(space):
    put(space, [post(1), b"{half", b"\x80abc", post(2, text=""), b'{"x": 1}', post(3, created_at="never")])
    heard = listen(space, once=True)
    assert (heard.added, heard.refused, heard.dead) == (1, 5, 2)
    reasons = space.store.read("quarantine")["reason"].tolist()
    assert sorted(reason.split(":")[0] for reason in reasons) == [
        "the message is not JSON",
        "the message is not UTF-8",
        "the text is empty",
        "the text is empty",
        "the time cannot be read (never)",
    ]
    condition, _ = condition_of(space)
    assert (condition.lag, condition.dead, condition.well) == (0, 2, True)


def test_a_batch_killed_between_store_and_commit_changes_nothing_when_it_comes_again(space):
    put(space, [post(number) for number in range(50)])
    stream = read_stream(space)
    consumer = stream.consumer()
    Intake(space, stream, stream.codec(space)).take_in(consumer.take(50, 0.1))
    consumer.close()
    before = space.store.versions()
    heard = listen(space, once=True)
    assert (heard.messages, heard.added, heard.repeated) == (50, 0, 50)
    assert {name: at for name, at in space.store.versions().items() if name != "batches"} == before


def test_a_step_that_fails_is_left_to_the_report_and_the_posts_are_kept(space, monkeypatch):
    from earshot.enrich.text import step as text

    monkeypatch.setattr(text, "add", lambda posts: (_ for _ in ()).throw(ValueError("no word list")))
    put(space, [post(1)])
    heard = listen(space, once=True)
    assert (heard.added, heard.error) == (
        1,
        "The step clean failed and is left to the next report: no word list",
    )
    condition, _ = condition_of(space)
    assert condition.problems == ("the last error was: " + heard.error + ".",)


def test_avro_under_a_schema_lands_like_json(workspace):
    space = workspace("acme", brands=["Acme"], streams=QUICK | {"format": "avro", "schema": "posts"})
    fields = [{"name": name, "type": "string"} for name in ("id", "platform", "author", "text", "created_at")]
    Registry(space.folder / "schemas").add("posts", {"type": "record", "name": "Post", "fields": fields})
    stream = read_stream(space)
    stream.producer().put([(b"1", stream.codec(space).encode(post(1)))])
    assert listen(space, once=True).added == 1


def test_a_file_is_fed_masked_and_mapped_by_its_source(workspace, tmp_path):
    space = workspace(
        "acme",
        brands=["Acme"],
        streams=QUICK,
        sources={
            "tweets": {
                "match": {"file": "tweets*"},
                "constants": {"platform": "x"},
                "columns": {"id": "tweet", "text": "said", "created_at": "when", "author": "who"},
            }
        },
    )
    path = tmp_path / "tweets.csv"
    pd.DataFrame(
        {
            "tweet": [f"{n}" for n in range(40)],
            "said": [f"call me, j{n}@mail.example" for n in range(40)],
            "when": "2026-03-02T08:00Z",
            "who": "jane",
        }
    ).to_csv(path, index=False)
    stream = read_stream(space)
    assert feed(space, stream, path) == (40, [])
    bytes_ = b"".join(file.read_bytes() for file in (space.data / "stream").rglob("*.log"))
    assert b"jane" not in bytes_
    assert b"mail.example" not in bytes_
    assert listen(space, once=True).added == 40
    posts = space.store.read("posts")
    assert set(posts["source"]) == {"tweets"}
    assert posts["post_id"].str.startswith("x:").all()
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n")
    with pytest.raises(
        ParamError, match=r"No source in params/acme/sources.yml fits odd.csv, and its columns do not"
    ):
        feed(space, stream, odd)


def test_a_step_that_does_not_exist_is_said(workspace):
    space = workspace("acme", streams={"steps": ["claen"]})
    with pytest.raises(ParamError, match=r"streams.yml: there is no step 'claen'; .*Did you mean \"clean\""):
        listen(space, once=True)


def test_nested_rows_become_dotted_columns():
    assert flat({"a": 1, "user": {"name": "x", "geo": {"lat": 1}}, "tags": ["ä"]}) == {
        "a": 1,
        "user.name": "x",
        "user.geo.lat": 1,
        "tags": '["ä"]',
    }


def start(*more):
    command = [sys.executable, "-c", "from earshot.cli import app; app()", "listen", "acme", *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_listeners_share_the_work_and_stop_when_asked(space):
    running = [start(), start()]
    try:
        until, sent = time.monotonic() + 60, 0
        while time.monotonic() < until and len(condition_of(space)[1]) < 2:
            time.sleep(0.2)
        while time.monotonic() < until and not all(heard.messages for heard in condition_of(space)[1]):
            put(space, [post(number) for number in range(sent, sent + 40)])
            sent += 40
            time.sleep(0.5)
        assert all(heard.messages for heard in condition_of(space)[1])
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    listen(space, once=True)
    assert len(space.store.read("posts")) == sent
    assert condition_of(space)[1] == []


def test_the_gap_ledger_says_when_nobody_listened(space):
    put(space, [post(1)])
    listen(space, once=True)
    assert space.store.read("gaps").empty
    turns = iter([False, True])
    listen(space, stop=lambda: next(turns))
    (gap,) = space.store.read("gaps").to_dict("records")
    assert (gap["source"], gap["query"], gap["kind"], pd.isna(gap["end"])) == (
        "posts",
        "dev.acme.listen",
        "stopped",
        True,
    )
    listen(space, once=True)
    assert space.store.read("gaps")["end"].notna().all()


def test_a_stream_that_does_not_answer_is_a_gap_until_it_does(space):
    from earshot.collect.feeds.heartbeat import Heartbeat
    from earshot.collect.stream.message import StreamError
    from earshot.enrich.streaming.listener import _show_presence

    class Silent:
        """A stream whose brokers are out of reach."""

        def lag(self):
            raise StreamError("Kafka does not answer about posts.")

    presence = Heartbeat(space.store, "posts", "dev.acme.listen")
    _show_presence(presence, Silent())
    (gap,) = space.store.read("gaps").to_dict("records")
    assert (gap["kind"], gap["reason"], pd.isna(gap["end"])) == (
        "down",
        "Kafka does not answer about posts.",
        True,
    )
    _show_presence(presence, read_stream(space).watch())
    assert space.store.read("gaps")["end"].notna().all()


def test_health_as_a_command_and_an_address(space, workspace):
    put(space, [post(1)])
    answer = subprocess.run(
        [sys.executable, "-c", "from earshot.cli import app; app()", "listen", "acme", "--health"],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert answer.returncode == 1
    assert "Nobody listens and 1 messages wait; run earshot listen acme." in answer.stdout
    with serve(space, 0) as port:
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz")
        assert (error.value.code, error.value.read()) == (
            503,
            b"nobody listens and 1 messages wait; run earshot listen acme.\n",
        )
        listen(space, once=True)
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").read() == b"ok\n"
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        assert 'earshot_stream_lag_messages{stream="dev.acme.posts"} 0\n' in text
        assert "# TYPE earshot_stream_newest_post_age_seconds gauge\n" in text
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/")


def test_a_stream_that_went_quiet_is_not_well(workspace):
    space = workspace("acme", streams=QUICK | {"health": {"quiet_minutes": 10}})
    assert condition_of(space)[0].problems == (
        "the newest post is not there yet and more than 10 minutes is too quiet; see what feeds it.",
    )

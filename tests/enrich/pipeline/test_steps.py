"""Enrichment: only what is new, resumed where it stopped, and the same table wherever it is computed."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from earshot.core import clock
from earshot.core.params import ParamError
from earshot.core.store import Store
from earshot.enrich.pipeline import steps
from earshot.enrich.pipeline.declaration import Step
from earshot.enrich.text import step as text

FEELINGS = [
    "I love how quick they were",
    "nobody helps and I am angry",
    "is it open today",
    "danke für die Hilfe",
]


def make_posts(count: int, first: int = 0) -> pd.DataFrame:
    """Posts in three weeks, each with its own text."""
    rows = range(first, first + count)
    created = pd.Series(
        [pd.Timestamp("2026-03-02T08:00Z") + pd.Timedelta(hours=11 * row % 500) for row in rows]
    )
    words = [f"{FEELINGS[row % 4]}, note {row}" for row in rows]
    return pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in rows],
            "platform": "x",
            "brand": "Acme",
            "author": [f"p_{row % 9}" for row in rows],
            "text": words,
            "created_at": created,
            "collected_at": created,
            "kind": "post",
            "source": "test",
            "week": clock.week(created),
            "content_hash": [f"{hash_of:032x}" for hash_of in rows],
        }
    )


def news(reports: list) -> dict[str, int]:
    """How many posts were new to each step."""
    return {report.step: report.new for report in reports}


EVERY_POST = {
    "clean",
    "language",
    "duplicates",
    "authenticity",
    "embeddings",
    "relevance",
    "sentiment",
    "topics",
    "geography",
    "engagement",
    "classes",
}
WHERE_ASKED = {"set_aside", "targets", "campaigns", "queries"}  # by the file of that name in params


def test_a_second_import_of_a_few_posts_enriches_a_few_posts(workspace):
    acme = workspace()
    acme.store.merge("posts", make_posts(60))
    assert news(steps.update(acme)) == dict.fromkeys(EVERY_POST, 60) | dict.fromkeys(WHERE_ASKED, 0)
    assert news(steps.update(acme)) == dict.fromkeys(steps.names(), 0)
    before = acme.store.versions()
    acme.store.merge("posts", make_posts(7, first=60))
    assert news(steps.update(acme)) == dict.fromkeys(EVERY_POST, 7) | dict.fromkeys(WHERE_ASKED, 0)
    for table in ("clean", "sentiment", "relevance", "geography"):
        first = make_posts(60)["post_id"]
        after = acme.store.read(table)
        assert len(after) == 67
        pd.testing.assert_frame_equal(
            acme.store.read(table, version=before[table]),
            after[after["post_id"].isin(first)].reset_index(drop=True),
        )


def test_nothing_to_do_writes_nothing(workspace):
    acme = workspace()
    acme.store.merge("posts", make_posts(5))
    steps.update(acme, until="sentiment")
    before = acme.store.versions()
    steps.update(acme, until="sentiment")
    assert acme.store.versions() == before


def test_an_edited_post_and_a_newer_step_are_done_again(workspace, monkeypatch):
    acme = workspace()
    posts = make_posts(6)
    acme.store.merge("posts", posts)
    steps.update(acme, until="language")
    edited = posts.head(1).assign(text="Guten Morgen zusammen, alles gut bei euch?", content_hash="f" * 32)
    acme.store.merge("posts", edited)
    assert news(steps.update(acme, until="language")) == {"clean": 1, "language": 1}
    assert acme.store.read("clean").set_index("post_id").at["x:0", "clean_text"].startswith("Guten Morgen")
    monkeypatch.setattr(text, "VERSION", "newer")
    assert news(steps.update(acme, until="language")) == {"clean": 6, "language": 0}


def test_posts_that_say_the_same_share_one_embedding(workspace):
    acme = workspace()
    acme.store.merge("posts", make_posts(6).assign(text="the same words", content_hash="a" * 32))
    assert news(steps.update(acme, until="embeddings"))["embeddings"] == 1
    assert len(acme.store.read("embeddings")) == 1


def test_the_tables_are_complete_and_probabilities_add_up(workspace):
    acme = workspace()
    acme.store.merge("posts", make_posts(8))
    told = []
    steps.update(acme, progress=lambda *done: told.append(done), until="sentiment")
    scores = acme.store.read("sentiment")
    assert (scores[["p_negative", "p_neutral", "p_positive"]].sum(axis=1) - 1).abs().max() < 3e-6
    assert scores["model"].unique().tolist() == ["earshot-2"]
    assert scores["week"].tolist() == acme.store.read("posts")["week"].tolist()
    assert {("clean", 8, 8), ("language", 8, 8), ("embeddings", 8, 8), ("sentiment", 8, 8)} <= set(told)


def test_an_unknown_step_is_one_sentence(workspace):
    sentence = (
        rf"^There is no step 'sentimet'; the steps are {', '.join(steps.names())}\. Did you mean "
        rf"\"sentiment\"\?$"
    )
    with pytest.raises(ParamError, match=sentence):
        steps.update(workspace(), until="sentimet")


def test_steps_that_wait_for_each_other_are_refused():
    circle = [Step(name=one, needs=(other,), version=str) for one, other in (("a", "b"), ("b", "a"))]
    with pytest.raises(ValueError, match=r"^No step of a, b can run before the others; see their needs\.$"):
        steps.arrange(circle)


def test_an_empty_store_has_nothing_to_enrich(workspace):
    assert set(news(steps.update(workspace(), until="sentiment")).values()) == {0}


def test_the_parts_of_a_step_hold_whole_weeks_of_bounded_size():
    pending = pd.DataFrame({"week": list("abcdef"), "posts": [9_000, 9_000, 9_000, 50_000, 10, 10]})
    assert [parts for wave in steps.divide(pending, 20_000) for parts in wave] == [
        ["a", "b"],
        ["c"],
        ["d"],
        ["e", "f"],
    ]


TABLES = ("clean", "language", "embeddings", "sentiment")


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_tables_as_one_machine(workspace, home, monkeypatch):
    from dask.distributed import LocalCluster

    monkeypatch.setattr(steps, "PART", 30)  # so that there is something to divide
    alone = workspace("alone")
    alone.store.merge("posts", make_posts(90))
    steps.update(alone, until="sentiment")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        together = workspace("together", cluster=cluster.scheduler_address)
        together.store.merge("posts", make_posts(90))
        steps.update(together, until="sentiment")
    for table in TABLES:
        ours, theirs = alone.store.read(table), together.store.read(table)
        assert len(ours) == 90
        if table == "embeddings":
            assert all((a == b).all() for a, b in zip(ours.pop("vector"), theirs.pop("vector"), strict=True))
        pd.testing.assert_frame_equal(ours, theirs)


KILLED = """
import sys
import earshot
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.pipeline import steps
steps.PART, embeddings.CHUNK = 20, 10
steps.update(earshot.open("acme"), until="sentiment")
"""


def test_a_run_that_is_killed_goes_on_where_it_was(workspace):
    acme = workspace()
    acme.store.merge("posts", make_posts(60))
    victim = subprocess.Popen(
        [sys.executable, "-c", KILLED], env=os.environ | {"EARSHOT_HOME": str(acme.home)}
    )
    until = time.monotonic() + 240
    while not acme.store.version("embeddings") and time.monotonic() < until:
        time.sleep(0.02)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    kept = len(acme.store.read("embeddings"))
    assert kept >= 10
    again = news(steps.update(acme, until="sentiment"))
    done = steps.names()[: steps.names().index("embeddings")]
    assert {name: again[name] for name in done} == dict.fromkeys(
        done, 0
    )  # all before the step it was killed in
    assert (again["embeddings"], again["sentiment"]) == (60 - kept, 60)
    assert len(Store(acme.store.root).read("sentiment")) == 60

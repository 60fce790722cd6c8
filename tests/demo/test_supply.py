"""The demo brand is there when it is asked for, whole, once."""

import pytest

from earshot import open as open_workspace
from earshot.demo import truth
from earshot.demo.supply import supply


@pytest.fixture
def demo(home):
    """The demo workspace, as small as it can be simulated."""
    return open_workspace("demo", posts=600)


def check_records(demo):
    """What collecting wrote down is there, and the audit of the filter agrees with the truth."""
    gaps = demo.store.read("gaps").sort_values("start")
    assert gaps["source"].tolist() == ["mastodon", "x"]
    assert (gaps["end"] - gaps["start"]).dt.total_seconds().div(60).tolist() == [41, 360]
    hidden, judged = demo.store.read("set_aside"), demo.store.read("audits")
    planted = truth(demo.data).posts.set_index("post_id")["role"]
    flowers = planted.reindex(hidden["post_id"]).eq("offtopic")
    assert 0 < flowers.sum() <= len(hidden)
    assert set(judged["post_id"]) <= set(hidden["post_id"])
    assert (judged["verdict"].eq("bad").to_numpy() == planted.reindex(judged["post_id"]).eq("offtopic")).all()


def test_it_is_simulated_once_and_a_half_done_import_is_finished(demo):
    said = []
    assert supply(demo, said.append)
    assert said[0] == "Simulating the demo brand, 600 posts"
    assert said[1].count(", ") == 6
    posts = demo.store.read("posts", columns=["post_id"])
    assert len(posts) >= 550
    check_records(demo)
    versions = demo.store.versions()
    assert not supply(demo, said.append)
    assert demo.store.versions() == versions

    demo.store.delete("imports", "file = 'reddit.parquet'")  # as if killed before that file was whole
    assert supply(demo, said.append)
    assert said[2:] == ["Importing reddit.parquet"]
    assert len(demo.store.read("posts", columns=["post_id"])) == len(posts)


def test_another_workspace_gets_nothing(workspace):
    acme = workspace("acme")
    assert not supply(acme)
    assert not acme.data.exists()

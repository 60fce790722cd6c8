"""The demo brand is there when it is asked for, whole, once."""

import pytest

from earshot import open as open_workspace
from earshot.collect.demo.supply import supply


@pytest.fixture
def demo(home):
    """The demo workspace, as small as it can be simulated."""
    return open_workspace("demo", posts=600)


def test_it_is_simulated_once_and_a_half_done_import_is_finished(demo):
    said = []
    assert supply(demo, said.append)
    assert said[0] == "Simulating the demo brand, 600 posts"
    assert said[1].count(", ") == 6
    posts = demo.store.read("posts", columns=["post_id"])
    assert len(posts) >= 550
    assert not supply(demo, said.append)

    demo.store.delete("imports", "file = 'reddit.parquet'")  # as if killed before that file was whole
    assert supply(demo, said.append)
    assert said[2:] == ["Importing reddit.parquet"]
    assert len(demo.store.read("posts", columns=["post_id"])) == len(posts)


def test_another_workspace_gets_nothing(workspace):
    acme = workspace("acme")
    assert not supply(acme)
    assert not acme.data.exists()

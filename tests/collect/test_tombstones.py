"""The demo brand's deletions followed through a small store of its own: all gone, nothing else, for good."""

import pandas as pd
import pytest

from earshot import open as open_workspace
from earshot.collect import tombstones
from earshot.collect.demo.supply import supply
from earshot.collect.files import import_files
from earshot.collect.landing import GONE


@pytest.fixture
def demo(home):
    """The demo workspace, as small as it can be simulated."""
    space = open_workspace("demo", posts=600)
    supply(space)
    return space


def test_the_deletions_of_the_demo_leave_no_post_and_no_payload_and_stay_followed(demo):
    store = demo.store
    listed = pd.read_csv(next(demo.data.rglob("deletions*.csv")), dtype=str)
    wanted = set(listed["platform"] + ":" + listed["id"])
    before = set(store.read("posts", columns=["post_id"])["post_id"])
    private = store.read("posts", where={"is_public": False})
    assert len(private) > 0  # a legal review is recorded for them
    assert len(wanted & before) > 5
    store.merge("deletions", listed[["platform", "id", "deleted_at"]].drop_duplicates(["platform", "id"]).assign(
        kind="deleted", source="demo"))
    removed = tombstones.follow(demo)
    after = set(store.read("posts", columns=["post_id"])["post_id"])
    assert before - after == wanted & before
    assert removed["posts"] == removed["raw"] == len(wanted & before)
    store.delete("imports", "file = 'reddit.parquet' OR file LIKE 'x_export%'")  # the same files come again
    again = import_files(demo, [path for path in sorted((demo.data / "inbox").iterdir())
                                if path.name.startswith(("reddit", "x_export"))])
    assert set(store.read("posts", columns=["post_id"])["post_id"]) == after
    assert sum(file.reasons[GONE] for file in again.files) > 0
    assert again.added == 0

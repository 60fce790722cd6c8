"""The demo brand's deletions followed through a small store of its own: all gone, nothing else, for good."""

import pandas as pd
import pytest

from earshot import open as open_workspace
from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.settings import Feed
from earshot.collect.files.importing import import_files
from earshot.collect.landing import tombstones
from earshot.collect.landing.tombstones import GONE
from earshot.collect.sources.jetstream import Jetstream
from earshot.collect.sources.pacing import Timepiece
from earshot.collect.sources.protocol import Gone
from earshot.demo.supply import supply
from earshot.govern.pseudonyms import keys
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms


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
    store.merge(
        "deletions",
        listed[["platform", "id", "deleted_at"]]
        .drop_duplicates(["platform", "id"])
        .assign(kind="deleted", source="demo"),
    )
    removed = tombstones.follow(demo)
    after = set(store.read("posts", columns=["post_id"])["post_id"])
    assert before - after == wanted & before
    assert removed["posts"] == removed["raw"] == len(wanted & before)
    store.delete("imports", "file = 'reddit.parquet' OR file LIKE 'x_export%'")  # the same files come again
    again = import_files(
        demo,
        [
            path
            for path in sorted((demo.data / "inbox").iterdir())
            if path.name.startswith(("reddit", "x_export"))
        ],
    )
    assert set(store.read("posts", columns=["post_id"])["post_id"]) == after
    assert sum(file.reasons[GONE] for file in again.files) > 0
    assert again.added == 0


def test_what_was_deleted_stays_deleted_when_the_key_changes(workspace, posts_file, monkeypatch, tmp_path):
    monkeypatch.delenv("EARSHOT_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    space = workspace(brands=["Acme", "Bolt"])
    import_files(space, [posts_file(40)], approve=True)
    first = space.store.read("posts").iloc[0]
    gone = pd.DataFrame(
        {
            "platform": first["platform"],
            "id": ["100003", "person5"],
            "kind": ["deleted", "account"],
            "deleted_at": pd.Timestamp("2026-03-20T08:00Z"),
            "source": "x",
        }
    )
    space.store.merge("deletions", gone)
    assert tombstones.follow(space)["posts"] == 4  # one post, and the three of person5
    keys.rotate()
    assert import_files(space, [posts_file(41, "again.csv")]).files[0].reasons[GONE] == 4
    ids = set(space.store.read("posts")["post_id"].str.split(":").str[1])
    assert ids == {str(100_000 + row) for row in range(41)} - {"100003", "100005", "100022", "100039"}
    space.store.merge(
        "deletions", gone.assign(id=["100003", "person6"])
    )  # its posts lie here under the older name
    assert tombstones.follow(space)["posts"] == 3
    shelf = PageStorage(space, Feed("sky", "jetstream", ""), Jetstream(), Pseudonyms(), Timepiece())
    assert shelf.bury([Gone(kind="deleted", id="3k")], pd.Timestamp("2026-03-20T08:00Z")) == 1
    tombstones.follow(space)
    keys.rotate()
    assert shelf.bury([Gone(kind="deleted", id="3k")], pd.Timestamp("2026-03-20T08:00Z")) == 0

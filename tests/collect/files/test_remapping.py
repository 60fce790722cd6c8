"""A new mapping beside the old one: which posts change, appear and vanish, before anything is stored."""

import pandas as pd
import pytest

from earshot.collect.files.importing import import_files, remap
from earshot.collect.files.remapping import preview
from earshot.collect.mapping.mapping import parse, save_source
from earshot.core.params import ParamError

OLD = {
    "match": {"columns": ["no", "said"]},
    "constants": {"platform": "forum"},
    "columns": {"id": "no", "author": "who", "text": "said", "created_at": "at"},
}


@pytest.fixture
def acme(workspace, tmp_path):
    space = workspace(brands=["Acme"], sources={"board": OLD})
    pd.DataFrame(
        {
            "no": ["1", "2", "3", "4"],
            "who": ["ann", "bob", "cid", "dee"],
            "said": ["Acme", "hi", "yo", None],
            "title": ["one", "two", None, "four"],
            "at": "2026-03-02T08:00Z",
            "hearts": ["5", "x", None, "7"],
        }
    ).to_csv(tmp_path / "a.csv", index=False)
    import_files(space, [tmp_path / "a.csv"])
    return space


def test_a_preview_says_what_changes_appears_and_vanishes_and_stores_nothing(acme):
    versions = acme.store.versions()
    new = OLD | {"columns": OLD["columns"] | {"text": "title", "likes": "hearts"}}
    table = preview(acme, "board", new)
    assert acme.store.versions() == versions
    assert table[["post_id", "change", "field", "old", "new"]].fillna("").to_numpy().tolist() == [
        ["forum:4", "appears", "text", "", "four"],
        ["forum:1", "changes", "brand", "Acme", ""],
        ["forum:1", "changes", "likes", "", "5"],
        ["forum:1", "changes", "text", "Acme", "one"],
        ["forum:2", "changes", "text", "hi", "two"],
        ["forum:3", "vanishes", "text", "yo", ""],
    ]
    assert table["reason"].dropna().tolist() == ["the text is empty"]


def test_a_preview_is_what_remapping_then_does(acme):
    new = OLD | {"columns": OLD["columns"] | {"text": "title", "likes": "hearts"}}
    table = preview(acme, "board", new)
    (acme.folder / "sources.yml").unlink()
    save_source(acme, parse("board", new))
    remap(acme, "board")
    posts = acme.store.read("posts").set_index("post_id")
    assert posts["text"].to_dict() == {"forum:1": "one", "forum:2": "two", "forum:4": "four"}
    assert set(table.loc[table["change"] == "vanishes", "post_id"]).isdisjoint(posts.index)
    assert preview(acme, "board", new).empty


def test_a_wrong_mapping_is_answered_before_anything_is_read(acme):
    with pytest.raises(ParamError) as error:
        preview(acme, "board", {"columns": {"text": "title"}})
    assert (
        str(error.value)
        == "the new mapping: source 'board' maps no column to created_at; every post needs one."
    )


def test_the_command_shows_the_trial_and_stores_nothing(acme):
    from typer.testing import CliRunner

    from earshot.cli import app

    before = acme.store.versions()
    same = CliRunner().invoke(app, ["import", "acme", "--remap", "board", "--dry-run"])
    assert "the mapping gives the posts that are stored; nothing would change." in " ".join(
        same.output.split()
    )
    (acme.folder / "sources.yml").unlink()
    save_source(acme, parse("board", OLD | {"columns": OLD["columns"] | {"text": "title"}}))
    shown = CliRunner().invoke(app, ["import", "acme", "--remap", "board", "--dry-run"])
    assert "vanishes" in shown.output
    assert "Nothing was stored. earshot import acme --remap board does it." in " ".join(shown.output.split())
    assert acme.store.versions() == before

"""Ids go out where the terms allow it, and what comes back as gone is removed."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot.collect.deletions import compliance
from earshot.collect.files.importing import import_files
from earshot.core.params import ParamError

SOURCE = {
    "posts": {
        "match": {"columns": ["id", "text"]},
        "constants": {"platform": "x"},
        "columns": {"id": "id", "text": "text", "created_at": "at"},
    }
}


@pytest.fixture
def acme(workspace, tmp_path):
    def build(share=True):
        space = workspace(sources=SOURCE, terms={"posts": {"may_share_ids": share}})
        pd.DataFrame(
            {"id": ["11", "12", "13"], "text": ["one", "two", "three"], "at": "2026-03-02T08:00Z"}
        ).to_csv(tmp_path / "posts.csv", index=False)
        import_files(space, [tmp_path / "posts.csv"])
        return space

    return build


def test_ids_leave_only_where_the_card_says_so(acme):
    assert compliance.export_ids(acme(), "posts").read_text() == "11\n12\n13\n"
    with pytest.raises(ParamError) as error:
        compliance.export_ids(acme(share=False), "posts")
    assert str(error.value) == (
        "The terms card of 'posts' does not let ids be shared; if its terms do, write "
        "may_share_ids: true for it in params/acme/terms.yml."
    )
    with pytest.raises(ParamError, match="holds no post of source 'post' .there: posts.*Did you mean"):
        compliance.export_ids(acme(), "post")


def test_what_the_platform_answers_is_followed(acme, tmp_path):
    space = acme()
    (tmp_path / "answer.jsonl").write_text(
        '{"id":"11","action":"delete","reason":"deleted","redacted_at":"2026-03-05T08:00:00Z"}\n'
        '{"id":"12","action":"scrub","reason":"scrub_geo"}\n'
    )
    from earshot.cli import app

    answer = CliRunner().invoke(app, ["comply", "acme", "posts", "--gone", str(tmp_path / "answer.jsonl")])
    assert "Removed: 1 from posts, 1 from raw." in answer.output
    assert "Left alone: 1 scrub_geo." in answer.output
    assert space.store.read("posts")["post_id"].tolist() == ["x:12", "x:13"]
    (tmp_path / "ids.txt").write_text("13\n")
    assert compliance.follow_answer(space, "posts", tmp_path / "ids.txt") == ({"posts": 1, "raw": 1}, {})
    with pytest.raises(ParamError, match="names no ids"):
        compliance.follow_answer(space, "posts", _empty(tmp_path))


def _empty(folder):
    (folder / "none.txt").write_text("\n")
    return folder / "none.txt"

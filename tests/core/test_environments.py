"""Dev, staging and production never share a table, whichever command is first and wherever the tables lie."""

import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot.cli import app
from earshot.core.environments import claim, environment_of
from earshot.core.params import ParamError
from earshot.core.store import Store

PRODUCTION = {"streams": {"environment": "production"}}


@pytest.fixture(params=["disk", "object store"])
def place(request, tmp_path):
    """Where tables lie: a folder, or an address as of an object store."""
    return str(tmp_path / "tables") if request.param == "disk" else f"file://{tmp_path}/tables"


def test_a_workspace_is_dev_where_nothing_says_so(workspace):
    assert environment_of(workspace("acme").folder) == "dev"
    assert environment_of(workspace("acme", **PRODUCTION).folder) == "production"
    with pytest.raises(
        ParamError, match=r"environment: got 'prod'; input should be 'dev', 'staging' or 'production'"
    ):
        environment_of(workspace("acme", streams={"environment": "prod"}).folder)


@pytest.mark.parametrize("asking", ["dev", "production"])
def test_workspaces_of_two_environments_cannot_name_one_store(workspace, place, asking):
    """Whoever asks: the one that says its environment, or the one without streams.yml, which is dev."""
    workspaces = {
        "production": workspace("acme", store=place, **PRODUCTION),
        "dev": workspace("bolt", store=place),
    }
    other = {"dev": "acme, which is production", "production": "bolt, which is dev"}[asking]
    with pytest.raises(ParamError) as error:
        workspaces[asking].store  # noqa: B018 (a property)
    assert str(error.value) == (
        f"params/{workspaces[asking].name}/streams.yml: this workspace is {asking} and shares its tables "
        f"({place}) with the workspace {other}; give it a store of its own."
    )


def test_tables_stay_those_of_the_environment_that_wrote_first(workspace, place):
    space = workspace("acme", store=place, **PRODUCTION)
    space.store.append("items", pd.DataFrame({"item_id": ["1"], "kind": ["a"], "title": ["b"]}))
    shutil.rmtree(space.folder)  # as when the other workspace lies on another machine
    with pytest.raises(ParamError) as error:
        workspace("bolt", store=place).store  # noqa: B018
    assert str(error.value) == (
        f"params/bolt/streams.yml: these tables ({place}) were begun as production and this workspace is now "
        "dev; give it a store of its own, or set environment: production."
    )
    late = Store(place, environment="dev")  # opened before production wrote
    with pytest.raises(ParamError, match="were begun as production"):
        late.append("items", pd.DataFrame({"item_id": ["2"], "kind": ["a"], "title": ["b"]}))
    assert len(workspace("bolt", store=place, **PRODUCTION).store.read("items")) == 1


def test_reading_claims_nothing_and_the_first_claim_holds(place):
    assert Store(place, environment="dev").read("posts").empty
    claim(place, "staging")
    claim(place, "staging")
    with pytest.raises(ParamError, match="were begun as staging"):
        claim(place, "dev")


@pytest.mark.parametrize(
    "words",
    [
        ["import", "bolt", "posts.csv", "--yes"],
        ["report", "bolt"],
        ["collect", "bolt"],
        ["listen", "bolt", "--once"],
        ["feed", "bolt", "posts.csv"],
        ["query", "bolt", "quick"],
        ["trace", "bolt", "quick"],
        ["filters", "bolt"],
        ["retain", "bolt"],
        ["fresh", "bolt"],
    ],
    ids=lambda words: words[0],
)
def test_no_command_touches_tables_of_another_environment(
    workspace, posts_file, tmp_path, monkeypatch, words
):
    monkeypatch.chdir(tmp_path)
    posts_file()
    shared = str(tmp_path / "tables")
    Store(shared, environment="production").append(
        "items", pd.DataFrame({"item_id": ["1"], "kind": ["a"], "title": ["b"]})
    )
    before = sorted(str(path) for path in (tmp_path / "tables").rglob("*"))
    workspace(
        "bolt",
        store=shared,
        fresh_hours=1,
        terms={"wall": {"keep_days": 1}},
        feeds={"wall": {"platform": "mastodon", "query": "#bolt"}},
    )
    answer = CliRunner().invoke(app, words)
    assert (answer.exit_code, "were begun as production" in answer.output) == (2, True), answer.output
    assert sorted(str(path) for path in (tmp_path / "tables").rglob("*")) == before

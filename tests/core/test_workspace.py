"""Workspaces: where they are found, and what a wrong name answers."""

from pathlib import Path

import pytest

import earshot
from earshot.core.params import ParamError
from earshot.core.workspace import home as find_home


@pytest.fixture
def bare(tmp_path, monkeypatch):
    (tmp_path / "params" / "acme").mkdir(parents=True)
    (tmp_path / "params" / "acme" / "brief.yml").write_text(
        "brand: Acme\nbrands: [Acme, Bolt]\n", encoding="utf-8"
    )
    monkeypatch.setenv("EARSHOT_HOME", str(tmp_path))
    return tmp_path


def test_open_gives_params_folders_and_store(bare):
    acme = earshot.open("acme", start="2015-02-16")
    assert (acme.name, acme.params.brand, acme.params.start) == ("acme", "Acme", "2015-02-16")
    assert acme.folder == bare / "params" / "acme"
    assert acme.outputs == bare / "outputs" / "acme"
    assert acme.store.versions() == {}


def test_an_unknown_workspace_names_the_known_ones(bare):
    with pytest.raises(ParamError) as raised:
        earshot.open("acne")
    assert str(raised.value) == (
        "There is no workspace 'acne' under params (there: acme). Did you mean \"acme\"?"
    )


@pytest.mark.parametrize("name", ["../acme", "/etc", "", ".", "acme/../acme"])
def test_a_workspace_is_a_name_and_never_a_path(bare, name):
    with pytest.raises(ParamError, match="There is no workspace"):
        earshot.open(name)


def test_an_override_is_checked_like_the_file(bare):
    with pytest.raises(ParamError, match="there is no parameter 'brnd'"):
        earshot.open("acme", brnd="x")


def test_settings_that_are_absent_are_empty(bare):
    assert earshot.open("acme").settings("kpis") == {}


def test_home_is_the_checkout_above_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "params").mkdir()
    (tmp_path / "notebooks" / "dashboards").mkdir(parents=True)
    monkeypatch.delenv("EARSHOT_HOME", raising=False)
    monkeypatch.chdir(tmp_path / "notebooks" / "dashboards")
    assert find_home() == Path(tmp_path)


def test_a_workspace_can_see_its_tables_as_they_were(workspace):
    space = workspace("acme", brands=["Acme"])
    before = space.store.at({})
    seen = space.seeing(before)
    assert seen.store is before
    assert space.store is not before
    assert (seen.name, seen.params, seen.home) == (space.name, space.params, space.home)


def test_the_settings_that_a_run_keeps_count_before_those_of_params(bare, monkeypatch):
    kept = bare / "run" / ".settings"
    for name, brand in (("acme", "Kept"), ("gone", "Removed")):
        (kept / name).mkdir(parents=True)
        (kept / name / "brief.yml").write_text(f"brand: {brand}\n", encoding="utf-8")
    (bare / "params" / "other").mkdir()
    (bare / "params" / "other" / "brief.yml").write_text("brand: Other\n", encoding="utf-8")
    monkeypatch.setenv("EARSHOT_SETTINGS", str(kept))
    acme = earshot.open("acme")
    assert (acme.params.brand, acme.folder) == ("Kept", kept / "acme")
    assert acme.data == bare / "data" / "acme"
    assert earshot.open("gone").params.brand == "Removed"
    assert earshot.open("other").folder == bare / "params" / "other"

"""A run for one region sees no row of another, unless an approval stands; what crossed is written down and shown."""

import pandas as pd
import pytest

from earshot.analyse import posts as all_posts
from earshot.analyse import residency
from earshot.collect.files import import_files
from earshot.core.params import ParamError
from earshot.core.regions import read_regions
from earshot.core.workspace import open_workspace
from earshot.publish import shapes

SOURCE = {"posts": {"match": {"columns": ["id", "text"]}, "constants": {"platform": "x"},
                    "columns": {"id": "id", "author": "user", "text": "text", "created_at": "at", "region": "where"}},
          "board": {"match": {"columns": ["no", "text"]}, "constants": {"platform": "forum"},
                    "columns": {"id": "no", "author": "user", "text": "text", "created_at": "at"}}}
CROSSING = {"from": "us", "to": "uk", "why": "Joint desk", "approved_by": "Jane", "until": "2099-12-31"}


@pytest.fixture
def acme(workspace, tmp_path):
    def build(regions=None, terms=None):
        space = workspace(brands=["Acme"], sources=SOURCE, terms=terms or {}, regions=regions or {})
        rows = pd.DataFrame({"id": range(6), "user": "ann", "text": [f"Acme is number {n} today" for n in range(6)],
                             "at": "2026-03-02T08:00Z", "where": ["UK", "uk", "us", "us", "eu", None]})
        rows.to_csv(tmp_path / "posts.csv", index=False)
        rows.head(2).rename(columns={"id": "no"}).drop(columns="where").to_csv(tmp_path / "board.csv", index=False)
        import_files(space, [tmp_path / "posts.csv", tmp_path / "board.csv"])
        return space
    return build


def seen(space, **given):
    params = open_workspace(space.name, **given).params
    return sorted(all_posts.load(space.store, params)["post_id"])


def test_a_region_reads_its_own_rows_and_a_workspace_what_it_may(acme):
    space = acme({"home": "uk", "reads": ["uk", "eu"]})
    own = ["forum:0", "forum:1", "x:0", "x:1", "x:5"]
    assert seen(space, region="uk") == own
    assert seen(space) == sorted([*own, "x:4"])
    with pytest.raises(ParamError) as error:
        seen(space, region="eux")
    assert str(error.value) == ("brief.yml: region is 'eux'; this workspace may read uk, eu (regions.yml). "
                                'Did you mean "eu"?')


def test_without_regions_all_is_read_and_a_named_region_only_what_says_so(acme):
    space = acme()
    assert len(seen(space)) == 8
    assert seen(space, region="uk") == ["x:0", "x:1"]


def test_no_table_of_a_bounded_store_shows_another_region(acme):
    space = acme({"home": "uk", "reads": ["uk"]})
    store = residency.bounded(space.store, space.params)
    assert set(store.read("posts")["region"].dropna()) == {"uk"}
    assert len(store.read("raw")) == 5
    assert store.sql("SELECT count(*) AS n FROM raw JOIN posts USING (payload_ref)")["n"].iloc[0] == 5
    assert store.at(store.versions()).sql("SELECT count(*) AS n FROM posts")["n"].iloc[0] == 5
    with pytest.raises(ValueError, match="shows some regions only and cannot change posts"):
        store.delete("posts", "true")


def test_what_crosses_is_approved_recorded_once_and_shown(acme):
    space = acme({"home": "uk", "reads": ["uk"], "crossings": [CROSSING]})
    assert residency.record(space) == 2
    assert residency.record(space) == 0
    noted = space.store.read("crossings")
    assert noted[["post_id", "from_region", "to_region", "approved_by"]].to_numpy().tolist() == [
        ["x:2", "us", "uk", "Jane"], ["x:3", "us", "uk", "Jane"]]
    posts = all_posts.load(space.store, space.params)
    found = residency.measure(posts, space.store, space.params)
    assert found.crossed[["region", "posts", "why", "until"]].to_numpy().tolist() == [
        ["us", 2, "Joint desk", "2099-12-31"]]
    assert found.regions[["region", "posts", "read"]].to_numpy().tolist() == [
        ["uk", 5, "its own"], ["us", 2, "by approval"], ["eu", 1, "not read"]]
    assert found.claims[0].sentence == (
        "This run reads the rows of uk; 2 posts of us crossed to uk (Joint desk; approved by Jane until 2099-12-31); "
        "1 post of other regions was not read.")


def test_an_approval_that_has_run_out_is_none(acme):
    space = acme({"home": "uk", "reads": ["uk"], "crossings": [CROSSING | {"until": "2026-01-01"}]})
    assert residency.record(space) == 0
    assert "x:2" not in seen(space)


@pytest.mark.parametrize(("regions", "said"), [
    ({"red": ["uk"]}, "there is no setting 'red'; there are home, reads, crossings. Did you mean \"reads\"?"),
    ({"crossings": [{"from": "us", "to": "uk"}]}, "a crossing is {'from': 'us', 'to': 'uk'}; give from, to, why, "
     "approved_by, until, and nothing else."),
    ({"crossings": [CROSSING | {"until": "soon"}]}, "a crossing is approved until 'soon'; use an ISO day such as "
     "2026-12-31."),
])
def test_wrong_regions_are_answered_in_one_sentence(workspace, regions, said):
    space = workspace(regions=regions)
    with pytest.raises(ParamError) as error:
        read_regions(space.folder)
    assert str(error.value) == f"params/acme/regions.yml: {said}"


def test_what_may_not_be_quoted_is_marked_and_never_shown(acme):
    space = acme(terms={"board": {"may_quote": False}})
    posts = all_posts.load(space.store, space.params)
    assert posts.groupby("source")["may_quote"].first().to_dict() == {"board": False, "posts": True}
    assert set(all_posts.quotable(posts)["source"]) == {"posts"}
    page = str(shapes.posts(posts[posts["source"] == "board"], "Voices"))
    assert "Acme is number" not in page
    assert "2 posts may not be quoted under the source&#39;s terms." in page

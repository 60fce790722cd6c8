"""A run for one region sees no row of another, unless an approval stands;
what crossed is written down and shown.
"""

import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot.analyse.posts import loading, residency
from earshot.analyse.queries.trace import trace
from earshot.cli import app
from earshot.collect.files.importing import import_files
from earshot.core.params import ParamError
from earshot.core.regions import Bounds, read_regions
from earshot.core.store import Store
from earshot.core.tables import TABLES
from earshot.core.views import ABOUT_NO_POST, LEARNED
from earshot.core.workspace import open_workspace
from earshot.publish import shapes

SOURCE = {
    "posts": {
        "match": {"columns": ["id", "text"]},
        "constants": {"platform": "x"},
        "columns": {"id": "id", "author": "user", "text": "text", "created_at": "at", "region": "where"},
    },
    "board": {
        "match": {"columns": ["no", "text"]},
        "constants": {"platform": "forum"},
        "columns": {"id": "no", "author": "user", "text": "text", "created_at": "at"},
    },
}
CROSSING = {"from": "us", "to": "uk", "why": "Joint desk", "approved_by": "Jane", "until": "2099-12-31"}


@pytest.fixture
def acme(workspace, tmp_path):
    def build(regions=None, terms=None):
        space = workspace(brands=["Acme"], sources=SOURCE, terms=terms or {}, regions=regions or {})
        rows = pd.DataFrame(
            {
                "id": range(6),
                "user": "ann",
                "text": [f"Acme is number {n} today" for n in range(6)],
                "at": "2026-03-02T08:00Z",
                "where": ["UK", "uk", "us", "us", "eu", None],
            }
        )
        rows.to_csv(tmp_path / "posts.csv", index=False)
        rows.head(2).rename(columns={"id": "no"}).drop(columns="where").to_csv(
            tmp_path / "board.csv", index=False
        )
        import_files(space, [tmp_path / "posts.csv", tmp_path / "board.csv"])
        return space

    return build


def seen(space, **given):
    params = open_workspace(space.name, **given).params
    return sorted(loading.load(space.store, params)["post_id"])


def test_a_region_reads_its_own_rows_and_a_workspace_what_it_may(acme):
    space = acme({"home": "uk", "reads": ["uk", "eu"]})
    own = ["forum:0", "forum:1", "x:0", "x:1", "x:5"]
    assert seen(space, region="uk") == own
    assert seen(space) == sorted([*own, "x:4"])
    with pytest.raises(ParamError) as error:
        seen(space, region="eux")
    assert str(error.value) == (
        "brief.yml: region is 'eux'; this workspace may read uk, eu (regions.yml). Did you mean \"eu\"?"
    )


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


ANYBODYS = {
    "week": "2026-W10",
    **dict.fromkeys(("platform", "source", "file", "reason", "kind", "model"), "any"),
}
ITS_OWN = ("content_hash", "author", "customer_id", "partner", "region")


def row_of(name, side, number):
    """Return a row of a table in which every text tells whose it is,
    but for those that tell nothing of a post.
    """

    def value(column, declared):
        if column in ITS_OWN:
            return side
        if named := {"post_id": f"x:{side}", "payload_ref": f"{side}_ref", "topic": number}.get(column):
            return named
        texts = (declared.allowed or (ANYBODYS.get(column, f"{side}-{column}"),))[0]
        return {
            "text": texts,
            "whole": number + int(declared.low or 0),
            "number": 0.5,
            "flag": True,
            "time": pd.Timestamp("2026-03-02T08:00Z"),
            "vector": [float(number)],
        }[declared.type]

    return {column: value(column, declared) for column, declared in TABLES[name].columns.items()}


ABOUT_POSTS = [name for name in TABLES if name not in ABOUT_NO_POST]


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory):
    """A store in which every table that is about posts has a row of the region uk and one of us."""
    store = Store(tmp_path_factory.mktemp("regions") / "store")
    for table in ABOUT_POSTS:
        store.append(table, pd.DataFrame([row_of(table, "uk", 1), row_of(table, "us", 2)]))
    return store


@pytest.mark.parametrize("name", ABOUT_POSTS)
def test_no_table_shows_what_was_made_of_another_region(two_regions, name):
    """A new table fails here until it says which posts its rows follow, or that it is about none."""
    shown = two_regions.within(Bounds(frozenset({"uk"}))).read(name)
    told = shown.astype("str").to_csv(index=False)
    assert not [
        line for line in told.splitlines() if "us-" in line or "x:us" in line or ",us," in f",{line},"
    ], told
    assert "[2.0]" not in told
    if name not in LEARNED:
        assert len(shown) == (2 if name in ("quarantine", "deletions", "topic_ledger") else 1)
    assert len(two_regions.within(Bounds(frozenset({"uk", "us"}))).read(name)) == 2


def test_a_copy_of_a_post_elsewhere_does_not_name_it(tmp_path):
    store, posts = Store(tmp_path / "store"), [row_of("posts", side, 1) for side in ("uk", "us")]
    store.append("posts", pd.DataFrame(posts))
    store.append("duplicates", pd.DataFrame([row_of("duplicates", "uk", 1) | {"group": "x:us"}]))
    group = store.within(Bounds(frozenset({"uk"}))).read("duplicates")["group"].iloc[0]
    assert group not in ("x:us", "x:uk")


def test_of_a_topic_only_the_readable_posts_are_counted(tmp_path):
    store, sides = Store(tmp_path / "store"), ("uk", "us")
    for table in ("posts", "topics"):
        store.append(table, pd.DataFrame([row_of(table, side, 1) for side in sides]))
    store.append("topic_names", pd.DataFrame([row_of("topic_names", "any", 1) | {"posts": 2}]))
    assert store.within(Bounds(frozenset({"uk"}))).read("topic_names")["posts"].tolist() == [1]


@pytest.mark.parametrize(
    "words",
    [
        ["query", "acme", "number", "--limit", "50"],
        ["filters", "acme", "--audit", "sheet.csv"],
        pytest.param(["relevance", "acme", "--sheet", "sheet.csv"], marks=pytest.mark.slow),
    ],
    ids=lambda words: words[0],
)
def test_commands_that_show_posts_are_held_to_the_region(acme, tmp_path, monkeypatch, words):
    space = acme({"home": "uk", "reads": ["uk"]})
    (space.folder / "filters.yml").write_text("filters:\n  said: {query: number, why: all of them}\n")
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, words)
    said = re.sub("[«»]", "", answer.output) + "".join(
        path.read_text() for path in tmp_path.glob("sheet.csv")
    )
    assert answer.exit_code == 0, answer.output
    assert "number 0 today" in said
    assert not [number for number in (2, 3, 4) if f"number {number} today" in said]


def test_a_trace_says_that_a_post_lies_elsewhere_and_not_what_it_says(acme):
    acme({"home": "uk", "reads": ["uk"]})
    found = trace(open_workspace("acme"), "x:2")
    assert (found.culprit, found.post_id) == ("region", "")
    assert found.sentence == "“x:2” was lost at the region: this run may read uk alone."
    assert trace(open_workspace("acme"), "x:1").post_id == "x:1"
    assert trace(open_workspace("acme"), "Acme is number 3 today").post_id != "x:3"


def test_what_crosses_is_approved_recorded_once_and_shown(acme):
    space = acme({"home": "uk", "reads": ["uk"], "crossings": [CROSSING]})
    assert residency.record(space) == 2
    assert residency.record(space) == 0
    noted = space.store.read("crossings")
    assert noted[["post_id", "from_region", "to_region", "approved_by"]].to_numpy().tolist() == [
        ["x:2", "us", "uk", "Jane"],
        ["x:3", "us", "uk", "Jane"],
    ]
    posts = loading.load(space.store, space.params)
    found = residency.measure(posts, space.store, space.params)
    assert found.crossed[["region", "posts", "why", "until"]].to_numpy().tolist() == [
        ["us", 2, "Joint desk", "2099-12-31"]
    ]
    assert found.regions[["region", "posts", "read"]].to_numpy().tolist() == [
        ["uk", 5, "its own"],
        ["us", 2, "by approval"],
        ["eu", 1, "not read"],
    ]
    assert found.claims[0].sentence == (
        "This run reads the rows of uk; 2 posts of us crossed to uk (Joint desk; approved by Jane until "
        "2099-12-31); 1 post of other regions was not read."
    )


def test_an_approval_that_has_run_out_is_none(acme):
    space = acme({"home": "uk", "reads": ["uk"], "crossings": [CROSSING | {"until": "2026-01-01"}]})
    assert residency.record(space) == 0
    assert "x:2" not in seen(space)


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        (
            {"red": ["uk"]},
            "there is no setting 'red'; there are home, reads, crossings. Did you mean \"reads\"?",
        ),
        (
            {"crossings": [{"from": "us", "to": "uk"}]},
            "a crossing is {'from': 'us', 'to': 'uk'}; give from, to, why, "
            "approved_by, until, and nothing else.",
        ),
        (
            {"crossings": [CROSSING | {"until": "soon"}]},
            "a crossing is approved until 'soon'; use an ISO day such as 2026-12-31.",
        ),
    ],
)
def test_wrong_regions_are_answered_in_one_sentence(workspace, regions, said):
    space = workspace(regions=regions)
    with pytest.raises(ParamError) as error:
        read_regions(space.folder)
    assert str(error.value) == f"params/acme/regions.yml: {said}"


def test_what_may_not_be_quoted_is_marked_and_never_shown(acme):
    space = acme(terms={"board": {"may_quote": False}})
    posts = loading.load(space.store, space.params)
    assert posts.groupby("source")["may_quote"].first().to_dict() == {"board": False, "posts": True}
    assert set(loading.quotable(posts)["source"]) == {"posts"}
    page = str(shapes.posts(posts[posts["source"] == "board"], "Voices"))
    assert "Acme is number" not in page
    assert "2 posts may not be quoted under the source&#39;s terms." in page

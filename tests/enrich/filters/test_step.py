import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot import open as open_workspace
from earshot.analyse.posts import loading
from earshot.cli import app
from earshot.core.params import ParamError
from earshot.enrich.filters import audit
from earshot.enrich.filters import step as set_aside
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

TEXTS = [
    "win a prize now",
    "my phone has no signal",
    "=win a prize today",
    "nem jó",
    "prize draw at the fair",
    "hello",
]


def stocked(workspace, filters: dict, count: int = 6):
    """A workspace with posts and a filters.yml."""
    space = workspace(filters={"filters": filters})
    fill(space, count)
    return space


def fill(space, count: int) -> None:
    rows = pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in range(count)],
            "text": [TEXTS[row % 6] for row in range(count)],
            "author": [Pseudonyms().name(f"person{row % 3}") for row in range(count)],
        }
    )
    at = pd.Timestamp("2026-03-02T08:00Z") + pd.to_timedelta(rows.index, unit="min")
    space.store.merge(
        "posts",
        rows.assign(
            platform="x",
            brand="Acme",
            created_at=at,
            collected_at=at,
            kind="post",
            source="test",
            week="2026-W10",
            content_hash=rows["post_id"],
            lang=["hu" if row % 6 == 3 else "en" for row in range(count)],
        ),
    )


def hidden(space) -> dict[str, str]:
    table = space.store.sql("SELECT post_id, filter FROM set_aside WHERE restored_at IS NULL ORDER BY 1")
    return dict(table.itertuples(index=False, name=None))


def test_a_filter_hides_posts_by_query_author_language_or_verdict(workspace):
    space = stocked(
        workspace,
        {
            "prizes": {"query": "win NEAR/3 prize", "why": "spam"},
            "others": {"languages": ["hu"], "why": "unread"},
            "her": {"authors": ["@Person1"], "kinds": ["post"], "why": "asked"},
            "bots": {"verdict": "inauthentic", "why": "no person"},
        },
    )
    space.store.merge(
        "authenticity",
        pd.DataFrame(
            {
                "post_id": ["x:5"],
                "week": ["2026-W10"],
                "content_hash": ["x:5"],
                "score": [0.2],
                "verdict": ["inauthentic"],
                "reasons": ["[]"],
                "step_version": ["1"],
            }
        ),
    )
    assert set_aside.apply(space) == 6
    assert hidden(space) == {
        "x:0": "prizes",
        "x:1": "her",
        "x:2": "prizes",
        "x:3": "others",
        "x:4": "her",
        "x:5": "bots",
    }
    assert set_aside.apply(space) == 0


def test_hidden_posts_are_in_no_figure_but_in_the_store_and_come_back(workspace):
    space = stocked(workspace, {"prizes": {"query": "prize", "why": "spam"}})
    set_aside.apply(space)
    assert set(loading.load(space.store, space.params)["post_id"]) == {"x:1", "x:3", "x:5"}
    assert len(space.store.read("posts")) == 6
    assert set_aside.restore(space, "prizes", ["x:4"]) == 1
    assert set_aside.restore(space, "prizes") == 2
    assert set_aside.apply(space) == 0
    assert len(loading.load(space.store, space.params)) == 6


def test_a_filter_that_is_taken_out_shows_its_posts_again(workspace):
    space = stocked(workspace, {"prizes": {"query": "prize", "why": "spam"}})
    set_aside.apply(space)
    (space.folder / "filters.yml").write_text("filters: {}\n")
    assert set_aside.apply(open_workspace("acme")) == 0
    assert hidden(space) == {}


def judged(workspace, **settings):
    """A workspace whose first posts are judged irrelevant, unsure, and of no brand."""
    space = workspace(brands=["Acme"], **settings)
    fill(space, 6)
    space.store.merge("posts", space.store.read("posts", where={"post_id": "x:2"}).assign(brand=""))
    space.store.merge(
        "relevance",
        pd.DataFrame(
            {
                "post_id": ["x:0", "x:1", "x:2"],
                "week": "2026-W10",
                "content_hash": ["x:0", "x:1", "x:2"],
                "brand": ["Acme", "Acme", ""],
                "p_relevant": [0.1, 0.5, 0.02],
                "verdict": ["irrelevant", "unsure", "irrelevant"],
                "reason": "test",
                "step_version": "1",
            }
        ),
    )
    set_aside.apply(space)
    return space


RULES = {"Acme": {"negative": ["prize"]}}


def test_what_is_not_about_its_brand_is_hidden_where_rules_say_what_that_is(workspace):
    space = judged(workspace, relevance=RULES)
    assert hidden(space) == {"x:0": "irrelevant"}
    assert "x:0" not in set(loading.load(space.store, space.params)["post_id"])
    everything = loading.load(space.store, space.params, hidden=True).set_index("post_id")["hidden_by"]
    assert everything[everything.ne("")].to_dict() == {"x:0": "irrelevant"}
    assert set_aside.restore(space, "irrelevant") == 1
    assert set_aside.apply(space) == 0
    assert hidden(space) == {}


@pytest.mark.parametrize(
    ("settings", "met"),
    [
        ({}, {}),
        ({"relevance": RULES | {"set_aside": False}}, {}),
        ({"relevance": RULES | {"set_aside": "no"}}, {}),
        ({"filters": {"filters": {"off": {"relevance": "irrelevant", "why": "b"}}}}, {"x:0": "off"}),
        (
            {"relevance": RULES, "filters": {"filters": {"open": {"relevance": "unsure", "why": "b"}}}},
            {"x:1": "open"},
        ),
    ],
)
def test_without_rules_or_where_told_otherwise_nothing_else_is_hidden(workspace, settings, met):
    assert hidden(judged(workspace, **settings)) == met


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"quer": "a", "why": "b"},
            "filters.yml, filter one has no condition 'quer'; there are query, authors, verdict, "
            'languages, kinds, platforms, relevance, and why. Did you mean "query"?',
        ),
        ({"query": "a"}, "filters.yml, filter one has no reason; say why: it hides posts."),
        ({"why": "b"}, "filters.yml, filter one has no condition."),
        (
            {"verdict": "fake", "why": "b"},
            "filters.yml, filter one: verdict is 'fake'; use inauthentic or doubtful.",
        ),
        (
            {"relevance": "off", "why": "b"},
            "filters.yml, filter one: relevance is 'off'; use irrelevant or unsure.",
        ),
        (
            {"authors": "jane", "why": "b"},
            "filters.yml, filter one: authors is 'jane'; write a list in [brackets].",
        ),
    ],
)
def test_a_wrong_filter_is_answered_in_one_sentence(workspace, entry, said):
    with pytest.raises(ParamError) as error:
        set_aside.apply(workspace(filters={"filters": {"one": entry}}))
    assert str(error.value) == said


def test_a_query_that_cannot_be_read_names_the_filter(workspace):
    with pytest.raises(ParamError, match=r"^filters.yml, filter one: "):
        set_aside.apply(stocked(workspace, {"one": {"query": "(a OR", "why": "b"}}))


def test_an_audit_estimates_how_many_good_posts_a_filter_hid(workspace, tmp_path):
    space = stocked(
        workspace, {"prizes": {"query": "prize", "why": "spam"}}, 600
    )  # 300 of them hold the word
    set_aside.apply(space)
    path = tmp_path / "sample.csv"
    assert audit.write(space, path, 60) == 60
    rows = pd.read_csv(path, dtype="str", keep_default_na=False)
    assert rows["text"].str.startswith("=").sum() == 0  # no formula reaches a spreadsheet
    good = rows["text"].str.contains("fair")
    rows.assign(verdict=["Good" if one else " bad" for one in good]).to_csv(path, index=False)
    assert audit.take(space, path) == 60
    row = audit.estimate(space).iloc[0]
    assert (row["hidden"], row["n"], row["good"]) == (300, 60, good.sum())
    assert row["killed_low"] <= 100 <= row["killed_high"]  # the truth: a third
    assert row["killed_low"] >= good.sum()
    assert not set(audit.draw(space, 300)["post_id"]) & set(rows["post_id"])


def test_a_filter_judged_whole_is_known_and_one_not_judged_is_not(workspace, tmp_path):
    space = stocked(workspace, {"prizes": {"query": "prize", "why": "spam"}})
    set_aside.apply(space)
    row = audit.estimate(space).iloc[0]
    assert (row["n"], row["killed_low"], row["killed_high"]) == (0, 0, 3)
    path = tmp_path / "sample.csv"
    audit.write(space, path)
    pd.read_csv(path).assign(verdict="bad").to_csv(path, index=False)
    audit.take(space, path)
    row = audit.estimate(space).iloc[0]
    assert (row["n"], row["killed_low"], row["killed_high"]) == (3, 0, 0)


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    import numpy as np

    rng = np.random.default_rng(1)
    drawn = rng.hypergeometric(60, 240, 50, 4000)  # 60 good of 300, 50 judged
    ends = [audit._share(good, 50, 300) for good in drawn]
    assert 0.93 <= np.mean([low <= 0.2 <= high for _, low, high in ends]) <= 0.99


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"verdict": "ok"},
            "sample.csv: the verdict 'ok' on x:0 is neither good (the filter should not have hidden it) "
            "nor bad.",
        ),
        (
            {"post_id": "x:9", "verdict": "bad"},
            "sample.csv: the filter 'prizes' does not hide the post x:9; draw a new sample.",
        ),
    ],
)
def test_a_wrong_verdict_is_answered_in_one_sentence(workspace, tmp_path, change, said):
    space = stocked(workspace, {"prizes": {"query": "prize", "why": "spam"}})
    set_aside.apply(space)
    row = {"filter": "prizes", "post_id": "x:0", "verdict": ""} | change
    pd.DataFrame([row]).to_csv(tmp_path / "sample.csv", index=False)
    with pytest.raises(ParamError) as error:
        audit.take(space, tmp_path / "sample.csv")
    assert str(error.value) == said


def test_the_command_applies_audits_and_restores(workspace, tmp_path):
    stocked(workspace, {"prizes": {"query": "prize", "why": "spam"}})
    run = CliRunner()
    path = str(tmp_path / "sample.csv")
    first = run.invoke(app, ["filters", "acme", "--audit", path])
    assert first.exit_code == 0
    assert "3 posts newly hidden." in first.output
    assert "3 posts drawn" in " ".join(first.output.split())
    pd.read_csv(path).assign(verdict="bad").to_csv(path, index=False)
    assert "3 verdicts read" in run.invoke(app, ["filters", "acme", "--audit", path]).output
    back = run.invoke(app, ["filters", "acme", "--restore", "prizes"])
    assert "3 posts are shown again" in " ".join(back.output.split())

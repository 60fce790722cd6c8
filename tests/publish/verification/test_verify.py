import hashlib
import json
import shutil

import pytest
from tests.publish.tiny_home import make_home

from earshot.core.claim import Claim
from earshot.enrich.sentiment import step as sentiment
from earshot.publish.report.claims import compose, write_claims
from earshot.publish.report.manifest import describe_origin
from earshot.publish.report.report import report
from earshot.publish.verification.recomputation import compare_claims, compare_tables, same
from earshot.publish.verification.verify import explain, verify

CLAIMS = [Claim("a", "Ten posts.", 10.0, low=8.0, high=12.0, n=10), Claim("b", "No number.")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    with make_home(tmp_path_factory.mktemp("tiny")) as home:
        yield home


@pytest.fixture
def stored(tmp_path):
    """A run folder with claims in all three places, and the same recomputed."""
    for name in ("run", "again"):
        write_claims(tmp_path / name, "03", CLAIMS)
    rows = compose(tmp_path / "run")
    return tmp_path / "run", tmp_path / "again", {"claims": rows}


def differences(stored) -> list[str]:
    folder, again, manifest = stored
    return list(compare_claims(folder, again, ["03"], manifest))


def test_equal_claims_have_no_difference(stored):
    assert differences(stored) == []


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("value", 11.0, "11.0, recomputed 10.0"),
        ("n", 9, "9, recomputed 10"),
        ("low", None, "None, recomputed 8.0"),
        ("sentence", "Nine.", "'Nine.', recomputed 'Ten posts.'"),
    ],
)
@pytest.mark.parametrize("place", ["claims/03.json", "claims.json", "run.json"])
def test_one_edited_field_is_named_with_its_place(stored, place, field, value, shown):
    folder, _, manifest = stored
    rows = manifest["claims"] if place == "run.json" else json.loads((folder / place).read_text())
    rows[0][field] = value
    if place != "run.json":
        (folder / place).write_text(json.dumps(rows))
    assert differences(stored) == [f"Claim a: {place} stores {field} {shown}."]


def test_a_claim_added_or_taken_away_is_named(stored):
    manifest = stored[2]
    manifest["claims"] = [manifest["claims"][1], manifest["claims"][0] | {"id": "c"}]
    assert differences(stored) == [
        "Claim a: run.json does not hold it, but it was recomputed as 'Ten posts.'.",
        "Claim c: run.json holds it, but no cell of the notebook states it.",
    ]


def test_a_place_that_cannot_be_read_is_named(stored):
    (stored[0] / "claims.json").write_text("{")
    assert differences(stored) == ["claims.json cannot be read; it should hold 2 claims of 03."]


def test_the_last_digit_of_a_sum_is_no_difference():
    assert same(0.1 + 0.2, 0.3)
    assert not same(0.3, 0.3000001)
    assert not same(1, True)
    assert same({"a": [1.0, None]}, {"a": [1, None]})


def test_the_first_changed_cell_of_a_table_is_named(tmp_path):
    for name, cell in (("run", "9"), ("again", "2")):
        (tmp_path / name / "tables").mkdir(parents=True)
        (tmp_path / name / "tables" / "shares.csv").write_text(f'brand,posts\nAcme,1\n"Bolt, Inc",{cell}\n')
    assert list(compare_tables(tmp_path / "run", tmp_path / "again")) == [
        "tables/shares.csv, row 2, column posts: stores '9', recomputed '2'."
    ]


def test_a_run_that_was_not_touched_holds_and_an_edited_one_does_not(tiny):
    (tiny.notebooks / "02_two.ipynb").unlink()
    done = tiny.report()
    assert done.ok, done.message
    latest = tiny.outputs / "latest"
    good = verify(latest)
    assert good.ok, good.problems
    assert good.message.startswith(f"All 2 claims and 1 table of run {done.run} hold")
    edit(done.folder / "run.json", '"value": 3.0', '"value": 4.0')
    edit(done.folder / "claims.json", '"value": 1.0', '"value": 3.0')
    edit(done.folder / "01_one.html", "There are 3 posts.", "There are 8 posts.")
    edit(done.folder / "16_brief.html", "There are 3 posts.", "There are 4 posts.")
    edit(done.folder / "tables" / "one.csv", "Bolt,2", "Bolt,7")
    found = verify(latest)
    assert not found.ok
    assert list(found) == [
        "run.json is not as the run wrote it: its hash differs from the one in run.sha256.",
        "01_one.html is not as the run wrote it: its hash differs from the one in run.json.",
        "16_brief.html is not as the run wrote it: its hash differs from the one in run.json.",
        "claims.json is not as the run wrote it: its hash differs from the one in run.json.",
        "tables/one.csv is not as the run wrote it: its hash differs from the one in run.json.",
        "Claim one.posts: run.json stores value 4.0, recomputed 3.0.",
        "Claim brief.claims: claims.json stores value 3.0, recomputed 1.0.",
        "Claim one.posts: 01_one.html does not say 'There are 3 posts.', which was recomputed.",
        "16_brief.html does not say 'There are 3 posts.', which was recomputed.",
        "tables/one.csv, row 2, column posts: stores '7', recomputed '2'.",
    ]


def edit(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


CHANGED = (
    "The settings in params/tiny were changed since this run was made; the numbers were recomputed with the "
    "run's own."
)
ASKED = [
    "labels = run.workspace.folder / 'labels.csv'",
    "told = run.workspace.settings('kpis').get('target', 0)",
    'run.state([Claim("three.target", f"The target is {told}.", told, n=labels.exists() + 1)])',
]


@pytest.fixture
def asking(tmp_path):
    """A run whose numbers come from its settings: a target in kpis.yml, and whether there are labels."""
    with make_home(tmp_path) as home:
        (home.root / "params" / "tiny" / "kpis.yml").write_text("target: 3\n")
        for path in home.notebooks.iterdir():
            path.unlink()
        home.write("03_three", ASKED)
        done = home.report()
        assert done.ok, done.message
        yield home


def test_settings_that_change_later_change_no_number_of_a_run(asking):
    params = asking.root / "params" / "tiny"
    (params / "labels.csv").write_text("post_id,label\nx:1,negative\n")
    (params / "filters.yml").write_text("old: {query: late, why: old}\n")
    (params / "kpis.yml").write_text("target: 4\n")
    (params / "brief.yml").write_text("workspace: tiny\ntitle: Another\nmin_posts: 99\n")
    found = verify(asking.outputs / "latest")
    assert list(found) == []
    assert found.message.startswith("All 1 claim and 0 tables of run ")
    assert found.notes == [CHANGED]
    first = asking.latest()["run"]
    assert asking.report().ok
    assert any(claim["value"] == 4 for claim in asking.latest()["claims"])
    again = verify(asking.outputs / "latest")
    assert (list(again), again.notes) == ([], [])
    shutil.rmtree(params)
    found = verify(asking.outputs / first)
    assert (list(found), found.notes) == ([], [CHANGED])


def test_which_rows_may_be_read_is_decided_by_todays_regions(asking):
    (asking.root / "params" / "tiny" / "regions.yml").write_text("home: eu\n")
    found = verify(asking.outputs / "latest")
    assert list(found) == []
    assert found.notes == [
        CHANGED,
        "regions.yml was changed since this run was made; which rows may be read is decided by today's.",
    ]


def test_a_run_without_kept_settings_is_recomputed_with_todays(asking):
    shutil.rmtree(asking.root / "data" / "tiny" / "settings")  # an earlier build kept hashes only
    without = (
        "This run keeps no settings of its own (an earlier build made it, or they were removed); the numbers "
        "were recomputed with today's in params/tiny."
    )
    found = verify(asking.outputs / "latest")
    assert (list(found), found.notes) == ([], [without])
    (asking.root / "params" / "tiny" / "kpis.yml").write_text("target: 4\n")
    found = verify(asking.outputs / "latest")
    assert found.notes == [without]
    assert "Claim three.target: run.json stores value 3.0, recomputed 4.0." in list(found)


def test_one_setting_without_a_copy_is_named(asking):
    params = asking.root / "params" / "tiny"
    (params / "labels.csv").write_text("post_id,label\nx:1,negative\n")
    assert asking.report().ok
    kept_copy(asking, "labels.csv").unlink()
    (params / "labels.csv").write_text("post_id,label\nx:1,positive\n")
    found = verify(asking.outputs / "latest")
    assert list(found) == []
    assert found.notes == [
        "No whole copy of labels.csv as this run used it is left; the numbers were recomputed with today's."
    ]


def test_a_kept_setting_that_was_tampered_with_is_a_problem(asking):
    kept_copy(asking, "kpis.yml").write_text("target: 9\n")
    tampered = (
        "The copy of kpis.yml that this run keeps is not as the run wrote it: its hash differs from the one "
        "in run.json."
    )
    found = verify(asking.outputs / "latest")
    assert (found.ok, list(found), found.notes) == (False, [tampered], [])  # today's is what it was
    (asking.root / "params" / "tiny" / "kpis.yml").write_text("target: 4\n")
    found = verify(asking.outputs / "latest")
    assert found.notes == [
        "No whole copy of kpis.yml as this run used it is left; the numbers were recomputed with today's."
    ]
    assert found.problems[0] == tampered
    assert "Claim three.target: run.json stores value 3.0, recomputed 4.0." in list(found)


def test_a_setting_that_holds_a_secret_is_not_kept_and_that_is_said(asking):
    params, said = asking.root / "params" / "tiny", []
    (params / "feeds.yml").write_text("a: {platform: x, key: hush-hush-hush}\n")
    done = report("tiny", progress=said.append)
    assert done.ok, done.message
    assert (
        "params/tiny/feeds.yml holds the value of the environment variable CHAT_TOKEN, so no copy of it is "
        "kept with the run; take it out, and name it as env:NAME."
    ) in said
    assert not kept_copy(asking, "feeds.yml").exists()
    found = verify(asking.outputs / "latest")
    assert (list(found), found.notes) == ([], [])


def kept_copy(home, name: str):
    return home.root / "data" / "tiny" / "settings" / home.latest()["settings"][name]


def test_what_a_run_keeps_of_its_settings_is_not_published(asking):
    names = [path.name for path in (asking.outputs / "latest").rglob("*")]
    assert "kpis.yml" not in names
    assert ".settings" not in names


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is not a run: it holds no run\.json"):
        verify(tmp_path)


def test_a_run_keeps_the_fingerprint_of_every_model_and_a_changed_one_is_noted(workspace):
    space = workspace(classifiers={"intents": {"champion": "one0"}})
    folder = space.data / "models" / "intents" / "one0"
    folder.mkdir(parents=True)
    (folder / "model.skops").write_bytes(b"first")
    kept = describe_origin(space)
    used = kept["models"]["used"]
    assert used["classes: intents one0"] == hashlib.sha256(b"first").hexdigest()
    assert used["sentiment: earshot-2"] == sentiment.shipped()["earshot-2"]
    assert list(explain(space, kept)) == []
    (folder / "model.skops").write_bytes(b"another")
    assert list(explain(space, kept)) == [
        "The model classes: intents one0 is not as this run used it: its SHA-256 "
        f"began with {hashlib.sha256(b'first').hexdigest()[:16]}."
    ]
    assert (
        list(explain(space, kept | {"models": {"sentiment": "earshot-2"}})) == []
    )  # a run made before it was kept
    del kept["models"]
    assert list(explain(space, kept)) == []

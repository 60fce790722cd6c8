import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat import v4

from earshot.core.claim import Claim
from earshot.core.files import hash_text, write_json, write_whole
from earshot.core.params import ParamError
from earshot.publish import runs
from earshot.publish.report.claims import compose, read_all, write_claims
from earshot.publish.report.notebooks import read_notebook
from earshot.publish.report.results import write_table
from earshot.publish.report.reuse import Past, decide
from earshot.publish.safety.scrub import Leak, clean_environment, refuse_leaks, scrub

SHARES = pd.DataFrame({"brand": ["Acme", "=HYPERLINK()"], "share": [0.25, 0.75]})
PARTS = {
    "code": "c",
    "words": "w",
    "library": "l",
    "lock": "k",
    "settings": {"kpis.yml": "1"},
    "pages": "p",
    "others": {},
    "day": "",
    "parameters": {"start": ""},
    "tables": {"posts": {"id": "x", "version": 3}},
}


def claim(name: str = "share", value: float = 0.5, sentence: str = "Half are glad.") -> Claim:
    return Claim(name, sentence, value, "share", 0.4, 0.6, 12, about={"brand": "Acme"})


@pytest.fixture
def run(workspace, monkeypatch):
    workspace("acme")
    return runs.open("acme", notebook="03_sentiment")


def test_a_scratch_run_writes_beside_the_reports(run, home):
    run.write("shares", SHARES)
    run.state([claim()])
    folder = home / "outputs" / "acme" / "scratch" / "03_sentiment"
    assert run.folder == folder
    assert pd.read_csv(folder / "tables" / "shares.csv")["brand"].tolist() == ["Acme", "'=HYPERLINK()"]
    assert run.tables("shares").equals(SHARES)
    assert json.loads((folder / "claims.json").read_text())[0]["notebook"] == "03_sentiment"
    assert [(one.id, one.about) for one in run.claims()] == [
        ("share", {"brand": "Acme", "notebook": "03_sentiment"})
    ]


def test_a_scratch_run_begins_empty(run):
    run.write("shares", SHARES)
    again = runs.open("acme", notebook="03_sentiment")
    with pytest.raises(FileNotFoundError) as refused:
        again.tables("shares")
    assert str(refused.value) == "No notebook of this run wrote a table 'shares' (there: none)."


def test_a_parameter_left_at_its_default_follows_the_brief(workspace):
    workspace("acme", start="2026-03-01", min_posts=7)
    assert runs.open("acme", notebook="x", start="", min_posts=30).params.start == "2026-03-01"
    assert runs.open("acme", notebook="x", start="2026-03-05").params.start == "2026-03-05"


def test_an_unknown_parameter_is_refused(workspace):
    workspace("acme")
    with pytest.raises(ParamError) as refused:
        runs.open("acme", notebook="03_sentiment", strat="2026-03-01")
    assert str(refused.value) == "03_sentiment: there is no parameter 'strat'. Did you mean \"start\"?"


def test_a_folder_that_is_no_run_is_refused(workspace, tmp_path):
    workspace("acme")
    with pytest.raises(ParamError) as refused:
        runs.open("acme", str(tmp_path), "03_sentiment")
    assert "is not the folder of a report in progress" in str(refused.value)


def test_a_report_is_pinned_and_keeps_its_own_parameters(workspace, tmp_path):
    workspace("acme")
    write_json(tmp_path / "versions.json", {"versions": {"posts": 4}, "params": {"start": "2026-03-01"}})
    run = runs.open("acme", str(tmp_path), "03_sentiment", start="")
    assert (run.scratch, run.store.pinned, run.params.start) == (False, {"posts": 4}, "2026-03-01")


@pytest.mark.parametrize("column", ["text", "author", "payload", "clean_text"])
def test_posts_and_people_are_not_published_as_tables(run, column):
    with pytest.raises(ValueError) as refused:
        run.write("quotes", pd.DataFrame({column: ["x"]}))
    assert str(refused.value) == (
        f"Table 'quotes' holds the column '{column}': tables of a report carry aggregates, "
        "never posts or people; leave the column out, and quote posts with show.posts."
    )


def test_a_table_needs_a_plain_name(run):
    with pytest.raises(ValueError, match=r"small letters, digits and underscores; got '../x'"):
        run.write("../x", SHARES)


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_table(tmp_path / name, "03", "shares", SHARES.copy())
    assert (tmp_path / "a/tables/shares.parquet").read_bytes() == (
        tmp_path / "b/tables/shares.parquet"
    ).read_bytes()
    assert (tmp_path / "a/tables/shares.csv").read_bytes() == (tmp_path / "b/tables/shares.csv").read_bytes()


def test_a_table_belongs_to_one_notebook(tmp_path):
    write_table(tmp_path, "03_sentiment", "shares", SHARES)
    write_table(tmp_path, "03_sentiment", "shares", SHARES)
    with pytest.raises(
        ValueError, match="Notebooks 03_sentiment and 05_kpis both write a table 'shares'; rename one"
    ):
        write_table(tmp_path, "05_kpis", "shares", SHARES)


def test_claims_come_back_as_they_were_stated(tmp_path):
    write_claims(tmp_path, "05_kpis", [claim("b", 1 / 3)])
    write_claims(tmp_path, "03_sentiment", [claim("a", 0.1 + 0.2), claim("c", None)])
    assert [(one.id, one.value) for one in read_all(tmp_path)] == [
        ("a", 0.1 + 0.2),
        ("c", None),
        ("b", 1 / 3),
    ]
    assert [row["id"] for row in compose(tmp_path)] == ["a", "c", "b"]


def test_a_claim_id_is_used_once(tmp_path):
    with pytest.raises(ValueError, match="Two claims of 03_sentiment have the id 'a'"):
        write_claims(tmp_path, "03_sentiment", [claim("a"), claim("a")])
    write_claims(tmp_path, "03_sentiment", [claim("a")])
    write_claims(tmp_path, "05_kpis", [claim("a")])
    with pytest.raises(
        ValueError, match="Notebooks 03_sentiment and 05_kpis both state a claim 'a'; rename one"
    ):
        compose(tmp_path)


def test_a_claim_states_a_real_number(tmp_path):
    with pytest.raises(ValueError, match="Claim a: value is nan; state a number, or leave it out"):
        write_claims(tmp_path, "03", [claim("a", float("nan"))])


def test_a_file_is_whole_or_absent(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", "before")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a", "after")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "before")]


def test_a_notebook_is_read_without_running_it(tmp_path):
    notebook = v4.new_notebook(metadata={"earshot": {"tables": ["posts"], "after": "all", "refresh": "day"}})
    notebook.cells = [
        v4.new_markdown_cell("# How do people feel?\n\nTwo sentences."),
        v4.new_code_cell('workspace: str = "demo"\nstart = ""', metadata={"tags": ["parameters"]}),
        v4.new_code_cell('run.state(result.claims)\nrun.write("shares", result.shares)'),
    ]
    nbformat.write(notebook, tmp_path / "03_sentiment.ipynb")
    found = read_notebook(tmp_path / "03_sentiment.ipynb")
    assert (found.name, found.question) == ("03_sentiment", "How do people feel?")
    assert (found.parameters, found.tables, found.writes) == (("workspace", "start"), ("posts",), ("shares",))
    assert (found.last, found.refresh, found.states) == (True, True, True)


def test_a_parameter_no_brief_has_is_refused_before_anything_runs(tmp_path, workspace):
    notebook = v4.new_notebook(cells=[v4.new_code_cell('strat: str = ""', metadata={"tags": ["parameters"]})])
    nbformat.write(notebook, tmp_path / "03_x.ipynb")
    with pytest.raises(ParamError) as refused:
        read_notebook(tmp_path / "03_x.ipynb").values(workspace("acme").params)
    assert str(refused.value) == (
        "03_x: its parameters cell declares 'strat', which no brief has. Did you mean \"start\"?"
    )


def past(folder: Path, parts: dict, status: str = "ran", name: str = "2026-01-01T0000Z-aaaaaaa") -> Past:
    """A run on disk that holds one page of 03_sentiment."""
    write_whole(folder / "03_sentiment.html", "page")
    files = {"03_sentiment.html": hash_text("page")}
    entry = {
        "name": "03_sentiment",
        "status": status,
        "parts": parts,
        "from": "",
        "files": list(files),
        "key": hash_text(json.dumps(parts, sort_keys=True)),
    }
    return Past(folder, {"run": name, "notebooks": [entry], "files": files})


@pytest.fixture
def sentiment(tmp_path):
    nbformat.write(v4.new_notebook(), tmp_path / "03_sentiment.ipynb")
    return read_notebook(tmp_path / "03_sentiment.ipynb")


def test_the_same_parts_are_reused(tmp_path, sentiment):
    before = past(tmp_path / "run", PARTS)
    plan = decide(sentiment, PARTS, [before])
    assert plan.source is before
    assert plan.why == "reused from 2026-01-01T0000Z-aaaaaaa: code, parameters and data unchanged"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tables": {"posts": {"id": "x", "version": 4}}}, "posts changed from version 3 to 4"),
        ({"tables": {"posts": {"id": "y", "version": 3}}}, "posts was made anew"),
        ({"tables": {}}, "posts is gone"),
        ({"tables": PARTS["tables"] | {"topics": {"id": "z", "version": 0}}}, "topics is new"),
        ({"parameters": {"start": "2026-03-01"}}, "parameter start changed from '' to '2026-03-01'"),
        ({"code": "d"}, "its code changed"),
        ({"words": "d"}, "its text changed"),
        ({"library": "d"}, "the library changed"),
        ({"lock": "d"}, "the installed packages changed"),
        ({"settings": {"kpis.yml": "2"}}, "kpis.yml changed"),
        ({"others": {"02": "x"}}, "other notebooks changed"),
        ({"day": "2026-01-02"}, "a new day began"),
        (
            {"code": "d", "lock": "d", "words": "d"},
            "its code changed; its text changed; the installed packages changed",
        ),
    ],
)
def test_what_changed_is_said(tmp_path, sentiment, change, why):
    plan = decide(sentiment, PARTS | change, [past(tmp_path / "run", PARTS)])
    assert plan.source is None
    assert plan.why == f"runs because {why}"


def test_what_was_touched_since_is_not_reused(tmp_path, sentiment):
    before = past(tmp_path / "run", PARTS)
    write_whole(before.folder / "03_sentiment.html", "page, edited")
    plan = decide(sentiment, PARTS, [before])
    assert (plan.source, plan.why) == (
        None,
        "runs because 03_sentiment.html of 2026-01-01T0000Z-aaaaaaa was changed or lost since",
    )


def test_a_failure_is_run_again_and_an_older_success_found(tmp_path, sentiment):
    failed, good = past(tmp_path / "b", PARTS, "failed", "b"), past(tmp_path / "a", PARTS, "ran", "a")
    assert decide(sentiment, PARTS, [failed]).why == "runs because it did not succeed in b"
    assert decide(sentiment, PARTS, [failed, good]).source is good
    assert decide(sentiment, PARTS, [good], force=True).why == "runs because --force was given"
    assert decide(sentiment, PARTS, []).why == "runs because it has not run before"


def test_secrets_stay_out_of_notebooks():
    given = {
        "PATH": "/bin",
        "CHAT_TOKEN": "x",
        "DB_PASSWORD": "x",
        "EARSHOT_KEY": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    assert clean_environment(environ=given) == {"PATH": "/bin"}
    assert clean_environment(True, given) == {"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "x"}


def test_an_executed_notebook_is_scrubbed():
    output = v4.new_output("stream", text="read /srv/team/earshot/data with AKIA" + "B" * 16)
    notebook = v4.new_notebook(metadata={"papermill": {"input_path": "/srv/team/earshot/x"}})
    marks = {"papermill": {"duration": 1}, "tags": ["setup"]}
    notebook.cells = [v4.new_code_cell("x", outputs=[output], metadata=marks)]
    scrub(notebook, [Path("/srv/team/earshot")])
    assert notebook.metadata == {}
    assert notebook.cells[0].metadata == {"tags": ["setup"]}
    assert notebook.cells[0].outputs[0].text == "read <earshot>/data with [secret]"


def test_a_leak_is_refused_without_being_repeated(tmp_path, monkeypatch):
    (tmp_path / "shares.csv").write_text("a\nhush-hush-hush\n")
    monkeypatch.setenv("CHAT_TOKEN", "hush-hush-hush")
    with pytest.raises(Leak) as refused:
        refuse_leaks(tmp_path, [tmp_path / "shares.csv"])
    assert str(refused.value).startswith("shares.csv holds the value of")
    assert "hush" not in str(refused.value)

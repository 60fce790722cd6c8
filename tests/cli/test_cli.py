"""The command says what it does, does it, and answers every wrong request in one sentence."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from earshot import cli
from earshot.cli import screen
from earshot.core.params import ParamError

EARSHOT = Path(sys.executable).with_name("earshot")
COMMANDS = [
    "report",
    "import",
    "collect",
    "fresh",
    "listen",
    "feed",
    "plan",
    "filters",
    "query",
    "trace",
    "models",
    "compare",
    "retain",
    "comply",
    "train",
    "sheet",
    "verify",
    "evaluate",
    "runs",
    "relevance",
    "keys",
    "doctor",
]


def run(*words: object, **environment: str) -> subprocess.CompletedProcess:
    """Run the installed command in a process of its own."""
    return subprocess.run(
        [EARSHOT, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "120", **environment},
    )


def call(*words: object):
    """Run the command in this process, which is quicker."""
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def test_the_installed_command_lists_every_command():
    answer = run("--help")
    assert answer.returncode == 0
    assert re.findall(r"^│ (\w+) ", answer.stdout, re.MULTILINE) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_ends_with_an_example_of_it(name):
    shown = call(name, "--help").output
    assert re.search(rf"Example: earshot {name}( |$)", shown, re.MULTILINE)
    assert len(re.findall(r"[A-Z].*?[.;:]", shown)) >= 1


HEAVY = {
    "pandas",
    "numpy",
    "pyarrow",
    "deltalake",
    "duckdb",
    "scipy",
    "sklearn",
    "torch",
    "altair",
    "papermill",
    "IPython",
    "jupyter_client",
}


def test_help_needs_nothing_heavy():
    """Imports are what makes `earshot --help`, or one command's, slow; none of these belongs there."""
    code = (
        "import sys\nfrom earshot.cli import app\n"
        f"for name in {['', *COMMANDS]}:\n"
        "    app([*name.split(), '--help'], standalone_mode=False)\n"
        f"print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stderr == "[]\n"
    assert answer.stdout.count("Usage: ") == 1 + len(COMMANDS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["report", "dmo"], "There is no workspace 'dmo' under params"),
        (["runs", "dmo"], "There is no workspace 'dmo' under params"),
        (
            ["report", "demo", "-p", "strt=x"],
            "-p strt=x: there is no parameter 'strt'. Did you mean \"start\"?",
        ),
        (["report", "demo", "-p", "workspace=x"], "-p workspace=x: there is no parameter 'workspace'."),
        (["report", "demo", "-p", "start"], "-p start: write NAME=VALUE, for example -p start=2015-02-16."),
        (["report", "demo", "-p", "start=yesterday"], "got 'yesterday'; use an ISO day such as 2015-02-16"),
        (["evaluate", "sentimnt", "--data", "x.csv"], "There is no evaluation 'sentimnt' (there: "),
    ],
)
def test_a_wrong_request_is_answered_in_one_sentence(home, words, sentence):
    answer = run(*words)
    assert answer.returncode == 2
    assert answer.stderr.startswith(sentence) or sentence in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("min_posts=40", ("min_posts", 40)),
        ("title=A = B", ("title", "A = B")),
        ("languages=", ("languages", [])),
        ("languages=en, de", ("languages", ["en", "de"])),
        ("min_posts=many", ("min_posts", "many")),
    ],
)
def test_a_parameter_takes_the_kind_that_the_brief_has(text, pair):
    assert cli.parameter(text) == pair


def test_only_our_own_errors_lose_their_traceback():
    with pytest.raises(ParamError) as ours:
        cli.parameter("nothing")
    with pytest.raises(ValueError, match="invalid literal") as theirs:
        int("x")
    assert screen.raised_by_us(ours.value)
    assert not screen.raised_by_us(theirs.value)


def test_an_error_of_the_system_says_what_and_where():
    full = OSError(28, "No space left on device", "posts.parquet")
    assert screen.sentence(full) == "No space left on device: posts.parquet."


def test_nothing_printed_can_drive_a_terminal(capsys):
    screen.say("\x1b[2Jgone\x07 [red]not markup[/red] \u202etxet")
    assert capsys.readouterr().out == "gone [red]not markup[/red] txet\n"


def test_a_workspace_without_runs_says_how_to_make_one(workspace):
    workspace("acme")
    assert call("runs", "acme").output == "There is no run of acme yet; earshot report acme makes one.\n"


def test_runs_are_listed_newest_first(workspace, home):
    workspace("acme")
    for day, status in (("01", "good"), ("02", "failed")):
        folder = home / "outputs" / "acme" / f"2026-03-{day}T0600Z-abc{day}"
        folder.mkdir(parents=True)
        notebooks = [{"name": "01_collect", "status": "reused"}, {"name": "16_brief", "status": "ran"}]
        (folder / "run.json").write_text(
            json.dumps(
                {
                    "run": folder.name,
                    "started": f"2026-03-{day}",
                    "status": status,
                    "seconds": 12.4,
                    "posts": 1200,
                    "reason": "weekly",
                    "requester": "ada",
                    "notebooks": notebooks,
                }
            )
        )
    lines = call("runs", "acme").output.splitlines()
    assert lines[0].split() == ["Run", "Ended", "Seconds", "Reused", "Posts", "Why", "For"]
    assert lines[1].split() == [
        "2026-03-02T0600Z-abc02",
        "failed",
        "12",
        "1",
        "of",
        "2",
        "1,200",
        "weekly",
        "ada",
    ]
    assert "good" in lines[2]
    assert len(call("runs", "acme", "--last", "1").output.splitlines()) == 2


def test_doctor_prints_every_check_and_exits_by_the_worst(monkeypatch):
    from earshot import doctor

    checks = [
        doctor.Check("Disk", "ok", "9 GB free"),
        doctor.Check("Memory", "warn", "2 GB", "close other programs"),
    ]
    monkeypatch.setattr(doctor, "examine", lambda: checks)
    answer = call("doctor")
    assert answer.exit_code == 0
    assert "close other programs" in answer.output
    checks.append(doctor.Check("Kernel python3", "fail", "not found", "run make clean setup"))
    assert call("doctor").exit_code == 1


def test_doctor_finds_this_machine_fit():
    answer = run("doctor")
    assert answer.returncode == 0, answer.stdout
    assert "Embedding weights" in answer.stdout


STRANGE = "nr;when;who;what\n" + "\n".join(
    f"{row};2026-03-{row % 27 + 1:02} 08:00;@person{row};I love how quick Acme answers, {row}"
    for row in range(40)
)


@pytest.fixture
def strange(tmp_path) -> Path:
    """A file whose columns no source of any workspace knows."""
    path = tmp_path / "strange.csv"
    path.write_text(STRANGE)
    return path


def test_new_columns_are_shown_and_nothing_is_stored_unless_they_are_accepted(workspace, strange):
    acme = workspace("acme", brands=["Acme"])
    answer = run("import", "acme", strange)
    assert answer.returncode == 2
    assert "Its columns would be read like this:" in answer.stdout
    assert re.search(r"created_at +when ", answer.stdout)
    assert "approve the guess (--yes)" in answer.stderr
    assert acme.store.version("posts") is None
    assert not (acme.folder / "sources.yml").exists()


def test_accepted_columns_are_kept_and_used_from_then_on(workspace, strange):
    acme = workspace("acme", brands=["Acme"])
    first = run("import", "acme", strange, "--yes")
    assert first.returncode == 0, first.stderr
    assert "strange.csv, read as strange: 40 rows, 40 added." in first.stdout
    assert len(acme.store.read("posts")) == 40
    assert acme.settings("sources")["strange"]["columns"]["text"] == "what"
    again = run("import", "acme", strange)
    assert again.stdout == "strange.csv, read as strange: imported before, nothing to add.\n"


def test_a_corrected_source_is_mapped_again_without_its_file(workspace, strange):
    acme = workspace("acme", brands=["Acme"])
    run("import", "acme", strange, "--yes")
    strange.unlink()
    sources = acme.folder / "sources.yml"
    sources.write_text(sources.read_text().replace("platform: strange", "platform: forum"))
    answer = run("import", "acme", "--remap", "strange")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("strange, mapped again: 40 rows")
    assert set(acme.store.read("posts")["platform"]) == {"forum"}


def test_refused_rows_are_counted_with_their_reasons(workspace, tmp_path):
    acme = workspace("acme", brands=["Acme"])
    bad = tmp_path / "bad.csv"
    bad.write_text(
        STRANGE + "\n41;yesterday;@someone;I love Acme and its answers\n42;2026-03-03 09:00;@someone;\n"
    )
    answer = run("import", "acme", bad, "--yes")
    assert answer.returncode == 0, answer.stderr
    assert "42 rows, 40 added." in answer.stdout
    assert "2 refused and kept in quarantine. 1: " in answer.stdout
    assert len(acme.store.read("quarantine")) == 2


def test_a_missing_file_is_named_before_anything_is_imported(workspace, strange):
    acme = workspace("acme", brands=["Acme"])
    answer = run("import", "acme", strange, "gone.csv", "--yes")
    assert answer.returncode == 2
    assert answer.stderr == "There is no file gone.csv; give a CSV, JSONL or Parquet file.\n"
    assert acme.store.version("posts") is None


def test_an_import_of_nothing_says_what_to_name(workspace):
    workspace("acme")
    assert run("import", "acme").stderr == "Name the files to import, or a source with --remap.\n"


def test_keys_are_counted_rotated_and_destroyed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("EARSHOT_KEY", raising=False)
    assert "1 key is held" in call("keys").output
    assert "Key 1 is in use" in call("keys", "--rotate").output
    assert "Key 0 is destroyed" in call("keys", "--destroy", 0).output
    assert "1 key is held" in call("keys").output
    refused = run("keys", "--destroy", 7, XDG_CONFIG_HOME=tmp_path)
    assert refused.returncode == 2
    assert "There is no pseudonym key 7; there are 2, numbered from 0." in " ".join(refused.stderr.split())


def test_train_shows_what_won_and_makes_it_the_champion(workspace, tmp_path):
    workspace()
    rows = [(f"my flight was delayed {row} hours", "late") for row in range(20)]
    rows += [(f"you lost my bag number {row}", "bag") for row in range(20)]
    (tmp_path / "labels.csv").write_text(
        "text,label\n" + "\n".join(f"{text},{label}" for text, label in rows)
    )
    answer = call(
        "train",
        "acme",
        tmp_path / "labels.csv",
        "--name",
        "reasons",
        "--promise",
        "0.7",
        "--missed",
        "1",
        "--missed",
        "late=2",
    )
    assert answer.exit_code == 0
    assert re.search(r"all +together +100\.0%", answer.output)
    assert "No view won: all together are 100.0% right on texts not seen" in answer.output
    assert "is the champion of acme now" in answer.output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--name", "../x"), "The name '../x' cannot be a folder; use letters, digits, - and _."),
        (("--promise", "1"), "--promise is 1; it lies from 0.5 to below 1."),
        (
            ("--missed", "late=much"),
            "--missed is 'late=much'; write a cost above 0, such as 2, or one for a label, such as "
            "complaint=5.",
        ),
    ],
)
def test_a_wrong_training_is_refused_before_it_starts(workspace, tmp_path, more, said):
    workspace()
    answer = run("train", "acme", tmp_path / "labels.csv", *more)
    assert answer.returncode == 2
    assert said in answer.stderr

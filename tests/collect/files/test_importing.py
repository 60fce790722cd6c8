import gzip
import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from earshot.collect.files.importing import FileRefused, MappingNeeded, import_files, remap
from earshot.core.params import ParamError
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

ROWS = [
    {
        "id": "1",
        "user_name": "Jane",
        "text": "Acme! write to jane@example.com or @Bob",
        "when": "2026-03-02T08:00:00Z",
    },
    {
        "id": "2",
        "user_name": "Bob",
        "text": "Größe: naïve café – “ok” 😀 @acme",
        "when": "2026-03-02T09:00:00Z",
    },
    {
        "id": "3",
        "user_name": "Ann",
        "text": 'line one\nline two, "quoted"; and; x',
        "when": "2026-03-09T09:00:00Z",
    },
]
SOURCE = {
    "posts": {
        "match": {"columns": ["user_name", "when"]},
        "constants": {"platform": "x"},
        "columns": {"id": "id", "author": "user_name", "text": "text", "created_at": "when"},
    }
}
BRIEF = {"brands": ["Acme"], "handles": ["@Acme"], "sources": SOURCE}


@pytest.fixture
def acme(workspace):
    return workspace(**BRIEF)


def write(folder, name, rows=ROWS, **how):
    path, frame = folder / name, pd.DataFrame(rows)
    if ".jsonl" in name:
        content = "".join(json.dumps(row, ensure_ascii="ascii" in how) + "\n" for row in rows).encode()
    elif ".json" in name:
        content = json.dumps(rows, indent=1).encode()
    elif ".parquet" in name:
        frame.to_parquet(path)
        content = path.read_bytes()
    else:
        content = frame.to_csv(index=False, sep=how.get("sep", ",")).encode(
            how.get("encoding", "utf-8"), "replace"
        )
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("posts.csv", {}),
        ("posts.csv.gz", {}),
        ("posts.tsv", {"sep": "\t"}),
        ("posts.txt", {"sep": "|"}),
        ("semi.csv", {"sep": ";"}),
        ("bom.csv", {"encoding": "utf-8-sig"}),
        ("wide.csv", {"encoding": "utf-16"}),
        ("posts.jsonl", {}),
        ("escaped.jsonl.gz", {"ascii": True}),
        ("posts.json", {}),
        ("posts.json.gz", {}),
        ("posts.parquet", {}),
        ("posts.parquet.gz", {}),
    ],
)
def test_every_form_of_file_gives_the_same_posts(acme, tmp_path, name, how):
    report = import_files(acme, [write(tmp_path, name, **how)])
    posts = acme.store.read("posts")
    jane, bob, ann = (Pseudonyms().name(name) for name in ("jane", "bob", "ann"))
    assert (report.rows, report.added, report.refused) == (3, 3, 0)
    assert posts["post_id"].tolist() == ["x:1", "x:2", "x:3"]
    assert posts["author"].tolist() == [jane, bob, ann]
    assert posts["text"].tolist() == [f"Acme! write to [email] or @{bob}", ROWS[1]["text"], ROWS[2]["text"]]
    assert posts["brand"].tolist() == ["Acme", "Acme", ""]
    assert posts["created_at"].iloc[0] == pd.Timestamp("2026-03-02T08:00Z")
    assert posts["week"].tolist() == ["2026-W10", "2026-W10", "2026-W11"]
    assert posts["likes"].isna().all()


def test_windows_text_is_read_as_such(acme, tmp_path):
    rows = [ROWS[1] | {"text": "Größe: naïve café – “ok”"}]
    import_files(acme, [write(tmp_path, "old.csv", rows, encoding="cp1252")])
    assert acme.store.read("posts")["text"].tolist() == ["Größe: naïve café – “ok”"]


def test_nothing_that_is_stored_names_anybody(acme, tmp_path):
    rows = [
        ROWS[0]
        | {
            "user_email": "jane@example.com",
            "user.description": "Jane of Leeds",
            "mentions": json.dumps([{"screen_name": "Bob", "id": 7}]),
            "note": "ring 914-329-0185",
        }
    ]
    import_files(acme, [write(tmp_path, "posts.jsonl", rows)])
    kept = acme.store.read("raw")["payload"].iloc[0] + acme.store.read("posts").to_csv()
    assert not any(word in kept for word in ("Jane", "jane", "Bob", "914", "Leeds", "example.com"))
    payload = json.loads(acme.store.read("raw")["payload"].iloc[0])
    assert payload["mentions"] == json.dumps([{"screen_name": Pseudonyms().name("bob"), "id": 7}])
    assert payload["note"] == "ring [phone]"


def test_the_same_file_twice_adds_nothing(acme, tmp_path):
    path = write(tmp_path, "posts.csv")
    import_files(acme, [path])
    versions = acme.store.versions()
    again = import_files(acme, [path, write(tmp_path, "copy.csv")])
    assert [file.skipped for file in again.files] == [True, True]
    assert (again.added, again.repeated) == (0, 6)
    assert acme.store.versions() == versions


def test_a_grown_file_adds_only_what_is_new(acme, tmp_path):
    import_files(acme, [write(tmp_path, "posts.csv")])
    path = write(tmp_path, "posts.csv", [*ROWS, ROWS[2] | {"id": "4"}])
    os.utime(path, ns=(1, 1))
    report = import_files(acme, [path])
    assert (report.rows, report.added, report.repeated, report.updated) == (4, 1, 3, 0)
    assert len(acme.store.read("raw")) == 4


def test_an_edit_in_a_later_file_wins(acme, tmp_path, monkeypatch):
    monkeypatch.setenv("EARSHOT_NOW", "2026-03-10T00:00:00Z")
    import_files(acme, [write(tmp_path, "posts.csv")])
    monkeypatch.setenv("EARSHOT_NOW", "2026-03-11T00:00:00Z")
    report = import_files(acme, [write(tmp_path, "later.csv", [ROWS[0] | {"text": "Acme, edited"}])])
    assert (report.added, report.updated) == (0, 1)
    assert acme.store.read("posts")["text"].iloc[0] == "Acme, edited"


def test_a_post_whose_time_was_corrected_lies_in_one_week_only(acme, tmp_path):
    import_files(acme, [write(tmp_path, "posts.csv")])
    import_files(acme, [write(tmp_path, "later.csv", [ROWS[0] | {"when": "2026-03-20T08:00:00Z"}])])
    posts = acme.store.read("posts")
    assert posts[posts["post_id"] == "x:1"]["week"].tolist() == ["2026-W12"]


def test_refused_rows_are_kept_with_a_reason_a_person_understands(acme, tmp_path, monkeypatch):
    monkeypatch.setenv("EARSHOT_NOW", "2026-04-01T00:00:00Z")
    rows = [
        ROWS[0],
        ROWS[0] | {"text": "quite another"},
        ROWS[0],
        ROWS[1] | {"text": " "},
        ROWS[1] | {"when": "soon"},
        ROWS[1] | {"when": ""},
        ROWS[1] | {"when": "2031-01-01"},
        ROWS[1] | {"id": ""},
        ROWS[1] | {"when": "1970-01-01", "text": "mail jane@example.com"},
    ]
    path = write(tmp_path, "posts.csv", rows)
    with open(path, "a") as file:
        file.write("9,Eve,too many cells,2026-03-01,mail eve@example.com\n")
    report = import_files(acme, [path])
    assert (report.rows, report.added, report.repeated, report.refused) == (10, 1, 1, 8)
    kept = acme.store.read("quarantine").sort_values("row")
    assert kept["reason"].tolist() == [
        "the id was already used in this file for another text (row 1)",
        "the text is empty",
        "the time cannot be read (soon)",
        "the time is empty",
        "the time is in the future (2031-01-01 00:00 UTC)",
        "the id is empty",
        "the time is before 1995 (1970-01-01 00:00 UTC)",
        "the row has 5 cells where the heading has 4",
    ]
    assert "example.com" not in "".join(kept["payload"])
    assert report.files[0].reasons["the time cannot be read"] == 1


def test_a_clash_of_ids_is_seen_across_batches(acme, tmp_path, monkeypatch):
    from earshot.collect.files import readers

    monkeypatch.setattr(readers.read, "__defaults__", (2,))
    report = import_files(acme, [write(tmp_path, "posts.csv", [*ROWS, ROWS[0] | {"text": "another"}])])
    assert (report.added, report.refused) == (3, 1)
    assert acme.store.read("quarantine")["reason"].tolist() == [
        "the id was already used in this file for another text"
    ]


def test_rows_without_an_id_get_one_from_what_they_say(workspace, tmp_path):
    columns = {"author": "user_name", "text": "text", "created_at": "when"}
    acme = workspace(**BRIEF | {"sources": {"posts": SOURCE["posts"] | {"columns": columns}}})
    import_files(acme, [write(tmp_path, "posts.csv")])
    assert import_files(acme, [write(tmp_path, "again.csv", [*ROWS[::-1]])]).repeated == 3
    assert len(acme.store.read("posts")) == 3


def test_a_corrected_mapping_is_applied_without_the_file(workspace, tmp_path):
    wrong = {"text": "user_name", "created_at": "when", "author": "id", "id": "id"}
    acme = workspace(**BRIEF | {"sources": {"posts": SOURCE["posts"] | {"columns": wrong}}})
    path = write(tmp_path, "posts.csv", [*ROWS, ROWS[0] | {"id": "5", "user_name": ""}])
    assert import_files(acme, [path]).refused == 1
    path.unlink()
    acme = workspace(**BRIEF)
    landed = remap(acme, "posts")
    posts = acme.store.read("posts")
    assert posts["text"].tolist()[1:3] == [ROWS[1]["text"], ROWS[2]["text"]]
    assert posts["post_id"].tolist() == ["x:1", "x:2", "x:3", "x:5"]
    assert posts["author"].notna().tolist() == [True, True, True, False]
    assert (landed.refused, len(acme.store.read("quarantine"))) == (0, 0)
    versions = acme.store.versions()
    remap(acme, "posts")
    assert acme.store.versions() == versions


def test_remapping_lets_go_of_posts_that_the_new_mapping_does_not_give(workspace, tmp_path):
    acme = workspace(**BRIEF)
    import_files(acme, [write(tmp_path, "posts.csv")])
    acme = workspace(**BRIEF | {"sources": {"posts": SOURCE["posts"] | {"constants": {"platform": "forum"}}}})
    remap(acme, "posts")
    assert acme.store.read("posts")["post_id"].tolist() == ["forum:1", "forum:2", "forum:3"]


def test_an_unknown_source_cannot_be_remapped(acme):
    with pytest.raises(ParamError) as error:
        remap(acme, "post")
    assert str(error.value) == (
        "params/acme/sources.yml has no source 'post' (there: posts). Did you mean \"posts\"?"
    )


def test_a_guess_is_shown_before_it_is_used_and_saved(workspace, posts_file):
    acme = workspace(brands=["Acme", "Bolt"])
    path = posts_file(40)
    with pytest.raises(MappingNeeded) as error:
        import_files(acme, [path])
    assert str(error.value) == (
        "No source in params/acme/sources.yml fits posts.csv; approve the guess (--yes) or write one there."
    )
    assert ("text", "text") in [reason[:2] for reason in error.value.guess.reasons]
    seen = []
    report = import_files(acme, [path], approve=lambda guess: not seen.append(guess))
    assert (report.added, len(seen)) == (40, 1)
    assert import_files(workspace(brands=["Acme", "Bolt"]), [posts_file(41, "more.csv")]).added == 1


def test_progress_is_told(acme, tmp_path):
    seen = []
    import_files(acme, [write(tmp_path, "posts.csv")], progress=lambda name, done: seen.append((name, done)))
    assert seen[0] == ("posts.csv", 0.0)
    assert seen[-1] == ("posts.csv", 1.0)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.csv", None, "There is no file {path}; check the path."),
        ("empty.csv", b" \n", "empty.csv is empty; there is nothing to import."),
        (
            "book.xlsx",
            b"PK\x03\x04rest",
            "book.xlsx is a spreadsheet or zip archive; save it as CSV and import that.",
        ),
        (
            "cut.csv.gz",
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03abc",
            "cut.csv.gz is not a whole gzip file; fetch it again.",
        ),
        (
            "noise.bin",
            b"\0\1\2 words\0",
            "noise.bin is neither CSV nor JSON nor Parquet; export it as one of these.",
        ),
        ("cut.json", b'[{"id": 1}, {"id":', "cut.json ends in the middle of its JSON array; fetch it again."),
        ("cut.parquet", b"PAR1abcd", "cut.parquet is a damaged Parquet file; fetch it again."),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(acme, tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileRefused) as error:
        import_files(acme, [path])
    assert str(error.value) == said.format(path=path)


def test_the_airline_file_is_read_by_its_committed_mapping(home, airline_posts):
    import earshot

    airline = earshot.open("airline")
    report = import_files(airline, [airline_posts])
    posts = airline.store.read("posts")
    assert (report.rows, report.added, report.repeated, report.refused) == (10107, 10007, 100, 0)
    assert set(posts["brand"]) == set(airline.params.brands)
    assert "sentiment" not in " ".join(posts.columns)
    assert "airline_sentiment" in airline.store.read("raw", columns=["payload"])["payload"].iloc[0]
    first = posts.groupby("brand")["created_at"].min()
    assert first.idxmax() == "American"


def test_a_killed_import_is_completed_by_the_next(acme, tmp_path, home):
    """SIGKILL between batches: what is there is whole, and importing again adds the rest, nothing twice."""
    rows = [ROWS[0] | {"id": str(row), "text": f"note {row}"} for row in range(90)]
    path = write(tmp_path, "posts.csv", rows)
    script = (
        "import os, signal, sys, earshot\nfrom earshot.collect.files import importing as files, readers\n"
        "readers.read.__defaults__ = (30,)\n"
        "def stop(name, done):\n    if 0 < done: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.import_files(earshot.open('acme'), [sys.argv[1]], progress=stop)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(path)], env=os.environ | {"EARSHOT_HOME": str(home)}
    )
    assert ended.returncode == -9
    assert len(acme.store.read("posts")) == 30
    report = import_files(acme, [path])
    assert (report.added, report.repeated) == (60, 30)
    assert acme.store.read("posts")["post_id"].is_unique


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("latin-1", "Llevo cinco años y la señal es très mauvaise à Nîmes, für Müller auch"),
        ("cp1251", "Привет, сеть не работает весь день, когда почините"),
        ("cp932", "電波が悪い。毎日つながらない。"),
    ],
)
def test_western_letters_are_not_taken_for_baltic_ones_nor_cyrillic_for_either(encoding, words):
    from earshot.collect.mapping.formats import _encoding

    head = (words + "\n").encode(encoding) * 30
    assert head.decode(_encoding(head)) == (words + "\n") * 30

"""`earshot sheet`: a sheet goes out as a harmless CSV file and comes back as labels."""

import pandas as pd
import pytest
from tests import tiny
from typer.testing import CliRunner

from earshot import cli
from earshot.analyse.posts import human_labels, loading


def call(*words: object):
    """Run the command in this process."""
    return CliRunner().invoke(cli.app, ["sheet", *map(str, words)])


@pytest.fixture
def space(home):
    return tiny.workspace(home, posts=290)


def test_a_sample_goes_out_and_comes_back(space, tmp_path):
    file = tmp_path / "sheet.csv"
    answer = call("tiny", "--of", "sample", "--count", 80, "--out", file)
    assert answer.output == (
        f"{file} holds 80 posts, drawn at random by brand and label; write negative, neutral, positive "
        f"under label, "
        f"then give it back with earshot sheet tiny --labels {file}.\n"
    )
    sheet = pd.read_csv(file)
    hostile = sheet[sheet["text"].str.startswith("'")]
    assert len(hostile), "the formulas of the hostile posts are in the last period"
    assert not sheet["text"].str.match(r"^[=+\-@\t\r]").any()
    sheet.assign(label="negative").to_csv(file, index=False)
    assert call("tiny", "--labels", file).output == (
        "80 labels are kept in params/tiny/labels.csv; the next report uses them.\n"
    )
    marked = human_labels.score_model(loading.load(space.store, space.params), space)
    assert marked["right"].notna().sum() == 80
    assert marked["weight"].gt(1).any()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Give either --of KIND and --out FILE to get a sheet, or --labels FILE to take one back."),
        (
            ["--of", "sample"],
            "Give either --of KIND and --out FILE to get a sheet, or --labels FILE to take one back.",
        ),
        (
            ["--of", "smple", "--out", "a.csv"],
            "--of is 'smple'; use unsure, sample, unmapped. Did you mean \"sample\"?",
        ),
        (
            ["--of", "sample", "--out", "a.xlsx"],
            "--out is 'a.xlsx'; a sheet is a CSV file, so let its name end in .csv.",
        ),
        (
            ["--of", "sample", "--out", "there.csv"],
            "there.csv is there already, and may hold labels; give another name.",
        ),
        (
            ["--labels", "gone.csv"],
            "There is no file 'gone.csv'; give a CSV, JSONL or Parquet file with post_id and label.",
        ),
    ],
)
def test_a_wrong_request_is_one_sentence(space, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.csv").write_text("post_id,label\n")
    answer = call("tiny", *words)
    assert (answer.exit_code, answer.output) == (2, f"{sentence}\n")

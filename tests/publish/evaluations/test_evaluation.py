"""An evaluation notebook gets its files, and its metrics come back; whatever goes wrong is one sentence."""

import hashlib
import json

import nbformat
import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot import cli
from earshot.core.params import ParamError
from earshot.enrich.sentiment import step as sentiment
from earshot.publish.evaluations import evaluation as run_evaluation
from earshot.publish.evaluations.evaluation import EvaluationFailed, evaluate
from earshot.publish.safety import checks

PARAMETERS = """data: str = ""  # labelled file
train: str = ""  # learn from this first
run_dir: str = ""  # where to write"""
CHOICE = '\nsentiment_model: str = "earshot-2"  # the model to score'
WRITES = "import json, pathlib\npathlib.Path(run_dir, 'metrics.json').write_text(json.dumps(%s))"


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A builder: ``notebook(code)`` puts evaluation/scores.ipynb
    with that last cell into a home of its own.
    """
    folder = tmp_path / "home" / "notebooks" / "evaluation"
    folder.mkdir(parents=True)
    monkeypatch.setenv("EARSHOT_HOME", str(tmp_path / "home"))
    (tmp_path / "data.csv").write_text("text,label\nfine,positive\n")

    def build(code: str, parameters: str = PARAMETERS):
        first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
        question = nbformat.v4.new_markdown_cell("# How good is it?\n\nReads a file.")
        book = nbformat.v4.new_notebook(cells=[question, first, nbformat.v4.new_code_cell(code)])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "x", "language": "python"}
        nbformat.write(book, folder / "scores.ipynb")
        return tmp_path / "data.csv"

    return build


def test_the_metrics_come_back_and_the_notebook_saw_the_file(notebook):
    data = notebook(
        "import json, pathlib\n"
        "metrics = {'n': len(open(data).readlines()) - 1, 'train': train}\n"
        "pathlib.Path(run_dir, 'metrics.json').write_text(json.dumps(metrics))"
    )
    assert evaluate("scores", data) == {"n": 1, "train": ""}
    assert evaluate("scores", data, train=data)["train"] == str(data)


def test_an_error_in_the_notebook_is_one_sentence(notebook):
    with pytest.raises(EvaluationFailed, match=r"^scores: KeyError: 'label'$"):
        evaluate("scores", notebook("{}['label']"))


def test_a_notebook_that_writes_nothing_has_failed(notebook):
    with pytest.raises(
        EvaluationFailed, match=r"^evaluation/scores.ipynb ended without writing metrics.json into"
    ):
        evaluate("scores", notebook("1 + 1"))


def test_a_killed_kernel_has_failed(notebook):
    with pytest.raises(EvaluationFailed, match="scores: DeadKernelError"):
        evaluate("scores", notebook("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))


def test_a_wrong_name_says_which_there_are(notebook):
    data = notebook("1")
    with pytest.raises(ParamError) as error:
        evaluate("score", data)
    assert str(error.value) == "There is no evaluation 'score' (there: scores). Did you mean \"scores\"?"


def test_a_missing_file_is_named(notebook, tmp_path):
    notebook("1")
    with pytest.raises(ParamError, match=r"There is no file .*gone.csv; give a CSV, JSONL or Parquet file\."):
        evaluate("scores", tmp_path / "gone.csv")


def test_the_model_asked_for_reaches_the_notebook_and_a_folder_is_found_from_there(
    notebook, tmp_path, monkeypatch
):
    data = notebook(
        WRITES % ("{'model': sentiment_model, 'there': pathlib.Path(sentiment_model, 'x.json').exists()}"),
        PARAMETERS + CHOICE,
    )
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "x.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert evaluate("scores", data) == {"model": "earshot-2", "there": False}
    assert evaluate("scores", data, model="earshot-2-fast")["model"] == "earshot-2-fast"
    for folder in ("bert", str(tmp_path / "bert"), "./bert/"):
        assert evaluate("scores", data, model=folder) == {"model": "models/bert", "there": True}


def test_a_model_where_none_can_be_chosen_or_that_does_not_exist_is_one_sentence(notebook, monkeypatch):
    monkeypatch.setattr(run_evaluation, "_execute", lambda *asked: pytest.fail("the work began"))
    with pytest.raises(
        ParamError, match=r"^evaluation/scores has no sentiment_model to choose; leave --model out\.$"
    ):
        evaluate("scores", notebook("1"), model="earshot-1")
    with pytest.raises(
        ParamError,
        match=r"^sentiment_model: there is no model 'earshot-3'; use earshot-2, .*"
        r"Did you mean \"earshot-\d\"\?$",
    ):
        evaluate("scores", notebook("1", PARAMETERS + CHOICE), model="earshot-3")


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (
            "gone/page.html",
            r"^--page is .*gone/page\.html, and there is no folder .*gone; make it first, or name another ",
        ),
        ("data.csv", r"^--page is 'data\.csv'; a page is an HTML file, so let its name end in \.html\.$"),
    ],
)
def test_a_page_that_cannot_be_kept_is_said_before_the_work_begins(
    notebook, tmp_path, monkeypatch, page, sentence
):
    monkeypatch.setattr(run_evaluation, "_execute", lambda *asked: pytest.fail("the work began"))
    with pytest.raises(ParamError, match=sentence):
        evaluate("scores", notebook("1"), page=tmp_path / page)


def test_what_a_failed_notebook_shows_is_no_page(notebook, tmp_path):
    with pytest.raises(EvaluationFailed):
        evaluate("scores", notebook("1 / 0"), page=tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_secret_is_not_on_the_page_and_what_may_not_be_published_is_not_written(
    notebook, tmp_path, monkeypatch
):
    page, secret = tmp_path / "page.html", "ghp_" + "a" * 36
    evaluate(
        "scores", notebook(WRITES % "{}" + f"\nprint('{secret}', '<script>alert(1)</script>')"), page=page
    )
    shown = page.read_text()
    assert secret not in shown
    assert "[secret] &lt;script&gt;" in shown
    page.unlink()
    monkeypatch.setattr(checks, "check", lambda html: ["The page holds a script."])
    with pytest.raises(EvaluationFailed, match=r"^The page was not written: The page holds a script\.$"):
        evaluate("scores", notebook(WRITES % "{}"), page=page)
    assert not page.exists()


def test_a_model_is_scored_on_labelled_posts_and_what_was_found_is_kept_as_a_page(home, tmp_path):
    """The real notebook, by the command: one JSON object ends what is printed,
    and the page says how it came about.
    """
    data, page = tmp_path / "posts.csv", tmp_path / "page.html"
    pd.DataFrame(
        {
            "text": ["I love it", "I hate it", "it is open", "this was <b>awful</b>, never again"],
            "label": ["positive", "negative", "neutral", "positive"],
        }
    ).to_csv(data, index=False)
    asked = ["evaluate", "sentiment", "--data", data, "--model", "earshot-2-fast", "--page", page]
    answer = CliRunner().invoke(cli.app, [str(word) for word in asked])
    assert answer.exit_code == 0, answer.output
    told, last = answer.stdout.splitlines()[-2:]
    assert (told, json.loads(last)["n"]) == (f"Read {page}", 4)
    html = page.read_text(encoding="utf-8")
    assert checks.check(html) == []
    for part in (
        "How well does the sentiment model read these posts?",
        "What is taken for what",
        "Evaluation of sentiment",
        f"posts.csv, SHA-256 {hashlib.sha256(data.read_bytes()).hexdigest()}",
        f"earshot-2-fast, SHA-256 {sentiment.shipped()['earshot-2-fast']}",
        "earshot evaluate sentiment --data posts.csv --model earshot-2-fast",
    ):
        assert part in html
    assert str(tmp_path) not in html

"""An evaluation notebook gets its files, and its metrics come back; whatever goes wrong is one sentence."""

import nbformat
import pytest

from earshot.core.params import ParamError
from earshot.publish.run_evaluation import EvaluationFailed, evaluate

PARAMETERS = """data: str = ""  # labelled file
train: str = ""  # learn from this first
run_dir: str = ""  # where to write"""


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A builder: ``notebook(code)`` puts evaluation/scores.ipynb with that last cell into a home of its own."""
    folder = tmp_path / "home" / "notebooks" / "evaluation"
    folder.mkdir(parents=True)
    monkeypatch.setenv("EARSHOT_HOME", str(tmp_path / "home"))
    (tmp_path / "data.csv").write_text("text,label\nfine,positive\n")

    def build(code: str):
        first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        book = nbformat.v4.new_notebook(cells=[first, nbformat.v4.new_code_cell(code)])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "x", "language": "python"}
        nbformat.write(book, folder / "scores.ipynb")
        return tmp_path / "data.csv"
    return build


def test_the_metrics_come_back_and_the_notebook_saw_the_file(notebook):
    data = notebook("import json, pathlib\n"
                    "metrics = {'n': len(open(data).readlines()) - 1, 'train': train}\n"
                    "pathlib.Path(run_dir, 'metrics.json').write_text(json.dumps(metrics))")
    assert evaluate("scores", data) == {"n": 1, "train": ""}
    assert evaluate("scores", data, train=data)["train"] == str(data)


def test_an_error_in_the_notebook_is_one_sentence(notebook):
    with pytest.raises(EvaluationFailed, match=r"^scores: KeyError: 'label'$"):
        evaluate("scores", notebook("{}['label']"))


def test_a_notebook_that_writes_nothing_has_failed(notebook):
    with pytest.raises(EvaluationFailed, match=r"^evaluation/scores.ipynb ended without writing metrics.json into"):
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

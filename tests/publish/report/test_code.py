"""What a report is made of: the library and the notebooks, not the copies an editor keeps beside them."""

import shutil

import pytest
from tests.tracked import tracked

from earshot.publish.report import code
from earshot.publish.report.notebooks import list_notebooks

LEFT = ".ipynb_checkpoints"


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A small library of code and one model, hashed afresh."""
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "store.py").write_text("one = 1\n")
    (tmp_path / "core" / "model.npz").write_bytes(b"weights")
    monkeypatch.setattr(code, "LIBRARY", tmp_path)
    code.hash_library.cache_clear()
    yield tmp_path
    code.hash_library.cache_clear()


def test_a_copy_an_editor_keeps_is_no_code_of_ours(library):
    whole, floor, models = code.hash_library(), code.hash_library(("core",)), code.hash_models()
    shutil.copytree(library / "core", library / "core" / LEFT)
    code.hash_library.cache_clear()
    assert (code.hash_library(), code.hash_library(("core",)), code.hash_models()) == (whole, floor, models)
    (library / "core" / "store.py").write_text("one = 2\n")
    code.hash_library.cache_clear()
    assert whole not in (code.hash_library(), code.hash_library(("core",)))


def test_a_copy_jupyter_keeps_of_a_notebook_is_not_run(tmp_path):
    (notebook, *_) = tracked("notebooks/*.ipynb")
    (tmp_path / LEFT).mkdir()
    shutil.copy(notebook, tmp_path)
    shutil.copy(notebook, tmp_path / LEFT / f"{notebook.stem}-checkpoint.ipynb")
    assert [found.name for found in list_notebooks(tmp_path)] == [notebook.stem]

"""What a checkout-wide test looks at: our files, whoever opened them in Jupyter meanwhile."""

from tests import tracked as ours


def test_copies_that_jupyter_keeps_are_not_ours(tmp_path, monkeypatch):
    ours.subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text(".ipynb_checkpoints/\n")
    for name in (
        "notebooks/a.ipynb",
        "notebooks/more/b.ipynb",
        "notebooks/.ipynb_checkpoints/a-checkpoint.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    monkeypatch.setattr(ours, "CHECKOUT", tmp_path)
    assert ours.tracked("notebooks/*.ipynb") == [tmp_path / "notebooks" / "a.ipynb"]
    assert [path.name for path in ours.tracked("notebooks/**/*.ipynb")] == ["a.ipynb", "b.ipynb"]
    ours.subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    (tmp_path / "notebooks" / "a.ipynb").unlink()
    assert [path.name for path in ours.tracked()] == [".gitignore", "b.ipynb"]

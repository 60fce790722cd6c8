"""The models that ship: each with its size, fingerprint and card, and which one a workspace uses."""

import hashlib
import re

import pytest
from tests.tracked import tracked

from earshot.core.params import Brief
from earshot.enrich.registry import shipped
from earshot.enrich.sentiment import step as sentiment


def test_every_model_file_is_listed_with_its_own_fingerprint_and_card():
    found = {model.name: model for model in shipped.shipped()}
    files = {
        path.stem: path for path in shipped.FOLDER.glob("*/*") if path.suffix in (".safetensors", ".parquet")
    }
    assert found.keys() == files.keys()
    for name, model in found.items():
        assert model.sha256 == hashlib.sha256(files[name].read_bytes()).hexdigest()
        assert model.megabytes == pytest.approx(files[name].stat().st_size / 1e6)
        assert model.whole
        assert model.card.is_file()
        assert (shipped.FOLDER.parents[2] / shipped.within(model.card)) == model.card
    assert found["earshot-1"].card.name == "earshot-1.md"


def test_every_card_and_model_that_the_code_or_a_card_speaks_of_is_there():
    library = shipped.FOLDER.parent
    texts = [
        path.read_text(encoding="utf-8")
        for path in (*tracked("lib/earshot/**/*.py"), *tracked("lib/earshot/models/*/*.md"))
    ]
    named = {name for text in texts for name in re.findall(r"\bmodels/\w+/[\w-]+\.(?:md|safetensors)", text)}
    assert "models/sentiment/earshot-1.md" in named
    assert [name for name in sorted(named) if not (library / name).is_file()] == []


@pytest.mark.parametrize(
    ("champion", "used"),
    [
        ("earshot-2", {"earshot-2"}),
        ("earshot-2-cascade", {"earshot-2"}),
        ("earshot-2-fast", {"earshot-2"}),
        ("earshot-1", {"earshot-1"}),
        ("cardiffnlp/twitter-roberta-fast", set()),
    ],
)
def test_the_champion_is_the_file_that_the_brief_names(champion, used):
    params = Brief(sentiment_model=champion)
    found = {
        model.name
        for model in shipped.shipped()
        if model.use == "sentiment" and shipped.is_champion(model, params)
    }
    assert found == used


def test_every_shipped_name_of_sentiment_has_a_file():
    names = {model.name for model in shipped.shipped()}
    assert {shipped.base(name) for name in sentiment.NAMES} <= names


def test_a_changed_or_missing_file_is_seen(tmp_path, monkeypatch):
    folder = tmp_path / "lib" / "earshot" / "models" / "sentiment"
    folder.mkdir(parents=True)
    (folder / "one.safetensors").write_bytes(b"changed")
    first = hashlib.sha256(b"first").hexdigest()
    (folder / "SHA256SUMS").write_text(f"{first}  one.safetensors\n{'0' * 64}  two.json\n")
    monkeypatch.setattr(shipped, "FOLDER", folder.parent)
    assert [(model.name, model.whole) for model in shipped.shipped()] == [("one", False), ("two", False)]
    assert shipped.shown(Brief())["file"].tolist() == ["changed or missing"] * 2

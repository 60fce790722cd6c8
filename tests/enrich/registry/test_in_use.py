"""The models in use: each with its own fingerprint
and the one line that brings the last one back, or plainly none.
"""

import hashlib
import json

import pytest

from earshot.enrich.embeddings import minilm
from earshot.enrich.registry import in_use
from earshot.enrich.sentiment import step as sentiment


def found(space) -> dict:
    """The models in use by what they are for."""
    return {model.use: model for model in in_use.listed(space)}


@pytest.mark.parametrize(
    ("model", "before", "back"),
    [
        (
            "earshot-2",
            "earshot-1",
            "to go back, write one line in params/acme/brief.yml: sentiment_model: earshot-1",
        ),
        (
            "earshot-2-fast",
            "earshot-1",
            "to go back, write one line in params/acme/brief.yml: sentiment_model: earshot-1",
        ),
        (
            "earshot-1",
            "",
            "there is none before it; to use the newest, write one line in params/acme/brief.yml: "
            "sentiment_model: earshot-2",
        ),
        (
            "some/model",
            "earshot-2",
            "to go back, write one line in params/acme/brief.yml: sentiment_model: earshot-2",
        ),
    ],
)
def test_the_way_back_from_a_sentiment_model(workspace, model, before, back):
    seen = found(workspace(sentiment_model=model))["sentiment"]
    assert (seen.name, seen.before, seen.back) == (model, before, back)
    assert seen.sha256 == sentiment.shipped().get(model, "")


def test_what_has_none_before_it_says_so(workspace):
    seen = found(workspace())
    for use in ("aspect", "embedding", "language", "geography"):
        assert (seen[use].before, seen[use].back) == ("", "there is none before it")
    assert seen["embedding"].sha256 == minilm.SHA256
    assert "topics" not in seen


def test_own_classifiers_stand_with_version_file_and_the_one_before(workspace):
    space = workspace(
        classifiers={
            "intents": {"champion": "new0", "before": "old0"},
            "reasons": {"champion": "one0"},
            "gone": {"champion": "lost"},
            "wrong": "text",
        }
    )
    for name, version in (("intents", "new0"), ("reasons", "one0")):
        folder = space.data / "models" / name / version
        folder.mkdir(parents=True)
        (folder / "model.skops").write_bytes(name.encode())
    (space.data / "models" / "relevance.skops").write_bytes(b"relevance")
    seen = {model.name: model for model in in_use.listed(space)}
    assert seen["intents new0"].sha256 == hashlib.sha256(b"intents").hexdigest()
    assert seen["intents new0"].back == (
        "to go back, write one line in params/acme/classifiers.yml: intents: {champion: old0}"
    )
    assert seen["reasons one0"].back == "there is none before it"
    assert seen["gone lost"].sha256 == seen["wrong"].sha256 == ""
    assert seen["relevance"].back.startswith("there is none before it: learn again from the sheet")
    assert in_use.previous(space) == {"intents": "old0"}
    assert in_use.shown(space).set_index("model").loc["gone lost", "SHA-256"] == "not on this machine"


def test_a_folder_of_hugging_face_has_its_own_fingerprint_and_a_wrong_name_none(workspace, tmp_path):
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text(json.dumps({"id2label": {}}))
    one = in_use.fingerprints(workspace(sentiment_model=str(tmp_path / "bert")))[
        f"sentiment: {tmp_path / 'bert'}"
    ]
    (tmp_path / "bert" / "model.safetensors").write_bytes(b"weights")
    two = in_use.fingerprints(workspace(sentiment_model=str(tmp_path / "bert")))[
        f"sentiment: {tmp_path / 'bert'}"
    ]
    assert len(one) == len(two) == 64
    assert one != two
    assert in_use.fingerprints(workspace(sentiment_model="earshot-9"))["sentiment: earshot-9"] == ""

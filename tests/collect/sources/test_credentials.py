"""Credentials by reference: where they are, that they are read anew, and that none is ever repeated."""

import pytest

from earshot.collect.sources.credentials import CredentialMissing, Credentials, check_reference, scrub
from earshot.core.params import ParamError


def test_a_credential_is_read_at_each_use(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("one\n")
    monkeypatch.setenv("A_TOKEN", "two")
    credentials = Credentials("f", {"a": f"file:{secret}", "b": "env:A_TOKEN"})
    assert credentials.read() == {"a": "one", "b": "two"}
    secret.write_text("three")
    assert credentials.read()["a"] == "three"


@pytest.mark.parametrize("content", ["", "  \n", "two words", "line\nbreak", "\x00", "ключ"])
def test_what_cannot_be_a_credential_is_refused_without_repeating_it(tmp_path, content):
    secret = tmp_path / "secret"
    secret.write_text(content)
    with pytest.raises(CredentialMissing) as error:
        Credentials("f", {"a": f"file:{secret}"}).read()
    assert str(error.value).startswith("Feed 'f'")
    assert not content.strip() or content not in str(error.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CredentialMissing, match="which cannot be read; put it there and collect again"):
        Credentials("f", {"a": f"file:{tmp_path}/none"}).read()


@pytest.mark.parametrize(
    "literal", ["AAAAAAAAAAAAAAAAMLheAAA0", "Bearer abc", "", 12, None, ["env:X"], "env:a b"]
)
def test_a_secret_written_out_is_refused_and_not_repeated(literal):
    with pytest.raises(ParamError) as error:
        check_reference("feeds.yml: feed 'f'", "bearer", literal, [])
    assert "must say where the secret lies" in str(error.value)
    assert not literal or not isinstance(literal, str) or literal not in str(error.value)


def test_a_file_among_the_workspaces_is_refused(tmp_path):
    with pytest.raises(ParamError, match="lies among the workspaces"):
        check_reference("w", "bearer", f"file:{tmp_path}/data/../data/key", [tmp_path / "data"])


def test_the_key_of_the_pseudonyms_is_sent_to_nobody():
    with pytest.raises(ParamError, match="sent to nobody"):
        check_reference("w", "bearer", "env:EARSHOT_KEY", [])


def test_a_secret_is_taken_out_in_every_form():
    said = "a b+c/d= b%2Bc%2Fd%3D YitjL2Q9"
    assert scrub(said, ["b+c/d="]) == "a [secret] [secret] [secret]"

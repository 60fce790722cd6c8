import pytest

from earshot.govern.pseudonyms import keys
from earshot.govern.pseudonyms.pseudonyms import KeyRefused, Pseudonyms, key_place, read_key, read_keys


@pytest.fixture(autouse=True)
def own_key(tmp_path, monkeypatch):
    monkeypatch.delenv("EARSHOT_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_a_new_key_gives_new_names_that_say_which_key_they_are_of():
    first = Pseudonyms().name("jane")
    assert keys.rotate() == 1
    second = Pseudonyms().name("jane")
    assert first.startswith("p_")
    assert second.startswith("p1_")
    assert first[2:] != second[3:]
    assert [known.name("@Jane") for known in keys.held()] == [first, second]
    assert Pseudonyms().name(first) == first  # a name made under an old key is left as it is
    assert key_place().stat().st_mode & 0o077 == 0


def test_once_a_key_is_destroyed_no_handle_leads_to_its_names():
    old = read_key()
    lost = Pseudonyms().name("jane")
    keys.rotate()
    keys.destroy(0)
    assert lost not in [known.name("jane") for known in keys.held()]
    assert len(keys.held()) == 1
    assert old not in key_place().read_text()
    assert read_keys()[0] == "destroyed"
    assert Pseudonyms().name("jane").startswith("p1_")  # the numbers of the others stay


def test_without_a_key_nobody_is_named():
    read_key()
    keys.destroy(0)
    for asked in (Pseudonyms, keys.held):
        with pytest.raises(KeyRefused, match="was destroyed; make another"):
            asked()
    keys.rotate()
    assert Pseudonyms().name("jane").startswith("p1_")


def test_names_for_two_purposes_cannot_be_linked():
    assert Pseudonyms(purpose="crm").name("jane") != Pseudonyms().name("jane")
    assert Pseudonyms(purpose="crm").name("jane") == Pseudonyms(purpose="crm").name("JANE")


def test_wrong_requests_are_answered_in_one_sentence(monkeypatch):
    with pytest.raises(KeyRefused, match="There is no pseudonym key 4"):
        keys.destroy(4)
    monkeypatch.setenv("EARSHOT_KEY", "0" * 64)
    with pytest.raises(KeyRefused, match="change it where it is set"):
        keys.rotate()
    monkeypatch.setenv("EARSHOT_KEY", f"{'0' * 64} {'1' * 64}")
    assert Pseudonyms().name("jane").startswith("p1_")

"""The doctor finds what is wrong with a machine and says what to do."""

import json
import os
import subprocess
from importlib.metadata import version

import pytest

from earshot import doctor
from earshot.core.files import hash_file
from earshot.govern.pseudonyms.pseudonyms import key_place, read_key
from tests.tracked import tracked


def lock(folder, *lines):
    """A lock file with these lines."""
    path = folder / "requirements.lock"
    path.write_text("# a comment\n" + "\n".join(lines) + "\n")
    return path


def test_packages_as_locked_are_well(tmp_path):
    check = doctor.packages(
        lock(tmp_path, f"pandas=={version('pandas')}", f"torch=={version('torch').split('+')[0]}")
    )
    assert (check.state, check.found, check.advice) == ("ok", "2 as in requirements.lock", "")


def test_another_version_is_a_warning_that_names_both(tmp_path):
    check = doctor.packages(lock(tmp_path, "pandas==0.1"))
    assert check.state == "warn"
    assert check.found == f"not as locked: pandas {version('pandas')} (lock: 0.1)"
    assert check.advice == "run make setup, or make lock to keep them"


def test_a_missing_package_is_a_failure(tmp_path):
    check = doctor.packages(lock(tmp_path, "no-such-package==1", "pandas==0.1"))
    assert (check.state, check.found, check.advice) == ("fail", "missing: no-such-package", "run make setup")


@pytest.mark.parametrize(("free", "state"), [(1e9, "fail"), (5e9, "warn"), (50e9, "ok")])
def test_the_disk_must_have_room(monkeypatch, free, state):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: type("Usage", (), {"free": free}))
    assert doctor.disk().state == state
    assert bool(doctor.disk().advice) == (state != "ok")


def test_the_embedding_weights_are_the_ones_we_trained_on():
    assert doctor.embedding_weights().state == "ok"


def test_other_embedding_weights_are_a_failure(monkeypatch):
    monkeypatch.setattr(doctor, "EMBEDDING_SHA256", "0" * 64)
    assert doctor.embedding_weights().state == "fail"
    assert "is not 000000000000…" in doctor.embedding_weights().found


def test_a_changed_model_is_a_failure(tmp_path):
    weights = tmp_path / "sentiment.safetensors"
    weights.write_bytes(b"one")
    (tmp_path / "SHA256SUMS").write_text(f"{hash_file(weights)}  sentiment.safetensors\n")
    assert [check.state for check in doctor.shipped_models(tmp_path)] == ["ok"]
    weights.write_bytes(b"two")
    assert [check.state for check in doctor.shipped_models(tmp_path)] == ["fail"]


def test_every_shipped_model_is_checked_and_whole():
    models = [path for path in tracked("lib/earshot/**") if path.suffix in doctor.MODELS]
    checks = list(doctor.shipped_models())
    assert {check.name for check in checks} == {f"Model {path.name}" for path in models}
    assert {check.state for check in checks} <= {"ok"}


def test_the_key_is_looked_for_where_it_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv("EARSHOT_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert doctor.key_file().found == "none yet: made by the first import"
    read_key()
    assert doctor.key_file().state == "ok"
    key_place().chmod(0o644)
    assert doctor.key_file().state == "fail"


def kernels(folder, command, monkeypatch):
    """A JUPYTER_PATH that comes before every other, with a python3 kernel that starts ``command``."""
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        json.dumps({"argv": [command], "display_name": "x", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(folder))


def test_a_foreign_kernel_is_a_failure(tmp_path, monkeypatch):
    kernels(tmp_path, "/usr/bin/false", monkeypatch)
    check = doctor.kernel()
    assert (check.state, check.found) == ("fail", "starts /usr/bin/false")
    assert "unset JUPYTER_PATH" in check.advice


def test_a_kernel_without_its_full_path_is_a_warning(tmp_path, monkeypatch):
    kernels(tmp_path, "python", monkeypatch)
    assert doctor.kernel().state == "warn"


def test_the_installed_kernel_is_well(monkeypatch):
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    assert doctor.kernel().state == "ok"


def test_a_key_that_others_can_read_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("EARSHOT_KEY", raising=False)
    assert doctor.key_file().found.startswith("none yet")
    key = tmp_path / ".config" / "earshot" / "pseudonym.key"
    key.parent.mkdir(parents=True)
    key.write_text("secret")
    key.chmod(0o644)
    assert (doctor.key_file().state, doctor.key_file().advice) == ("fail", f"chmod 600 {key}")
    key.chmod(0o600)
    assert doctor.key_file().state == "ok"


def test_a_clone_without_the_notebook_filter_is_warned(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    monkeypatch.setattr(doctor, "CHECKOUT", tmp_path)
    assert doctor.git_filter().state == "warn"
    subprocess.run(
        ["git", "-C", tmp_path, "config", "filter.nbstripout.clean", "nbstripout --keep-id"], check=True
    )
    assert doctor.git_filter().state == "ok"


def test_no_chromium_is_only_a_warning(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (doctor.chromium().state, doctor.chromium().advice) == (
        "warn",
        "install your system's chromium package",
    )
    browser = tmp_path / "chromium"
    browser.write_text("")
    browser.chmod(0o755)
    assert doctor.chromium().found == os.fspath(browser)


def test_a_long_list_is_cut_and_says_so():
    assert doctor.listed([*"abcdefg"]) == "a, b, c, d, e and 2 more"

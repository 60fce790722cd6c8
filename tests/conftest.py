"""What every test may ask for: a home of its own, a workspace in it, a small table of posts."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED_DATA = CHECKOUT.parent / "shared" / "data"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A temporary EARSHOT_HOME with copies of the committed params, and a key that is nobody's."""
    shutil.copytree(CHECKOUT / "params", tmp_path / "home" / "params")
    (tmp_path / "home" / "notebooks").symlink_to(CHECKOUT / "notebooks")
    monkeypatch.setenv("EARSHOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EARSHOT_KEY", "0" * 64)
    return tmp_path / "home"


@pytest.fixture
def workspace(home):
    """A builder: ``workspace("acme", brands=["Acme"], kpis={...})`` writes params/acme and opens it.

    A keyword that is a dict becomes a settings file of that name; every other keyword is a field of
    brief.yml.
    """

    def build(name: str = "acme", **values):
        from earshot import open as open_workspace

        folder = home / "params" / name
        folder.mkdir(parents=True, exist_ok=True)
        settings = {key: value for key, value in values.items() if isinstance(value, dict)}
        brief = {key: value for key, value in values.items() if key not in settings}
        for file, content in ({"brief": {"title": name.title(), **brief}} | settings).items():
            (folder / f"{file}.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return open_workspace(name)

    return build


@pytest.fixture
def posts_file(tmp_path):
    """A builder: ``posts_file(40)`` writes a CSV of that many varied posts in two weeks about two brands."""

    def build(count: int = 40, name: str = "posts.csv") -> Path:
        feelings = [
            "I love how quick {b} answered me",
            "{b} cancelled on me and nobody helps",
            "is {b} open today",
        ]
        brands = ["Acme", "Bolt"]
        frame = pd.DataFrame(
            {
                "id": [f"{100_000 + row}" for row in range(count)],
                "author": [f"person{row % 17}" for row in range(count)],
                "text": [
                    f"{feelings[row % 3].format(b=brands[row % 2])}, note {row}" for row in range(count)
                ],
                "created_at": [
                    (pd.Timestamp("2026-03-02T08:00Z") + pd.Timedelta(hours=8 * row % 330)).isoformat()
                    for row in range(count)
                ],
                "brand": [brands[row % 2] for row in range(count)],
            }
        )
        path = tmp_path / name
        frame.to_csv(path, index=False)
        return path

    return build


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; the test is skipped, saying so, where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("Chromium is not installed; .ci/chromium says how")
    return found


@pytest.fixture(scope="session")
def airline_posts() -> Path:
    """The real airline tweets; the test is skipped, saying so, where ../shared/data is not there."""
    path = SHARED_DATA / "us-airline-sentiment" / "tweets.parquet"
    if not path.exists():
        pytest.skip("../shared/data/us-airline-sentiment is not on this machine")
    return path


def pytest_sessionstart():
    """One thread per process for numeric libraries: tests run side by side on few cores."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

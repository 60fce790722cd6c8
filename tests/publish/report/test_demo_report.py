"""One whole report of a small demo brand, as a newcomer makes it:
what was planted is found, the pages are sound.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from earshot.core.store import Store
from earshot.govern.masking import masking

CHECKOUT = Path(__file__).resolve().parents[3]
POSTS = 2400
PAGES = ["01_collect", "02_clean", "03_sentiment", "04_topics", "05_kpis", "15_health", "16_brief"]


def earshot(home: Path, *words: str) -> subprocess.CompletedProcess:
    """Run the command in a home of its own."""
    environment = {
        "EARSHOT_HOME": str(home),
        "EARSHOT_KEY": "0" * 64,
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
    }
    command = [str(Path(sys.executable).parent / "earshot"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A home in which the demo brand has been reported on once."""
    place = tmp_path_factory.mktemp("demo")
    shutil.copytree(CHECKOUT / "params", place / "params")
    brief = place / "params" / "demo" / "brief.yml"
    lines = [line for line in brief.read_text().splitlines() if not line.startswith("posts:")]
    brief.write_text("\n".join([*lines, f"posts: {POSTS}", ""]))
    (place / "notebooks").symlink_to(CHECKOUT / "notebooks")
    done = earshot(place, "report")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return place


@pytest.fixture(scope="module")
def latest(home) -> Path:
    return home / "outputs" / "demo" / "latest"


@pytest.fixture(scope="module")
def claims(latest) -> dict[str, dict]:
    return {claim["id"]: claim for claim in json.loads((latest / "run.json").read_text())["claims"]}


@pytest.fixture(scope="module")
def store(home) -> Store:
    return Store(home / "data" / "demo" / "store")


@pytest.fixture(scope="module")
def truth(home) -> pd.DataFrame:
    return pd.read_parquet(home / "data" / "demo" / "truth" / "posts.parquet").set_index("post_id")


def test_every_page_table_and_manifest_is_where_it_should_be(home, latest):
    assert sorted(path.stem for path in latest.glob("*.html")) == PAGES
    assert (home / "outputs" / "demo" / "index.html").is_file()
    run = json.loads((latest / "run.json").read_text())
    assert {"params", "commit", "notebooks", "claims", "files"} <= set(run)
    assert all((latest / name).is_file() for name in run["files"])
    assert all(path.stat().st_size < 2_000_000 for path in latest.glob("*.html"))


def test_every_post_arrived(store, truth):
    posts = store.read("posts", ["post_id", "brand"]).set_index("post_id")
    assert len(posts) == POSTS
    assert (posts["brand"] == truth["brand"].reindex(posts.index).fillna("")).mean() > 0.98


def test_the_outage_is_an_event_of_the_right_brand_and_day(claims):
    days = {
        claim["about"]["day"]
        for claim in claims.values()
        if claim["kind"] == "event" and claim["about"].get("brand") == "Larkspur"
    }
    assert "2026-08-11" in days
    others = {
        claim["about"]["day"]
        for claim in claims.values()
        if claim["id"].startswith("sentiment.surge.quillnet")
    }
    assert not others & {"2026-08-11", "2026-08-12", "2026-08-13"}


def test_the_new_topic_of_the_last_week_is_found(claims):
    new = [claim["sentence"].lower() for claim in claims.values() if claim["kind"] == "new"]
    assert any("esim" in sentence for sentence in new), new


def test_planted_copies_are_found(store, truth):
    found = store.read("duplicates", ["post_id", "role"]).set_index("post_id")["role"]
    # Truth says where a post was copied from; a planted copy must not count as an original.
    planted = truth[truth["copy"].isin(["exact", "near"])].index
    assert found.reindex(planted).ne("original").mean() >= 0.95


def test_languages_are_recognised(store, truth):
    found = store.read("language", ["post_id", "lang"]).set_index("post_id")["lang"]
    plain = truth[~truth["lang_mixed"].astype(bool) & (truth["text"].str.split().str.len() >= 5)]
    assert (found.reindex(plain.index) == plain["lang"]).mean() >= 0.95


def test_sentiment_agrees_with_what_was_meant(store, truth):
    found = store.read("sentiment", ["post_id", "label"]).set_index("post_id")["label"]
    english = truth[(truth["lang"] == "en") & ~truth["sarcasm"].astype(bool)]
    assert (found.reindex(english.index) == english["sentiment"]).mean() >= 0.7


def test_nobody_is_named_and_nothing_private_is_stored(home, store, truth):
    personal = pd.read_parquet(home / "data" / "demo" / "truth" / "pii.parquet")
    stored = "\n".join(store.read("posts", ["text"])["text"]) + "\n".join(
        store.read("raw", ["payload"])["payload"]
    )
    assert [value for value in personal["value"] if value in stored] == []
    handles = truth["author"].dropna().unique()[:500]
    named = store.read("posts", ["author"])["author"].dropna()
    assert not set(named) & set(handles)


def test_pages_hold_no_private_value_and_no_text_of_posts_reaches_a_table(latest):
    for page in latest.glob("*.html"):
        assert masking.mask([page.read_text(encoding="utf-8")]).counts.get("card", 0) == 0
    for path in latest.glob("tables/*.parquet"):
        assert not {"text", "author", "payload"} & set(pd.read_parquet(path).columns)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_nothing_leaves(name, latest, visit):
    seen = visit(latest.resolve() / f"{name}.html")
    assert (seen.ran, seen.asked, seen.dialogs) == (0, [], [])


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible(name, latest, accessible):
    assert accessible(latest.resolve() / f"{name}.html") == []


@pytest.mark.slow
def test_the_claims_hold_and_an_edited_number_is_named(home, latest):
    good = earshot(home, "verify", str(latest))
    assert good.returncode == 0, good.stdout + good.stderr
    path = latest.resolve() / "run.json"
    kept = path.read_text()
    run = json.loads(kept)
    run["claims"][3]["value"] += 0.01
    path.write_text(json.dumps(run))
    bad = earshot(home, "verify", str(latest))
    path.write_text(kept)
    assert bad.returncode == 1
    assert run["claims"][3]["id"] in bad.stdout + bad.stderr


def test_a_second_report_changes_nothing(home, latest):
    before = latest.resolve()
    again = earshot(home, "report")
    assert again.returncode == 0
    assert "Nothing changed" in again.stdout + again.stderr
    assert latest.resolve() == before

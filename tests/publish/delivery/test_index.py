"""The list of reports and the page of a failed one."""

import json
import re

import pytest

from earshot.publish.delivery.index import brief_error, write_failure, write_index
from earshot.publish.safety.checks import check


@pytest.fixture
def runs(tmp_path):
    """A builder: ``runs("2026-11-20T0700Z-abcdef0",
    …)`` writes a run's folder and returns it with its manifest.
    """

    def build(name: str, status: str = "good", **values):
        folder = tmp_path / "acme" / (name if status == "good" else f"{name}.failed")
        folder.mkdir(parents=True)
        moment = f"{name[:13]}:{name[13:15]}:30+00:00"
        manifest = {
            "run": name,
            "workspace": "acme",
            "status": status,
            "problem": "",
            "started": moment,
            "finished": moment,
            "posts": 10107,
            "window": {"first": "2015-02-16T00:00:00+00:00", "last": "2015-02-24T11:00:00+00:00"},
            "params": {"title": "Acme"},
            "notebooks": [
                {"name": "03_sentiment", "status": "ran"},
                {"name": "16_brief", "status": "reused"},
            ],
            "claims": [
                {"weight": 0.2, "sentence": "Small."},
                {"weight": 0.9, "sentence": "Big & <b>bold</b>.", "about": {}},
            ],
        } | values
        (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
        for page in ("03_sentiment", "16_brief") if status == "good" else ():
            (folder / f"{page}.html").write_text("", encoding="utf-8")
        return folder, manifest

    return build


def test_runs_are_listed_newest_first_with_the_headline_of_their_brief(runs):
    runs(
        "2026-10-03T0700Z-aaaaaaa",
        claims=[{"weight": 1, "sentence": "x", "about": {"headline": "October’s headline"}}],
    )
    folder, _ = runs("2026-11-20T0700Z-bbbbbbb")
    (folder.parent / "latest").symlink_to(folder.name)
    html = write_index(folder.parent).read_text(encoding="utf-8")
    assert check(html) == []
    assert html.index("Big &amp; &lt;b&gt;bold&lt;/b&gt;.") < html.index("October’s headline")
    assert 'href="2026-11-20T0700Z-bbbbbbb/16_brief.html"' in html
    assert (
        "20 Nov 2026, 07:00 UTC · 10,107 posts · 16 Feb 2015 to 24 Feb 2015 · 1 of 2 notebooks reused" in html
    )
    assert re.findall(r'<a href="#(month-[\d-]+)">', html) == ["month-2026-11", "month-2026-10"]
    assert "2 reports, newest first" in html


def test_a_failed_and_an_unreadable_run_are_listed_as_such(runs):
    folder, manifest = runs("2026-11-21T0700Z-ccccccc", "failed", problem="03_sentiment: no posts")
    write_failure(folder, manifest)
    broken, _ = runs("2026-11-19T0700Z-ddddddd")
    (broken / "run.json").write_text("{", encoding="utf-8")
    html = write_index(folder.parent).read_text(encoding="utf-8")
    assert check(html) == []
    assert 'href="2026-11-21T0700Z-ccccccc.failed/failure.html">03_sentiment: no posts</a>' in html
    assert "A run whose run.json cannot be read" in html
    assert html.count(">failed</span>") == 2


def test_drafts_are_left_out_and_no_runs_are_said_to_be_none(tmp_path):
    (tmp_path / "acme" / ".2026.tmp").mkdir(parents=True)
    (tmp_path / "acme" / ".2026.tmp" / "run.json").write_text("{}")
    html = write_index(tmp_path / "acme").read_text(encoding="utf-8")
    assert "No report has been made yet." in html
    assert check(html) == []


def test_a_failure_page_says_which_notebook_why_and_what_to_do_and_quotes_nobody(runs):
    good, _ = runs("2026-11-20T0700Z-bbbbbbb")
    (good.parent / "latest").symlink_to(good.name)
    post = "I waited three hours for my bag and <b>nobody</b> came to help me at all"
    folder, manifest = runs(
        "2026-11-21T0700Z-ccccccc",
        "failed",
        notebooks=[
            {
                "name": "03_sentiment",
                "status": "failed",
                "problem": f"cell 4: ValueError: not a number: '{post}'",
            }
        ],
    )
    html = write_failure(folder, manifest).read_text(encoding="utf-8")
    assert check(html) == []
    assert "This report failed in “Sentiment”" in html
    assert "cell 4: ValueError: not a number: &#39;…&#39;" in html
    assert "three hours" not in html
    assert "<code>earshot report acme</code>" in html
    assert "<code>executed/03_sentiment.ipynb</code>" in html
    assert 'href="../latest/16_brief.html"' in html


def test_an_error_is_brief():
    assert brief_error("Traceback…\n  line\nValueError: short 'word'\n\n") == "ValueError: short 'word'"
    assert brief_error("") == "No message was given."
    assert brief_error('KeyError: "' + "a post that goes on and on and never ends " * 50) == "KeyError: '…'"
    assert len(brief_error("x" * 5000)) == 301


@pytest.mark.parametrize("width", [1280, 375])
def test_index_and_failure_page_are_in_nobodys_way(runs, visit, accessible, width):
    runs("2026-10-03T0700Z-aaaaaaa")
    folder, manifest = runs(
        "2026-11-21T0700Z-ccccccc", "failed", problem="<img src=x onerror=window.pwned=1>"
    )
    for page in (write_failure(folder, manifest), write_index(folder.parent)):
        seen = visit(page, width)
        assert (seen.ran, seen.asked) == (0, [])
        assert accessible(page, width) == []

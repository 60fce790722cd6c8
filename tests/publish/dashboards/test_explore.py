"""The explore dashboard: pure views, callbacks that trust nobody, and a real server in a real browser."""

import base64
import contextlib
import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests import tiny

from earshot.publish.dashboards import explore, explore_app, summaries

CHECKOUT = Path(__file__).resolve().parents[3]

POSTS = 240
TOKEN = "a-token-of-this-test"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A home with one tiny workspace, hostile posts included, and one finished run."""
    made = tmp_path_factory.mktemp("house")
    before = os.environ.get("EARSHOT_HOME")
    tiny.workspace(made, posts=POSTS)
    yield made
    os.environ.pop("EARSHOT_HOME", None) if before is None else os.environ.update(EARSHOT_HOME=before)


@pytest.fixture(autouse=True)
def at_home(house, monkeypatch):
    """Every test works in that home."""
    monkeypatch.setenv("EARSHOT_HOME", str(house))


@pytest.fixture(scope="module")
def source(house):
    return explore.load("tiny", tiny.RUN)


def picked(source, **given) -> pd.DataFrame:
    """The posts that a choice leaves."""
    return summaries.narrow(source.posts, explore.choose(source, **given))


def test_a_source_holds_no_author_and_offers_what_is_there(source):
    assert "author" not in source.posts
    assert (
        not source.posts.astype(str).apply(lambda column: column.str.contains(r"p_[0-9a-f]{12}")).any().any()
    )
    assert len(source.posts) == POSTS + len(tiny.HOSTILE)
    assert sorted(source.options["brand"]) == tiny.BRANDS
    assert sorted(source.options["topic"]) == sorted(tiny.TOPICS.values())


def test_a_source_is_the_run_and_not_what_came_later(house):
    space = tiny.workspace(house.parent / "later", posts=30, hostile=False)
    os.environ["EARSHOT_HOME"] = str(house.parent / "later")
    tiny.write(space.store, tiny.make_posts(30).assign(number=[f"new{row}" for row in range(30)]))
    assert len(explore.load("tiny", tiny.RUN).posts) == 30
    assert len(space.store.read("posts")) == 60


@pytest.mark.parametrize("field", list(explore.FIELDS))
def test_each_field_narrows_to_its_value(source, field):
    value = source.options[field][0]
    left = picked(source, **{field: value})
    assert 0 < len(left) < len(source.posts)
    assert left[explore.FIELDS[field]].eq(value).all()
    assert len(left) == source.posts[explore.FIELDS[field]].eq(value).sum()


def test_fields_and_period_narrow_together(source):
    left = picked(source, brand="Acme", sentiment="negative", start=date(2026, 3, 5), end="2026-03-06")
    assert set(left["brand"]) == {"Acme"}
    assert left["day"].between("2026-03-05", "2026-03-06").all()
    assert len(picked(source)) == len(source.posts)


def test_a_time_line_counts_every_day_and_every_post(source):
    choice = explore.choose(source)
    alone, split = (
        summaries.count_days(source.posts, choice),
        summaries.count_days(source.posts, choice, "brand"),
    )
    assert alone["posts"].sum() == split["posts"].sum() == len(source.posts)
    assert len(alone) == (source.last - source.first).days + 1
    empty = summaries.count_days(
        picked(source, brand="Acme", start="2026-03-05", end="2026-03-05").iloc[:0], choice
    )
    assert empty["posts"].sum() == 0


def test_shares_sum_to_one_leave_repeats_out_and_small_groups_too(source):
    table = summaries.measure(source.posts, 20, "brand")
    assert table[list(explore.FEELINGS)].sum(axis=1).round(9).eq(1).all()
    assert table["n"].sum() == (~source.posts["is_repeat"]).sum()
    assert (table["low"].le(table["negative"]) & table["negative"].le(table["high"])).all()
    assert summaries.measure(source.posts, 10_000, "brand").empty
    assert summaries.measure(source.posts.iloc[:0], 1).empty


def test_the_download_adds_up_and_holds_no_text(source):
    table = summaries.tabulate(source.posts)
    assert table["posts"].sum() == len(source.posts)
    assert table["negative"].sum() == source.posts["sentiment"].eq("negative").sum()
    assert set(table.columns) == {
        "day",
        "brand",
        "channel",
        "language",
        "posts",
        "repeats",
        *explore.FEELINGS,
    }


def test_pages_hold_every_post_once(source):
    pages = summaries.turn(source.posts, 1)[2]
    shown = pd.concat([summaries.turn(source.posts, page)[0] for page in range(1, pages + 1)])
    assert len(shown) == len(source.posts)
    assert not shown.index.duplicated().any()
    assert summaries.turn(source.posts, 10**9)[1] == pages
    assert summaries.turn(source.posts.iloc[:0], 1)[1:] == (1, 1)


def test_orders_put_first_what_they_promise(source):
    assert picked(source, order="oldest")["created_at"].is_monotonic_increasing
    assert picked(source, order="most positive")["p_positive"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"brand": "Acne"}, 'This run has no brand "Acne"; pick one from the list.'),
        ({"brand": ["Acme"]}, "This run has no brand \"['Acme']\"; pick one from the list."),
        ({"sentiment": None}, 'This run has no sentiment "None"; pick one from the list.'),
        (
            {"topic": "x" * 500},
            f'This run has no topic "{"x" * 40}… (500 characters in all)"; pick one from the list.',
        ),
        ({"start": "2026-02-31"}, '"2026-02-31" is no day; write one such as 2026-03-02.'),
        ({"start": 7}, '"7" is no day; write one such as 2026-03-02.'),
        (
            {"start": "2026-03-09", "end": "2026-03-08"},
            "The period ends before it begins; swap the two days.",
        ),
        ({"page": 0}, "Pages of posts are numbered from one."),
        ({"page": "1; DROP TABLE posts"}, "Pages of posts are numbered from one."),
        ({"page": True}, "Pages of posts are numbered from one."),
        ({"order": "__class__"}, 'This run has no order "__class__"; pick one from the list.'),
        ({"posts": 1}, 'There is nothing to pick by the name "posts".'),
    ],
)
def test_what_is_not_on_offer_is_one_sentence(source, given, sentence):
    with pytest.raises(explore.Refused) as raised:
        explore.choose(source, **given)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "query",
    [
        "brand=%00",
        "%",
        "&&&=",
        "brand=" + "x" * 10**6,
        "a=1&" * 500,
        "start=today",
        "page=-1&posts=x&__class__=1",
        "brand[]=Acme",
        "token=secret",
        None,
    ],
)
def test_a_hostile_address_changes_nothing(source, query):
    choice, _ = explore.read_query(source, query)
    assert choice == explore.choose(source)
    assert explore.read_place({"tiny": [tiny.RUN]}, query)[:2] == ("tiny", tiny.RUN)


def test_an_address_can_ask_for_a_view(source):
    choice, said = explore.read_query(source, "brand=Acme&sentiment=glad&start=2026-03-05&token=x")
    assert (choice.brand, choice.sentiment, choice.start) == ("Acme", "", date(2026, 3, 5))
    assert said == 'This run has no sentiment "glad"; pick one from the list.'
    assert explore.read_place({"tiny": ["b", "a"]}, "workspace=../etc&run=a") == (
        "tiny",
        "a",
        'There is no finished report of a workspace "../etc".',
    )
    with pytest.raises(explore.Refused, match=r"^There is no finished report yet; run 'make report' first"):
        explore.read_place({}, "")


def text_of(widget) -> str:
    """What a visitor reads in a widget."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", widget.value, flags=re.S)).strip()


def test_picking_changes_the_numbers_and_back_again():
    shown = explore_app.Explore("brand=Acme")
    acme = text_of(shown.parts["facts"])
    assert text_of(shown.parts["place"]) == "Page 1 of 4, 80 posts"
    shown.inputs["brand"].value = "Bolt"
    assert text_of(shown.parts["facts"]) != acme
    shown._turn(1)
    assert text_of(shown.parts["place"]).startswith("Page 2 of")
    shown._reset()
    assert text_of(shown.parts["place"]).startswith(f"Page 1 of {-(-(POSTS + len(tiny.HOSTILE)) // 20)}")
    shown.inputs["start"].value = date(2030, 1, 1)
    assert text_of(shown.message) == "The period ends before it begins; swap the two days."
    shown.inputs["end"].value = date(2030, 1, 2)
    assert text_of(shown.message) == "No post fits this choice; set a field back to all, or widen the period."


def test_a_browser_that_sends_anything_changes_no_number():
    """The way a message of a hostile client takes: ``set_state`` of the widget."""
    shown = explore_app.Explore()
    before = {name: part.value for name, part in shown.parts.items()}
    for field, state in [
        ("brand", {"index": 999}),
        ("brand", {"index": "x"}),
        ("brand", {"value": "<script>"}),
        ("start", {"value": {"year": 10**9, "month": 1, "date": 1}}),
        ("start", {"value": "yesterday"}),
        ("run", {"index": -(10**6)}),
    ]:
        with contextlib.suppress(Exception):  # the server logs what the widget refuses
            shown.inputs[field].set_state(state)
    shown._draw()
    assert {name: part.value for name, part in shown.parts.items()} == before


def test_a_callback_that_fails_shows_one_line_and_no_trace(monkeypatch):
    shown = explore_app.Explore()
    monkeypatch.setattr(summaries, "narrow", lambda *_: 1 / 0)
    shown.inputs["brand"].value = "Acme"
    assert (
        text_of(shown.message) == "This view could not be made. Pick something else, or load the page again."
    )


def test_a_home_without_a_finished_report_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("EARSHOT_HOME", str(tmp_path))
    box = explore_app.screen()
    assert text_of(box.children[0]) == (
        "There is no finished report yet; run 'make report' first, then load this page again."
    )


def test_the_download_is_safe_in_a_spreadsheet():
    from earshot.publish import show

    link = show.html("download", pd.DataFrame({"brand": ["=1+1"], "posts": [3]}), "../x y.csv", "Save").value
    assert base64.b64decode(re.search(r"base64,([^\"]+)", link)[1]).decode() == "brand,posts\n'=1+1,3\n"
    assert 'download="..-x-y.csv"' in link


@pytest.fixture(scope="module")
def served(house, tmp_path_factory):
    """The address of a real Voilà server with a token, on a port of its own and in a clean environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("voila") / "log"
    clean = {
        "HOME": str(log.parent),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "EARSHOT_HOME": str(house),
    }
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "voila", ".", f"--port={port}", f"--token={TOKEN}"],
            env=clean,
            cwd=CHECKOUT / "notebooks" / "dashboards",
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        if "is running at" in log.read_text():
            break
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    yield address
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(30)


def ask(url: str) -> tuple[int, str]:
    """The status and text of an answer; a redirect is not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        with urllib.request.build_opener(Stay).open(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


@pytest.mark.parametrize(
    "path",
    ["/", "/voila/render/explore.ipynb", "/voila/api/contents", "/api/kernels", "/voila/files/explore.ipynb"],
)
def test_nothing_is_served_without_the_token(served, path):
    status, text = ask(served + path)
    assert status in (302, 401, 403, 404)
    assert "dashboard_explore" not in text


@pytest.mark.parametrize(
    "path",
    ["explore.ipynb", "voila.json", "../../README.md", "..%2f..%2fMakefile", "static/../explore.ipynb"],
)
def test_no_source_can_be_downloaded_with_the_token(served, path):
    status, text = ask(f"{served}/voila/files/{path}?token={TOKEN}")
    assert status in (302, 400, 403, 404)
    assert "dashboard_explore" not in text


@pytest.fixture(scope="module")
def visit(served, chromium):
    """A page of the dashboard in Chromium, the requests it made and how they ended."""
    from playwright.sync_api import sync_playwright

    asked, refused = [], {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: refused.update({request.url: request.failure}))
        page.goto(f"{served}/voila/render/explore.ipynb?token={TOKEN}&brand=Acme", timeout=240_000)
        page.get_by_text("Page 1 of 4, 80 posts").wait_for(timeout=240_000)
        page.locator("figure img").nth(4).wait_for(timeout=120_000)
        yield page, asked, refused
        browser.close()


def test_picking_a_brand_in_the_browser_changes_the_numbers(visit):
    page, *_ = visit
    assert page.title() == "explore"
    page.get_by_label("Brand").select_option("Bolt")
    page.get_by_text(re.compile(rf"Page 1 of \d+, {80 + len(tiny.HOSTILE)} posts")).wait_for(timeout=120_000)
    assert page.locator("blockquote").count() == explore.PAGE


def test_a_visitor_without_a_mouse_reaches_every_field(visit):
    page, *_ = visit
    page.get_by_label("Workspace").focus()
    reached = []
    for _ in range(10):
        reached.append(
            page.evaluate("document.activeElement.tagName + ' ' + (document.activeElement.type || '')")
        )
        page.keyboard.press("Tab")
    assert [kind.split()[0] for kind in reached].count("SELECT") >= 7
    assert any(kind == "INPUT date" for kind in reached)


def test_hostile_posts_are_shown_and_do_not_run(visit):
    page, *_ = visit
    page.get_by_label("Brand").select_option("Bolt")
    page.get_by_label("Channel").select_option("forum")
    page.get_by_text(re.compile(r"Page 1 of \d+, (?!104)\d+ posts")).wait_for(timeout=120_000)
    read = ""
    for turn in range(1, 4):
        page.get_by_text(re.compile(rf"Page {turn} of")).wait_for(timeout=60_000)
        read += "\n".join(page.locator("blockquote").all_inner_texts())
        assert page.locator("blockquote :is(img, script, iframe, svg, link, style, a, h1)").count() == 0
        page.get_by_role("button", name="Next ›").click()
    assert "<script>document.title='owned'</script>" in read
    assert "onerror=" in read
    assert page.title() == "explore"
    assert "p_0000000000ff" not in page.content()


def test_no_request_leaves_the_machine(visit):
    """Voilà's own page names two stylesheets of a CDN: the policy refuses them before anything is sent."""
    _, asked, refused = visit
    foreign = [url for url in asked if not re.match(r"(https?|wss?)://127\.0\.0\.1:|data:|blob:", url)]
    assert [url for url in foreign if refused.get(url) != "csp"] == []
    assert not any("tracker.example" in url for url in asked)


def test_the_page_has_no_barrier(visit):
    """axe-core, on a phone's width as well:
    nothing critical, nothing serious, nothing wider than the screen.
    """
    from axe_playwright_python.sync_playwright import Axe

    page, *_ = visit
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        problems = Axe().run(page).response["violations"]
        assert [
            (problem["id"], problem["nodes"][0]["html"][:200])
            for problem in problems
            if problem["impact"] in ("critical", "serious")
        ] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_error_in_the_browser_is_one_line(visit):
    page, *_ = visit
    page.get_by_label("From").fill("2031-01-01")
    page.get_by_text("The period ends before it begins; swap the two days.").wait_for(timeout=60_000)
    assert "Traceback" not in page.content()


def test_gaps_of_the_ledger_are_shaded_in_the_days_that_are_shown(source):
    gaps = pd.DataFrame(
        {
            "start": pd.to_datetime(["2026-03-05 10:00", "2026-03-12 10:00"]),
            "end": pd.to_datetime(["2026-03-05 12:00", "2026-03-12 12:00"]),
            "label": ["one", "two"],
        }
    )
    known = replace(source, gaps=gaps)
    assert known.lost(explore.choose(known, start="2026-03-04", end="2026-03-05"))["label"].tolist() == [
        "one"
    ]
    assert source.lost(explore.choose(source)).empty

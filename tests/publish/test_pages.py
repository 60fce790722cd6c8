"""An executed notebook as a page."""

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from earshot.core.claim import Claim
from earshot.publish import charts, pages, show
from earshot.publish.safety.checks import check

FACTS = {
    "brand": "Acme & Sons",
    "workspace": "acme",
    "run_id": "2026-11-21T0400Z-1a2b3c4",
    "start": "2015-02-16",
    "end": "2015-02-24",
    "posts": 10107,
    "generated_at": "2026-11-21T04:00:12+00:00",
    "params": {"brands": ["Acme", "<b>Bolt"], "quotes": 3, "end": ""},
    "pages": [
        ("01_collect.html", "Did it arrive?"),
        ("03_sentiment.html", "How do people feel?"),
        ("05_kpis.html", "How are we doing?"),
    ],
    "index": "../index.html",
    "verify": "earshot verify outputs/acme/2026-11-21T0400Z-1a2b3c4",
}
QUESTION = new_markdown_cell("# How do *people* feel?\n\nWhat it answers. What it reads.")


def result(kind: str, words: str, **more) -> dict:
    return new_output("display_data", data={kind: words} | more)


def write(folder: Path, *cells, opening=QUESTION) -> Path:
    path = folder / "03_sentiment.ipynb"
    nbformat.write(new_notebook(cells=[opening, *cells]), path)
    return path


@pytest.fixture
def rendered(tmp_path):
    """A renderer: ``rendered(cell, …)`` returns the HTML
    of a notebook with these cells after its question.
    """

    def render(*cells, **facts) -> str:
        pages.render(write(tmp_path, *cells), tmp_path / "03_sentiment.html", FACTS | facts)
        return (tmp_path / "03_sentiment.html").read_text(encoding="utf-8")

    return render


def shaped(shape: str, *arguments) -> dict:
    """The output that ``show`` leaves in a notebook."""
    seen = []
    keep, show.display = show.display, lambda data, metadata, raw: seen.append((data, metadata))
    try:
        getattr(show, shape)(*arguments)
    finally:
        show.display = keep
    return new_output("display_data", data=seen[0][0], metadata=seen[0][1])


@pytest.fixture
def full(rendered):
    """A page with every shape on it."""
    frame = pd.DataFrame(
        {"day": pd.date_range("2015-02-16", periods=9), "share_negative": [0.5, 0.6, 0.7] * 3}
    )
    claims = [
        Claim(
            "a.level",
            "Acme stands at 60.0%.",
            0.6,
            "share",
            0.55,
            0.65,
            2000,
            "share of posts",
            ("posts",),
            verdict="real",
        ),
        Claim(
            "a.change",
            "Acme moved by 1 point.",
            1,
            "points",
            -1,
            3,
            2000,
            "difference",
            ("posts",),
            "change",
            verdict="noise",
        ),
    ]
    posts = pd.DataFrame(
        {
            "text": ["call me on [phone]", "شكرا"],
            "brand": "Acme",
            "created_at": pd.Timestamp("2015-02-16T10:00Z"),
        }
    )
    figure = shaped(
        "figure",
        charts.lines(frame, "day", "share_negative", title="It moved"),
        charts.describe(frame, "day", "share_negative"),
        "Share of posts that are negative, by day.",
        frame,
    )
    return rendered(
        new_markdown_cell("## Findings"),
        new_code_cell(outputs=[shaped("headline", "It moved", "By a lot."), shaped("findings", claims)]),
        new_markdown_cell("## Evidence\n\nA sentence.\n\n### By day"),
        new_code_cell(outputs=[figure]),
        new_code_cell(outputs=[shaped("table", frame, "By day"), shaped("posts", posts, "In their words")]),
        new_markdown_cell("## How far to trust this"),
        new_code_cell(outputs=[shaped("facts", {"Posts": 10107}), shaped("note", "A note.")]),
        new_code_cell(outputs=[new_output("stream", name="stdout", text="tables/x.parquet: 3 rows")]),
    )


def test_the_page_passes_the_checks_and_says_what_it_is(full):
    assert check(full) == []
    assert "<title>How do people feel? · Acme &amp; Sons</title>" in full
    assert full.count("<h1") == 1
    assert '<html lang="en">' in full
    for words in (
        "16 Feb 2015 to 24 Feb 2015",
        "10,107",
        "21 Nov 2026, 04:00 UTC",
        "2026-11-21T0400Z-1a2b3c4",
        "earshot verify outputs/acme/2026-11-21T0400Z-1a2b3c4",
    ):
        assert words in full
    assert len(full.encode()) < 200_000


def test_the_contents_lead_to_the_headings(full):
    assert re.findall(r'<li><a href="#([\w-]+)">([^<]+)</a></li>', full) == [
        ("findings", "Findings"),
        ("evidence", "Evidence"),
        ("how-far-to-trust-this", "How far to trust this"),
    ]
    assert all(
        f'id="{anchor}"' in full
        for anchor in ("content", "findings", "evidence", "how-far-to-trust-this", "by-day")
    )


def test_the_pages_of_the_run_are_linked(full):
    assert (
        '<a aria-current="page" href="03_sentiment.html">Sentiment</a>' in full
        or 'href="03_sentiment.html" aria-current="page"' in full
    )
    assert re.search(
        r'<a class="previous" href="01_collect.html"><span>Previous</span> Did it arrive\?</a>', full
    )
    assert re.search(r'<a class="next" href="05_kpis.html"><span>Next</span> How are we doing\?</a>', full)
    assert 'href="../index.html"' in full


def test_the_parameters_are_a_small_table_and_empty_ones_are_left_out(full):
    assert '<th scope="row">brands</th><td>Acme, &lt;b&gt;Bolt</td>' in full
    assert '<th scope="row">end</th>' not in full


def test_code_setup_and_parameters_are_not_on_the_page(rendered):
    said = [new_output("stream", name="stdout", text="said by setup")]
    html = rendered(
        new_code_cell("secret_code = 1"),
        new_code_cell("x", outputs=said, metadata={"tags": ["setup"]}),
        new_code_cell("x", outputs=said, metadata={"tags": ["injected-parameters"]}),
    )
    assert "secret_code" not in html
    assert "said by setup" not in html


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "text/markdown",
        "image/svg+xml",
        "image/png",
        "application/javascript",
        "text/latex",
        "text/vnd.mermaid",
        "application/vnd.jupyter.widget-view+json",
        "application/vnd.vegalite.v6.json",
    ],
)
def test_what_does_not_come_from_show_is_plain_text(rendered, kind):
    html = rendered(
        new_code_cell(
            outputs=[result(kind, "<b class='earshot'>raw</b>", **{"text/plain": "a <plain> word"})]
        )
    )
    assert "raw" not in html
    assert "a &lt;plain&gt; word</pre>" in html


def test_a_post_cannot_claim_to_come_from_show(rendered):
    html = rendered(
        new_code_cell(
            outputs=[
                result("text/html", '<div class="earshot findings"><b>fake</b></div>', **{"text/plain": "x"})
            ]
        )
    )
    assert "fake" not in html


def test_warnings_stay_in_the_notebook_and_printed_text_is_cleaned_and_capped(rendered):
    html = rendered(
        new_code_cell(
            outputs=[
                new_output("stream", name="stderr", text="DeprecationWarning"),
                new_output("stream", name="stdout", text="\x1b[31mred\x00 <b>\n  indented\n" + "x" * 9000),
            ]
        )
    )
    assert "DeprecationWarning" not in html
    assert "red &lt;b&gt;\n  indented\nxxx" in html
    assert "characters in all)" in html


def test_the_style_that_shapes_carry_elsewhere_is_taken_out_again(full):
    assert full.count("<style") == 1


def test_a_claim_stated_twice_has_one_anchor(rendered):
    outputs = [shaped("findings", [Claim("a", "Said twice.")])] * 2
    html = rendered(new_code_cell(outputs=outputs))
    assert html.count("Said twice.") == 2
    assert html.count('id="claim-a"') == 1


def test_repeated_headings_get_their_own_anchors(rendered):
    html = rendered(new_markdown_cell("## Same\n\n```\n## not a heading\n```"), new_markdown_cell("## Same"))
    assert re.findall(r'href="#(same[\w-]*)"', html) == ["same", "same-2"]
    assert check(html) == []


def test_a_notebook_with_an_error_has_no_page(rendered):
    failed = new_output("error", ename="ValueError", evalue="x", traceback=[])
    with pytest.raises(ValueError, match="ended in an error, so there is no page to make; repair it first."):
        rendered(new_code_cell(outputs=[failed]))


def test_a_notebook_without_a_question_and_an_unknown_fact_are_refused(tmp_path):
    with pytest.raises(
        ValueError,
        match=r"03_sentiment.ipynb does not begin with a heading; write '# Question\?' in its first cell.",
    ):
        pages.render(write(tmp_path, opening=new_markdown_cell("words")), tmp_path / "x.html", FACTS)
    with pytest.raises(ValueError, match='pages.render got the fact "colour"; use again, brand, end,'):
        pages.render(write(tmp_path), tmp_path / "x.html", {"colour": "red"})


def test_facts_are_text_too(rendered):
    html = rendered(
        brand="<script>x</script>",
        run_id="<img src=x>",
        params={"<i>": "<u>"},
        pages=[("03_sentiment.html", "<b>")],
        verify="<script>",
        lang='en" onload="x',
    )
    assert check(html) == []


@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_runs_nothing_leaves_and_nothing_is_in_a_readers_way(
    full, tmp_path, visit, accessible, width
):
    page = tmp_path / "03_sentiment.html"
    seen = visit(page, width)
    assert (seen.ran, seen.asked, seen.dialogs) == (0, [], [])
    assert "Acme stands at 60.0%." in seen.text
    assert accessible(page, width) == []


def test_a_phone_shows_the_narrow_picture_and_never_scrolls_sideways(full, tmp_path, browser):
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto((tmp_path / "03_sentiment.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert page.evaluate("document.querySelector('img').naturalWidth") < 380
    page.close()


def test_a_printed_page_has_its_methods_open_and_no_menus(full, tmp_path, browser):
    page = browser.new_page()
    page.goto((tmp_path / "03_sentiment.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator(".measured dl").first.is_visible()
    assert not page.locator(".contents").is_visible()
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
    page.close()

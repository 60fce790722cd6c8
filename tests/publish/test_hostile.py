"""Hostile posts on every way to the screen (style.md §2.8), opened in a real browser:
nothing runs, nothing leaves.

The same notebook through nbconvert's own page does run them: that is what shows that the posts are live."""

import json
import os
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tests.publish.hostile_posts import HOSTILE, LIVE, LONE_SURROGATE

from earshot.core.claim import Claim
from earshot.publish import charts, pages, show
from earshot.publish.delivery.index import write_failure, write_index
from earshot.publish.safety import quotes
from earshot.publish.safety.checks import check

CHECKOUT = Path(__file__).resolve().parents[2]
SETUP = """
import sys, os, warnings; sys.path.insert(0, os.environ["HOSTILE_HOME"])
import altair as alt, ipywidgets as widgets, pandas as pd
from html import escape
from IPython.display import HTML, Javascript, Markdown, Math, display
from earshot.core.claim import Claim
from earshot.publish import charts, show
from tests.publish.hostile_posts import HOSTILE
texts = list(HOSTILE.values()); short = [text[:60] for text in texts]
frame = pd.DataFrame({"text": texts, "brand": short, "platform": short, "sentiment": "negative",
                      "created_at": pd.Timestamp("2026-03-02T08:00Z"), "author": "p_0123456789ab"})
counts = pd.DataFrame({"brand": short, "posts": range(1, len(short) + 1)})
"""
PATHS = {
    "frame": "frame",
    "frame with hostile columns and index": "pd.DataFrame([short], columns=short, index=short[:1])",
    "series": "frame['text']",
    "print": "for text in texts: print(text[:2000])",
    "repr": "texts[0]",
    "warning": "for text in short: warnings.warn(text)",
    "error text": "try:\n    raise ValueError(texts[0])\nexcept ValueError as error:\n    print(error)",
    "to_html": "display(HTML(frame.to_html(escape=False)))",
    "styler": "display(pd.DataFrame({'x': texts}).style.set_caption(texts[0]))",
    "styler with escape": "display(pd.DataFrame([short], columns=[f'{n}{t}' for n, t in enumerate(short)])"
    ".style.format(escape='html'))",
    "render_links": "display(HTML(frame.to_html(render_links=True)))",
    "styler with links": "display(pd.DataFrame({'x': texts}).style.format(hyperlinks='html'))",
    "HTML": "for text in texts: display(HTML(f'<p>{text}</p>'))",
    "Markdown": "for text in texts: display(Markdown(f'> {text}'))",
    "escaped Markdown": "for text in texts: display(Markdown(escape(text)))",
    "altair": "alt.Chart(pd.DataFrame({'x': texts, 'y': 1})).mark_bar().encode(x='x', y='y')",
    "altair svg": "with alt.renderers.enable('svg'): "
    "display(alt.Chart(counts[counts['brand'].map(str.isprintable)])"
    ".mark_bar().encode(x='posts', y='brand'))",
    "mermaid": "for text in texts: display({'text/vnd.mermaid': text}, raw=True)",
    "javascript": "display(Javascript('window.pwned = 1'))",
    "svg": "for text in texts: display({'image/svg+xml': f'<svg>{text}</svg>'}, raw=True)",
    "latex": "for text in texts: display(Math(text))",
    "widgets": "for text in short: display(widgets.HTML(text), widgets.HTMLMath(text), widgets.Label(text))",
    "forged mark": "for text in texts: display(HTML(f'<div class=\"earshot findings\">{text}</div>'))",
    "findings": "show.findings([Claim(f'{n}{t}', t, 0.5, t[:9], 0.4, 0.6, 100, t, (t,), verdict='real', "
    "about={'notebook': t}) for n, t in enumerate(texts)])",
    "headline": "for text in short: show.headline(text, text)",
    "table": "show.table(frame.assign(also=frame['text']), texts[0], {'text': 'link'})",
    "posts": "show.posts(frame, texts[0], n=len(frame))",
    "figure": "show.figure(charts.bars(counts, 'brand', 'posts', title=texts[0]), texts[0] + ' 12 in all',"
    " texts[0], counts)",
    "lines": "show.figure(charts.grid(counts.assign(day=pd.Timestamp('2026-03-02')), 'day', 'posts', "
    "'brand'), charts.describe(counts, 'brand', 'posts'), texts[1], counts)",
    "facts": "show.facts(dict(zip(short, texts)))",
    "note": "for text in texts: show.note(text, link=text)",
}
OURS = {
    "div",
    "p",
    "blockquote",
    "footer",
    "span",
    "bdi",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
} | {"td", "ol", "li", "dl", "dt", "dd", "details", "summary", "a", "i"}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook that puts every hostile post on every way to the screen, executed once."""
    os.environ["HOSTILE_HOME"] = str(CHECKOUT)
    cells = [
        new_markdown_cell("# What can a post do?\n\nNothing."),
        new_code_cell(SETUP, metadata={"tags": ["setup"]}),
    ]
    for number, (name, code) in enumerate(PATHS.items()):
        cells += [new_markdown_cell(f"## {name}"), new_code_cell(code, id=f"path-{number}")]
    notebook = new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    path = tmp_path_factory.mktemp("hostile") / "09_hostile.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def page(executed):
    """The page of that notebook, told hostile facts as well."""
    html = executed.with_suffix(".html")
    live = HOSTILE["script"]
    pages.render(
        executed,
        html,
        {
            "brand": live,
            "run_id": live,
            "verify": live,
            "params": {live: live, "brands": [live]},
            "pages": [("09_hostile.html", live), ("10_next.html", live)],
            "lang": "en",
        },
    )
    return html


def test_the_posts_are_live_where_nobody_guards_the_page(executed, visit):
    from nbconvert import HTMLExporter

    unguarded = executed.with_name("unguarded.html")
    text, _ = HTMLExporter(template_name="basic").from_filename(str(executed))
    # Without what makes a browser leave or stop reading, so that the scripts get their turn.
    text = re.sub(r"(?i)<(meta|base|plaintext|xmp|noscript|textarea|title)\b[^>]*>", "", text)
    unguarded.write_text(f"<!doctype html><body>{text}", encoding="utf-8")
    seen = visit(unguarded)
    assert seen.ran >= 10
    assert any("tracker.example" in address for address in seen.asked)


def test_nothing_runs_and_nothing_leaves_the_page(page, visit):
    seen = visit(page)
    assert (seen.ran, seen.asked, seen.dialogs) == (0, [], [])
    assert "What can a post do?" in seen.text


def test_the_checks_pass_the_page_and_no_post_can_stop_it(page):
    assert check(page.read_text(encoding="utf-8")) == []


def test_the_page_holds_no_character_that_acts(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "p_0123456789ab" not in text


def test_without_its_policy_the_page_would_still_run_nothing(page, visit):
    """Escaping is the defence; the policy is the second one."""
    bare = page.with_name("bare.html")
    bare.write_text(
        re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", page.read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    seen = visit(bare)
    assert (seen.ran, seen.asked) == (0, [])


def test_no_part_of_the_page_is_drawn_by_a_post(page, browser):
    """No element of a post survives: every element on the page is one that the template or show.py writes."""
    opened = browser.new_page()
    opened.goto(page.as_uri())
    tags = set(
        opened.evaluate("[...new Set([...document.querySelectorAll('*')].map(node => node.localName))]")
    )
    opened.close()
    page_own = (
        "html head meta title style body header nav ul main h1 h2 pre b figure figcaption strong "
        "picture source img"
    )
    assert tags <= OURS | {"code", *page_own.split(" ")}


def parts(html: str) -> list[tuple[str, list[str]]]:
    """The tags of a piece of HTML with the names of their attributes."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, [name for name, _ in attributes]))
    parser.feed(html)
    parser.close()
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_post_alone_is_shown_as_text_by_every_shape(name, shown):
    text = HOSTILE[name]
    frame = pd.DataFrame({"text": [text], "brand": [text[:60]], "sentiment": [text]})
    show.posts(frame)
    show.table(frame, text)
    show.findings([Claim("a", text, method=text, inputs=(text,))])
    show.facts({text: text})
    show.note(text, link=text)
    show.headline(text, text)
    for html, words, _ in shown:
        body = html.split("</style>", 1)[1]
        written = parts(body)
        assert {tag for tag, _ in written} <= OURS
        assert {name for _, names in written for name in names} <= {
            "class",
            "dir",
            "id",
            "href",
            "rel",
            "tabindex",
            "role",
            "aria-label",
            "aria-hidden",
            "scope",
        }
        assert "p_0123456789ab" not in body + words
        assert "\x1b" not in body + words
        assert len(body) < 12_000


def test_half_a_character_does_not_stop_a_page(shown):
    show.note(LONE_SURROGATE)
    assert "half a pair � here" in shown[0][0]
    shown[0][0].encode("utf-8")


def test_no_formula_survives_in_a_csv():
    csv = show.csv_safe(pd.DataFrame({"text": list(HOSTILE.values())})).to_csv(index=False)
    cells = pd.read_csv(StringIO(csv), keep_default_na=False)["text"]
    assert not cells.str.match(r"\s*[=+\-@＝]").any()


def test_nothing_reaches_a_terminal_but_words():
    for text in (*HOSTILE.values(), LONE_SURROGATE):
        line = quotes.plain(text)
        assert line.isprintable() or not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", line)
        assert "\n" not in line


def test_a_chart_refuses_posts_and_an_error_page_quotes_none(tmp_path, visit):
    with pytest.raises(ValueError, match='a chart got the column "text"'):
        charts.bars(pd.DataFrame({"text": list(HOSTILE.values()), "n": 1}), "text", "n")
    for place, name in enumerate(LIVE):
        folder = tmp_path / "x" / f"2026-11-21T07{place:02d}Z-abcdef0.failed"
        folder.mkdir(parents=True)
        manifest = {
            "run": HOSTILE[name],
            "workspace": HOSTILE[name],
            "status": "failed",
            "problem": HOSTILE[name],
            "params": {"title": HOSTILE[name]},
            "started": "2026-11-21T07:00:00+00:00",
            "notebooks": [{"name": HOSTILE[name], "status": "failed", "problem": HOSTILE[name]}],
        }
        (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
        failure = write_failure(folder, manifest)
        assert check(failure.read_text(encoding="utf-8")) == []
    for path in (failure, write_index(tmp_path / "x")):
        seen = visit(path)
        assert (seen.ran, seen.asked) == (0, [])

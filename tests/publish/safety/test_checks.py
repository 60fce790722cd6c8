"""The publisher's checks: each reason to refuse a page, and that a good page passes."""

import pytest

from earshot.publish import pages
from earshot.publish.safety.checks import check

HEAD = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{pages.POLICY}"><title>A page</title>
<style>p {{ color: red }}</style></head>"""
PIXEL = "data:image/png;base64,iVBORw0KGgo="
ALT = "Negative share by day: highest 64.7%, lowest 56.0%."


def page(body: str = "", head: str = HEAD) -> str:
    return f"{head}<body><h1>A question?</h1>{body}</body></html>"


def test_a_good_page_has_no_problems():
    body = (
        f'<h2 id="a">One</h2><p><a href="#a">x</a> <a href="02_clean.html#b">y</a></p><img '
        f'src="{PIXEL}" alt="{ALT}">'
    )
    more = '<a href="https://x.example/" rel="noopener noreferrer nofollow">x.example</a>'
    assert check(page(body + more)) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<script>1</script>", "holds a script"),
        ("<SCRIPT SRC=x>", "holds a script"),
        ("<scr<script>ipt>", "does not belong"),
        ("<p onclick=x>", "runs script on an event (onclick in <p>)"),
        ("<p\x0conclick=x>", "runs script on an event"),
        ("<img/src=x/onerror=y>", "asks for something outside itself"),
        (
            '<img src="https://x.example/a.png" alt="A perfectly good alt text, 12%.">',
            "asks for something outside itself",
        ),
        (
            '<img src="data:text/html;base64,AAAA" alt="A perfectly good alt text, 12%.">',
            "asks for something outside itself",
        ),
        (
            f'<picture><source srcset="{PIXEL}, https://x.example/a.png 2x"><img src="{PIXEL}" '
            f'alt="{ALT}"></picture>',
            "outside itself",
        ),
        ('<a href="javascript:x">x</a>', "has a javascript: link"),
        ('<a href="  jAvA\n\tscript:x">x</a>', "has a javascript: link"),
        ('<a href="&#106;avascript&colon;x">x</a>', "has a javascript: link"),
        ('<a href="data:text/html,x">x</a>', "has a data: link"),
        ('<a href="file:///etc/passwd">x</a>', "has a file: link"),
        ('<a href="//x.example">x</a>', "link without a scheme"),
        ('<a href="https://x.example">x</a>', 'without rel="noopener'),
        ('<link rel="stylesheet" href="x.css">', "external stylesheet"),
        ("<style>@import 'x'</style>", "loads something"),
        ("<style>p{background:u\\72l(x)}</style>", "loads something"),
        ('<p style="background: URL (x)">', "has a style that loads something"),
        ("<iframe></iframe>", "holds a frame"),
        ("<object></object>", "holds an embedded object"),
        ("<embed>", "holds an embedded object"),
        ("<form></form>", "holds a form"),
        ("<input autofocus>", "holds a form field"),
        ("<base href=x>", "holds a base address"),
        ("<svg></svg>", "holds inline SVG"),
        ("<math></math>", "holds inline MathML"),
        ("<plaintext>", "holds raw text"),
        ("<x-thing></x-thing>", "does not belong on a page (<x-thing>)"),
        ('<meta http-equiv="refresh" content="0;url=x">', "redirects or sets a header (refresh)"),
        ("<!-- a comment -->", "holds a comment"),
        ("<!--><p>-->", "holds a comment"),
        ("<?php ?>", "holds a processing instruction"),
        (f'<img src="{PIXEL}">', "alt text says nothing"),
        (
            f'<img src="{PIXEL}" alt="No description has been provided for this image">',
            "alt text says nothing",
        ),
        (f'<img src="{PIXEL}" alt="Figure 12">', "alt text says nothing"),
        ('<span id="papermill-error-cell">x</span>', "papermill's error mark"),
        ('<p class="a" class="b">', "repeats the attribute class"),
        ('<button data-commandlinker-command="x">', "carries a live attribute"),
        ('<p id="a"></p><p id="a"></p>', 'The anchor "a" is used 2 times'),
        ("<h3>deep</h3>", "A heading of level 3 follows one of level 1"),
        ("<h1>again</h1>", "has 2 main headings"),
        ("AKIAABCDEFGHIJKLMNOP", "holds an AWS access key"),
        ("ghp_" + "a1" * 18, "holds a GitHub token"),
        ("-----BEGIN RSA PRIVATE KEY-----", "holds a private key"),
        ("sk-abcdefghijklmnopqrstuvwx", "holds a model provider's key"),
        ("postgres://alice:hunter2@db.example/x", "holds a password in an address"),
        ("see /home/alice/notes.txt", "holds a path in somebody's home folder"),
        ("C:\\Users\\bob\\notes.txt", "holds a path in somebody's home folder"),
        ("x" * 2_000_000, "2 MB is the limit"),
    ],
)
def test_a_reason_to_refuse_is_found_and_said_in_one_sentence(body, words):
    problems = check(page(body))
    assert any(words in problem for problem in problems), problems
    assert all(problem.endswith(".") and problem.startswith(("The ", "A ")) for problem in problems)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (HEAD.replace("Content-Security-Policy", "x-nothing"), "no strict content policy"),
        (HEAD.replace("default-src 'none'", "default-src *"), "no strict content policy"),
        (HEAD.replace("img-src data:", "img-src data: https://x.example"), "lets something from outside in"),
        (HEAD.replace("form-action 'none'", "script-src 'unsafe-inline'"), "no strict content policy"),
        (HEAD.replace(' lang="en"', ""), "no language or no title"),
        (HEAD.replace("<title>A page</title>", ""), "no language or no title"),
    ],
)
def test_a_head_without_policy_language_or_title_is_refused(head, words):
    assert any(words in problem for problem in check(page(head=head)))


def test_a_policy_in_the_body_comes_too_late():
    body = f'<meta http-equiv="Content-Security-Policy" content="{pages.POLICY}">'
    assert any("too late" in problem for problem in check(page(body)))


def test_a_page_that_stops_inside_a_tag_is_refused():
    assert any("never closed" in problem for problem in check(page() + "<img src=x onerror=y "))


def test_the_value_of_a_secret_variable_is_found_and_not_repeated(monkeypatch):
    monkeypatch.setenv("VENDOR_API_TOKEN", "correct-horse-battery")
    monkeypatch.setenv("SHORT_KEY", "abc")
    problems = check(page("<p>correct-horse-battery abc</p>"))
    assert problems == [
        "The page holds the value of the environment variable VENDOR_API_TOKEN; take it out at its source."
    ]


def test_a_picture_is_not_searched_for_secrets():
    assert (
        check(page(f'<img src="data:image/png;base64,xAKIAABCDEFGHIJKLMNOPx/home/alice" alt="{ALT}">')) == []
    )

"""A real browser for the pages, and the posts that try to break out of them."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

# Tests are imported one by one (importlib mode), so a module they share must be found by its folder.
from tests.publish.hostile_posts import HOSTILE

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PROVOKE = """() => {
  for (const node of document.querySelectorAll('*')) {
    const kinds = ['mouseover', 'mouseenter', 'focus', 'click', 'toggle', 'error', 'load', 'animationstart'];
    const leaves = node.closest('a[href^="http"], a[href$=".html"]');
    for (const kind of kinds) if (!(kind === 'click' && leaves)) node.dispatchEvent(new Event(kind));
    if (node.tagName === 'DETAILS') node.open = true;
    if (node.tagName === 'A' && /^(javascript|data)/.test(node.href)) node.click();
  }
}"""


@dataclass
class Visit:
    """What happened when a page was opened: scripts that ran, addresses asked for, what a reader sees."""

    ran: int = 0
    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    text: str = ""


@pytest.fixture(scope="session")
def browser(chromium):
    """One real Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser):
    """A visitor: ``visit(path)`` opens a page, provokes everything on it,
    and says what ran and what left the page.
    """

    def open_page(path: Path, width: int = 1280) -> Visit:
        seen, own = Visit(), Path(path).resolve().as_uri()
        context = browser.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()

        def decide(route):
            if route.request.url.split("#")[0] == own:
                return route.continue_()
            seen.asked.append(route.request.url)
            return route.abort()

        context.route("**/*", decide)
        context.on("page", lambda other: seen.asked.append(f"window {other.url}") if other != page else None)
        page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(own, wait_until="load")
        page.evaluate(PROVOKE)
        page.wait_for_timeout(150)
        seen.ran = page.evaluate("window.pwned || 0")
        seen.text = page.inner_text("body")
        context.close()
        return seen

    return open_page


@pytest.fixture
def accessible(browser):
    """An examiner: ``accessible(path)`` returns the critical
    and serious findings of axe-core, as sentences.
    """
    from axe_playwright_python.sync_playwright import Axe

    def examine(path: Path, width: int = 1280) -> list[str]:
        # axe is a script, so for this examination alone the page's policy is set aside.
        context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(Path(path).resolve().as_uri())
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        found = Axe().run(page).response["violations"]
        context.close()
        return [
            f"{one['impact']}: {one['help']}: {one['nodes'][0]['html'][:150]}"
            for one in found
            if one["impact"] in ("critical", "serious")
        ]

    return examine


@pytest.fixture(scope="session")
def hostile_frame() -> pd.DataFrame:
    """The hostile posts as a frame of posts; even the brand is hostile."""
    count = len(HOSTILE)
    return pd.DataFrame(
        {
            "post_id": [f"x:{place}" for place in range(count)],
            "text": list(HOSTILE.values()),
            "author": "p_0123456789ab",
            "brand": "<b>Acme</b>",
            "platform": "forum\x1b[31m",
            "sentiment": "negative",
            "created_at": pd.Timestamp("2026-03-02T08:00Z"),
        }
    )


@pytest.fixture
def shown(monkeypatch):
    """What ``show`` displayed, in order, as (html, plain text, metadata)."""
    from earshot.publish import show

    seen: list[tuple[str, str, dict]] = []
    monkeypatch.setattr(
        show,
        "display",
        lambda data, metadata, raw: seen.append((data["text/html"], data["text/plain"], metadata)),
    )
    return seen

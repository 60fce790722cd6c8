"""The publisher's checks: what makes a page unfit to leave the house, each as one sentence.

The page is read by a tokenizer that repairs nothing: markup that only a browser's recovery would understand
shows up as a tag that does not belong, or as an unfinished page."""

import re
from collections import Counter
from html.parser import HTMLParser

from earshot.publish.safety import leaks

MOST_BYTES = 2_000_000
FORBIDDEN = {
    "script": "a script",
    "iframe": "a frame",
    "frame": "a frame",
    "frameset": "a frame",
    "object": "an embedded object",
    "embed": "an embedded object",
    "applet": "an embedded object",
    "form": "a form",
    "input": "a form field",
    "button": "a form field",
    "textarea": "a form field",
    "select": "a form field",
    "base": "a base address",
    "link": "an external stylesheet or resource",
    "svg": "inline SVG (pictures belong in an img)",
    "math": "inline MathML",
    "template": "a template",
    "noscript": "a noscript part",
    "audio": "a sound",
    "video": "a film",
    "portal": "a portal",
    "xmp": "raw text",
    "plaintext": "raw text",
}
ADDRESSES = {
    "src",
    "srcset",
    "poster",
    "background",
    "data",
    "action",
    "formaction",
    "cite",
    "longdesc",
    "ping",
    "manifest",
    "profile",
    "codebase",
    "classid",
    "archive",
    "dynsrc",
    "lowsrc",
    "imagesrcset",
    "xlink:href",
}
GENERIC_ALT = re.compile(
    r"^\W*(no description.*|(an? )?(image|figure|chart|plot|graph|picture|photo|alt text"
    r"|untitled)\W*\d*)\W*$",
    re.I,
)
CSS_FETCH = re.compile(r"url\s*\(|@import|expression\s*\(|image-set\s*\(|-moz-binding|behavior\s*:|\\", re.I)
# Names one by one, so that a tag nobody thought of is refused too.
BELONG = frozenset(
    """html head meta title style body a header nav main footer section article aside div span p b i em strong
        code pre
    br hr ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table caption colgroup col thead tbody tfoot tr th td figure
    figcaption picture source img details summary blockquote bdi bdo small sub sup del ins s abbr time q cite
    kbd samp var mark
    wbr""".split()  # noqa: SIM905
)


def check(html_text: str) -> list[str]:
    """Return the reasons why this page may not be published, one sentence each;
    an empty list means it may.
    """
    page = _Page()
    page.feed(html_text)
    page.close()
    problems = [
        *page.problems,
        *_structure(page),
        *(f"The page holds {what}; take it out at its source." for what in leaks.found(html_text)),
    ]
    if not html_text.rstrip().lower().endswith("</html>"):
        problems.append("The page ends inside a tag or a text that was never closed.")
    size = len(html_text.encode("utf-8", "replace"))
    if size >= MOST_BYTES:
        problems.append(
            f"The page has {size / 1e6:.1f} MB, {MOST_BYTES / 1e6:.0f} MB is the limit; show fewer figures "
            f"or rows."
        )
    return list(dict.fromkeys(problems))


class _Page(HTMLParser):
    """Reads a page once and notes what is wrong on the way."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.ids: Counter = Counter()
        self.headings: list[int] = []
        self.counts: Counter = Counter()
        self.open: list[str] = []
        self.lang = self.policy = self.title = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.counts[tag] += 1
        if tag in FORBIDDEN:
            self._refuse(f"holds {FORBIDDEN[tag]} (<{tag}>)")
        elif tag not in BELONG:
            self._refuse(f"holds a tag that does not belong on a page (<{tag[:30]}>)")
        known: dict[str, str] = {}
        for name, value in attributes:
            if name in known:
                self._refuse(f"repeats the attribute {name} in one <{tag}>")
            known[name] = value or ""
            self._attribute(tag, name, known[name])
        self._element(tag, known)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if "style" in self.open and CSS_FETCH.search(data):
            self._refuse("has a stylesheet that loads something (url, @import) or hides characters")
        if "title" in self.open:
            self.title += data

    def handle_comment(self, data: str) -> None:
        self._refuse("holds a comment, in which browsers and checkers can disagree")

    def handle_pi(self, data: str) -> None:
        self._refuse("holds a processing instruction")

    def unknown_decl(self, data: str) -> None:
        self._refuse("holds a declaration other than the doctype")

    def _refuse(self, what: str) -> None:
        self.problems.append(f"The page {what}.")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9:-]*", name):
            self._refuse(f"holds an attribute that is no name in <{tag}>")
        elif name.startswith("on"):
            self._refuse(f"runs script on an event ({name} in <{tag}>)")
        elif name in ("href", "xlink:href"):
            self._link(tag, value)
        elif name in ADDRESSES and not all(_is_picture(part) for part in _addresses(name, value)):
            self._refuse(f"asks for something outside itself ({name} in <{tag}>)")
        elif name == "style" and CSS_FETCH.search(value):
            self._refuse(f"has a style that loads something in <{tag}>")
        elif name == "srcdoc" or name.startswith(("hx-", "data-commandlinker")):
            self._refuse(f"carries a live attribute ({name} in <{tag}>)")

    def _link(self, tag: str, value: str) -> None:
        address = re.sub(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028\u2029\ufeff]", "", value).lower()
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", address)
        if scheme and scheme[1] not in ("http", "https", "mailto"):
            self._refuse(f"has a {scheme[1]}: link")
        elif address.startswith(("//", "\\", "/\\")):
            self._refuse("has a link without a scheme that leaves the page")

    def _element(self, tag: str, known: dict[str, str]) -> None:
        if known.get("id"):
            self.ids[known["id"]] += 1
        if tag == "html":
            self.lang = known.get("lang", "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self._picture(known)
        if tag == "meta" and "http-equiv" in known:
            self._meta(known)
        if "papermill-error-cell" in (known.get("id", "").lower(), known.get("href", "").lower().lstrip("#")):
            self._refuse("carries papermill's error mark: its notebook failed")
        if (
            tag == "a"
            and re.match(r"\s*https?:", known.get("href", ""), re.I)
            and "noopener" not in known.get("rel", "")
        ):
            self._refuse('has a link to another site without rel="noopener noreferrer nofollow"')

    def _picture(self, known: dict[str, str]) -> None:
        alt = known.get("alt", "").strip()
        if len(alt) < 20 or GENERIC_ALT.match(alt):
            self._refuse(
                f'has a picture whose alt text says nothing ("{alt[:40]}"); write one sentence with the data'
            )

    def _meta(self, known: dict[str, str]) -> None:
        if known["http-equiv"].lower() != "content-security-policy":
            self._refuse(f"redirects or sets a header ({known['http-equiv']})")
        elif "body" in self.open:
            self._refuse("sets its content policy too late, outside the head")
        else:
            self.policy = known.get("content", "")


def _structure(page: _Page) -> list[str]:
    """Return what is wrong with the whole: policy, language, title, headings, anchors, tags left open."""
    problems = []
    rules = {part.split()[0]: part.split()[1:] for part in page.policy.split(";") if part.strip()}
    if rules.get("default-src") != ["'none'"] or any(name.startswith("script-src") for name in rules):
        problems.append(
            "The page has no strict content policy; it needs a meta tag with default-src 'none' and no "
            "script-src."
        )
    if any(set(sources) - {"data:", "'none'", "'unsafe-inline'"} for sources in rules.values()):
        problems.append("The page's content policy lets something from outside in.")
    if not page.lang or not page.title.strip():
        problems.append("The page has no language or no title.")
    if page.headings.count(1) != 1 or page.headings[:1] != [1]:
        problems.append(
            f"The page has {page.headings.count(1)} main headings; it needs exactly one, and it comes first."
        )
    jumps = [
        (before, after)
        for before, after in zip(page.headings, page.headings[1:], strict=False)
        if after > before + 1
    ]
    problems += [
        f"A heading of level {after} follows one of level {before}; do not skip a level."
        for before, after in jumps
    ]
    problems += [
        f'The anchor "{name[:60]}" is used {times} times on the page.'
        for name, times in page.ids.items()
        if times > 1
    ]
    return problems


def _addresses(name: str, value: str) -> list[str]:
    """Return the addresses in an attribute; a srcset of data addresses holds exactly one here."""
    return [value] if name != "srcset" or value.lstrip().lower().startswith("data:") else value.split(",")


def _is_picture(address: str) -> bool:
    return bool(
        re.fullmatch(r"data:image/(?:svg\+xml|png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+", address.strip())
    )

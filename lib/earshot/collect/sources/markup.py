"""HTML of posts as plain text: paragraphs become lines,
captions of images are read, nothing is run or fetched.
"""

import html
import re
from html.parser import HTMLParser

LONGEST = 200_000
BLOCKS = {
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "blockquote",
    "pre",
    "section",
    "article",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "figure",
    "figcaption",
    "aside",
    "dd",
    "dt",
}
SILENT = {"script", "style", "template", "iframe", "object", "noscript", "svg", "head", "title"}
EMPTY = {"br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "base", "col", "embed", "track"}
TAG = re.compile(r"<[^<>]{0,10000}>")


def read(markup: str, quotes: bool = True) -> tuple[str, str]:
    """Return (text, captions of images) of HTML;
    without ``quotes`` what it quotes of others (aside) is left out.

    Text that is no HTML comes back as it is, with its entities read.
    """
    if "<" not in markup:
        return _tidy(html.unescape(markup)), ""
    reader = _Reader(set() if quotes else {"aside"})
    if (
        len(markup) > LONGEST
    ):  # the parser of the standard library takes more than linear time on hostile text
        return _tidy(html.unescape(TAG.sub(" ", markup))), ""
    try:
        reader.feed(markup)
        reader.close()
    except AssertionError:  # raised by the standard library for declarations such as <![x
        return _tidy(html.unescape(TAG.sub(" ", markup))), ""
    return _tidy("".join(reader.texts)), "\n".join(dict.fromkeys(reader.captions))


class _Reader(HTMLParser):
    """Gathers text outside of silent elements,
    and the alternative text of images (emoji images become their text).
    """

    def __init__(self, left_out: set[str]):
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.captions: list[str] = []
        self._silent, self._open = SILENT | left_out, []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in self._silent:
            self._open.append(tag)
        elif not self._open:
            self._show(tag, {name: value or "" for name, value in attrs})

    def _show(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in BLOCKS:
            self.texts.append("\n")
        caption = attributes.get("alt", "").strip() if tag == "img" else ""
        if caption and "emoji" in attributes.get("class", ""):
            self.texts.append(caption)
        elif caption:
            self.captions.append(caption)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        if tag not in self._silent and not self._open:
            self._show(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[-1]:
            self._open.pop()
        elif not self._open and tag in BLOCKS and tag not in EMPTY:
            self.texts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.texts.append(data)


def _tidy(text: str) -> str:
    lines = [re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

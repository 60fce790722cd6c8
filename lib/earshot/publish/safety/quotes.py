"""Text written by strangers, made safe to print:
cleaned, capped, escaped and set apart from our own words.
"""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from earshot.publish.safety import leaks

CAP = 600
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufff9-\ufffb]")
LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
SURROGATES = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\u3164"
    "\ufeff\uffa0\U000e0000-\U000e007f]+"
)
PILED_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
JOINERS = "\u200c\u200d"
PSEUDONYM = re.compile(r"@?\bp\d*_[0-9a-f]{12}\b")
MASK = re.compile(
    r"\[(e-?mail|phone|card|iban|ip|id|name|address|url|account|number|postcode|passport|ssn|secret)\]", re.I
)


def free(posts):
    """Return (the posts that may be quoted,
    how many may not) by the column may_quote, where the frame has one.
    """
    if "may_quote" not in posts:
        return posts, 0
    barred = ~posts["may_quote"].fillna(True).astype(bool)
    return posts[~barred], int(barred.sum())


def clean(text: object) -> str:
    """Return the text without anything that could act on a screen: controls, escapes and direction overrides
    go, invisible characters become a visible dot, piled-up accents are cut to three, lone surrogates become
    �."""
    text = LINE_ENDS.sub("\n", str(text))
    text = CONTROLS.sub("", ESCAPES.sub("", text))
    text = SURROGATES.sub("\ufffd", BIDI.sub("", text))
    text = PILED_MARKS.sub(r"\1", INVISIBLE.sub(_show_invisible, text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def plain(text: object, cap: int = CAP) -> str:
    """Return the text safe for a terminal or a log: cleaned, on one line, capped, nobody named."""
    return _cap(unnamed(" ".join(clean(text).split())), cap)


def quote(text: object, cap: int = CAP) -> Markup:
    """Return the text escaped for HTML, nobody named, masks such as [email] as small chips, and capped."""
    return Markup("").join(_chips(_cap(unnamed(clean(text)), cap)))


def isolate(text: object, cap: int = CAP) -> Markup:
    """Return the quoted text in its own direction,
    so that it cannot reorder or pose as the words around it.
    """
    return Markup('<bdi class="quoted">{}</bdi>').format(quote(text, cap))


def link(url: object, words: str = "") -> Markup:
    """Return a link that says where it leads; anything but a plain http or https address is shown as text."""
    address = clean(url)
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return quote(address, 200)
    odd = "@" in parts.netloc or re.search(r"[\s\\]", address) or unnamed(address) != address
    if parts.scheme.lower() not in ("http", "https") or not host or odd:
        return quote(address, 200)
    shown = f"{clean(words)} ({host})" if words else host
    return Markup('<a href="{}" rel="noopener noreferrer nofollow"><bdi>{}</bdi></a>').format(address, shown)


def unnamed(text: str) -> str:
    """Name nobody, and hide what the publisher's checks refuse, so that no post can stop a page."""
    return PSEUDONYM.sub("@someone", leaks.hide(text))


def _cap(text: str, cap: int) -> str:
    if len(text) <= cap:
        return text
    return f"{text[:cap].rstrip(JOINERS)}… ({len(text):,} characters in all)"


def _chips(text: str) -> Iterator[Markup]:
    """Yield the text escaped piece by piece, each mask as a chip."""
    at = 0
    for found in MASK.finditer(text):
        yield escape(text[at : found.start()])
        yield Markup('<span class="mask">{} removed</span>').format(found[1].lower())
        at = found.end()
    yield escape(text[at:])


def _show_invisible(found: re.Match) -> str:
    """Keep a joiner or tag that emoji or a joining script needs; show any other invisible run as one dot."""
    text, (start, end) = found.string, found.span()
    before, after = text[start - 1 : start], text[end : end + 1]
    if found[0] in JOINERS and _joins(before) and _joins(after):
        return found[0]
    return (
        found[0] if before == "\U0001f3f4" and found[0].endswith("\U000e007f") and len(found[0]) < 8 else "·"
    )


def _joins(character: str) -> bool:
    """Say whether a zero-width joiner beside this character is ordinary spelling (emoji, Arabic, Indic)."""
    if not character:
        return False
    code = ord(character)
    emoji = code >= 0x1F000 or 0x2190 <= code <= 0x2BFF or code == 0xFE0F
    return (
        emoji
        or 0x0600 <= code <= 0x08FF
        or 0x0900 <= code <= 0x109F
        or unicodedata.category(character) == "Mn"
    )

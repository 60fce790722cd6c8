"""Clean text: what a post says, in a form that models can read, with a way back to the original.

Entities and broken encodings are repaired, links go, mentions become ``@user``, hashtags become words, emoji
become their names, "sooooo" becomes "soo", styled letters become plain, invisible ones go, white space
becomes one blank.
"""

import html
import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache

import pandas as pd

from earshot.enrich.pipeline.declaration import PostStep
from earshot.enrich.text import hashtags
from earshot.enrich.text.offsets import Edits, compose, to_original

__all__ = ["Cleaned", "add", "clean", "parse", "to_original"]
TABLE = "clean"
VERSION = "2"
MEDIA = "[image: {}]"  # how what a picture shows stands after the text

HIDDEN = (
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufe0e\ufe0f\ufeff\ufff9-\ufffd\U000e0000-\U000e007f"
)
# Joiners shape the letters of Indic and Arabic scripts, and glue emoji; elsewhere they only hide words from
# filters.
LOOSE = rf"(?:[{HIDDEN}]|(?<![\u0600-\u0fff])[\u200c\u200d])"
LINK = (
    r"(?:https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”…]|www\.[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”]"
    r"|pic\.twitter\.com/\w+"
    r"|(?<![\w/.])https?(?=\s|$))"
)
PICTURE = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    r"\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
EMOJI = (
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*"
    rf"(?:\u200d{PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*(?:[\U000e0020-\U000e007f]+)?"
)
TOKENS = re.compile(
    # Where none of these stands, no token can begin: looking first is many times as fast.
    r"(?=[@#\x00-\x1f\x7f-\U0010ffff]| (?:[^!-~]|http|www\.|pic\.)|http|www\.|pic\."
    r"|[!-~][\ufe0f\u20e3\u0300-\u036f]"
    r"|(?P<again>[A-Za-z!?.~*_=-])(?P=again)(?P=again))"
    rf"(?:(?P<emoji>{EMOJI})"
    rf"|(?P<gap>(?:\s|{LOOSE})*(?:{LINK}(?:\s|{LOOSE})*)+|(?:\s|{LOOSE}){{2,}}|[^\S ]|{LOOSE})"
    r"|(?P<mention>(?<![\w@])[@＠]\w+)|(?P<hashtag>(?<![\w#&])[#＃]\w*[^\W\d_]\w*)"
    r"|(?P<letters>(?P<letter>[^\W\d_])(?P=letter){2,})|(?P<marks>(?P<mark>[!?.…~*_=-])(?P=mark){3,})"
    r"|(?P<styled>[\U0001d400-\U0001d7ff\uff01-\uff5e]+)|(?P<accent>\w[\u0300-\u036f]+))"
)
# An ASCII text that this does not match, and that neither begins nor ends with a blank, is clean already.
UNTIDY = re.compile(r"[@#&\\\x00-\x1f\x7f]|http|www\.|pic\.twitter|\s\s|([A-Za-z])\1\1|([!?.~*_=-])\2{3}")
ENTITY = re.compile(
    r"&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});|&(?:amp|lt|gt|quot)\b;?"
    r"|(?:\\u[0-9a-fA-F]{4})+"
)
FOREIGN = re.compile(r"[^\t-\r ]*[^\x00-\x7f][^\t-\r ]*")
WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass
class Cleaned:
    """A clean text, the edits that lead back to the original,
    and what was found on the way, as it was written.
    """

    text: str
    edits: Edits = field(default_factory=list)
    hashtags: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    emoji: list[str] = field(default_factory=list)


def clean(text: str) -> tuple[str, Edits]:
    """Return (clean text, edits); ``to_original(edits, start, end)`` maps a span of it back to ``text``."""
    cleaned = parse(text)
    return cleaned.text, cleaned.edits


def parse(text: str) -> Cleaned:
    """Return the clean form of a post's text with its edits, hashtags, mentions, links and emoji."""
    if text.isascii() and not UNTIDY.search(text) and text == text.strip():
        return Cleaned(text)
    repaired, repairs = _repair(text)
    cleaned = _rewrite(repaired)
    cleaned.edits = compose(repairs, cleaned.edits)
    return cleaned


def _repair(text: str) -> tuple[str, Edits]:
    """Decode HTML entities and \\u escapes, then mojibake (UTF-8 that somebody read as Latin-1)."""
    edits: Edits = []
    if "&" in text or "\\u" in text:
        text, edits = _substitute(ENTITY, _decode, text)
    if not text.isascii():
        from ftfy.badness import is_bad

        if is_bad(text):
            text, more = _substitute(FOREIGN, _mend, text)
            edits = compose(edits, more)
    return text, edits


def _decode(found: str) -> str:
    if found.startswith("\\u"):  # JSON's way of writing a character, left undone by a careless export
        units = bytes.fromhex(found.replace("\\u", ""))
        return units.decode("utf-16-be", errors="replace")
    for _ in range(3):  # "&amp;lt;" was escaped twice
        found = html.unescape(found)
    return found


def _mend(found: str) -> str:
    from ftfy import fix_encoding

    return fix_encoding(found)


def _substitute(pattern: re.Pattern, replace, text: str) -> tuple[str, Edits]:
    pieces, edits, done, length = [], [], 0, 0
    for match in pattern.finditer(text):
        new = replace(match[0])
        if new != match[0]:
            length += match.start() - done
            pieces += [text[done : match.start()], new]
            edits.append([length, length + len(new), match.start(), match.end()])
            length, done = length + len(new), match.end()
    return "".join(pieces) + text[done:], edits


def _rewrite(text: str) -> Cleaned:
    """Replace every token of TOKENS in one pass from left to right."""
    cleaned = Cleaned("")
    pieces, done, length, last = [], 0, 0, " "
    for match in TOKENS.finditer(text):
        new = _replacement(match, cleaned)
        if new == match[0]:
            continue
        kept = text[done : match.start()]
        length += len(kept)
        last = kept[-1:] or last
        new = new[1:] if last == " " and new.startswith(" ") else new
        if match.end() == len(text) or (new.endswith(" ") and text[match.end()].isspace()):
            new = new.removesuffix(" ")
        last = new[-1:] or last
        pieces += [kept, new]
        cleaned.edits.append([length, length + len(new), match.start(), match.end()])
        length, done = length + len(new), match.end()
    return _trim("".join(pieces) + text[done:], len(text), cleaned)


def _trim(text: str, original_length: int, cleaned: Cleaned) -> Cleaned:
    """Take the blanks off both ends."""
    start = len(text) - len(text.lstrip(" "))
    end = len(text.rstrip(" "))
    edits = [] if start == 0 else [[0, 0, 0, start]]
    tail = [] if end == len(text) else [[end - start, end - start, end, len(text)]]
    cleaned.text = text[start : max(start, end)]
    trimmed = edits + tail if end > start else [[0, 0, 0, len(text)]] if text else []
    cleaned.edits = (
        compose(cleaned.edits, trimmed) if end > start or not text else [[0, 0, 0, original_length]]
    )
    return cleaned


def _replacement(match: re.Match, cleaned: Cleaned) -> str:
    kind, found = match.lastgroup, match[0]
    if kind == "gap":
        links = re.findall(LINK, found)
        cleaned.urls += [link for link in links if len(link) > 5]
        return " " if links or re.search(r"\s", found) else ""
    if kind == "mention":
        cleaned.mentions.append(found[1:])
        return "@user"
    if kind == "hashtag":
        cleaned.hashtags.append(found[1:])
        return hashtags.split(found[1:])
    if kind == "emoji":
        cleaned.emoji.append(found)
        name = _name(found)
        return f" {name} " if name else " "
    if kind == "letters":
        return found[:2]
    if kind == "marks":
        return found[:3]
    return unicodedata.normalize(
        "NFKC" if kind == "styled" else "NFC", found[:3] if kind == "accent" else found
    )


@lru_cache(8_192)
def _name(picture: str) -> str:
    """Return the English name of an emoji ("red heart"); a sequence without one is named by its parts."""
    names = _names()
    for form in (picture, picture.rstrip("\ufe0f"), re.sub("[\ufe0f\U0001f3fb-\U0001f3ff]", "", picture)):
        if form in names:
            return names[form]
    return " ".join(filter(None, (names.get(part, "") for part in picture)))


@cache
def _names() -> dict[str, str]:
    from emoji import EMOJI_DATA

    return {form: entry["en"].strip(":").replace("_", " ") for form, entry in EMOJI_DATA.items()}


def with_media(cleaned: Cleaned, media: str, length: int) -> Cleaned:
    """Return a clean text followed by what its pictures show, marked as such, so that models read it too.

    In the original, of ``length`` characters, it has no place: every span of it leads to the end of the post.
    """
    said = parse(media).text
    if not said:
        return cleaned
    start = len(cleaned.text)
    cleaned.text = f"{cleaned.text} {MEDIA.format(said)}".lstrip()
    cleaned.edits = [*cleaned.edits, [start, len(cleaned.text), length, length]]
    return cleaned


def add(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the clean table's columns for posts with ``post_id``,
    ``content_hash``, ``text`` and maybe media_text.
    """
    texts = frame["text"].fillna("").tolist()
    media = frame["media_text"].fillna("").tolist() if "media_text" in frame else [""] * len(texts)
    cleaned = [
        with_media(parse(text), shown, len(text)) if shown else parse(text)
        for text, shown in zip(texts, media, strict=True)
    ]
    lists = {
        name: [
            json.dumps(found, ensure_ascii=False) if (found := getattr(one, name)) else "[]"
            for one in cleaned
        ]
        for name in ("edits", "hashtags", "mentions", "urls", "emoji")
    }
    return pd.DataFrame(
        {
            "post_id": frame["post_id"].to_numpy(),
            "content_hash": frame["content_hash"].to_numpy(),
            "clean_text": [one.text for one in cleaned],
            **lists,
            "words": [len(WORD.findall(one.text)) for one in cleaned],
        }
    )


def common(lists: pd.Series, n: int) -> list[tuple[str, int]]:
    """Return the ``n`` most frequent entries, with counts, of a column of JSON lists such as ``hashtags``."""
    counts = Counter(entry for found in lists if found != "[]" for entry in set(json.loads(found)))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:n]


STEP = PostStep(
    name="clean",
    version=lambda _: VERSION,
    rows="SELECT p.post_id, p.content_hash, p.week, p.text, p.media_text FROM posts p "
    "LEFT JOIN clean s USING (post_id)",
    add=lambda posts, _: add(posts),
)

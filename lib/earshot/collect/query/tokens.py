"""What a word is: the tokeniser of the query language,
which defines the n of NEAR and what counts as adjacent.

One token each: a link; an @mention; a #hashtag; a $cashtag; an emoji with all its joiners, tones and
selectors; a word with its inner apostrophes, or a number with its inner points; and every single character of
scripts that are written without blanks (Chinese, Japanese, Thai …) or whose endings stick to the word
(Korean). Punctuation is no token. Tokens are compared in NFKC and casefolded; a word also finds its hashtag
and cashtag, an emoji all its skin tones.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
TONE = "[\U0001f3fb-\U0001f3ff]"
EMOJI = (
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{PICTURE}(?:\ufe0f|{TONE})*"
    rf"(?:\u200d{PICTURE}(?:\ufe0f|{TONE})*)*[\U000e0020-\U000e007f]*"
)
LINK = r"(?:https?://|(?<!\w)www\.)[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]}'’…]"
START = "(?<![A-Za-z0-9_])"  # an address such as jo@example.org is no mention
ENTITY = (
    START + "(?!(?<=&)(?:amp|lt|gt|quot|apos|nbsp);|(?<=&#)x?[0-9a-fA-F]+;)"
)  # what an export left of & < >
PLAIN = re.compile(
    rf"{LINK}|{START}(?:@\w+(?:@\w+(?:[.-]\w+)+|\.bsky\.social)?|#\w*[A-Za-z]\w*|\$[A-Za-z]{{1,6}}(?!\w))"
    rf"|{ENTITY}\w+(?:'\w+|(?<=\d)[.,:]\d+)*"
)
SIGNS = {"@": "mention", "＠": "mention", "#": "hashtag", "＃": "hashtag", "$": "cashtag", "＄": "cashtag"}
FOLDS = str.maketrans(
    {
        "’": "'",
        "＇": "'",
        "＃": "#",
        "＠": "@",
        "＄": "$",
        "\ufe0e": None,
        "\ufe0f": None,
        "\u00ad": None,
        "\u200c": None,
        "\u200d": None,
        "\u200b": None,
        "\u2060": None,
    }
)


class Token(NamedTuple):
    """A token as it stands in the text, and where: text[start:end] (of the original text)."""

    text: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text with their places in it."""
    if text.isascii():
        return [Token(found[0], *found.span()) for found in PLAIN.finditer(text)]
    whole, places = _composed(text)
    found = [(match[0], *match.span()) for match in _world().finditer(whole)]
    if places is None:
        return [Token(*token) for token in found]
    return [Token(word, places[start], places[end]) for word, start, end in found]


def words(text: str) -> list[str]:
    """Return the tokens of a text without their places, which is quicker."""
    return PLAIN.findall(text) if text.isascii() else _world().findall(_composed(text)[0])


@lru_cache(65_536)
def fold(token: str) -> str:
    """Return the form in which tokens are compared:
    NFKC, casefolded, straight apostrophes, nothing invisible.
    """
    if token.isascii():
        return token.lower()
    return unicodedata.normalize("NFKC", plain(token).casefold())


def plain(token: str) -> str:
    """Return the form in which tokens are compared when capitals count."""
    if token.isascii():
        return token
    if re.fullmatch(EMOJI, token):  # its joiners are what makes a family of three people
        return token.replace("\ufe0f", "").replace("\ufe0e", "")
    return unicodedata.normalize("NFKC", token).translate(FOLDS)


def forms(token: str, cased: bool = False) -> tuple[str, ...]:
    """Return all that a term may say to find this token:
    ``#refund`` is found as ``#refund`` and as ``refund``.
    """
    form = plain(token) if cased else fold(token)
    if form[0] in "#$" and len(form) > 1:
        return form, form[1:]
    bare = re.sub(TONE, "", form) if not form.isascii() else form
    return (form, bare) if bare and bare != form else (form,)


def kind(token: str) -> str:
    """Return what a token is: link, mention, hashtag, cashtag, emoji or word."""
    first = token[0]
    if first in SIGNS and len(token) > 1 and "\u20e3" not in token:
        return SIGNS[first]
    if token.startswith(("http://", "https://", "www.")):
        return "link"
    return "emoji" if not token.isascii() and re.fullmatch(EMOJI, token) else "word"


@cache
def _world() -> re.Pattern:
    """Return the pattern for texts that are not plain ASCII; marks belong to the letter before them."""
    codes = [code for code in range(0x300, 0x1E950) if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")]
    marks = "".join(
        f"{chr(first)}-{chr(last)}" for first, last in _runs(codes) if last < 0xFE00 or first > 0xFE0F
    )
    inner = rf"\w{marks}\u00ad\u200b-\u200d\u2060"
    word = rf"(?:(?![{SINGLE}])\w)(?:(?![{SINGLE}])[{inner}])*"
    single = rf"[{SINGLE}][{marks}]*"
    return re.compile(
        rf"{LINK}|(?:{EMOJI})|{START}(?:[@＠]\w+(?:@\w+(?:[.-]\w+)+|\.bsky\.social)?"
        rf"|[#＃][{inner}]*[^\W\d_][{inner}]*|[$＄][A-Za-z]{{1,6}}(?!\w))|{single}|{ENTITY}{word}(?:['’＇]{word}|(?<=\d)[.,:]\d+)*"
    )


def _runs(codes: list[int]) -> list[tuple[int, int]]:
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return [(first, last) for first, last in runs]


def _composed(text: str) -> tuple[str, list[int] | None]:
    """Return the text with loose accents and Korean letters composed,
    and where each character of it came from.
    """
    if unicodedata.is_normalized("NFC", text):
        return text, None
    pieces, places = [], []
    for found in re.finditer("[\u1100-\u11ff]+|.[\u0300-\u036f\u3099\u309a]*", text, re.DOTALL):
        piece = unicodedata.normalize("NFC", found[0])
        pieces.append(piece)
        # A piece that stayed as long as it was maps letter by letter; a shorter one maps to its beginning.
        same = len(piece) == len(found[0])
        places += [found.start() + (offset if same else 0) for offset in range(len(piece))]
    return "".join(pieces), [*places, len(text)]

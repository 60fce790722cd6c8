"""Personal identifiers with a fixed form: e-mail, card, IBAN, IP address, US social security number.

Every finder takes one folded text (see masking.fold) and yields (start, end). A checksum or a range decides
wherever one exists, so that order numbers and dates survive. All patterns start at a token boundary and use
possessive quantifiers: a hostile post of a hundred thousand characters costs linear time.
"""

import ipaddress
import re
from collections.abc import Iterator

from earshot.govern.masking.checksums import passes_luhn

Span = tuple[int, int]

EMAIL = re.compile(r"(?<![\w.+%\-@])[\w.+%\-]++@(?:[^\W_][\w\-]{0,62}+\.){1,8}[^\W\d_]{2,24}+(?![\w@])")
AT = (
    r"(?: ?[\[({<] ?at ?[\])}>] ?|(?<=\w) (?i:at) (?=(?i:gmail|yahoo|hotmail|outlook|icloud|gmx|web|aol"
    r"|proton\w*)\b))"
)
DOT = r"(?: ?[\[({<] ?dot ?[\])}>] ?| (?i:dot) |\.)"
SPELLED = r" ?[\[({<] ?dot ?[\])}>] ?"
SPELLED_EMAIL = re.compile(
    rf"(?<![\w.+\-])(?:[\w+\-]{{1,64}}+{SPELLED}){{0,3}}[\w.+\-]++(?:{AT})[\w\-]{{2,63}}+(?:{DOT}[a-z\-]{{2,24}}+){{1,3}}",
    re.I,
)
CARD = re.compile(r"(?<![\w+])(?<!\d[.\-])\d(?:[ .\-]?\d){11,39}(?!\w)")
CARD_CONTEXT = re.compile(
    r"(?i)\b(?:credit|debit|card|cc|visa|master ?card|maestro|amex|american express)\b\D{0,25}$"
)
IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){11,30}")
IPV4 = re.compile(
    r"(?<![\w.\-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w\-]|\.\d)"
)
IPV6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
VERSION = re.compile(
    r"(?i)(?:version|firmware|build|release|update|ios|android|chrome|windows|\bver|\bv)\W{0,3}$"
)
SSN = re.compile(r"(?<![\w\-])(?!000|666|9)\d{3}([\- ]?)(?!00)\d{2}\1(?!0000)\d{4}(?![\w\-]*\d)")
SSN_CONTEXT = re.compile(r"(?i)\bssn\b|social\W{0,2}sec|\bitin\b")
URL = re.compile(r"(?i)(?:https?://|www\.)|[\w\-]\.[a-z]{2,10}/")
IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN "
                                                                             "VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 33: "RU", 32: "LC",
    }.items()
    for country in countries.split()
}  # fmt: skip
CARD_PREFIXES = (  # (first digits from, to, allowed lengths), ISO/IEC 7812 as the schemes publish it
    ("4", "4", (13, 16, 19)), ("51", "55", (16,)), ("2221", "2720", (16,)), ("2200", "2204", (16, 17, 18,
    19)),
    ("34", "34", (15,)), ("37", "37", (15,)), ("300", "305", (14, 16)), ("3095", "3095", (14, 16)),
    ("36", "36", (14, 16)), ("38", "39", (14, 16)), ("35", "35", (16, 17, 18, 19)),
    ("1800", "1800", (15,)), ("2131", "2131", (15,)),
    ("50", "50", tuple(range(12, 20))), ("56", "69", tuple(range(12, 20))),
)  # fmt: skip


def passes_iban(compact: str) -> bool:
    """Say whether an IBAN without spaces has the length
    of its country and remainder 1 modulo 97 (ISO 13616).
    """
    compact = compact.upper()
    if IBAN_LENGTHS.get(compact[:2]) != len(compact) or not compact.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def is_card(digits: str, named: bool = False) -> bool:
    """Say whether digits have length and check digit of a card,
    and its first digits unless words name one.
    """
    if not 12 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    known = any(
        low <= digits[: len(low)] <= high and len(digits) in sizes for low, high, sizes in CARD_PREFIXES
    )
    return (known or named) and passes_luhn(digits)


def in_url(text: str, start: int) -> bool:
    """Say whether the character at `start` is inside a web address:
    numbers there are page ids, not people's.
    """
    token = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start), start - 300) + 1
    return bool(URL.search(text, token, start))


def find_emails(text: str) -> Iterator[Span]:
    """Yield e-mail addresses, also those spelled "name (at) host (dot) com"."""
    if "@" in text:
        yield from (match.span() for match in EMAIL.finditer(text))
    if "at" in text.lower():
        yield from (match.span() for match in SPELLED_EMAIL.finditer(text))


def find_cards(text: str) -> Iterator[Span]:
    """Yield payment card numbers, written in one piece or in groups."""
    for match in CARD.finditer(text):
        if in_url(text, match.start()):
            continue
        named = bool(CARD_CONTEXT.search(text, max(0, match.start() - 45), match.start()))
        groups = [(m.start() + match.start(), m.group()) for m in re.finditer(r"\d+", match.group())]
        first = 0
        while first < len(groups):
            last = _card_end(groups, first, named)
            if last:
                yield groups[first][0], groups[last - 1][0] + len(groups[last - 1][1])
            first = last or first + 1


def _card_end(groups: list[tuple[int, str]], first: int, named: bool) -> int:
    """Return the index after the last group of the longest card that starts at group `first`, or 0."""
    for last in range(min(len(groups), first + 19), first, -1):
        sizes = [len(digits) for _, digits in groups[first:last]]
        usual = len(sizes) == 1 or set(sizes) == {1} or (sizes[0] == 4 and min(sizes[:-1]) >= 4)
        if usual and is_card("".join(digits for _, digits in groups[first:last]), named):
            return last
    return 0


def find_ibans(text: str) -> Iterator[Span]:
    """Yield international bank account numbers, with or without spaces, in any case."""
    for match in IBAN.finditer(text):
        length = IBAN_LENGTHS.get(match.group()[:2].upper(), 99)
        places = [place for place in range(*match.span()) if text[place].isalnum()][:length]
        end = places[-1] + 1
        if passes_iban("".join(text[place] for place in places)) and not text[end : end + 1].isalnum():
            yield match.start(), end


def find_ips(text: str) -> Iterator[Span]:
    """Yield IP addresses, version 4 and 6; "firmware 10.4.0.2" is a version, not an address."""
    for match in IPV4.finditer(text):
        if not VERSION.search(text, max(0, match.start() - 16), match.start()):
            yield match.span()
    for match in IPV6.finditer(text) if text.count(":") > 1 else ():
        groups = [group for group in match.group().split(":") if group]
        if len(groups) >= 2 and re.search(r"\d", match.group()) and _is_ip(match.group()):
            yield match.span()


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def find_ssns(text: str) -> Iterator[Span]:
    """Yield US social security numbers; without dashes only beside words that say so."""
    for match in SSN.finditer(text):
        near = text[max(0, match.start() - 40) : match.end() + 20]
        if (match.group(1) == "-" and not in_url(text, match.start())) or SSN_CONTEXT.search(near):
            yield match.span()

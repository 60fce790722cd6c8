"""Telephone numbers, told from order numbers, dates and prices by their form and by the words around them.

A number that is written as only telephone numbers are (+44 7700 900123, (579) 888-3058, 905-674-3793, 0494 92
82 32) is taken unless the nearest word says that it is something else ("ticket", "order"). Any other run of
seven to fifteen digits needs a word that says telephone ("call", "fax", "ruf an") nearer than one that says
something else.
"""

import re
from collections.abc import Iterator

from earshot.govern.masking.identifiers import Span, in_url

EXTENSION = r"(?:[ ]?(?:x|ext\.?)[ ]?\d{1,6})?"
STRONG = re.compile(
    rf"""(?<![\w+.,\-$€£¥#]) (?:
      \+\d{{1,3}}(?:[ .\-]?(?:\(\d{{1,5}}\)|\d{{1,12}})){{1,6}}
    | 00[1-9]\d{{0,2}}(?:[ .\-]\d{{2,8}}){{1,5}}
    | (?:1[ .\-]?)?\((?!19|20\d\d)\d{{2,5}}\)[ .\-]?\d{{2,4}}(?:[ .\-]?\d{{2,4}}){{1,3}}
    | (?:1[.\-])?\d{{3}}(?P<dash>[.\-])\d{{3}}(?P=dash)\d{{4}}
    | (?:1[ ])?[2-9]\d{{2}}[ .\-][2-9]\d{{2}}[ .\-]\d{{4}}
    | 0[1-9]\d{{0,4}}(?:[ .\-/]\d{{2,8}}){{1,4}}
    | 0[67]\d{{8,9}}
    ){EXTENSION} (?![\w$€£%]|[.,\-/]\d)""",
    re.X,
)
GROUPS = r"\(?\d(?:(?:[ .\-]|[ ]?\(|\)[ \-]?)?\d){6,14}"
WEAK = re.compile(rf"(?<![\w+.,\-$€£¥#/]){GROUPS}{EXTENSION}(?![\w$€£%]|[.,\-/]\d)")
EXTENDED, DIGITS = re.compile(r"(?i) ?(?:x|ext)"), re.compile(r"\d")
LINK = re.compile(r"(?i)(?:\bwa\.me/|\btel:|whatsapp\.com/send\?phone=)\+?(\d{7,15})")
DATE = re.compile(
    r"(?:19|20)\d\d[ .\-/]?[01]?\d[ .\-/]?[0-3]?\d(?: [012]?\d)?|[0-3]?\d[ .\-/][0-3]?\d[ .\-/](?:(?:19"
    r"|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d[ \-/](?:19|20)\d\d"
)
CALL = (
    r"call\w*|cal|phon\w*|tele?ph\w*|tel[eé]f\w*|téléph\w*|tel|mobile?s?|movil|cell\w*|fax"
    r"|ring|rang|dial\w*|reach\w*|whats ?app|sms|signal"
    r"|telegram|viber|texte?d?|txt|texting|contact\w*|answer\w*|voicemail|hotline|helpline|landline"
    r"|registered"
    r"|my (?:new )?(?:number|nr|no)|anruf\w*|ruf\w*|handy\w*|telefon\w*|durchwahl|rückruf|llam\w*|celular"
    r"|appel\w*"
    r"|portable|joindre|chiam\w*|cellulare|lig(?:ar|ue|uem)|telem\w*|bel|bellen|zadzwo\w*|ara\w*|звон\w*"
    r"|тел\w*|電話|电话|전화|هاتف|اتصل"
)
OTHER = (
    r"ref\w*|case\w*|order\w*|ticket\w*|tag\w*|conf\w*|book\w*|incident\w*|ids?|reserv\w*|pnr|locator"
    r"|invoice\w*|account\w*"
    r"|acct|track\w*|flights?|flts?|serial\w*|licen[cs]e\w*|sku|isbn|zip|postcode|claim\w*|bag\w*|record"
    r"|member\w*|policy"
    r"|vin|model|version|imei|passport|customer number|codes?|pin|box|price|cost\w*|paid|pay|bestell\w*"
    r"|auftrag\w*"
    r"|kunden\w*|rechnung\w*|sendung\w*|commande|dossier|factur\w*|pedido|vuelo|vol|ordine|prenotazione"
    r"|zamówie\w*|заказ\w*"
)
WORDS = re.compile(rf"(?i)(?<!\w)(?:(?P<call>{CALL})|(?P<other>{OTHER}))(?!\w)|(?P<hash>#)")
AFTER = re.compile(r"(?i)[ \-(,:]{0,3}(?:office|fax|mobile|cell|home|work|tel|phone|handy|mobil)\b")
COUNTED = re.compile(
    r"(?i) ?(?:[$€£¥₹%]|usd|eur|gbp|euros?|dollars?|pounds?|people|users|views|likes|followers|miles|points"
    r"|km|kg)\b"
)


def find_phones(text: str) -> Iterator[Span]:
    """Yield telephone numbers of a folded text."""
    for match in LINK.finditer(text) if "/" in text or ":" in text else ():
        yield match.span(1)
    for match in STRONG.finditer(text):
        span = _trim(text, *match.span())
        if _could_be_phone(text, *span, least=8) and (
            text[span[0]] == "+" or _context(text, *span) != "other"
        ):
            yield span
    for match in WEAK.finditer(text):
        if _could_be_phone(text, *match.span(), least=7) and _context(text, *match.span()) == "call":
            yield match.span()


def _could_be_phone(text: str, start: int, end: int, least: int) -> bool:
    found = EXTENDED.split(text[start:end], 1)[0]
    digits = DIGITS.findall(found)
    shortest = 11 if found.startswith("00") else least
    if not shortest <= len(digits) <= 15 or DATE.fullmatch(found) or len(set(digits)) < 3:
        return False
    return not COUNTED.match(text, end) and not in_url(text, start)


def _trim(text: str, start: int, end: int) -> Span:
    """Cut what a greedy match took too much: "+1-984-182-0190 2 times" ends after the eleventh digit."""
    if text.startswith("+1", start):
        places = [place for place in range(start, end) if text[place].isdigit()]
        if len(places) > 11 and not text[places[10] + 1].isalnum():
            return start, places[10] + 1
    return start, end


def _context(text: str, start: int, end: int) -> str:
    """Say what the nearest telling word before the number (or right after it) makes
    of it: call, other or nothing.
    """
    if AFTER.match(text, end):
        return "call"
    kind = ""
    for match in WORDS.finditer(text, max(0, start - 45), start):
        if match.lastgroup != "hash":
            kind = match.lastgroup
        elif (
            start - match.end() <= 2
        ):  # "#" counts only right before the number: elsewhere it begins a hashtag
            kind = "other"
    return kind

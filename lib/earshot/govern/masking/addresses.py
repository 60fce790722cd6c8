"""Postal addresses by their form: street and house number in a dozen languages,
boxes, flats, postcodes beside them.

Every house number is looked at: a street type right after it (221b Baker Street, 56 rue La Boétie) or before
it (Calle Mayor 5, Hauptstraße 12), or a word that announces an address ("lives at Edeby 55"), makes the whole
an address. Streets without a number are places and stay: "crash on Oxford Street" is news, not a person's
home.
"""

import re
from collections.abc import Iterator

from earshot.govern.masking.identifiers import Span, in_url
from earshot.govern.masking.names import UP

LITTLE = (
    "de|del|den|la|las|los|le|les|da|das|do|dos|du|des|van|von|der|het|ten|zum|zur|di|della|delle|of"
    "|the|y|e|and|til|op"
)
NAME = rf"(?:[{UP}][\w'’.\-]*|(?:{LITTLE})|d['’]\w+|\d+(?:st|nd|rd|th))"
BARE = (
    r"(?<![\w.,/\-$€£#:+@])"  # a house number is no part of a price, a date, a tag or an address on the web
)
HOUSE = r"\d{1,5}[a-zA-Z]?(?:[/\-]\d{1,4}[a-zA-Z]?)?(?![\w$€£%:]|[.,/\-]\d)"
NUMBER = re.compile(BARE + HOUSE)
TYPES = (  # street types that stand after the name
    "street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|court|ct|close|crescent|cres|terrace"
    "|way|highway|hwy|parkway|pkwy|square|sq|circle|trail|grove|gardens|mews|hill|row|parade|place|pl"
    "|esplanade|cliffs|creek"
)
PLAIN = "street|avenue|lane|boulevard|blvd|crescent|terrace|parkway|pkwy"
FIRST = (  # those that stand before it
    "rue|avenue|ave?|boulevard|bd|chemin|impasse|allée|quai|cours|route|calle|c/|avda?|avenida|paseo|carrer"
    "|carretera|camino|viale|corso|piazza|vicolo|rua|r|travessa|praça|estrada|ulica|ul|aleja|al|strada|ulice"
    "|plaza|via"
)
LAST = (  # endings of street names in Germanic, Nordic, Finnish and Hungarian towns
    "stra(?:ß|ss)e|str|weg|platz|gasse|allee|ufer|straat|laan|gracht|plein|kade|dijk|singel|vej|gade|vang"
    "|vænge|allé|gatan|gata|vägen|väg|gränd|veien|vegen|katu|kuja|polku|tie|utca|stræde|bakken|vegur|braut"
    "|stien|plads|plass|terrasse"
)
WORDS = (  # those that stand between the name and the number
    "strasse|straße|str|utca|u|út|útja|tér|körút|kapu|tee|tänav|s "
    "gate|plads|plass|platz|terrasse|cad|sok|gata|ulice|trg|cesta|rakpart|baan|platz|allee"
)
CUES = (  # words that announce an address
    r"address(?:es)?\b[^\n.?!]{0,40}?(?:\b(?:to|is|with|are)\b|:)|located (?:at|on)|liv(?:es?|ing) (?:at|on)"
    r"|(?:sent|send|mail(?:ed)?|ship(?:ped)?|deliver(?:ed)?|return(?:ed)?|taxi|cab|uber|moved) (?:it )?to"
    r"|meet (?:\w+ )?at|(?:house|home|place|office|shop|store) is (?:at|on|in)|arrived at|it['’]s (?:in|at)"
    r"|wohn\w* (?:in|am)(?: der)?|anschrift:?|adresse:?|direcci[oó]n:?|indirizzo:?|adres:?|vivo en|habite "
    r"(?:au)?"
    r"|woon\w* (?:op|aan|in)|the corner of"
)
ANNOUNCED = re.compile(rf"\b(?:{CUES})")
CUE = re.compile(rf"(?i)\b(?:{CUES})\s*(?:the (?:same:?|corner of) )?\Z")
AFTER = re.compile(rf",? (?:(?:bis|ter) )?(?:{NAME} ){{1,4}}(?i:{TYPES})(?!\w)\.?")
AFTER_SMALL = re.compile(rf" [a-z][a-z'’]{{2,20}} (?:[a-z'’]{{3,20}} )?(?:{PLAIN})(?!\w)")
AFTER_FIRST = re.compile(rf",? (?:(?:bis|ter) )?(?i:{FIRST})\.? (?:{NAME} ){{0,4}}(?:[{UP}][\w'’\-]*)")
AFTER_NAME = re.compile(rf",? (?:{NAME} ){{0,3}}[{UP}][\w'’\-]+(?: {HOUSE})?")
BEFORE_FIRST = re.compile(rf"(?<![\w@#])(?i:{FIRST})\.? (?:{NAME} ){{0,5}}{NAME},? (?:n[º°o]\.? ?)?\Z")
BEFORE_LAST = re.compile(
    rf"(?<![\w@#])(?:{NAME}[ \-]){{0,3}}(?:[{UP}][\w'’\-]*?(?i:{LAST})|{NAME} (?i:{WORDS}))\.?,? \Z"
)
ENDINGS = (*LAST.replace("stra(?:ß|ss)e", "straße|strasse").split("|"), "gate")
WHOLE = frozenset(WORDS.split("|"))
FIRST_WORD = re.compile(rf"(?<!\w)(?:{FIRST})\.? ")  # in small letters, which is three times as fast
BEFORE_SMALL = re.compile(
    r"(?i)(?<![\w@#])(?:[a-z.\-]+ )?[^\W\d_]{3,25}(?:straße|strasse|straat|gatan|gasse|katu|laan)\.? \Z"
)
BEFORE_NAME = re.compile(rf"(?<![\w@#])(?:{NAME} ){{0,4}}[{UP}][\w'’.\-]*,? \Z")
NOT_STREETS = re.compile(
    r"(?i)(?<!\w)(?:terminal|gate|flights?|flt|concourse|exit|row|seat|zone|group|platform|room|hall|track"
    r"|boeing"
    r"|airbus|level|route|top|area|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|the|of|and|for|in|at|to|by|is|chapter|page|version|windows|iphone|galaxy|part|step|day|week|year|no"
    r"|number|ios"
    r"|android|case|ticket|order|via)\.?,? \Z"
)
FLAT = re.compile(
    r"(?<![\w#])(?:(?i:apt\.? ?|apartment )#?|Suite |Ste\.? |Flat (?=\d+[A-Za-z]?,)|suite "
    r"(?=\d{3}))\d{1,5}[A-Za-z]?"
    r"(?![\w%]|[.,]\d)"
)
BEFORE_FLAT = re.compile(
    rf"(?<![\w.,/\-])(?:\d{{1,5}},? )?(?:[^\W\d_][\w'’.\-]* ){{1,5}}{HOUSE}\.?,?\s{{1,3}}[>?\s]{{0,6}}\Z"
)
BOX = re.compile(
    r"(?i)(?<!\w)(?:p\.? ?o\.? ?box[ #]{1,2}\d{1,6}|(?:psc|cmr|unit) \d{1,5},? box \d{1,5}"
    r"|(?:postfach|postbus|apartado) \d{2,6}|[afd]po,? a[aep],? \d{5}(?:-\d{4})?)(?!\w)"
)
PRECEDING = re.compile(rf"(?:{BARE}\d{{1,5}},? )?\Z")
REST = re.compile(  # town, country and postcode in the lines below
    rf"\.?(?:[\s,>?]{{1,8}}(?:[{UP}][\w'’.()&\-]*|of|nan|and"
    rf"|the)){{0,7}}[\s,]{{1,8}}(?:[A-Z]{{1,2}}-?)?\d{{4,6}}"
    r"(?:-\d{3,4}| [A-Z]{2})?(?=[\s.,;!?]{0,9}(?:\n|\Z))"
)
AREAS = (
    "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE"
    "|K[ATWY]|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB"
    "|W[ACDFNRSV]?|YO|ZE"
)
UK = re.compile(rf"(?<![\w#])(?:{AREAS})\d[\dA-Z]? \d[ABD-HJLNP-UW-Z]{{2}}(?!\w)")
UK_LIKE = re.compile(r"[A-Z]\d[\dA-Z]? \d[A-Z]")
ZIP_WORDS = (
    r"zip(?: ?codes?)?|post ?codes?|postal codes?|plz|postleitzahl|code postal|c[oó]digo postal|eircode"
)
ZIP = re.compile(
    rf"(?i)(?<!\w)(?:{ZIP_WORDS})(?: (?:is|ist|est|es))?[:\s]{{0,3}}"
    r"(?P<code>(?=[a-z]{0,3}\d)[a-z0-9]{3,7}(?:[ \-](?=\w?\d|[A-Z]{2}\b)[a-z0-9]{2,4})?)(?!\w)"
)
# One of these, in small letters, is in every flat, box or postcode, and looking for them is quick.
FLAT_STEMS = ("apt", "apartment", "suite", "ste", "flat")
BOX_STEMS = ("box", "postfach", "postbus", "apartado", "po a", "po, a")
ZIP_STEMS = ("zip", "post", "plz", "code", "código", "codigo")
SUSPECT = (  # in RE2's dialect: every text with an address has a digit and one of these
    rf"(?i)(?:^|[^a-z])(?:{TYPES}|{FIRST}|{WORDS}|apt|apartment|suite|ste|flat|box|postfach|postbus|apartado"
    rf"|{ZIP_WORDS}|[afd]po)(?:[^a-z]|$)",
    rf"(?i)(?:{LAST})\.?,? [0-9]", r"[A-Z][0-9][0-9A-Z]? [0-9][A-Z]", rf"(?i)(?:{CUES})",
)  # fmt: skip


def find_addresses(text: str) -> Iterator[Span]:
    """Yield postal addresses, each with a number before it and the flat and postcode that follow it."""
    start = end = -1
    small = text.replace("İ", "I").lower()  # as long as the text: only this letter would become two
    flats = _flats(text) if _any_in(FLAT_STEMS, small) else ()
    boxes = BOX.finditer(text) if _any_in(BOX_STEMS, small) else ()
    for first, last in sorted([*_streets(text, small), *flats, *(match.span() for match in boxes)]):
        if end < 0 or text[end:first].strip(" ,.>?\n"):
            if end > 0:
                yield start, end
            start = PRECEDING.search(text, max(0, first - 8), first).start()
        rest = REST.match(text, last, min(len(text), last + 120))
        end = max(end, rest.end() if rest else last)
    if end > 0:
        yield start, end
    if UK_LIKE.search(text):
        yield from (match.span() for match in UK.finditer(text))
    for match in ZIP.finditer(text) if _any_in(ZIP_STEMS, small) else ():
        yield match.span("code")


def _any_in(stems: tuple[str, ...], small: str) -> bool:
    return any(stem in small for stem in stems)


def _flats(text: str) -> Iterator[Span]:
    for match in FLAT.finditer(text):
        before = BEFORE_FLAT.search(text, max(0, match.start() - 80), match.start())
        yield before.start() if before else match.start(), match.end()


def _streets(text: str, small: str) -> Iterator[Span]:
    numbers = list(NUMBER.finditer(text))
    announced = bool(numbers and ANNOUNCED.search(small))
    first = small if numbers and FIRST_WORD.search(small) else ""
    for match in numbers:
        start, end = match.span()
        ahead = _ahead(text, start, end, announced)
        behind = _behind(text, start, match.group(), announced, first)
        if (ahead or behind is not None) and not in_url(text, start):
            yield start if behind is None else behind, ahead or end


def _ahead(text: str, start: int, end: int, announced: bool) -> int:
    """Return where the street that follows a house number ends, or 0."""
    if text[end : end + 1] not in (" ", ","):
        return 0
    window = min(len(text), end + 80)
    for typed in (AFTER, AFTER_FIRST, AFTER_SMALL):
        if found := typed.match(text, end, window):
            return found.end()
    named = announced and AFTER_NAME.match(text, end, window)
    return named.end() if named and CUE.search(text, max(0, start - 70), start) else 0


def _behind(text: str, start: int, number: str, announced: bool, first: str) -> int | None:
    """Return where the street that precedes a house number begins, or None;
    ``first`` is where a FIRST_WORD may be.
    """
    if start < 3 or text[start - 1] != " ":
        return None
    window = max(0, start - 70)
    last = text[max(0, start - 32) : start].rstrip(" ,.").rpartition(" ")[2].casefold()
    typed = (
        BEFORE_FIRST.search(text, window, start)
        if first and FIRST_WORD.search(first, window, start)
        else None
    )
    if not typed and (last.endswith(ENDINGS) or last in WHOLE):
        typed = BEFORE_LAST.search(text, window, start) or BEFORE_SMALL.search(text, window, start)
    if not (typed or announced) or NOT_STREETS.search(text, max(0, start - 14), start):
        return None
    if typed and not re.fullmatch(r"19\d\d|20\d\d", number):  # "Spring Weg 2015" is rather a year
        return typed.start()
    named = announced and BEFORE_NAME.search(text, window, start)
    if named and (typed or CUE.search(text, max(0, named.start() - 70), named.start())):
        return named.start()
    return None

"""National identity numbers by country pack:
form, check digits, and the words that must stand near a weak form.

A form that is letters and digits in a fixed order with a check (codice fiscale, DNI, HETU, CPF with its dots)
is taken wherever it stands. A bare run of digits is taken only when its check digit is right and a word
nearby names it, so that order numbers survive. `packs:` in privacy.yml chooses countries; all are on by
default.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from earshot.core.params import ParamError, nearest
from earshot.govern.masking import checksums as check
from earshot.govern.masking.identifiers import Span, in_url

S = r"[ .\-]?"


@dataclass(frozen=True)
class Identity:
    """One kind of identity number: its pack, name, shape, form, check and the words near it.

    The form is the shape standing apart from other letters and digits; the check reads what is left of a
    number without separators.
    """

    pack: str
    name: str
    shape: str
    form: re.Pattern
    check: Callable[[str], bool]
    words: str = ""


def _kind(pack: str, name: str, form: str, passes: Callable[[str], bool], words: str = "") -> Identity:
    return Identity(pack, name, form, _whole(form), passes, words)


def _whole(form: str) -> re.Pattern:
    """Return the pattern of a form that stands apart from other letters and digits."""
    return re.compile(rf"(?<![\w+.\-/])(?:{form})(?![\w]|[.\-/]\d)")


def _digits(*sizes: int) -> str:
    return S.join(rf"\d{{{size}}}" for size in sizes)


LETTERED = r"(?=[A-Z0-9\-]{0,14}\d)[A-Z0-9][A-Z0-9\-]{4,15}"
IDENTITIES = (
    _kind(
        "gb", "NINO", r"(?i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D])", check.is_nino
    ),
    _kind("gb", "NHS number", _digits(3, 3, 4), check.is_nhs, r"nhs"),
    _kind("ca", "SIN", _digits(3, 3, 3), check.is_sin, r"sin|s\.i\.n|social insurance|nas|assurance sociale"),
    _kind("us", "ITIN", r"9\d\d[ \-]?[5-9]\d[ \-]?\d{4}", check.is_anything, r"itin|taxpayer"),
    _kind("es", "DNI", r"\d{8}[ \-]?[A-HJ-NP-TV-Z]|[XYZ][ \-]?\d{7}[ \-]?[A-HJ-NP-TV-Z]", check.is_dni),
    _kind(
        "es",
        "DNI, small letter",
        r"\d{8}[ \-]?[a-hj-np-tv-z]|[xyz][ \-]?\d{7}[ \-]?[a-hj-np-tv-z]",
        check.is_dni,
        r"dni|nie|nif",
    ),
    _kind(
        "fr",
        "INSEE",
        r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3} ?\d\d",
        check.is_insee,
    ),
    _kind(
        "de",
        "Steuer-ID",
        rf"[1-9]\d{S}\d{{3}}{S}\d{{3}}{S}\d{{3}}",
        check.is_steuer_id,
        r"steuer\W?(?:id\w*|nummer|nr)|id\W?nr|tin|steuerliche\w*|identifikationsnummer",
    ),
    _kind(
        "it",
        "codice fiscale",
        r"(?i:[A-Z]{6} ?\d{2}[ABCDEHLMPRST]\d{2} ?[A-Z]\d{3}[A-Z])",
        check.is_codice_fiscale,
    ),
    _kind(
        "nl",
        "BSN",
        rf"\d{{9}}|{_digits(4, 2, 3)}|{_digits(3, 3, 3)}",
        check.is_bsn,
        r"bsn|burgerservice\w*|sofi\w*",
    ),
    _kind(
        "in",
        "Aadhaar",
        rf"[2-9]\d{{3}}{S}\d{{4}}{S}\d{{4}}",
        check.passes_verhoeff,
        r"aa?dh?aa?r\w*|uidai|uid",
    ),
    _kind("in", "PAN", r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", check.is_anything, r"pan|income tax"),
    _kind("br", "CPF", r"\d{3}\.\d{3}\.\d{3}-\d{2}", check.is_cpf),
    _kind("br", "CPF, bare", r"\d{9}[ \-]?\d{2}", check.is_cpf, r"cpf"),
    _kind("au", "TFN", _digits(3, 3, 3), check.is_tfn, r"tfn|tax file\w*"),
    _kind("pl", "PESEL", r"\d{11}", check.is_pesel, r"pesel\w*"),
    _kind("se", "personnummer", r"(?:19|20)?\d{6}[\-+]\d{4}", check.is_personnummer),
    _kind(
        "se",
        "personnummer, bare",
        r"(?:19|20)?\d{6} ?\d{4}",
        check.is_personnummer,
        r"person\w*n(?:umme)?r|pnr",
    ),
    _kind("fi", "HETU", r"\d{6}[\-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", check.is_hetu),
    _kind("dk", "CPR", r"[0-3]\d[01]\d{3}[ \-]?\d{4}", check.is_cpr, r"cpr\w*|personnummer"),
    _kind("no", "fødselsnummer", r"\d{6} ?\d{5}", check.is_fodselsnummer, r"f[øo]dsels\w*|personnummer|fnr"),
    _kind("be", "rijksregister", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", check.is_rijksregister),
    _kind("ch", "AHV", r"756\.?\d{4}\.?\d{4}\.?\d{2}", check.is_ahv),
    _kind("pt", "NIF", rf"[1235689]\d{{2}}{S}\d{{3}}{S}\d{{3}}", check.is_nif, r"nif|contribuinte"),
    _kind("ie", "PPS", r"(?i:\d{7}[A-W][A-IW]?)", check.is_pps, r"ppsn?|personal public"),
    _kind("mx", "CURP", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d", check.is_anything),
    _kind("cn", "resident id", r"[1-9]\d{16}[\dXx]", check.is_resident_id),
    _kind("kr", "RRN", r"\d{6}-[1-8]\d{6}", check.is_rrn),
    _kind("tr", "T.C. kimlik", r"[1-9]\d{10}", check.is_tc, r"t\.?c\.?|kimlik\w*"),
    _kind("sg", "NRIC", r"[STFGM]\d{7}[A-Z]", check.is_nric),
    _kind("za", "identity number", r"\d{6} ?\d{4} ?\d{3}", check.is_za_id, r"id|identity\w*"),
    _kind(
        "any",
        "passport",
        LETTERED,
        check.is_anything,
        r"passport|reisepass\w*|passeport|pasaporte|passaporto|paspoort\w*",
    ),
    _kind(
        "any",
        "driving licence",
        LETTERED,
        check.is_anything,
        r"(?:drivers?|driver's|driving) licen[cs]es?|dl|führerschein\w*|permis de conduire|carnet de "
        r"conducir",
    ),
)
PACKS = tuple(dict.fromkeys(kind.pack for kind in IDENTITIES))
NAMED_RIGHT = re.compile(
    r"(?i)(?:\W|(?<!\w)(?:is|no|nr|num|number|numero|número|nummer|id|card|code|est|ist|es|è)(?!\w)){0,24}"
)
ODD_WORDS = re.compile(
    r"(?i)\b(?:order|ref\w*|case|ticket|invoice|booking|tracking|flight|incident|claim|sku|model)\W{0,12}\Z"
)
SOME = re.compile(r"\d(?:[ .\-A-Za-z]{0,2}\d){2}")
SUSPECT = (  # in RE2's dialect: every text with such a number has one of these
    r"(?:[0-9](?:[ .\-]?[A-Za-z]?)){6}",
    rf"(?i)\b(?:{'|'.join(kind.words for kind in IDENTITIES if kind.words)})",
)
DOCUMENTS = ("passport", "driving licence")


def check_packs(packs: object) -> tuple[str, ...]:
    """Return the packs chosen in privacy.yml; raises ParamError when one of them does not exist."""
    if packs is None:
        return PACKS
    if not isinstance(packs, list):
        raise ParamError(f"privacy.yml: packs is {packs!r}; write a list such as [gb, us, any].")
    for pack in packs:
        if pack not in PACKS:
            raise ParamError(
                f"privacy.yml: there is no pack {pack!r} (there: {', '.join(PACKS)}).{nearest(pack, PACKS)}"
            )
    return tuple(packs)


def find_identities(text: str, packs: Iterable[str] = PACKS) -> Iterator[Span]:
    """Yield national identity numbers, and passport and driving-licence numbers that words announce."""
    free, shapes, named, words = _chosen(tuple(packs))
    if shapes and shapes.search(text):
        for kind in free:
            yield from _found(kind, text, 0, len(text))
    for match in words.finditer(text) if words and SOME.search(text) else ():
        for kind in named:
            if _names(kind).fullmatch(match.group()):
                yield from _found(
                    kind, text, max(0, match.start() - 40), min(len(text), match.end() + 60), match.end()
                )


def _found(kind: Identity, text: str, start: int, end: int, after: int = -1) -> Iterator[Span]:
    for match in kind.form.finditer(text, start, end):
        announced = match.start() >= after and NAMED_RIGHT.fullmatch(text, after, match.start())
        if kind.name in DOCUMENTS and not announced:
            continue
        bare = re.sub(r"[ .\-+]", "", match.group()) if kind.name != "HETU" else match.group()
        odd = after < 0 and ODD_WORDS.search(text, max(0, match.start() - 30), match.start())
        if not odd and kind.check(bare) and not in_url(text, match.start()):
            yield match.span()


@cache
def _names(kind: Identity) -> re.Pattern:
    return re.compile(rf"(?i){kind.words}")


@cache
def _chosen(
    packs: tuple[str, ...],
) -> tuple[list[Identity], re.Pattern | None, list[Identity], re.Pattern | None]:
    """Return the kinds that need no word with one pattern for all their forms,
    those that do with one for all words.
    """
    kinds = [kind for kind in IDENTITIES if kind.pack in packs]
    free, named = [kind for kind in kinds if not kind.words], [kind for kind in kinds if kind.words]
    shapes = _whole("|".join(f"(?:{kind.shape})" for kind in free)) if free else None
    words = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(kind.words for kind in named)})(?!\w)") if named else None
    return free, shapes, named, words

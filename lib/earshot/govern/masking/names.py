"""Names of private persons where something gives them away:
a greeting, a signature, "my name is", a title, an agent.

Precision comes first: a post that merely mentions somebody keeps the name, since most names in public posts
are public figures, brands and places. Where the cue is weak ("Hi …", "thanks …", "- …") only a common given
name counts, so that "Hi United" and "thanks Delta" survive.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from earshot.govern.masking.given_names import GIVEN_NAMES
from earshot.govern.masking.identifiers import Span

UP = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİŁŃŇŌŐŒŘŚŞŠŤŪŮŰŹŻŽΑ-ΫА-Я"
WORD = rf"[{UP}][\w'’\-]*"
PART = "van|von|de|der|den|da|di|del|della|dos|bin|al|el|ter"
FULL = re.compile(rf"{WORD}(?: [{UP}]\.)?(?: (?:(?:{PART}) )*{WORD}){{0,3}}")
SMALL = re.compile(r"[^\W\d_][\w'’\-]*")
SURE_WORDS = (  # what follows is a name whatever it is
    r"my (?:full |first |last |maiden |sur)?name(?: is|['’]s|:)|(?:maiden|last|first|full|sur) ?name(?: is|:"
    r"|\?)"
    r"|(?:what['’]s|what is) your (?:full |first |last )?name\?"
    r"|(?:account|passenger|customer|guest|card ?holder)(?: name|['’]s name)(?: is|:)"
    r"|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|me llamo|mi nombre es|mi chiamo|ik heet|mijn naam is"
    r"|(?:o )?meu nome [eé]|jag heter|jeg (?:heter|hedder)|nazywam si[eę]"
    r"|(?:people|everyone|everybody|friends|they) calls? me|(?:(?:kind|best|warm) )?regards,?[ \n]?[\-–—]?"
    r"|yours (?:sincerely|truly|faithfully),?|sincerely,?|mit freundlichen gr(?:ü|ue)(?:ß|ss)en,?"
    r"|cordialement,?|attn:?"
)
TITLES = r"mrs?|ms|mx|dr|prof|herr|frau|mme|mlle|madame|monsieur|señora?|sra|signora?|mevrouw|meneer|dhr"
LIKELY_WORDS = (  # what follows is a name when it begins with a given name
    r"dear|hi(?: there)?|hello|hey|hiya|hola|hallo|bonjour|salut|ciao|ol[aá]|lieber?|ch[eè]re?|estimad[oa]"
    r"|beste"
    r"|thanks(?: so much| again| to)?|thank you(?: so much| again)?|thx|ty|cheers|merci|danke|gracias"
    r"|obrigad[oa]|sorry"
    r"|good (?:morning|afternoon|evening)|morning|this is|i['’]m|i am|hier ist|miss|sir"
    r"|(?:spoke|talk(?:ed|ing)?|speak(?:ing)?|chat(?:ted|ting)?|deal(?:t|ing)?|met|follow(?:ed)? up) (?:to"
    r"|with)"
    r"|(?:help(?:ed)?|assist(?:ed)?|serv(?:ed)?|written|signed|sent) by|agents?|reps?|representative"
    r"|supervisor|manager"
    r"|employee|attendant|stewardess|captain|driver|colleague|nurse|neighbou?r|boss|landlord"
    r"|nam(?:ed|es?)(?: is| was)?|called|kudos to|props to|shout ?out to|ask(?:ed)? for|by the name of"
    r"|my (?:wife|husband|son|daughter|kid|child|mother|father|mom|mum|dad|sister|brother|friend|girlfriend"
    r"|boyfriend"
    r"|partner|aunt|uncle|grandmother|grandfather|baby)|add|on behalf of|under|user:"
)
SURE = re.compile(rf"(?<!\w)(?:{SURE_WORDS})[ \n]+")
STEMS = (  # one of these is in every sure cue, and looking for them is quick
    "name", "nome", "nombre", "naam", "ich hei", "appelle", "llamo", "chiamo", "ik heet", "heter", "hedder",
    "nazywam",
    "call", "regards", "yours ", "sincerely", "freundlichen", "cordialement", "attn",
)  # fmt: skip
TITLED = re.compile(rf"(?:{TITLES})\.?[ \n]+")
LIKELY = re.compile(rf"(?<!\w)(?:{LIKELY_WORDS})[ ,:!.]{{1,2}}[\"“]?\Z")
CAPITAL = re.compile(WORD)
CLOSING = r"thanks|thank you|cheers|thx|love|best|xx?o?"
SIGNED = re.compile(
    rf"(?:[\-–—~^*/]{{1,2}} ?|\n\s*|(?i:{CLOSING}),? ?[\-–—]? ?)(?P<name>{WORD}(?: {WORD}){{0,2}})"
    r"[.!]?(?:\s{1,3}https?://\S+)?\s{0,3}\Z"
)
CARET = re.compile(  # how teams sign on X: ^Teresa, *JohnWard
    r"(?:\^|(?<!\w)\*)(?!This|That|Same)(?P<name>[A-Z][a-z]+[A-Z][a-z]+|(?<=\^)[A-Z][a-z]{2,})"
    r"[.!]?(?:\s{1,3}https?://\S+)?\s{0,3}\Z"
)
LINE = re.compile(
    rf"(?m)^[>? ]{{0,6}}(?P<name>{WORD}(?: [{UP}]\.)?(?: (?:(?:{PART}) )*{WORD}){{1,2}})[ \t]*$"
)
ENDS = re.compile(
    r"(?:['’]s)?(?:\s*\Z|[,.!?;:)\n\"”]| (?:from|here|at|in|is|was|as|and|the|who|on|for|has|had|did|said)\b)"
)
_NEVER = (
    "not on no the a an in at so very going just also still how why what when where who from here there "
    "your our my his her their we you i it this that if but and or to for with of is was are be new general "
    "support customer service team air airline airlines all big pepper martens oz dre phil strange seuss "
    "robot bean"
)
NEVER = frozenset(_NEVER.split())
SUSPECT = (  # in RE2's dialect: every text with a name has one of these
    rf"(?i)(?:{SURE_WORDS})[ \n]+(?:[a-z]|[^\x00-\x7F])",
    rf"(?i)\b(?:{TITLES})\.?[ \n]+(?:[a-z]|[^\x00-\x7F])",
    rf"(?i:{LIKELY_WORDS})[ ,:!.]{{1,2}}[\"“]?(?:[A-Z]|[^\x00-\x7F])",
    rf"(?:[\-–—~^*/] ?|(?i:{CLOSING}),? ?[\-–—]? ?)(?:[A-Z]|[^\x00-\x7F])[^ ]*(?: [^ ]+){{0,2}}"
    r"(?:[^a-zA-Z0-9]{1,4}https?://[^ ]+)?[^a-zA-Z0-9]*$", r"\n",
)  # fmt: skip


@lru_cache(50_000)
def is_given(word: str) -> bool:
    """Say whether a word is a common given name, whatever its case and accents."""
    plain = word.casefold().removesuffix("'s").removesuffix("’s")
    if not plain.isascii():
        plain = "".join(
            char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char)
        )
    return plain in GIVEN_NAMES


def find_names(text: str) -> Iterator[Span]:
    """Yield names of persons that a greeting, a signature, a title or a word such as "agent" gives away."""
    small = text.replace("İ", "I").lower()  # as long as the text: only this letter would become two
    if any(stem in small for stem in STEMS):
        for match in SURE.finditer(small):
            yield from _after_sure(text, match.end())
    for match in TITLED.finditer(small):
        if not small[max(0, match.start() - 1) : match.start()].isalnum():
            yield from _after_sure(text, match.end())
    given = [match.start() for match in CAPITAL.finditer(text) if is_given(match.group())]
    for at in given:
        if LIKELY.search(small, max(0, at - 32), at):
            yield from _after_likely(text, at)
    tail = max(0, len(text) - 160)
    if given:
        lines = LINE.finditer(text) if "\n" in text else ()
        for match in (SIGNED.search(text, tail), *lines):
            if match and match.start("name") in given:
                yield match.start("name"), _end(text, *match.span("name"))
    if match := CARET.search(text, tail):
        yield match.span("name")


def _after_sure(text: str, at: int) -> Iterator[Span]:
    match = FULL.match(text, at, at + 60)
    if match and match.group().split()[0].casefold() not in NEVER:
        yield at, _end(text, at, match.end())
    elif not match and (small := SMALL.match(text, at, at + 30)) and is_given(small.group()):
        yield at, _end(text, at, small.end())


def _after_likely(text: str, at: int) -> Iterator[Span]:
    """Yield a given name, with the surname where the sentence goes on or ends right after it."""
    match = FULL.match(text, at, at + 60)
    if match and is_given(first := match.group().split()[0]):
        whole = ENDS.match(text, match.end(), match.end() + 12)
        yield at, _end(text, at, match.end() if whole else at + len(first))


def _end(text: str, start: int, end: int) -> int:
    """Return the end of the name without a genitive."""
    return end - 2 if text.endswith(("'s", "’s"), start, end) else end

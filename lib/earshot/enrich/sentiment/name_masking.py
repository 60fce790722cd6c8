"""Who somebody is, made alike before sentiment is read, so that it does not change how a post sounds.

A model that learned from tweets has learned whose names stood in angry ones: "Mohammed waited two hours"
sounded five times as negative as the same of Emily, and a black passenger was negative where a brown one was
not. Given names become one name (those that are as often a word or a place stay: Grace, Austin, Will), and so
do words for colour, faith, origin, age, body and love where they stand before a word for people, or after "I
am".
"""

import re
import unicodedata

from earshot.govern.masking.given_names import GIVEN_NAMES

ALIKE, OF_SOME_KIND, KIN = "Alex", "local", "partner"
# Beside the names that masking knows: more of Africa, East, South East and South Asia, the Arab world, the
# Caribbean and Black America.
_MORE = """
abebe abena adebayo adeola akira akosua amara ayo ayodele bao bashir biko bongani chiamaka chidi chinedu
chioma dae darnell deandre deshawn ebony ekow emeka eun femi fumiko funmi haruto hiroshi hiroto hui hyun
ifeoma jabari jamila jia jing kareem keisha kenji kofi kwabena kwame lakisha laquisha lashawn latasha latisha
latonya latoya lerato ling linh malika marquis mei ming minh nandi naoki nasser ngozi nguyen nkechi obinna olu
oluwaseun phuong ping quan rasheed rashida reiko sakura shaniqua sibusiso sipho siyabonga sunita tadashi
takeshi tamika tanisha tendai thabo thandi thandiwe tomoko trung tuan tunde tyrone uchenna vuyo wei xiao xin
yaw ying yoko yong yuki yuto zanele zhang zodwa
aarav aditi aditya ajay akash amit ananya anil anita anjali anushka arjun arun ashok bhavna deepa deepak divya
ganesh gaurav geeta harish ishaan kavita kiran lakshmi madhu manish manoj meena meera mohan mukesh naveen neha
nikhil nisha pooja prakash preeti priya rahul rajesh rakesh ramesh ravi rekha ritu rohan rohit sachin sandeep
sanjana sanjay savita shalini shilpa shreya shruti siddharth sneha suresh swati varun vijay vikas vikram vinod
vivek amina aminata bilal dina faisal farah hamza huda ibrahim idris ismail khadija khalid layla leila mahmoud
mariam maryam mustafa nabil nadia rania saeed salim salma samir samira tarek tariq walid yasmin yousef youssef
yusuf zaid zainab zaynab ziad
"""
NAMES = GIVEN_NAMES.union(_MORE.split())
_KINDS = """
white black brown asian african arab arabic latino latina latinx hispanic caucasian indigenous native
aboriginal christian catholic protestant mormon muslim islamic jewish hindu sikh buddhist atheist religious
english british scottish welsh irish american mexican canadian indian pakistani bangladeshi chinese japanese
korean vietnamese filipino nigerian kenyan ghanaian ethiopian somali jamaican haitian brazilian colombian
cuban polish russian ukrainian german french italian spanish portuguese greek turkish iranian iraqi syrian
lebanese egyptian moroccan israeli palestinian foreign immigrant refugee roma gypsy
young old elderly middle-aged teenage deaf blind disabled sighted handicapped autistic fat obese
straight gay lesbian bisexual queer trans transgender
"""
_PEOPLE = """
person people man men woman women guy guys girl girls boy boys lady ladies gentleman gentlemen family families
couple couples kid kids child children customer customers passenger passengers user users guest guests client
clients patient patients traveler travelers traveller travellers flyer flyers rider riders driver drivers
shopper shoppers member members agent agents employee employees worker workers colleague colleagues attendant
attendants waiter waitress neighbor neighbour friend friends mother father mom mum dad
"""
KINDS, PEOPLE = frozenset(_KINDS.split()), frozenset(_PEOPLE.split())
KINS = frozenset({"husband", "wife", "hubby", "boyfriend", "girlfriend", "fiancé", "fiancée", "spouse"})
SIGNS = KINDS | KINS | {"called", "named", "name"}  # a text without any of these need not be searched
BLANKS = str.maketrans(dict.fromkeys(".,;:!?()\"'’“”", " "))


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted(words))


KIND = re.compile(rf"\b(an? )?(?:(?:{_any_of(KINDS)}),? )+(?=(?:{_any_of(PEOPLE)})\b)", re.I)
MINE = re.compile(rf"\b(I am|I'm|I’m|im) (?:{_any_of(KINDS)})\b(?! \w+(?:ed|ing)\b)", re.I)
PARTNER = re.compile(rf"\b(my|his|her|our|their|your) (?:{_any_of(KINS)})\b", re.I)
CALLED = re.compile(r"(?:(?<=\bcalled )|(?<=\bnamed )|(?<=\bname is )|(?<=\bname was ))[^\W\d_]+", re.I)
CAPITALISED = re.compile(r"(?<![@#\w])[A-ZÀ-ÖØ-ÞŁŚŻĆČŠŽ][^\W\d_]+")
TITLED = re.compile(r"(?<!\w)((?:Mr|Mrs|Ms|Miss)\.? )[A-ZÀ-ÖØ-Þ][^\W\d_]+")


def neutralise(text: str) -> str:
    """Return a text in which all given names are the same name,
    all kinds of people the same kind, partners partners.

    A given name is one with a capital or after "called", or any name after Mr or Mrs.
    """
    if not SIGNS.isdisjoint(text.lower().translate(BLANKS).split()):
        text = _people_alike(text)
    return TITLED.sub(rf"\1{ALIKE}", CAPITALISED.sub(_alike, text))


def _people_alike(text: str) -> str:
    text = KIND.sub(lambda found: f"{'a ' if found[1] else ''}{OF_SOME_KIND} ", CALLED.sub(_alike, text))
    return PARTNER.sub(rf"\1 {KIN}", MINE.sub(rf"\1 {OF_SOME_KIND}", text))


def _alike(found: re.Match) -> str:
    word = found.group()
    return ALIKE if _bare(word) in NAMES else word


def _bare(word: str) -> str:
    word = word.lower()
    return (
        word
        if word.isascii()
        else "".join(mark for mark in unicodedata.normalize("NFD", word) if mark.isalpha())
    )

"""Given names made alike before sentiment is read, so that who is named does not change how a post sounds.

A model that learned from tweets has learned whose names stood in angry ones: "Mohammed waited two hours" sounded five
times as negative as the same of Emily. Names that are as often a word or a place stay (Grace, Austin, Will).
"""

import re
import unicodedata

from earshot.govern.given_names import GIVEN_NAMES

ALIKE = "Alex"
# Beside the names that masking knows: more of Africa, East, South East and South Asia, the Arab world, the Caribbean
# and Black America.
_MORE = """
abebe abena adebayo adeola akira akosua amara ayo ayodele bao bashir biko bongani chiamaka chidi chinedu chioma dae
darnell deandre deshawn ebony ekow emeka eun femi fumiko funmi haruto hiroshi hiroto hui hyun ifeoma jabari jamila
jia jing kareem keisha kenji kofi kwabena kwame lakisha laquisha lashawn latasha latisha latonya latoya lerato ling
linh malika marquis mei ming minh nandi naoki nasser ngozi nguyen nkechi obinna olu oluwaseun phuong ping quan
rasheed rashida reiko sakura shaniqua sibusiso sipho siyabonga sunita tadashi takeshi tamika tanisha tendai thabo
thandi thandiwe tomoko trung tuan tunde tyrone uchenna vuyo wei xiao xin yaw ying yoko yong yuki yuto zanele zhang
zodwa
aarav aditi aditya ajay akash amit ananya anil anita anjali anushka arjun arun ashok bhavna deepa deepak divya ganesh
gaurav geeta harish ishaan kavita kiran lakshmi madhu manish manoj meena meera mohan mukesh naveen neha nikhil nisha
pooja prakash preeti priya rahul rajesh rakesh ramesh ravi rekha ritu rohan rohit sachin sandeep sanjana sanjay savita
shalini shilpa shreya shruti siddharth sneha suresh swati varun vijay vikas vikram vinod vivek
amina aminata bilal dina faisal farah hamza huda ibrahim idris ismail khadija khalid layla leila mahmoud mariam maryam
mustafa nabil nadia rania saeed salim salma samir samira tarek tariq walid yasmin yousef youssef yusuf zaid zainab
zaynab ziad
"""
NAMES = GIVEN_NAMES.union(_MORE.split())
CAPITALISED = re.compile(r"(?<![@#\w])[A-ZÀ-ÖØ-ÞŁŚŻĆČŠŽ][^\W\d_]+")
TITLED = re.compile(r"(?<!\w)((?:Mr|Mrs|Ms|Miss)\.? )[A-ZÀ-ÖØ-Þ][^\W\d_]+")


def neutralise(text: str) -> str:
    """Return a text in which every given name with a capital, and every name after Mr or Mrs, is the same name."""
    return TITLED.sub(rf"\1{ALIKE}", CAPITALISED.sub(_alike, text))


def _alike(found: re.Match) -> str:
    word = found.group()
    return ALIKE if _bare(word) in NAMES else word


def _bare(word: str) -> str:
    word = word.lower()
    return word if word.isascii() else "".join(mark for mark in unicodedata.normalize("NFD", word) if mark.isalpha())

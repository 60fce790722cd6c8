"""A second, independent look at texts that are masked already:
looser patterns, whose hits are suspects, not leaks.

It shares nothing with the masker: no check digits, no words nearby. Order numbers and public addresses are
among its hits, so their number is an upper bound of what was missed in these forms.
"""

import re

import pandas as pd

MASK = re.compile(r"\[[a-z]+\]")
WEB = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
LOOSE = {  # kind: what looks like it
    "an e-mail address": re.compile(r"[^\s@\[\]]{2,}@[^\s@\[\]]+\.[a-z]{2,}", re.I),
    "a long number": re.compile(r"(?<![\w.#$€£])\+?\d(?:[\s().\-/]{0,2}\d){8,18}(?![\w%])"),
    "a code of letters and digits": re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{9,34}\b"),
    "an IP address": re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    "a street and number": re.compile(
        r"\b\d{1,5}\s+[A-Z][a-z]+\s+(?:St|Street|Rd|Road|Ave|Avenue|Lane|Ln|Dr|Drive|Blvd)\b"
        r"|\b[A-Z][a-zäöüß]+(?:straße|strasse|weg|gasse|straat|laan)\s+\d"
    ),
    "a signature": re.compile(r"[-–—]\s?[A-Z][a-z]{2,} [A-Z][a-z]{2,}\s*$"),
    "a title and name": re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Herr|Frau|Mme)\.? [A-Z][a-z]{2,}"),
}


def suspects(texts: pd.Series) -> pd.DataFrame:
    """Return one row per kind: kind, texts with such a hit, hits, and of how many texts."""
    plain = texts.dropna().astype("str").str.replace(WEB, " ", regex=True).str.replace(MASK, " ", regex=True)
    rows = []
    for kind, pattern in LOOSE.items():
        found = plain.str.count(pattern)
        rows.append(
            {"kind": kind, "posts": int((found > 0).sum()), "hits": int(found.sum()), "of": len(plain)}
        )
    return pd.DataFrame(rows)

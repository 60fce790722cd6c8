"""Nobody is named in what we keep: every column of every row is masked or pseudonymised before it is stored.

A column is treated by what it is mapped to, and else by its name: people become pseudonyms, contact details
become their type in brackets, profiles are dropped, and all other text is masked. Doing it twice changes
nothing, so that rows which were protected under one mapping can be protected again under a corrected one.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager

import numpy as np
import pandas as pd

from earshot.collect.landing import author_names
from earshot.collect.mapping.mapping import NUMBERS, Source
from earshot.core.workspace import Workspace
from earshot.govern.masking import masking
from earshot.govern.masking.national_ids import check_packs
from earshot.govern.pseudonyms.pseudonyms import PLACES, Pseudonyms, folded

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # unseen, and could part the digits of a card
PAIR = re.compile(
    r"""(?P<before>"(?P<name>[A-Za-z_]\w{1,60})"\s*:\s*")(?P<value>(?:[^"\\]|\\.)*)(?:"|$)""", re.DOTALL
)
ESCAPED = re.compile(r"(?<!\\)(?P<before>(?:\\\\)*)\\u(?P<code>[0-9a-fA-F]{4})")
PERSON = {
    "user", "users", "username", "author", "authors", "name", "names", "handle", "handles", "nickname",
    "nick",
    "login", "owner", "sender", "creator", "acct", "screenname", "displayname", "fullname", "firstname",
    "lastname", "surname", "did", "dids",
}  # fmt: skip
THING = {
    "brand", "company", "airline", "product", "source", "place", "country", "city", "state", "campaign",
    "file",
    "topic", "domain", "platform", "hashtag", "model", "event", "channel", "query", "list", "tag", "page",
    "app", "device", "language", "lang", "time", "zone", "timezone",
}  # fmt: skip
CONTACT = {
    "email": "[email]", "mail": "[email]", "phone": "[phone]", "mobile": "[phone]", "telephone": "[phone]",
    "ip": "[ip]", "iban": "[iban]", "ssn": "[ssn]", "address": "[address]", "birthday": "[date]",
    "birthdate": "[date]", "dob": "[date]",
}  # fmt: skip
PROFILE = {"description", "bio", "avatar", "image", "picture", "photo", "profile", "link"}
CODE = {
    "id", "ids", "str", "at", "time", "date", "created", "updated", "count", "counts", "lang", "language",
    "code", "zone", "timezone", "type", "kind",
}  # fmt: skip
CODES = {
    "id",
    "reply_to",
    "root",
    "created_at",
    "collected_at",
    "kind",
    "lang",
    "is_public",
    "platform",
    *NUMBERS,
}


def packs_of(workspace: Workspace) -> AbstractContextManager:
    """Within it, what is masked are the details of the countries
    that the workspace's privacy.yml names (packs).
    """
    return masking.only(check_packs(workspace.settings("privacy").get("packs")))


def protect(
    rows: pd.DataFrame,
    source: Source,
    pseudonyms: Pseudonyms,
    keep: Iterable[str],
    counts: Counter | None = None,
) -> pd.DataFrame:
    """Return rows with nobody's name in them;
    ``keep`` are handles that stay readable, ``counts`` gains what it hid.
    """
    keep, fields = list(keep), source.fields
    treatments = {column: _treatment(column, fields.get(column)) for column in rows}
    safe = {
        column: _column(rows[column], how, pseudonyms, keep, counts) for column, how in treatments.items()
    }
    filled = {
        column: safe[column].notna().to_numpy()
        for column in rows
        if pd.api.types.is_string_dtype(safe[column])
    }
    for person in (column for column, how in treatments.items() if how == "person"):
        there = np.flatnonzero(
            rows[person].notna()
        )  # many columns of people are nearly empty, above all hostile ones
        given = _as_text(rows[person].iloc[there])
        handles, people = given.str.strip().str.lstrip("@").str.lower(), safe[person].iloc[there]
        for column in (one for one in filled if one != person and filled[one][there].any()):
            safe[column] = _unlinked(safe[column], handles, people, there)
            told = safe[column].iloc[there]
            hidden = author_names.hide(told, given, keep) if treatments[column] == "text" else told
            safe[column] = (
                safe[column] if hidden is told else _put(safe[column], there, hidden.to_numpy(object))
            )
    return pd.DataFrame({column: safe[column] for column in rows}, index=rows.index)


def _unlinked(values: pd.Series, handles: pd.Series, names: pd.Series, there: np.ndarray) -> pd.Series:
    """Replace a person's handle in addresses and ids
    of the same row (those at ``there``): site.example/jane/12.
    """
    known = values.iloc[there].to_numpy(object)  # as it is, each value would be unpacked from Arrow anew
    trios = zip(there, known, handles.to_numpy(object), names.to_numpy(object))
    changed = {
        place: re.sub(rf"(?<=[/@:=~]){re.escape(handle)}(?!\w)", name, value, flags=re.IGNORECASE)
        for place, value, handle, name in trios
        if isinstance(value, str) and isinstance(handle, str) and len(handle) > 1 and handle in value.lower()
    }
    return _put(values, list(changed), list(changed.values())) if changed else values


def _put(values: pd.Series, places: list[int] | np.ndarray, texts: list[str] | np.ndarray) -> pd.Series:
    changed = values.copy()
    changed.iloc[places] = texts
    return changed


def _treatment(column: str, field: str | None) -> str:
    """Say how a column is treated: person, code, text, or the words that replace it."""
    if field:
        return "person" if field == "author" else "code" if field in CODES else "text"
    *_, parent, last = ["", "", *str(column).split(".")]
    words = _words(last)
    before = words[:-1] + _words(parent)
    if not words:
        return "text"
    if contact := next((CONTACT[word] for word in reversed(words) if word in CONTACT), ""):
        return contact
    if words[-1] in PERSON and not THING & set(before):
        return "person"
    if set(before) & PERSON and words[-1] in ("id", "ids", "str"):
        return "person"
    if set(before) & PERSON and words[-1] in PROFILE | {"url"}:
        return "[profile]"
    return "code" if words[-1] in CODE else "text"


def _words(name: str) -> list[str]:
    return (
        re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", str(name)).replace("_", " ").replace("-", " ").lower().split()
    )


def _column(
    values: pd.Series, treatment: str, pseudonyms: Pseudonyms, keep: list[str], counts: Counter | None
) -> pd.Series:
    if treatment == "person":
        return pseudonyms.names(_as_text(values), keep)
    if treatment.startswith("["):
        return _as_text(values).mask(values.notna(), treatment)
    if not pd.api.types.is_string_dtype(values):
        return values
    if treatment == "code":
        known = values.str.contains(PLACES, regex=True, na=False)
        values = values.mask(known, pseudonyms.mentions(values[known], keep)) if known.any() else values
        suspect = values.str.contains("[@＠]", regex=True, na=False)
        return (
            values
            if not suspect.any()
            else values.mask(suspect, _masked(values[suspect], pseudonyms, keep, counts))
        )
    nested = values.str.match(r"(?s)\s*[\[{].*[\]}]\s*$", na=False)
    if (
        nested.any()
    ):  # before masking: JSON may write a letter as its number, which hides an address from a pattern
        values = values.copy()
        values[nested] = [_nested(text, pseudonyms, keep) for text in values[nested]]
    return _masked(values, pseudonyms, keep, counts)


def _masked(values: pd.Series, pseudonyms: Pseudonyms, keep: list[str], counts: Counter | None) -> pd.Series:
    """Mask, then name mentions, then look again:
    a name such as @bookings may have made a number look harmless.
    """
    first = masking.mask(values.str.replace(CONTROL, "", regex=True))
    named = pseudonyms.mentions(first.texts, keep)
    changed = named.notna() & (named != first.texts)
    second = masking.mask(named[changed])
    if counts is not None:
        found = {type_: count + second.counts[type_] for type_, count in first.counts.items()}
        counts.update({type_: count for type_, count in found.items() if count})
    return named.mask(changed, second.texts) if changed.any() else named


def _as_text(values: pd.Series) -> pd.Series:
    """Return values as text; a number that is whole loses no digit and gains no '.0'."""
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("str")


def _nested(text: str, pseudonyms: Pseudonyms, keep: list[str]) -> str:
    """Protect the people inside a list that came as JSON; text that only looks like JSON stays as it is."""
    try:
        safe = json.dumps(_inside(json.loads(text), "", pseudonyms, keep), ensure_ascii=False)
        return safe.encode(
            "utf-8", "replace"
        ).decode()  # JSON may name halves of characters, which no table can hold
    except ValueError:
        return text
    except RecursionError:  # nested beyond reason, which only hostile payloads are
        return _torn(text, pseudonyms, keep)


def protect_broken(payloads: pd.Series, pseudonyms: Pseudonyms, keep: Iterable[str]) -> pd.Series:
    """Return payloads that could not be read with nobody's name in them, whole JSON or torn in the middle."""
    keep = list(keep)
    safe = _column(payloads.astype("str").map(_unescaped, na_action="ignore"), "text", pseudonyms, keep, None)
    whole = safe.map(
        lambda text: text if _is_json(text) else _torn(text, pseudonyms, keep), na_action="ignore"
    )
    return whole.astype("str")


def _unescaped(text: str) -> str:
    """Write letters that JSON gives by number (\\u0040) as themselves,
    but for what would change where a text ends.
    """

    def letter(match: re.Match) -> str:
        code = int(match["code"], 16)
        plain = code >= 0x20 and not 0xD800 <= code < 0xE000 and chr(code) not in '"\\'
        return match["before"] + chr(code) if plain else match[0]

    return ESCAPED.sub(letter, text) if "\\u" in text else text


def _torn(text: str, pseudonyms: Pseudonyms, keep: list[str]) -> str:
    """Protect what stands behind names such as "author" in text that is only part of JSON."""

    def safe(pair: re.Match) -> str:
        how = _treatment(pair["name"], None)
        if how in ("text", "code") or not pair["value"].strip():
            return pair[0]
        value = how if how.startswith("[") else _known(pair["value"], pseudonyms, keep)
        return f'{pair["before"]}{value}"'

    return PAIR.sub(safe, text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _inside(value: object, name: str, pseudonyms: Pseudonyms, keep: list[str]) -> object:
    if isinstance(value, dict):
        return {key: _inside(inner, f"{name}.{key}", pseudonyms, keep) for key, inner in value.items()}
    if isinstance(value, list):
        return [_inside(inner, name, pseudonyms, keep) for inner in value]
    treatment = _treatment(name, None) if name else "text"
    if value is None or isinstance(value, bool) or treatment in ("text", "code"):
        return value
    return treatment if treatment.startswith("[") else _known(str(value), pseudonyms, keep)


def _known(handle: str, pseudonyms: Pseudonyms, keep: list[str]) -> str:
    return pseudonyms.known(handle, folded(keep)) if handle.strip() else handle

"""Rows of a file (already protected) as posts of the one schema,
and a sentence for each row that cannot be one.
"""

import hashlib
from collections import Counter
from functools import reduce

import numpy as np
import pandas as pd

from earshot.collect.mapping import brands, post_urls, times
from earshot.collect.mapping.mapping import NUMBERS, Source
from earshot.core import clock
from earshot.core.params import Brief

EMPTY = "the text is empty"
OLDEST = pd.Timestamp("1995-01-01", tz="UTC")
KINDS = {
    "post": "post tweet status original submission", "reply": "reply comment replied_to answer",
    "repost": "repost retweet retweeted share reblog boost", "quote": "quote quoted quote_tweet",
}  # fmt: skip
KIND = {word: kind for kind, words in KINDS.items() for word in words.split()}
SHORT = r"(?i)^(\d+(?:\.\d+)?)\s*(k|m|b|тыс\.?|млн\.?|千|万|萬|亿|億)\+?$"
SCALES = {
    "k": 1e3,
    "m": 1e6,
    "b": 1e9,
    "тыс": 1e3,
    "тыс.": 1e3,
    "млн": 1e6,
    "млн.": 1e6,
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "亿": 1e8,
    "億": 1e8,
}
TRUE, FALSE = ("true", "1", "yes", "public", "t", "y"), ("false", "0", "no", "private", "f", "n")


def shape(
    rows: pd.DataFrame, source: Source, brief: Brief, at: pd.Timestamp | pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Return (posts of all rows, reason why a row is refused or ""), both at the index of ``rows``.

    ``at`` is when the rows were collected (one time, or one for each row), where no column says. Unknown
    numbers are missing, never zero.
    """
    cell = _Cells(rows, source)
    text = cell.text("text").str.strip()
    created = times.parse(cell.raw("created_at"), source.time_zone, source.time_format, source.day_first)
    platform = _platforms(cell, source)
    stated = cell.text("brand") if cell.given("brand") else None
    collected = (
        times.parse(cell.raw("collected_at"), source.time_zone) if cell.given("collected_at") else None
    )
    posts = pd.DataFrame({
        "platform": platform, "brand": brands.find_brands(text, stated, brief.brands, brief.handles,
        source.brands),
        "author": cell.text("author"), "text": text, "created_at": created,
        "collected_at": at if collected is None else collected.fillna(at),
        "lang": _languages(cell.text("lang")),
        "url": cell.text("url"), "place": cell.text("place"), "campaign": cell.text("campaign"),
        "is_public": _flags(cell.text("is_public")), "region": cell.text("region").str.strip().str.lower(),
        "media_text": cell.text("media_text"), "source": source.name,
    }, index=rows.index)  # fmt: skip
    posts[list(NUMBERS)] = pd.DataFrame({name: _whole(cell.raw(name)) for name in NUMBERS}, index=rows.index)
    ids = post_urls.native_ids(cell.ids("id"), platform) if cell.given("id") else _made_ids(posts)
    for name in ("reply_to", "root"):
        posts[name] = platform + ":" + cell.ids(name)
    posts["post_id"] = platform + ":" + ids
    posts["kind"] = _kinds(cell.text("kind"), text, posts["reply_to"])
    reasons = _reasons(text, cell.text("created_at"), created, ids, at)
    posts["content_hash"] = [digest(value) for value in text.fillna("")]
    posts["week"] = clock.week(created.fillna(at)).where(created.notna())
    return posts, reasons


def filled(posts: pd.DataFrame, source: Source) -> Counter:
    """Return in how many posts each mapped field is filled, and how many posts there are."""
    there = {
        name: posts[name].notna() & posts[name].astype("str").ne("")
        for name in source.columns
        if name in posts
    }
    return Counter({name: int(values.sum()) for name, values in there.items()} | {"posts": len(posts)})


class _Cells:
    """The columns of a file by the field they are mapped to, with the constants of the source."""

    def __init__(self, rows: pd.DataFrame, source: Source):
        self._rows, self._source = rows, source

    def given(self, field: str) -> bool:
        return field in self._source.constants or bool(self._there(field))

    def raw(self, field: str) -> pd.Series:
        """Return the field's first column, and where it is empty the next."""
        if columns := self._there(field):
            return reduce(_completed, (self._rows[column] for column in columns))
        return pd.Series(self._source.constants.get(field), index=self._rows.index, dtype="str")

    def _there(self, field: str) -> list[str]:
        return [column for column in self._source.columns_of(field) if column in self._rows]

    def text(self, field: str) -> pd.Series:
        values = self.raw(field).astype("str")
        if field in self._source.constants:
            values = values.fillna(self._source.constants[field])
        return values.where(values.str.strip().ne(""))

    def ids(self, field: str) -> pd.Series:
        """Return ids as text: of one column, or of several joined."""
        if parts := [column for column in self._source.joined.get(field, ()) if column in self._rows]:
            return reduce(
                lambda one, other: one + "_" + other, (_exact(self._rows[column]) for column in parts)
            )
        return _exact(self.raw(field))


def _exact(values: pd.Series) -> pd.Series:
    """Return ids as text; 5.7e17 would be another post, so a decimal id keeps only what it says exactly.

    The quotes and the equals sign go by which exports keep a spreadsheet from rounding an id: ="123".
    """
    if pd.api.types.is_float_dtype(values):
        values = values.where((values % 1 == 0) & (values.abs() < 2**53)).astype("Int64")
    text = values.astype("str").str.strip().str.strip("=\"'")
    return text.where(text.ne(""))


def _completed(first: pd.Series, further: pd.Series) -> pd.Series:
    """Fill what is empty in a column from a further one; as text where they are not of one type."""
    if first.dtype != further.dtype:
        first, further = first.astype("str"), further.astype("str")
    empty = first.isna() | (first.str.strip().eq("") if pd.api.types.is_string_dtype(first) else False)
    return first.mask(empty, further)


def _platforms(cell: _Cells, source: Source) -> pd.Series:
    if source.constants.get("platform") != "address":
        return post_urls.platform_names(cell.text("platform").fillna(source.name))
    return post_urls.platforms_of(cell.text("url")).fillna("web")


def _reasons(
    text: pd.Series, written: pd.Series, created: pd.Series, ids: pd.Series, at: pd.Timestamp | pd.Series
) -> pd.Series:
    """Say for each row what keeps it from being a post; the first reason that holds counts."""
    shown = created.dt.strftime("%Y-%m-%d %H:%M UTC")
    future = created > at + pd.Timedelta(days=1)
    conditions = [
        text.fillna("").eq(""),
        written.isna() & created.isna(),
        created.isna(),
        future,
        created < OLDEST,
        ids.isna(),
        ids.str.len().gt(300).fillna(False),
    ]
    said = [
        EMPTY,
        "the time is empty",
        "the time cannot be read (" + written.fillna("").str[:40] + ")",
        "the time is in the future (" + shown.fillna("") + ")",
        "the time is before 1995 (" + shown.fillna("") + ")",
        "the id is empty",
        "the id is longer than 300 characters",
    ]
    reasons = pd.Series("", index=text.index, dtype="str")
    for condition, words in reversed(list(zip(conditions, said))):
        reasons = reasons.mask(condition.astype(bool), words)
    return reasons


def _made_ids(posts: pd.DataFrame) -> pd.Series:
    """Make an id of who said what when, for files that have none: the same row has it in every file."""
    parts = posts["created_at"].astype("str").fillna("")
    for name in ("author", "text"):
        parts = parts + "\x1f" + posts[name].fillna("")
    return pd.Series([digest(part) for part in parts], index=posts.index, dtype="str")


def digest(text: str) -> str:
    """Return the 16-byte BLAKE2b of a text in hex: the content hash of a post."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _whole(values: pd.Series) -> pd.Series:
    """Return whole numbers from zero up, "1.2K" and "1.2万" among them; all else is unknown."""
    if pd.api.types.is_string_dtype(values):
        plain = pd.to_numeric(values.str.replace(r"(?<=\d)[,\s](?=\d{3})", "", regex=True), errors="coerce")
        values = plain.fillna(_abbreviated(values[plain.isna() & values.notna()]))
    number = values.astype("float64").round()
    whole = (
        values if pd.api.types.is_integer_dtype(values) else number.where((number >= 0) & (number < 2**53))
    )
    return whole.astype("Int64").where(number >= 0)


def _abbreviated(values: pd.Series) -> pd.Series:
    """Return the numbers in texts such as 1.2K, 3 тыс. and 1.2万; what is none is missing."""
    parts = values.str.strip().str.extract(SHORT)
    return pd.to_numeric(parts[0], errors="coerce") * parts[1].str.lower().map(SCALES).astype("float64")


def _languages(values: pd.Series) -> pd.Series:
    short = values.str.strip().str.lower().str.extract(r"^([a-z]{2,3})(?:[-_].*)?$", expand=False)
    return short.where(~short.isin(["und", "unk", "zxx", "qme", "qht", "qam", "qst", "qct"]))


def _flags(values: pd.Series) -> pd.Series:
    """Return true, false or, where nothing is said, true: a file of posts is taken as public."""
    plain = values.str.strip().str.lower()
    flags = np.where(plain.isin(FALSE), False, np.where(plain.isin(TRUE) | plain.isna(), True, None))
    return pd.Series(flags, index=values.index).astype("boolean")


def _kinds(given: pd.Series, text: pd.Series, reply_to: pd.Series) -> pd.Series:
    """Return the kind the file states, else what the text and the reply show."""
    stated = given.str.strip().str.lower().map(KIND)
    seen = pd.Series("post", index=text.index, dtype="str").mask(reply_to.notna(), "reply")
    seen = seen.mask(text.str.match(r"RT @\w", na=False), "repost")
    return stated.where(stated.notna(), seen).astype("str")

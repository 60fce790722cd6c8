"""A first guess at which column is which field,
by the column's name and by what stands in it, with the reasons.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from earshot.collect.mapping import times
from earshot.collect.mapping.mapping import FIELDS, NUMBERS, Source

NAMES = {  # the usual names of a field's column, best first; compared without case, dots, dashes and spaces
    "id": "post_id id tweet_id status_id id_str message_id comment_id mention_id uri cid",
    "text": "text full_text body message content tweet post comment snippet selftext caption title",
    "created_at": "created_at created_utc created timestamp time date datetime published published_at "
    "tweet_created posted posted_at post_date created_time utc",
    "author": "author username screen_name user_name handle author_name author_id user user_id "
    "user_screen_name account account_acct from name author_handle author_username",
    "platform": "platform network channel source_type site medium",
    "brand": "brand airline company brand_name query_name organization organisation",
    "lang": "lang language",
    "reply_to": "in_reply_to reply_to in_reply_to_id in_reply_to_status_id parent_id reply_to_id",
    "root": "root conversation_id thread_id root_id link_id",
    "kind": "kind type post_type tweet_type",
    "url": "url link permalink permalink_url post_url",
    "likes": "likes like_count favorite_count favourites favorites upvotes score ups",
    "reposts": "reposts repost_count retweet_count retweets shares share_count reblogs_count reblogs",
    "replies": "replies reply_count replies_count comments comment_count num_comments",
    "views": "views view_count impressions reach",
    "followers": "followers follower_count followers_count user_followers_count author_followers subscribers",
    "place": "place location tweet_location user_location city country region",
    "campaign": "campaign campaign_id campaign_name utm_campaign",
    "is_public": "is_public public",
}
SURE = 0.9


@dataclass(frozen=True)
class Guess:
    """A proposed source, and for each field why: rows of (field, column, reason, an example value)."""

    source: Source
    reasons: list[tuple[str, str, str, str]]

    @property
    def complete(self) -> bool:
        """Whether the two fields that every post needs were found."""
        return {"text", "created_at"} <= set(self.source.columns)


def guess_source(path: Path, sample: pd.DataFrame, known: list[str] | None = None) -> Guess:
    """Return a guess from the first rows of a file; ``known`` are names of sources that are taken."""
    columns, reasons = {}, []
    for field in sorted(FIELDS, key=lambda name: name not in ("text", "created_at", "id", "author")):
        free = [column for column in sample if column not in columns.values()]
        found = _by_name(field, sample[free]) or _by_content(field, sample[free])
        if found:
            columns[field] = found[0]
            reasons.append((field, found[0], found[1], _example(sample[found[0]])))
    name = re.sub(r"[^a-z0-9]+", "_", path.name.lower().split(".")[0]).strip("_") or "file"
    options = [name, *(f"{name}_{turn}" for turn in range(2, 99))]
    name = next(option for option in options if option not in (known or []))
    platform = {} if "platform" in columns else {"platform": name}
    source = Source(
        name,
        {field: columns[field] for field in FIELDS if field in columns},
        needs=tuple(sorted(map(str, sample.columns))),
        constants=platform,
    )
    if "created_at" in columns:
        source = replace(source, day_first=times.day_first(sample[columns["created_at"]]))
    order = {field: place for place, field in enumerate(FIELDS)}
    return Guess(source, sorted(reasons, key=lambda reason: order[reason[0]]))


def explain(source: Source, sample: pd.DataFrame) -> Guess:
    """Return the guess for a file whose headings are those of a known vendor."""
    reasons = [
        (field, column, f"a column of {source.vendor}'s exports", _example(sample[column]))
        for field, column in source.columns.items()
    ]
    return Guess(source, reasons)


def _by_name(field: str, sample: pd.DataFrame) -> tuple[str, str] | None:
    plain = {_plain(column): column for column in reversed(list(sample))}
    for name in NAMES.get(field, "").split():
        column = plain.get(_plain(name))
        if column is not None and (why := _fits(field, sample[column])):
            return column, f"its name, and {why}"
    return None


def _by_content(field: str, sample: pd.DataFrame) -> tuple[str, str] | None:
    """Fall back on what stands in the columns, for the four fields that can be told from it."""
    measures = {"text": _wordiness, "created_at": _timeness, "author": _handleness, "id": _idness}
    if field not in measures or sample.empty:
        return None
    scores = {column: measures[field](sample[column]) for column in sample}
    best = max(scores, key=lambda column: scores[column])
    why = {
        "text": "the longest texts with words",
        "created_at": "{:.0%} of its values are times",
        "author": "{:.0%} of its values look like handles",
        "id": "{:.0%} of its values are unlike each other",
    }
    floor = {"text": 15.0}.get(field, SURE)
    return (best, why[field].format(scores[best])) if scores[best] >= floor else None


def _fits(field: str, values: pd.Series) -> str:
    """Say why a column of the right name can be the field, or nothing when its values cannot be."""
    filled = values.dropna()
    if filled.empty:
        return "" if field in ("text", "created_at", "id") else "it is empty in the first rows"
    if field == "created_at":
        share = _timeness(filled)
    elif field in NUMBERS:
        share = pd.to_numeric(filled, errors="coerce").notna().mean()
    elif field == "id":
        share = filled.astype(str).nunique() / len(filled)
    elif field == "text":
        share = filled.astype(str).str.contains(r"[^\W\d]", regex=True).mean()
    elif field in ("platform", "lang", "kind", "brand"):
        few = filled.astype(str).nunique() <= max(60, len(filled) ** 0.5)
        share = float(few and filled.astype(str).str.len().max() < 60)
    else:
        return "nothing in it speaks against it"
    what = {"created_at": "are times", "id": "are unlike each other", "text": "hold words"}
    return f"{share:.0%} of its values {what.get(field, 'fit')}" if share >= SURE else ""


def _plain(name: object) -> str:
    return re.sub(r"[^a-z0-9]+", "", str(name).lower())


def _timeness(values: pd.Series) -> float:
    filled = values.dropna()
    if filled.empty or (pd.api.types.is_numeric_dtype(filled) and not filled.between(5e8, 4e18).all()):
        return 0.0
    return float(times.parse(filled).notna().mean())


def _wordiness(values: pd.Series) -> float:
    """Return the mean length of the values that have a space between words."""
    if not pd.api.types.is_string_dtype(values) or values.dropna().empty:
        return 0.0
    filled = values.dropna().astype(str)
    return float(filled.str.len().where(filled.str.contains(r"[^\W\d] +[^\W\d]", regex=True), 0).mean())


def _handleness(values: pd.Series) -> float:
    filled = values.dropna().astype(str)
    shape = filled.str.fullmatch(r"@?[^\W\d][\w.\-]{1,39}(?:@[\w.\-]+)?")
    varied = filled.nunique() > max(3, 0.05 * len(filled))
    return float(shape.mean()) if len(filled) and varied else 0.0


def _idness(values: pd.Series) -> float:
    filled = values.dropna().astype(str)
    return (
        float((filled.str.fullmatch(r"[\w:/.\-]{6,80}") & ~filled.duplicated()).mean())
        if len(filled)
        else 0.0
    )


def _example(values: pd.Series) -> str:
    filled = values.dropna()
    return "" if filled.empty else str(filled.iloc[0])[:60]

"""Public or private: which rows come from a space that not everybody can read,
judged by what the payload says.
"""

import re

import pandas as pd

PRIVATE = (
    "a private message; only public posts are read, unless terms.yml records a legal review "
    "(private: {legal_review: name, on: date})"
)
CLOSED = {"private", "direct", "followers", "followers_only", "friends", "friends_only", "limited", "mutual",
          "closed",
          "secret", "protected", "members", "invite", "invite_only", "self", "only_me",
          "specified"}  # fmt: skip
STATES = {"visibility", "privacy", "audience", "scope", "group_privacy", "group_visibility", "chat_type",
          "channel_type", "conversation_type", "space_type"}  # fmt: skip
FLAGS = {"is_private", "private", "is_direct", "direct", "is_direct_message", "is_dm", "dm", "protected",
         "friends_only", "is_protected", "is_closed"}  # fmt: skip
MESSAGES = {"dm", "direct_message", "private_message", "direct", "private", "message_private", "chat"}
TYPES = {
    "message_type",
    "type",
    "kind",
    "event_type",
    "object_type",
    "engagement_type",
    "post_type",
    "sntype",
}


def private(rows: pd.DataFrame, is_public: pd.Series) -> pd.Series:
    """Say which rows are private: the mapping says so,
    or a column that tells visibility, audience or message type.
    """
    found = is_public.eq(False).fillna(False).astype(bool)
    for column in rows:
        name = _snake(column)
        values = rows[column]
        if name in STATES:
            found |= _plain(values).isin(CLOSED)
        elif name in FLAGS:
            found |= _plain(values).isin(("true", "1", "yes"))
        elif name in TYPES and pd.api.types.is_string_dtype(values):
            plain = _plain(values)
            found |= plain.isin(MESSAGES) | plain.str.contains("direct_message|private_message", na=False)
    return found


def _plain(values: pd.Series) -> pd.Series:
    return values.astype("str").str.strip().str.lower().str.replace(r"[\s\-]+", "_", regex=True)


def _snake(column: object) -> str:
    """Return the last part of a dotted column in snake case: account.isPrivate is is_private."""
    last = str(column).rsplit(".", 1)[-1]
    return re.sub(r"[\s\-]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", last)).lower()

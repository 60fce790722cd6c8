"""The posts a question is about: every post of the window with all that enrichment knows of it."""

import pandas as pd

from earshot.core import clock
from earshot.core.params import Brief
from earshot.core.store import Store

REPEATS = ("exact", "near", "repost")

_QUERY = """
    SELECT p.*, c.clean_text, c.words, l.lang AS lang_found, l.confidence AS lang_confidence,
           d.role AS duplicate_role, d."group" AS duplicate_group,
           s.p_negative, s.p_neutral, s.p_positive, s.label AS sentiment, s.model AS sentiment_model,
           t.topic, t.similarity AS topic_similarity, n.name AS topic_name
    FROM posts p
    LEFT JOIN clean c USING (post_id)
    LEFT JOIN "language" l USING (post_id)
    LEFT JOIN duplicates d USING (post_id)
    LEFT JOIN sentiment s USING (post_id)
    LEFT JOIN topics t USING (post_id)
    LEFT JOIN topic_names n ON n.topic = t.topic
    WHERE {window}
    ORDER BY p.created_at, p.post_id
"""


def load(store: Store, params: Brief) -> pd.DataFrame:
    """Return one row per public post in the window of ``params``, oldest first, with its enrichment or blanks.

    Beside the columns of posts: clean_text, words, lang (detected, else declared), duplicate_role, is_repeat,
    p_negative, p_neutral, p_positive, sentiment, topic, topic_name, and day (midnight in the workspace's zone).
    """
    first, after = clock.window(params.start, params.end, params.timezone)
    conditions = ["p.is_public IS NOT FALSE"]
    if first is not None:
        conditions.append(f"p.created_at >= TIMESTAMPTZ '{first.isoformat()}'")
    if after is not None:
        conditions.append(f"p.created_at < TIMESTAMPTZ '{after.isoformat()}'")
    frame = store.sql(_QUERY.format(window=" AND ".join(conditions)))
    frame["lang"] = frame.pop("lang_found").fillna(frame["lang"])
    frame["is_repeat"] = frame["duplicate_role"].isin(REPEATS)
    frame["topic"] = frame["topic"].astype("Int64")
    frame["created_at"] = frame["created_at"].dt.tz_convert("UTC")
    frame["day"] = clock.day(frame["created_at"], params.timezone)
    return frame[frame["lang"].isin(params.languages)].reset_index(drop=True) if params.languages else frame

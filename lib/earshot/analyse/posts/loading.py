"""The posts a question is about: every post of the window with all that enrichment knows of it."""

import pandas as pd

from earshot.analyse.posts import residency, topic_names
from earshot.collect.landing import terms
from earshot.collect.mapping.rows import digest
from earshot.core import clock
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.core.workspace import Workspace, home
from earshot.enrich.sentiment import step as sentiment

REPEATS = ("exact", "near", "repost")
FELT = ["sentiment", "p_negative", "p_neutral", "p_positive"]

_QUERY = """
    SELECT p.*, c.clean_text, c.words, l.lang AS lang_found, l.confidence AS lang_confidence,
           d.role AS duplicate_role, d."group" AS duplicate_group,
           s.p_negative, s.p_neutral, s.p_positive, s.label AS sentiment, s.model AS sentiment_model,
           s.possible, s.tier,
           t.topic, t.similarity AS topic_similarity, n.name AS topic_name,
           u.score AS authenticity, coalesce(u.verdict = 'inauthentic', false) AS inauthentic,
           h.filter AS hidden_by
    FROM posts p
    LEFT JOIN clean c USING (post_id)
    LEFT JOIN "language" l USING (post_id)
    LEFT JOIN duplicates d USING (post_id)
    LEFT JOIN sentiment s USING (post_id)
    LEFT JOIN topics t USING (post_id)
    LEFT JOIN topic_names n ON n.topic = t.topic
    LEFT JOIN authenticity u USING (post_id)
    LEFT JOIN set_aside h ON h.post_id = p.post_id AND h.restored_at IS NULL
    WHERE {window}
    ORDER BY p.created_at, p.post_id
"""


def load(store: Store, params: Brief, hidden: bool = False) -> pd.DataFrame:
    """Return one row per public post in the window of ``params``,
    oldest first, with its enrichment or blanks.

    Beside the columns of posts: clean_text, words, lang (detected, else declared), duplicate_role, is_repeat,
    p_negative, p_neutral, p_positive, sentiment, possible (the classes not ruled out), tier (what answered),
    topic, topic_name (a person's, else ours), authenticity (0 to 1) and inauthentic (left out where
    ``authentic_only`` is set), day (midnight in the workspace's zone), untested (in a language in which the
    sentiment model was not tested: such a post has no sentiment), and may_quote (what the source's terms card
    says). Rows of regions that the run may not read, and posts that a filter has set aside, are not there;
    with ``hidden`` the latter are, and hidden_by names the filter.
    """
    store = residency.bounded(store, params)
    first, after = clock.window(params.start, params.end, params.timezone)
    conditions = ["p.is_public IS NOT FALSE", *([] if hidden else ["h.post_id IS NULL"])]
    if params.authentic_only:
        conditions.append("u.verdict IS DISTINCT FROM 'inauthentic'")
    if first is not None:
        conditions.append(f"p.created_at >= TIMESTAMPTZ '{first.isoformat()}'")
    if after is not None:
        conditions.append(f"p.created_at < TIMESTAMPTZ '{after.isoformat()}'")
    frame = store.sql(_QUERY.format(window=" AND ".join(conditions)))
    if hidden:
        frame["hidden_by"] = frame["hidden_by"].fillna("").astype("str")
    else:
        frame = frame.drop(columns="hidden_by")
    frame["lang"] = frame.pop("lang_found").fillna(frame["lang"])
    silent = _unread(frame)
    frame["untested"] = _untested(frame, params) & ~silent
    frame.loc[silent | frame["untested"], FELT] = None
    frame.loc[silent, ["topic", "topic_name"]] = None
    frame["is_repeat"] = frame["duplicate_role"].isin(REPEATS) & ~silent
    frame["may_quote"] = may_be_quoted(frame["source"], params)
    frame["topic"] = frame["topic"].astype("Int64")
    frame = topic_names.call(frame, topic_names.read(params), "topic_name")
    frame["created_at"] = frame["created_at"].dt.tz_convert("UTC")
    frame["day"] = clock.day(frame["created_at"], params.timezone)
    return frame[frame["lang"].isin(params.languages)].reset_index(drop=True) if params.languages else frame


def _unread(frame: pd.DataFrame) -> pd.Series:
    """Say which posts came without text, since the terms let none be stored:
    nothing can be said of what they say.

    Posts masked by retention have no text either, but were read before: they keep what was found.
    """
    empty = frame["text"].eq("")
    unread = pd.Series(False, index=frame.index)
    unread[empty] = frame.loc[empty, "content_hash"] == frame.loc[empty, "post_id"].map(digest)
    return unread


def _untested(frame: pd.DataFrame, params: Brief) -> pd.Series:
    """Say which posts the model read in a language it was not tested in, where no phrase of yours decides."""
    strange = sentiment.untested(frame["lang"], params.sentiment_model, params.sentiment_languages)
    return frame["sentiment"].notna() & frame["tier"].ne("phrase") & strange


def quotable(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that may be quoted under their source's terms; all where the frame does not say."""
    return posts[posts["may_quote"]] if "may_quote" in posts else posts


def may_be_quoted(sources: pd.Series, params: Brief) -> pd.Series:
    """Say for the source of each row whether its terms card lets it be quoted."""
    workspace = Workspace(params.workspace, params, home())
    allowed = {name: terms.card_of(workspace, name).may_quote for name in sources.dropna().unique()}
    return sources.map(allowed).fillna(True).astype(bool)

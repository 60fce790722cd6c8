"""A missed mention walked back: source, query, quarantine,
filter, classifier, window, and which of them lost it.

Given an id, an address or the words of a post, each station says whether the post passed, was stopped, or
left no trace; the first that stopped it is the culprit.
"""

import re
from dataclasses import dataclass

import pandas as pd

from earshot.collect.query import catalogue
from earshot.collect.query.engine import Engine
from earshot.core import clock
from earshot.core.literals import quoted
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.govern.masking.masking import mask_text

PASSED, STOPPED, UNKNOWN = "passed", "stopped", "not known"
ALIKE = 0.6  # share of words in common from which a stored text is taken for the one asked about
LONGEST_WORDS = 3


@dataclass(frozen=True)
class Trace:
    """The walk: one row per station (station, verdict, why), the culprit ("" for none), one sentence, the
    post's
    id.
    """

    steps: pd.DataFrame
    culprit: str
    sentence: str
    post_id: str = ""


def trace(workspace: Workspace, wanted: str, when: str = "") -> Trace:
    """Return where the post with this id, address or text was lost;
    ``when`` (ISO) is when it was written, if known.

    Raises ParamError when nothing is asked for or ``when`` is no time.
    """
    wanted, moment = wanted.strip(), _moment(when, workspace)
    if not wanted:
        raise ParamError("Say which mention: its id (x:123), its address, or its words.")
    readable = workspace.readable()
    post = _stored(readable, wanted)
    if post is None:
        return _sum([*_abroad(workspace, readable, wanted)] or [*_before(workspace, wanted, moment)], wanted)
    workspace = readable
    steps = [("source", PASSED, f"collected from {post['source']} on {post['collected_at']:%Y-%m-%d %H:%M}")]
    return _sum(
        [*steps, *_filters(workspace, post), *_verdicts(workspace, post), *_window(workspace, post)],
        wanted,
        post["post_id"],
    )


def _moment(when: str, workspace: Workspace) -> pd.Timestamp | None:
    if not when:
        return None
    try:
        moment = pd.Timestamp(when)
    except ValueError:
        raise ParamError(f"--when {when}: write an ISO time such as 2015-02-22T14:00.") from None
    zone = workspace.params.timezone
    return (moment.tz_localize(zone) if moment.tzinfo is None else moment).tz_convert("UTC")


def _stored(workspace: Workspace, wanted: str) -> pd.Series | None:
    """Return the stored post that is meant: by id, by address, by the id in an address, by its words."""
    store = workspace.store
    for column in ("post_id", "url"):
        found = store.read("posts", where={column: wanted})
        if len(found):
            return found.iloc[0]
    ids = re.findall(r"[\w\-]{4,}", wanted)[-1:] if re.fullmatch(r"\S+", wanted) else []
    for number in ids:
        found = store.sql(f"SELECT post_id FROM posts WHERE post_id LIKE {quoted('%:' + number)} LIMIT 1")
        if len(found):
            return store.read("posts", where={"post_id": found["post_id"].iloc[0]}).iloc[0]
    return None if re.fullmatch(r"\S+", wanted) else _alike(store, mask_text(wanted))


def _alike(store, text: str) -> pd.Series | None:
    """Return the stored post that shares most words with ``text``, where it shares enough of them."""
    said = set(_words(text))
    longest = sorted(said, key=len, reverse=True)[:LONGEST_WORDS]
    if not longest:
        return None
    where = " OR ".join(f"text ILIKE {quoted('%' + word + '%')}" for word in longest)
    found = store.sql(f"SELECT post_id, text FROM posts WHERE {where}")
    if found.empty:
        return None
    shared = found["text"].map(
        lambda other: len(said & set(_words(other))) / max(1, len(said | set(_words(other))))
    )
    if shared.max() < ALIKE:
        return None
    return store.read("posts", where={"post_id": found.loc[shared.idxmax(), "post_id"]}).iloc[0]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"https?://\S+|@\w+", " ", text.lower()))


def _abroad(workspace: Workspace, readable: Workspace, wanted: str):
    """Yield that a post is stored which this run may not read;
    only for an id or address, which names it already.
    """
    if readable is not workspace and re.fullmatch(r"\S+", wanted) and _stored(workspace, wanted) is not None:
        yield "region", STOPPED, f"this run may read {', '.join(sorted(readable.store.bounds.regions))} alone"


def _before(workspace: Workspace, wanted: str, moment: pd.Timestamp | None):
    """Yield what is known of a post that is not among the readable ones:
    of a refused or deleted one, only why.
    """
    refused = _refused(workspace.store, wanted)
    deleted = workspace.store.read("deletions")
    ids = deleted["platform"].astype("str") + ":" + deleted["id"].astype("str")
    gone = deleted[ids.eq(wanted) | deleted["id"].astype("str").eq(wanted)]
    if refused:
        yield "source", PASSED, "the row arrived"
        yield "quarantine", STOPPED, refused
    elif len(gone):
        yield "source", STOPPED, f"the platform deleted it on {gone['deleted_at'].iloc[0]:%Y-%m-%d}"
    else:
        yield from _never_fetched(workspace, moment)
        yield "quarantine", PASSED, "no refused row holds it"
        yield from _asked(workspace, wanted)


def _refused(store, wanted: str) -> str:
    """Return why a row that holds the id or the words was refused, "" when there is none."""
    piece = mask_text(wanted)[:60]
    last = re.findall(r"[\w\-]{4,}", wanted)[-1:] if re.fullmatch(r"\S+", wanted) else []
    where = " OR ".join(f"contains(payload, {quoted(part)})" for part in {piece, *last} if part)
    found = store.sql(f"SELECT reason FROM quarantine WHERE {where} LIMIT 1")
    return str(found["reason"].iloc[0]) if len(found) else ""


def _never_fetched(workspace: Workspace, moment: pd.Timestamp | None):
    """Yield what the gap ledger and the cursors say of that moment."""
    gaps, cursors = workspace.store.read("gaps"), workspace.store.read("cursors")
    if moment is None:
        why = f"never fetched; the ledger has {len(gaps)} gaps: say when it was written (--when) to know more"
        yield "source", UNKNOWN, why
        return
    during = gaps[(gaps["start"] <= moment) & (gaps["end"].isna() | (gaps["end"] >= moment))]
    for gap in during.to_dict("records"):
        yield "source", STOPPED, f"{gap['source']} was {gap['kind']} then: {gap['reason']}"
    behind = cursors[cursors["until"].notna() & (cursors["until"] < moment)]
    if during.empty and len(cursors) and len(behind) == len(cursors):
        yield (
            "source",
            STOPPED,
            f"not collected yet: the feeds are read up to {behind['until'].max():%Y-%m-%d %H:%M}",
        )
    elif during.empty:
        yield (
            "source",
            UNKNOWN,
            "no gap is recorded then, so no source gave it: no feed asks for it, or it was hidden",
        )


def _asked(workspace: Workspace, wanted: str):
    """Yield whether any query of the workspace would find these words."""
    queries = catalogue.read(workspace)
    if not queries or re.fullmatch(r"\S+", wanted):
        return
    brands = workspace.params.brands or [""]
    ids = [f"asked:{number}" for number, _ in enumerate(brands)]
    posts = pd.DataFrame({"text": mask_text(wanted), "brand": brands, "post_id": ids})
    hits = Engine({name: catalogue.resolved(query.node, workspace) for name, query in queries.items()}).match(
        posts
    )
    found = [name for name in queries if len(hits.rows(name))]
    yield (
        ("query", PASSED, f"would be found by {', '.join(found)}")
        if found
        else ("query", STOPPED, f"none of the {len(queries)} queries finds these words")
    )


def _filters(workspace: Workspace, post: pd.Series):
    """Yield what filters and the terms of publishing did to a stored post."""
    hidden = workspace.store.read("set_aside", where={"post_id": post["post_id"]})
    hidden = hidden[hidden["restored_at"].isna()]
    if len(hidden):
        yield "filter", STOPPED, f"set aside by {hidden['filter'].iloc[0]}: {hidden['reason'].iloc[0]}"
    else:
        yield "filter", PASSED, "no filter hides it"
    private = post["is_public"] is not pd.NA and post["is_public"] == False  # noqa: E712 (it may be unknown)
    yield ("public", STOPPED, "it is not public") if private else ("public", PASSED, "public")


VERDICTS = {  # table: column, values that stop a post, what to say
    "relevance": ("verdict", ("irrelevant",), "judged {value} for {brand}: {reason}"),
    "authenticity": ("verdict", ("inauthentic",), "judged {value}: {reasons}"),
    "duplicates": (
        "role",
        ("exact", "near", "repost"),
        "a {value} copy of group {group}: left out where repeats are",
    ),
}


def _verdicts(workspace: Workspace, post: pd.Series):
    """Yield what each classifier said of a stored post."""
    for table, (column, bad, how) in VERDICTS.items():
        found = workspace.store.read(table, where={"post_id": post["post_id"]})
        if found.empty:
            yield table, UNKNOWN, "not judged yet"
            continue
        row = found.iloc[0].to_dict()
        value = row[column]
        yield (
            (table, STOPPED, how.format(value=value, **row)) if value in bad else (table, PASSED, str(value))
        )


def _window(workspace: Workspace, post: pd.Series):
    """Yield whether days, languages, brands and the least number
    of posts let a stored post into the report.
    """
    params, store = workspace.params, workspace.store
    first, after = clock.window(params.start, params.end, params.timezone)
    early = first is not None and post["created_at"] < first
    late = after is not None and post["created_at"] >= after
    written = f"written on {post['created_at']:%Y-%m-%d %H:%M} UTC"
    if early or late:
        yield "window", STOPPED, f"{written}, outside {params.start or '…'} to {params.end or '…'}"
    else:
        yield "window", PASSED, written
    lang = store.read("language", where={"post_id": post["post_id"]})
    lang = lang["lang"].iloc[0] if len(lang) else post["lang"]
    if params.languages:
        kept = lang in params.languages
        yield (
            "language",
            PASSED if kept else STOPPED,
            f"read as {lang}; kept are {', '.join(params.languages)}",
        )
    if params.brands and post["brand"] not in params.brands:
        yield "brand", STOPPED, f"filed under {post['brand'] or 'no brand'}, which is not compared"
        return
    counted = store.sql(f"SELECT count(*) AS n FROM posts WHERE brand = {quoted(str(post['brand']))}")
    number = int(counted["n"].iloc[0])
    verdict = STOPPED if number < params.min_posts else PASSED
    yield "least number", verdict, f"{post['brand']} has {number:,} posts; {params.min_posts} are needed"


def _sum(steps: list[tuple], wanted: str, post_id: str = "") -> Trace:
    """Name the first station that stopped the post, and say it in one sentence."""
    table = pd.DataFrame(steps, columns=["station", "verdict", "why"])
    stopped = table[table["verdict"] == STOPPED]
    what = post_id or f"“{mask_text(wanted)[:60]}”"
    if len(stopped):
        station, why = stopped[["station", "why"]].iloc[0]
        return Trace(table, station, f"{what} was lost at the {station}: {why}.", post_id)
    if post_id:
        return Trace(table, "", f"{what} is in the report: nothing stopped it.", post_id)
    return Trace(table, "source", f"{what} was never collected: {table['why'].iloc[0]}.", "")

"""What is new: topics whose share of the talk changed, and words that many people use who did not before."""

import numpy as np
import pandas as pd
from scipy import stats

from earshot.analyse.posts.period import Period
from earshot.enrich.topics import words as topic_words
from earshot.statistics import estimate

RATE = 0.05
PRIOR = 500.0  # the prior weighs as much as so many uses
FEWEST = 5
WORDS = 12
MOVES = ["topic", "name", "was", "now", "value", "low", "high", "se", "p", "n_before", "n_after", "n"]
NEW = 4.0  # a topic is new when its share is now so many times what it was


def moves(posts: pd.DataFrame, parts: Period, least: int) -> pd.DataFrame:
    """Return the change of each topic's share of posts, in points of a share, largest first.

    Columns: topic, name, was, now, value, low, high, se, p (corrected over all topics), n_before, n_after
    (posts of the topic), n (posts compared), verdict and ``new``: real growth to NEW times the share before,
    or more. Topics with fewer than ``least`` posts in both stretches together are left out.
    """
    recent, before = parts.recent(posts["day"]), parts.before(posts["day"])
    voices = speakers(posts)
    rows = [
        _move(posts["topic"].eq(topic), voices, topic, name, recent, before)
        for (topic, name), group in posts[posts["topic"] >= 0].groupby(["topic", "topic_name"])
        if _size(group, recent | before) >= least
    ]
    table = pd.DataFrame([row for row in rows if row], columns=MOVES)
    table["p"] = estimate.adjusted(table["p"].astype("float64"))
    table["verdict"] = (table["p"] < RATE).map({True: "real", False: "noise"})
    table["new"] = (table["verdict"] == "real") & (table["now"] >= NEW * table["was"])
    return table.sort_values(["value", "topic"], ascending=[False, True], ignore_index=True)


def new_words(posts: pd.DataFrame, parts: Period, ignore: frozenset[str]) -> pd.DataFrame:
    """Return the words and pairs of words that more people use now than before, the clearest first.

    Columns: term, now and before (people who used it), share_now, share_before, z and p, corrected over all
    terms. z is the log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin'
    words"). An author counts once in each stretch, so that no one can make a word new alone.
    """
    after, ahead = parts.recent(posts["day"]), parts.before(posts["day"])
    counted = _people(posts[after | ahead], after[after | ahead], ignore)
    if counted.empty:
        return counted
    table = counted.assign(**_log_odds(counted["now"].to_numpy(), counted["before"].to_numpy()))
    table["p"] = estimate.adjusted(table["p"])
    table = table[(table["p"] < RATE) & (table["now"] >= FEWEST)].sort_values(
        ["z", "term"], ascending=[False, True]
    )
    kept: list[str] = []
    for term in table["term"]:
        if len(kept) < WORDS and not any(topic_words.say_the_same(term, other) for other in kept):
            kept.append(term)
    return table[table["term"].isin(kept)].reset_index(drop=True)


def speakers(posts: pd.DataFrame) -> pd.Series:
    """Return a number for each post's author, quicker to group by than a name;
    a post without one stands alone.
    """
    alone = pd.Series([f"#{row}" for row in range(len(posts))], index=posts.index)
    return pd.Series(pd.factorize(posts["author"].fillna(alone))[0], index=posts.index)


def among(inside: pd.Series, voices: pd.Series) -> pd.DataFrame:
    """Return the frame that estimate wants for the share of posts that are ``inside``, in its column _in."""
    return pd.DataFrame({"_in": inside.astype("float64"), "author": voices})


def _size(group: pd.DataFrame, looked: pd.Series) -> int:
    return int(looked[group.index].sum())


def _move(
    inside: pd.Series, voices: pd.Series, topic: int, name: str, recent: pd.Series, before: pd.Series
) -> dict | None:
    change = estimate.difference(among(inside, voices), "_in", recent, before)
    if change.empty:
        return None
    row = change.iloc[0].to_dict()
    counts = {"n_before": int(inside[before].sum()), "n_after": int(inside[recent].sum())}
    return row | {"topic": topic, "name": name, "n": int((recent | before).sum())} | counts


def _people(posts: pd.DataFrame, recent: pd.Series, ignore: frozenset[str]) -> pd.DataFrame:
    """Return for each term how many people used it now and before, and the shares of people that are."""
    columns = ["term", "now", "before", "share_now", "share_before", "z", "p"]
    if not recent.any() or recent.all():
        return pd.DataFrame(columns=columns)
    terms, used = _used(posts["text"].map(topic_words.bare), ignore)
    people = pd.MultiIndex.from_arrays([recent, speakers(posts)])
    voices, kinds = people.factorize()
    now = kinds.get_level_values(0).to_numpy(bool)
    said = _added(used, voices, len(kinds))
    counts = [np.asarray(said[rows].sum(axis=0), dtype=float).ravel() for rows in (now, ~now)]
    table = pd.DataFrame(
        {
            "term": terms,
            "now": counts[0],
            "before": counts[1],
            "share_now": counts[0] / now.sum(),
            "share_before": counts[1] / (~now).sum(),
        }
    )
    return table[table["now"] + table["before"] >= FEWEST].reset_index(drop=True)


def _used(texts: pd.Series, ignore: frozenset[str]):
    """Return (terms, a sparse matrix of which text uses which)."""
    from sklearn.feature_extraction.text import CountVectorizer

    from earshot.enrich.topics.words import WORD

    words = CountVectorizer(ngram_range=(1, 2), token_pattern=WORD, stop_words=sorted(ignore), binary=True)
    try:
        used = words.fit_transform(texts)
    except ValueError:  # nothing but stop words
        return np.array([], dtype=str), np.zeros((len(texts), 0))
    return words.get_feature_names_out(), used


def _added(used, voices: np.ndarray, count: int):
    """Return which of ``count`` voices used which term, given the voice of each row of ``used``."""
    from scipy.sparse import csr_matrix

    speaks = csr_matrix((np.ones(len(voices)), (voices, np.arange(len(voices)))), shape=(count, len(voices)))
    return speaks @ used > 0


def _log_odds(now: np.ndarray, before: np.ndarray) -> dict[str, np.ndarray]:
    """Return z and one-sided p of the difference
    of log-odds between two lists of counts of the same terms.
    """
    prior = PRIOR * (now + before) / (now + before).sum()
    odds = [(count + prior) / (count.sum() + PRIOR - count - prior) for count in (now, before)]
    z = (np.log(odds[0]) - np.log(odds[1])) / np.sqrt(1 / (now + prior) + 1 / (before + prior))
    return {"z": z, "p": stats.norm.sf(z)}

"""Accounts that act together: the same text, link or hashtag within minutes, again and again, beyond chance.

The pairs are those of CooRTweet (Righetti & Balluff 2025): accounts with at least ``min_participation``
shares, two shares of one object at most ``window`` seconds apart, no account with itself; an edge weighs the
number of co-shares, edges below a quantile of weights can go, and symmetry is the smaller over the larger
number of posts involved. Shares lie in order of time and are compared with those just after them, so a busy
hashtag costs no cartesian product.

To share the same thing at the same time once proves nothing. For every pair that did so more than once we ask
how often it would have by chance, as the sum of two rates. The first draws the authors of all shares anew, at
the rate at which the rest of the network co-shares (the pair's own main object left out, or a campaign would
excuse itself). The second lets both share what they share at any time in the life of the object. A hashtag
lives in bursts that nobody arranges, so there the object is not left out and its own rhythm takes the place
of an even one. Being seen at all takes one co-share, so p is that of a Poisson number known to be at least
one; it is corrected over all pairs seen (Benjamini & Hochberg 1995). Co-shares of one object in one go count
once. Reposts are left out: they are what the button is for.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from earshot.core.literals import listed
from earshot.govern.pseudonyms.pseudonyms import among

WINDOWS = {
    "co_post": 900,
    "co_link": 900,
    "co_hashtag": 60,
}  # seconds; a hashtag in common means less than a text
BURSTING = ("co_hashtag",)  # networks whose objects have bursts that nobody arranges
NEAREST = 60  # with how many later shares of an object each is compared, within the window
MIN_PARTICIPATION = 2
QUANTILE = 0.0  # CooRTweet cuts at the median weight; here the test against chance decides
MISTAKEN = 0.01  # of the pairs called coordinated, the share that may be so by chance
MIN_GROUP = 3
LIFE = 86_400  # seconds in which even the shortest-lived object might have been shared
PAUSE = 4  # windows without a co-share, after which the next one is another occasion
EDGES = ["author", "partner", "times", "occasions", "symmetry", "expected", "p", "seconds", "first", "last"]


@dataclass(frozen=True)
class Pairs:
    """Co-shares by row number of ``shares`` (object, author,
    post_id, at in seconds), sorted by object and time.
    """

    shares: pd.DataFrame
    earlier: np.ndarray
    later: np.ndarray
    chances: (
        np.ndarray
    )  # co-shares of each object (in the order of the shares), an account's with itself included


def pairs(shares: pd.DataFrame, window: float, min_participation: int = MIN_PARTICIPATION) -> Pairs:
    """Return all co-shares within ``window`` seconds;
    ``shares`` has the columns object, author, post_id, at.
    """
    shares = shares.drop_duplicates(["object", "post_id"])
    often = shares.groupby("author")["post_id"].transform("size") >= min_participation
    shares = shares[often].sort_values(["object", "at", "post_id"], ignore_index=True)
    objects, at = shares["object"].factorize()[0], shares["at"].to_numpy(float)
    rows, found = np.arange(len(shares)), []
    for lag in range(1, NEAREST + 1):
        # Shares are in order of time: one that is too far from the last is too far from all that follow.
        rows = rows[rows + lag < len(shares)]
        rows = rows[(objects[rows + lag] == objects[rows]) & (at[rows + lag] - at[rows] <= window)]
        if not len(rows):
            break
        found.append((rows.astype(np.int32), (rows + lag).astype(np.int32)))
    earlier, later = (
        (np.concatenate(side) for side in zip(*found, strict=True))
        if found
        else (np.empty(0, np.int32), np.empty(0, np.int32))
    )
    authors = shares["author"].factorize()[0]
    apart = authors[earlier] != authors[later]
    chances = np.bincount(objects[earlier], minlength=objects.max(initial=0) + 1)
    return Pairs(shares, earlier[apart], later[apart], chances)


def edges(
    found: Pairs,
    window: float,
    bursting: bool = False,
    quantile: float = QUANTILE,
    mistaken: float = MISTAKEN,
) -> pd.DataFrame:
    """Return the pairs of accounts that co-share beyond chance,
    with the columns in EDGES, the heaviest first.

    ``times`` is the number of co-shares, ``occasions`` how many of them were apart in object or time,
    ``expected`` how many occasions chance would give, ``seconds`` the median distance, first and last when
    (in seconds). ``bursting`` says that objects have bursts of their own.
    """
    codes, names = found.shares["author"].factorize(sort=True)
    one, other = codes[found.earlier].astype(np.int64), codes[found.later].astype(np.int64)
    keys = np.minimum(one, other) * len(names) + np.maximum(one, other)
    seen, place, times = np.unique(keys, return_inverse=True, return_counts=True)
    repeated = (
        times[place] >= 2 if len(seen) else np.zeros(0, bool)
    )  # most pairs met once, and once proves nothing
    if not repeated.any():
        return pd.DataFrame(columns=EDGES)
    rows = _meetings(found, repeated, place, codes, window)
    table = _occasions(rows)
    pair = table.index.to_numpy()
    table = table.assign(
        author=names[seen[pair] // len(names)],
        partner=names[seen[pair] % len(names)],
        times=times[pair],
        expected=_chance(found, rows, window, bursting),
    )
    p = stats.poisson.sf(table["occasions"] - 1, table["expected"]) / -np.expm1(-table["expected"])
    kept = _discovered(p.to_numpy(), len(seen), mistaken) & (table["times"] >= np.quantile(times, quantile))
    return (
        table.assign(p=p)
        .loc[kept, EDGES]
        .sort_values(["times", "author", "partner"], ignore_index=True, ascending=[False, True, True])
    )


def _meetings(
    found: Pairs, repeated: np.ndarray, place: np.ndarray, codes: np.ndarray, window: float
) -> pd.DataFrame:
    """Return one row per co-share of the pairs that met more than once: pair, object, at, seconds, both
    posts,
    new.
    """
    at, objects = found.shares["at"].to_numpy(float), found.shares["object"].factorize()[0]
    early, late = found.earlier[repeated], found.later[repeated]
    flip = codes[early] > codes[late]
    mine, yours = np.where(flip, late, early), np.where(flip, early, late)
    rows = pd.DataFrame(
        {
            "pair": place[repeated],
            "object": objects[early],
            "at": at[early],
            "seconds": at[late] - at[early],
            "mine": mine,
            "yours": yours,
            "author": codes[mine],
            "partner": codes[yours],
        }
    ).sort_values(["pair", "object", "at"], ignore_index=True)
    same = rows["pair"].eq(rows["pair"].shift()) & rows["object"].eq(rows["object"].shift())
    return rows.assign(new=~same | (rows["at"].diff() > PAUSE * window))


def _occasions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return for each pair number occasions, symmetry, seconds, first and last of its co-shares."""
    table = rows.groupby("pair").agg(
        occasions=("new", "sum"),
        seconds=("seconds", "median"),
        first=("at", "min"),
        last=("at", "max"),
        mine=("mine", "nunique"),
        yours=("yours", "nunique"),
    )
    fewer, more = table[["mine", "yours"]].min(axis=1), table[["mine", "yours"]].max(axis=1)
    # Two posts of one account beside one of the other are one coincidence.
    return table.assign(occasions=np.minimum(table["occasions"], fewer), symmetry=fewer / more)


def _chance(found: Pairs, rows: pd.DataFrame, window: float, bursting: bool) -> pd.Series:
    """Return for each pair number how many occasions are expected by chance."""
    codes, objects = found.shares["author"].factorize(sort=True)[0], found.shares["object"].factorize()[0]
    at, sizes, shared = found.shares["at"].to_numpy(float), np.bincount(codes), np.bincount(objects)
    ends = np.concatenate([np.flatnonzero(np.diff(objects)), [len(objects) - 1]])
    life = at[ends] - at[ends - shared + 1]
    possible = np.maximum(shared * (shared - 1) / 2, 1)
    within = found.chances / possible if bursting else np.minimum(1.0, 2 * window / np.maximum(life, LIFE))
    rest, meetings = (
        (len(codes), found.chances.sum())
        if bursting
        else (len(codes) - shared, found.chances.sum() - found.chances)
    )
    rate = np.broadcast_to(meetings / np.maximum(rest * (rest - 1) / 2, 1), len(shared))
    both = found.shares.assign(a=codes, o=objects).groupby(["a", "o"]).size()
    table = rows.groupby(["pair", "object", "author", "partner"]).size().rename("n").reset_index()
    mine = both.reindex(pd.MultiIndex.from_frame(table[["author", "object"]])).to_numpy()
    yours = both.reindex(pd.MultiIndex.from_frame(table[["partner", "object"]])).to_numpy()
    table["own"] = mine * yours * within[table["object"]]
    main = table.sort_values("n", kind="stable").drop_duplicates("pair", keep="last").set_index("pair")
    anew = sizes[main["author"]] * sizes[main["partner"]] * rate[main["object"]]
    return table.groupby("pair")["own"].sum() + pd.Series(anew, index=main.index) + 1e-9


def _discovered(p: np.ndarray, looks: int, rate: float) -> np.ndarray:
    """Say which p values hold after ``looks`` looks, those not given counting as 1 (Benjamini & Hochberg)."""
    order = np.argsort(p)
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / looks)
    return p <= (p[order][passed[-1]] if len(passed) else -1.0)


def groups(table: pd.DataFrame, seed: int = 1) -> dict[str, str]:
    """Return for each account in a group of MIN_GROUP
    or more its group (g1 is the largest), by Louvain's method.

    Blondel et al. 2008, "Fast unfolding of communities in large networks", J. Stat. Mech.
    """
    import networkx as nx

    graph = nx.Graph()
    ordered = table.sort_values(
        ["author", "partner"]
    )  # the method depends on the order in which it sees accounts
    for author, partner, times in ordered[["author", "partner", "times"]].itertuples(index=False, name=None):
        before = graph.get_edge_data(author, partner, {"weight": 0})["weight"]
        graph.add_edge(author, partner, weight=before + times)
    if not len(graph):
        return {}
    found = [
        sorted(part) for part in nx.community.louvain_communities(graph, seed=seed) if len(part) >= MIN_GROUP
    ]
    found.sort(key=lambda part: (-len(part), part))
    return {author: f"g{place}" for place, part in enumerate(found, 1) for author in part}


def detect(networks: dict[str, pd.DataFrame], seed: int = 1) -> pd.DataFrame:
    """Return the edges of several networks of shares (by name,
    a key of WINDOWS) with the group of each, or None.
    """
    parts = []
    for name, shares in networks.items():
        found = pairs(shares, WINDOWS[name])
        parts.append(edges(found, WINDOWS[name], name in BURSTING).assign(network=name))
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    member = groups(table, seed)
    mine, yours = table["author"].map(member), table["partner"].map(member)
    return table.assign(group=mine.where(mine == yours))


def update(workspace) -> pd.DataFrame:
    """Work out the table coordination anew from all posts, store what changed in it, and return it.

    Chance depends on all that was shared, so the table is made as a whole; reading takes one query per
    network.
    """
    store, handles = workspace.store, workspace.params.handles
    networks = {name: store.sql(query) for name, query in _SHARES.items()}
    networks = {name: shares[~among(shares["author"], handles)] for name, shares in networks.items()}
    found = detect(networks, workspace.params.seed)
    times = {
        name: pd.to_datetime(found[name].astype(float), unit="s", utc=True) for name in ("first", "last")
    }
    table = found.assign(**times)[
        ["network", "author", "partner", "times", "seconds", "first", "last", "group"]
    ]
    stored = store.sql("SELECT network, author, partner FROM coordination")
    gone = stored.merge(table[["network", "author", "partner"]], "left", indicator=True).query(
        "_merge == 'left_only'"
    )
    if len(gone):
        keys = listed(gone["network"] + " " + gone["author"] + " " + gone["partner"])
        store.delete("coordination", f"network || ' ' || author || ' ' || partner IN {keys}")
    if len(table):
        store.merge("coordination", table)
    return table


def _shared(column: str, plain: str) -> str:
    return f"""
        WITH each AS (SELECT p.author, p.post_id, epoch(p.created_at) AS "at", unnest(from_json(c.{column},
                             '["VARCHAR"]')) AS item
                      FROM posts p JOIN clean c USING (post_id) LEFT JOIN duplicates d USING (post_id)
                      WHERE p.author IS NOT NULL AND p.kind <> 'repost' AND coalesce(d.role, '') <> 'repost'
                        AND c.{column} <> '[]')
        SELECT DISTINCT {plain} AS object, author, post_id, "at" FROM each"""


_SHARES = {
    "co_post": """
        SELECT d."group" AS object, p.author, p.post_id, epoch(p.created_at) AS "at"
        FROM posts p JOIN duplicates d USING (post_id)
        WHERE p.author IS NOT NULL AND p.kind <> 'repost' AND d.role <> 'repost' AND d."group" IN (
            SELECT d."group" FROM duplicates d JOIN posts p USING (post_id) GROUP BY 1
            HAVING count(DISTINCT p.author) > 1)""",
    "co_link": _shared(
        "urls",
        "regexp_replace(regexp_replace(lower(item), '^https?://(www[.])?', ''), "
        "'([?&]utm_[^#]*)?(#.*)?/?$', '')",
    ),
    "co_hashtag": _shared("hashtags", "lower(item)"),
}

"""Authenticity: how far nothing speaks against a person having written a post in their own words, 0 to 1.

Each thing that speaks against it is a reason with a weight; the score is the product of what the reasons
leave (one minus weight), so that one strong reason or several weak ones bring it down. The weights are rules
of ours, not learnt: labelled account sets are small, easy and not ours to ship. A workspace that labels
accounts (``account_labels``) has the verdict of a model as one more reason. Figures of an account are judged
by fixed floors and, for pace, against the other accounts of the workspace (median and MAD). Nothing is
deleted: a post with a low score is shown with its reasons, and figures are given with and without it.
Accounts named in ``handles`` are known and pass.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.enrich.authenticity import account_labels, coordination
from earshot.enrich.pipeline.declaration import Step
from earshot.govern.pseudonyms.pseudonyms import among

TABLE = "authenticity"
VERSION = "1"
INAUTHENTIC, DOUBTFUL = 0.35, 0.7  # at or below
BURST = 900  # seconds in which many put out one text
NEW, FEW, MANY = 30, 50, 500  # days of a new account, followers that are few, accounts followed that are many
OUTLIER = 5.0  # robust z of the posts in an account's busiest hour
MAD = 1.4826


@dataclass(frozen=True)
class Reason:
    """What speaks against a post: how much (0 to 1), and why, in a sentence."""

    weight: float
    sentence: str


REASONS = {
    "coordinated": Reason(
        0.8,
        "The account shares the same texts, links or hashtags within minutes of the same other "
        "accounts, again and again, beyond chance.",
    ),
    "learnt": Reason(
        0.6, "A model that learnt from accounts labelled for this workspace takes the account for a bot."
    ),
    "regular": Reason(0.5, "The account posts at nearly equal distances in time, as a timer does."),
    "rapid": Reason(0.4, "The account wrote twenty posts or more in one hour, far more than others here."),
    "self_copying": Reason(0.45, "Most posts of the account repeat its own."),
    "copying": Reason(0.4, "Most posts of the account are texts of others, put out as its own."),
    "burst_text": Reason(
        0.45, "Five accounts or more put out this text as their own within a quarter of an hour."
    ),
    "copied_text": Reason(0.15, "The post is a text of somebody else, put out as the author's own."),
    "stuffed": Reason(0.3, "The post is mostly hashtags."),
    "link_only": Reason(0.15, "The post is a link with hardly a word."),
    "new_account": Reason(0.25, "The account was made less than thirty days before, and few follow it."),
    "follows_many": Reason(0.25, "The account follows hundreds, and hardly anybody follows it."),
    "faceless": Reason(0.2, "The account has neither picture nor description."),
    "numbered": Reason(
        0.1, "Half of the account's name or more is digits, as in names that are given out by machine."
    ),
}

# How far the last four reasons alone, all that a profile shows, tell bots from other accounts: area under the
# ROC curve with its interval, by `earshot evaluate authenticity` on the public set of 1,601 labelled accounts
# (twitter_bots).
PROFILE_AUC = {"value": 0.55, "low": 0.54, "high": 0.56, "n": 1601}
LEARNT_AUC = (
    0.98  # of enrich.account_model on the same set, cross-validated: what labels of one's own can buy
)

_POSTS = """
    SELECT p.post_id, p.week, p.content_hash, p.platform, p.author, p.kind, epoch(p.created_at) AS "at",
           coalesce(d.role, 'original') AS role, d."group" AS copies, coalesce(c.words, 9) AS words,
           coalesce(json_array_length(c.hashtags), 0) AS tags, coalesce(json_array_length(c.urls), 0) AS
           links,
           a.followers, a.following, a.has_bio, a.has_picture, a.handle_digits, epoch(a.created_at) AS born
    FROM posts p LEFT JOIN duplicates d USING (post_id) LEFT JOIN clean c USING (post_id)
    LEFT JOIN accounts a ON a.platform = p.platform AND a.author = p.author
    ORDER BY p.post_id
"""
_NEW = """
    SELECT count(*) AS n FROM posts p LEFT JOIN authenticity s USING (post_id)
    WHERE s.post_id IS NULL OR s.content_hash <> p.content_hash OR s.step_version <> '{version}'
"""


def update(workspace) -> int:
    """Score the posts that are new or edited, and all others whose reasons changed; return how many were new.

    A new post can show that older ones were part of a campaign, so all are judged again; only changes are
    written.
    """
    store, labels = workspace.store, account_labels.stamp(workspace)
    version = f"{VERSION}:{labels}" if labels else VERSION
    new = int(store.sql(_NEW.format(version=version))["n"].iloc[0])
    if not new:
        return 0
    edges = coordination.update(workspace)
    grouped = edges[edges["group"].notna()]
    table = score(
        store.sql(_POSTS),
        {*grouped["author"], *grouped["partner"]},
        workspace.params.handles,
        account_labels.bots(workspace),
    ).assign(step_version=version)
    stored = store.read(TABLE, ["post_id", "content_hash", "score", "reasons", "step_version"])
    both = table[["post_id", "content_hash", "score", "reasons", "step_version"]].merge(
        stored, "left", "post_id"
    )
    same = np.logical_and.reduce(
        [
            both[f"{name}_x"].eq(both[f"{name}_y"]).fillna(False).to_numpy(bool)
            for name in ("content_hash", "score", "reasons", "step_version")
        ]
    )
    store.merge(TABLE, table[~same])
    return new


def score(
    posts: pd.DataFrame,
    coordinated: set[str] = frozenset(),
    handles: list[str] = (),
    learnt: set[str] = frozenset(),
) -> pd.DataFrame:
    """Return one row per post (the columns of the table authenticity);
    ``posts`` has the columns that _POSTS selects.

    ``coordinated`` are the authors in a coordinated group, ``handles`` the known accounts that always pass,
    ``learnt`` the authors that a model takes for bots.
    """
    posts = _numbered(posts.reset_index(drop=True))
    own = posts["kind"].ne("repost") & posts["role"].ne("repost")
    passes = among(posts["author"], handles).to_numpy(bool)
    hits = _of_accounts(posts, own) | _of_posts(posts, own)
    hits |= {"coordinated": posts["author"].isin(coordinated), "learnt": posts["author"].isin(learnt)}
    flags = np.column_stack([np.asarray(hits[code].fillna(False), bool) & ~passes for code in REASONS])
    weights = np.array([reason.weight for reason in REASONS.values()])
    scores = np.exp(flags @ np.log1p(-weights)).round(4)
    patterns, place = np.unique(flags, axis=0, return_inverse=True)
    said = np.array(
        [json.dumps([code for code, hit in zip(REASONS, row, strict=True) if hit]) for row in patterns],
        dtype=object,
    )
    return posts[["post_id", "week", "content_hash"]].assign(
        score=scores,
        verdict=verdicts(scores),
        reasons=said[place.ravel()] if len(posts) else "",
        step_version=VERSION,
    )


def _numbered(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts with numbers for account, author and copies,
    which group many times faster than text does.
    """
    accounts = pd.MultiIndex.from_frame(posts[["platform", "author"]]).factorize()[0]
    columns = {
        "account": np.where(posts["author"].isna(), -1, accounts),
        "who": posts["author"].factorize()[0],
        "copy": posts["copies"].factorize()[0],
    }
    return posts.assign(
        **{
            name: pd.Series(codes, posts.index).mask(codes < 0).astype("Int64").astype("float64")
            for name, codes in columns.items()
        }
    )


def verdicts(scores: np.ndarray) -> np.ndarray:
    """Return authentic, doubtful or inauthentic for each score."""
    said = np.select([scores <= INAUTHENTIC, scores <= DOUBTFUL], ["inauthentic", "doubtful"], "authentic")
    return said.astype(object)


def _of_posts(posts: pd.DataFrame, own: pd.Series) -> dict[str, pd.Series]:
    """Return for each reason that lies in a post itself whether it holds."""
    copied = own & posts["role"].isin(("exact", "near"))
    return {
        "burst_text": posts["copy"].isin(_bursting(posts[own])) & own,
        "copied_text": copied & _by_many(posts, own),
        "stuffed": (posts["tags"] >= 6) & (posts["tags"] >= 0.4 * posts["words"]),
        "link_only": (posts["links"] >= 1) & (posts["words"] - posts["tags"] < 3),
    }


def _by_many(posts: pd.DataFrame, own: pd.Series) -> pd.Series:
    """Say for each post whether its text was put out by more than one account as its own."""
    pairs = posts.loc[own, ["copy", "who"]].dropna().drop_duplicates()
    return posts["copy"].map(pairs["copy"].value_counts()).fillna(0) > 1


def _bursting(posts: pd.DataFrame, authors: int = 5) -> set[float]:
    """Return the numbers of the texts that this many accounts put out within BURST seconds."""
    first = posts[["copy", "who", "at"]].dropna().sort_values("at", kind="stable")
    first = first.drop_duplicates(["copy", "who"]).sort_values(["copy", "at"], kind="stable")
    nth = first.groupby("copy")["at"].shift(1 - authors)
    return set(first.loc[nth - first["at"] <= BURST, "copy"])


def _of_accounts(posts: pd.DataFrame, own: pd.Series) -> dict[str, pd.Series]:
    """Return for each reason that lies in an account whether it holds, post by post."""
    count = own.groupby(posts["account"]).transform("sum").fillna(0)
    mine = own & posts.groupby(["account", "copy"])["at"].transform("size").gt(1)
    theirs = own & posts["role"].isin(("exact", "near")) & _by_many(posts, own) & ~mine
    share = {
        name: hits.groupby(posts["account"]).transform("sum") / count.clip(lower=1)
        for name, hits in (("mine", mine), ("theirs", theirs))
    }
    few = posts["followers"].fillna(np.inf) < FEW
    return {
        "rapid": _rapid(posts),
        "regular": _regular(posts[own]).reindex(posts.index, fill_value=False),
        "self_copying": (count >= 4) & (share["mine"] >= 0.6),
        "copying": (count >= 3) & (share["theirs"] >= 0.6),
        "new_account": (posts["at"] - posts["born"]).between(0, NEW * 86_400) & few,
        "follows_many": (posts["following"] >= MANY)
        & (posts["following"] > 20 * posts["followers"].clip(lower=1)),
        "faceless": posts["has_bio"].eq(False) & posts["has_picture"].eq(False),
        "numbered": posts["handle_digits"] >= 0.5,
    }


def of_profiles(figures: pd.DataFrame) -> np.ndarray:
    """Return the score that the reasons of a profile leave,
    for accounts with the figures of account_model.features.
    """
    known = figures.reindex(
        columns=["age_days", "followers", "following", "bio_letters", "default_picture", "handle_digits"]
    )
    followers, following = np.expm1(known["followers"]), np.expm1(known["following"])
    hits = {
        "new_account": (np.exp(known["age_days"]) <= NEW) & (followers < FEW),
        "follows_many": (following >= MANY) & (following > 20 * followers.clip(lower=1)),
        "faceless": known["bio_letters"].eq(0) & known["default_picture"].eq(1),
        "numbered": known["handle_digits"] >= 0.5,
    }
    return np.prod(
        [np.where(hit.fillna(False), 1 - REASONS[code].weight, 1.0) for code, hit in hits.items()], axis=0
    )


def _rapid(posts: pd.DataFrame, floor: int = 20) -> pd.Series:
    """Say for each post whether its author's busiest hour holds ``floor`` posts and lies far out."""
    hourly = posts.groupby(["account", posts["at"] // 3600])["at"].transform("size")
    busiest = hourly.groupby(posts["account"]).transform("max")
    logs = np.log(busiest.groupby(posts["account"]).first())
    spread = MAD * (logs - logs.median()).abs().median()
    # Where most accounts wrote once the spread is nil; then a factor of e stands for one.
    return (busiest >= floor) & ((np.log(busiest) - logs.median()) / max(spread, 0.5) > OUTLIER)


def _regular(posts: pd.DataFrame, least: int = 10) -> pd.Series:
    """Say for each post whether the distances of its author's posts hardly vary:
    little entropy in quarter octaves.
    """
    posts = posts[["account", "at"]].dropna().sort_values(["account", "at"])
    gaps = posts.groupby("account")["at"].diff()
    bins = np.floor(4 * np.log2(gaps.clip(lower=1)))
    sizes = posts.assign(bin=bins).dropna(subset=["bin"]).groupby(["account", "bin"]).size()
    if sizes.empty:
        return pd.Series(False, index=posts.index)
    total = sizes.groupby(level="account").transform("sum")
    table = pd.DataFrame(
        {
            "entropy": (-(sizes / total) * np.log2(sizes / total)).groupby(level="account").sum(),
            "gaps": sizes.groupby(level="account").sum(),
        }
    )
    even = table[(table["gaps"] >= least - 1) & (table["entropy"] < 0.35 * np.log2(table["gaps"]))]
    return posts["account"].isin(even.index)


STEP = Step(
    name="authenticity",
    needs=("clean", "duplicates"),
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace),
    whole=True,
)

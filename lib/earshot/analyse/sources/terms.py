"""What the terms of each source allow, and what is overdue by them:
posts kept too long, deletions not yet followed.
"""

import pandas as pd

from earshot.collect.deletions import rechecks
from earshot.collect.landing import terms
from earshot.collect.retention import rules as retention
from earshot.collect.sources.protocol import DELETIONS
from earshot.core import clock, wording
from earshot.core.claim import Claim
from earshot.core.store import Store
from earshot.core.workspace import Workspace

ALLOWED = ("source", "card", "owner", "reviewed", "text", "quotes", "keep days", "posts", "kept too long")
FOLLOWED = {
    "deletions are": "deletions are",
    "within": "agreed hours",
    "looked": "last asked for (UTC)",
    "deletions": "deletions",
    "followed late": "followed late",
    "not followed": "not followed",
}
TOLD = ("events", "changes", "jetstream")  # what is gone is told without being asked for
INPUTS = ("posts", "deletions", "rechecks")


def table(workspace: Workspace, store: Store, sources: pd.Series, posts: pd.DataFrame) -> pd.DataFrame:
    """Return each source's terms card, what is kept too long by it,
    and deletions followed, late and not looked for.

    ``looked`` is when its deletions were last asked for, ``within`` the hours in which its card wants them
    followed, ``way`` how one learns of them (see collect.sources.protocol.DELETIONS).
    """
    now, kept = clock.now(), _kept_too_long(workspace, store)
    gone = store.read("deletions", columns=["source", "deleted_at", "followed_at"])
    took = (gone["followed_at"].fillna(now) - gone["deleted_at"]).dt.total_seconds() / 3600
    looked = store.read("rechecks", columns=["source", "whole"]).set_index("source")["whole"]
    found = []
    for name in sources:
        card, way = terms.card_of(workspace, name), rechecks.way(workspace, name)
        theirs = gone["source"].eq(name).fillna(False)
        late = theirs & (took > card.deletion_within_hours) if card.deletion_within_hours else theirs & False
        found.append(
            _said(card)
            | {
                "source": name,
                "posts": int((posts["source"] == name).sum()),
                "kept too long": int(kept.get(name, 0)),
                "way": way,
                "deletions are": DELETIONS[way],
                "looked": looked.get(name, pd.NaT),
                "deletions": int(theirs.sum()),
                "followed late": int((late & gone["followed_at"].notna()).sum()),
                "not followed": int((late & gone["followed_at"].isna()).sum()),
            }
        )
    made = pd.DataFrame(found).astype({"keep days": "Int64", "within": "Int64"})
    return made.assign(looked=pd.to_datetime(made["looked"], utc=True))


def _said(card: terms.Card) -> dict:
    """Return what a card says, under the headings of the table."""
    return {
        "card": "recorded" if card.recorded else "assumed",
        "owner": card.owner,
        "reviewed": card.reviewed,
        "text": "stored" if card.may_store_text else "not stored",
        "quotes": "allowed" if card.may_quote else "not allowed",
        "keep days": card.keep_days,
        "within": card.deletion_within_hours,
    }


def state(card: pd.DataFrame, workspace: str) -> list[Claim]:
    """Return the claims on what the terms want and is not as they want it."""
    return [
        *_assumed(card, workspace),
        *_kept(card, workspace),
        *_late(card),
        *_unfollowed(card, workspace),
        *_unasked(card, workspace),
    ]


def unasked(card: pd.DataFrame) -> pd.DataFrame:
    """Return the sources whose terms want deletions followed
    and which nobody asked in that time, or could not.
    """
    wanted = card[card["within"].notna() & ~card["way"].isin(TOLD)]
    since = (clock.now() - wanted["looked"]).dt.total_seconds() / 3600
    return wanted[since.isna() | (since > wanted["within"].astype("float64"))]


def _kept_too_long(workspace: Workspace, store: Store) -> pd.Series:
    """Return how many posts of each source are due to go under the retention rules,
    those of terms cards included.
    """
    due = retention.due(workspace, store=store)
    posts = store.read("posts", columns=["post_id", "source"])
    return posts.loc[posts["post_id"].isin(due.loc[due["table"] == "posts", "key"]), "source"].value_counts()


def _assumed(card: pd.DataFrame, workspace: str) -> list[Claim]:
    assumed = card.loc[card["card"] == "assumed", "source"]
    if assumed.empty:
        return []
    said = (
        f"{wording.listed(sorted(assumed))} {'has' if len(assumed) == 1 else 'have'} no terms card in "
        f"params/{workspace}/terms.yml; it is assumed that {terms.ASSUMED}."
    )
    return [Claim.quality("collect.terms", said, len(assumed), "sources", len(assumed), "terms.yml", 0.5)]


def _kept(card: pd.DataFrame, workspace: str) -> list[Claim]:
    over = card[card["kept too long"] > 0]
    if over.empty:
        return []
    number = int(over["kept too long"].sum())
    said = (
        f"{wording.count(number)} {'post' if number == 1 else 'posts'} of "
        f"{wording.listed(sorted(over['source']))} {'is' if number == 1 else 'are'} kept longer than the "
        f"rules allow: earshot retain {workspace} --apply removes them."
    )
    return [
        Claim.quality(
            "collect.overdue",
            said,
            number,
            "posts",
            over["posts"].sum(),
            "age of each post against terms.yml and privacy.yml",
            0.8,
            INPUTS,
        )
    ]


def _late(card: pd.DataFrame) -> list[Claim]:
    late = int(card["followed late"].sum())
    if not late:
        return []
    said = (
        f"{wording.count(late)} {'deletion was' if late == 1 else 'deletions were'} followed later than "
        f"agreed."
    )
    return [
        Claim.quality(
            "collect.deletions",
            said,
            late,
            "posts",
            card["deletions"].sum(),
            "time from deletion to removal against the terms card",
            0.7,
            INPUTS,
        )
    ]


def _unfollowed(card: pd.DataFrame, workspace: str) -> list[Claim]:
    over = card[card["not followed"] > 0]
    if over.empty:
        return []
    number = int(over["not followed"].sum())
    said = (
        f"{wording.count(number)} {'deletion' if number == 1 else 'deletions'} of "
        f"{wording.listed(sorted(over['source']))} {'is' if number == 1 else 'are'} known for longer than "
        f"the terms allow and not yet followed: run earshot collect {workspace} --deletions."
    )
    return [
        Claim.quality(
            "collect.deletions_waiting",
            said,
            number,
            "posts",
            card["deletions"].sum(),
            "time since each deletion that waits against the terms card",
            0.9,
            INPUTS,
        )
    ]


def _unasked(card: pd.DataFrame, workspace: str) -> list[Claim]:
    over = unasked(card)
    if over.empty:
        return []
    advice = [
        (("ids", "jobs"), f"earshot collect {workspace} --deletions asks {{}}"),
        (("file",), f"earshot comply {workspace} lists what to ask for {{}}"),
        (("never", "none"), "{} tells nobody"),
    ]
    parts = [
        said.format(wording.listed(sorted(over.loc[over["way"].isin(ways), "source"])))
        for ways, said in advice
        if over["way"].isin(ways).any()
    ]
    said = (
        f"The terms of {wording.listed(sorted(over['source']))} want deletions followed within hours, and "
        f"for longer than that nothing was heard of them: {'; '.join(parts)}."
    )
    return [
        Claim.quality(
            "collect.deletions_unasked",
            said,
            len(over),
            "sources",
            len(card),
            "time since the last whole round of asking against the terms card",
            0.6,
            INPUTS,
        )
    ]

"""What the filters of a workspace hide, and how many good posts that is thought to cost."""

from dataclasses import dataclass

import pandas as pd

from earshot.analyse.authenticity.effect import effect_of, effect_told, flips_of
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.workspace import Workspace
from earshot.enrich.filters import audit

METHOD = (
    "posts judged by people in a random sample of each filter; Wilson interval, corrected for its "
    "finite number"
)
INPUTS = ("set_aside", "audits", "posts")
FLIPS = ["figure", "what", "with", "without"]
COLUMNS = {
    "filter": "filter",
    "reason": "why",
    "hidden": "hidden",
    "restored": "restored",
    "n": "judged",
    "killed": "good ones hidden",
    "killed_low": "at least",
    "killed_high": "at most",
}


@dataclass(frozen=True)
class Hidden:
    """One row per filter (see collect.audit.estimate), the figures with and without what they hide, what
    flips,
    claims.
    """

    filters: pd.DataFrame
    effect: pd.DataFrame
    flips: pd.DataFrame
    claims: list[Claim]

    @property
    def effect_shown(self) -> pd.DataFrame:
        """The effect in words, each figure in its own unit; empty when nothing is hidden."""
        return effect_told(self.effect)

    @property
    def table(self) -> pd.DataFrame:
        """The filters under headings for readers."""
        return self.filters.rename(columns=COLUMNS)[list(COLUMNS.values())]

    @property
    def formats(self) -> dict[str, str]:
        """The units of the columns of ``table``."""
        return dict.fromkeys(list(COLUMNS.values())[2:], "count")


def measure(workspace: Workspace, posts: pd.DataFrame, params: Brief) -> Hidden:
    """Return what each filter hides now, what the audit of it says,
    and what that does to the figures of ``posts``.

    ``posts`` are all of the window, those that are hidden too (analyse.posts.load with ``hidden``).
    """
    found = audit.estimate(workspace)
    out = posts["hidden_by"].ne("")
    effect = effect_of(posts, out, params) if out.any() else pd.DataFrame()
    flips = flips_of(posts, out, effect, params) if out.any() else pd.DataFrame(columns=FLIPS)
    claims = [_claim(row) for row in found.to_dict("records")] or [_none()]
    if out.any():
        claims.append(_flipped(flips, int(out.sum()), len(posts)))
    return Hidden(found, effect, flips, claims)


def _flipped(flips: pd.DataFrame, number: int, n: int) -> Claim:
    share = f"{wording.count(number)} of {wording.count(n)} posts of the window are hidden by filters"
    said = (
        f"{share}; with them {wording.count(len(flips))} conclusions would be others: see the table."
        if len(flips)
        else f"{share}; with them every conclusion would be the same."
    )
    return Claim(
        "clean.filters.flips",
        said,
        len(flips),
        "conclusions",
        n=n,
        method="the figures computed twice",
        inputs=INPUTS,
        kind="quality",
        weight=0.5 if len(flips) else 0.15,
    )


def _none() -> Claim:
    said = "No filter hides any post: all that was stored is counted."
    return Claim("clean.filters", said, 0, "posts", method="count", inputs=INPUTS, kind="quality", weight=0.1)


def _claim(row: dict) -> Claim:
    hidden = row["hidden"] - row["restored"]
    said = f"The filter {row['filter']} hides {wording.count(hidden)} {'post' if hidden == 1 else 'posts'}"
    if row["n"]:
        said += (
            f"; of {wording.count(row['n'])} that people judged {wording.count(row['good'])} were good, so "
            f"that it costs some {wording.count(row['killed'])} good posts "
            f"({wording.between(row['killed_low'], row['killed_high'], wording.count)})."
        )
    else:
        said += "; nobody has judged a sample of them yet, so what it costs is not known."
    unknown = not row["n"]
    return Claim(
        f"clean.filters.{wording.slug(row['filter'])}",
        said,
        None if unknown else row["killed"],
        "posts",
        None if unknown else row["killed_low"],
        None if unknown else row["killed_high"],
        int(row["n"]),
        METHOD,
        INPUTS,
        "quality",
        0.35,
        about={"filter": row["filter"]},
    )

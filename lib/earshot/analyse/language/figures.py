"""What the languages of the posts mean for the other figures:
mixed posts, undecided ones, and sureness by language.
"""

import json
from dataclasses import dataclass

import pandas as pd

from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.store import Store
from earshot.statistics import estimate

TOP = 10
LEAST = 20
MEASURED = {
    "en": 0.97,
    "de": 0.98,
    "fr": 0.95,
    "es": 0.94,
    "nl": 0.98,
}  # recall on labelled tweets (the model's card)
METHOD = "language step: own letter-group model and py3langid; shares clustered by author, Wilson interval"
INPUTS = ("posts", "language")


@dataclass(frozen=True)
class Languages:
    """What was found: a row per language with sureness and mixed share,
    overall shares, mixed pairs, and the claims.
    """

    table: pd.DataFrame
    shares: pd.DataFrame
    pairs: pd.DataFrame
    claims: list[Claim]
    scope: str

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts."""
        return f"{said}; {self.scope}"


def measure(posts: pd.DataFrame, store: Store) -> Languages:
    """Return what is known of the languages of ``posts`` (as analyse.posts gives them).

    Raises ValueError when the language step has not read any of them.

    >>> from earshot.analyse.posts.example import example_posts, example_workspace
    >>> posts, workspace = example_posts(), example_workspace()
    >>> measure(posts, workspace.store).shares[["what", "value", "n"]].values.tolist()
    [['mixed', 0.0, 120], ['undecided', 0.0, 120]]
    """
    step = store.read("language", columns=["post_id", "lang", "confidence", "mixed", "spans"])
    table = posts.drop(columns="lang").merge(step, on="post_id")
    if table.empty:
        raise ValueError(
            "No post of this window has a language yet; run 'earshot report', which enriches new posts."
        )
    table["mixed"] = table["mixed"].fillna(False).astype("float64")
    table["undecided"] = table["lang"].eq("und").astype("float64")
    grouped = (
        table.groupby("lang")
        .agg(posts=("post_id", "size"), sureness=("confidence", "mean"), mixed=("mixed", "mean"))
        .sort_values("posts", ascending=False)
    )
    shown = grouped.head(TOP).reset_index()
    shown = shown.assign(
        language=[wording.spoken(code) for code in shown["lang"]],
        share=shown["posts"] / len(table),
        measured=[MEASURED.get(code) for code in shown["lang"]],
    )
    shares = pd.concat(
        [estimate.means(table, name, share=True).assign(what=name) for name in ("mixed", "undecided")]
    )
    return Languages(
        shown[["language", "posts", "share", "sureness", "mixed", "measured"]],
        shares[["what", "value", "low", "high", "n"]].reset_index(drop=True),
        _pairs(table),
        _claims(shares, grouped),
        f"{wording.count(len(table))} posts",
    )


def _pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Return which languages are mixed with each other:
    posts and their share of all with its interval, most first.
    """
    spoken = table.loc[table["mixed"] > 0, "spans"].map(
        lambda spans: wording.listed(sorted({wording.spoken(code) for _, _, code in json.loads(spans)}))
    )
    rows = [
        estimate.means(
            table.assign(hit=table.index.isin(spoken.index[spoken == pair]).astype("float64")),
            "hit",
            share=True,
        ).assign(languages=pair, posts=int((spoken == pair).sum()))
        for pair in spoken.value_counts().index[:TOP]
    ]
    columns = ["languages", "posts", "value", "low", "high", "n"]
    found = pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)
    return found.rename(columns={"value": "share", "n": "of posts"})


def _claims(shares: pd.DataFrame, grouped: pd.DataFrame) -> list[Claim]:
    mixed, undecided = (shares[shares["what"] == name].iloc[0] for name in ("mixed", "undecided"))
    said = (
        f"{wording.percent(mixed['value'])} of posts mix two languages "
        f"({wording.between(mixed['low'], mixed['high'])}), and of {wording.percent(undecided['value'])} the "
        f"language stays undecided ({wording.between(undecided['low'], undecided['high'])})."
    )
    claims = [
        Claim.of(
            "clean.languages.mixed", said, mixed, method=METHOD, inputs=INPUTS, kind="quality", weight=0.15
        )
    ]
    big = grouped[grouped["posts"] >= LEAST].drop(index="und", errors="ignore")
    untested = [wording.spoken(code) for code in big.index if code not in MEASURED]
    if untested:
        said = (
            f"How well {wording.listed(untested)} {'is' if len(untested) == 1 else 'are'} told was never "
            "measured on labelled posts: read figures by these languages with care."
        )
        share = (
            big.loc[[code for code in big.index if code not in MEASURED], "posts"].sum()
            / grouped["posts"].sum()
        )
        claims.append(
            Claim.quality(
                "clean.languages.untested", said, share, "share", grouped["posts"].sum(), METHOD, 0.15, INPUTS
            )
        )
    return claims

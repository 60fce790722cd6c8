"""Where the posts come from, how that is known,
and how often what is stated and what the words say differ.
"""

from dataclasses import dataclass

import pandas as pd

from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.store import Store
from earshot.enrich.geography import step as geography
from earshot.statistics import estimate

TOP = 10
LEAST = 10  # posts with both before a rate of disagreement is said
METHOD = (
    "stated places looked up in a gazetteer, else inferred from the words or the author's circle; "
    "Wilson interval"
)
INPUTS = ("posts", "geography")


@dataclass(frozen=True)
class Places:
    """What was found: posts by provenance, by country,
    the rate of disagreement (one row or none), and the claims.
    """

    provenance: pd.DataFrame
    countries: pd.DataFrame
    disagreement: pd.DataFrame
    claims: list[Claim]
    scope: str

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts."""
        return f"{said}; {self.scope}"


def measure(posts: pd.DataFrame, store: Store) -> Places:
    """Return where ``posts`` (as analyse.posts gives them) come from;
    raises ValueError when none was located.
    """
    table = posts.merge(store.read("geography").drop(columns=["week", "content_hash"]), on="post_id")
    if table.empty:
        raise ValueError("No post of this window was located yet; run 'earshot report', which does.")
    kinds = pd.DataFrame(
        [
            _share(table, table["provenance"].eq(kind)) | {"provenance": kind}
            for kind in ("stated", "inferred", "network", "unknown")
        ]
    )
    known = table[table["country"].notna()]
    confidence = table.groupby("provenance")["confidence"].mean()
    kinds = kinds.assign(confidence=kinds["provenance"].map(confidence))
    both = _both(table)
    return Places(
        kinds[["provenance", "value", "low", "high", "n", "confidence"]],
        _countries(known),
        both,
        _claims(kinds, known, both),
        f"{wording.count(len(table))} posts",
    )


def _share(table: pd.DataFrame, hit: pd.Series) -> dict:
    found = estimate.means(table.assign(hit=hit.astype("float64")), "hit", share=True)
    return found.iloc[0][["value", "low", "high"]].to_dict() | {"n": len(table)} if len(found) else {}


def _countries(known: pd.DataFrame) -> pd.DataFrame:
    from babel import Locale

    counts = known["country"].value_counts().head(TOP).rename_axis("code").rename("posts").reset_index()
    names = Locale("en").territories
    return counts.assign(
        country=[names.get(code, code) for code in counts["code"]], share=counts["posts"] / max(1, len(known))
    )[["country", "posts", "share"]]


def _both(table: pd.DataFrame) -> pd.DataFrame:
    """Return the share, with interval, of posts whose words name another country
    than their author's profile.
    """
    stated = table[table["provenance"].eq("stated")]
    said = pd.Series(
        [
            geography.infer(text, lang)["country"]
            for text, lang in zip(stated["text"], stated["lang"].fillna(""), strict=True)
        ],
        index=stated.index,
        dtype="object",
    )
    both = stated[said.notna()]
    if both.empty:
        return pd.DataFrame(columns=["value", "low", "high", "n"])
    return pd.DataFrame([_share(both, both["country"] != said[both.index])])


def _claims(kinds: pd.DataFrame, known: pd.DataFrame, both: pd.DataFrame) -> list[Claim]:
    unknown = kinds.set_index("provenance").loc["unknown"]
    share, low, high = 1 - unknown["value"], 1 - unknown["high"], 1 - unknown["low"]
    said = (
        f"For {wording.percent(share)} of posts ({wording.between(low, high)}) it is known or inferred where "
        "they come from; the others stay unknown."
    )
    claims = [
        Claim.quality(
            "clean.geography", said, share, "share", unknown["n"], METHOD, 0.15, INPUTS, low=low, high=high
        )
    ]
    if len(both) and both["n"].iloc[0] >= LEAST:
        row = both.iloc[0]
        differ = wording.percent(row["value"])
        said = (
            f"Where a profile states a country and the words name one too, they differ in {differ} of posts "
            f"({wording.between(row['low'], row['high'])}): travellers, and mistakes."
        )
        claims.append(
            Claim.of(
                "clean.geography.differs",
                said,
                row,
                method=METHOD,
                inputs=INPUTS,
                kind="quality",
                weight=0.15,
            )
        )
    return claims

"""Whether some groups of posts are read worse than all others: by language, channel, spelling and brand.

A group is read worse when more of its posts are left open for a person, when the model is less sure, or,
where posts are labelled, when it errs more. Informal spelling stands in for how people speak at home and
among friends; it is a proxy, written by us as a short list, and says nothing about who anybody is.
"""

import re
from dataclasses import dataclass

import pandas as pd

from earshot.analyse.posts import opinions
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.enrich.topics import words
from earshot.statistics import estimate

INFORMAL = re.compile(
    r"\b(?:u|ur|r|y'?all|ain'?t|gonna|gotta|wanna|finna|imma|tryna|lemme|gimme|kinda|dunno|cuz|coz|bc|tho"
    r"|thru|dat|dis"
    r"|dem|da|wit|dey|bruh|bro|fam|aint|innit|lol|lmao|smh|idk|tbh|ya|nah|yo|plz|pls|thx|wtf)\b"
    r"|\b[a-z]{3,}in['’](?!\w)|([a-z])\1\1",
    re.I,
)
MEASURES = {"left open": 1, "confidence": -1, "accuracy": -1}  # 1 where more is worse
FACETS = ("language", "channel", "spelling (proxy)", "brand")
RATE = 0.05
METHOD = (
    "difference from all other posts, clustered by author, corrected for all looks (Benjamini-Hochberg); "
    "the gate counts those beyond chance and beyond allowed_gap, and swaps of a name or group that move a "
    "label or a probability as far; it opens only where accuracy was compared"
)
COLUMNS = [
    "by",
    "group",
    "measure",
    "here",
    "elsewhere",
    "gap",
    "low",
    "high",
    "p",
    "n",
    "n_elsewhere",
    "verdict",
    "over",
]


@dataclass(frozen=True)
class Audit:
    """What the audit found: ``groups`` with their gaps, how many points are allowed, and the claims.

    ``swayed`` says how many swaps of a name or group change the reading, and of how many.
    """

    groups: pd.DataFrame
    allowed: int
    labelled: int
    swayed: tuple[int, int]
    claims: list[Claim]

    @property
    def gate(self) -> str:
        """Say closed where a group or a swap is read worse,
        open where accuracy was compared too, else not judged.
        """
        if self.groups["over"].any() or self.swayed[0]:
            return "closed"
        return "open" if self.groups["measure"].eq("accuracy").any() else "not judged"

    @property
    def why(self) -> str:
        """The state of the gate and what it rests on, in one sentence."""
        over, (swayed, swaps) = self.groups[self.groups["over"]], self.swayed
        some = {0: "none is", 1: "1 is"}.get(len(over), f"{len(over)} are")
        said = (
            f"The gate is {self.gate}: of {len(self.groups)} comparisons of groups of posts with all others, "
            f"{some} worse beyond chance and by more than {self.allowed} points{_widest(over)}"
        )
        said += f", and {swayed} of {swaps} swaps of a name or group change the reading" if swaps else ""
        if self.groups["measure"].eq("accuracy").any():
            return f"{said}."
        few = f"only {wording.count(self.labelled)} posts are" if self.labelled else "no post is"
        return f"{said}; {few} labelled, so accuracy is not compared."

    @property
    def shown(self) -> pd.DataFrame:
        """The gaps as a reader wants them, those over the gate first."""
        table = self.groups.sort_values(["over", "by", "group"], ascending=[False, True, True], kind="stable")
        spans = zip(table["low"], table["high"], strict=True)
        return pd.DataFrame(
            {
                "by": table["by"],
                "group": table["group"].map(wording.spoken),
                "measure": table["measure"],
                "here": table["here"].map(wording.percent),
                "elsewhere": table["elsewhere"].map(wording.percent),
                "gap": table["gap"].map(wording.points),
                "95% interval": [wording.between(low, high, wording.points) for low, high in spans],
                "posts": table["n"],
                "verdict": [
                    f"{verdict}, over the gate" if over else verdict
                    for verdict, over in zip(table["verdict"], table["over"], strict=True)
                ],
            }
        )

    @property
    def caption(self) -> str:
        """The caption of the gaps, which states the rule of the gate."""
        return (
            "Each group against all other posts, in points; over the gate is what is worse beyond chance "
            f"and by more than {self.allowed} points"
        )


def measure(posts: pd.DataFrame, params: Brief, swayed: tuple[int, int] = (0, 0)) -> Audit:
    """Return how the model reads each group of ``posts`` (as judged.mark gives them); repeats are left out.

    ``swayed`` says how many swaps of a name or group change the reading, and of how many
    (behaviour.Behaviour.swayed).
    """
    voiced = opinions.counted(posts)
    read = pd.DataFrame(
        {
            "author": voiced["author"],
            "accuracy": voiced["right"],
            "weight": voiced.get("weight", 1.0),
            "left open": voiced["possible"].fillna("").str.contains(" ").astype("float64"),
            "confidence": voiced[["p_negative", "p_neutral", "p_positive"]].max(axis=1),
        }
    )
    rows = [row for by, facet in facets(voiced).items() for row in _gaps(read, by, facet, params)]
    groups = _judged(
        pd.DataFrame(rows, columns=[name for name in COLUMNS if name not in ("verdict", "over")]), params
    )
    audit = Audit(groups, params.allowed_gap, int(voiced["right"].notna().sum()), swayed, [])
    audit.claims.extend(_claims(audit, len(voiced)))
    return audit


def facets(posts: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the group of each post by facet: language, channel, spelling and brand."""
    return dict(zip(FACETS, (posts["lang"], posts["platform"], spelling(posts), posts["brand"]), strict=True))


def spelling(posts: pd.DataFrame) -> pd.Series:
    """Return "informal" for each English post that is spelt so,
    "" for other English ones, missing for all else.
    """
    bare = posts["text"].str.replace(words.NOISE, " ", regex=True)
    informal = bare.map(lambda text: "informal" if INFORMAL.search(text) else "").astype(object)
    return informal.where(posts["lang"].eq("en"), None)


def _gaps(read: pd.DataFrame, by: str, facet: pd.Series, params: Brief) -> list[dict]:
    """Return one row per group and measure with enough posts in it and beside it."""
    rows = []
    for group in sorted(facet.dropna().unique()):
        inside = facet.eq(group).fillna(False) & (group != "")
        beside = facet.notna() & ~inside
        for name in MEASURES:
            sizes = [int((side & read[name].notna()).sum()) for side in (inside, beside)]
            if min(sizes) < params.min_posts:
                continue
            weight = "weight" if name == "accuracy" else ""
            row = estimate.difference(read, name, inside, beside, weight=weight).iloc[0]
            rows.append(
                {
                    "by": by,
                    "group": group,
                    "measure": name,
                    "here": row["now"],
                    "elsewhere": row["was"],
                    "gap": row["value"],
                    "low": row["low"],
                    "high": row["high"],
                    "p": row["p"],
                    "n": sizes[0],
                    "n_elsewhere": sizes[1],
                }
            )
    return rows


def _judged(table: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return the gaps with p values corrected for all looks,
    their verdict, and whether each is over the gate.
    """
    table = table.assign(p=estimate.adjusted(table["p"].astype("float64")))
    beyond = table["p"] < RATE
    worse = table["gap"].astype("float64") * table["measure"].map(MEASURES).astype("float64")
    verdict = beyond.map({True: "beyond chance", False: "within chance"})
    return table.assign(verdict=verdict, over=beyond & (100 * worse > params.allowed_gap))[COLUMNS]


def _claims(audit: Audit, counted: int) -> list[Claim]:
    """Return the claim of the gate, and one for each gap over it."""
    over = audit.groups[audit.groups["over"]]
    if audit.groups.empty and not audit.swayed[1]:
        return []
    weight = 0.5 if over["measure"].eq("accuracy").any() else 0.3 if audit.gate == "closed" else 0.15
    gate = Claim.quality(
        "health.bias",
        audit.why,
        len(over) + audit.swayed[0],
        "findings",
        counted,
        METHOD,
        weight,
        ("posts", "language", "sentiment", "behaviour.yml"),
        about={"gate": audit.gate},
    )
    return [gate, *(_gap(row) for row in over.to_dict("records"))]


def _widest(over: pd.DataFrame) -> str:
    """Return the widest gap over the gate in words, or nothing."""
    if over.empty:
        return ""
    row = over.loc[over["gap"].astype("float64").abs().idxmax()]
    return (
        f" (widest: {row['by']} {wording.spoken(row['group'])}, {row['measure']} "
        f"{wording.points(row['gap'])} points)"
    )


def _gap(row: dict) -> Claim:
    what = {
        "left open": "{} of posts are left open for a person",
        "confidence": "the mean confidence is {}",
        "accuracy": "{} of labelled posts are read rightly",
    }[row["measure"]].format(wording.percent(row["here"]))
    said = (
        f"{row['by'].capitalize()} {wording.spoken(row['group'])}: {what}, "
        f"{wording.percent(row['elsewhere'])} elsewhere (a gap of {wording.points(row['gap'])} points, "
        f"{wording.between(row['low'], row['high'], wording.points)})."
    )
    name = ".".join(wording.slug(row[part]) for part in ("by", "group", "measure"))
    return Claim.quality(
        f"health.bias.{name}",
        said,
        row["gap"],
        "share change",
        row["n"],
        METHOD,
        0.15,
        ("posts", "language", "sentiment"),
        low=row["low"],
        high=row["high"],
        verdict="real",
    )

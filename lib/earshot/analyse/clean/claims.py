"""The sentences of 02_clean: how much repeats, who wrote most, what was hidden, and whether it matters."""

import pandas as pd

from earshot.analyse.clean.figures import REPEATED, SINGLE, Hygiene
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.govern.masking import masking
from earshot.statistics import estimate

INPUTS = ("posts", "clean", "language", "duplicates")
SHARE = "share of posts, clustered by author, Wilson interval on the effective number"
REST = {"method": SHARE, "inputs": INPUTS, "kind": "quality"}
TOP = 10
DETAILS = {
    "email": ("e-mail address", "e-mail addresses"),
    "phone": ("phone number", "phone numbers"),
    "card": ("card number", "card numbers"),
    "iban": ("account number", "account numbers"),
    "ip": ("network address", "network addresses"),
    "ssn": ("social security number", "social security numbers"),
    "idnumber": ("identity number", "identity numbers"),
    "address": ("postal address", "postal addresses"),
    "name": ("name that something gave away", "names that something gave away"),
}


def state(posts: pd.DataFrame, hygiene: Hygiene) -> list[Claim]:
    """Return the claims in the order in which a reader needs them."""
    return [
        *_repeat_claims(posts, hygiene),
        _effect_claim(posts, hygiene),
        _language_claim(posts, hygiene),
        *_offtopic_claim(posts),
        _account_claim(posts),
        _private_claim(posts, hygiene),
        _leak_claim(posts, hygiene),
    ]


def _repeat_claims(posts: pd.DataFrame, hygiene: Hygiene) -> list[Claim]:
    overall = hygiene.repeats[hygiene.repeats["brand"] == "All brands"].set_index("kind")
    total = overall.loc["repeats"]
    numbers = {kind: round(overall.loc[kind, "value"] * total["n"]) for kind in REPEATED}
    parts = wording.listed(
        [
            f"{wording.count(number)} {SINGLE[kind] if number == 1 else kind}"
            for kind, number in numbers.items()
        ]
    )
    said = (
        f"{wording.percent(total['value'])} of posts repeat another "
        f"({wording.between(total['low'], total['high'])}): "
        f"{parts}. They are kept, and left out wherever opinions are counted."
    )
    claims = [
        _claim("clean.repeats", said, total["value"], "share", len(posts), 0.3, total["low"], total["high"])
    ]
    by_brand = hygiene.repeats[
        (hygiene.repeats["kind"] == "repeats") & (hygiene.repeats["brand"] != "All brands")
    ]
    worst = by_brand.sort_values("value").iloc[-1] if len(by_brand) else None
    if worst is not None and worst["low"] > total["high"]:
        said = (
            f"Repeats are most frequent about {worst['brand']}: {wording.percent(worst['value'])} of its "
            f"posts ({wording.between(worst['low'], worst['high'])})."
        )
        about = {"brand": worst["brand"]}
        claims.append(Claim.of("clean.repeats.most", said, worst, weight=0.4, about=about, **REST))
    return claims


def _effect_claim(posts: pd.DataFrame, hygiene: Hygiene) -> Claim:
    change = (hygiene.effect["voice_without"] - hygiene.effect["voice"]).abs()
    if change.empty:
        return _claim(
            "clean.effect",
            "No brand has enough posts to say what leaving out repeats changes.",
            0,
            "share",
            0,
            0.1,
        )
    row = hygiene.effect.loc[change.idxmax()]
    ends = [f"{100 * row[name]:.1f}" for name in ("voice", "voice_without")]
    which = f" ({row['brand']}, from {ends[0]} to {ends[1]}%)" if ends[0] != ends[1] else ""
    said = (
        f"Leaving out repeats changes no brand's share of voice by more than {100 * change.max():.1f} "
        f"points{which}"
    )
    shift = (hygiene.effect["negative_without"] - hygiene.effect["negative"]).abs().max()
    said += (
        f", and no share of negative posts by more than {100 * shift:.1f} points." if pd.notna(shift) else "."
    )
    return _claim("clean.effect", said, change.max(), "share", len(posts), 0.3, about={"brand": row["brand"]})


def _language_claim(posts: pd.DataFrame, hygiene: Hygiene) -> Claim:
    top, others = hygiene.languages.iloc[0], hygiene.languages.iloc[1:4].query("share > 0.002")
    hit = posts["lang"].fillna("und").eq(top["code"]).astype("float64")
    sure = estimate.means(posts.assign(hit=hit), "hit", share=True).iloc[0]
    rest = [f"{row['language']} ({wording.percent(row['share'])})" for row in others.to_dict("records")]
    between = wording.between(sure["low"], sure["high"])
    said = f"{wording.percent(top['share'])} of posts are in {top['language']} ({between})"
    said += f"; then {wording.listed(rest)}." if rest else "."
    return _claim("clean.language", said, top["share"], "share", len(posts), 0.2, sure["low"], sure["high"])


def _offtopic_claim(posts: pd.DataFrame) -> list[Claim]:
    none = posts.assign(hit=posts["brand"].eq("").astype("float64"))
    share = estimate.means(none, "hit", share=True).iloc[0]
    if not share["value"]:
        return []
    said = (
        f"{wording.percent(share['value'])} of posts name none of the brands "
        f"({wording.between(share['low'], share['high'])}); they are kept, and in no comparison."
    )
    return [
        _claim("clean.offtopic", said, share["value"], "share", len(posts), 0.3, share["low"], share["high"])
    ]


def _account_claim(posts: pd.DataFrame) -> Claim:
    sizes = posts["author"].value_counts()
    ten, once = sizes.head(TOP).sum() / max(len(posts), 1), (sizes == 1).mean()
    said = (
        f"The {wording.count(min(TOP, len(sizes)))} busiest of {wording.count(len(sizes))} accounts wrote "
        f"{wording.percent(ten)} of posts; {wording.percent(once)} of accounts wrote one only."
    )
    return _claim("clean.accounts", said, ten, "share", len(posts), 0.3 if ten < 0.2 else 0.6)


def _private_claim(posts: pd.DataFrame, hygiene: Hygiene) -> Claim:
    table = hygiene.private.set_index("kind")
    found = table.loc[list(masking.TYPES), "replaced_at_import"].astype(int)
    found = found[found > 0].sort_values(ascending=False)
    told = [f"{wording.count(count)} {DETAILS[type_][int(count != 1)]}" for type_, count in found.items()]
    names = table.loc["names of others", "in_these_posts"]
    said = (
        f"Before anything was stored, {wording.listed([*told, 'the name of every author'])} "
        f"{'were' if told else 'was'} replaced; {wording.count(names)} mentions of others in these posts are "
        f"pseudonyms."
    )
    return _claim("clean.private", said, int(found.sum()), "details", len(posts), 0.3)


def _leak_claim(posts: pd.DataFrame, hygiene: Hygiene) -> Claim:
    high = 3.0 / max(len(posts), 1) if not hygiene.leaks else None  # the rule of three: none found in n posts
    said = (
        f"Looking again through all {wording.count(len(posts))} stored texts finds none of these details "
        f"left."
        if not hygiene.leaks
        else f"{wording.count(hygiene.leaks)} private "
        f"{'detail is' if hygiene.leaks == 1 else 'details are'} still readable; import again."
    )
    return _claim(
        "clean.leaks",
        said,
        hygiene.leaks / max(len(posts), 1),
        "share",
        len(posts),
        0.2 if not hygiene.leaks else 1.0,
        0.0,
        high,
    )


def _claim(
    name: str,
    said: str,
    value: float,
    unit: str,
    n: int,
    weight: float,
    low: float | None = None,
    high: float | None = None,
    about: dict | None = None,
) -> Claim:
    method = SHARE if low is not None and high is not None else "count"
    return Claim(
        name, said, float(value), unit, low, high, int(n), method, INPUTS, "quality", weight, "", about or {}
    )

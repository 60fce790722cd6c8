"""How much personal data is left after masking:
canaries woven into our own texts, and a second look at what is stored.

The canaries tell which share of each type the masker hides. The masked marks in the store tell how many
details there were; together they give the number that was probably missed. The second look counts what still
looks like a detail.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from earshot.core import wording
from earshot.core.claim import NOTE, Claim
from earshot.core.params import Brief
from earshot.govern.masking import canaries, masking, residual_scan
from earshot.statistics.proportion import wilson

EACH = 25  # canaries of every form
PARTLY = ("name",)  # masked only where something gives the person away
ENOUGH = 0.95  # share of planted details of which the interval must at least say that it is hidden
METHOD = "invented details woven into our own texts and masked again; Wilson interval"
SAID = {
    "email": "e-mail addresses",
    "card": "card numbers",
    "iban": "IBANs",
    "ip": "IP addresses",
    "ssn": "US SSNs",
    "idnumber": "identity numbers",
    "phone": "telephone numbers",
    "address": "postal addresses",
    "name": "names that are given away",
}


@dataclass(frozen=True)
class PrivacyCheck:
    """By type and by form how many canaries were hidden, what still looks private, and the claims."""

    by_type: pd.DataFrame
    by_form: pd.DataFrame
    suspects: pd.DataFrame
    leak_rate: float
    claims: list[Claim]

    @property
    def missed_forms(self) -> pd.DataFrame:
        """The forms of which some canary could still be read, worst first."""
        rows = self.by_form[self.by_form["hidden"] < self.by_form["planted"]]
        return rows.assign(share=rows["hidden"] / rows["planted"]).sort_values("share", ignore_index=True)


def measure(posts: pd.DataFrame, params: Brief) -> PrivacyCheck:
    """Return what the masker hides and what is left in ``posts`` (as analyse.posts gives them), seeded."""
    texts = posts["text"].astype("str").dropna()
    texts = texts[texts.str.len() > 0]
    number = EACH * len(canaries.FORMS)
    chosen = texts if len(texts) else pd.Series([""], dtype="str")
    hosts = chosen.sample(number, replace=len(chosen) < number, random_state=params.seed)
    planted = _planted(hosts.tolist(), params.seed)
    by_form = (
        planted.groupby(["type", "form"], sort=False)["hidden"]
        .agg(planted="size", hidden="sum")
        .reset_index()
    )
    by_type = _by_type(planted, texts)
    suspects = residual_scan.suspects(texts)
    sure = by_type[~by_type["type"].isin(PARTLY)]
    left = float(sure["left"].sum()) / max(1, len(texts))
    return PrivacyCheck(by_type, by_form, suspects, left, _claims(by_type, suspects, left, len(texts)))


def _planted(hosts: list[str], seed: int) -> pd.DataFrame:
    pairs = list(canaries.plant(hosts, seed))
    masked = masking.mask(pd.Series([text for text, _ in pairs], dtype="str")).texts
    rows = [
        {"type": canary.type, "form": canary.form, "hidden": not _readable(canary.value, safe, host)}
        for (_, canary), safe, host in zip(pairs, masked, hosts, strict=True)
    ]
    return pd.DataFrame(rows)


def _readable(value: str, masked: str, host: str) -> bool:
    """Say whether a telling part of the value (four letters or digits, or all of it) can still be read."""
    parts = [
        part for part in "".join(char if char.isalnum() else " " for char in value).split() if len(part) > 3
    ]
    return value in masked or any(part in masked and part not in host for part in parts)


def _by_type(planted: pd.DataFrame, texts: pd.Series) -> pd.DataFrame:
    """Return for each type the share hidden with its interval,
    the marks in the store, and how many were missed.
    """
    rows = []
    for type_, group in planted.groupby("type", sort=False):
        hidden = int(group["hidden"].sum())
        low, high = wilson(hidden, len(group))
        marks = int(texts.str.count(rf"\[{type_}\]").sum())
        rows.append(
            {
                "type": type_,
                "planted": len(group),
                "hidden": hidden,
                "share": hidden / len(group),
                "low": low,
                "high": high,
                "masked here": marks,
                "left": marks * (len(group) - hidden) / max(1, hidden),
            }
        )
    return pd.DataFrame(rows)


def _claims(by_type: pd.DataFrame, suspects: pd.DataFrame, left: float, n: int) -> list[Claim]:
    sure, partly = by_type[~by_type["type"].isin(PARTLY)], by_type[by_type["type"].isin(PARTLY)]
    hidden, planted = int(sure["hidden"].sum()), int(sure["planted"].sum())
    low, high = wilson(hidden, planted)
    worst = sure[sure["share"] < 0.99].sort_values("share")
    told = wording.listed(
        [f"{SAID[row['type']]} ({wording.percent(row['share'])})" for row in worst.to_dict("records")]
    )
    said = (
        f"Of {wording.count(planted)} invented private details woven into our own texts, "
        f"{wording.percent(hidden / planted)} were hidden ({wording.between(low, high)})"
        + (f"; least often {told}." if told else ".")
    )
    shown = {"value": hidden / planted, "low": low, "high": high, "n": planted}
    rest = {"method": METHOD, "inputs": ("posts",), "kind": "quality"}
    weight = 0.5 if low < ENOUGH else 0.4  # one to watch only where details slip through
    claims = [Claim.of("clean.privacy.recall", said, shown, weight=weight, **rest)]
    for row in partly.to_dict("records"):
        said = (
            f"Of {wording.count(row['planted'])} names planted, {wording.percent(row['share'])} were hidden: "
            "a name is masked only where a greeting, a signature or a title gives the person away."
        )
        row |= {"value": row["share"], "n": row["planted"]}
        claims.append(Claim.of(f"clean.privacy.{row['type']}", said, row, weight=NOTE, **rest))
    return [*claims, _leak_claim(sure, left, n), _suspect_claim(suspects, n)]


def _leak_claim(sure: pd.DataFrame, left: float, n: int) -> Claim:
    """State how many details were probably missed, given how many were masked and how often canaries were."""
    marks = sure["masked here"].to_numpy("float64")
    worst = np.sum(marks * (1 / sure["low"].clip(lower=1e-3).to_numpy() - 1))
    best = np.sum(marks * (1 / sure["high"].clip(lower=1e-3).to_numpy() - 1))
    per, unit = 10_000, "details per 10,000 posts"
    said = (
        f"In {wording.count(n)} stored posts {wording.count(marks.sum())} details stand masked, so an "
        f"estimated {wording.count(left * n)} more were probably missed (up to "
        f"{wording.count(np.ceil(worst))})."
    )
    rates = (best / max(1, n) * per, worst / max(1, n) * per)
    return Claim(
        "clean.privacy.left",
        said,
        left * per,
        unit,
        *rates,
        n=n,
        method=METHOD,
        inputs=("posts",),
        kind="quality",
        weight=0.6 if left * n >= 1 else 0.3,
    )


def _suspect_claim(suspects: pd.DataFrame, n: int) -> Claim:
    hits = suspects[suspects["posts"] > 0].sort_values("posts", ascending=False)
    told = wording.listed(
        [f"{row['kind']} ({wording.count(row['posts'])})" for row in hits.head(3).to_dict("records")]
    )
    said = (
        f"A second, looser look at {wording.count(n)} stored posts finds "
        f"{wording.count(hits['posts'].sum())} that may still hold a detail, most of them harmless: {told}."
        if told
        else f"A second, looser look at {wording.count(n)} stored posts finds nothing that still looks "
        f"private."
    )
    return Claim(
        "clean.privacy.suspects",
        said,
        int(hits["posts"].sum()),
        "posts",
        n=n,
        method="patterns without check digits or context; an upper bound",
        inputs=("posts",),
        kind="quality",
        weight=0.3,
    )

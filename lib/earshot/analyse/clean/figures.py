"""What is noise, duplicate, bot-like or private:
shares, the busiest accounts, and what leaving it out changes.
"""

import json
from dataclasses import dataclass, field

import pandas as pd

from earshot.analyse.posts.loading import quotable
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.govern.masking import masking
from earshot.statistics import estimate

SINGLE = {"exact copies": "exact copy", "near copies": "near copy", "reposts": "repost"}
REPEATED = tuple(SINGLE)
ROLES = dict(zip(("exact", "near", "repost"), REPEATED))
BROKEN = r"Ã[\u0080-\u00bf¡-¿]|â€|Â[\u0080-\u00bf¡-¿]|\ufffd"
TOP = 10
SHOWN = {
    "brand": "brand",
    "posts": "posts",
    "without": "unrepeated",
    "voice": "voice",
    "voice_without": "voice, unrepeated",
    "negative": "negative",
    "negative_without": "negative, unrepeated",
}


@dataclass(frozen=True)
class Hygiene:
    """What 02_clean found: repeats, languages, accounts,
    private details, tidying, the effect of it all, the claims.
    """

    repeats: pd.DataFrame
    copied: pd.DataFrame
    languages: pd.DataFrame
    accounts: pd.DataFrame
    private: pd.DataFrame
    tidied: pd.DataFrame
    effect: pd.DataFrame
    leaks: int
    scope: str
    trust: dict
    claims: list[Claim] = field(default_factory=list)

    @property
    def by_brand(self) -> pd.DataFrame:
        """The share of repeats by brand, most first."""
        table = self.repeats[self.repeats["kind"] == "repeats"].drop(columns="kind")
        return table.sort_values("value", ascending=False).reset_index(drop=True)

    @property
    def effect_shown(self) -> pd.DataFrame:
        """The effect of leaving out repeats, under headings for readers."""
        return self.effect.rename(columns=SHOWN)[list(SHOWN.values())]

    @property
    def formats(self) -> dict[str, str]:
        """The unit of each share in ``effect_shown``."""
        return dict.fromkeys(list(SHOWN.values())[3:], ",.1%")

    def caption(self, said: str) -> str:
        """Return a caption with the number of posts and their days."""
        return f"{said}; {self.scope}"


def measure(posts: pd.DataFrame, store: Store, params: Brief) -> Hygiene:
    """Return how clean ``posts`` (as analyse.posts gives them) are;
    raises ValueError when none was enriched.
    """
    if posts["duplicate_role"].isna().all():
        raise ValueError(
            "No post in this window is enriched yet; run 'earshot report', which enriches new posts."
        )
    leaks = masking.mask(pd.concat([posts["text"], posts["place"].dropna()])).counts
    return Hygiene(
        repeats=_repeats(posts),
        copied=_copied(posts),
        languages=_languages(posts),
        accounts=_accounts(posts),
        private=_private(posts, store, leaks),
        tidied=_tidied(posts, store),
        effect=_effect(posts, params),
        leaks=sum(leaks.values()),
        scope=f"{wording.count(len(posts))} posts, {wording.span(posts['day'].min(), posts['day'].max())}",
        trust=_trust(posts),
    )


def _repeats(posts: pd.DataFrame) -> pd.DataFrame:
    """Return for each brand the share of each kind of repeat, with its interval."""
    known = posts[posts["duplicate_role"].notna()]
    kinds = [
        ("repeats", known["is_repeat"]),
        *((said, known["duplicate_role"].eq(role)) for role, said in ROLES.items()),
    ]
    parts = [
        estimate.means(
            known.assign(hit=hits.astype("float64"), brand=brand), "hit", ["brand"], share=True
        ).assign(kind=kind)
        for kind, hits in kinds
        for brand in (known["brand"].replace("", "no brand"), "All brands")
    ]
    return pd.concat(parts, ignore_index=True)[["brand", "kind", "value", "low", "high", "n"]]


def _copied(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the most repeated texts (masked, as all that is stored):
    how often, by how many accounts, how long.
    """
    groups = (
        quotable(posts)
        .groupby("duplicate_group")
        .agg(
            copies=("post_id", "size"),
            accounts=("author", "nunique"),
            first=("created_at", "min"),
            last=("created_at", "max"),
        )
    )
    groups = groups[groups["copies"] > 1].sort_values(["copies", "first"], ascending=[False, True]).head(TOP)
    shown = posts.set_index("post_id")[["text", "brand"]]
    table = (
        groups.join(shown)
        .dropna(subset="text")
        .assign(hours=(groups["last"] - groups["first"]).dt.total_seconds() / 3600)
    )
    return table[["text", "brand", "copies", "accounts", "hours"]].reset_index(drop=True)


def _languages(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the most frequent languages by name, all others as one."""
    from babel import Locale

    names = Locale("en").languages
    counts = posts["lang"].fillna("und").value_counts().rename_axis("code").rename("posts").reset_index()
    rest = pd.DataFrame({"code": ["*"], "posts": [counts["posts"].iloc[TOP:].sum()]})
    top = pd.concat([counts.head(TOP), rest[rest["posts"] > 0]], ignore_index=True)
    called = {"und": "no recognised language", "*": "all others"}
    return top.assign(
        language=[called.get(code) or names.get(code, code) for code in top["code"]],
        share=top["posts"] / len(posts),
    )


def _accounts(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the accounts that post most, numbered, with what makes one look automatic: pace and sameness."""
    grouped = posts[posts["author"].notna()].sort_values("created_at").groupby("author")
    table = grouped.agg(posts=("post_id", "size"), repeats=("is_repeat", "mean"), days=("day", "nunique"))
    table = table.sort_values("posts", ascending=False).head(TOP)
    minutes = {
        author: group["created_at"].diff().dt.total_seconds().median() / 60
        for author, group in posts[posts["author"].isin(table.index)]
        .sort_values("created_at")
        .groupby("author")
    }
    table = table.assign(share=table["posts"] / len(posts), minutes_between=pd.Series(minutes))
    return table.assign(account=[f"account {place}" for place in range(1, len(table) + 1)])[
        ["account", "posts", "share", "days", "repeats", "minutes_between"]
    ].reset_index(drop=True)


def _private(posts: pd.DataFrame, store: Store, leaks: dict[str, int]) -> pd.DataFrame:
    """Return for each kind of private detail how many were replaced at import,
    stand replaced, and were missed.
    """
    how = [json.loads(text) for text in store.read("imports", columns=["mapping"])["mapping"].dropna()]
    rows = [
        {
            "kind": type_,
            "replaced_at_import": sum(one.get("masked", {}).get(type_, 0) for one in how),
            "in_these_posts": int(posts["text"].str.count(rf"\[{type_}\]").sum()),
            "missed": leaks[type_],
        }
        for type_ in masking.TYPES
    ]
    named = int(posts["text"].str.count(r"@p\d*_[0-9a-f]{12}").sum())
    return pd.DataFrame(
        [
            *rows,
            {"kind": "names of others", "replaced_at_import": pd.NA, "in_these_posts": named, "missed": 0},
        ]
    )


def _tidied(posts: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Return in how many posts something was rewritten so that models can read it, and how often."""
    table = store.read("clean", columns=["post_id", "hashtags", "mentions", "urls", "emoji"])
    table = table[table["post_id"].isin(posts["post_id"])]
    found = table[["mentions", "hashtags", "urls", "emoji"]]
    sizes = {
        name: texts.map(lambda text: len(json.loads(text))).astype("int64") for name, texts in found.items()
    }
    rows = [
        {"what": {"urls": "links"}.get(name, name), "posts": int((size > 0).sum()), "times": int(size.sum())}
        for name, size in sizes.items()
    ]
    broken = posts["text"].str.contains(BROKEN, regex=True) & ~posts["clean_text"].str.contains(
        BROKEN, regex=True, na=True
    )
    entities = posts["text"].str.count(r"&(?:amp|lt|gt|quot|#\d+);?")
    rows += [
        {"what": "broken encoding", "posts": int(broken.sum()), "times": int(broken.sum())},
        {"what": "HTML entities", "posts": int((entities > 0).sum()), "times": int(entities.sum())},
    ]
    return (
        pd.DataFrame(rows)
        .assign(share=lambda t: t["posts"] / len(posts))
        .sort_values("posts", ascending=False)
    )


def _effect(posts: pd.DataFrame, params: Brief) -> pd.DataFrame:
    """Return for each brand volume, share of voice and share of negative posts with and without repeats."""
    named = posts[posts["brand"] != ""]
    once = named[~named["is_repeat"]]
    table = pd.DataFrame(
        {"posts": named["brand"].value_counts(), "without": once["brand"].value_counts()}
    ).fillna(0)
    table = table.assign(
        voice=table["posts"] / table["posts"].sum(), voice_without=table["without"] / table["without"].sum()
    )
    for name, frame in (("negative", named), ("negative_without", once)):
        read = frame[frame["sentiment"].notna()]
        table[name] = read["sentiment"].eq("negative").astype("float64").groupby(read["brand"]).mean()
    table = table[table["posts"] >= params.min_posts].rename_axis("brand").reset_index()
    return table.sort_values("posts", ascending=False).reset_index(drop=True)


def _trust(posts: pd.DataFrame) -> dict:
    short = posts["words"].fillna(0) < 3
    return {
        "posts": wording.count(len(posts)),
        "posts that repeat no other": f"{100 * (1 - posts['is_repeat'].mean()):.1f}%",
        "posts of fewer than three words": f"{wording.count(short.sum())} ({wording.percent(short.mean())})",
        "language not recognised": wording.percent(posts["lang"].fillna("und").eq("und").mean()),
        "median confidence of language": f"{posts['lang_confidence'].median():.2f}",
        "not looked for": "names that nothing gives away; sarcasm",
    }

"""Whether a post is about its brand at all:
rules about what stands near its name, and a model from labelled posts.

params/<workspace>/relevance.yml says, for each brand, what speaks for and against it; all lists may be left
out::

    Apple:
      names: [apple]              # what the brand is called in a text; its own name when left out
      positive: [iphone, "app store"]
      negative: [pie, juice, orchard]
      within: 8                   # how many words before and after the name count
      handles: [apple]            # also handles_against, hashtags, hashtags_against, links, links_against
    set_aside: no                 # count posts judged irrelevant; without this line they are in no figure

Labels that an analyst gave lie beside it in relevance.csv, where ``earshot relevance --labels`` keeps them. A
post of a brand without rules counts as about it when it names it, and as unsure when it does not.
"""

import json
import math
import re
from dataclasses import dataclass, field

import pandas as pd

from earshot.core.params import ParamError, check_names, nearest, switch
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline.declaration import Step
from earshot.enrich.relevance import model as relevance_model

TABLE = "relevance"
VERSION = "1"
WITHIN = 8
SURE = 0.7  # rules decide at this probability or more, and at one less this or less
NAMED, UNNAMED = 1.5, 0.0  # log-odds that a post is about its brand when it names it or not, before any rule
TERM, PLACE, HISTORY = (
    1.5,
    2.5,
    0.8,
)  # log-odds of a term near the name, of a handle, hashtag or link, of the author
PAST = 3  # decided posts of an author before they say anything
LISTS = (
    "names",
    "positive",
    "negative",
    "handles",
    "handles_against",
    "hashtags",
    "hashtags_against",
    "links",
    "links_against",
)
WORD = re.compile(r"[@#]?\w+(?:['’]\w+)*")
PART = 20_000


@dataclass(frozen=True)
class Rules:
    """What speaks for and against one brand; words in small letters."""

    brand: str
    lists: dict = field(default_factory=dict)
    within: int = WITHIN

    def weigh(self, text: str) -> tuple[float, list[str]]:
        """Return log-odds that a text is about the brand, and what was found, as readers say it."""
        small = text.lower()
        words = [match[0] for match in WORD.finditer(small)]
        names = self.lists.get("names") or [self.brand.lower()]
        at = [place for place, word in enumerate(words) if any(_called(word, name) for name in names)]
        said = (
            ["names the brand"]
            if at or any(name.replace(" ", "") in small or name in small for name in names)
            else ["does not name the brand"]
        )
        odds = NAMED if said == ["names the brand"] else UNNAMED
        near = [
            word
            for place, word in enumerate(words)
            if not at or min(abs(place - one) for one in at) <= self.within
        ]
        window = " " + " ".join(word.lstrip("@#") for word in near) + " "
        for kind, sign in (("positive", 1), ("negative", -1)):
            hits = [term for term in self.lists.get(kind, []) if f" {term.lower()} " in window]
            odds += sign * TERM * len(hits[:2])
            said += [f"{'' if sign > 0 else 'against: '}{term} near it" for term in hits[:2]]
        for kind, mark in (("handles", "@"), ("hashtags", "#")):
            odds += self._marked(kind, mark, words, said)
        for kind, sign in (("links", 1), ("links_against", -1)):
            hits = [part for part in self.lists.get(kind, []) if part.lower() in small]
            odds += sign * PLACE * bool(hits)
            said += [f"{'' if sign > 0 else 'against: '}link {part}" for part in hits[:1]]
        return odds, said

    def _marked(self, kind: str, mark: str, words: list[str], said: list[str]) -> float:
        odds = 0.0
        for name, sign in ((kind, 1), (f"{kind}_against", -1)):
            hits = [one for one in self.lists.get(name, []) if mark + one.lower().lstrip("@#") in words]
            odds += sign * PLACE * bool(hits)
            said += [f"{'' if sign > 0 else 'against: '}{mark}{one.lstrip('@#')}" for one in hits[:1]]
        return odds


def _called(word: str, name: str) -> bool:
    bare = word.lstrip("@#")
    return bare == name or bare in (f"{name}'s", f"{name}’s")


def read_rules(workspace: Workspace) -> dict[str, Rules]:
    """Return the rules of each brand of the brief; raises ParamError on an unknown brand or setting."""
    given, where = dict(workspace.settings("relevance")), f"params/{workspace.name}/relevance.yml"
    if switch(given.pop("set_aside", True)) is None:
        raise ParamError(f"{where}: set_aside must be yes or no.")
    if "labels" in given:
        raise ParamError(
            f"{where}: labels are not named here; 'earshot relevance {workspace.name} --labels SHEET' "
            "keeps them in relevance.csv."
        )
    brands = workspace.params.brands
    for brand, entry in given.items():
        if brands and brand not in brands:
            raise ParamError(
                f"{where}: there is no brand {brand!r} in brief.yml; there are {', '.join(brands)}."
                f"{nearest(brand, brands)}"
            )
        given_names = entry if isinstance(entry, dict) else [str(entry)]
        check_names(given_names, (*LISTS, "within"), f"{where}: {brand}", "setting")
    called = {
        alias: brand
        for source in workspace.settings("sources").values()
        if isinstance(source, dict)
        for alias, brand in (source.get("brands") or {}).items()
    }
    return {
        brand: _rules(
            brand, given.get(brand, {}), [alias for alias, meant in called.items() if meant == brand]
        )
        for brand in dict.fromkeys([*brands, *given])
    }


def _rules(brand: str, entry: dict, aliases: list[str]) -> Rules:
    """What sources.yml calls the brand is a name of it too: the posts were found by it."""
    lists = {name: [str(one).lower() for one in entry.get(name) or []] for name in LISTS}
    lists["names"] = [
        *(lists["names"] or [brand.lower()]),
        *(str(alias).lower().lstrip("@#") for alias in aliases),
    ]
    return Rules(brand, lists, int(entry.get("within", WITHIN)))


def update(workspace: Workspace) -> int:
    """Judge every post that is new, changed,
    or was judged by other rules or another model; return how many.
    """
    rules, model = read_rules(workspace), relevance_model.load(workspace.data / "models")
    version, store, done = _version(rules, model), workspace.store, 0
    while True:
        part = store.sql(f"""SELECT p.post_id, p.week, p.content_hash, p.brand, p.author, p.text, e.vector
            FROM posts p LEFT JOIN relevance r USING (post_id)
            LEFT JOIN embeddings e ON e.content_hash = p.content_hash AND e.model = 'all-MiniLM-L6-v2'
            WHERE r.post_id IS NULL OR r.content_hash <> p.content_hash OR r.step_version <> '{version}'
            ORDER BY p.post_id LIMIT {PART}""")
        if part.empty:
            return done
        judged = judge(part, rules, model, _history(workspace))
        store.merge(TABLE, judged.assign(week=part["week"].to_numpy(), step_version=version))
        done += len(part)


def _version(rules: dict[str, Rules], model) -> str:
    from hashlib import blake2b

    held = json.dumps(
        [[rule.brand, rule.lists, rule.within] for rule in rules.values()]
        + ([model.figures, model.slope] if model else []),
        sort_keys=True,
    )
    return f"{VERSION}:{blake2b(held.encode(), digest_size=4).hexdigest()}"


def _history(workspace: Workspace) -> pd.Series:
    """Return, by author, the share of earlier decided posts that were relevant,
    where there are enough of them.
    """
    past = workspace.store.sql(
        "SELECT p.author, avg(CASE WHEN r.verdict = 'relevant' THEN 1.0 ELSE 0.0 END) AS share "
        "FROM relevance r JOIN posts p USING (post_id) WHERE r.verdict <> 'unsure' "
        f"AND p.author IS NOT NULL GROUP BY p.author HAVING count(*) >= {PAST}"
    )
    return past.set_index("author")["share"].astype("float64")


def judge(
    posts: pd.DataFrame, rules: dict[str, Rules], model=None, history: pd.Series | None = None
) -> pd.DataFrame:
    """Return the relevance table's columns for posts with post_id,
    content_hash, brand, author, text (and vector).

    With a model its probability counts, and the rules give the reason; a post of no brand is about none.
    """
    rows = [
        _ruled(post, rules, history) for post in posts[["brand", "author", "text"]].itertuples(index=False)
    ]
    table = pd.DataFrame(rows, columns=["p_relevant", "verdict", "reason"])
    known = [at for at, brand in enumerate(posts["brand"]) if model and brand in model.parts["topics"]]
    if known:
        part = posts.iloc[known]
        vectors = None
        if "vector" in part and part["vector"].notna().all():
            from earshot.enrich.embeddings.step import matrix

            vectors = matrix(part["vector"])
        p = model.score(part["text"].tolist(), part["brand"].tolist(), vectors)
        table.loc[known, "p_relevant"] = p.round(4)
        table.loc[known, "verdict"] = model.verdict(p)
        table.loc[known, "reason"] = "model; " + table.loc[known, "reason"]
    return pd.concat([posts[["post_id", "content_hash", "brand"]].reset_index(drop=True), table], axis=1)


def _ruled(post, rules: dict[str, Rules], history: pd.Series | None) -> tuple[float, str, str]:
    if not post.brand:
        return 0.02, "irrelevant", "names none of the brands"
    odds, said = (rules.get(post.brand) or Rules(post.brand)).weigh(post.text or "")
    if history is not None and post.author in history.index and history[post.author] in (0.0, 1.0):
        odds += HISTORY if history[post.author] else -HISTORY
        said.append(f"author's earlier posts all {'relevant' if history[post.author] else 'irrelevant'}")
    p = round(1 / (1 + math.exp(-odds)), 4)
    verdict = "relevant" if p >= SURE else "irrelevant" if p <= 1 - SURE else "unsure"
    return p, verdict, "; ".join(said)


STEP = Step(
    name="relevance",
    needs=("embeddings",),
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace),
)

"""How the topics that were found fit the organisation's own categories,
in both directions, and what fits none.
"""

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from earshot.analyse.posts import human_labels
from earshot.analyse.posts.loading import quotable
from earshot.analyse.topics import emergence
from earshot.analyse.topics.categories import (
    CATEGORIES,
    CELLS,
    COVERAGE,
    NO_TOPIC,
    TOPICS,
    category_sizes,
    cells_of,
    coverage_of,
    split_votes,
    topics_in_categories,
)
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.literals import listed
from earshot.core.params import Brief, ParamError
from earshot.core.workspace import Workspace
from earshot.enrich.topics import taxonomy
from earshot.enrich.topics.taxonomy import Category
from earshot.statistics import estimate

INPUTS = ("posts", "duplicates", "topics", "topic_names")
METHOD = "words and examples of taxonomy.yml; Wilson interval, clustered by author, repeats counted once"
NONE = "no topic"
PART, SHOWN, NAMED, EXAMPLES = 20_000, 25, 4, 3


@dataclass(frozen=True)
class Crosswalk:
    """Topics beside categories: every cell, each topic's category,
    each category's size, coverage, the rest, claims.

    ``split posts`` divides a post that is in several categories equally among the lowest of them, so that
    children and what is the parent's alone (``own split posts``) add up to their parent, and all top
    categories to all posts in one.
    """

    workspace: str
    count: int = 0
    cells: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=CELLS))
    topics: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=TOPICS))
    categories: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=CATEGORIES))
    coverage: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=COVERAGE))
    several: dict = field(default_factory=dict)
    unfit: pd.DataFrame = field(default_factory=pd.DataFrame)
    claims: list[Claim] = field(default_factory=list)
    unread: bool = False

    @property
    def any(self) -> bool:
        """Say whether the workspace has categories, and posts to compare with them."""
        return self.count > 0

    @property
    def said(self) -> str:
        """One line: how well topics and categories fit, or how to add categories."""
        where = f"params/{self.workspace}/taxonomy.yml"
        if self.unread:
            return f"No post in this window still has its text, so none can be compared with {where}."
        if not self.any:
            return (
                f"This workspace lists no categories of its own; write them in {where}, as "
                "README.md says how, and they are compared with the topics here."
            )
        counts = self.topics["verdict"].value_counts()
        told = [f"{counts.get(verdict, 0)} {verdict}" for verdict in ("mapped", "ambiguous", "unmapped")]
        return (
            f"Of {wording.count(len(self.topics))} topics, {wording.listed(told)} by {where}. For a random "
            f"sample of all posts in none: {human_labels.command(self.workspace, human_labels.UNMAPPED)}"
        )

    @property
    def topics_shown(self) -> pd.DataFrame:
        """The largest topics with the category that holds most of their posts."""
        table = self.topics.head(SHOWN).drop(columns=["topic", "rival share"])
        return table.rename(columns={"topic name": "topic", "no category": "share in none"})

    @property
    def categories_shown(self) -> pd.DataFrame:
        """Each category with its size and the topics that make it up, in the order of the file."""
        made = [self._made_of(name) for name in self.categories["category"]]
        return (
            self.categories[["category", "parent", "posts", "share", "low", "high"]]
            .assign(**{"made of": made})
            .rename(columns={"parent": "part of"})
        )

    def caption(self, table: str) -> str:
        """Return the caption of a table, with its number of posts."""
        about = {
            "topics": "The largest topics, and the category that holds most of each",
            "categories": "Our categories, and the topics that make up most of each",
            "coverage": "Posts in at least one category, by language",
        }[table]
        return f"{about}; {wording.count(self.coverage['posts'].iloc[0])} posts without repeats"

    def _made_of(self, category: str) -> str:
        cells = self.cells[self.cells["category"] == category].nlargest(NAMED, "share of category")
        return "; ".join(
            f"{name} {wording.percent(share)}"
            for name, share in cells[["topic name", "share of category"]].itertuples(index=False)
        )

    def rest(self, place: int) -> pd.DataFrame:
        """Return a random sample of the posts in no category,
        of the topic that has ``place``-th most of them.
        """
        return self.unfit[self.unfit["_place"] == place] if len(self.unfit) else self.unfit

    def rest_caption(self, place: int) -> str:
        """Say which topic ``rest`` is from, and out of how many posts it is drawn."""
        rest = self.rest(place)
        if rest.empty:
            return "In none of our categories"
        return (
            f"In none of our categories, drawn at random from {wording.count(rest['_of'].iloc[0])} posts of "
            f"“{rest['_topic'].iloc[0]}”"
        )


def survey(workspace: Workspace, posts: pd.DataFrame) -> Crosswalk:
    """Return the crosswalk of ``posts`` (as analyse.posts gives them) and the workspace's taxonomy.yml."""
    categories = taxonomy.read(workspace)
    counted = _counted(posts)
    if not categories or counted.empty:
        return Crosswalk(workspace.name, unread=bool(categories))
    return cross(counted, categories, _inside(workspace, counted, categories), workspace.params)


def unmapped(workspace: Workspace, posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts in no category, whether they have a topic or not:
    those that count once and have their text.
    """
    categories = taxonomy.read(workspace)
    if not categories:
        raise ParamError(
            f"{workspace.name} has no categories; write them in params/{workspace.name}/taxonomy.yml, as "
            "README.md says how."
        )
    counted = posts[~posts["is_repeat"] & posts["text"].ne("")]
    return counted[~_inside(workspace, counted, categories).any(axis=1)]


def _inside(workspace: Workspace, posts: pd.DataFrame, categories: list[Category]) -> np.ndarray:
    """Return which post is in which category, worked out part by part."""
    parts = [_matched(workspace, posts.iloc[at : at + PART], categories) for at in range(0, len(posts), PART)]
    return np.concatenate([np.zeros((0, len(categories)), dtype=bool), *parts])


def _counted(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count once and still have their text, with a name for having no topic."""
    counted = posts[posts["topic"].notna() & ~posts["is_repeat"] & posts["text"].ne("")]
    return counted.assign(
        topic=counted["topic"].astype("int64"), topic_name=counted["topic_name"].fillna(NONE)
    )


def _matched(workspace: Workspace, posts: pd.DataFrame, categories: list[Category]) -> np.ndarray:
    vectors, model = None, workspace.params.embedding_model
    if any(category.examples for category in categories):
        stored = workspace.store.sql(
            "SELECT content_hash, vector FROM embeddings WHERE content_hash IN "
            f"{listed(posts['content_hash'].unique())}"
        )
        stored = stored.set_index("content_hash")["vector"].reindex(posts["content_hash"])
        width = len(stored.dropna().iloc[0]) if stored.notna().any() else 0
        vectors = np.stack(
            [vector if isinstance(vector, np.ndarray) else np.zeros(width) for vector in stored]
        )
    return taxonomy.match(posts["text"].tolist(), categories, vectors, model)


def cross(counted: pd.DataFrame, categories: list[Category], inside: np.ndarray, params: Brief) -> Crosswalk:
    """Return the crosswalk of posts that count once and categories,
    given which post is ``inside`` which category.
    """
    posts = counted.reset_index(drop=True)[["post_id", "topic", "topic_name", "lang"]].assign(
        author=emergence.speakers(counted).to_numpy(), _in=inside.any(axis=1).astype(float)
    )
    lowest, split = split_votes(categories, inside)
    cells = cells_of(posts, categories, inside, split)
    topics = topics_in_categories(posts, cells, categories, inside, params)
    among = estimate.means(
        posts.assign(_many=lowest.sum(axis=1) > 1)[inside.any(axis=1)], "_many", share=True
    )
    found = Crosswalk(
        params.workspace,
        len(categories),
        cells[cells["posts"] > 0].reset_index(drop=True),
        topics,
        category_sizes(posts, categories, inside, lowest, split),
        coverage_of(posts, params),
        among.iloc[0].to_dict() if len(among) else {},
        _unfit(counted, inside, params.seed),
    )
    return replace(found, claims=_claims(found))


def _unfit(counted: pd.DataFrame, inside: np.ndarray, seed: int) -> pd.DataFrame:
    """Return random posts in no category from the topics that have most of them,
    one per author, always the same.
    """
    left = counted[~inside.any(axis=1)].sort_values("post_id")
    sizes = left[left["topic"] > NO_TOPIC].groupby(["topic", "topic_name"]).size()
    parts = []
    for at, ((topic, name), size) in enumerate(
        sizes.sort_values(ascending=False, kind="stable").head(EXAMPLES).items(), 1
    ):
        drawn = quotable(left[left["topic"] == topic])
        drawn = drawn.iloc[np.random.default_rng([seed, topic]).permutation(len(drawn))].drop_duplicates(
            "author"
        )
        parts.append(drawn.head(EXAMPLES).assign(_place=at, _topic=name, _of=size))
    return pd.concat(parts) if parts else left.head(0).assign(_place=0, _topic="", _of=0)


def _claims(found: Crosswalk) -> list[Claim]:
    """State how many posts have a category, and the largest topic that fits none."""
    whole = found.coverage.iloc[0].rename({"share": "value", "posts": "n"})
    many = f"; {wording.percent(found.several['value'])} of these are in several" if found.several else ""
    said = (
        f"{wording.percent(whole['value'])} of {wording.count(whole['n'])} posts "
        f"({wording.between(whole['low'], whole['high'])}) are in one of our {found.count} categories{many}."
    )
    claims = [
        Claim.of(
            "categories.coverage", said, whole, method=METHOD, inputs=INPUTS, kind="quality", weight=0.08
        )
    ]
    for row in found.topics[found.topics["verdict"] == "unmapped"].head(1).to_dict("records"):
        most = (
            f"only {wording.percent(row['share'])} ({wording.between(row['low'], row['high'])}) are in its "
            f"closest, “{row['category']}”"
            if row["category"]
            else "not one is in any of them"
        )
        said = (
            f"The largest topic that no category of ours clearly holds is “{row['topic name']}”: of its "
            f"{wording.count(row['posts'])} posts, {most}."
        )
        about = {"topic": row["topic name"], "number": int(row["topic"]), "nearest": row["category"]}
        row |= {"value": row["share"], "n": row["posts"]}
        rest = {"method": METHOD, "inputs": INPUTS, "weight": 0.25, "about": about}
        claims.append(Claim.of("categories.unmapped", said, row, **rest))
    return claims

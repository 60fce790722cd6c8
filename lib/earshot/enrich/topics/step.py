"""Topics: what each post is about, in topics that keep their number and name from one run to the next.

A new post goes to the nearest centre of the stored model, which costs a matrix product and imports nothing
heavy. The model is fitted anew only when the posts have grown by ``GROWTH`` since the last fit, or when too
many new ones are far from every topic, which is what a new topic looks like.
"""

import json
from hashlib import blake2b

import numpy as np
import pandas as pd

from earshot.core.clock import now
from earshot.core.literals import listed
from earshot.enrich.embeddings.step import matrix
from earshot.enrich.pipeline.declaration import Step
from earshot.enrich.topics import lineage, words
from earshot.enrich.topics.model import FAR, TopicModel, fit

TABLE = "topics"
VERSION = "2"
GROWTH = 0.2
# a fit starts from the topics before until the posts have grown so many times; then it starts from
# nothing
AFRESH = 2
SAMPLE = 20_000  # a fit reads at most so many posts
NO_TOPIC = -1
LEAST = 0.005  # the share without topic from which news is told, where topics_far leaves none

_POSTS = """
    SELECT p.post_id, p.week, p.content_hash, p.brand, coalesce(l.lang, p.lang, '') AS lang,
           coalesce(c.words, 3) AS words, coalesce(d.role, 'original') AS role,
           t.topic, t.model AS placed_by, t.content_hash AS placed, t.step_version
    FROM posts p LEFT JOIN clean c USING (post_id) LEFT JOIN "language" l USING (post_id)
    LEFT JOIN duplicates d USING (post_id) LEFT JOIN topics t USING (post_id)
    WHERE p.content_hash IN (SELECT content_hash FROM embeddings) ORDER BY p.content_hash, p.post_id
"""


def update(store, params, refit: bool = False) -> int:
    """Give every new or edited post with an embedding its topic, and return how many those were.

    ``refit`` fits the model anew now; otherwise that happens when the posts have grown by a fifth. Another
    ``topics_far`` only moves how far from every topic a post may be, and places all posts again.
    """
    posts = store.sql(_POSTS)
    name, model = load(store)
    moved = model is not None and model.far != params.topics_far / 100 and len(posts) > 0
    if moved:
        model, posts = _moved(store, posts, model, params), posts.assign(placed_by=None)
    pending = _pending(posts, name)
    if posts.empty or not (refit or pending.any()):
        return 0
    new = int((~_known(posts)).sum())
    if refit or model is None or _outgrown(posts, model):
        name, model = _refit(store, posts, params)
        pending = _pending(posts, name)
    placed = _placed(store, posts[pending], model)
    if _strange(placed, posts, model, params):
        name, model = _refit(store, posts, params)
        placed = _placed(store, posts, model)
    store.merge(TABLE, placed.assign(model=name, step_version=VERSION))
    if moved:
        save(store, model)  # last, so that a run that was cut off before places them again
    _count(store, name)
    return new


def load(store) -> tuple[str, TopicModel | None]:
    """Return (name, model) of the stored topic model, or ("", None) before the first fit."""
    rows = store.read("topic_model")
    facts = rows[rows["part"] == "facts"]
    if facts.empty:
        return "", None
    latest = max(facts.itertuples(), key=lambda row: (row.vector[0], row.model))
    rows = rows[rows["model"] == latest.model]
    parts = {part: rows[rows["part"] == part] for part in ("mean", "shift", "axis", "centre")}
    stacked = {part: matrix(frame["vector"]) for part, frame in parts.items()}
    shifts = dict(zip(parts["shift"]["name"], stacked["shift"], strict=True))
    return latest.model, TopicModel(
        stacked["mean"][0],
        shifts,
        stacked["axis"],
        stacked["centre"],
        tuple(parts["centre"]["name"].astype(int)),
        *_facts(latest.vector),
    )


def _facts(vector) -> tuple[float, int, int, float]:
    far = round(float(vector[4]), 4) if len(vector) > 4 else FAR  # older models have four
    return round(float(vector[1]), 4), int(vector[2]), int(vector[3]), far


def save(store, model: TopicModel) -> str:
    """Store the model in place of the one before, and return its name."""
    name = "topics-" + blake2b(model.centres.tobytes() + repr(model.ids).encode(), digest_size=4).hexdigest()
    stored = store.read("topic_model")
    before = stored.loc[stored["part"] == "facts", "vector"]
    turn = 1 + max((vector[0] for vector in before), default=0)
    rows = [
        ("facts", "", [turn, model.floor, model.fitted, model.founded, model.far]),
        ("mean", "", model.mean),
    ]
    rows += [("shift", group, vector) for group, vector in model.shifts.items()]
    rows += [("axis", f"{at:03}", vector) for at, vector in enumerate(model.axes)]
    rows += [
        ("centre", f"{topic:05}", vector)
        for topic, vector in sorted(zip(model.ids, model.centres, strict=True), key=lambda pair: pair[0])
    ]
    frame = pd.DataFrame(rows, columns=["part", "name", "vector"])
    frame["vector"] = [np.asarray(vector, np.float32) for vector in frame["vector"]]
    store.merge("topic_model", frame.assign(model=name))
    store.delete("topic_model", f"model <> '{name}'")
    return name


def _pending(posts: pd.DataFrame, name: str) -> pd.Series:
    return ~_known(posts) | (posts["placed_by"] != name).fillna(True).astype(bool)


def _known(posts: pd.DataFrame) -> pd.Series:
    """Say which posts have a topic, in their present text and by this version of the step."""
    same = (posts["placed"] == posts["content_hash"]) & (posts["step_version"] == VERSION)
    return same.fillna(False).astype(bool)


def _telling(posts: pd.DataFrame) -> pd.Series:
    """Say which posts may shape topics: originals of at least three words."""
    return (posts["role"] == "original") & (posts["words"] >= 3)


def _outgrown(posts: pd.DataFrame, model: TopicModel) -> bool:
    return int(_telling(posts).sum()) >= (1 + GROWTH) * max(model.fitted, 1)


def _strange(placed: pd.DataFrame, posts: pd.DataFrame, model: TopicModel, params) -> bool:
    """Say whether so many new originals are without topic that they may be a topic of their own."""
    if len(placed) == len(posts) or not model.ids:
        return False
    telling = set(posts.loc[_telling(posts), "post_id"])
    lost = placed.loc[placed["post_id"].isin(telling), "topic"] == NO_TOPIC
    return int(lost.sum()) >= params.topics_min_posts and lost.mean() >= 4 * max(model.far, LEAST)


def _groups(posts: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(zip("brand:" + posts["brand"].fillna(""), "lang:" + posts["lang"].fillna(""), strict=True))


def _vectors(store, posts: pd.DataFrame) -> np.ndarray:
    wanted = posts["content_hash"].unique()
    stored = pd.concat(
        [
            store.sql(
                "SELECT content_hash, vector FROM embeddings WHERE content_hash IN "
                f"{listed(wanted[at : at + SAMPLE])}"
            )
            for at in range(0, len(wanted), SAMPLE)
        ]
    )
    rows = pd.Index(stored["content_hash"]).get_indexer(posts["content_hash"])
    return matrix(stored["vector"])[rows]


def _placed(store, posts: pd.DataFrame, model: TopicModel) -> pd.DataFrame:
    """Return post_id, week, content_hash, topic and similarity of these posts, worked out week by week."""
    parts = []
    for _, part in posts.groupby("week"):
        topic, alike = model.assign(_vectors(store, part), _groups(part))
        topic = np.where(part["words"] > 0, topic, NO_TOPIC)
        parts.append(
            part[["post_id", "week", "content_hash"]].assign(topic=topic, similarity=np.round(alike, 6))
        )
    columns = ["post_id", "week", "content_hash", "topic", "similarity"]
    return (
        pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    )  # none where a fit found the same model again


def _moved(store, posts: pd.DataFrame, model: TopicModel, params) -> TopicModel:
    """Return the model with the floor that leaves ``topics_far`` percent of the originals without a topic."""
    sample = posts[_telling(posts)].head(SAMPLE)
    return (
        model.leaving(params.topics_far / 100, _vectors(store, sample), _groups(sample))
        if len(sample)
        else model
    )


def _refit(store, posts: pd.DataFrame, params) -> tuple[str, TopicModel]:
    """Fit a model on the originals, number and name its topics, store it, and return (name, model)."""
    telling = posts[_telling(posts)]
    # Sorted by content hash, the first posts are a random sample that does not depend on the order of import.
    sample = telling.head(SAMPLE)
    vectors, groups = _vectors(store, sample), _groups(sample)
    smallest = max(params.topics_min_posts, len(sample) // 200)
    before = sample["topic"].fillna(NO_TOPIC).astype(int).to_numpy()
    last = load(store)[1]
    grown = last is None or len(telling) >= AFRESH * max(last.founded, 1)
    model = fit(vectors, groups, smallest, params.seed, None if grown else before, params.topics_far / 100)
    topics, _ = model.assign(vectors, groups)
    ids, events = lineage.compare(before, topics, len(model.ids), _ever(store))
    model = model.numbered(ids, len(telling), len(telling) if grown else last.founded)
    topics = np.where(topics < 0, NO_TOPIC, np.array([*ids, NO_TOPIC])[topics])
    names = _names(store, sample, topics, vectors, params) if ids else []
    name = save(store, model)
    called = _named(store) | {row["topic"]: row["name"] for row in names}
    store.merge("topic_ledger", events.assign(name=events["topic"].map(called), model=name, at=now()))
    if names:
        store.merge("topic_names", pd.DataFrame(names).assign(posts=0, first_week="", model=name))
    return name, model


def _ever(store) -> int:
    """Return the first topic number that was never used."""
    used = store.read("topic_ledger")["topic"]
    return 1 + int(used.max()) if len(used) else 0


def _named(store) -> dict[int, str]:
    """Return the name of every stored topic by its number."""
    return store.read("topic_names").set_index("topic")["name"].to_dict()


def _names(store, sample: pd.DataFrame, topics: np.ndarray, vectors: np.ndarray, params) -> list[dict]:
    """Return topic, name and terms of every topic; a topic that was there before keeps its name."""
    texts = store.sql(f"SELECT post_id, text FROM posts WHERE post_id IN {listed(sample['post_id'])}")
    bare = [words.bare(text) for text in texts.set_index("post_id")["text"].reindex(sample["post_id"])]
    ignore = words.ignored([*params.brands, params.brand], params.handles)
    found = words.weigh(bare, topics, ignore)
    before = _named(store)
    taken = {before[topic] for topic in found if topic in before}
    rows = []
    for topic, terms in found.items():
        name = before.get(topic) or words.name(terms, taken)
        taken.add(name)
        rows.append({"topic": topic, "name": name, "terms": json.dumps(terms, ensure_ascii=False)})
    return rows


def _count(store, model: str) -> None:
    """Bring the number of posts and the first week of each topic up to date, and drop topics that ended."""
    counted = store.sql("SELECT topic, count(*) AS posts, min(week) AS first_week FROM topics GROUP BY topic")
    names = store.read("topic_names").drop(columns=["posts", "first_week"])
    current = names[names["model"] == model].merge(counted, on="topic", how="inner")
    if len(current):
        store.merge("topic_names", current)
    if store.version("topic_names") is not None:
        store.delete("topic_names", f"model <> '{model}'")


STEP = Step(
    name="topics",
    needs=("clean", "language", "duplicates", "embeddings"),
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace.store, workspace.params),
    whole=True,
)

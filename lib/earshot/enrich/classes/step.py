"""Classes in the posts: the intents that ship and what each champion
of classifiers.yml says, in table ``classes``.

A post has one row per label that is said of it, and one row with an empty label where none is. ``routes`` is
true only where the label showed the precision that was promised of it. ``open`` counts the classes that
cannot be ruled out: of all classes where they exclude each other; of yes and no where they may overlap and
the label is said; and in a row with an empty label, the labels that may hold all the same, 0 where every one
is ruled out.
"""

import numpy as np
import pandas as pd

from earshot.collect.landing import landing
from earshot.core.literals import quoted
from earshot.core.workspace import Workspace
from earshot.enrich.classes import intent_settings, intents, training
from earshot.enrich.classes.classifier import look_for
from earshot.enrich.classes.training import YES, Trained
from earshot.enrich.classes.views import Texts
from earshot.enrich.embeddings.step import MODEL, matrix
from earshot.enrich.pipeline.declaration import Step
from earshot.enrich.sentiment.step import version as sentiment_version

TABLE = "classes"
VERSION = "3"
PART = 5_000  # posts per commit
PART_OF_INTENTS = 50_000  # these are read by the ten thousand a second


def update(workspace: Workspace) -> int:
    """Bring ``classes`` up to date with posts, intents.yml and classifiers.yml;
    return how many readings are new.
    """
    store, champions, meant = workspace.store, training.champions(workspace), intent_settings.of(workspace)
    if store.version("posts") is None:
        return 0
    current = {name: _version(version) for name, version in champions.items()}
    current[intents.SHIPPED] = _version_of_intents(workspace, meant)
    kept = " OR ".join(
        f"(classifier = {quoted(name)} AND step_version = {quoted(version)})"
        for name, version in current.items()
    )
    if store.version(TABLE) is not None:
        store.delete(TABLE, f"NOT ({kept})")
    read = _read_intents(workspace, meant, current[intents.SHIPPED])
    return read + sum(_read_all(workspace, name, version) for name, version in champions.items())


def _version_of_intents(workspace: Workspace, meant: list[intents.Intent]) -> str:
    """Return what a reading of intents must carry to be current:
    the wordings, and the sentiment they lean on.
    """
    return f"{intents.VERSION}:{sentiment_version(workspace.params)}:{intents.identify(meant)}"


def _read_intents(workspace: Workspace, meant: list[intents.Intent], version: str) -> int:
    """Read the intents of the posts whose present text they were not read of."""
    store, done = workspace.store, 0
    while True:
        part = store.sql(f"""SELECT p.post_id, p.week, p.content_hash, c.clean_text, l.lang, t.label AS
            feeling,
            s.post_id IS NOT NULL AS seen FROM posts p JOIN clean c USING (post_id)
            LEFT JOIN "language" l USING (post_id) LEFT JOIN sentiment t USING (post_id)
            LEFT JOIN (SELECT DISTINCT post_id, content_hash FROM {TABLE}
            WHERE classifier = {quoted(intents.SHIPPED)}) s USING (post_id)
            WHERE s.post_id IS NULL OR s.content_hash <> p.content_hash
            ORDER BY p.week, p.post_id LIMIT {PART_OF_INTENTS}""")
        if part.empty:
            return done
        _forget(store, part, intents.SHIPPED)
        store.merge(TABLE, intents.add(part, meant).assign(step_version=version))
        done += len(part)


def _forget(store, part: pd.DataFrame, name: str) -> None:
    """Delete what a classifier said of posts that have changed since."""
    again = part.loc[part["seen"].astype(bool), "post_id"]
    if len(again):
        landing.delete(store, TABLE, "post_id", again, f"classifier = {quoted(name)}")


def _read_all(workspace: Workspace, name: str, version: str) -> int:
    """Let one classifier read the posts that it has not read in their present text."""
    store, done, trained = workspace.store, 0, None
    while True:
        part = store.sql(f"""SELECT p.post_id, p.week, p.content_hash, p.text, e.vector, s.post_id IS NOT NULL
            AS seen
            FROM posts p LEFT JOIN embeddings e ON e.content_hash = p.content_hash AND e.model =
            {quoted(MODEL)}
            LEFT JOIN (SELECT DISTINCT post_id, content_hash FROM {TABLE}
            WHERE classifier = {quoted(name)}) s ON s.post_id = p.post_id
            WHERE s.post_id IS NULL OR s.content_hash <> p.content_hash
            ORDER BY p.week, p.post_id LIMIT {PART}""")
        if part.empty:
            return done
        trained = trained or training.load(workspace, name, version)
        _forget(store, part, name)
        store.merge(TABLE, add(part, name, trained).assign(step_version=_version(version)))
        done += len(part)


def add(posts: pd.DataFrame, name: str, trained: Trained) -> pd.DataFrame:
    """Return the columns of ``classes`` for posts with post_id,
    week, content_hash, text and, if known, vector.
    """
    texts, known = posts["text"].tolist(), "vector" in posts and posts["vector"].notna().all()
    seen = look_for(trained.models.values(), texts, matrix(posts["vector"]) if known else None)
    rows = _overlapping(texts, seen, trained) if trained.overlap else _exclusive(texts, seen, trained)
    found = posts[["post_id", "week", "content_hash"]].iloc[rows["place"].to_numpy()].reset_index(drop=True)
    return pd.concat([found, rows.drop(columns="place")], axis=1).assign(classifier=name)


def _exclusive(texts: list[str], seen: Texts, trained: Trained) -> pd.DataFrame:
    """Return one row per text: the class said, its probability,
    whether it routes, and how many classes are open.
    """
    read, places = trained.models[""].read(texts, seen), np.arange(len(texts))
    routes = [
        _routes(trained, label, p)
        for label, p in zip(read.labels, read.tested[places, read.said], strict=True)
    ]
    return pd.DataFrame(
        {
            "place": places,
            "label": read.labels,
            "probability": read.confidence,
            "routes": routes,
            "open": read.possible().sum(axis=1),
        }
    )


def _overlapping(texts: list[str], seen: Texts, trained: Trained) -> pd.DataFrame:
    """Return a row per text and label that is said of it, and one with an empty label where none is."""
    parts, places, spoken = [], np.arange(len(texts)), np.zeros(len(texts), bool)
    open_ = np.zeros(len(texts), int)
    for label, model in trained.models.items():
        read, yes = model.read(texts, seen), model.classes.index(YES)
        possible, said = read.possible(), read.probabilities[:, yes] >= trained.rules[label].threshold
        routes = [_routes(trained, label, p) for p in read.tested[said, yes]]
        parts.append(
            pd.DataFrame(
                {
                    "place": places[said],
                    "label": label,
                    "probability": read.probabilities[said, yes],
                    "routes": routes,
                    "open": possible[said].sum(axis=1),
                }
            )
        )
        spoken |= said
        open_ += possible[:, yes]
    none = pd.DataFrame(
        {"place": places[~spoken], "label": "", "probability": 0.0, "routes": False, "open": open_[~spoken]}
    )
    return pd.concat([*parts, none], ignore_index=True).astype({"routes": "bool"})


def left_open(rows: pd.DataFrame) -> pd.Series:
    """Say of rows of ``classes`` which a person has to decide:
    more than one class is possible, or a label may hold.
    """
    return rows["open"].gt(0).where(rows["label"].eq(""), rows["open"].ne(1))


def _routes(trained: Trained, label: str, probability: float) -> bool:
    """Say whether a label may route work at this probability."""
    threshold = trained.rules[label].route
    return threshold is not None and bool(probability >= threshold)


def _version(version: str) -> str:
    return f"{VERSION}:{version}"


def trained_version(step_version: str) -> str:
    """Return the version of the classifier that wrote a row."""
    return step_version.split(":")[-1]


STEP = Step(
    name="classes",
    needs=("clean", "language", "embeddings", "sentiment"),
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace),
)

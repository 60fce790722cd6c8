"""All that is added to each post, in order, for the posts that are new or changed or whose step is newer.

Every finished part is one commit, so a run that is stopped continues where it was; a run with nothing to do
reads only the versions. The parts of a step are spread over the cores, or over the Dask cluster that the
parameters name.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module

import pandas as pd

from earshot.core.literals import listed, quoted
from earshot.core.params import Brief, ParamError, nearest
from earshot.core.spread import spread
from earshot.core.store import Store
from earshot.core.workspace import Workspace

ORDER = (
    "clean",
    "language",
    "duplicates",
    "authenticity",
    "embeddings",
    "relevance",
    "set_aside",
    "sentiment",
    "targets",
    "classes",
    "topics",
    "geography",
    "engagement",
    "campaigns",
    "queries",
)
FROM_TEXT = ("clean", "language")  # need nothing but the post itself, so that they can be added as it arrives
PART = 20_000  # posts per part and commit; fewer than this are not worth a second process
ROOMS = {"set_aside": "earshot.enrich.set_aside"} | {
    name: f"earshot.enrich.{name}" for name in ("engagement", "campaigns", "queries")
}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class StepReport:
    """What one step did: its name, how many posts (texts for embeddings) were new to it, and the seconds it
    took.
    """

    step: str
    new: int
    seconds: float


def update(
    workspace: Workspace, progress: Progress | None = None, until: str | None = None
) -> list[StepReport]:
    """Bring every step up to date and return one report per step, in order.

    ``progress`` is called with (step, done, all); ``until`` names the last step to run. Raises ParamError for
    a step that does not exist or a model that cannot be used.
    """
    if until is not None and until not in ORDER:
        raise ParamError(
            f"There is no step {until!r}; the steps are {', '.join(ORDER)}.{nearest(until, ORDER)}"
        )
    reports = []
    for step in ORDER[: ORDER.index(until) + 1] if until else ORDER:
        begun = time.monotonic()
        new = run(step, workspace, partial(progress, step) if progress else None)
        reports.append(StepReport(step, new, time.monotonic() - begun))
    return reports


def run(step: str, workspace: Workspace, progress: Callable[[int, int], None] | None = None) -> int:
    """Bring one step up to date and return how many posts (texts for embeddings) were new to it."""
    store, params = workspace.store, workspace.params
    if step in _INPUTS:
        return _run_by_part(step, store, params, progress)
    module = import_module(ROOMS.get(step, f"earshot.enrich.{step}.step"))
    needs = {
        "duplicates": (store,),
        "embeddings": (store, params.embedding_model, progress),
        "topics": (store, params),
    }
    return module.update(*needs.get(step, (workspace,)))


def _run_by_part(step: str, store: Store, params: Brief, progress: Callable[[int, int], None] | None) -> int:
    from earshot.enrich.sentiment import phrase_tests


    pending = _pending(step, store, params)
    total, done = int(pending["posts"].sum()), 0
    if step == "sentiment" and total and params.phrases:
        phrase_tests.check(params.phrases, params.sentiment_model)
    for parts in _waves(pending):
        work = partial(enrich_part, step, store.root, params)
        done += sum(spread(work, parts, params.cluster))
        if progress:
            progress(done, total)
    return total


def enrich_part(step: str, root: str, params: Brief, weeks: list[str]) -> int:
    """Add ``step`` to the posts of these weeks that lack it, in commits of ``PART`` posts, and return how
    many.
    """
    store = Store(root)
    posts = store.sql(
        f"{_INPUTS[step]} WHERE p.week IN {listed(weeks)} AND ({_lacking(step, params)}) ORDER BY p.post_id"
    )
    for start in range(0, len(posts), PART):
        enrich_posts(step, store, params, posts.iloc[start : start + PART])
    return len(posts)


def enrich_posts(step: str, store: Store, params: Brief, posts: pd.DataFrame) -> None:
    """Add ``step`` to these posts (with the columns of its input) in one commit; for FROM_TEXT, those of a
    post.
    """
    added = _added(step, posts, params)
    store.merge(step, added.assign(week=posts["week"].to_numpy(), step_version=version(step, params)))


def version(step: str, params: Brief) -> str:
    """Return what a row of ``step`` must carry to be current: the version of the code, and of the model it
    uses.
    """
    from earshot.enrich.language import step as language
    from earshot.enrich.sentiment import phrases
    from earshot.enrich.sentiment import step as sentiment
    from earshot.enrich.text import step as text

    if step == "sentiment":
        own = [phrases.identify(params.phrases), ",".join(sorted(params.sentiment_languages))]
        return ":".join([sentiment.VERSION, sentiment.identify(params.sentiment_model), *filter(None, own)])
    if (
        step == "language" and params.languages
    ):  # what is listened for is likelier, so it is part of the version
        return f"{language.VERSION}:{','.join(sorted(params.languages))}"
    return {"clean": text.VERSION, "language": language.VERSION}[step]


def _added(step: str, part: pd.DataFrame, params: Brief) -> pd.DataFrame:
    from earshot.enrich.language import step as language
    from earshot.enrich.sentiment import step as sentiment
    from earshot.enrich.text import step as text

    if step == "sentiment":
        return sentiment.add(part, params.sentiment_model, params.phrases, params.sentiment_languages)
    return text.add(part) if step == "clean" else language.add(part, tuple(params.languages))


_INPUTS = {
    "clean": "SELECT p.post_id, p.content_hash, p.week, p.text, p.media_text FROM posts p "
    "LEFT JOIN clean s USING (post_id)",
    "language": 'SELECT p.post_id, p.content_hash, p.week, p.text FROM posts p LEFT JOIN "language" s USING '
    "(post_id)",
    "sentiment": "SELECT p.post_id, p.content_hash, p.week, p.clean_text, l.lang, e.vector, e.model AS "
    "embedding_model "
    'FROM clean p LEFT JOIN sentiment s USING (post_id) LEFT JOIN "language" l USING (post_id) '
    "LEFT JOIN embeddings e ON e.content_hash = p.content_hash",
}


def _lacking(step: str, params: Brief) -> str:
    return (
        f"s.post_id IS NULL OR s.content_hash <> p.content_hash OR s.step_version <> "
        f"{quoted(version(step, params))}"
    )


def _pending(step: str, store: Store, params: Brief) -> pd.DataFrame:
    """Return week and number of posts that lack the step, oldest week first."""
    base = "clean" if step == "sentiment" else "posts"
    return store.sql(
        f'SELECT p.week, count(*) AS posts FROM {base} p LEFT JOIN "{step}" s USING (post_id) '
        f"WHERE {_lacking(step, params)} GROUP BY p.week ORDER BY p.week"
    )


def _waves(pending: pd.DataFrame, width: int = 8) -> Iterator[list[list[str]]]:
    """Group the weeks into parts of about ``PART`` posts, and hand out ``width`` parts at a time to show
    progress.
    """
    parts: list[list[str]] = []
    filled = PART
    for week, posts in pending.itertuples(index=False, name=None):
        if filled + posts > PART:
            parts.append([])
            filled = 0
        parts[-1].append(week)
        filled += posts
    for start in range(0, len(parts), width):
        yield parts[start : start + width]

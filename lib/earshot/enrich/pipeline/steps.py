"""All that is added to each post, in order, for the posts that are new or changed or whose step is newer.

Every finished part is one commit, so a run that is stopped continues where it was; a run with nothing to do
reads only the versions. The parts of a step are spread over the cores, or over the Dask cluster that the
parameters name. A new step is a room of ``enrich`` whose ``step.py`` declares a ``STEP``.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path

import pandas as pd

from earshot.core.literals import listed, quoted
from earshot.core.params import Brief, ParamError, nearest
from earshot.core.spread import spread
from earshot.core.store import Store
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline.declaration import PostStep, Progress, Step

ROOMS = Path(__file__).resolve().parents[1]
PART = 20_000  # posts per part and commit; fewer than this are not worth a second process


@dataclass(frozen=True)
class StepReport:
    """What one step did: its name, how many posts (texts for embeddings) were new to it, and the seconds."""

    step: str
    new: int
    seconds: float


@cache
def declared() -> dict[str, Step]:
    """Return the steps that the rooms declare, by name, in the order in which they run."""
    found = [import_module(f"earshot.enrich.{path.parent.name}.step") for path in ROOMS.glob("*/step.py")]
    return {step.name: step for step in arrange([module.STEP for module in found])}


def arrange(steps: Iterable[Step]) -> list[Step]:
    """Return steps in an order in which each follows all that it needs; of several, the most awaited first.

    Raises ValueError when a step needs one that is not there, or one that waits for it in turn.

    >>> from earshot.enrich.pipeline.declaration import Step
    >>> made = [Step(name=name, needs=needs, version=str) for name, needs in
    ...         {"topics": ("clean",), "campaigns": (), "clean": ()}.items()]
    >>> [step.name for step in arrange(made)]
    ['clean', 'campaigns', 'topics']
    """
    left = {step.name: step for step in steps}
    awaited = {name: len(_waiting(name, left)) for name in left}
    order: list[Step] = []
    while left:
        done = {step.name for step in order}
        ready = [name for name, step in left.items() if done.issuperset(step.needs)]
        if not ready:
            raise ValueError(
                f"No step of {', '.join(sorted(left))} can run before the others; see their needs."
            )
        order.append(left.pop(min(ready, key=lambda name: (-awaited[name], name))))
    return order


def _waiting(name: str, steps: dict[str, Step]) -> set[str]:
    """Return the steps that need this one, at first or second hand."""
    found: set[str] = set()
    following = {name}
    while following:
        following = {step.name for step in steps.values() if following & set(step.needs)} - found
        found |= following
    return found


def names() -> tuple[str, ...]:
    """Return the names of the steps in the order in which they run."""
    return tuple(declared())


def find(name: str) -> Step:
    """Return the step of this name; raises ParamError, with the names there are, when there is none."""
    if name not in names():
        known = ", ".join(names())
        raise ParamError(f"There is no step {name!r}; the steps are {known}.{nearest(name, names())}")
    return declared()[name]


def update(
    workspace: Workspace,
    progress: Callable[[str, int, int], None] | None = None,
    until: str | None = None,
    only: tuple[str, ...] | None = None,
) -> list[StepReport]:
    """Bring every step up to date and return one report per step, in order.

    ``progress`` is called with (step, done, all); ``until`` names the last step to run, ``only`` those to
    run. Raises ParamError for a step that does not exist or a model that cannot be used.
    """
    last = names().index(find(until).name) + 1 if until else None
    reports = []
    for step in names()[:last]:
        if only is not None and step not in only:
            continue
        begun = time.monotonic()
        new = run(step, workspace, partial(progress, step) if progress else None)
        reports.append(StepReport(step, new, time.monotonic() - begun))
    return reports


def run(name: str, workspace: Workspace, progress: Progress | None = None) -> int:
    """Bring one step up to date and return how many posts (texts for embeddings) were new to it."""
    step = find(name)
    if isinstance(step, PostStep):
        return _run_by_part(step, workspace.store, workspace.params, progress)
    return step.update(workspace, progress)


def _run_by_part(step: PostStep, store: Store, params: Brief, progress: Progress | None) -> int:
    pending = _pending(step, store, params)
    total, done = int(pending["posts"].sum()), 0
    if total:
        step.check(params)
    for parts in divide(pending, PART):
        work = partial(enrich_part, step.name, store.root, params, PART)
        done += sum(spread(work, parts, params.cluster))
        if progress:
            progress(done, total)
    return total


def enrich_part(name: str, root: str, params: Brief, size: int, weeks: list[str]) -> int:
    """Add a step to the posts of these weeks that lack it, in commits of ``size`` posts; return how many."""
    store, step = Store(root), find(name)
    posts = store.sql(
        f"{step.rows} WHERE p.week IN {listed(weeks)} AND ({_lacking(step, params)}) ORDER BY p.post_id"
    )
    for start in range(0, len(posts), size):
        enrich_posts(step, store, params, posts.iloc[start : start + size])
    return len(posts)


def enrich_posts(step: PostStep, store: Store, params: Brief, posts: pd.DataFrame) -> None:
    """Add a step to these posts (with the columns of its input) in one commit."""
    added = step.add(posts, params)
    store.merge(step.name, added.assign(week=posts["week"].to_numpy(), step_version=step.version(params)))


def at_arrival(name: str) -> bool:
    """Say whether a step needs nothing but the post itself, so that it can be added as the post arrives."""
    step = find(name)
    return isinstance(step, PostStep) and not step.needs and step.base == "posts"


def _lacking(step: Step, params: Brief) -> str:
    version = quoted(step.version(params))
    return f"s.post_id IS NULL OR s.content_hash <> p.content_hash OR s.step_version <> {version}"


def _pending(step: PostStep, store: Store, params: Brief) -> pd.DataFrame:
    """Return week and number of posts that lack the step, oldest week first."""
    return store.sql(
        f'SELECT p.week, count(*) AS posts FROM {step.base} p LEFT JOIN "{step.name}" s USING (post_id) '
        f"WHERE {_lacking(step, params)} GROUP BY p.week ORDER BY p.week"
    )


def divide(pending: pd.DataFrame, size: int, width: int = 8) -> Iterator[list[list[str]]]:
    """Group weeks (columns week, posts) into parts of about ``size`` posts, ``width`` parts at a time."""
    parts: list[list[str]] = []
    filled = size
    for week, posts in pending.itertuples(index=False, name=None):
        if filled + posts > size:
            parts.append([])
            filled = 0
        parts[-1].append(week)
        filled += posts
    for start in range(0, len(parts), width):
        yield parts[start : start + width]

"""What each enrichment step costs on this machine, measured on the workspace's own posts.

A sample of the posts is enriched in a store of its own, in three rounds: the first few posts show what a step
needs to start (models, lists), the next few what a batch costs however small it is, the many after them how
fast it goes on.
"""

import json
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from earshot.core import clock
from earshot.core.params import ParamError
from earshot.core.tables import TABLES
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline import steps

FEW, MANY = 200, 3000
LEAST = 1000


@dataclass(frozen=True)
class Cost:
    """What one step costs: seconds to start, seconds for each batch,
    posts per second beyond that, bytes per post.
    """

    step: str
    startup: float
    fixed: float
    rate: float
    bytes: float


@dataclass(frozen=True)
class Costs:
    """The costs of storing a post ("store") and of every step,
    on how many posts and when they were measured.
    """

    posts: int
    at: str
    steps: tuple[Cost, ...]

    def of(self, step: str) -> Cost:
        """Return the cost of one step; raises ParamError when it was not measured."""
        found = next((cost for cost in self.steps if cost.step == step), None)
        if found is None:
            raise ParamError(f"The cost of the step {step!r} was not measured; run the plan with --measure.")
        return found


def measure(workspace: Workspace, many: int = MANY) -> Costs:
    """Measure every step on up to ``many`` of the workspace's newest posts, keep the result and return it.

    Raises ParamError when there are fewer than 1,000 posts.
    """
    sample = _sample(workspace, 2 * FEW + many)
    if len(sample) < LEAST:
        raise ParamError(
            f"{workspace.name} has {len(sample):,} posts and a step is measured on {LEAST:,} or "
            "more; import some first."
        )
    with tempfile.TemporaryDirectory() as folder:
        space = replace(
            workspace, params=workspace.params.model_copy(update={"store": folder, "cluster": ""})
        )
        parts = (sample.iloc[:FEW], sample.iloc[FEW : 2 * FEW], sample.iloc[2 * FEW :])
        first, second, third = (_round(space, part) for part in parts)
        sizes = {name: _size(Path(folder) / name) / len(sample) for name in TABLES}
    more, costs = len(sample) - 3 * FEW, []
    for name in first:
        # At least a tenth of the third round is taken as work: with the noise of a busy machine it may look
        # like
        # none.
        rate = more / max(third[name] - second[name], third[name] / 10, 1e-4)
        stored = sizes["raw"] + sizes["posts"] if name == "store" else sizes.get(name, 0.0)
        costs.append(
            Cost(
                name, max(0.0, first[name] - second[name]), max(0.0, second[name] - FEW / rate), rate, stored
            )
        )
    return _keep(workspace, Costs(len(sample), clock.now().isoformat(), tuple(costs)))


def _keep(workspace: Workspace, found: Costs) -> Costs:
    _place(workspace).parent.mkdir(parents=True, exist_ok=True)
    _place(workspace).write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")
    return found


def note(workspace: Workspace, reports: list[steps.StepReport]) -> None:
    """Keep what a first enrichment of 1,000 posts or more took, where the costs were never measured.

    It cannot tell what a batch costs however small it is; a step that compares a post with others is counted
    whole.
    """
    took, count = {report.step: report for report in reports}, len(workspace.store.read("posts", ["post_id"]))
    if set(took) != set(steps.names()) or count < LEAST or took["clean"].new < count or known(workspace):
        return
    size = {
        name: _size(Path(workspace.store.root) / name) / count for name in ("raw", "posts", *steps.names())
    }
    costs = [_stored(workspace, size["raw"] + size["posts"])]
    for step in steps.names():
        seconds = max(took[step].seconds, 1e-4)
        costs.append(Cost(step, 0.0, seconds if steps.find(step).whole else 0.0, count / seconds, size[step]))
    _keep(workspace, Costs(count, clock.now().isoformat(), tuple(costs)))


def _stored(workspace: Workspace, size: float) -> Cost:
    """Return what it costs to store a post, timed on a sample in a store of its own."""
    sample = _sample(workspace, LEAST)
    with tempfile.TemporaryDirectory() as folder:
        space = replace(
            workspace, params=workspace.params.model_copy(update={"store": folder, "cluster": ""})
        )
        return Cost("store", 0.0, 0.0, len(sample) / max(_land(space, sample), 1e-4), size)


def known(workspace: Workspace) -> Costs | None:
    """Return the costs that were measured last, or None when that never was, or not for today's steps.

    A notebook of a report reads them among the settings that its run keeps.
    """
    kept = workspace.folder / _place(workspace).name
    try:
        values = json.loads((kept if kept.is_file() else _place(workspace)).read_text(encoding="utf-8"))
        found = Costs(values["posts"], values["at"], tuple(Cost(**cost) for cost in values["steps"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return found if {cost.step for cost in found.steps} == {"store", *steps.names()} else None


def _round(space: Workspace, rows: pd.DataFrame) -> dict[str, float]:
    """Land rows in the store of the measurement and run every step; return the seconds of each."""
    return {"store": _land(space, rows)} | {report.step: report.seconds for report in steps.update(space)}


def _land(space: Workspace, rows: pd.DataFrame) -> float:
    """Land rows in the store of the measurement and return the seconds it took."""
    from earshot.collect.landing.landing import Landing
    from earshot.collect.mapping.mapping import Source
    from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

    names = {
        name: name
        for name in ("id", "text", "created_at", "author", "platform", "brand", "likes", "followers")
    }
    begun = time.monotonic()
    Landing(space, Source("costs", names), "costs", clock.now(), Pseudonyms()).land(rows, [])
    return time.monotonic() - begun


def _sample(workspace: Workspace, count: int) -> pd.DataFrame:
    found = workspace.store.sql(
        "SELECT post_id AS id, platform, brand, author, text, created_at, likes, followers "
        f"FROM posts ORDER BY created_at DESC, post_id LIMIT {count}"
    )
    return found.assign(created_at=found["created_at"].astype("str")).astype({"id": "str", "text": "str"})


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def _place(workspace: Workspace) -> Path:
    return workspace.data / "cache" / "costs.json"

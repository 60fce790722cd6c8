"""What a step of the pipeline is: each room of ``enrich`` declares its own as ``STEP`` in its ``step.py``."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from earshot.core.params import Brief
from earshot.core.workspace import Workspace

Progress = Callable[[int, int], None]


def nothing_to_check(params: Brief) -> None:
    """Check nothing, since the parameters of most steps are checked when they are read."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: its name, the steps whose rows it reads (``needs``), and the ``version`` of what it writes.

    ``update(workspace, progress)`` brings it up to date and returns how many posts were new to it.
    ``whole`` says that it compares a post with others, so that it gets dearer as they grow.
    """

    name: str
    needs: tuple[str, ...] = ()
    version: Callable[[Brief], str]
    update: Callable[[Workspace, Progress | None], int] | None = None
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class PostStep(Step):
    """A step that reads each post alone, so that the pipeline can spread it and add it as posts arrive.

    ``rows`` is the SQL of its input: week and all that ``add(posts, params)`` reads, from the table ``base``
    as ``p`` with the step's own rows joined as ``s``. ``check(params)`` raises ParamError before anything is
    added.
    """

    rows: str
    add: Callable[[pd.DataFrame, Brief], pd.DataFrame]
    base: str = "posts"
    check: Callable[[Brief], None] = nothing_to_check

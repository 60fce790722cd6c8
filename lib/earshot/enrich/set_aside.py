"""The step that hides posts: the workspace's filters, once language, authenticity and relevance are known."""

from earshot.collect import set_aside
from earshot.core.workspace import Workspace

TABLE = "set_aside"


def update(workspace: Workspace) -> int:
    """Apply the filters and return how many posts are newly hidden; raises ParamError when it is wrong."""
    return set_aside.apply(workspace)

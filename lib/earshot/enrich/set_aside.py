"""The step that hides posts: the workspace's filters, once language, authenticity and relevance are known."""

from earshot.core.workspace import Workspace
from earshot.enrich.filters import step as set_aside

TABLE = "set_aside"


def update(workspace: Workspace) -> int:
    """Apply the filters and return how many posts are newly hidden; raises ParamError when it is wrong."""
    return set_aside.apply(workspace)

"""The step that hides posts: the filters of the workspace, applied once authenticity and language are known."""

from earshot.collect import set_aside
from earshot.core.workspace import Workspace

TABLE = "set_aside"


def update(workspace: Workspace) -> int:
    """Apply filters.yml and return how many posts are newly hidden; raises ParamError when it is wrong."""
    return set_aside.apply(workspace)

"""The campaign of each post, as a step: what collect.campaign_links finds in links and hashtags, written into posts."""

from earshot.collect import campaign_links
from earshot.core.workspace import Workspace

TABLE = "posts"
VERSION = "1"


def update(workspace: Workspace) -> int:
    """Write the campaign of every post that has none and shows one, and return how many gained it."""
    return campaign_links.update(workspace)

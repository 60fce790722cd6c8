"""The campaign of each post, as a step: what collect.campaign_links finds in links and hashtags, written into
posts.

What the links themselves say (utm_source, utm_medium, utm_campaign) is kept in the table ``utm``.
"""

from earshot.collect import campaign_links
from earshot.core.workspace import Workspace

TABLE = "posts"
VERSION = "1"


def update(workspace: Workspace) -> int:
    """Write the campaign of every post that has none and shows one, and return how many gained it."""
    campaign_links.keep_links(workspace)
    return campaign_links.update(workspace)

"""Where posts come from: one file per platform or vendor, each saying what it yields and how it is asked."""

from earshot.collect.sources.protocol import Platform
from earshot.core.params import ParamError, nearest


def platform(name: str) -> Platform:
    """Return the platform of this name; raises ParamError, saying which there are, when there is none."""
    from earshot.collect.sources import (
        bluesky,
        discourse,
        jetstream,
        mastodon,
        mastodon_stream,
        reddit,
        rss,
        webhook,
        x,
        youtube,
        zendesk,
    )

    known = (
        x.X,
        mastodon.Mastodon,
        reddit.Reddit,
        bluesky.Bluesky,
        youtube.YouTube,
        rss.Rss,
        discourse.Discourse,
        zendesk.Zendesk,
        jetstream.Jetstream,
        mastodon_stream.MastodonStream,
        webhook.Webhook,
    )
    platforms = {one.name: one for one in known}
    if name not in platforms:
        raise ParamError(
            f"There is no platform {name!r}; there are {', '.join(platforms)}.{nearest(name, platforms)}"
        )
    return platforms[name]()

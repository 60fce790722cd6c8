"""Where posts come from: one file per platform or vendor, each saying what it yields and how it is asked."""

from earshot.collect.sources.protocol import Platform
from earshot.core.params import ParamError, nearest


def platform(name: str) -> Platform:
    """Return the platform of this name; raises ParamError, saying which there are, when there is none."""
    from earshot.collect.sources import mastodon, reddit, x
    platforms = {"x": x.X(), "mastodon": mastodon.Mastodon(), "reddit": reddit.Reddit()}
    if name not in platforms:
        raise ParamError(f"There is no platform {name!r}; there are {', '.join(platforms)}.{nearest(name, platforms)}")
    return platforms[name]

"""What is collected from where: params/<workspace>/feeds.yml, one entry per feed.

For example::

    acme_on_x:
      platform: x                                   # one of the platforms that Earshot knows
      query: '"acme air" OR @acmeair'               # in the platform's own words
      brand: Acme                                   # what its posts are about; left out, each text says it
      credentials: {bearer: env:X_BEARER_TOKEN}     # where the secret lies (or file:/run/secrets/x), never
      the secret base: https://api.x.com                       # another address of the platform, such as your
      Mastodon server region: eu                                    # whose law governs the posts
      terms: x                                      # the card in terms.yml that holds for them
      pages: 200                                    # the most that one run reads; the next goes on from there
      since: "2026-11-01"                           # where the first run begins; seven days back when left
      out price: {month: 200}                           # or {per_thousand: 0.5}, for the source scorecard
      throttled: [401]                              # statuses by which a vendor or gateway means "too fast"
      as well options: {archive: true}                      # what the platform lets one choose
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pandas as pd

from earshot.collect.sources import platform as platform_of
from earshot.collect.sources.credentials import Credentials, check_reference
from earshot.collect.sources.protocol import Platform
from earshot.core.params import ParamError, check_names
from earshot.core.workspace import Workspace

if TYPE_CHECKING:
    from earshot.collect.sources.client import Client, Watcher
    from earshot.collect.sources.pacing import Patience, Timepiece

SETTINGS = (
    "platform",
    "query",
    "brand",
    "region",
    "base",
    "credentials",
    "terms",
    "pages",
    "since",
    "options",
    "price",
    "throttled",
)
PAGES = 200
HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Feed:
    """One query to one platform: where it is asked, where its secrets lie, and what holds for its posts."""

    name: str
    platform: str
    query: str = ""
    brand: str = ""
    region: str = ""
    base: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict)
    terms: str = ""
    pages: int = PAGES
    since: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    throttled: tuple[int, ...] = ()

    def client(self, watcher: "Watcher", patience: "Patience", timepiece: "Timepiece") -> "Client":
        """Return a client of the feed's platform, at the feed's address and with its credentials."""
        from earshot.collect.sources.client import Client

        platform = platform_of(self.platform)
        return Client(
            platform,
            self.base or platform.base,
            Credentials(self.name, self.credentials),
            watcher,
            patience,
            timepiece,
            self.throttled,
        )

    def begins(self, now: pd.Timestamp, days: float | None) -> pd.Timestamp:
        """Return from when the first run reads:
        what feeds.yml says, else seven days back or as far as one can.
        """
        if self.since:
            return pd.Timestamp(self.since, tz="UTC")
        return (now - pd.Timedelta(days=min(7.0, days or 7.0) - 0.01)).floor(
            "s"
        )  # a moment less than the limit


def read_feeds(workspace: Workspace, names: list[str] | None = None) -> list[Feed]:
    """Return the feeds of a workspace, or those of these names;
    raises ParamError on the first thing that is wrong.
    """
    where = f"params/{workspace.name}/feeds.yml"
    entries = workspace.settings("feeds")
    feeds = {str(name): parse(str(name), entry, workspace, where) for name, entry in entries.items()}
    if not feeds:
        raise ParamError(
            f"{where} names no feed; write one there, for example acme_on_mastodon: "
            '{platform: mastodon, query: "#acme"}.'
        )
    check_names(names or [], feeds, where, "feed")
    return [feeds[name] for name in dict.fromkeys(names)] if names else list(feeds.values())


def parse(name: str, entry: dict, workspace: Workspace, where: str = "feeds.yml") -> Feed:
    """Return the feed that one entry describes, checked."""
    where = f"{where}: feed {name!r}"
    if not isinstance(entry, dict):
        raise ParamError(f"{where} holds {_short(entry)}; write 'platform: …' and 'query: …' below its name.")
    check_names(entry, SETTINGS, where, "setting")
    if not isinstance(entry.get("platform"), str):
        raise ParamError(f"{where} names no platform; write, for example, platform: mastodon.")
    try:
        platform = platform_of(entry["platform"])
    except ParamError as error:
        raise ParamError(f"{where}: {error}") from None
    texts = {key: _text(entry, key, where) for key in ("query", "brand", "region", "base", "terms", "since")}
    if not texts["query"] and not texts["base"]:
        raise ParamError(f'{where} asks for nothing; write what to look for, for example query: "#acme".')
    _check_base(texts["base"], where)
    _check_since(texts["since"], where)
    return Feed(
        name,
        entry["platform"],
        credentials=_credentials(entry, platform, workspace, where),
        pages=_pages(entry, where),
        options=_options(entry, platform, where),
        throttled=_throttled(entry, where),
        **texts,
    )


def _text(entry: dict, key: str, where: str) -> str:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise ParamError(f"{where}: {key} is {_short(value)}; write text, in quotes where need be.")
    return (value or "").strip()


def _check_base(base: str, where: str) -> None:
    parts = urlsplit(base)
    if base and not (parts.hostname and (parts.scheme in ("https", "wss") or parts.hostname in HERE)):
        raise ParamError(
            f"{where}: base must be an address that begins with https://, since credentials go there."
        )
    if parts.username or parts.password:
        raise ParamError(
            f"{where}: base holds a name or password; write the bare address, and put secrets "
            "where credentials can point."
        )


def _check_since(since: str, where: str) -> None:
    try:
        known = not since or date.fromisoformat(since).isoformat() == since
    except ValueError:
        known = False
    if not known:
        raise ParamError(f"{where}: since is {since!r}; use an ISO day such as 2026-11-01, or leave it out.")


def _credentials(entry: dict, platform: Platform, workspace: Workspace, where: str) -> dict[str, str]:
    given = entry.get("credentials") or {}
    if not isinstance(given, dict):
        raise ParamError(
            f"{where}: credentials must say for each secret where it lies, for example "
            "{bearer: env:X_BEARER_TOKEN}; what stands there is not repeated."
        )
    names = [name.rstrip("?") for name in platform.secrets]
    check_names(given, names, where, "credential")
    for name in platform.secrets:
        if not name.endswith("?") and name not in given:
            raise ParamError(
                f"{where}: {platform.name} needs the credential {name}; write, for example, "
                f"credentials: {{{name}: env:{platform.name.upper()}_{name.upper()}}}."
            )
    private = (workspace.home / "params", workspace.home / "data", workspace.home / "outputs", workspace.data)
    return {name: check_reference(where, name, reference, private) for name, reference in given.items()}


def _pages(entry: dict, where: str) -> int:
    pages = entry.get("pages", PAGES)
    if not isinstance(pages, int) or isinstance(pages, bool) or pages < 1:
        raise ParamError(f"{where}: pages is {_short(pages)}; use a whole number from 1.")
    return pages


def _throttled(entry: dict, where: str) -> tuple[int, ...]:
    given = entry.get("throttled", [])
    if not isinstance(given, list) or not all(
        type(status) is int and 400 <= status <= 599 for status in given
    ):
        raise ParamError(
            f"{where}: throttled is {_short(given)}; list the statuses (400 to 599) by which this address "
            "says that it is asked too fast, for example [401]."
        )
    return tuple(given)


def _options(entry: dict, platform: Platform, where: str) -> dict[str, str]:
    given = entry.get("options") or {}
    if not isinstance(given, dict):
        raise ParamError(f"{where}: options is {_short(given)}; write, for example, {{name: value}}.")
    check_names(given, platform.options, where, f"{platform.name} option")
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()
    }


def _short(value: object) -> str:
    return f"{value!r}"[:40]

"""Which campaign a post belongs to: a UTM link,
else one of its hashtags within its window, from campaigns.yml.

An entry under ``campaigns`` may have ``utm_campaign``, ``utm_source``, ``utm_medium``, ``hashtags``,
``brand``, ``start`` and ``end``. A link is of a campaign when it has all that the campaign states of it;
where that is only a source or a medium, within its days. What each link says of all three is kept in the
table ``utm``. Shortened links are not followed (that would need a network and tell the target who listens),
so a campaign behind one is found only by its hashtag. A campaign that came with the data is never replaced.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from earshot.core.params import ParamError, check_names
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline.declaration import Progress, Step

PARTS = ("utm_source", "utm_medium", "utm_campaign")
KNOWN = (
    "id",
    "name",
    "channel",
    "brand",
    "start",
    "end",
    "regions",
    *PARTS,
    "hashtags",
    "cost",
    "kind",
    "lift",
    "holdout",
    "budget",
    "spend",
    "platform",
    "platforms",
    "goal",
)
LONGEST = 120  # characters of a utm_ value that are kept
VERSION = "1"
LINK = re.compile(r"https?://[^\s<>\"']+")
TAG = re.compile(r"(?<![\w#&])[#＃](\w+)")


@dataclass(frozen=True)
class Campaign:
    """One campaign: its id, the day it starts
    and the one after its last (UTC midnights), and how posts show it.
    """

    id: str
    name: str
    start: pd.Timestamp
    after: pd.Timestamp
    brand: str = ""
    utm: tuple[tuple[str, str], ...] = ()
    hashtags: tuple[str, ...] = ()

    def owns(self, link: dict[str, str], at: pd.Timestamp) -> bool:
        """Say whether a link with these utm_ parameters, in a post of this time, is this campaign's."""
        if not self.utm or any(link.get(name, "").lower() != value for name, value in self.utm):
            return False
        return "utm_campaign" in dict(self.utm) or self.start <= at < self.after


def read_campaigns(workspace: Workspace) -> list[Campaign]:
    """Return the campaigns of a workspace; raises ParamError on an unknown setting or a day that is none."""
    where = f"params/{workspace.name}/campaigns.yml"
    return [_campaign(entry, where) for entry in workspace.settings("campaigns").get("campaigns") or []]


def _campaign(entry: dict, where: str) -> Campaign:
    if not isinstance(entry, dict) or not entry.get("id"):
        raise ParamError(
            f'{where}: a campaign has no id; write, for example, {{id: spring, start: "2026-03-01", '
            'end: "2026-03-31", utm_campaign: spring}.'
        )
    check_names(entry, KNOWN, f"{where}: campaign {entry['id']!r}", "setting")
    try:
        start = pd.Timestamp(str(entry["start"]), tz="UTC")
        end = pd.Timestamp(str(entry["end"]), tz="UTC")
    except (KeyError, ValueError):
        raise ParamError(
            f"{where}: campaign {entry['id']!r} needs start and end as ISO days, such as 2026-03-01."
        ) from None
    if end < start:
        raise ParamError(f"{where}: campaign {entry['id']!r} ends before it starts; swap start and end.")
    tags = tuple(str(tag).lstrip("#").lower() for tag in entry.get("hashtags") or [])
    return Campaign(
        str(entry["id"]),
        str(entry.get("name") or entry["id"]),
        start.normalize(),
        end.normalize() + pd.Timedelta(days=1),
        str(entry.get("brand") or ""),
        tuple((name, str(entry[name]).lower()) for name in PARTS if entry.get(name)),
        tags,
    )


def utm(text: str) -> dict[str, str]:
    """Return the utm_ parameters of the links in a text, the first link that has some."""
    for link in LINK.findall(text or ""):
        try:
            found = parse_qs(urlsplit(link).query)
        except ValueError:  # "http://[" is not an address
            continue
        named = {
            name.lower(): values[0][:LONGEST]
            for name, values in found.items()
            if name.lower().startswith("utm_")
        }
        if named:
            return named
    return {}


def tag(posts: pd.DataFrame, campaigns: list[Campaign]) -> pd.Series:
    """Return the campaign id of each post (text, url, brand,
    created_at, campaign), or a blank where there is none.
    """
    said = (
        posts["campaign"].astype("object").where(posts["campaign"].notna() & posts["campaign"].ne(""), None)
    )
    text = posts["text"].fillna("") + " " + posts["url"].fillna("")
    likely = said.isna() & text.str.contains("#|＃|utm_", case=False, regex=True)
    for at in posts.index[likely]:
        said[at] = _of(text[at], posts.at[at, "brand"], posts.at[at, "created_at"], campaigns)
    return said.astype("str").where(said.notna())


def _of(text: str, brand: str, at: pd.Timestamp, campaigns: list[Campaign]) -> str | None:
    link = utm(text)
    for campaign in campaigns:
        if link and campaign.owns(link, at):
            return campaign.id
    tags = {found.lower() for found in TAG.findall(text)}
    for campaign in campaigns:
        ours = not campaign.brand or brand in ("", campaign.brand)
        if ours and campaign.start <= at < campaign.after and tags & set(campaign.hashtags):
            return campaign.id
    return None


def update(workspace: Workspace) -> int:
    """Write the campaign of every post that has none and shows one; return how many posts gained it."""
    campaigns = read_campaigns(workspace)
    if not campaigns:
        return 0
    ids = workspace.store.sql(
        "SELECT post_id FROM posts WHERE (campaign IS NULL OR campaign = '') AND "
        "(text LIKE '%#%' OR text LIKE '%utm_%' OR url LIKE '%utm_%')"
    )["post_id"].tolist()
    if not ids:
        return 0
    posts = workspace.store.read("posts", where={"post_id": ids})
    found = tag(posts, campaigns)
    gained = posts.assign(campaign=found)[found.notna()]
    return workspace.store.merge("posts", gained).updated if len(gained) else 0


def keep_links(workspace: Workspace) -> int:
    """Write source, medium and campaign of the links of every post that is new or changed;
    return how many have some.
    """
    posts = workspace.store.sql(f"""SELECT p.post_id, p.week, p.content_hash, p.text, p.url FROM posts p
        LEFT JOIN utm u USING (post_id) WHERE (p.text LIKE '%utm_%' OR p.url LIKE '%utm_%') AND (u.post_id IS
        NULL
        OR u.content_hash <> p.content_hash OR u.step_version <> '{VERSION}')""")
    links = [utm(f"{text} {url}") for text, url in zip(posts["text"], posts["url"].fillna(""))]
    named = {name: pd.Series([link.get(name) for link in links], dtype="str") for name in PARTS}
    rows = posts[["post_id", "week", "content_hash"]].assign(step_version=VERSION, **named)
    rows = rows[rows[list(PARTS)].notna().any(axis=1)]
    if len(rows):
        workspace.store.merge("utm", rows)
    return len(rows)


def _update(workspace: Workspace, _progress: Progress | None) -> int:
    keep_links(workspace)
    return update(workspace)


STEP = Step(name="campaigns", version=lambda _: VERSION, update=_update)
